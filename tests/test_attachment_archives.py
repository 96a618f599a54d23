"""Archives: refused unless the setting allows them, and then only with files that could be uploaded one by one."""

import io
import stat
import warnings
import zipfile

import pytest
from django.utils import translation

from articles import attachments
from articles.attachments import RefusedFile, inspect_file, office
from tests.cast import all_rows, png, upload

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TEXT = "名单".encode()


@pytest.fixture(autouse=True)
def _allowed(settings):
    settings.ACCEPT_ZIP = True
    with translation.override("en"):
        yield


def an_archive(files, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that is there twice
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def a_document():
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return an_archive(
        [
            ("[Content_Types].xml", f'<Types><Override PartName="/d.xml" ContentType="{types}"/></Types>'),
            ("d.xml", "<d/>"),
        ]
    )


def refusal_of(data):
    with pytest.raises(RefusedFile) as refusal:
        inspect_file(data, "材料.zip")
    return refusal.value


def test_an_archive_of_documents_and_pictures_is_kept_as_it_is():
    files = [
        ("材料/", ""),
        ("材料/名单.txt", TEXT),
        ("材料/通知.pdf", PDF),
        ("图.PNG", png()),
        ("文.docx", a_document()),
    ]
    data = an_archive(files)
    prepared = inspect_file(data, "材料.zip")
    assert (prepared.extension, prepared.name, prepared.data) == ("zip", "材料.zip", data)


def test_pictures_of_all_usual_kinds_may_be_in_it():
    kinds = ("jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif")
    assert inspect_file(an_archive([(f"图.{kind}", png()) for kind in kinds]), "图.zip").extension == "zip"


def test_without_the_setting_it_is_refused(settings):
    settings.ACCEPT_ZIP = False
    assert refusal_of(an_archive([("a.txt", TEXT)])).id == "attachments.zip"
    assert inspect_file(a_document(), "a.docx").extension == "docx"


@pytest.mark.parametrize(
    ("files", "problem", "said"),
    [
        ([], "empty_archive", "nothing in it"),
        ([("空/", "")], "empty_archive", "nothing in it"),
        ([("a.zip", an_archive([("b.txt", TEXT)]))], "nested_archive", "a.zip"),
        ([("a.docx", an_archive([("b.txt", TEXT)]))], "nested_archive", "a.docx"),
        ([("a.txt", TEXT), ("A.TXT", TEXT)], "unsafe_name", "A.txt"),
        ([("../a.txt", TEXT)], "unsafe_name", "a.txt"),
        ([("x/../../a.txt", TEXT)], "unsafe_name", "a.txt"),
        ([("/etc/a.txt", TEXT)], "unsafe_name", "a.txt"),
        ([("C:/a.txt", TEXT)], "unsafe_name", "a.txt"),
        ([("x\\..\\a.txt", TEXT)], "unsafe_name", "a.txt"),
        ([("a\u202etxt.exe", TEXT)], "unsafe_name", "atxt.exe"),
        ([("长" * 197 + ".txt", TEXT)], "unsafe_name", "长"),
        ([("通知.pdf.exe", PDF)], "other_kind", "通知.pdf.exe"),
        ([("图.html", png())], "other_kind", "图.html"),
        ([("通知.txt", PDF)], "other_kind", "通知.txt"),
        ([("a.sh", b"#!/bin/sh\nrm -rf /\n")], "embedded", ""),
        ([("a.exe", b"MZ" + b"a" * 20 + b"\0")], "embedded", ""),
        ([("a.js", b"alert(1)")], "refused_inside", "“a.js” is not a supported kind"),
        ([("a.svg", b"<svg onload='x'/>")], "refused_inside", "“a.svg” is an SVG drawing"),
        ([("a.html", b"<!doctype html><script>")], "refused_inside", "“a.html” is a web page"),
        ([("__MACOSX/._a.txt", b"\0\5\x16\7\0\2")], "refused_inside", "“._a.txt”"),
        ([("a.gz", b"\x1f\x8b\x08")], "refused_inside", "“a.gz” is an archive"),
        ([("零.txt", bytes(30 * 2**20))], "bomb", "far more data"),
    ],
)
def test_what_may_not_be_in_it_is_named(files, problem, said):
    refusal = refusal_of(an_archive(files))
    assert refusal.id == f"attachments.{problem}"
    assert refusal.message.startswith("“材料.zip” ")
    assert said in refusal.message


def test_a_link_to_elsewhere_is_refused():
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refusal_of(an_archive([(link, "/etc/passwd")])).id == "attachments.damaged"


def test_a_locked_archive_is_refused():
    data = bytearray(an_archive([("a.txt", TEXT)]))
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + at] |= 1
    assert refusal_of(bytes(data)).id == "attachments.locked"


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(office, "MAX_PARTS", 2)
    assert inspect_file(an_archive([("a.txt", TEXT), ("b.txt", TEXT)]), "a.zip").extension == "zip"
    assert refusal_of(an_archive([(f"{n}.txt", TEXT) for n in "abc"])).id == "attachments.bomb"


def test_names_of_windows_in_china_are_read():
    plain = an_archive([("AAAA.txt", TEXT), ("BBBB.js", TEXT)])
    chinese = plain.replace(b"AAAA", "名单".encode("gb18030")).replace(b"BBBB", "脚本".encode("gb18030"))
    assert "“脚本.js”" in refusal_of(chinese).message


@pytest.mark.django_db
def test_a_stored_archive_is_a_download_and_a_refused_one_leaves_nothing(client, cast, settings):
    kept = attachments.store_attachment(upload(an_archive([("a.txt", TEXT)]), "材料.zip"), by=cast.writer)
    cast.publish_with(kept)
    settings.ACCEPT_ZIP = False  # what is public stays so
    answer = client.get(kept.url)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment")
    before = all_rows()
    with pytest.raises(RefusedFile):
        attachments.store_attachment(upload(an_archive([("b.txt", TEXT)]), "二.zip"), by=cast.writer)
    assert all_rows() == before
