"""Attacks on resets and on passwords of others, each by its name: none sets a password."""

import pytest
from django.conf import settings
from django.utils import timezone

from articles import password_resets, passwords
from articles.models import PasswordReset
from tests.cast import make_user
from tests.thieves import (
    GOOD,
    RIGHT,
    attacks_in,
    browser,
    got_in,
    is_in,
    reset_link,
    set_password,
    took_over,
    victim,
)

pytestmark = pytest.mark.django_db


# --- Resets ---------------------------------------------------------------------------------------------------------


def a_link_used_twice(cast):
    path = reset_link(cast.stranger, cast.admin)
    set_password(path)
    set_password(path, "Kiefer-Wanne-93")
    return took_over("stranger", "Kiefer-Wanne-93")


def a_link_after_thirty_minutes(cast):
    path = reset_link(cast.stranger, cast.admin)
    PasswordReset.objects.update(expires_at=timezone.now())
    set_password(path)
    return took_over("stranger")


def a_link_that_was_replaced(cast):
    path = reset_link(cast.stranger, cast.admin)
    reset_link(cast.stranger, cast.admin)
    set_password(path)
    return took_over("stranger")


def a_link_that_was_stopped(cast):
    path = reset_link(cast.stranger, cast.admin)
    password_resets.stop_reset(PasswordReset.objects.get(), by=cast.admin)
    set_password(path)
    return took_over("stranger")


def a_link_without_the_code(cast):
    path = reset_link(cast.chief, cast.admin)
    password_resets.confirm_reset(PasswordReset.objects.get(), by=make_user("security", ["grant"]))
    for code in ("", "0", "00000000", "None", " ", "' OR 1=1"):
        set_password(path, code=code)
    return took_over()


def a_link_that_nobody_has_confirmed(cast):
    path = reset_link(cast.chief, cast.admin)
    for code in ("", "00000000"):
        set_password(path, code=code)
    return took_over()


def guessing_the_code(cast):
    path = reset_link(cast.chief, cast.admin)
    code = password_resets.confirm_reset(PasswordReset.objects.get(), by=make_user("security", ["grant"]))
    for nth in range(5):
        set_password(path, code=f"{(int(code) + 1 + nth) % 10**8:08}")
    set_password(path, code=code)
    return took_over()


def the_code_of_an_older_reset(cast):
    security = make_user("security", ["grant"])
    reset_link(cast.chief, cast.admin)
    code = password_resets.confirm_reset(PasswordReset.objects.get(), by=security)
    path = reset_link(cast.chief, cast.admin)
    password_resets.confirm_reset(PasswordReset.objects.first(), by=security)
    set_password(path, code=code)
    return took_over()


def the_digest_as_link(cast):
    reset_link(cast.stranger, cast.admin)
    set_password(f"/admin/reset/{PasswordReset.objects.get().link_digest}/")
    return took_over("stranger")


def a_code_without_a_link(cast):
    reset_link(cast.chief, cast.admin)
    code = password_resets.confirm_reset(PasswordReset.objects.get(), by=make_user("security", ["grant"]))
    set_password(f"/admin/reset/{code}/", code=code)
    return took_over()


def confirming_ones_own_start(cast):
    client = browser()
    client.force_login(cast.admin)
    client.post(f"/admin/auth/user/{cast.chief.pk}/password/")
    answer = client.post("/admin/resets/", {"reset": PasswordReset.objects.get().pk, "confirm": "1"})
    return "code" in answer.context


def the_page_of_django_that_sets_a_password(cast):
    client = browser()
    client.force_login(make_user("system", ["accounts"]))
    facts = {"password1": GOOD, "password2": GOOD, "usable_password": "true"}
    client.post(f"/admin/auth/user/{cast.chief.pk}/password/", facts)
    return took_over()


def a_password_in_the_form_of_the_account(cast):
    client = browser()
    client.force_login(make_user("system", ["accounts"]))
    facts = {"username": "chief", "is_active": "on", "is_staff": "on", "password": GOOD, "password1": GOOD}
    client.post(
        f"/admin/auth/user/{cast.chief.pk}/change/", {**facts, "person-TOTAL_FORMS": 0, "person-INITIAL_FORMS": 0}
    )
    return took_over()


def a_new_account_with_a_password(cast):
    client = browser()
    client.force_login(make_user("system", ["accounts"]))
    facts = {"username": "newcomer", "is_staff": "on", "password1": GOOD, "password2": GOOD, "usable_password": "true"}
    client.post("/admin/auth/user/add/", facts)
    return got_in(browser(), "newcomer", GOOD)


def a_mail_address_that_an_administrator_enters(cast):
    client = browser()
    client.force_login(make_user("system", ["accounts"]))
    facts = {"username": "chief", "is_active": "on", "is_staff": "on", "email": "me@jichuan.example"}
    client.post(
        f"/admin/auth/user/{cast.chief.pk}/change/", {**facts, "person-TOTAL_FORMS": 0, "person-INITIAL_FORMS": 0}
    )
    settings.MAIL_FROM = "newsroom@jichuan.example"
    try:
        browser().post("/admin/forgotten/", {"username": "chief"})
    finally:
        settings.MAIL_FROM = None
    return PasswordReset.objects.exists()


def a_recovery_address_in_an_open_session(cast):
    settings.MAIL_FROM = "newsroom@jichuan.example"
    try:
        victim().post("/admin/recovery/", {"email": "me@jichuan.example", "old_password": ""})
    finally:
        settings.MAIL_FROM = None
    return passwords.password_facts(cast.chief).recovery_email == "me@jichuan.example"


def a_new_password_in_an_open_session(cast):
    facts = {"old_password": "x", "new_password1": GOOD, "new_password2": GOOD}
    chief = victim()
    for _time in range(6):
        chief.post("/admin/password_change/", facts)
    chief.post("/admin/password_change/", {**facts, "old_password": RIGHT})  # too late: the session has ended
    return took_over() or is_in(chief)


@pytest.mark.parametrize("attack", attacks_in(dict(globals())), ids=lambda attack: attack.__name__)
def test_no_attack_gets_in(attack, cast):
    assert attack(cast) is False
