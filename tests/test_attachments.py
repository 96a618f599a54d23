"""An attachment is of a known kind, regardless of its name, and contains nothing that runs on a reader's machine."""

import hashlib
import io
import re
import struct
import zipfile
import zlib

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from articles import attachments, uploads
from articles.attachments import RefusedFile, inspect_file, office, pdf
from articles.models import Attachment, AuditEntry
from tests.cast import png, refused, upload


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


# --- Files made here ------------------------------------------------------------------------------------------------


def a_pdf(body=b"", stream=b"", entries=b"/Filter/FlateDecode"):
    """Return a PDF of one page, with `body` among its objects and one stream as written in the file."""
    return b"\n".join(
        [
            b"%PDF-1.7",
            b"1 0 obj",
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"endobj",
            b"2 0 obj",
            b"<< /Type /Pages /Kids [] /Count 0 >>",
            b"endobj",
            body,
            b"4 0 obj",
            b"<< /Length %d %s >>" % (len(stream), entries),
            b"stream",
            stream,
            b"endstream",
            b"endobj",
            b"trailer << /Root 1 0 R >>",
            b"startxref",
            b"9",
            b"%%EOF",
            b"",
        ]
    )


def a_zip(parts, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


TYPES = {
    "docx": "wordprocessingml.document.main+xml",
    "xlsx": "spreadsheetml.sheet.main+xml",
    "pptx": "presentationml.presentation.main+xml",
}


def types(declared):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/main.xml" ContentType="{declared}"/>'
        "</Types>"
    )


def a_package(kind="docx", **parts):
    declared = "application/vnd.openxmlformats-officedocument." + TYPES[kind]
    return a_zip({"[Content_Types].xml": types(declared), "main.xml": "<w/>" * 40} | parts)


def relationship(kind, target):
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"'
        f' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
        f' Target="{target}" TargetMode="External"/></Relationships>'
    )


def a_compound(*entries, body=b""):
    """Return the relevant parts of an OLE compound file: its signature and its directory entries."""
    directory = b"".join(entry.encode("utf-16-le").ljust(64, b"\0").ljust(128, b"\0") for entry in entries)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + directory + body


SCRIPT = b"<< /Type /Action /S /JavaScript /JS (app.alert\\(1\\)) >>"
CSV = "姓名,单位\n林晓舟,融媒体中心\n"

# --- What is accepted -----------------------------------------------------------------------------------------------

ACCEPTED = {
    "招聘公告.pdf": ("pdf", a_pdf(stream=zlib.compress(b"BT (/JavaScript is a language) Tj ET"[:9]))),
    "表.docx": ("docx", a_package("docx")),
    "表.xlsx": ("xlsx", a_package("xlsx")),
    "表.pptx": ("pptx", a_package("pptx")),
    "图表.docx": ("docx", a_package("docx", **{"word/embeddings/a.xlsx": a_package("xlsx")})),
    "模板.docx": (
        "docx",
        a_package(
            **{"word/_rels/settings.xml.rels": relationship("attachedTemplate", "file:///C:\\Users\\a\\Normal.dotm")}
        ),
    ),
    "链接.docx": (
        "docx",
        a_package(**{"word/_rels/document.xml.rels": relationship("hyperlink", "https://example.cn/")}),
    ),
    "公式.docx": ("docx", a_package(**{"word/embeddings/o.bin": a_compound("Equation Native")})),
    "公文.ofd": ("ofd", a_zip({"OFD.xml": "<ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'/>"})),
    "旧表.doc": ("doc", a_compound("Root Entry", "WordDocument")),
    "旧表.wps": ("wps", a_compound("WordDocument")),
    "旧表.xls": ("xls", a_compound("Workbook")),
    "旧表.et": ("et", a_compound("Workbook")),
    "旧表.ppt": ("ppt", a_compound("PowerPoint Document")),
    "旧表.dps": ("dps", a_compound("PowerPoint Document")),
    "名单.csv": ("csv", CSV.encode()),
    "名单.txt": ("txt", CSV.encode("gb18030")),
    "比较.txt": ("txt", "气温 <5℃ 且风力 >6 级".encode()),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_each_kind_is_told_by_its_content(name):
    extension, data = ACCEPTED[name]
    assert inspect_file(data, name).extension == extension
    assert extension in uploads.CONTENT_TYPES


@pytest.mark.parametrize(
    ("name", "data", "extension"),
    [
        ("a.exe", a_pdf(), "pdf"),
        ("a.html", a_package("xlsx"), "xlsx"),
        ("a.docx", a_compound("WordDocument"), "doc"),
        ("a.doc", a_compound("Workbook"), "xls"),
        ("a", a_pdf(), "pdf"),
    ],
    # Every process that shares the tests names them alike; a package's bytes hold the time when it was made.
    ids=["pdf as exe", "xlsx as html", "doc as docx", "xls as doc", "pdf without a suffix"],
)
def test_a_wrong_name_changes_nothing(name, data, extension):
    assert inspect_file(data, name).extension == extension


# --- What is refused ------------------------------------------------------------------------------------------------

OBJECTS = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"
REFUSED_PDFS = {
    "javascript": (a_pdf(b"3 0 obj " + SCRIPT + b" endobj"), "JavaScript"),
    "only /JS": (a_pdf(b"3 0 obj << /S /Rendition /JS 7 0 R >> endobj"), "JavaScript"),
    "escaped": (a_pdf(b"3 0 obj << /S /J#61va#53cript >> endobj"), "JavaScript"),
    "launch": (a_pdf(b"3 0 obj << /S /Launch /F (cmd.exe) >> endobj"), "starts other programs"),
    "embedded": (a_pdf(b"3 0 obj << /Type /EmbeddedFile >> endobj"), "other files inside"),
    "embedded tree": (a_pdf(b"3 0 obj << /Names << /EmbeddedFiles 4 0 R >> >> endobj"), "other files inside"),
    "rich media": (a_pdf(b"3 0 obj << /Subtype/RichMedia >> endobj"), "film or Flash"),
    "xfa": (a_pdf(b"3 0 obj << /AcroForm << /XFA[(a)] >> >> endobj"), "XFA"),
    "in an object stream": (a_pdf(stream=zlib.compress(SCRIPT), entries=OBJECTS), "JavaScript"),
    "in an object stream, escaped": (
        a_pdf(stream=zlib.compress(b"<</S/#4cau#6ech/F 1>>"), entries=OBJECTS),
        "starts other",
    ),
    "in a broken stream": (a_pdf(stream=zlib.compress(SCRIPT * 9)[:-4]), "JavaScript"),
    "across two pieces": (a_pdf(stream=zlib.compress(b" " * (pdf._PIECE_SIZE - 9) + SCRIPT)), "JavaScript"),
    "object stream packed otherwise": (
        a_pdf(stream=b"78da>", entries=b"/Type/ObjStm/Filter/ASCIIHexDecode"),
        "cannot be checked",
    ),
    "object stream with a predictor": (
        a_pdf(stream=zlib.compress(b"x"), entries=OBJECTS + b"/DecodeParms<</Predictor 12>>"),
        "cannot be checked",
    ),
    "truncated": (a_pdf(stream=zlib.compress(b"x" * 99))[:-30], "without its end"),
}


@pytest.mark.parametrize("which", REFUSED_PDFS)
def test_pdfs_that_act_are_refused(which):
    data, said = REFUSED_PDFS[which]
    with pytest.raises(RefusedFile, match=said):
        inspect_file(data, "a.pdf")


def test_short_names_in_a_pictures_bytes_are_chance():
    assert (
        inspect_file(a_pdf(stream=b"\x80\x91\xa2\xb3\xc4\xd5\xe6\xf7/JS(\x80", entries=b""), "a.pdf").extension == "pdf"
    )


def test_a_pdf_that_unfolds_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(pdf, "MAX_INFLATED", 10 * 2**20)
    inspect_file(a_pdf(stream=zlib.compress(bytes(9 * 2**20))), "a.pdf")
    with pytest.raises(RefusedFile, match="too much data to be checked"):
        inspect_file(a_pdf(stream=zlib.compress(bytes(11 * 2**20))), "a.pdf")


def test_a_pdf_of_countless_streams_is_refused(monkeypatch):
    monkeypatch.setattr(pdf, "MAX_STREAMS", 100)
    with pytest.raises(RefusedFile, match="too much data to be checked"):
        inspect_file(a_pdf(body=b"stream\n" * 200), "a.pdf")


def nested(levels):
    return a_package(**({"word/embeddings/a.docx": nested(levels - 1)} if levels else {}))


def lying_about_size():
    """Return a part that declares ten zeros and their checksum, but expands to a million."""
    data = a_package(**{"z.xml": bytes(1_000_000)})
    for number, lie in ((1_000_000, 10), (zlib.crc32(bytes(1_000_000)), zlib.crc32(bytes(11)))):
        assert data.count(struct.pack("<I", number)) == 2
        data = data.replace(struct.pack("<I", number), struct.pack("<I", lie))
    return data


def locked():
    data = bytearray(a_package())
    entry = data.index(b"PK\x01\x02")
    data[entry + 8] |= 1
    return bytes(data)


WORD_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
TEMPLATE = {"word/_rels/settings.xml.rels": relationship("attachedTemplate", "https://example.cn/a.dotm")}
REFUSED_PACKAGES = {
    "macros": (a_package(**{"word/vbaProject.bin": b"x"}), "macros"),
    "macros by another name": (a_zip({"[Content_Types].xml": types(WORD_MACROS)}), "macros"),
    "macros spelt in entities": (a_zip({"[Content_Types].xml": types(WORD_MACROS.replace("m", "&#109;"))}), "macros"),
    "macro sheets": (a_package("xlsx", **{"xl/macrosheets/sheet1.xml": b"<x/>"}), "macros"),
    "macros in an embedded old file": (a_package(**{"word/embeddings/o.bin": a_compound("_VBA_PROJECT")}), "macros"),
    "remote template": (a_package(**TEMPLATE), "from elsewhere"),
    "template on a share": (
        a_package(**{"a.rels": relationship("attachedTemplate", r"\\host\a.dotm")}),
        "from elsewhere",
    ),
    "template on a named share": (
        a_package(**{"a.rels": relationship("attachedTemplate", "file://host/a")}),
        "from elsewhere",
    ),
    "remote object": (
        a_package(**{"a.rels": relationship("oleObject", "mhtml:http://example.cn/x!x")}),
        "from elsewhere",
    ),
    "remote template in an embedded file": (a_package(**{"a.docx": a_package(**TEMPLATE)}), "from elsewhere"),
    "package object": (a_package(**{"word/embeddings/o.bin": a_compound("\x01Ole10Native")}), "files embedded"),
    "program": (a_package(**{"word/media/a.png": b"MZ\x90\0"}), "files embedded"),
    "archive inside": (a_package(**{"a.zip": a_zip({"x": "y"})}), "files embedded"),
    "too deep": (nested(3), "files embedded"),
    "locked": (locked(), "password"),
    "bomb": (a_package(**{"z.xml": bytes(20 * 2**20)}), "far more data than it should"),
    "lying about its size": (lying_about_size(), "far more data than it should"),
    "countless parts": (a_package(**{f"{n}.xml": "" for n in range(5001)}), "far more data than it should"),
    "entities": (
        a_zip({"[Content_Types].xml": '<!DOCTYPE x [<!ENTITY a "b">]>' + types(TYPES["docx"])[38:]}),
        "damaged",
    ),
    "broken xml": (a_zip({"[Content_Types].xml": "<Types"}), "damaged"),
    "other compression": (a_package().replace(b"\x08\0", b"\x0c\0"), "damaged"),
    "truncated": (a_package()[:-40], "damaged"),
    "plain zip": (a_zip({"a.exe": "x"}), "unpack it"),
    "empty zip": (a_zip({}), "unpack it"),
}


@pytest.mark.parametrize("which", REFUSED_PACKAGES)
def test_packages_that_act_or_burst_are_refused(which):
    data, said = REFUSED_PACKAGES[which]
    with pytest.raises(RefusedFile, match=said):
        inspect_file(data, "a.docx")


def test_embedded_packages_share_one_allowance(monkeypatch):
    inner = a_package(**{"z.xml": b"ab" * 100_000})
    monkeypatch.setattr(office, "MAX_UNPACKED", 500_000)
    inspect_file(a_package(**{"a.docx": inner, "b.docx": inner}), "a.docx")
    with pytest.raises(RefusedFile, match="far more"):
        inspect_file(a_package(**{"a.docx": inner, "b.docx": inner, "c.docx": inner}), "a.docx")


REFUSED = {
    "macros.doc": (a_compound("WordDocument", "_VBA_PROJECT"), "macros"),
    "macros.ppt": (
        a_compound("PowerPoint Document", body=bytes.fromhex("020000040c000000050000000100000002000000")),
        "macros",
    ),
    "locked.docx": (a_compound("EncryptedPackage"), "password"),
    "package.doc": (a_compound("WordDocument", "\x01Ole10Native"), "files embedded"),
    "installer.doc": (a_compound("Root Entry"), "old Office file of a kind"),
    "a.rar": (b"Rar!\x1a\x07\x01\x00", "is an archive"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c\x00", "is an archive"),
    "a.gz": (b"\x1f\x8b\x08", "is an archive"),
    "a.pdf": (b"MZ\x90\x00\x03", "is a program"),
    "elf.txt": (b"\x7fELF\x02", "is a program"),
    "a.sh": (b"#!/bin/sh\n", "is a program"),
    "a.txt": (png(8, 8), "use the picture button"),
    "page.txt": (b"<!DOCTYPE html><script>alert(1)</script>", "is a web page"),
    "page.pdf": (b"<html>%PDF-1.7 %%EOF", "is a web page"),
    "drawing.csv": (b"<svg onload=alert(1)>", "SVG drawing"),
    "feed.txt": (b"<rss/>", "for machines"),
    "hidden.csv": (CSV.encode() + b"<script>alert(1)</script>", "HTML or a script in"),
    "hidden.txt": (b"a <?php system('x');", "HTML or a script in"),
    "a.js": (b"alert(1)", "not a supported kind"),
    "a.bat": (b"@echo off", "not a supported kind"),
    "a.mp4": (b"\0\0\0\x20ftypisom", "not a film that browsers can play"),
    "binary.txt": (b"a\0b", "not a supported kind"),
    "latin.txt": (b"caf\xe9 \xff", "not a supported kind"),
    "empty.txt": (b"", "not a supported kind"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_everything_else_is_refused_with_the_way_out(name):
    data, said = REFUSED[name]
    with pytest.raises(RefusedFile, match=said) as refusal:
        inspect_file(data, name)
    assert str(refusal.value).startswith(f"“{name}” ")


SEEDS = [data for _extension, data in ACCEPTED.values()]


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_bytes_whatever_raise_anything_but_refused_file(data):
    body = bytearray(data.draw(st.one_of(st.sampled_from(SEEDS), st.binary(max_size=200))))
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, 10**4), st.integers(0, 255)), max_size=6)):
        body[place % max(1, len(body)) : place % max(1, len(body)) + 1] = bytes([value])
    name = data.draw(st.sampled_from([*ACCEPTED, "a.exe", ""]))
    try:
        assert inspect_file(bytes(body), name).extension in uploads.CONTENT_TYPES
    except RefusedFile as refusal:
        assert str(refusal)  # noqa: PT017


# --- Storing --------------------------------------------------------------------------------------------------------


def stored_files(settings):
    return [p.relative_to(settings.MEDIA_ROOT).as_posix() for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()]


def test_storing_keeps_the_bytes_under_a_random_name_with_row_and_audit_entry(cast, settings):
    data = a_pdf()
    stored = attachments.store_attachment(upload(data, "停水通知.PDF"), by=cast.writer)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert stored_files(settings) == [stored.file.name]
    assert re.fullmatch(r"attachments/[0-9a-f]{32}\.pdf", stored.file.name)
    assert stored.file.name[12:20] not in stored.sha256
    assert (settings.MEDIA_ROOT / stored.file.name).read_bytes() == data
    assert (stored.name, stored.size, stored.kind) == ("停水通知.pdf", len(data), "PDF")
    entry = AuditEntry.objects.get(action="attachment.uploaded")
    assert (entry.object_id, entry.actor, entry.details["sha256"]) == (str(stored.pk), cast.writer, stored.sha256)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_texts_are_stored_in_the_charset_they_are_served_with(cast, settings, encoding):
    stored = attachments.store_attachment(upload(CSV.encode(encoding), "名单.csv"), by=cast.writer)
    assert (settings.MEDIA_ROOT / stored.file.name).read_bytes() == b"\xef\xbb\xbf" + CSV.encode()
    assert stored.size == len(CSV.encode()) + 3


def test_the_same_file_of_the_same_person_again_is_the_row_there_is(cast, settings):
    first, again = (attachments.store_attachment(upload(a_pdf(), "甲.pdf"), by=cast.writer) for _time in range(2))
    assert (again, Attachment.objects.count(), len(stored_files(settings))) == (first, 1, 1)
    assert AuditEntry.objects.filter(action="attachment.uploaded").count() == 1


def test_each_uploader_has_their_own_name_and_address_for_the_same_bytes(cast, settings):
    first = attachments.store_attachment(upload(a_pdf(), "甲.pdf"), by=cast.writer)
    other = attachments.store_attachment(upload(a_pdf(), "乙.pdf"), by=cast.editor)
    same_name = attachments.store_attachment(upload(a_pdf(), "甲.pdf"), by=cast.editor)
    assert [first.name, other.name, same_name.name] == ["甲.pdf", "乙.pdf", "甲.pdf"]
    assert len({first.file.name, other.file.name, same_name.file.name}) == len(stored_files(settings)) == 3
    assert first.sha256 == other.sha256


def test_two_uploads_of_one_file_at_once_leave_one_row(cast, settings, monkeypatch):
    """The other upload arrives after ours has looked for the row and before it inserts one."""
    keep, others = uploads.kept_files, []

    def keep_late(files):
        monkeypatch.setattr(uploads, "kept_files", keep)
        others.append(attachments.store_attachment(upload(a_pdf(), "甲.pdf"), by=cast.writer))
        return keep(files)

    monkeypatch.setattr(uploads, "kept_files", keep_late)
    ours = attachments.store_attachment(upload(a_pdf(), "甲.pdf"), by=cast.writer)
    assert [ours] == others == list(Attachment.objects.all())
    assert stored_files(settings) == [ours.file.name]
    assert AuditEntry.objects.filter(action="attachment.uploaded").count() == 1


@pytest.mark.parametrize(
    ("who", "file", "error"),
    [
        ("stranger", upload(a_pdf(), "a.pdf"), PermissionDenied),
        ("writer", upload(a_pdf(SCRIPT), "a.pdf"), RefusedFile),
        ("writer", upload(b"", "a.txt"), RefusedFile),
    ],
    ids=["stranger", "script", "empty"],
)
def test_on_refusal_nothing_happened(cast, settings, who, file, error):
    with pytest.raises(error):
        attachments.store_attachment(file, by=getattr(cast, who))
    assert not Attachment.objects.exists()
    assert not AuditEntry.objects.filter(action="attachment.uploaded").exists()
    assert stored_files(settings) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("公告.pdf.exe", "公告.pdf"),
        ("公告.doc", "公告.pdf"),
        ("名单2026.11", "名单2026.11.pdf"),
        (".pdf", "attachment.pdf"),
        ("", "attachment.pdf"),
        ("长" * 300, "长" * 146 + ".pdf"),
    ],
)
def test_readers_see_the_name_with_the_true_extension(name, shown):
    assert attachments.public_file_name(name, "pdf") == shown


# --- Its name -------------------------------------------------------------------------------------------------------


def test_an_attachment_is_renamed_by_whoever_uploaded_it_or_arranges(cast):
    paper = attachments.store_attachment(upload(a_pdf(), "通知.pdf"), by=cast.writer)
    for who, name in ((cast.writer, "公告.pdf"), (cast.chief, "公告（新）.pdf"), (cast.chief, "公告（新）.pdf")):
        paper.name, paper.size = name, 1
        attachments.save_attachment(paper, by=who)
    kept = Attachment.objects.get()
    assert kept.name == "公告（新）.pdf"
    assert kept.size != 1, "the name alone is written"
    entries = AuditEntry.objects.filter(action="attachment.changed")
    assert [entry.details["new"] for entry in entries] == [["公告（新）.pdf"], ["公告.pdf"]], "unchanged makes no entry"


def test_nobody_else_renames_an_attachment_and_no_name_is_empty(cast):
    paper = attachments.store_attachment(upload(a_pdf(), "通知.pdf"), by=cast.writer)
    paper.name = "假.pdf"
    with refused(PermissionDenied, "Only its uploader"):
        attachments.save_attachment(paper, by=cast.editor)
    paper.name = ""
    with refused(ValidationError, "blank"):
        attachments.save_attachment(paper, by=cast.writer)
