"""Giving and taking duties: works · refuses · wrong person · already done · and on refusal nothing happened."""

import pytest
from django.core.exceptions import PermissionDenied

from articles import assigning, permissions
from articles.assigning import CannotAssign
from articles.models import Assignment, AuditEntry
from articles.permissions import DUTIES_OF, Duty, Role
from tests.cast import make_user


def world():
    return list(Assignment.objects.order_by("pk").values()), AuditEntry.objects.count()


@pytest.fixture
def security(cast):
    return make_user("security", ["grant"])


@pytest.mark.parametrize("role", Role)
def test_a_role_is_its_duties(cast, security, role):
    site_wide = set(DUTIES_OF[role]) & set(Assignment.SITE_WIDE)
    section = None if site_wide else cast.culture
    assigning.assign(cast.stranger, DUTIES_OF[role], section, by=security)
    held = cast.stranger.assignments.values_list("duty", "section")
    assert set(held) == {(duty, section and section.pk) for duty in DUTIES_OF[role]}
    entry = AuditEntry.objects.filter(action="duty.assigned").first()
    assert (entry.actor, entry.object_id) == (security, str(cast.stranger.pk))


def test_what_is_held_already_is_not_given_again(cast, security):
    assigning.assign(cast.stranger, ["write"], cast.news, by=security)
    before = world()
    assert assigning.assign(cast.stranger, ["write"], cast.news, by=security) == []
    assert world() == before


def test_revoking_takes_one_duty_and_says_so(cast, security):
    assignment = cast.writer.assignments.get()
    assigning.revoke(assignment, by=security)
    assert not cast.writer.assignments.exists()
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.details["duty"]) == ("duty.revoked", "write")
    before = world()
    assigning.revoke(assignment, by=security)
    assert world() == before, "what is gone is not taken again"


@pytest.mark.parametrize("who", ["chief", "editor", "stranger"])
def test_the_wrong_person_is_refused_and_nothing_happens(cast, who):
    before = world()
    with pytest.raises(PermissionDenied):
        assigning.assign(cast.stranger, ["write"], None, by=getattr(cast, who))
    with pytest.raises(PermissionDenied):
        assigning.revoke(cast.writer.assignments.get(), by=getattr(cast, who))
    assert world() == before


def test_nobody_assigns_to_themself(cast, security):
    for who in (security, cast.admin):
        before = world()
        with pytest.raises(CannotAssign, match="自己|themself"):
            assigning.assign(who, ["write"], None, by=who)
        assert world() == before


@pytest.mark.parametrize("held", Assignment.SITE_WIDE)
@pytest.mark.parametrize("wanted", [*Assignment.SITE_WIDE, Duty.WRITE, Duty.FINAL])
def test_accounts_duties_audit_and_content_are_kept_apart(cast, security, held, wanted):
    """三员: also when both come at once, and in either order."""
    if held == wanted:
        return
    for first, second in ((held, wanted), (wanted, held)):
        user = make_user(f"u-{first}-{second}")
        assigning.assign(user, [first], None, by=security)
        before = world()
        with pytest.raises(CannotAssign):
            assigning.assign(user, [second], None, by=security)
        with pytest.raises(CannotAssign):
            assigning.assign(cast.stranger, [first, second], None, by=security)
        assert world() == before


@pytest.mark.parametrize("duty", Assignment.SITE_WIDE)
def test_what_is_about_the_whole_newsroom_has_no_section(cast, security, duty):
    before = world()
    with pytest.raises(CannotAssign):
        assigning.assign(cast.stranger, [duty], cast.news, by=security)
    assert world() == before


def test_nothing_chosen_is_said(cast, security):
    with pytest.raises(CannotAssign):
        assigning.assign(cast.stranger, [], None, by=security)


def test_the_three_see_their_own_screens_alone(client, cast):
    """SEC-05: accounts without content, duties without accounts, the audit and nothing else."""
    screens = {"user": "auth", "assignment": "articles", "auditentry": "articles", "article": "articles",
               "picture": "articles", "person": "articles", "section": "articles"}  # fmt: skip
    for role, seen in ((Role.SYSTEM, "user"), (Role.SECURITY, "assignment"), (Role.AUDITOR, "auditentry")):
        client.force_login(make_user(role, DUTIES_OF[role]))
        for model, app in screens.items():
            status = client.get(f"/admin/{app}/{model}/").status_code
            assert status == (200 if model == seen else 403), (role, model)


def test_a_superusers_account_is_changed_by_superusers_alone(client, cast):
    client.force_login(make_user("system", ["accounts"]))
    for rest in (f"{cast.admin.pk}/change/", f"{cast.admin.pk}/password/"):
        assert client.post(f"/admin/auth/user/{rest}", {"username": "boss"}).status_code == 403
    client.post(f"/admin/auth/user/{cast.stranger.pk}/change/", {
        "username": "stranger", "is_active": "on", "is_staff": "on", "is_superuser": "on",
        "person-TOTAL_FORMS": "0", "person-INITIAL_FORMS": "0"})  # fmt: skip
    cast.stranger.refresh_from_db()
    assert not cast.stranger.is_superuser


def test_nobody_switches_their_own_account_off(client, cast):
    client.force_login(cast.admin)
    client.post(f"/admin/auth/user/{cast.admin.pk}/change/", {
        "username": "boss", "person-TOTAL_FORMS": "0", "person-INITIAL_FORMS": "0"})  # fmt: skip
    cast.admin.refresh_from_db()
    assert (cast.admin.is_active, cast.admin.is_superuser) == (True, True)


def test_a_password_set_by_another_is_recorded_and_never_what_it_is(client, cast):
    client.force_login(cast.admin)
    client.post(f"/admin/auth/user/{cast.writer.pk}/password/",
                {"password1": "neues-Geheimnis-7", "password2": "neues-Geheimnis-7", "usable_password": "true"})  # fmt: skip
    entry = AuditEntry.objects.get(action="user.password_set")
    assert (entry.actor, entry.object_id) == (cast.admin, str(cast.writer.pk))
    assert "Geheimnis" not in str(list(AuditEntry.objects.values()))


def test_the_screen_says_what_was_refused_and_keeps_what_was_chosen(client, cast):
    client.force_login(make_user("security", ["grant"]))
    response = client.post("/admin/articles/assignment/add/", {"user": cast.writer.pk, "role": "auditor"})
    assert response.status_code == 200
    assert response.context["errors"]
    assert permissions.may(cast.writer, Duty.WRITE, cast.news)
    assert cast.writer.assignments.count() == 1


def test_an_assignment_is_taken_away_on_its_screen(client, cast):
    client.force_login(make_user("security", ["grant"]))
    mine = Assignment.objects.get(duty="grant")
    client.post(f"/admin/articles/assignment/{mine.pk}/delete/", {"post": "yes"})
    assert Assignment.objects.filter(pk=mine.pk).exists(), "nobody changes their own"
    theirs = cast.writer.assignments.get()
    client.post(f"/admin/articles/assignment/{theirs.pk}/delete/", {"post": "yes"})
    assert not Assignment.objects.filter(pk=theirs.pk).exists()
