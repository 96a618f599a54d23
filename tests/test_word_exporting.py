"""An article goes out as a Word file with all of its text, set as Chinese documents are; it is recorded."""

import io
from datetime import timedelta

import docx
import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from articles import comparing, publishing, sanitising
from articles.exchange import word_exporting
from articles.exchange.word import read_word_file, typesetting
from articles.models import Article, AuditEntry
from articles.pictures import store_picture
from tests.cast import refused, upload

pytestmark = pytest.mark.django_db

BODY = (
    "<p>第一段，<strong>加粗</strong>与<em>斜体</em>，水是H<sub>2</sub>O，<s>删</s>。</p>"
    "<h2>一、概况</h2><h3>（一）人口</h3><h4>1. 村</h4>"
    "<ul><li>甲<ul><li>甲一</li></ul></li><li>乙</li></ul>"
    '<ol start="3"><li>丙</li><li>丁</li></ol><blockquote><p>引文</p></blockquote>'
    '<p>见<a href="https://a.example/x?a=1&amp;b=2" rel="noopener">此页</a>和<a href="/a/1/">本站</a>。</p>'
    '<table><caption>表一</caption><thead><tr><th>项</th><th>数</th></tr></thead><tbody><tr><td rowspan="2">甲</td>'
    '<td>1</td></tr><tr><td>2</td></tr><tr><td colspan="2">合计</td></tr></tbody></table><hr><p>上<br>下</p>'
)


def opened(data):
    return docx.Document(io.BytesIO(data))


def export(article, by, **facts):
    return opened(word_exporting.export_word_file(article, article.newest, by=by, **facts))


def lines(document):
    return [paragraph.text for paragraph in document.paragraphs if paragraph.text]


def test_the_text_goes_out_whole(cast, settings):
    settings.LANGUAGE_CODE = "en"
    picture = store_picture(upload(), by=cast.writer)
    body = BODY + f'<figure><img src="{picture.url}" alt="新桥"><figcaption>图：新桥</figcaption></figure>'
    article = cast.article(title="便民桥通车", kicker="民生", subtitle="——走访", body=body)
    document = export(article, cast.writer)
    text = "\n".join(lines(document))
    assert lines(document)[:3] == ["民生", "便民桥通车", "——走访"]
    assert "Source: 霁川新闻网" in text
    for line in (
        "第一段，加粗与斜体，水是H2O，删。",
        "● 甲",
        "● 甲一",
        "● 乙",
        "3. 丙",
        "4. 丁",
        "引文",
        "见此页和本站。",
        "表一",
    ):
        assert line in lines(document), line
    for line in ("上\n下", "图：新桥", "林晓舟"):
        assert line in text
    assert len(document.inline_shapes) == 1
    made = document.tables[0]
    assert [[one.text for one in row.cells] for row in made.rows] == [
        ["项", "数"],
        ["甲", "1"],
        ["甲", "2"],
        ["合计", "合计"],
    ]


def test_nothing_of_it_is_lost_on_the_way_back(cast):
    article = cast.article(body=BODY)
    data = word_exporting.export_word_file(article, article.newest, by=cast.writer)
    back = sanitising.sanitise(read_word_file(data, "a.docx").html).html
    for line in comparing.body_lines(article.body):
        assert line.split("〔")[0] in "\n".join(comparing.body_lines(back)), line
    for kept in (
        "<strong>加粗</strong>",
        "<em>斜体</em>",
        "<sub>2</sub>",
        "<s>删</s>",
        '<td rowspan="2">甲</td>',
        "<h2>一、概况</h2>",
    ):
        assert kept in back


def test_it_is_set_as_chinese_documents_are(cast):
    document = export(cast.article(title="题", body="<p>正文。</p>"), cast.writer)
    page, text, title = document.sections[0], document.styles["Normal"], document.styles["Title"]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    names = {name for name, *_facts in typesetting._STYLES}
    centred = {name for name in names if document.styles[name].paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER}
    assert centred == {"Title", "Subtitle", "Caption"}
    indents = {name: document.styles[name].element.pPr.ind.get(qn("w:firstLineChars")) for name in names}
    assert {name for name, indent in indents.items() if indent == "200"} == {
        *("Normal", "Heading 1", "Heading 2", "Heading 3", "Quote"),
    }
    assert set(indents.values()) == {"200", "0"}
    assert document.core_properties.title == "题"
    fonts = {style.name: style.element.rPr.rFonts.get(qn("w:eastAsia")) for style in (text, title)}
    assert fonts == {"Normal": "仿宋", "Title": "宋体"}
    assert (text.font.size.pt, title.font.size.pt) == (16, 22)
    assert text.element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert title.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER


def test_lines_are_aligned_as_they_were_and_an_empty_cell_keeps_its_paragraph(cast):
    body = '<p>左</p><p style="text-align:center">中</p><p style="text-align:right">右</p>'
    body += "<table><tbody><tr><td>甲</td><td></td></tr></tbody></table>"
    document = export(cast.article(body=body), cast.writer)
    alignments = {line.text: line.alignment for line in document.paragraphs}
    expected = {"左": None, "中": WD_ALIGN_PARAGRAPH.CENTER, "右": WD_ALIGN_PARAGRAPH.RIGHT}
    assert {text: alignments[text] for text in expected} == expected
    assert [len(one.paragraphs) for one in document.tables[0].rows[0].cells] == [1, 1]


def test_an_edition_has_its_code_and_a_draft_has_none(cast):
    article = cast.article()
    assert len(export(article, cast.writer).inline_shapes) == 0
    edition = cast.publish(article)
    article = Article.objects.get(pk=article.pk)
    document = export(article, cast.writer, edition=edition)
    assert len(document.inline_shapes) == 1
    assert article.public_url in lines(document)


def test_an_older_edition_has_no_code_and_says_which_it_is(cast):
    article = cast.article(body="<p>旧的一句话。</p>")
    first = cast.publish(article)
    cast.correct(article, body="<p>新的一句话。</p>")
    article = Article.objects.get(pk=article.pk)
    document = opened(word_exporting.export_word_file(article, first.revision, by=cast.writer, edition=first))
    assert "旧的一句话。" in lines(document)
    assert len(document.inline_shapes) == 0


def test_only_a_signed_correction_is_called_one(cast, settings):
    settings.LANGUAGE_CODE = "en"
    article, old = cast.article(), cast.article()
    cast.publish(article)
    publishing.publish_archived(old, by=cast.chief, at=timezone.now() - timedelta(days=900), origin="demo")
    editions = [*old.editions.all(), cast.correct(article, note="字数有误。", title="便民桥今日通车")]
    told = [
        [line for line in lines(export(edition.article, cast.admin, edition=edition)) if line.startswith("Correction")]
        for edition in editions
    ]
    assert told == [[], ["Correction: 字数有误。"]]


def test_it_is_recorded_with_the_text_that_went_out(cast):
    article = cast.article()
    export(article, cast.writer)
    entry = AuditEntry.objects.get(action="article.word_exported")
    assert (entry.actor, entry.details["revision"], entry.details["digest"]) == (cast.writer, 1, article.newest.digest)


def test_only_those_who_may_read_a_draft_take_it_out(cast):
    article = cast.article()
    cast.change(article, title="改过的标题")
    old, new = article.revisions.order_by("number")
    with refused(PermissionDenied):
        word_exporting.export_word_file(article, article.newest, by=cast.stranger)
    with refused(PermissionDenied):
        word_exporting.export_comparison(article, old, new, by=cast.stranger)


def test_a_comparison_shows_added_and_removed_words(cast, settings):
    settings.LANGUAGE_CODE = "en"
    article = cast.article(body="<p>大桥全长120米。</p><p>不变的一段。</p>")
    cast.change(article, body="<p>大桥全长125米。</p><p>不变的一段。</p>")
    old, new = article.revisions.order_by("number")
    document = opened(word_exporting.export_comparison(article, old, new, by=cast.editor))
    changed = {run.text: run.font for paragraph in document.paragraphs for run in paragraph.runs}
    assert changed["120"].strike
    assert changed["125"].underline
    assert (changed["added"].underline, changed["removed"].strike) == (True, True), "the legend"
    assert not changed["不变的一段。"].underline
    assert "Revision 1, saved by" in "\n".join(lines(document))
    entry = AuditEntry.objects.get(action="article.word_exported")
    assert (entry.details["revision"], entry.details["against"]) == (2, 1)


def test_a_comparison_of_equal_texts_says_so(cast, settings):
    settings.LANGUAGE_CODE = "en"
    article = cast.article()
    document = opened(word_exporting.export_comparison(article, article.newest, article.newest, by=cast.writer))
    assert lines(document)[-1] == "Nothing changed."


def test_a_missing_picture_leaves_its_description(cast, settings):
    picture = store_picture(upload(), by=cast.writer)
    article = cast.article(body=f'<figure><img src="{picture.url}" alt="新桥"></figure>')
    picture.file.storage.delete(picture.file.name)
    assert "[新桥]" in lines(export(article, cast.writer))


def test_a_table_of_very_many_cells_goes_out_as_lines(cast, monkeypatch):
    monkeypatch.setattr("articles.exchange.word.typeset_body._MOST_CELLS", 3)
    body = "<table><tbody><tr><td>甲</td><td>乙</td></tr><tr><td>丙</td></tr></tbody></table>"
    document = export(cast.article(body=body), cast.writer)
    assert [line for line in lines(document) if line[0] in "甲丙"] == ["甲\t乙", "丙"]


def test_spans_that_overlap_or_leave_the_table_lose_no_cell(cast):
    body = '<table><tbody><tr><td rowspan="9">甲</td><td>乙</td></tr><tr><td colspan="3">丙</td><td>丁</td></tr></tbody></table>'
    document = export(cast.article(body=body), cast.writer)
    shown = {one.text for row in document.tables[0].rows for one in row.cells}
    assert {"甲", "乙", "丙", "丁"} <= shown
