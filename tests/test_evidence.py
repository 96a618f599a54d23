"""The evidence pack: complete, verified without a database; any change is found, and no malicious file crashes it."""

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from articles import audit, evidence, publishing, review
from articles.evidence import NotEvidence, checking
from articles.models import AuditEntry
from tests.cast import make_user
from tests.test_review_sheet import told

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def story(cast):
    return told(cast)


@pytest.fixture
def new_pack(cast, story):
    return packed(story, cast.editor)


@pytest.fixture(scope="module")
def made():
    return []


@pytest.fixture
def pack(request, made):
    """A pack for tests of its bytes alone: made once, for the first of them."""
    if not made:
        made.append(request.getfixturevalue("new_pack").getvalue())
    return io.BytesIO(made[0])


def packed(article, by):
    target = io.BytesIO()
    evidence.export_pack(article, target, by=by)
    return target


def files_of(pack):
    with zipfile.ZipFile(pack) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, data in files.items():
            new.writestr(name, data)
    return out


def with_honest_manifest(files):
    """The files with a manifest that agrees with them: what somebody would make who rewrites a pack with care."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {n: hashlib.sha256(d).hexdigest() for n, d in files.items() if n != "manifest.json"}
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def test_a_pack_is_sound_holds_everything_and_is_recorded(story, new_pack):
    files = files_of(new_pack)
    assert {
        "manifest.json",
        "editions/1.json",
        "editions/2.json",
        "revisions/1.json",
        "revisions/2.json",
        "revisions/3.json",
        "sign_offs.json",
        "audit.json",
        "sheet.html",
        "sheet.pdf",
    } <= set(files)
    assert sum(name.startswith("files/pictures/") for name in files) == 1
    assert "五人" in json.loads(files["editions/1.json"])["content"]["body"]
    page = files["sheet.html"].decode()
    assert page.startswith("<!doctype html>")
    assert '<meta charset="utf-8">' in page  # opened from a disk, where no server says it
    assert "改正人数" in page
    recorded = AuditEntry.objects.first()
    assert (recorded.action, recorded.object_id) == ("article.evidence_exported", str(story.pk))
    checked = evidence.check_pack(new_pack)
    assert (checked.article, checked.files, checked.audit_head) == (story.pk, len(files) - 1, recorded.hash)


def test_the_same_facts_make_the_same_bytes(cast, story, monkeypatch):
    first, second = files_of(packed(story, cast.editor)), files_of(packed(story, cast.editor))
    # What an export adds: its own audit entry, and the instant in the manifest.
    assert {name for name in first if first[name] != second[name]} == {"audit.json", "manifest.json", "log/proofs.json"}
    monkeypatch.setattr(audit, "record_entry", lambda *args, **facts: AuditEntry(hash="0" * 64))
    monkeypatch.setattr(timezone, "now", lambda: story.created_at)
    assert packed(story, cast.editor).getvalue() == packed(story, cast.editor).getvalue()


def test_a_story_that_was_rejected_or_went_first_has_its_evidence_too(cast):
    rejected = cast.article()
    review.submit_article(rejected, by=cast.admin)
    review.reject_article(rejected, by=cast.editor, reason="不实")
    urgent = cast.article()
    review.submit_article(urgent, by=cast.admin)
    publishing.publish_urgent(urgent, by=cast.chief, reason="汛情")
    for article in (rejected, urgent, cast.article()):
        assert evidence.check_pack(packed(article, cast.chief)).article == article.pk


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_pictures_are_packed(cast, story, monkeypatch):
    """The audit's chain is locked till the transaction ends; a pack of large pictures would stop the newsroom."""
    waiting = []
    exists = default_storage.exists
    monkeypatch.setattr(
        default_storage, "exists", lambda name: waiting.append(connection.in_atomic_block) or exists(name)
    )
    packed(story, cast.editor)
    assert waiting == [False]


def edit(name, change):
    def edited(files):
        value = json.loads(files[name])
        change(value)
        return {**files, name: json.dumps(value).encode()}

    return edited


def without(*names):
    return lambda files: {name: data for name, data in files.items() if not name.startswith(names)}


def other_picture(files):
    return {name: b"another" if name.startswith("files/") else data for name, data in files.items()}


def without_first_reading(rows):
    del rows[1]


def without_entry(action):
    def removed(rows):
        rows[:] = [row for row in rows if row["action"] != action]

    return removed


FORGERIES = [
    (edit("editions/1.json", lambda e: e["content"].update(body="<p>无人受伤。</p>")), r"editions/1\.json: the digest"),
    (edit("editions/2.json", lambda e: e.update(previous_digest="0" * 64)), r"editions/2\.json does not follow"),
    (
        edit("editions/2.json", lambda e: e.update(sign_off=e["sign_off"] - 1)),
        r"editions/2\.json: this text was not signed",
    ),
    (edit("editions/1.json", lambda e: e.update(number=2)), r"editions/1\.json contains a different"),
    (edit("editions/1.json", lambda e: e.update(article=e["article"] + 1)), r"editions/1\.json contains a different"),
    (edit("revisions/1.json", lambda r: r["content"].update(title="别的")), r"revisions/1\.json: the digest"),
    (edit("sign_offs.json", lambda rows: rows[0].update(digest="0" * 64)), r"sign_offs\.json: decision \d+ "),
    (edit("sign_offs.json", lambda rows: rows[1].update(decision="hold")), r"editions/1\.json: reading 1 "),
    (edit("sign_offs.json", without_first_reading), r"editions/1\.json: reading 1 "),
    (edit("audit.json", lambda rows: rows[0].update(actor_name="别人")), "audit.json: entry "),
    (edit("audit.json", lambda rows: rows[0].update(at="2020-01-01T00:00:00+00:00")), "audit.json: entry "),
    (without("editions/1.json"), r"editions/1\.json"),
    (without("editions/2.json"), r"editions/2\.json is missing"),
    (without("editions/"), r"editions/1\.json is missing"),
    (without("revisions/"), r"sign_offs\.json"),
    (without("files/"), r"files/pictures/.+ editions/1\.json"),
    (other_picture, r"files/pictures/.+ editions/1\.json"),
    (lambda files: {**files, "audit.json": b"[]"}, r"decision \d+ by .+ is not in audit\.json"),
    (lambda files: {**files, "sheet.html": b"another"}, r"sheet\.html is not the review sheet"),
    (lambda files: {**files, "sheet.pdf": b"another"}, r"sheet\.pdf is not the review sheet"),
    (edit("sign_offs.json", lambda rows: rows[1].update(person_name="别人")), r"decision \d+ by 别人 is not"),
    (edit("sign_offs.json", lambda rows: rows[1].update(opinion="", person=rows[2]["person"])), r"decision \d+ by"),
    (edit("sign_offs.json", lambda rows: rows[1].update(same_person=True)), r"decision \d+ by"),
    (edit("sign_offs.json", lambda rows: [row.update(person=1, person_name="一人") for row in rows]), "by one person"),
    (edit("sign_offs.json", lambda rows: rows.append({**rows[0], "id": 10**12})), "decision 1000000000000 by"),
    (edit("audit.json", without_entry("article.published")), r"editions/1\.json: audit\.json does not record"),
    (edit("audit.json", without_entry("article.submitted")), "decision"),
    (edit("manifest.json", lambda manifest: manifest.update(audit_head="0" * 64)), "head of the audit"),
]


@pytest.mark.parametrize(("forge", "sentence"), FORGERIES)
@pytest.mark.django_db
def test_a_forgery_is_found_even_under_a_manifest_that_agrees(pack, forge, sentence):
    with translation.override("en"), pytest.raises(NotEvidence, match=sentence):
        evidence.check_pack(zipped(with_honest_manifest(forge(files_of(pack)))))


@pytest.mark.django_db
def test_each_change_of_a_forged_pack_is_named(pack):
    """One person for every reading, no audit, another sheet, and a manifest that agrees."""
    files = files_of(pack)
    rows = json.loads(files["sign_offs.json"])
    for row in rows:
        row.update(person=1, person_name="同一人", opinion="没看过")
    files |= {"sign_offs.json": json.dumps(rows).encode(), "audit.json": b"[]", "sheet.html": b"another"}
    with translation.override("en"), pytest.raises(NotEvidence) as refusal:
        evidence.check_pack(zipped(with_honest_manifest(files)))
    for sentence in (
        "decision",
        "editions/1.json: audit.json does not record",
        "by one person, 同一人",
        "head of the audit",
    ):
        assert sentence in str(refusal.value)


@pytest.mark.parametrize(("forge", "_sentence"), FORGERIES)
@pytest.mark.django_db
def test_a_forgery_is_found_by_its_hash(pack, forge, _sentence):
    with pytest.raises(NotEvidence):
        evidence.check_pack(zipped(forge(files_of(pack))))


STRANGE = [
    ({"extra.txt": b"x"}, "extra.txt does not belong"),
    ({"/etc/passwd": b"x"}, "/etc/passwd does not belong"),
    ({"../../evil": b"x"}, r"\.\./evil does not belong"),
    ({"files/../../evil": b"x"}, "evil does not belong"),
    ({"files/a\x1b[31m": b"x"}, r"files/a\?\[31m does not belong"),
    ({"files/unused.jpg": b"x"}, "files/unused.jpg is missing, or was added"),
    ({"manifest.json": b"not json"}, "manifest.json cannot be read"),
    ({"manifest.json": b"[]"}, "does not list"),
    ({"manifest.json": b"{}"}, "does not list"),
    ({"manifest.json": b"[" * 200_000}, "manifest.json cannot be read"),
    ({"manifest.json": b"\xff\xfe"}, "manifest.json cannot be read"),
    ({"sheet.pdf": b"other"}, "sheet.pdf was changed"),
]


@pytest.mark.parametrize(("added", "sentence"), STRANGE)
@pytest.mark.django_db
def test_missing_added_and_broken_files_are_named(pack, added, sentence):
    with translation.override("en"), pytest.raises(NotEvidence, match=sentence):
        evidence.check_pack(zipped({**files_of(pack), **added}))


def answer(files):
    """Sound or not: anything but a verdict fails the test."""
    try:
        return evidence.check_pack(zipped(files))
    except NotEvidence as refusal:
        return str(refusal)


WRONG = [None, 7, "x", [], {}, [[]], [7], {"id": []}, "\ud800", "9" * 30, 1e400, -1, True, "0001-01-01T00:00:00+14:00"]


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.django_db
def test_values_of_another_kind_never_break_it(pack, value):
    """Every field of every file, one after the other, under a manifest that agrees."""
    files = files_of(pack)
    for name in ("editions/1.json", "revisions/1.json", "sign_offs.json", "audit.json"):
        whole = json.loads(files[name])
        fields = list(whole if isinstance(whole, dict) else whole[0])
        forged = [
            value,
            *({**whole, f: value} if isinstance(whole, dict) else [{**whole[0], f: value}, *whole[1:]] for f in fields),
        ]
        for content in forged:
            answer(with_honest_manifest({**files, name: json.dumps(content).encode()}))


@pytest.mark.django_db
@pytest.mark.parametrize("details", [[], "x", {"edition": 1}, {"edition": []}, None])
def test_an_audit_entry_whose_hash_was_made_to_fit_never_breaks_it(pack, details):
    files = files_of(pack)
    rows = json.loads(files["audit.json"])
    rows[0]["details"] = details
    rows[0]["hash"] = audit.facts_hash(rows[0])
    assert isinstance(answer(with_honest_manifest({**files, "audit.json": json.dumps(rows).encode()})), str)


@pytest.mark.django_db
def test_a_manifest_of_another_kind_never_breaks_it(pack):
    files = files_of(pack)
    manifest = json.loads(files["manifest.json"])
    for field in manifest:
        for value in WRONG:
            answer({**files, "manifest.json": json.dumps({**manifest, field: value}).encode()})


@pytest.fixture(scope="module")
def small_pack():
    """The shape of a pack, whose bytes are then damaged; compressed, as ours are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        listed = {"sign_offs.json": b"[]" + b" " * 500, "audit.json": bytes(range(48, 58)) * 40}
        for name, data in listed.items():
            new.writestr(name, data)
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in listed.items()}
        new.writestr("manifest.json", json.dumps({"article": 1, "audit_head": "", "files": hashes}))
    return out.getvalue()


@given(
    damage=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=4), cut=st.floats(0, 1)
)
def test_damaged_bytes_never_break_it(small_pack, damage, cut):
    data = bytearray(small_pack)
    for place, byte in damage:
        data[int(place * len(data))] = byte
    for damaged in (data, data[: int(cut * len(data))]):
        with pytest.raises(NotEvidence):
            evidence.check_pack(io.BytesIO(damaged))


def test_a_broken_stream_is_refused(small_pack):
    data = bytearray(small_pack)
    start = data.index(b"manifest.json") + len("manifest.json")
    data[start : start + 8] = b"\xff" * 8
    with pytest.raises(NotEvidence, match=r"ZIP"):
        evidence.check_pack(io.BytesIO(data))


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all" * 100])
def test_what_is_no_pack_is_refused(data):
    with pytest.raises(NotEvidence):
        evidence.check_pack(io.BytesIO(data))


@pytest.mark.parametrize("limit", ["LARGEST_TEXT", "LARGEST_PACK"])
def test_a_bomb_is_not_unpacked(monkeypatch, limit):
    monkeypatch.setattr(checking, limit, 1000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("manifest.json", b"0" * 100_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *args, **facts: pytest.fail("it was unpacked"))
    with pytest.raises(NotEvidence):
        evidence.check_pack(out)


@pytest.mark.django_db
def test_two_files_of_one_name_are_refused(pack):
    """Readers of ZIP files differ in which of the two they show."""
    with zipfile.ZipFile(pack, "a") as twice, pytest.warns(UserWarning, match="Duplicate"):
        twice.writestr("sheet.html", twice.read("sheet.html"))
    with pytest.raises(NotEvidence):
        evidence.check_pack(pack)


@pytest.mark.django_db
def test_a_picture_lost_from_the_disk_is_told_by_the_pack(cast, story):
    (name,) = [n for n in files_of(packed(story, cast.editor)) if n.startswith("files/")]
    default_storage.delete(name.removeprefix("files/"))
    pack = packed(story, cast.editor)
    assert list(json.loads(files_of(pack)["manifest.json"])["missing"]) == [name]
    with pytest.raises(NotEvidence, match=name):
        evidence.check_pack(pack)


@pytest.mark.django_db
def test_checking_needs_no_database(pack, tmp_path):
    """A process of its own, whose database cannot be reached."""
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(pack.getvalue())
    bad.write_bytes(zipped({**files_of(pack), "sheet.pdf": b"other"}).getvalue())
    env = {
        **os.environ,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "SECRET_KEY": "x" * 50,
        "DATA_DIR": str(tmp_path),
    }
    answers = [
        subprocess.run(
            [sys.executable, "manage.py", "verify_evidence", str(path)],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        for path in (good, bad, tmp_path / "nowhere.zip", tmp_path)
    ]
    assert [answer.returncode for answer in answers] == [0, 1, 1, 1]
    assert json.loads(files_of(pack)["manifest.json"])["audit_head"] in answers[0].stdout
    assert "sheet.pdf" in answers[1].stderr
    assert not any("Traceback" in answer.stderr for answer in answers)


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        call_command("verify_evidence", str(tmp_path / "nowhere.zip"))


@pytest.mark.parametrize("who", ["writer", "head", "culture_editor", "stranger"])
@pytest.mark.django_db
def test_whoever_neither_publishes_there_nor_audits_gets_no_pack(client, cast, story, who):
    before = AuditEntry.objects.count()
    with pytest.raises(PermissionDenied):
        packed(story, getattr(cast, who))
    assert AuditEntry.objects.count() == before
    client.force_login(getattr(cast, who))
    assert client.get(f"/admin/articles/article/{story.pk}/evidence.zip").status_code == 403
    assert not AuditEntry.objects.filter(action="article.evidence_exported").exists()


@pytest.mark.django_db
def test_an_auditor_takes_the_pack_at_the_desk(client, cast, story):
    client.force_login(make_user("auditor", ["audit"]))
    answer = client.get(f"/admin/articles/article/{story.pk}/evidence.zip")
    assert "no-store" in answer["Cache-Control"]
    assert evidence.check_pack(io.BytesIO(b"".join(answer))).article == story.pk
