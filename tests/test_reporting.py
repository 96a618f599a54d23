"""Reports of mistakes: received, answered by those who may, and no IP address stored."""

import re
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st

from articles import publishing, reporting
from articles.models import AuditEntry, Report
from articles.reporting import CannotClose, CannotReport
from tests.cast import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(cast):
    article = cast.article(title="大桥通车")
    cast.publish(article)
    article.refresh_from_db()
    return article


def received(live, text="首段“三人”应为“五人”", address="192.0.2.1", **facts):
    return reporting.receive_report(live, text=text, address=address, **facts)


# --- receiving ------------------------------------------------------------------------------------------------------


def test_a_report_is_a_task_with_a_day(live):
    report = received(live, quote=" 三人 ", contact="13800000000")
    assert (report.article, report.edition, report.quote, report.state) == (live, 1, "三人", "open")
    assert "192.0.2.1" not in str(Report.objects.values())
    entry = AuditEntry.objects.get(action="report.received")
    assert "13800000000" not in str(entry.details)


def test_the_same_words_are_one_report(live):
    assert received(live) == received(live, address="192.0.2.9")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"text": " \u200b "}, "say what is wrong"),
        ({"text": "错" * 501}, "at most 500"),
        ({"quote": "错" * 201}, "at most 200"),
        ({"contact": "1" * 81}, "at most 80"),
    ],
)
def test_what_says_nothing_or_too_much_is_refused(live, facts, sentence):
    with refused(CannotReport, sentence):
        received(live, **facts)


def test_a_flood_is_refused_and_ends(live, monkeypatch):
    for n in range(reporting.HOURLY):
        received(live, text=f"错{n}")
    with refused(CannotReport, "too many reports"):
        received(live, text="又一处")
    received(live, text="又一处", address="192.0.2.2")
    later = timezone.now() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    received(live, text="再一处")


def test_a_day_s_flood_ends_the_day_after(live, monkeypatch):
    monkeypatch.setattr(reporting, "DAILY", 2)
    for n in range(2):
        received(live, text=f"错{n}")
    now = timezone.now()
    for hours, refusal in ((23, refused(CannotReport, "too many reports")), (25, nullcontext())):
        later = now + timedelta(hours=hours)
        monkeypatch.setattr(timezone, "now", lambda later=later: later)
        with refusal:
            received(live, text="又一处")


def test_each_reader_finds_their_own_report(live):
    for report in (received(live), received(live, text="另一处")):
        assert reporting.find_report(reporting.report_token(report)) == report


def test_what_readers_no_longer_see_is_not_reported(cast, live):
    publishing.withdraw_article(live, by=cast.editor, reason="核实")
    with refused(CannotReport, "no longer"):
        received(live)


@given(st.integers(1_600_000_000, 2_200_000_000))
def test_an_answer_is_due_on_the_fifth_working_day(instant):
    instant = datetime.fromtimestamp(instant, UTC)
    due = timezone.localtime(reporting.answer_due_at(instant))
    days = [timezone.localdate(instant) + timedelta(days=n) for n in range(1, 10)]
    assert due.date() == [day for day in days if day.weekday() < 5][4]
    assert due.hour == 18


# --- closing --------------------------------------------------------------------------------------------------------


def test_whoever_reads_or_publishes_there_answers(cast, live):
    report = reporting.answer_report(received(live), by=cast.editor, text="已更正，谢谢。")
    assert (report.state, report.answer, report.closed_by) == ("answered", "已更正，谢谢。", cast.editor)
    assert reporting.answer_report(report, by=cast.editor, text="已更正，谢谢。") == report
    assert Report.objects.get().closed_at
    for reason in ("重复", "已更正，谢谢。"):
        with refused(CannotClose, "already"):
            reporting.dismiss_report(report, by=cast.editor, reason=reason)


def test_others_do_not(cast, live):
    report = received(live)
    for user in (cast.writer, cast.culture_editor, cast.stranger):
        with refused(PermissionDenied):
            reporting.answer_report(report, by=user, text="已更正。")
        assert not reporting.open_reports_for(user).exists()
    assert list(reporting.open_reports_for(cast.editor)) == [report]


def test_no_words_close_nothing(cast, live):
    report = received(live)
    for act, facts in ((reporting.answer_report, {"text": " "}), (reporting.dismiss_report, {"reason": ""})):
        with refused(CannotClose, "Write"):
            act(report, by=cast.editor, **facts)


def test_how_to_reach_a_reader_is_forgotten(cast, live, monkeypatch):
    reporting.answer_report(received(live, contact="13800000000"), by=cast.editor, text="已更正。")
    received(live, text="还开着", contact="13900000000")
    assert reporting.forget_contacts() == 0
    later = timezone.now() + reporting.CONTACT_KEPT + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert reporting.forget_contacts() == 1
    assert sorted(reporting.contact_hint(report) for report in Report.objects.all()) == ["", "139••••••••"]


# --- readers --------------------------------------------------------------------------------------------------------


def test_a_reader_reports_and_looks_the_answer_up(client, cast, live):
    page = client.get(live.get_absolute_url()).content.decode()
    form = re.search(r'href="(/report/\d+/)"', page)[1]
    assert "大桥通车" in client.get(form + "?q=三人").content.decode()
    assert ">三人</textarea>" in client.get(form + "?q=三人").content.decode()
    response = client.post(form, {"text": "三人应为五人", "contact": "微信 abc"})
    assert response.status_code == 303
    assert "谢谢" in client.get(response["Location"]).content.decode()
    reporting.answer_report(Report.objects.get(), by=cast.editor, text="已更正为五人。")
    answered = client.get(response["Location"])
    assert "已更正为五人。" in answered.content.decode()
    assert "微信 abc" not in answered.content.decode()
    assert "no-store" in answered["Cache-Control"]
    assert client.get(response["Location"][:-2] + "x/").status_code == 404
    assert not client.cookies


def test_what_was_typed_stays_when_it_is_refused(client, live):
    response = client.post(f"/report/{live.number}/", {"text": "", "quote": "第二段", "contact": "138"})
    assert response.status_code == 422
    assert ">第二段</textarea>" in response.content.decode()
    assert 'value="138"' in response.content.decode()
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("headers", "data", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, {}, 403),
        ({"origin": "https://evil.example"}, {}, 403),
        ({}, {"address": "http://spam"}, 303),
        ({}, {"text": "错" * 9000}, 413),
    ],
)
def test_programs_and_foreign_pages_report_nothing(client, live, headers, data, status):
    response = client.post(f"/report/{live.number}/", {"text": "错"} | data, headers=headers)
    assert response.status_code == status
    assert not Report.objects.exists()


def test_there_is_no_form_for_what_is_not_public(client, cast, live):
    assert client.get(f"/report/{cast.article().pk}/").status_code == 404
    publishing.withdraw_article(live, by=cast.editor, reason="核实")
    assert client.get(f"/report/{live.number}/").status_code == 410
    assert client.post(f"/report/{live.number}/", {"text": "错"}).status_code == 410


# --- the desk -------------------------------------------------------------------------------------------------------


def test_the_desk_shows_it_and_closes_it(client, cast, live):
    report = received(live)
    client.force_login(cast.editor)
    assert "首段“三人”应为“五人”" in client.get("/admin/").content.decode()
    assert "首段" in client.get("/admin/articles/report/").content.decode()
    page = client.get(f"/admin/articles/report/{report.pk}/change/").content.decode()
    assert 'name="answer"' in page
    assert client.get("/admin/articles/report/close/").status_code == 405
    client.post("/admin/articles/report/close/", {"report": report.pk, "answer": "", "act": "answer"})
    assert Report.objects.get().state == "open"
    client.post("/admin/articles/report/close/", {"report": report.pk, "answer": "已更正。", "act": "answer"})
    assert Report.objects.get().state == "answered"
    for key in ("", "x", "9" * 30):
        assert client.post("/admin/articles/report/close/", {"report": key, "answer": "x"}).status_code == 404


def test_the_list_says_that_there_is_none_yet_and_not_that_none_is_found(client, cast, live):
    client.force_login(cast.editor)
    nothing = gettext("No reader has reported a mistake yet.")
    assert nothing in client.get("/admin/articles/report/").content.decode()
    received(live)
    found = client.get("/admin/articles/report/?q=没有的").content.decode()
    assert nothing not in found
    assert "共 0 条" in found


def test_another_sections_editor_sees_none_of_it(client, cast, live):
    report = received(live)
    client.force_login(cast.culture_editor)
    assert "首段" not in client.get("/admin/").content.decode()
    assert "首段" not in client.get("/admin/articles/report/").content.decode()
    assert client.get(f"/admin/articles/report/{report.pk}/change/").status_code in (302, 403)
    assert client.post("/admin/articles/report/close/", {"report": report.pk, "answer": "x"}).status_code == 403
    assert Report.objects.get().state == "open"


# --- How to reach the reader ----------------------------------------------------------------------------------------


def test_the_desk_shows_how_to_reach_the_reader_by_its_button_only_and_records_it(client, cast, live):
    report = received(live, contact="13812345678")
    client.force_login(cast.editor)
    for path in (f"/admin/articles/report/{report.pk}/change/", "/admin/articles/report/", "/admin/"):
        assert "13812345678" not in client.get(path).content.decode()
    assert "138••••••••" in client.get(f"/admin/articles/report/{report.pk}/change/").content.decode()
    assert not AuditEntry.objects.filter(action="report.contact_opened").exists()
    response = client.post("/admin/articles/report/contact/", {"report": report.pk})
    assert "13812345678" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.get(action="report.contact_opened")
    assert (entry.actor, entry.object_id, entry.details) == (cast.editor, str(report.pk), {"article": live.pk})
    assert client.get("/admin/articles/report/contact/").status_code == 405


def test_who_may_not_answer_may_not_open_the_contact(cast, live):
    report = received(live, contact="13812345678")
    for who in (cast.stranger, cast.writer, cast.culture_editor):
        with refused(PermissionDenied, "may not answer"):
            reporting.open_contact(report, by=who)


def test_a_report_without_contact_has_nothing_to_record(cast, live):
    report = received(live)
    assert reporting.open_contact(report, by=cast.editor) == ""
    assert not AuditEntry.objects.filter(action="report.contact_opened").exists()


@pytest.mark.parametrize(("contact", "shown"), [("13812345678", "138••••••••"), ("123456", "••••••"), ("", "")])
def test_a_masked_contact_keeps_three_characters_of_a_long_one(contact, shown):
    assert reporting.masked_contact(contact) == shown
