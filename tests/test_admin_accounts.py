"""The screen of accounts: users with the duty add, name and deactivate accounts, and gain no further rights by that."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from articles.models import AuditEntry, Person
from tests.cast import all_rows, make_user

pytestmark = pytest.mark.django_db

LIST = "/admin/auth/user/"
NO_PERSON = {"person-TOTAL_FORMS": "0", "person-INITIAL_FORMS": "0"}
PASSWORD = {"usable_password": "true", "password1": "Wiesental-Mohn-47", "password2": "Wiesental-Mohn-47"}
HELD = {"the superuser": None, "who assigns duties": "grant", "who reads the audit": "audit"}


def change_of(user):
    return f"{LIST}{user.pk}/change/"


def password_of(user):
    return f"{LIST}{user.pk}/password/"


def named(name, unit="", person=""):
    return {
        "person-TOTAL_FORMS": "1",
        "person-INITIAL_FORMS": "1" if person else "0",
        "person-0-id": person,
        "person-0-name": name,
        "person-0-unit": unit,
    }


@pytest.fixture
def system(cast, client):
    user = make_user("system", ["accounts"])
    client.force_login(user)
    return user


def test_yes_and_no_are_words_and_the_first_button_saves(client, cast, system):
    listed = client.get(LIST).content.decode()
    assert '<td class="field-is_active">是</td>' in listed
    assert '<td class="field-is_superuser"><span class="quiet">否</span></td>' in listed
    form = client.get(change_of(cast.head)).content.decode()
    assert '<span class="quiet">否</span>' in form
    assert not re.search(r"icon-(yes|no|unknown)\.svg", listed + form)
    buttons = re.findall(r'<input type="submit"[^>]* name="(\w+)"', form)
    assert buttons == ["_save", "_addanother", "_continue"]


def test_an_account_is_added_named_and_deactivated(client, cast, system):
    client.post(f"{LIST}add/", {"username": "newcomer", "is_staff": "on", **PASSWORD})
    newcomer = User.objects.get(username="newcomer")
    assert not newcomer.has_usable_password(), "whatever is sent"
    assert (newcomer.is_staff, newcomer.is_superuser) == (True, False)
    client.post(
        change_of(newcomer),
        {"username": "newcomer", "is_active": "on", "is_staff": "on", **named("新同事", "霁川县融媒体中心")},
    )
    newcomer.refresh_from_db()
    assert (newcomer.person.name, newcomer.person.unit) == ("新同事", "霁川县融媒体中心")
    client.post(
        change_of(newcomer),
        {"username": "newcomer", "is_staff": "on", **named("新同事", "霁川县融媒体中心", newcomer.person.pk)},
    )
    newcomer.refresh_from_db()
    assert not newcomer.is_active
    acts = AuditEntry.objects.filter(object_type="user", object_id=str(newcomer.pk), actor=system)
    assert [(act.action, act.details["fields"], act.details["is_active"]) for act in acts] == [
        ("user.changed", ["user.is_active"], False),
        ("user.changed", ["user.person"], True),
        ("user.added", ["user.username", "user.is_active", "user.is_staff", "user.is_superuser"], True),
    ]
    assert "tongche" not in str(list(AuditEntry.objects.values()))


def test_a_person_credited_before_is_linked_to_the_account(client, cast, system):
    known = Person.objects.create(name="陶一宁", unit="望桥乡")
    client.post(
        change_of(cast.head), {"username": "head", "is_active": "on", "is_staff": "on", **named("陶一宁", "望桥乡")}
    )
    known.refresh_from_db()
    assert known.user == cast.head
    response = client.post(
        change_of(cast.stranger),
        {"username": "stranger", "is_active": "on", "is_staff": "on", **named("陶一宁", "望桥乡")},
    )
    assert response.status_code == 200, "one person does not have two accounts"
    assert Person.objects.get(name="陶一宁").user == cast.head


@pytest.mark.parametrize("whose", HELD)
def test_only_superusers_change_accounts_with_more_rights(client, cast, system, whose):
    """Resetting its password is half of its rights: to assign duties, or to read the audit."""
    theirs = make_user("other", [HELD[whose]]) if HELD[whose] else cast.admin
    before = all_rows()
    for path, facts in ((change_of(theirs), {"username": "x", **NO_PERSON}), (password_of(theirs), PASSWORD)):
        assert client.post(path, facts).status_code == 403
    page = client.get(change_of(theirs))
    assert page.status_code == 200, "it may be looked at"
    assert theirs.password not in page.content.decode()
    assert {**all_rows(), "articles_auditentry": []} == before
    assert [entry.action for entry in AuditEntry.objects.all()] == ["user.viewed", *["access.refused"] * 2]
    client.force_login(cast.admin)
    if theirs != cast.admin:
        assert client.post(password_of(theirs)).context["link"]
        assert theirs.password_resets.exists()


def test_only_superusers_make_superusers(client, cast, system):
    facts = {"username": "stranger", "is_active": "on", "is_staff": "on", "is_superuser": "on", **NO_PERSON}
    for user, made in ((system, False), (cast.admin, True)):
        client.force_login(user)
        assert client.post(change_of(cast.stranger), facts).status_code == 302
        cast.stranger.refresh_from_db()
        assert cast.stranger.is_superuser is made
    assert AuditEntry.objects.first().details["is_superuser"] is True
    client.force_login(system)
    client.post(f"{LIST}add/", {"username": "newcomer", "is_staff": "on", "is_superuser": "on", **PASSWORD})
    assert not User.objects.get(username="newcomer").is_superuser


def test_users_cannot_deactivate_their_own_account(client, cast, system):
    for user in (system, cast.admin):
        client.force_login(user)
        assert (
            client.post(change_of(user), {"username": user.username, "email": "a@example.cn", **NO_PERSON}).status_code
            == 302
        )
        user.refresh_from_db()
        assert user.email == "a@example.cn"
        assert (user.is_active, user.is_staff) == (True, True)
    assert cast.admin.is_superuser


def test_a_deactivated_account_is_logged_out_at_once(client, cast):
    client.force_login(cast.editor)
    assert client.get("/admin/queue/").status_code == 200
    User.objects.filter(pk=cast.editor.pk).update(is_active=False)
    assert client.get("/admin/queue/")["Location"].startswith("/admin/login/")


def test_nobody_sets_the_password_of_another(client, cast, system):
    for user in (system, cast.admin):
        client.force_login(user)
        page = client.post(password_of(cast.writer), PASSWORD)
        assert page.context["link"].startswith(f"{settings.SITE_URL}/admin/reset/")
        assert "no-store" in page["Cache-Control"]
    cast.writer.refresh_from_db()
    assert cast.writer.check_password("secret-of-writer"), "the old one works until the person sets a new one"


def test_the_page_of_a_reset_shows_the_link_once(client, cast, system):
    link = client.post(password_of(cast.writer)).context["link"]
    assert link not in client.get(password_of(cast.writer)).content.decode()
    assert link.rpartition("/")[0].rpartition("/")[2] not in str(all_rows())


def test_the_last_administrator_stays_and_the_screen_says_why(client, cast, system):
    User.objects.filter(pk=cast.admin.pk).update(password="!")
    cast.admin.refresh_from_db()
    client.force_login(cast.admin)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    answer = client.post(change_of(system), {"username": "system", **NO_PERSON}, follow=True)
    assert "Nobody else who can log in has the duty" in answer.content.decode()
    system.refresh_from_db()
    assert system.is_active


def test_the_account_links_to_the_page_of_its_person(client, cast, system):
    page = client.get(change_of(cast.writer)).content.decode()
    assert f'href="/admin/colleagues/{cast.writer.pk}/"' in page
    assert "user_permissions" not in page


def test_accounts_cannot_be_deleted(client, cast, system):
    for user in (system, cast.admin):
        client.force_login(user)
        assert client.post(f"{LIST}{cast.stranger.pk}/delete/", {"post": "yes"}).status_code == 403
        client.post(LIST, {"action": "delete_selected", "_selected_action": cast.stranger.pk, "post": "yes"})
    assert User.objects.filter(pk=cast.stranger.pk).exists()
