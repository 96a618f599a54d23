"""The review sheet and the evidence pack: whole, true, checked without a database, and any change in it is found."""

import io
import json
import zipfile

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from articles import evidence, pictures, publishing, review, review_sheet
from articles.evidence import NotEvidence
from articles.models import AuditEntry
from articles.review_sheet.pdf import pdf
from tests.cast import make_user, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast):
    """Written, read by three of whom the second corrected a word, published, corrected, withdrawn."""
    picture = pictures.store(upload(), by=cast.writer, alt="桥")
    body = f'<p>三人受轻伤。</p><figure><img src="{picture.url}" alt="桥"><figcaption>图</figcaption></figure>'
    article = cast.article(title="大桥通车", body=body)
    review.submit(article, by=cast.admin)
    review.sign_off(article, by=cast.editor, revision=1, opinion="事实已核")
    cast.change(article, by=cast.head, body=body.replace("三人", "五人"))
    review.sign_off(article, by=cast.head, revision=2, opinion="改正人数")
    review.sign_off(article, by=cast.chief, revision=2, opinion="同意签发")
    publishing.publish(article, by=cast.editor)
    cast.change(article, title="大桥今日通车")
    cast.sign(article)
    publishing.correct(article, by=cast.editor, note="标题漏“今日”。")
    publishing.withdraw(article, by=cast.editor, reason="数据待核")
    article.refresh_from_db()
    return article


def packed(article, by):
    target = io.BytesIO()
    evidence.export(article, target, by=by)
    target.seek(0)
    return target


def rewritten(pack, change, *, honest_manifest=False):
    """The pack with `change(files)` done to it: {name: bytes}; with a manifest that agrees, or the old one."""
    with zipfile.ZipFile(pack) as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    if honest_manifest:
        manifest = json.loads(files["manifest.json"])
        manifest["files"] = {
            n: evidence.hashlib.sha256(d).hexdigest() for n, d in files.items() if n != "manifest.json"
        }
        files["manifest.json"] = json.dumps(manifest).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, data in files.items():
            new.writestr(name, data)
    out.seek(0)
    return out


def test_the_sheet_names_everyone_what_they_said_and_what_they_changed(cast, story):
    sheet = review_sheet.sheet_of(story)
    assert [decision.row.decision for decision in sheet.trail].count("pass") == 6
    first_round = [d for d in sheet.trail if d.row.decision == "pass"][:3]
    assert [d.row.opinion for d in first_round] == ["事实已核", "改正人数", "同意签发"]
    spans = [s for line in first_round[1].changes[0].changed_lines for s in line.spans]
    assert {(s.kind, s.text) for s in spans} >= {("removed", "三"), ("added", "五")}
    assert len(sheet.readings) == 3
    assert [edition.number for edition in sheet.editions] == [2, 1]
    assert [act.details["reason"] for act in sheet.acts] == ["数据待核"]


def test_the_pdf_holds_the_same_text_one_page_an_article(cast, story):
    text = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(pdf([review_sheet.sheet_of(story)], title="t"))).pages
    )
    for word in ("大桥今日通车", "同意签发", "梁静姝", "标题漏", str(story.number)):
        assert word in text
    two = PdfReader(io.BytesIO(pdf([review_sheet.sheet_of(cast.article()) for _ in range(2)], title="t")))
    assert len(two.pages) == 2


def test_markup_in_a_title_breaks_no_sheet(client, cast):
    article = cast.article(title="<b>&amp;</para>")
    assert pdf([review_sheet.sheet_of(article)], title="t").startswith(b"%PDF")
    client.force_login(cast.editor)
    assert "<b>&amp;amp;" not in client.get(f"/admin/articles/article/{article.pk}/sheet/").content.decode()


def test_a_pack_is_sound_holds_everything_and_is_recorded(cast, story):
    pack = packed(story, cast.editor)
    with zipfile.ZipFile(pack) as opened:
        names = set(opened.namelist())
        first = json.loads(opened.read("editions/1.json"))
    assert {"manifest.json", "editions/1.json", "editions/2.json", "sign_offs.json", "audit.json", "sheet.html",
            "sheet.pdf"} <= names  # fmt: skip
    assert any(name.startswith("files/pictures/") for name in names)
    assert "五人" in first["content"]["body"]
    assert evidence.check(pack) == len(names) - 1
    assert AuditEntry.objects.first().action == "article.evidence_exported"


def test_checking_needs_no_database(story, cast, tmp_path, capsys, django_db_blocker):
    path = tmp_path / "pack.zip"
    path.write_bytes(packed(story, cast.editor).getvalue())
    with django_db_blocker.block():
        call_command("verify_evidence", str(path))
    assert "pack.zip" in capsys.readouterr().out
    with pytest.raises(CommandError, match="nowhere"):
        call_command("verify_evidence", str(tmp_path / "nowhere.zip"))


def edit_json(name, change):
    def edit(files):
        value = json.loads(files[name])
        change(value)
        files[name] = json.dumps(value).encode()

    return edit


@pytest.mark.parametrize("honest", [False, True])
@pytest.mark.parametrize(
    ("change", "names"),
    [
        (edit_json("editions/1.json", lambda e: e["content"].update(body="<p>无人受伤。</p>")), "editions/1.json"),
        (edit_json("editions/2.json", lambda e: e.update(previous_digest="0" * 64)), "editions/2.json"),
        (edit_json("sign_offs.json", lambda rows: [r.update(digest="0" * 64) for r in rows]), "editions/1.json"),
        (edit_json("audit.json", lambda rows: rows[0].update(actor_name="别人")), "audit.json"),
        (edit_json("audit.json", lambda rows: rows[0].update(at="2020-01-01T00:00:00+00:00")), "audit.json"),
        (lambda files: files.pop("editions/1.json"), "editions"),
    ],
)
def test_a_change_is_found_even_under_a_manifest_that_agrees(cast, story, change, names, honest):
    with pytest.raises(NotEvidence, match=names if honest else ".+"):
        evidence.check(rewritten(packed(story, cast.editor), change, honest_manifest=honest))


@pytest.mark.parametrize(
    "change",
    [
        lambda files: files.update({"extra.txt": b"x"}),
        lambda files: files.pop("manifest.json"),
        lambda files: files.update({"manifest.json": b"not json"}),
        lambda files: files.update({"manifest.json": b"[]"}),
        lambda files: files.update({"../../evil": b"x"}),
        lambda files: files.update({"sheet.pdf": b"other"}),
    ],
)
def test_missing_added_and_broken_files_are_named(cast, story, change):
    with pytest.raises(NotEvidence):
        evidence.check(rewritten(packed(story, cast.editor), change))


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all" * 100])
def test_what_is_no_pack_is_refused(data):
    with pytest.raises(NotEvidence):
        evidence.check(io.BytesIO(data))


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(evidence, "LARGEST_FILE", 1000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("manifest.json", b"0" * 100_000)
    with pytest.raises(NotEvidence):
        evidence.check(out)


@pytest.mark.parametrize("who", ["writer", "culture_editor", "stranger"])
def test_whoever_neither_publishes_there_nor_audits_gets_no_pack(client, cast, story, who):
    before = AuditEntry.objects.count()
    with pytest.raises(PermissionDenied):
        packed(story, getattr(cast, who))
    client.force_login(getattr(cast, who))
    assert client.get(f"/admin/articles/article/{story.pk}/evidence.zip").status_code == 403
    assert AuditEntry.objects.count() == before


def test_an_auditor_takes_evidence_and_sheets_and_sees_no_desk(client, cast, story):
    client.force_login(make_user("auditor", ["audit"]))
    pack = client.get(f"/admin/articles/article/{story.pk}/evidence.zip")
    assert evidence.check(io.BytesIO(b"".join(pack.streaming_content))) > 5
    assert client.get(f"/admin/articles/article/{story.pk}/sheet.pdf").content.startswith(b"%PDF")
    day = story.first_published_at.date()
    page = client.get("/admin/sheets/", {"start": day, "end": day})
    assert "大桥今日通车" in page.content.decode()
    assert client.get("/admin/sheets/", {"start": day, "end": day, "format": "pdf"}).content.startswith(b"%PDF")
    assert AuditEntry.objects.filter(action="sheets.exported").count() == 2
    assert client.get(f"/admin/articles/article/{story.pk}/change/").status_code == 403


@pytest.mark.parametrize(
    "query", [{"start": "x", "end": "y"}, {"start": "2026-02-02", "end": "2026-01-01"}, {"start": ""}]
)
def test_days_that_are_none_get_a_sentence(client, cast, query):
    client.force_login(cast.chief)
    response = client.get("/admin/sheets/", query)
    assert response.status_code == 200
    assert response.context["form"].errors


def test_too_many_sheets_for_one_file_are_refused(client, cast, story, monkeypatch):
    monkeypatch.setattr("articles.admin.sheets.MOST_SHEETS", 1)
    cast.publish(cast.article())
    client.force_login(cast.chief)
    day = story.first_published_at.date()
    response = client.get("/admin/sheets/", {"start": day, "end": day})
    assert response.context["form"].errors
    assert not response.context["asked"]


def test_a_sheet_asks_little(cast, story, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        review_sheet.sheet_of(story)


def test_log_in_out_and_failures_are_recorded_and_never_a_password(client, cast):
    client.post("/admin/login/", {"username": "writer\0", "password": "geheim-1"})
    client.post("/admin/login/", {"username": "writer", "password": "geheim-2"}, REMOTE_ADDR="203.0.113.5")
    client.post("/admin/login/", {"username": "writer", "password": "secret-of-writer"}, REMOTE_ADDR="203.0.113.5")
    client.post("/admin/logout/")
    entries = list(AuditEntry.objects.filter(action__startswith="session.").order_by("pk"))
    assert [e.action for e in entries] == ["session.refused", "session.refused", "session.opened", "session.closed"]
    assert (entries[1].details["name"], entries[1].address) == ("writer", "203.0.113.5")
    assert (entries[2].actor, entries[2].address) == (cast.writer, "203.0.113.5")
    assert "geheim" not in str(list(AuditEntry.objects.values()))


def test_behind_a_proxy_the_address_is_the_one_the_proxy_saw(client, cast, settings):
    settings.BEHIND_PROXY = True
    forwarded = {"x-forwarded-for": "198.51.100.1, 203.0.113.7"}
    client.post("/admin/login/", {"username": "x", "password": "y"}, headers=forwarded)
    assert AuditEntry.objects.first().address == "203.0.113.7"


def test_the_head_of_the_audit_notices_a_cut_off_end(cast, capsys):
    for _ in range(3):
        cast.article()
    call_command("verify_audit")
    head = capsys.readouterr().out.split()[-1]
    call_command("verify_audit", expect_head=head)
    from django.db import connection  # noqa: PLC0415

    from articles import triggers  # noqa: PLC0415

    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_auditentry WHERE hash = %s", [head])
    call_command("verify_audit")
    with pytest.raises(CommandError, match="cut off"):
        call_command("verify_audit", expect_head=head)
