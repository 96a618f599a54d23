"""The audit records log-ins, failed log-ins with the username, and password changes; never a password."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from articles import audit, logins
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
    assert entries[0].details == {"name": "writer"}
    assert "geheim" not in str(list(AuditEntry.objects.values()))
    assert "secret-of" not in str(list(AuditEntry.objects.values()))


def test_whoever_guesses_has_to_wait_and_others_do_not(client, cast):
    for _ in range(logins.REFUSED_LOGINS_ALLOWED):
        assert log_in(client, "writer", "guessed").status_code == 200
    answer = log_in(client, "writer", "secret-of-writer")
    assert answer.status_code == 429
    assert "15" in answer.context["form"].non_field_errors()[0]
    assert {entry.action for entry in sessions()} == {"session.refused"}
    assert len(sessions()) == logins.REFUSED_LOGINS_ALLOWED
    other = client.post(
        "/admin/login/", {"username": "writer", "password": "secret-of-writer"}, REMOTE_ADDR="203.0.113.6"
    )
    assert other.status_code == 302


def test_after_a_while_one_may_try_again(client, cast, monkeypatch):
    for _ in range(logins.REFUSED_LOGINS_ALLOWED):
        log_in(client, "writer", "guessed")
    monkeypatch.setattr(logins, "REFUSED_LOGINS_WITHIN", timedelta(0))
    assert log_in(client, "writer", "secret-of-writer").status_code == 302


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


def test_setting_anothers_password_is_recorded(client, cast):
    keeper = make_user("keeper", ["accounts"])
    client.force_login(keeper)
    wanted = {"password1": "Hallo-Welt-2026", "password2": "Hallo-Welt-2026", "usable_password": "true"}
    client.post(f"/admin/auth/user/{cast.writer.pk}/password/", wanted, **FROM)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.object_id) == ("user.password_set", keeper, str(cast.writer.pk))
    assert (entry.details["name"], entry.address) == ("writer", "203.0.113.5")
    assert "Hallo" not in str(entry.details)
