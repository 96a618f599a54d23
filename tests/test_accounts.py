"""Opening and changing accounts: none of these gives the caller more rights, or shuts everybody out."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError

from articles import accounts
from articles.duty_assignments import assigning
from articles.duty_assignments.assigning import CannotAssign
from articles.models import AuditEntry, DeskSession, Person
from tests.cast import make_user, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(cast):
    return make_user("system", ["accounts"])


def test_an_account_is_opened_with_the_person_whose_it_is(cast, system):
    known = Person.objects.create(name="陶一宁", unit="望桥乡")
    account = User(username="taoyining", is_staff=True)
    account.set_password("whatever-the-caller-sets")
    accounts.open_account(account, by=system, person=known)
    account = User.objects.get(username="taoyining")
    assert not account.has_usable_password(), "the person sets it"
    assert account.person == known
    entry = AuditEntry.objects.get(action="user.added")
    assert entry.actor == system
    assert entry.details == {
        "name": "taoyining",
        "fields": ["user.username", "user.is_active", "user.is_staff", "user.is_superuser"],
        "old": ["", "", "", ""],
        "new": ["taoyining", "True", "True", "False"],
        "is_active": True,
        "is_staff": True,
        "is_superuser": False,
    }
    assert AuditEntry.objects.filter(action="person.changed", object_id=str(known.pk)).exists()


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
    assert (details["fields"], details["is_active"]) == (["user.is_active"], False)


def test_the_person_whose_account_it_becomes_is_recorded(cast, system):
    accounts.save_account(User.objects.get(pk=cast.head.pk), by=system, person=Person.objects.create(name="陶一宁"))
    details = AuditEntry.objects.get(action="user.changed").details
    assert (details["fields"], details["old"], details["new"]) == (["user.person"], [""], ["陶一宁"])


def test_everything_but_the_switches_of_one_s_own_account_may_be_changed(system):
    system.email = "system@example.cn"
    accounts.save_account(system, by=system)
    assert User.objects.get(pk=system.pk).email == "system@example.cn"


def test_saving_unchanged_makes_no_entry(cast, system):
    accounts.save_account(User.objects.get(pk=cast.writer.pk), by=system, person=cast.lin)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("who", ["chief", "writer", "stranger"])
def test_the_wrong_person_does_nothing_to_accounts(cast, who):
    by = getattr(cast, who)
    with refused(PermissionDenied, "accounts"):
        accounts.open_account(User(username="newcomer"), by=by)
    opened = User.objects.get(pk=cast.head.pk)
    opened.is_active = False
    with refused(PermissionDenied, "accounts"):
        accounts.save_account(opened, by=by)


@pytest.mark.parametrize("duty", ["grant", "audit", "superuser"])
def test_an_account_that_may_more_is_left_alone(cast, system, duty):
    theirs = cast.admin if duty == "superuser" else make_user("other", [duty])
    theirs.email = "x@example.cn"
    with refused(PermissionDenied, "may do more"):
        accounts.save_account(theirs, by=system)


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


def test_whoever_is_switched_off_is_logged_out_everywhere(cast, system, client):
    client.force_login(cast.writer)
    assert client.get("/admin/").status_code == 200
    opened = User.objects.get(pk=cast.writer.pk)
    opened.is_active = False
    accounts.save_account(opened, by=system)
    assert not DeskSession.objects.filter(user=cast.writer).exists()
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("switch", ["is_active", "is_staff"])
def test_the_last_who_lets_people_in_is_not_switched_off(cast, system, switch):
    """Two administrators switch each other off at once: the second is refused, although their page did not show it."""
    cast.admin.set_unusable_password()  # the superuser cannot log in
    cast.admin.save()
    opened = User.objects.get(pk=system.pk)
    setattr(opened, switch, False)
    with refused(CannotAssign, "Nobody else who can log in has the duty “Open and close accounts”"):
        accounts.save_account(opened, by=cast.admin)
    make_user("second", ["accounts"])
    accounts.save_account(opened, by=cast.admin)
    assert getattr(User.objects.get(pk=system.pk), switch) is False


def test_the_last_duty_to_let_people_in_is_not_revoked(cast, system):
    cast.admin.set_unusable_password()
    cast.admin.save()
    security = make_user("security", ["grant"])
    with refused(CannotAssign, "Nobody else"):
        assigning.revoke_duty(system.assignments.get(), by=security)
    with refused(CannotAssign, "Nobody else"):
        assigning.revoke_duty(security.assignments.get(), by=cast.admin)
    make_user("second", ["accounts"])
    assigning.revoke_duty(system.assignments.get(), by=security)
    assert not system.assignments.exists()


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
