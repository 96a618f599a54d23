"""The other screens: permissions, uploads, moved sections, languages, and the number of queries."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied

from articles.admin.acting_user import acting_user
from articles.models import Attachment, AuditEntry, OldPath, Person, Picture, Section, SiteSettings
from tests.cast import upload

pytestmark = pytest.mark.django_db

MODELS = [
    "article",
    "assignment",
    "attachment",
    "auditentry",
    "oldpath",
    "person",
    "picture",
    "section",
    "sitesettings",
    "source",
]
ARRANGED = ["oldpath", "section", "sitesettings", "source"]


def path(model, rest=""):
    app = "auth" if model == "user" else "articles"
    return f"/admin/{app}/{model}/{rest}"


@pytest.mark.parametrize("model", [*MODELS, "user"])
def test_each_screen_opens_with_few_queries(admin_client, cast, model, django_assert_max_num_queries):
    for number in range(30):
        Person.objects.create(name=f"人{number}", user=User.objects.create(username=f"u{number}"))
        OldPath.objects.create(path=f"/{number}")
        Section.objects.create(name=f"栏{number}", slug=f"s{number}")
    for _ in range(10):
        cast.article()
    with django_assert_max_num_queries(20 if model == "article" else 14):
        assert admin_client.get(path(model)).status_code in (200, 302)


@pytest.mark.parametrize("model", ["user", "auditentry"])
@pytest.mark.parametrize("who", ["chief", "editor", "writer", "stranger"])
def test_accounts_and_audit_are_for_superusers(client, cast, model, who):
    client.force_login(getattr(cast, who))
    assert client.get(path(model)).status_code == 403
    if model == "user":
        assert client.get(path(model, f"{cast.admin.pk}/change/")).status_code == 403
        assert client.post(path(model, f"{getattr(cast, who).pk}/change/"), {"is_superuser": "on"}).status_code == 403


@pytest.mark.parametrize("model", ARRANGED)
@pytest.mark.parametrize("who", ["editor", "writer", "culture_editor", "stranger"])
def test_arranging_requires_the_duty(client, cast, model, who):
    client.force_login(getattr(cast, who))
    assert client.post(path(model, "add/"), {"name": "新", "slug": "new", "path": "/x"}).status_code == 403
    assert [entry.action for entry in AuditEntry.objects.all()] == ["access.refused"]


def test_only_a_logged_in_account_can_act(rf, cast):
    request = rf.get("/admin/")
    request.user = cast.writer
    assert acting_user(request) == cast.writer
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        acting_user(request)


def test_changes_by_the_chief_are_recorded(client, cast):
    client.force_login(cast.chief)
    client.post(
        path("section", "add/"),
        {
            "name": "健康",
            "slug": "health",
            "position": "3",
            "kind": "工作动态",
            "stages": "3",
            "late_reading_hours": "24",
        },
    )
    assert Section.objects.get(slug="health").level == 1
    assert AuditEntry.objects.first().action == "section.added"


def test_a_section_that_changes_its_address_leaves_the_old_one_working(client, cast):
    client.force_login(cast.chief)
    facts = {
        "name": "要闻",
        "slug": "headlines",
        "position": "0",
        "kind": "工作动态",
        "stages": "3",
        "late_reading_hours": "24",
    }
    client.post(path("section", f"{cast.news.pk}/change/"), facts)
    assert client.get("/s/news/")["Location"] == "/s/headlines/"
    assert AuditEntry.objects.first().details["fields"]


def test_nothing_but_drafts_and_old_paths_can_be_deleted(admin_client, cast):
    person = Person.objects.create(name="甲")
    for model, pk in (("person", person.pk), ("section", cast.culture.pk), ("source", cast.listed.pk)):
        assert admin_client.post(path(model, f"{pk}/delete/"), {"post": "yes"}).status_code == 403
    assert Person.objects.filter(name="甲").exists()


def test_a_new_row_begins_in_its_first_field_a_refused_one_at_what_is_wrong(admin_client):
    begins = 'data-model-name="source"'
    assert begins in admin_client.get(path("source", "add/")).content.decode()
    refused = admin_client.post(path("source", "add/"), {"name": ""}).content.decode()
    assert begins not in refused
    assert '<div class="errornote" role="alert" tabindex="-1" autofocus>' in refused


def test_site_settings_are_one_row(client, cast):
    client.force_login(cast.chief)
    assert client.get(path("sitesettings"))["Location"].endswith("/add/")
    client.post(
        path("sitesettings", "add/"),
        {"name": "霁川新闻网", "corrections_at": "top", "grey": "off", "home_layout": "lead"},
    )
    assert SiteSettings.objects.get().pk == 1
    assert client.get(path("sitesettings"))["Location"].endswith("/1/change/")
    assert client.post(path("sitesettings", "add/"), {"name": "又一个"}).status_code == 403


@pytest.mark.parametrize(("model", "good"), [("picture", None), ("attachment", b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF")])
def test_the_upload_response_has_ckeditors_format(client, cast, model, good):
    client.force_login(cast.writer)
    answer = client.post(path(model, "upload/"), {"upload": upload(good, "桥.bin")})
    assert answer.json()["uploaded"] == 1
    assert answer.json()["url"].startswith("/admin/media/")
    refused = client.post(path(model, "upload/"), {"upload": upload(b"<svg onload=alert(1)>", "a.png")})
    assert (refused.status_code, refused.json()["uploaded"]) == (422, 0)
    assert refused.json()["error"]["message"]
    assert client.post(path(model, "upload/")).status_code == 400
    assert client.get(path(model, "upload/")).status_code == 400


@pytest.mark.parametrize("model", ["picture", "attachment"])
def test_uploading_requires_the_duty_to_write(client, cast, model):
    client.force_login(cast.stranger)
    assert client.post(path(model, "upload/"), {"upload": upload()}).status_code == 403
    client.logout()
    assert client.post(path(model, "upload/"), {"upload": upload()}).status_code == 302
    assert not Picture.objects.exists()
    assert not Attachment.objects.exists()


def test_uploads_are_protected_against_forged_requests(cast):
    from django.test import Client  # noqa: PLC0415

    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.writer)
    assert client.post(path("picture", "upload/"), {"upload": upload()}).status_code == 403


def test_a_picture_is_added_on_its_own_screen_with_its_description(client, cast):
    client.force_login(cast.writer)
    client.post(path("picture", "add/"), {"upload": upload(), "alt": "一座桥", "credit": "陶一宁 摄"})
    picture = Picture.objects.get()
    assert (picture.alt, picture.credit, picture.uploaded_by) == ("一座桥", "陶一宁 摄", cast.writer)
    response = client.post(path("picture", "add/"), {"upload": upload(b"not a picture")})
    assert response.status_code == 200
    assert Picture.objects.count() == 1
    client.post(path("picture", f"{picture.pk}/change/"), {"name": "桥", "alt": "石桥", "sha256": "0" * 64})
    picture.refresh_from_db()
    assert picture.alt == "石桥"
    assert picture.sha256 != "0" * 64


def test_an_attachment_is_added_on_its_own_screen(client, cast):
    client.force_login(cast.writer)
    client.post(path("attachment", "add/"), {"upload": upload(b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF", "通知.pdf")})
    attachment = Attachment.objects.get()
    assert attachment.name == "通知.pdf"
    assert client.get(path("attachment", f"{attachment.pk}/change/")).status_code == 200


def test_a_superuser_adds_an_account_with_duties(client, cast):
    client.force_login(cast.admin)
    client.post(
        path("user", "add/"),
        {
            "username": "newcomer",
            "usable_password": "true",
            "is_staff": "on",
            "password1": "long-enough-9",
            "password2": "long-enough-9",
        },
    )
    user = User.objects.get(username="newcomer")
    client.post(
        path("user", f"{user.pk}/change/"),
        {
            "username": "newcomer",
            "is_active": "on",
            "is_staff": "on",
            "person-TOTAL_FORMS": "1",
            "person-INITIAL_FORMS": "0",
            "person-0-name": "新同事",
            "person-0-unit": "中心",
        },
    )
    client.post(path("assignment", "add/"), {"user": user.pk, "section": cast.news.pk, "role": "editor"})
    assert set(user.assignments.values_list("duty", "section")) == {("write", cast.news.pk), ("first", cast.news.pk)}
    assert user.person.name == "新同事"
    assert AuditEntry.objects.filter(action="user.changed").exists()


def test_the_desk_uses_the_editors_language_and_pages_the_sites(client, cast):
    client.force_login(cast.editor)
    english = client.get("/admin/", headers={"accept-language": "en"}).content.decode()
    chinese = client.get("/admin/", headers={"accept-language": "zh-CN"}).content.decode()
    assert 'lang="en' in english
    assert 'lang="zh-hans' in chinese
    client.post("/admin/language/", {"language": "en", "next": "/admin/"})
    assert 'lang="en' in client.get("/admin/", headers={"accept-language": "zh-CN"}).content.decode()
    page = client.get("/", headers={"accept-language": "en"})
    assert 'lang="zh-CN"' in page.content.decode()
    assert "Accept-Language" not in page.get("Vary", "")


def test_the_desks_policy_allows_only_our_scripts(client, cast):
    client.force_login(cast.editor)
    policy = client.get("/admin/articles/article/add/")["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "unsafe-eval" not in policy
