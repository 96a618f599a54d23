"""Failed log-ins lock a name and an address for a growing time; known browsers get through; security unlocks."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from articles import audit, login_locks
from articles.login_locks import LoginAttempt, LoginLocked
from articles.models import AuditEntry, LoginLock
from tests.cast import make_user, refused

pytestmark = pytest.mark.django_db


def attempt(name="writer", address="203.0.113.5", browser=""):
    return LoginAttempt(name=name, address=address, browser=browser)


def fail(times, **facts):
    """Fail so many times; returns whether each attempt locked."""
    return [login_locks.begin_attempt(attempt(**facts)) for _time in range(times)]


def is_locked(**facts):
    try:
        login_locks.begin_attempt(attempt(**facts))
    except LoginLocked:
        return True
    login_locks.end_attempt(attempt(**facts))
    return False


def wait(**duration):
    """Let time pass, by moving everything that is stored into the past."""
    for row in LoginLock.objects.all():
        for field in ("failed_at", "locked_until", "forgotten_at"):
            if getattr(row, field):
                setattr(row, field, getattr(row, field) - timedelta(**duration))
        row.save()


def pause():
    row = LoginLock.objects.get(kind="account")
    return round((row.locked_until - row.failed_at).total_seconds() / 60)


def test_five_failures_lock_the_name_from_every_address_for_a_growing_time():
    assert fail(5) == [False] * 4 + [True]
    assert is_locked(address="198.51.100.77")
    assert not is_locked(name="head")
    pauses = []
    for _round in range(9):
        pauses.append(pause())
        wait(minutes=pauses[-1])
        fail(5)
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 720]


def test_a_right_password_takes_the_failures_back():
    fail(4)
    login_locks.end_attempt(attempt())
    assert fail(4) == [False] * 4
    assert LoginLock.objects.get(kind="address").failures == 7  # four, then four, less the right one


def test_after_a_quiet_day_all_is_forgotten():
    fail(5)
    wait(minutes=5)
    fail(4)
    wait(hours=24)
    assert fail(5)[-1]
    assert pause() == 5


def test_a_right_password_takes_back_what_counts_for_it_alone():
    fail(2, name="head", address="198.51.100.7")
    fail(2)
    login_locks.end_attempt(attempt())
    counts = dict(LoginLock.objects.values_list("subject", "failures"))
    assert counts == {"head": 2, "198.51.100.7": 2, "203.0.113.5": 1}


@pytest.mark.parametrize("name", ["Writer", "ＷＲＩＴＥＲ", " writer ", "wrIter"])
def test_variants_of_a_name_are_one_name(name):
    fail(5)
    assert is_locked(name=name)


def test_three_hundred_people_behind_one_address_get_in():
    """Each mistypes once in three log-ins, all within a quarter of an hour, half of them in browsers known before."""
    for number in range(300):
        name, browser = f"person{number}", f"b{number}" if number % 2 else ""
        if number % 3 == 0:
            login_locks.begin_attempt(attempt(name=name, browser=browser))
        assert login_locks.begin_attempt(attempt(name=name, browser=browser)) is False
        login_locks.end_attempt(attempt(name=name, browser=browser))


def test_three_hundred_addresses_against_one_account_do_not_get_on():
    checked = 0
    for number in range(300):
        try:
            login_locks.begin_attempt(attempt(address=f"198.51.{number // 100}.{number % 100}"))
            checked += 1
        except LoginLocked:
            pass
    assert checked == 5


def test_one_address_against_three_hundred_accounts_does_not_get_on():
    counts = []
    for number in range(300):
        try:
            login_locks.begin_attempt(attempt(name=f"person{number}"))
            counts.append(0)
        except LoginLocked as refusal:
            counts.append(refusal.count)
    assert counts == [0] * 100 + list(range(1, 201))
    assert is_locked(name="head"), "the address is locked for every name"
    assert not is_locked(name="head", browser="known"), "but not for browsers that are known"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("203.0.113.5", "203.0.113.5"),
        (None, ""),
    ],
)
def test_an_address_of_ipv6_counts_with_its_neighbours(address, network):
    assert login_locks.address_network(address) == network


def test_a_known_browser_gets_through_and_has_a_lock_of_its_own():
    fail(5)
    assert is_locked()
    assert not is_locked(browser="known")
    fail(5, browser="known")
    assert is_locked(browser="known")
    assert not is_locked(browser="another")


def test_a_browser_is_known_to_the_ten_accounts_that_used_it_last():
    cookie = ""
    for number in range(11):
        cookie = login_locks.remember_browser(cookie, f"person{number}", "new")
    known = [login_locks.known_browser(cookie, f"person{number}") for number in range(11)]
    assert known == ["", *["new"] * 10]


def test_the_security_administrator_unlocks(cast):
    security = make_user("security", ["grant"])
    fail(5)
    lock = LoginLock.objects.get(kind="account")
    for user in (cast.admin, security):
        assert list(login_locks.locked_now()) == [lock], user
    assert login_locks.unlock(lock.pk, by=security) is True
    assert not is_locked()
    entry = AuditEntry.objects.get(action="session.unlocked")
    assert (entry.actor, entry.details) == (security, {"name": "writer", "origin": "account"})
    assert login_locks.unlock(lock.pk, by=security) is False, "already done"
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("duties", [["accounts"], ["audit"], ["final", "publish"], []])
def test_nobody_else_unlocks(cast, duties):
    fail(5)
    other = make_user("other", duties)
    with refused(PermissionDenied):
        login_locks.unlock(LoginLock.objects.get(kind="account").pk, by=other)


def test_what_is_forgotten_is_swept(cast):
    fail(5)
    fail(2, name="head")
    assert login_locks.sweep_locks() == 0
    wait(hours=25)
    assert login_locks.sweep_locks() == 3  # two names and an address
    assert not LoginLock.objects.exists()


def test_an_attempt_takes_few_queries_however_many_are_counted(django_assert_max_num_queries):
    for number in range(50):
        fail(1, name=f"person{number}", address=f"198.51.100.{number}")
    with django_assert_max_num_queries(14), audit.acting_from("203.0.113.5"):
        fail(1)
