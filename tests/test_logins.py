"""The audit records log-ins, failed log-ins with the username, and password changes; never a password."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from articles import audit, login_locks, passwords
from articles.models import AuditEntry
from tests.cast import make_user

pytestmark = pytest.mark.django_db
FROM = {"REMOTE_ADDR": "203.0.113.5"}


def sessions():
    return list(AuditEntry.objects.filter(action__startswith="session.").order_by("pk"))


def log_in(client, username, password):
    return client.post("/admin/login/", {"username": username, "password": password}, **FROM)


def test_log_in_out_and_failures_are_recorded_with_their_address(client, cast):
    log_in(client, "writer", "geheim-2")
    log_in(client, "writer", "secret-of-writer")
    client.post("/admin/logout/", **FROM)
    entries = sessions()
    assert [e.action for e in entries] == ["session.refused", "session.opened", "session.closed"]
    assert {e.address for e in entries} == {"203.0.113.5"}
    assert [e.actor for e in entries] == [None, cast.writer, cast.writer]
    assert entries[0].details == {"name": "writer", "way": "password"}
    assert entries[1].details == {"browser": "", "way": "password"}
    assert "geheim" not in str(list(AuditEntry.objects.values()))
    assert "secret-of" not in str(list(AuditEntry.objects.values()))


def test_a_refusal_names_the_browser_without_what_deceives(client, cast):
    """Control and bidi characters could make the audit show another name."""
    facts = {"username": "wri\u202eter\x00\x1b[2J", "password": "x"}
    client.post("/admin/login/", facts, headers={"user-agent": "Firefox\u202e\x07" + "x" * 999}, **FROM)
    (entry,) = sessions()
    assert entry.details["name"] == "writer[2J"
    assert entry.details["browser"] == "Firefox" + "x" * 193


def test_a_new_browser_is_told_and_a_known_one_is_not(
    client, cast, settings, mailoutbox, django_capture_on_commit_callbacks
):
    settings.MAIL_FROM = "newsroom@jichuan.example"
    passwords.set_recovery_email(cast.writer, "lin@jichuan.example")
    log_in(client, "writer", "secret-of-writer")
    assert [e.action for e in sessions()] == ["session.opened"], "the first log-in of all is nothing to compare with"
    log_in(client, "writer", "secret-of-writer")
    assert [e.action for e in sessions()] == ["session.opened"] * 2
    with django_capture_on_commit_callbacks(execute=True):
        log_in(Client(), "writer", "secret-of-writer")
    assert [e.action for e in sessions()][2:] == ["session.opened", "session.new_browser"]
    assert [message.to for message in mailoutbox] == [["lin@jichuan.example"]]
    page = client.get("/admin/", headers={"accept-language": "en"}).content.decode()
    assert "Logged in with a new browser" in page
    assert "203.0.113.5" in page


def test_a_cookie_of_a_known_browser_cannot_be_made(client, cast):
    log_in(client, "chief", "secret-of-chief")
    cookie = client.cookies["known_browser"].value
    assert login_locks.known_browser(cookie, "chief")
    assert not login_locks.known_browser(cookie, "writer"), "it is known to one account"
    assert not login_locks.known_browser(cookie[:-1] + ("A" if cookie[-1] != "A" else "B"), "chief")
    assert client.cookies["known_browser"]["httponly"]
    assert client.cookies["known_browser"]["path"] == "/admin/"
    with_writer = login_locks.remember_browser(cookie, "writer", "another")
    identities = {login_locks.known_browser(with_writer, name) for name in ("chief", "writer")}
    assert len(identities) == 1


def test_every_log_in_of_a_superuser_is_told_to_chief_and_security(
    client, cast, settings, mailoutbox, django_capture_on_commit_callbacks
):
    settings.MAIL_FROM = "newsroom@jichuan.example"
    security = make_user("security", ["grant"], email="security@jichuan.example")
    User.objects.filter(pk=cast.chief.pk).update(email="chief@jichuan.example")
    with django_capture_on_commit_callbacks(execute=True):
        log_in(client, "boss", "secret-of-boss")
    assert [e.action for e in sessions()] == ["session.glass_broken"]
    assert {message.to[0] for message in mailoutbox} == {"security@jichuan.example", "chief@jichuan.example"}
    for user, told in ((security, True), (cast.chief, True), (cast.writer, False), (cast.culture_editor, False)):
        client.force_login(user)
        page = client.get("/admin/", headers={"accept-language": "en"}).content.decode()
        assert ("Log-ins of an account with all permissions" in page) is told, user


def test_without_mail_nothing_is_sent(client, cast, mailoutbox, django_capture_on_commit_callbacks):
    User.objects.filter(pk=cast.chief.pk).update(email="chief@jichuan.example")
    with django_capture_on_commit_callbacks(execute=True):
        log_in(client, "boss", "secret-of-boss")
    assert mailoutbox == []


def test_a_million_entries_are_not_looked_through(cast, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(audit, "RECENT_ENTRIES", 3)
    with audit.acting_from("203.0.113.5"):
        for _ in range(5):
            audit.record_entry("session.refused", User(), by=None, name="x")
        with django_assert_num_queries(2):
            assert audit.recent_count("session.refused", within=timedelta(hours=1)) == 3


@pytest.mark.parametrize("name", ["", "writer\0", "x" * 5000, "\ud83d", "<script>", "nobody-here", "'; DROP TABLE"])
def test_whatever_name_was_tried_is_recorded_and_breaks_nothing(client, cast, name):
    assert (
        client.post(
            "/admin/login/",
            data=b"username=" + name.encode("utf-8", "surrogatepass") + b"&password=x",
            content_type="application/x-www-form-urlencoded",
            **FROM,
        ).status_code
        == 200
    )
    (entry,) = sessions()
    assert (entry.action, entry.actor) == ("session.refused", None)
    assert len(entry.details["name"]) <= 150
    assert "\0" not in entry.details["name"]  # PostgreSQL cannot keep one
    assert audit.first_broken_entry() is None


def test_a_failure_of_somebody_who_is_in_already_is_no_log_in(client, cast):
    client.force_login(cast.writer)
    log_in(client, "boss", "wrong")
    (entry,) = sessions()
    assert (entry.action, entry.details["name"], entry.actor) == ("session.refused", "boss", None)


def test_changing_to_another_account_names_the_new_one(client, cast):
    client.force_login(cast.writer)
    log_in(client, "chief", "secret-of-chief")
    assert [(e.action, e.actor) for e in sessions()] == [("session.opened", cast.chief)]


@pytest.mark.parametrize("facts", [{"is_active": False}, {"is_staff": False}])
def test_right_password_wrong_account_is_refused_and_recorded(client, cast, facts):
    User.objects.filter(username="writer").update(**facts)
    log_in(client, "writer", "secret-of-writer")
    assert [e.action for e in sessions()] == ["session.refused"]


def test_opening_the_form_and_logging_out_of_nothing_is_no_act(client, cast):
    client.get("/admin/login/")
    client.post("/admin/logout/")
    client.force_login(cast.writer)
    client.get("/admin/login/")
    assert sessions() == []


def test_behind_a_proxy_the_address_is_the_one_the_proxy_saw(client, cast, settings):
    settings.BEHIND_PROXY = True
    client.post(
        "/admin/login/", {"username": "x", "password": "y"}, headers={"x-forwarded-for": "198.51.100.1, 203.0.113.7"}
    )
    assert AuditEntry.objects.first().address == "203.0.113.7"


@pytest.mark.parametrize("seen", ["nonsense", "1.2.3.4:5678", "fe80::1%eth0", "", "9" * 500])
def test_an_address_that_is_none_breaks_no_log_in(client, cast, settings, seen):
    settings.BEHIND_PROXY = True
    answer = client.post("/admin/login/", {"username": "x", "password": "y"}, headers={"x-forwarded-for": seen}, **FROM)
    assert answer.status_code == 200
    assert [(e.action, e.address) for e in sessions()] == [("session.refused", "203.0.113.5")]


@pytest.mark.parametrize("address", ["", "unix:"])
def test_behind_a_socket_there_is_no_address(client, cast, address):
    client.post("/admin/login/", {"username": "x", "password": "y"}, REMOTE_ADDR=address)
    assert [e.address for e in sessions()] == [None]


def test_changing_ones_own_password_is_recorded_and_a_failed_try_is_not(client, cast):
    client.force_login(cast.writer)
    wanted = {"new_password1": "Hallo-Welt-2026", "new_password2": "Hallo-Welt-2026"}
    client.post("/admin/password_change/", {"old_password": "wrong", **wanted}, **FROM)
    assert not AuditEntry.objects.exists()
    client.post("/admin/password_change/", {"old_password": "secret-of-writer", **wanted}, **FROM)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.address) == ("user.password_changed", cast.writer, "203.0.113.5")
    assert "Hallo" not in str(entry.details)


def test_a_password_changes_with_its_entry_or_not_at_all(client, cast, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("killed")

    client.force_login(cast.writer)
    monkeypatch.setattr(audit, "record_entry", fail)
    with pytest.raises(OSError, match="killed"):
        client.post(
            "/admin/password_change/",
            {
                "old_password": "secret-of-writer",
                "new_password1": "Hallo-Welt-2026",
                "new_password2": "Hallo-Welt-2026",
            },
        )
    assert User.objects.get(username="writer").check_password("secret-of-writer")
