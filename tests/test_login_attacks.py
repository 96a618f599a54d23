"""Attacks on log-ins, each by its name: none lets anybody in.

An attack gets the newsroom, and returns whether it got in. Those on sessions and on resets are in files of their own;
replayed codes of a second factor are tested with it.
"""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing

from articles import accounts, login_locks, passwords
from articles.models import AuditEntry
from tests.thieves import (
    RIGHT,
    attacks_in,
    browser,
    got_in,
    guess,
    is_in,
    log_in,
    victim,
)

pytestmark = pytest.mark.django_db


# --- Guessing -------------------------------------------------------------------------------------------------------


def stuffing_from_one_address(cast):
    guess(5)
    return got_in(browser())


def stuffing_from_many_addresses(cast):
    guess(5, address=lambda nth: f"198.51.100.{nth}")
    return got_in(browser("198.51.100.99"))


def stuffing_from_one_provider_of_ipv6(cast):
    for nth in range(100):
        log_in(browser(f"2001:db8:1:2::{nth}"), f"person{nth}", "x")
    return got_in(browser("2001:db8:1:2:ffff::1"))


def one_password_for_many_names(cast):
    for nth in range(100):
        log_in(browser(), f"person{nth}", "Summer-2026")
    return got_in(browser())


def guessing_in_capitals(cast):
    for name in ("chief", "CHIEF", "Chief", "ｃｈｉｅｆ", " chief"):
        log_in(browser(), name, "x")
    return got_in(browser())


def guessing_around_a_success_of_ones_own(cast):
    for _round in range(2):
        guess(3)
        assert got_in(browser(), "writer", "secret-of-writer")
    return got_in(browser())


def guessing_with_a_forged_header(cast):
    for nth in range(5):
        log_in(browser(), password="x", headers={"x-forwarded-for": f"198.51.100.{nth}"})
    return got_in(browser(), headers={"x-forwarded-for": "192.0.2.1"})


def guessing_behind_a_proxy_with_a_forged_header(cast):
    settings.BEHIND_PROXY = True
    try:
        for nth in range(100):
            log_in(browser(), f"person{nth}", "x", headers={"x-forwarded-for": f"198.51.100.{nth}, 203.0.113.9"})
        return got_in(browser(), headers={"x-forwarded-for": "192.0.2.1, 203.0.113.9"})
    finally:
        settings.BEHIND_PROXY = False


def guessing_in_another_known_browser(cast):
    client = browser()
    assert got_in(client, "writer", "secret-of-writer")
    client.post("/admin/logout/")
    for _time in range(5):
        log_in(client, password="x")
    return got_in(client)


def guessing_in_a_stolen_known_browser(cast):
    cookie = victim().cookies["known_browser"].value
    thief = browser()
    thief.cookies["known_browser"] = cookie
    for _time in range(5):
        log_in(thief, password="x")
    return got_in(thief)


def forging_a_known_browser(cast):
    guess(5)
    thief = browser()
    thief.cookies["known_browser"] = signing.dumps(["me", [login_locks._name_mark("chief")]], key="another", salt="x")
    return got_in(thief)


def a_known_browser_of_another_purpose(cast):
    guess(5)
    thief = browser()
    thief.cookies["known_browser"] = signing.dumps(["me", [login_locks._name_mark("chief")]], salt="preview")
    return got_in(thief)


def waiting_out_the_first_lock_and_guessing_on(cast):
    guess(5)
    passed = timedelta(minutes=5)
    for row in login_locks.LoginLock.objects.exclude(locked_until=None):
        row.locked_until -= passed
        row.save()
    guess(5)
    return got_in(browser())


def an_empty_password(cast):
    return got_in(browser(), password="")


def the_password_with_blanks(cast):
    return got_in(browser(), password=f" {RIGHT} ")


def the_hash_as_password(cast):
    return got_in(browser(), password=cast.chief.password)


def sql_as_name(cast):
    return got_in(browser(), "chief' OR '1'='1' --", RIGHT)


def a_name_with_a_null(cast):
    return got_in(browser(), "chief\0", RIGHT)


def two_names_at_once(cast):
    client = browser()
    client.post("/admin/login/", "username=chief&username=writer&password=x", "application/x-www-form-urlencoded")
    return is_in(client)


def the_password_in_the_address(cast):
    client = browser()
    client.get(f"/admin/login/?username=chief&password={RIGHT}")
    return is_in(client)


# --- Accounts that are not to be used -------------------------------------------------------------------------------


def a_deactivated_account(cast):
    User.objects.filter(username="chief").update(is_active=False)
    return got_in(browser())


def an_account_that_is_not_of_the_desk(cast):
    User.objects.filter(username="chief").update(is_staff=False)
    return got_in(browser())


def an_account_without_a_password(cast):
    accounts.open_account(User(username="newcomer", is_staff=True), by=cast.admin)
    return any(got_in(browser(), "newcomer", password) for password in ("", "!", "None"))


def the_command_line(cast):
    accounts.find_or_open_command_line()
    return any(got_in(browser(), "command-line", password) for password in ("", "!", "command-line"))


# --- The table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", attacks_in(dict(globals())), ids=lambda attack: attack.__name__)
def test_no_attack_gets_in(attack, cast):
    assert attack(cast) is False


@pytest.mark.parametrize("way_in", [victim, lambda: browser()])
def test_the_right_password_gets_in(cast, way_in):
    """Otherwise the table would prove nothing."""
    assert got_in(way_in())


def test_every_refusal_names_its_browser(cast):
    guess(7)
    log_in(browser(headers={"user-agent": "Scanner/1.0"}), password="x")
    entries = AuditEntry.objects.filter(action="session.refused")
    assert entries.count() == 8
    assert entries.first().details["browser"] == "Scanner/1.0"
    assert [entry.details.get("why", "") for entry in entries] == ["locked"] * 3 + [""] * 5


def test_an_address_that_is_locked_does_not_fill_the_audit(cast):
    for nth in range(100):
        log_in(browser(), f"person{nth}", "x")
    before = AuditEntry.objects.count()
    for nth in range(120):
        assert log_in(browser(), f"person{nth}", "x").status_code == 429
    counts = [e.details["count"] for e in AuditEntry.objects.order_by("pk")[before:]]
    assert counts == [1, 10, 100]


def test_known_unknown_and_switched_off_names_are_answered_alike(cast, monkeypatch):
    """The same page, the same status, one hashing of the password each; and the lock comes at the same attempt."""
    User.objects.filter(username="writer").update(is_active=False)
    User.objects.filter(username="editor").update(is_staff=False)
    User.objects.filter(username="head").update(password="!")
    hashed = []
    encode = passwords.make_password.__globals__["get_hasher"]("default").__class__.encode
    hasher = passwords.make_password.__globals__["get_hasher"]("default").__class__
    monkeypatch.setattr(hasher, "encode", lambda *facts: (hashed.append(1), encode(*facts))[1])
    seen = {}
    for nth, name in enumerate(("chief", "nobody", "writer", "editor", "head")):
        answers = []
        for _time in range(7):
            hashed.clear()
            answer = log_in(browser(f"198.51.100.{nth}"), name, "x", headers={"accept-language": "en"})
            page = re.sub(r'value="[^"]{64}"|value="' + name + '"', "", answer.content.decode())
            answers.append((answer.status_code, len(hashed), page))
        seen[name] = answers
    first = seen.pop("chief")
    assert [status for status, _hashed, _page in first] == [200] * 5 + [429] * 2
    assert [count for _status, count, _page in first] == [1] * 5 + [0] * 2
    for name, answers in seen.items():
        assert answers == first, name
