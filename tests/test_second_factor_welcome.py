"""A password and a second factor together: what a log-in brings with it comes after the factor, not before."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles import passwords, second_factor
from articles.models import AccountPassword, AuditEntry, DeskSession, LoginLock
from tests.cast import make_user
from tests.factors import code_of, demand, give_app, proven
from tests.test_second_factor_log_in import STEP, log_in, prove

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(cast):
    """The secret of the chief's app; the chief has logged in before."""
    cast.chief.last_login = timezone.now() - timedelta(days=1)
    cast.chief.save()
    return give_app(cast.chief)[0]


def told():
    """The actions in the audit about log-ins, the oldest first."""
    entries = AuditEntry.objects.filter(action__startswith="session.").order_by("pk")
    return [entry.action.removeprefix("session.") for entry in entries]


def test_the_password_alone_is_no_log_in_and_makes_no_browser_known(client, cast, secret):
    assert log_in(client, "chief").url == STEP
    assert told() == []
    assert "known_browser" not in client.cookies
    assert prove(client, code_of(secret)).status_code == 302
    assert told() == ["factor_proven", "opened", "new_browser"]
    assert client.cookies["known_browser"].value
    client.post("/admin/logout/")
    log_in(client, "chief")
    prove(client, code_of(secret, steps=1))
    assert told()[3:] == ["closed", "factor_proven", "opened"], "the browser is known by now"


def test_setting_up_the_demanded_factor_makes_the_browser_known(client, cast):
    demand("final")
    log_in(client, "chief")
    own = client.get("/admin/second-factor/own/")
    secret = own.context["secret"].replace(" ", "")
    assert "known_browser" not in client.cookies
    answer = client.post(
        "/admin/second-factor/own/", f"act=app&code={code_of(secret)}", "application/x-www-form-urlencoded"
    )
    assert len(answer.context["codes"]) == 10
    assert client.cookies["known_browser"].value


def test_an_attempt_is_taken_back_with_the_factor_only(client, cast, secret):
    for _time in range(2):
        log_in(client, "chief")
    assert set(LoginLock.objects.values_list("failures", flat=True)) == {2}
    prove(client, code_of(secret))
    assert not LoginLock.objects.filter(kind="account").exists()


def test_five_right_passwords_without_the_factor_lock(client, cast, secret):
    for _time in range(5):
        log_in(client, "chief")
    assert log_in(client, "chief").status_code == 429


def test_other_sessions_end_with_the_factor_only(settings, cast, secret):
    settings.SEVERAL_SESSIONS = False
    here, there = Client(), Client()
    log_in(here, "chief")
    prove(here, code_of(secret))
    log_in(there, "chief")
    assert here.get("/admin/").status_code == 200
    prove(there, code_of(secret, steps=1))
    assert here.get("/admin/").status_code == 302


def test_a_superuser_is_announced_with_the_factor_only(client, cast):
    secret, _codes = give_app(cast.admin)
    log_in(client, cast.admin.get_username())
    assert told() == []
    prove(client, code_of(secret))
    assert "glass_broken" in told()


def test_the_second_step_comes_before_a_password_that_is_over(client, cast, secret):
    AccountPassword.objects.create(user=cast.chief, set_at=timezone.now() - timedelta(days=4000))
    for steps in (0, 1):  # the second time in a session of theirs that knows already that it is over
        assert log_in(client, "chief").url == STEP
        assert client.get(STEP).status_code == 200
        assert prove(client, code_of(secret, steps=steps)).url == "/admin/"
        assert client.get("/admin/").url == "/admin/password_change/"


def test_a_new_password_does_not_replace_the_factor(client, cast, secret):
    passwords.set_password_on_server(cast.chief, "Wiesental-Mohn-47", must_change=False, by=cast.admin)
    assert client.post("/admin/login/", {"username": "chief", "password": "Wiesental-Mohn-47"}).url == STEP


def test_removing_a_lost_factor_ends_the_sessions_of_its_person(client, cast, secret):
    log_in(client, "chief")
    prove(client, code_of(secret))
    officer, system = make_user("officer", ["grant"]), make_user("system", ["accounts"])
    reset = second_factor.open_factor_reset(cast.chief, by=officer, reason="当面核实")
    assert client.get("/admin/").status_code == 200
    with proven(system):
        second_factor.confirm_factor_reset(reset, by=system)
    assert not DeskSession.objects.filter(user=cast.chief).exists()
    assert client.get("/admin/").status_code == 302
