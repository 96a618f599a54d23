"""Attacks on sessions, and with passwords that are over, each by its name: none lets anybody in."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from articles import accounts, password_resets
from articles.models import AccountPassword, DeskSession, PasswordReset
from tests.cast import make_user
from tests.thieves import (
    GOOD,
    RIGHT,
    attacks_in,
    browser,
    got_in,
    is_in,
    key_of,
    log_in,
    reset_link,
    set_password,
    victim,
    with_session,
)

pytestmark = pytest.mark.django_db


# --- Sessions -------------------------------------------------------------------------------------------------------


def a_fixed_session(cast):
    """The attacker gives the victim a session of their own, and waits for the log-in."""
    thief = browser()
    thief.post("/admin/language/", {"language": "en"})
    session = thief.session
    session["planted"] = True
    session.save()
    key = session.session_key
    chief = with_session(key, "192.0.2.1")
    assert got_in(chief)
    assert key_of(chief) != key
    return is_in(with_session(key))


def an_invented_session(cast):
    chief = with_session("a" * 32, "192.0.2.1")
    assert got_in(chief)
    return is_in(with_session("a" * 32))


def a_session_of_nonsense(cast):
    return any(is_in(with_session(key)) for key in ("", "x", "../../etc", "' OR 1=1", "a" * 40, "\x7f" * 8))


def a_stolen_cookie_after_the_log_out(cast):
    chief = victim()
    key = key_of(chief)
    chief.post("/admin/logout/")
    return is_in(with_session(key))


def a_stolen_cookie_after_a_new_password(cast):
    chief = victim()
    key = key_of(chief)
    facts = {"old_password": RIGHT, "new_password1": GOOD, "new_password2": GOOD}
    chief.post("/admin/password_change/", facts)
    assert is_in(chief)
    return is_in(with_session(key))


def a_stolen_cookie_after_a_reset(cast):
    key = key_of(victim())
    by, security = make_user("system", ["accounts"]), make_user("security", ["grant"])
    path = reset_link(cast.chief, by)
    code = password_resets.confirm_reset(PasswordReset.objects.get(), by=security)
    assert set_password(path, code=code).context["is_done"]
    return is_in(with_session(key))


def a_stolen_cookie_after_the_deactivation(cast):
    key = key_of(victim())
    account = User.objects.get(username="chief")
    account.is_active = False
    accounts.save_account(account, by=cast.admin)
    return is_in(with_session(key))


def a_stolen_cookie_after_its_person_ended_it(cast):
    chief = victim()
    key = key_of(chief)
    victim().post("/admin/sessions/", {"session": "others"})
    return is_in(with_session(key))


def a_stolen_cookie_after_half_an_hour(cast):
    key = key_of(victim())
    DeskSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    return is_in(with_session(key))


def a_stolen_cookie_kept_busy_for_twelve_hours(cast):
    chief = victim()
    assert is_in(chief)
    session = chief.session
    session["started"] -= 12 * 3600
    session.save()
    return is_in(with_session(key_of(chief)))


def a_stolen_cookie_where_one_session_is_allowed(cast):
    key = key_of(victim())
    settings.SEVERAL_SESSIONS = False
    try:
        victim()
        return is_in(with_session(key))
    finally:
        settings.SEVERAL_SESSIONS = True


def a_session_of_another_account(cast):
    """The key of a session is not its account's number."""
    session = victim().session
    return any(is_in(with_session(str(key))) for key in (cast.chief.pk, session["_auth_user_hash"][:32]))


def a_session_from_the_page_of_sessions(cast):
    chief = victim()
    page = chief.get("/admin/sessions/").content.decode()
    return any(is_in(with_session(word)) for word in set(re.findall(r'value="([0-9a-z]{20,})"', page)))


# --- Passwords that are over ----------------------------------------------------------------------------------------


def _with_an_old_password(cast):
    AccountPassword.objects.create(user=cast.chief, set_at=timezone.now() - timedelta(days=91))
    client = browser()
    log_in(client)
    return client


def a_form_with_an_expired_password(cast):
    article = cast.article()
    _with_an_old_password(cast).post(f"/admin/articles/article/{article.pk}/submit/")
    article.refresh_from_db()
    return article.stage != 0


def any_method_with_an_expired_password(cast):
    client = _with_an_old_password(cast)
    methods = (client.get, client.post, client.put, client.patch, client.delete, client.head, client.options)
    return any(method("/admin/queue/")["Location"] != "/admin/password_change/" for method in methods)


def the_same_password_again_when_it_is_over(cast):
    client = _with_an_old_password(cast)
    client.post("/admin/password_change/", {"old_password": RIGHT, "new_password1": RIGHT, "new_password2": RIGHT})
    return is_in(client)


def an_address_spelt_differently_with_an_expired_password(cast):
    client = _with_an_old_password(cast)
    paths = ("/admin//queue/", "/admin/./queue/", "/admin/queue", "/admin/password_change/../queue/", "/ADMIN/queue/")
    return any(client.get(path).status_code == 200 for path in paths)


@pytest.mark.parametrize("attack", attacks_in(dict(globals())), ids=lambda attack: attack.__name__)
def test_no_attack_gets_in(attack, cast):
    assert attack(cast) is False
