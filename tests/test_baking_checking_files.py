"""`check_baked --manifest` also finds pictures, their copies, attachments and static files that somebody else changed."""

import gzip
from pathlib import Path

import pytest
from django.core.management import call_command

from articles import attachments, baking, pictures
from articles.baking import checking_files
from articles.baking.checking_files import differing_static_files, differing_uploads
from articles.models import CheckedFile, PageCheck
from tests.cast import png, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(cast, settings):
    """The media folder with a picture, its copies and an attachment: {kind: path}."""
    picture = pictures.store_picture(upload(png(1200, 800)), by=cast.writer)
    attachment = attachments.store_attachment(upload(b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF", "a.pdf"), by=cast.writer)
    media = Path(settings.MEDIA_ROOT)
    copy = Path(picture.renditions[0][1]).name
    return {
        "picture": media / picture.file.name,
        "copy": media / "pictures" / copy,
        "attachment": media / attachment.file.name,
    }


def other_byte(file):
    body = bytearray(file.read_bytes())
    body[-3] ^= 1
    file.write_bytes(bytes(body))


CHANGES = {
    "one byte": other_byte,
    "one byte more": lambda file: file.write_bytes(file.read_bytes() + b" "),
    "emptied": lambda file: file.write_bytes(b""),
    "removed": lambda file: file.unlink(),
}


@pytest.mark.parametrize("kind", ["picture", "copy", "attachment"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_upload_is_found_and_found_again_until_it_is_right(files, settings, kind, change):
    assert list(differing_uploads()) == []
    before = files[kind].read_bytes()
    CHANGES[change](files[kind])
    name = files[kind].relative_to(settings.MEDIA_ROOT).as_posix()
    for _check in range(2):
        assert list(differing_uploads()) == [(name, "missing" if change == "removed" else "changed")]
    files[kind].write_bytes(before)
    assert list(differing_uploads()) == []


@pytest.mark.parametrize("kind", ["picture", "attachment"])
def test_what_was_changed_before_the_first_check_is_found_by_its_row(files, kind):
    other_byte(files[kind])
    assert len(list(differing_uploads())) == 1


def test_every_size_is_compared_and_contents_in_turn(files, monkeypatch):
    assert list(differing_uploads()) == []
    monkeypatch.setattr(checking_files, "CONTENTS_PER_CHECK", 1)
    names = [known.name for known in CheckedFile.objects.order_by("checked_at")]
    assert len(names) == 6, "picture, its square and three other copies, attachment"
    for name in names:  # the one that was not read for longest
        before = CheckedFile.objects.get(name=name).checked_at
        assert list(differing_uploads()) == []
        assert CheckedFile.objects.get(name=name).checked_at > before
    for file in files.values():
        file.write_bytes(file.read_bytes() + b" ")
    assert len(list(differing_uploads())) == 3


def test_the_check_takes_few_queries_however_many_files(cast, django_assert_max_num_queries):
    for number in range(12):
        pictures.store_picture(upload(png(300, 200, (number, 0, 0))), by=cast.writer)
    assert list(differing_uploads()) == []
    checking_files.CheckedFile.objects.update(checked_at=checking_files.NEVER)
    with django_assert_max_num_queries(7):
        assert [expected.name for expected, _known in checking_files._expected_and_known()]


@pytest.fixture
def collected(settings, tmp_path):
    """Our own static files, collected as in production: hashed names and compressed copies."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return settings.STATIC_ROOT


def test_a_changed_static_file_is_found_under_every_name(collected):
    assert list(differing_static_files(collected)) == []
    plain = collected / "site" / "tools.js"
    hashed = next(file for file in collected.glob("site/tools.*.js"))
    packed = collected / f"{hashed.relative_to(collected)}.gz"
    for file, body in (
        (plain, plain.read_bytes() + b"//"),
        (hashed, hashed.read_bytes() + b"//"),
        (packed, gzip.compress(b"alert(1)")),
        (packed, b"no gzip"),
    ):
        before = file.read_bytes()
        file.write_bytes(body)
        assert list(differing_static_files(collected)) == [(file.relative_to(collected).as_posix(), "changed")]
        file.write_bytes(before)


def test_the_command_reports_them_and_repairs_pages_alone(files, collected, cast, monkeypatch, capsys):
    monkeypatch.setattr("articles.baking.checking.RECHECK_PAUSE", 0)
    cast.publish(cast.article())
    baking.bake_everything(processes=1)
    call_command("check_baked", manifest=True)
    other_byte(files["copy"])
    (collected / "site" / "tools.js").write_bytes(b"alert(1)")
    with pytest.raises(SystemExit):
        call_command("check_baked", manifest=True, repair=True)
    found = PageCheck.objects.first().findings
    assert found == [[f"media/pictures/{files['copy'].name}", "changed"], ["static/site/tools.js", "changed"]]
    assert "static/site/tools.js" in capsys.readouterr().out
    assert (collected / "site" / "tools.js").read_bytes() == b"alert(1)"
