"""Opening accounts, changing them, setting passwords: none of these gives the caller more rights."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError

from articles import accounts
from articles.models import AuditEntry, Person
from tests.cast import make_user, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(cast):
    return make_user("system", ["accounts"])


def test_an_account_is_opened_with_the_person_whose_it_is(cast, system):
    known = Person.objects.create(name="陶一宁", unit="望桥乡")
    account = User(username="taoyining", is_staff=True)
    account.set_password("qiao-tongche-9")
    accounts.open_account(account, by=system, person=known)
    account = User.objects.get(username="taoyining")
    assert account.check_password("qiao-tongche-9")
    assert account.person == known
    entry = AuditEntry.objects.get(action="user.added")
    assert entry.actor == system
    assert entry.details == {
        "name": "taoyining",
        "fields": ["Username", "Active", "Staff status", "Superuser status"],
        "old": ["", "", "", ""],
        "new": ["taoyining", "True", "True", "False"],
        "is_active": True,
        "is_staff": True,
        "is_superuser": False,
    }
    assert AuditEntry.objects.filter(action="person.changed", object_id=str(known.pk)).exists()
    assert "qiao" not in str(list(AuditEntry.objects.values()))


def test_nobody_logs_in_to_an_account_without_a_password(system):
    accounts.open_account(User(username="silent", is_staff=True), by=system)
    assert not User.objects.get(username="silent").has_usable_password()


def test_what_changed_of_an_account_is_recorded_and_its_password_stays(cast, system):
    before = cast.writer.password
    opened = User.objects.get(pk=cast.writer.pk)
    opened.is_active, opened.password = False, "!"
    accounts.save_account(opened, by=system)
    cast.writer.refresh_from_db()
    assert (cast.writer.is_active, cast.writer.password) == (False, before)
    details = AuditEntry.objects.first().details
    assert (details["fields"], details["is_active"]) == (["Active"], False)


def test_saving_unchanged_makes_no_entry(cast, system):
    accounts.save_account(User.objects.get(pk=cast.writer.pk), by=system, person=cast.lin)
    assert not AuditEntry.objects.exists()


def test_a_password_is_set_and_taken_away(cast, system):
    accounts.set_account_password(cast.writer, "qiao-tongche-9", by=system)
    cast.writer.refresh_from_db()
    assert cast.writer.check_password("qiao-tongche-9")
    accounts.set_account_password(cast.writer, None, by=system)
    assert not User.objects.get(pk=cast.writer.pk).has_usable_password()
    assert [entry.action for entry in AuditEntry.objects.all()] == ["user.password_set"] * 2


@pytest.mark.parametrize("who", ["chief", "writer", "stranger"])
def test_the_wrong_person_does_nothing_to_accounts(cast, who):
    by = getattr(cast, who)
    with refused(PermissionDenied, "accounts"):
        accounts.open_account(User(username="newcomer"), by=by)
    opened = User.objects.get(pk=cast.head.pk)
    opened.is_active = False
    with refused(PermissionDenied, "accounts"):
        accounts.save_account(opened, by=by)
    with refused(PermissionDenied, "accounts"):
        accounts.set_account_password(cast.head, "qiao-tongche-9", by=by)


@pytest.mark.parametrize("duty", ["grant", "audit", "superuser"])
def test_an_account_that_may_more_is_left_alone(cast, system, duty):
    theirs = cast.admin if duty == "superuser" else make_user("other", [duty])
    theirs.email = "x@example.cn"
    with refused(PermissionDenied, "may do more"):
        accounts.save_account(theirs, by=system)
    with refused(PermissionDenied, "may do more"):
        accounts.set_account_password(theirs, "qiao-tongche-9", by=system)


def test_only_administrators_make_administrators(cast, system):
    with refused(PermissionDenied, "administrators"):
        accounts.open_account(User(username="newcomer", is_superuser=True), by=system)
    opened = User.objects.get(pk=cast.writer.pk)
    opened.is_superuser = True
    with refused(PermissionDenied, "administrators"):
        accounts.save_account(opened, by=system)
    accounts.save_account(opened, by=cast.admin)
    assert User.objects.get(pk=cast.writer.pk).is_superuser


def test_nobody_switches_themself_off(cast):
    opened = User.objects.get(pk=cast.admin.pk)
    opened.is_active = False
    with refused(PermissionDenied, "your own account"):
        accounts.save_account(opened, by=cast.admin)


def test_what_cannot_be_an_account_is_refused(cast, system):
    for username in ("writer", "", "a b"):
        with refused(ValidationError):
            accounts.open_account(User(username=username), by=system)
    opened = User.objects.get(pk=cast.head.pk)
    with refused(ValidationError, "has an account"):
        accounts.save_account(opened, by=system, person=Person.objects.get(pk=cast.lin.pk))


def test_the_command_lines_account_is_opened_once(db):
    first, second = accounts.find_or_open_command_line(), accounts.find_or_open_command_line()
    assert first == second
    assert not first.has_usable_password()
    assert AuditEntry.objects.get().action == "user.added"
