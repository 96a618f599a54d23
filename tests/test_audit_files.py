"""The audit as files: exported by days, archived by months; the files verify without the database."""

import csv
import gzip
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from articles import audit, audit_files
from articles.audit_files import Format
from articles.management.commands import work
from articles.models import AuditEntry, Person
from tests.cast import User, all_rows, make_user, refused

TODAY = timezone.localdate


@pytest.fixture
def auditor(cast):
    return make_user("auditor", ["audit"])


@pytest.fixture(autouse=True)
def _own_archive(settings, tmp_path):
    settings.AUDIT_ARCHIVE = tmp_path / "archive"


def entries_at(monkeypatch, *instants):
    """Record an entry at each of these instants."""
    for instant in instants:
        monkeypatch.setattr(audit.timezone, "now", lambda instant=instant: instant)
        audit.record_entry("x.y", User(), by=None, name=f"{instant:%d}")
    monkeypatch.undo()


def exported(file_format, *, by, start=None, end=None):
    return b"".join(audit_files.export_audit(start or TODAY(), end or TODAY(), file_format, by=by)).decode()


def test_a_table_opens_in_a_spreadsheet_and_calculates_nothing(cast, auditor):
    for name in ("=1+1", "+86", "-x", "@here", "\tx", "＝1", "王"):
        Person.objects.filter(user=cast.writer).update(name=name)
        audit.record_entry("section.changed", cast.news, by=cast.writer, fields=["Name"], old=["=A1"], new=["桥,\n路"])
    with translation.override("en"):
        text = exported(Format.CSV, by=auditor)
    assert text.startswith("\ufeffnumber,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["real name"] for row in rows] == ["'=1+1", "'+86", "'-x", "'@here", "'\tx", "'＝1", "王"]
    assert (rows[-1]["act"], rows[-1]["on what"], rows[-1]["account"]) == (
        "Changed",
        f"section {cast.news.pk}",
        "writer",
    )
    assert rows[-1]["details"] == "Name: =A1 → 桥,\n路"
    assert rows[-1]["SHA-256"] == AuditEntry.objects.get(pk=rows[-1]["number"]).hash


def test_the_words_of_a_table_are_those_of_its_request_whenever_it_is_sent(cast, auditor):
    audit.record_entry("duty.assigned", cast.writer, by=cast.admin)
    with translation.override("en"):
        chunks = audit_files.export_audit(TODAY(), TODAY(), Format.CSV, by=auditor)
    with translation.override("zh-hans"):
        text = b"".join(chunks).decode()
    assert "Duty assigned" in text


def test_lines_have_all_that_the_hashes_cover(cast, auditor, tmp_path):
    cast.publish(cast.article())
    text = exported(Format.LINES, by=auditor)
    facts = [json.loads(line) for line in text.splitlines()]
    assert [audit.facts_hash(line) for line in facts] == [line["hash"] for line in facts]
    assert {line["id"] for line in facts} == set(
        AuditEntry.objects.exclude(action="audit.exported").values_list("pk", flat=True)
    )
    file = tmp_path / "a.jsonl"
    file.write_text(text, encoding="utf-8")
    walked = audit_files.walk_file(file)
    assert (walked.count, walked.head, walked.broken_line) == (len(facts), facts[-1]["hash"], None)


def test_the_export_is_recorded_before_its_first_line_is_sent(cast, auditor):
    audit.record_entry("x.y", User(), by=None)
    audit_files.export_audit(date(2026, 1, 2), TODAY(), Format.LINES, by=auditor)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor) == ("audit.exported", auditor)
    assert entry.details == {"start": "2026-01-02", "end": str(TODAY()), "count": 1, "format": "jsonl"}


def test_only_the_days_asked_for_are_exported_and_the_last_is_included(cast, auditor, monkeypatch):
    # 2026-03-02 in Asia/Shanghai begins at 16:00 UTC the day before.
    begins = datetime(2026, 3, 1, 16, tzinfo=UTC)
    entries_at(
        monkeypatch,
        begins - timedelta(microseconds=1),
        begins,
        begins + timedelta(hours=23),
        begins + timedelta(days=1),
    )
    keys = list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
    lines = exported(Format.LINES, by=auditor, start=date(2026, 3, 2), end=date(2026, 3, 2)).splitlines()
    assert [json.loads(line)["id"] for line in lines] == keys[1:3]
    assert exported(Format.LINES, by=auditor, start=date(2020, 1, 1), end=date(2020, 1, 2)) == ""


def test_entries_of_another_day_between_these_are_left_out(cast, auditor, monkeypatch):
    day = datetime(2026, 3, 2, 4, tzinfo=UTC)
    entries_at(monkeypatch, day, day - timedelta(days=9), day)
    first, _set_back, last = AuditEntry.objects.order_by("pk").values_list("pk", flat=True)
    lines = exported(Format.LINES, by=auditor, start=date(2026, 3, 2), end=date(2026, 3, 2)).splitlines()
    assert [json.loads(line)["id"] for line in lines] == [first, last]


def test_a_large_audit_is_read_in_batches(cast, auditor, monkeypatch, django_assert_num_queries):
    for _ in range(5):
        audit.record_entry("x.y", User(), by=None)
    monkeypatch.setattr(audit_files, "ENTRIES_PER_BATCH", 2)
    chunks = audit_files.export_audit(TODAY(), TODAY(), Format.LINES, by=auditor)
    with django_assert_num_queries(1):
        assert next(chunks).count(b"\n") == 2
    with django_assert_num_queries(3):
        assert sum(chunk.count(b"\n") for chunk in chunks) == 3


def test_the_wrong_person_and_days_in_the_wrong_order_export_nothing(cast, auditor):
    for who in (cast.chief, cast.writer, make_user("system", ["accounts"])):
        with refused(PermissionDenied, "Read the audit"):
            audit_files.export_audit(TODAY(), TODAY(), Format.CSV, by=who)
    with refused(audit_files.CannotExport, "before the first"):
        audit_files.export_audit(date(2026, 2, 2), date(2026, 2, 1), Format.CSV, by=auditor)


# --- the page -------------------------------------------------------------------------------------------------------


def test_an_auditor_downloads_the_days_and_others_are_refused(client, cast, auditor):
    client.force_login(auditor)
    assert 'name="file_format"' in client.get("/admin/articles/auditentry/export/").content.decode()
    days = {"start": "2026-01-01", "end": str(TODAY()), "file_format": "jsonl"}
    answer = client.post("/admin/articles/auditentry/export/", days)
    assert answer.streaming
    assert answer["Content-Disposition"] == f'attachment; filename="audit-2026-01-01-{TODAY()}.jsonl"'
    assert "no-store" in answer["Cache-Control"]
    list(answer.streaming_content)
    for wrong in ({"start": "2999-12-31"}, {"end": "x"}, {"file_format": "exe"}):
        assert client.post("/admin/articles/auditentry/export/", {**days, **wrong}).status_code == 200
    client.force_login(cast.chief)
    assert client.post("/admin/articles/auditentry/export/", days).status_code == 403
    assert AuditEntry.objects.filter(action="audit.exported").count() == 1
    refusal = AuditEntry.objects.first()
    assert (refusal.action, refusal.details["page"]) == ("access.refused", "/admin/articles/auditentry/export/")


# --- the archive ----------------------------------------------------------------------------------------------------

MARCH, APRIL = datetime(2025, 3, 5, tzinfo=UTC), datetime(2025, 4, 2, tzinfo=UTC)


def archived():
    """Archive all months that are due, and return their names."""
    paths = list(iter(audit_files.archive_audit, None))
    return [path.name for path in paths], paths


def lines_of(path):
    return gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)


def test_months_are_archived_when_all_their_days_are_old_enough(cast, monkeypatch, settings):
    settings.AUDIT_ARCHIVE_DAYS = 183
    entries_at(monkeypatch, MARCH, MARCH + timedelta(days=20), APRIL)
    first = AuditEntry.objects.order_by("pk")[0]
    # 183 days after the end of March in Asia/Shanghai: the beginning of October there.
    monkeypatch.setattr(audit_files.timezone, "now", lambda: datetime(2025, 9, 30, 15, 59, tzinfo=UTC))
    assert archived() == ([], [])
    monkeypatch.setattr(audit_files.timezone, "now", lambda: datetime(2025, 9, 30, 16, tzinfo=UTC))
    names, (path,) = archived()
    assert names == [f"audit-2025-03-{first.pk}.jsonl.gz"]
    assert len(lines_of(path)) == 2
    assert [file.name for file in path.parent.iterdir()] == names


def test_archived_entries_stay_and_each_month_is_written_once(cast, monkeypatch):
    entries_at(monkeypatch, MARCH, APRIL)
    count = AuditEntry.objects.count()
    names, paths = archived()
    assert len(names) == 2
    assert AuditEntry.objects.exclude(action="audit.archived").count() == count
    assert audit.first_broken_entry() is None
    before = all_rows()
    assert archived() == ([], [])
    assert all_rows() == before
    entry = AuditEntry.objects.order_by("-pk")[1]
    assert (entry.details["month"], entry.details["count"], entry.actor) == ("2025-03", 1, None)
    first, second = (audit_files.walk_file(path) for path in paths)
    assert audit_files.walk_file(paths[1], first.head).head == second.head


def test_a_clock_that_was_set_back_leaves_no_gap(cast, monkeypatch):
    entries_at(monkeypatch, MARCH, datetime(2025, 2, 1, tzinfo=UTC), APRIL, MARCH)
    _names, paths = archived()
    lines = [json.loads(line)["id"] for path in paths for line in lines_of(path)]
    assert lines == list(
        AuditEntry.objects.exclude(action="audit.archived").order_by("pk").values_list("pk", flat=True)
    )


def test_of_two_workers_one_records_the_month(cast, monkeypatch):
    entries_at(monkeypatch, MARCH)
    write = audit_files._write_archive
    inside = []

    def write_while_another_does(path, entries):
        found = write(path, entries)
        if not inside:
            inside.append(True)
            assert audit_files.archive_audit() == path
        return found

    monkeypatch.setattr(audit_files, "_write_archive", write_while_another_does)
    assert audit_files.archive_audit() is None
    assert AuditEntry.objects.filter(action="audit.archived").count() == 1
    assert list(audit_files.archive_faults()) == []


def test_a_folder_that_cannot_be_written_to_leaves_the_month_due(cast, monkeypatch, settings, tmp_path, capsys):
    entries_at(monkeypatch, MARCH)
    (tmp_path / "file").write_text("x")
    settings.AUDIT_ARCHIVE = tmp_path / "file"
    work.Command().do_daily_work()
    assert "could not be archived" in capsys.readouterr().err
    assert not AuditEntry.objects.filter(action="audit.archived").exists()
    settings.AUDIT_ARCHIVE = tmp_path / "archive"
    work.Command().do_daily_work()
    assert AuditEntry.objects.filter(action="audit.archived").exists()


def test_verifying_finds_an_archive_that_was_changed_or_is_missing(cast, monkeypatch, capsys):
    entries_at(monkeypatch, MARCH)
    _names, (path,) = archived()
    call_command("verify_audit")
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(CommandError, match="was changed"):
        call_command("verify_audit")
    path.unlink()
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit")


def test_files_are_verified_without_the_database(cast, monkeypatch, tmp_path, capsys):
    entries_at(monkeypatch, MARCH, APRIL, APRIL)
    _names, (march, april) = archived()
    head = json.loads(lines_of(april)[-1])["hash"]
    call_command("verify_audit", "--files", str(march), str(april))
    assert head in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"march.*line 1|line 1"):
        call_command("verify_audit", "--files", str(april), str(march))
    changed = tmp_path / "changed.jsonl"
    lines = lines_of(april)
    changed.write_text(lines[0] + lines[1].replace("x.y", "x.z"), encoding="utf-8")
    with pytest.raises(CommandError, match="line 2 does not match"):
        call_command("verify_audit", "--files", str(changed))


@pytest.mark.parametrize("text", ["{}", "[]", "x", "null", '{"previous_hash": 1, "at": 7}', "\x00", "[" * 99_999])
def test_what_is_no_audit_is_said_so(tmp_path, text):
    file = tmp_path / "a.jsonl"
    file.write_text(text, encoding="utf-8")
    with translation.override("en"), pytest.raises(CommandError, match="line 1"):
        call_command("verify_audit", "--files", str(file))


def test_a_file_that_cannot_be_read_is_said_so(tmp_path):
    for name, data in (("a.jsonl.gz", b"x"), ("b.jsonl", b"\xff\xfe"), ("c.jsonl.gz", gzip.compress(b"{}")[:8])):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("verify_audit", "--files", str(tmp_path / name))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", "--files", str(tmp_path / "missing.jsonl"))
