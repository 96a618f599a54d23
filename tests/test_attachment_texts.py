"""What is written in attachments: read once at upload, with places; personal data in it are found and block."""

import io
import zipfile

import pytest
from django.core.management import call_command
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from articles import attachments, publishing, review
from articles.attachments import texts
from articles.checks import NotReady, hits
from articles.checks.files import find_in_file
from articles.limited_process import LimitMet
from articles.models import AttachmentText
from tests.cast import all_rows, refused, upload

pytestmark = pytest.mark.django_db
IDENTITY = "11010519491231002X"
_TYPES = "application/vnd.openxmlformats-officedocument."
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def package(kind, main, **parts):
    """A document of Office: its content types and these parts, by their paths (/ is written __, a dot _)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{_TYPES}{main}.main+xml"/></Types>')
        for path, content in parts.items():
            archive.writestr(path.replace("__", "/").replace("_xml", ".xml"), content)
    return upload(file.getvalue(), f"名单.{kind}")


def sheet(*rows):
    cells = "".join(f'<row r="{number}">{row}</row>' for number, row in enumerate(rows, start=1))
    return f'<worksheet xmlns="a"><sheetData>{cells}</sheetData></worksheet>'


def cell(text):
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def xlsx(*rows):
    book = f'<workbook xmlns:r="{_RELATION}"><sheets><sheet name="获奖" state="hidden" r:id="r1"/></sheets></workbook>'
    links = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
    parts = {
        "xl__workbook_xml": book,
        "xl___rels__workbook_xml.rels": links,
        "xl__worksheets__sheet1_xml": sheet(*rows),
    }
    strings = f"<sst><si><t>方知远</t></si><si><r><t>{IDENTITY[:9]}</t></r><r><t>{IDENTITY[9:]}</t></r></si></sst>"
    return package("xlsx", "spreadsheetml.sheet", **parts, xl__sharedStrings_xml=strings)


def docx(*paragraphs, **parts):
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    document = f'<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>'
    return package("docx", "wordprocessingml.document", word__document_xml=document, **parts)


def pdf(*pages):
    file = io.BytesIO()
    canvas = Canvas(file)
    for words in pages:
        canvas.drawString(100, 700, words)
        canvas.showPage()
    canvas.save()
    return upload(file.getvalue(), "名单.pdf")


SHARED = '<c t="s"><v>0</v></c><c t="s"><v>1</v></c>'


def attached(cast, file):
    """A text that offers the file."""
    stored = attachments.store_attachment(file, by=cast.writer)
    return cast.article(body=f'<p>名单见附件。</p><p><a href="{stored.url}">名单</a></p>')


def shown(article):
    with translation.override("en"):
        return [str(hit.problem.message) for hit in hits.hits_to_show(article)]


@pytest.mark.parametrize(
    ("file", "place"),
    [
        (xlsx(cell("姓名"), SHARED), "sheet “获奖”, row 2"),
        (docx("获奖名单", f"方知远 {IDENTITY}"), "paragraph 2"),
        (
            docx("名单", word__comments_xml=f'<c xmlns:w="w"><w:p><w:t>{IDENTITY}</w:t></w:p></c>'),
            "notes, headers or comments",
        ),
        (pdf("List", f"Fang {IDENTITY}"), "page 2"),
        (upload(f"姓名,号码\n方知远,{IDENTITY}\n".encode("gb18030"), "名单.csv"), "line 2"),
    ],
    ids=["xlsx", "docx", "comment", "pdf", "csv"],
)
def test_an_identity_number_in_a_file_blocks_and_is_told_with_its_place(cast, file, place):
    article = attached(cast, file)
    (sentence,) = shown(article)
    assert place in sentence
    assert f"“{file.name}”" in sentence
    assert "110***********002X" in sentence
    assert IDENTITY not in sentence
    (hit,) = hits.open_hits(hits.Candidate(article, timezone.now()))
    assert not hit.can_be_masked
    with translation.override("en"):
        assert str(hit.problem.hint).startswith("Replace the file with one without it.")
    cast.sign(article, times=2)
    with refused(NotReady):
        review.sign_off_reading(article, by=cast.chief, revision=article.latest.number)
    review.set_hit_aside(article, by=cast.chief, key=hit.key, reason="本人同意公示")
    review.sign_off_reading(article, by=cast.chief, revision=article.latest.number)
    publishing.publish_article(article, by=cast.editor)


SLIDE = '<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:sld>'
WORD_PART = '<w:x xmlns:w="w"><w:p><w:r><w:t>{}</w:t><w:delText>删去</w:delText></w:r></w:p><w:p/></w:x>'
SHEET = '<worksheet xmlns="a"><sheetData><row r="7">{}</row><row>{}</row></sheetData></worksheet>'
LAST_SLIDES = {
    "ppt__slides__slide10_xml": SLIDE.format("十"),
    "ppt__notesSlides__notesSlide2_xml": SLIDE.format("讲稿"),
    "ppt__slideLayouts__slideLayout1_xml": SLIDE.format("版式"),
}


@pytest.mark.parametrize(
    ("file", "pieces"),
    [
        (
            package("pptx", "presentationml.presentation", ppt__slides__slide9_xml=SLIDE.format("九"), **LAST_SLIDES),
            [("slide", "", 2, "讲稿"), ("slide", "", 9, "九"), ("slide", "", 10, "十")],
        ),
        (
            docx("一", "", "三", word__header1_xml=WORD_PART.format("页眉"), word__styles_xml=WORD_PART.format("样式")),
            [("paragraph", "", 1, "一"), ("paragraph", "", 2, "三"), ("note", "", 0, "页眉删去")],
        ),
        (
            package(
                "xlsx",
                "spreadsheetml.sheet",
                xl__worksheets__sheet2_xml=SHEET.format(
                    SHARED + cell("内"), cell("") + "<c><v>5</v></c>" + cell(" 末 ")
                ),
                xl__comments1_xml=sheet(cell("旁注")).replace("<c ", "<comment ").replace("</c>", "</comment>"),
            ),
            [("row", "sheet2", 7, "内"), ("row", "sheet2", 2, "5， 末"), ("note", "", 0, "旁注")],
        ),
        (upload("\ufeff一  甲\n\n三\n".encode(), "名单.csv"), [("line", "", 1, "一 甲"), ("line", "", 3, "三")]),
    ],
    ids=["pptx", "docx", "xlsx", "csv"],
)
def test_every_part_that_is_read_by_people_is_read_with_its_place(file, pieces):
    assert texts.read_text(file.read(), file.name.rpartition(".")[2]) == ("whole", pieces)


def test_many_numbers_of_a_kind_are_one_hit_that_is_set_aside_once(cast):
    rows = [cell(f"138001380{n:02}") for n in range(40)]
    (sentence,) = shown(attached(cast, xlsx(*rows)))
    assert "row 1; sheet “获奖”, row 2; sheet “获奖”, row 3 …" in sentence
    assert "In total it is found in 40 places." in sentence


def test_cells_beside_one_another_are_no_number(cast):
    assert shown(attached(cast, xlsx(cell("138") + cell("0013") + cell("8000")))) == []


def test_a_number_that_a_table_writes_with_an_exponent_is_found(cast):
    assert "138****8000" in shown(attached(cast, xlsx("<c><v>1.3800138E10</v></c>")))[0]


def test_a_document_that_defines_entities_is_not_read():
    bomb = '<!DOCTYPE w [<!ENTITY a "13800138000">]><w:p xmlns:w="w"><w:t>&a;</w:t></w:p>'
    data = package("docx", "wordprocessingml.document", word__document_xml=bomb).read()
    assert texts.read_text(data, "docx") == ("none", [])


@given(st.sampled_from([docx("望桥乡").read(), xlsx(SHARED).read(), pdf("List").read()]), st.data())
@settings(max_examples=15, deadline=None)
def test_broken_files_are_read_or_not_and_end_nothing(whole, data):
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    for extension in ("docx", "xlsx", "pdf"):
        state, pieces = texts.read_text(broken, extension)
        assert state in AttachmentText.State.values
        assert all(len(piece) == 4 for piece in pieces)


@pytest.mark.parametrize(
    "file",
    [
        upload(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument\0".encode("utf-16-le"), "旧.doc"),
        pdf(""),
    ],
)
def test_what_cannot_be_read_is_said_and_never_called_clean(cast, file):
    assert "cannot read the text in" in shown(attached(cast, file))[0]


def test_a_long_file_is_read_to_a_measure_and_it_is_said(cast, monkeypatch):
    monkeypatch.setattr(texts, "MOST_CHARACTERS", 10)
    assert (
        "only the beginning"
        in shown(attached(cast, upload("望桥乡的便民桥今日通车，大家高兴。".encode(), "长.txt")))[0]
    )


@pytest.mark.parametrize(
    ("bounds", "state", "words"),
    [((4, 2), "whole", ["望桥", "通车"]), ((3, 2), "part", ["望桥", "通"]), ((9, 1), "part", ["望桥", "通车"])],
)
def test_what_fits_the_measure_is_whole(monkeypatch, bounds, state, words):
    for name, bound in zip(("MOST_CHARACTERS", "MOST_PIECES"), bounds, strict=True):
        monkeypatch.setattr(texts, name, bound)
    found, pieces = texts.read_text("望桥\n通车\n".encode(), "txt")
    assert (found, [piece[3] for piece in pieces]) == (state, words)


def test_a_file_that_takes_too_long_is_kept_and_not_called_read(cast, monkeypatch):
    def too_long(*arguments):
        raise LimitMet

    file = attachments.prepare_attachment_upload(upload(f"{IDENTITY}\n".encode(), "名单.txt"))
    monkeypatch.setattr(texts.limited_process, "call_limited", too_long)
    stored = attachments.store_attachment(file, by=cast.writer)
    assert (stored.text.state, stored.text.pieces) == ("none", [])


def test_files_from_before_are_read_by_a_command_once(cast):
    article = attached(cast, upload(f"{IDENTITY}\n".encode(), "名单.txt"))
    AttachmentText.objects.all().delete()
    assert shown(article) == []
    call_command("read_attachments")
    assert "110***********002X" in shown(article)[0]
    before = all_rows()
    call_command("read_attachments")
    assert all_rows() == before
    film = attachments.store_attachment(upload("另一份\n".encode(), "字幕.txt"), by=cast.writer)
    AttachmentText.objects.all().delete()
    type(film).objects.filter(pk=film.pk).update(file="attachments/1.mp4")
    assert [texts.read_stored_texts(5) for _time in range(2)] == [1, 0], "films are not read"


def test_a_reading_of_known_files_costs_one_query(cast, django_assert_num_queries):
    article = attached(cast, upload(f"{IDENTITY}\n".encode(), "名单.txt"))
    content = article.latest.content
    hits._hits_in_files(content)
    with django_assert_num_queries(1):
        assert len(hits._hits_in_files(content)) == 1


def test_places_are_those_of_the_pieces_whatever_is_normalised_away():
    pieces = [("line", "", n, words) for n, words in enumerate(["\u200b甲ﬁ", "", f"乙\u200b{IDENTITY}", "丙"], start=1)]
    (find,) = find_in_file(pieces)
    assert (find.places, find.count, find.words) == ((("line", "", 3),), 1, IDENTITY)
