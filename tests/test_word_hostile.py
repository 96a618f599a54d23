"""Files that are broken, hostile or of another kind are refused in a sentence or read as far as they are sound."""

import io
import struct
import zipfile
from contextlib import suppress

import docx
import pytest
from django.utils import translation

from articles.exchange.word import held_place, read_word_file
from articles.exchange.word.conversion import as_docx
from articles.uploads import RefusedFile
from tests.word_files import (
    NAMESPACES,
    drawing,
    list_of,
    numbered,
    paragraph,
    relationship,
    run,
    table,
    word_file,
    zipped,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def stream(name):
    return f"{name}\0".encode("utf-16-le")


def text_of(data, name="稿.docx"):
    with translation.override("en"):
        return read_word_file(as_docx(data, name), name)


def refusal_of(data, name="稿.docx"):
    with translation.override("en"), pytest.raises(RefusedFile) as refusal:
        text_of(data, name)
    return refusal.value


def body_of(document):
    return word_file("", parts={"word/document.xml": document})


def locked_zip():
    data = bytearray(word_file(paragraph("密")))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := data.find(signature, start)) >= 0:
            data[start + place] |= 1
            start += 4
    return bytes(data)


ENTITIES = '<!DOCTYPE w:document [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"PK\x03\x04", "word.damaged"),
        (word_file(paragraph("截断"))[:-30], "word.damaged"),
        (word_file(""), "word.empty"),
        (word_file(paragraph("   ")), "word.empty"),
        (body_of("<w:document"), "word.damaged"),
        (
            body_of(f"{ENTITIES}<w:document {NAMESPACES}><w:body>{paragraph('&a;')}</w:body></w:document>"),
            "word.damaged",
        ),
        (body_of(f"{BOMB}<w:document {NAMESPACES}/>"), "word.damaged"),
        (body_of("<workbook/>"), "word.no_word_file"),
        (zipped({"xl/workbook.xml": "<workbook/>"}), "word.no_word_file"),
        (zipped({}), "word.damaged"),
        (locked_zip(), "word.locked"),
        (b"plain text", "word.no_word_file"),
        (b"\xff\xd8\xff\xe0picture", "word.no_word_file"),
        (b"%PDF-1.7", "word.no_word_file"),
        (b"<html><body>x</body></html>", "word.web_page"),
        (OLE + stream("EncryptedPackage"), "attachments.locked"),
        (OLE + stream("Workbook"), "word.no_word_file"),
        (OLE + stream("Nothing"), "attachments.unknown_office"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(data, problem):
    refusal = refusal_of(data)
    assert refusal.id == problem
    assert "“稿.docx”" in str(refusal)


def test_a_part_that_expands_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("articles.exchange.word.package.MAX_UNPACKED", 100_000)
    assert refusal_of(word_file(paragraph("长" * 200_000))).id == "word.expands"


def test_a_part_with_more_xml_than_any_text_is_refused(monkeypatch):
    monkeypatch.setattr("articles.exchange.word.package.MAX_XML", 1000)
    assert refusal_of(word_file(paragraph("长" * 2000))).id == "word.expands"


def test_a_package_of_very_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr("articles.exchange.word.package.MAX_PARTS", 20)
    assert refusal_of(word_file(paragraph("字"), parts={f"x{n}": "" for n in range(20)})).id == "word.expands"


def test_tables_in_tables_without_end_are_refused_and_some_are_read():
    def nested(depth):
        return "<w:tbl><w:tr><w:tc>" * depth + paragraph("底") + "</w:tc></w:tr></w:tbl>" * depth

    assert "底" in text_of(word_file(nested(10))).html
    assert refusal_of(word_file(nested(3000))).id == "word.damaged"


def test_styles_based_on_each_other_end():
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{key}"/><w:basedOn w:val="{base}"/></w:style>'
        for key, base in (("x", "y"), ("y", "x"))
    )
    assert text_of(word_file(paragraph("字", '<w:pStyle w:val="x"/>'), styles=styles)).html == "<p>字</p>"


def test_the_text_of_a_document_with_macros_comes_without_them():
    data = word_file(paragraph("字"), parts={"word/vbaProject.bin": "x"}, types="macroEnabled.main+xml")
    text = text_of(data, "稿.docm")
    assert (text.html, text.notes) == (
        "<p>字</p>",
        ("The document has macros, which are programs: they were left out.",),
    )


# --- Pictures that cannot be shown, and the quirks of WPS -----------------------------------------------------------


def emf():
    return struct.pack("<II", 1, 88) + b"\0" * 32 + b" EMF" + b"\0" * 60


@pytest.mark.parametrize(
    ("target", "parts", "missing"),
    [
        ("NULL", {}, "absent"),
        ("../NULL", {}, "absent"),
        ("media/gone.png", {}, "absent"),
        ("media/a.png", {"word/media/a.png": ""}, "absent"),
        ("media/a.emf", {"word/media/a.emf": "x"}, "vector"),
        ("media/a.png", {"word/media/a.png": emf()}, "vector"),
        ("media/a.bin", {"word/media/a.bin": b"\xd7\xcd\xc6\x9a"}, "vector"),
    ],
)
def test_a_picture_that_cannot_be_shown_keeps_its_place(target, parts, missing):
    body = paragraph("前") + paragraph(drawing("p1")) + paragraph("后")
    text = text_of(word_file(body, links=relationship("p1", "image", target), parts=parts))
    assert '<p>前</p><figure data-picture="1">' in text.html
    assert [picture.missing for picture in text.pictures] == [missing]


def test_a_picture_of_another_site_is_not_fetched_and_keeps_its_place():
    links = relationship("p1", "image", "http://169.254.169.254/latest", "External")
    text = text_of(word_file(paragraph("前") + paragraph(drawing("p1")), links=links))
    assert [picture.missing for picture in text.pictures] == ["absent"]


def test_only_the_first_hundred_pictures_are_taken():
    body = "".join(paragraph(drawing(f"p{n}")) for n in range(300))
    links = "".join(relationship(f"p{n}", "image", f"media/{n}.png") for n in range(300))
    parts = {f"word/media/{n}.png": f"picture {n}" for n in range(300)}
    text = text_of(word_file(paragraph("图集") + body, links=links, parts=parts))
    assert text.html.count("<figure") == 300
    assert [picture.missing for picture in text.pictures] == [""] * 100 + ["many"] * 200


def test_charts_formulas_and_embedded_files_are_named_and_their_places_kept():
    chart = '<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><c:chart r:id="c1"/></a:graphicData></a:graphic>'
    chart += "</wp:inline></w:drawing></w:r>"
    formula = "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num></m:f></m:oMath>"
    embedded = '<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12" r:id="o1"/></w:object></w:r>'
    text = text_of(word_file(paragraph(run("甲") + chart + run("乙") + formula + embedded)))
    assert text.html == f"<p>甲{held_place()}乙{held_place()}</p>"
    assert [note.split(" was ")[0] for note in text.notes] == [
        "1 chart or diagram",
        "1 formula",
        "1 file embedded in the document",
    ]


def test_numbers_of_lists_that_do_not_exist_are_no_numbers():
    broken = paragraph("字", '<w:numPr><w:ilvl w:val="99"/><w:numId w:val="7"/></w:numPr>')
    assert text_of(word_file(broken)).html == "<p>字</p>"


def test_a_list_with_more_levels_than_word_has_is_no_list():
    level = '<w:lvl w:ilvl="12"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    numbering = f'<w:abstractNum w:abstractNumId="1">{level}</w:abstractNum>' + list_of(abstract="1")
    assert text_of(word_file(numbered("字", level=12), numbering=numbering)).html == "<p>字</p>"


def test_spans_that_are_no_numbers_and_rows_without_cells():
    wild = '<w:tc><w:tcPr><w:gridSpan w:val="九百"/><w:vMerge/></w:tcPr>' + paragraph("字") + "</w:tc>"
    assert text_of(word_file(table("", wild))).html == "<table><tbody><tr><td><p>字</p></td></tr></tbody></table>"


# --- Changed at random ----------------------------------------------------------------------------------------------


def sample():
    document = docx.Document()
    document.add_heading("标题", 1)
    document.add_paragraph("列表", "List Number")
    document.add_table(2, 2).cell(0, 0).text = "格"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("seed", range(0, 400, 8))
def test_a_file_with_a_changed_byte_is_read_or_refused(seed):
    data = bytearray(sample())
    for place in range(seed, len(data), 4001):
        data[place] ^= 0x55
    with suppress(RefusedFile):
        text_of(bytes(data))


@pytest.mark.parametrize("name", ["word/document.xml", "word/numbering.xml", "word/styles.xml"])
def test_a_part_with_changed_text_is_read_or_refused(name):
    with zipfile.ZipFile(io.BytesIO(sample())) as archive:
        members = {part: archive.read(part) for part in archive.namelist()}
    for old, new in ((b"w:val=", b"w:vax="), (b'="1"', b'="-1"'), (b"w:p>", b"w:tbl>"), (b"w:numId", b"w:numIx")):
        with suppress(RefusedFile):
            text_of(zipped({**members, name: members[name].replace(old, new)}))
