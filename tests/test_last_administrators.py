"""Somebody who can log in opens accounts, and somebody assigns duties, whichever act changes what."""

import pytest

from articles import accounts, leaving, passwords
from articles.duty_assignments import assigning
from articles.duty_assignments.assigning import CannotAssign
from articles.models import AccountPassword
from tests.cast import make_user

pytestmark = pytest.mark.django_db
OIDC = ["django.contrib.auth.backends.ModelBackend", "articles.sign_on.backends.OidcBackend"]


@pytest.fixture
def officer(db):
    """The only security administrator who has a password."""
    return make_user("officer", ["grant"])


@pytest.fixture
def directory_officer(officer):
    """Another one, who has no password here."""
    other = make_user("directory-officer", ["grant"])
    other.set_unusable_password()
    other.save()
    return other


def test_who_has_no_password_counts_if_the_house_has_a_log_in_of_its_own(officer, directory_officer, settings):
    assert leaving.is_last_administrator(officer)
    assert not leaving.is_last_administrator(directory_officer), "cannot log in, so is nobody's last"
    settings.AUTHENTICATION_BACKENDS = OIDC
    assert not leaving.is_last_administrator(officer)
    officer.set_unusable_password()
    officer.is_active = False
    officer.save()
    assert leaving.is_last_administrator(directory_officer)


def test_a_superuser_without_a_password_is_no_way_in(officer, settings):
    settings.AUTHENTICATION_BACKENDS = OIDC
    accounts.find_or_open_command_line()
    assert leaving.is_last_administrator(officer)


def test_ticks_do_not_take_the_last_one_away_either(officer, directory_officer):
    with pytest.raises(CannotAssign) as refusal:
        assigning.change_duties(officer, give=[("write", None)], take=[("grant", None)], by=directory_officer)
    assert refusal.value.id == assigning.LAST_OF_ALL.id
    assert list(officer.assignments.values_list("duty", flat=True)) == ["grant"]


@pytest.mark.parametrize("give", ["assign_duties", "change_duties"])
def test_a_password_that_one_administrator_may_know_is_void_with_the_first_duty(officer, give):
    account = make_user("newcomer")
    AccountPassword.objects.create(user=account, set_at=account.date_joined, is_confirmed=False)
    if give == "assign_duties":
        assigning.assign_duties(account, ["write"], None, by=officer)
    else:
        assigning.change_duties(account, give=[("write", None)], take=[], by=officer)
    account.refresh_from_db()
    assert not account.has_usable_password()
    assert passwords.password_due_at(account) is None
