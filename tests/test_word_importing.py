"""A Word file becomes text for the editor or a draft: with its pictures, its credits and its source, or not at all."""

from collections import Counter
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from articles import sanitising, uploads
from articles.exchange import word_importing
from articles.exchange.saved_files import is_word_file
from articles.exchange.word import read_word_file
from articles.exchange.word.losses import loss_sentences
from articles.models import Article, Credit, Person, Picture, Source
from articles.uploads import RefusedFile
from tests.cast import all_rows, png, refused, upload
from tests.word_files import cell, drawing, paragraph, relationship, styled, table, word_file

pytestmark = pytest.mark.django_db

LONG = "3月25日，望桥乡便民桥建成通车，沿线三个村的群众出行不再绕路。"
PICTURES = relationship("p1", "image", "media/image1.png") + relationship("p2", "image", "media/image2.emf")


def report(*, more="", **facts):
    """Return a Word file with a title, text, a table, two pictures (one of them EMF), and its closing lines."""
    body = styled("t", "便民桥通车") + paragraph(LONG) + paragraph(drawing("p1", "新桥")) + paragraph("图：新桥")
    body += paragraph(drawing("p2")) + paragraph("图2 平面图") + table(cell("甲") + cell("乙")) + more
    body += paragraph("来源：霁川新闻网") + paragraph("（通讯员 祝小满 方知远）")
    return word_file(
        body, links=PICTURES, parts={"word/media/image1.png": png(), "word/media/image2.emf": "x", **facts}
    )


def take(data, by, name="通车.docx"):
    with translation.override("en"):
        return word_importing.take_word_upload(upload(data, name), by=by)


def make_draft(data, section, by, name="通车.docx"):
    with translation.override("en"):
        return word_importing.import_word_upload(upload(data, name), section, by=by)


def test_the_text_comes_with_its_pictures_and_what_it_says_of_itself(cast):
    taken = take(report(), cast.writer)
    picture = Picture.objects.get()
    assert (taken.title, taken.source) == ("便民桥通车", "霁川新闻网")
    assert taken.credits == ((Credit.Role.CORRESPONDENT, "祝小满", ""), (Credit.Role.CORRESPONDENT, "方知远", ""))
    assert taken.html == (
        f'<p>{LONG}</p><figure><img src="{picture.url}" alt="新桥" width="600" height="400">'
        f"<figcaption>图：新桥</figcaption></figure><p>{sanitising.held_pattern() % 2}</p><p>图2 平面图</p>"
        "<table><tbody><tr><td>甲</td><td>乙</td></tr></tbody></table><p>来源：霁川新闻网</p><p>（通讯员 祝小满 方知远）</p>"
    )
    assert sanitising.held_places(taken.html), "publishing refuses a held place"
    assert taken.notes[0].startswith("Pictures in the formats EMF and WMF were left out")
    assert ": 2. Copy each" in taken.notes[0]
    assert picture.name == "通车 1"
    assert sanitising.sanitise(taken.html).html == taken.html
    assert not Article.objects.exists()


def test_a_broken_picture_is_named_and_the_rest_comes(cast):
    taken = take(report(**{"word/media/image1.png": b"\x89PNG broken"}), cast.writer)
    assert LONG in taken.html
    assert any(note.startswith("Picture 1: “image1.png” is damaged") for note in taken.notes)
    assert f"<p>{sanitising.held_pattern() % 1}</p><p>图：新桥</p>" in taken.html


@pytest.mark.parametrize(
    ("lines", "source"),
    [
        (["来源：霁川新闻网", *[LONG] * 20], "霁川新闻网"),
        ([*[LONG] * 20, "来源：霁川新闻网"], "霁川新闻网"),
        ([*[LONG] * 10, "来源：霁川新闻网", *[LONG] * 20], ""),
        ([LONG], ""),
    ],
)
def test_the_source_is_read_at_both_ends_and_not_in_the_middle(cast, lines, source):
    assert take(word_file("".join(map(paragraph, lines))), cast.writer).source == source


@pytest.mark.parametrize("ending", ["docx", "docm", "dotx", "doc", "wps", "wpt", "rtf", "ODT"])
def test_a_word_file_is_known_by_any_of_its_endings(ending):
    assert is_word_file(Path(f"稿.{ending}"))


def test_a_caption_with_a_line_break_keeps_its_picture(cast):
    body = paragraph(LONG) + paragraph(drawing("p1")) + paragraph("图：新桥\n全景")
    data = word_file(body, links=PICTURES, parts={"word/media/image1.png": png()})
    taken = take(data, cast.writer)
    assert Picture.objects.get().url in taken.html


def test_what_the_document_cuts_off_a_picture_never_comes_in(cast):
    body = paragraph(LONG) + paragraph(drawing("p1", more='<a:srcRect l="25000" r="25000" t="-5000" b="50000"/>'))
    body += paragraph(
        '<w:r><w:pict><v:shape><v:imagedata r:id="p1" cropleft="32768f" cropright="nonsense"/></v:shape></w:pict></w:r>'
    )
    body += paragraph(drawing("p1", more='<a:srcRect l="60000" r="60000"/>'))
    take(word_file(body, links=PICTURES, parts={"word/media/image1.png": png(600, 400)}), cast.writer)
    assert sorted(Picture.objects.values_list("width", "height")) == [(300, 200), (300, 400), (600, 400)]


@pytest.mark.parametrize(
    ("sides", "cut"),
    [
        ({"left": 16384, "top": 8192, "right": 32768, "bottom": 4096}, (0.25, 0.125, 0.5, 0.0625)),
        ({"left": 32768, "right": 32768}, (0, 0, 0, 0)),
        ({"top": 32768, "bottom": 32768}, (0, 0, 0, 0)),
    ],
)
def test_what_is_cut_off_is_a_part_of_each_side_and_never_all(sides, cut):
    crops = " ".join(f'crop{side}="{part}f"' for side, part in sides.items())
    body = paragraph(f'<w:r><w:pict><v:shape><v:imagedata r:id="p1" {crops}/></v:shape></w:pict></w:r>')
    text = read_word_file(word_file(body, links=PICTURES, parts={"word/media/image1.png": png()}), "a.docx")
    assert text.pictures[0].cut == cut


@pytest.mark.parametrize("count", [1, 2])
def test_each_kind_of_loss_is_a_sentence_with_its_number(count):
    kinds = ("drawing", "formula", "embedded", "local link", "symbol", "hidden", "deleted", "comment")
    with translation.override("en"):
        sentences = loss_sentences(Counter(dict.fromkeys(kinds, count)))
    assert [sentence.split()[0] for sentence in sentences] == [str(count)] * len(kinds)


def test_the_same_picture_twice_is_one_picture_and_decoded_once(cast, monkeypatch):
    decoded = []
    look_into = uploads.look_into
    monkeypatch.setattr(uploads, "look_into", lambda *given: decoded.append(given[-1]) or look_into(*given))
    taken = take(report(more=paragraph(drawing("p1"))), cast.writer)
    assert taken.html.count(Picture.objects.get().url) == 2
    assert decoded == ["通车.docx", "image1.png"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", word_file("")])
def test_a_file_that_cannot_be_read_leaves_nothing(cast, data):
    with refused(RefusedFile):
        take(data, cast.writer)
    with refused(RefusedFile):
        make_draft(data, cast.news, cast.writer)


def test_a_large_file_is_refused_before_it_is_read(cast, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    with refused(RefusedFile, "larger than"):
        take(b"PK\x03\x04" + b"x" * 2000, cast.writer)


def test_a_text_that_is_too_long_leaves_no_pictures(cast, monkeypatch):
    monkeypatch.setattr(sanitising, "MAX_HTML_LENGTH", 200)
    with refused(sanitising.BodyTooLong):
        take(report(), cast.writer)


def test_only_those_who_write_take_texts_in(cast):
    with refused(PermissionDenied):
        take(report(), cast.stranger)
    with refused(PermissionDenied):
        make_draft(report(), cast.culture, cast.towns_writer)


def test_a_file_becomes_a_draft_with_credits_and_source(cast):
    imported = make_draft(report(), cast.news, cast.writer)
    article = Article.objects.get()
    assert imported.article == article
    assert (article.title, article.state, article.section, article.source) == (
        "便民桥通车",
        "draft",
        cast.news,
        cast.own,
    )
    assert [(c.role, c.person.name) for c in article.credits.all()] == [
        ("correspondent", "祝小满"),
        ("correspondent", "方知远"),
    ]
    assert article.created_by == cast.writer
    assert article.body.count("<figure>") == 1
    assert [picture.pk for picture in article.newest.pictures.all()] == [Picture.objects.get().pk]
    assert len(imported.notes) == 1


def test_a_file_is_imported_once(cast):
    first = make_draft(report(), cast.news, cast.writer)
    before = all_rows()
    again = make_draft(report(), cast.news, cast.editor, name="别名.docx")
    assert (again.already, again.article) == (True, first.article)
    assert all_rows() == before


def test_without_a_title_the_draft_is_called_like_the_file(cast):
    data = word_file(paragraph(LONG) + paragraph(LONG))
    imported = make_draft(data, cast.news, cast.writer, name="望桥乡通车.docx")
    assert imported.article.title == "望桥乡通车"
    assert imported.notes == ("The document shows no title: its file's name is the title. Correct it.",)
    assert imported.article.body.count(LONG) == 2


def test_a_source_that_is_not_listed_is_named_and_not_added_by_a_writer(cast):
    data = word_file(styled("t", "标题") + paragraph(LONG) + paragraph("来源：没听说过的网"))
    imported = make_draft(data, cast.news, cast.writer)
    assert imported.article.source is None
    assert imported.notes == ("The source “没听说过的网” is not in the list of sources: choose one.",)
    assert not Source.objects.filter(name="没听说过的网").exists()


def test_those_who_arrange_the_site_add_the_source(cast):
    data = word_file(styled("t", "标题") + paragraph(LONG) + paragraph("来源：没听说过的网"))
    assert make_draft(data, cast.news, cast.chief).article.source.name == "没听说过的网"


def test_a_sentence_about_writers_is_no_credit(cast):
    data = word_file(styled("t", "标题") + paragraph(LONG) + paragraph("通讯员们表示，今后要多写身边的人和事。"))
    before = Person.objects.count()
    make_draft(data, cast.news, cast.writer)
    assert Person.objects.count() == before
