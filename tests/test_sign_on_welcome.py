"""The house's own log-in and the rest of a log-in together: second factors, known browsers, locks, old passwords."""

from datetime import timedelta

import pytest
from django.shortcuts import redirect
from django.utils import timezone

from articles.admin import sign_on
from articles.models import AccountPassword, AuditEntry, LoginLock
from tests.factors import code_of, give_app
from tests.test_second_factor_log_in import STEP, prove
from tests.test_second_factor_log_in import log_in as log_in_with_password

pytestmark = pytest.mark.django_db
BEGIN, BACK = "/admin/sign-on/oidc/", "/admin/sign-on/oidc/back/"


@pytest.fixture(autouse=True)
def _a_house_that_confirms_the_chief(settings, monkeypatch):
    settings.OIDC_ISSUER = "https://id.example.cn"
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "articles.sign_on.backends.OidcBackend",
    ]
    monkeypatch.setitem(sign_on.BEGIN, "oidc", lambda _request, address: redirect(address))
    monkeypatch.setitem(sign_on.FINISH, "oidc", lambda _request: "chief")


def told():
    entries = AuditEntry.objects.filter(action__startswith="session.").order_by("pk")
    return [entry.action.removeprefix("session.") for entry in entries]


def test_the_second_factor_is_owed_and_leads_where_one_was_going(client, cast):
    secret, _codes = give_app(cast.chief)
    client.get(BEGIN, {"next": "/admin/queue/"})
    assert client.get(BACK).url == STEP
    assert client.get("/admin/").status_code == 302
    assert told() == []
    assert "known_browser" not in client.cookies
    assert prove(client, code_of(secret)).url == "/admin/queue/"
    assert told() == ["factor_proven", "opened"]
    assert AuditEntry.objects.first().details["way"] == "oidc"
    assert client.cookies["known_browser"].value


def test_a_new_browser_is_told_once(client, cast):
    cast.chief.last_login = timezone.now() - timedelta(days=1)
    cast.chief.save()
    for _time in range(2):
        client.get(BACK)
    assert told() == ["opened", "new_browser", "opened"]


def test_what_somebody_guessed_does_not_lock_the_house_s_own_log_in(client, cast):
    for _time in range(5):
        client.post("/admin/login/", {"username": "chief", "password": "x"})
    assert log_in_with_password(client, "chief").status_code == 429
    assert client.get(BACK).url == "/admin/"
    client.cookies.clear()
    assert log_in_with_password(client, "chief").status_code == 429, "no password was proven meanwhile"


def test_log_ins_that_are_confirmed_do_not_count_against_the_address(client, cast):
    for _time in range(3):
        client.get(BACK)
    assert set(LoginLock.objects.values_list("kind", "failures")) == {("address", 0)}


def test_a_password_that_is_over_traps_nobody_who_has_none(client, cast):
    cast.chief.set_unusable_password()
    cast.chief.save()
    AccountPassword.objects.create(user=cast.chief, set_at=timezone.now() - timedelta(days=4000))
    client.get(BACK)
    assert client.get("/admin/").status_code == 200
