"""The other screens: permissions, uploads, moved sections, languages, the audit, and the number of queries."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from articles import audit
from articles.admin import accounts, audit_entry
from articles.admin.acting_user import acting_user
from articles.models import Attachment, AuditEntry, OldPath, Person, Picture, Section, SiteSettings
from articles.models.audit_actions import ACTION_NAMES, FACT_NAMES, ROW_ACTION_NAMES
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


def test_the_history_shows_audit_entries(client, cast):
    article = cast.article(by=cast.writer)
    at, no_day = "2026-12-05T12:00:00+08:00", "2026-99-05T12:00:00+08:00"
    audit.record_entry("article.scheduled", article, by=cast.editor, at=at, reason=no_day)
    client.force_login(cast.editor)
    html = client.get(path("article", f"{article.pk}/history/")).content.decode()
    assert all(said in html for said in ("林晓舟", "2026-12-05 12:00", no_day))
    assert at not in html
    assert client.get(path("article", "999/history/")).status_code == 302
    client.force_login(cast.stranger)
    assert client.get(path("article", f"{article.pk}/history/")).status_code == 403


# --- The audit --------------------------------------------------------------------------------------------------


@pytest.fixture
def entries(cast):
    """Record acts of several kinds, on several objects."""
    article = cast.article(by=cast.writer)
    cast.publish(article)
    audit.record_entry("duty.assigned", cast.stranger, by=cast.admin)
    audit.record_entry("section.changed", cast.news, by=cast.chief)
    audit.record_entry("sheets.exported", cast.news, by=cast.chief)
    return article


@pytest.mark.parametrize("kind", audit_entry.KINDS)
def test_the_audit_is_filtered_by_kind_of_act(admin_client, entries, kind):
    found = set(admin_client.get(path("auditentry"), {"kind": kind}).context["cl"].queryset)
    assert found == set(AuditEntry.objects.filter(audit_entry.KINDS[kind][1]))
    assert found != set(AuditEntry.objects.all())


def test_every_recorded_act_belongs_to_a_kind(cast):
    """Reads the source: a new act there needs a kind."""
    root = Path(audit_entry.__file__).resolve().parent.parent.parent
    sources = [
        file.read_text(encoding="utf-8") for app in ("articles", "newsroom") for file in (root / app).rglob("*.py")
    ]
    acts = {
        act
        for source in sources
        for act in re.findall(
            r'(?<!Problem\()"((?:article|picture|attachment|duty|user|session|sheets|report)'
            r'\.[a-z_]+)"',
            source,
        )
    } - {problem for source in sources for problem in re.findall(r'Problem\(\s*"([a-z_.]+)"', source)}
    assert {"article.published", "duty.revoked", "user.password_set", "sheets.exported"} <= acts
    narrow = {name: condition for name, (_title, condition) in audit_entry.KINDS.items() if name != "articles"}
    writing = {"article.saved", "article.restored", "article.discarded", "article.imported"}
    writing |= {"article.taken_from_bin", "article.deleted"}
    writing |= {"article.copied", "article.template_offered", "article.template_stopped"}
    article = cast.article()
    for act in acts - writing:
        audit.record_entry(act, article, by=None)
        assert any(AuditEntry.objects.filter(condition, action=act).exists() for condition in narrow.values()), act
    assert acts | {"home.arranged", "topic.arranged", "pages.differ", "pages.seen"} <= set(ACTION_NAMES) | {
        f"user.{word}" for word in ROW_ACTION_NAMES
    }


def test_every_recorded_fact_has_a_name():
    """Reads the source: keyword arguments of `audit.record_entry`, and the `details` that publishing passes to it."""
    facts = set(accounts.SWITCHES)
    for file in Path(audit.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("audit.record_entry", "record_entry"):
                facts |= {keyword.arg for keyword in node.keywords} - {"by", None}
            if isinstance(node, ast.keyword) and node.arg == "details":
                facts |= {key.value for part in ast.walk(node) if isinstance(part, ast.Dict) for key in part.keys}
    assert {"digest", "note", "readings_due", "is_staff"} <= facts
    assert facts == set(FACT_NAMES)


def test_the_history_shows_facts_in_words(admin_client, entries):
    address = reverse("admin:articles_article_history", args=[entries.pk])
    page = admin_client.get(address, headers={"accept-language": "zh-hans"}).content.decode()
    assert '<span class="fact">版次：1</span>' in page
    assert not re.findall(r'<span class="fact">(?:digest|edition|stage)\b', page)


def test_the_audit_shows_acts_and_objects_in_words(admin_client, cast, entries):
    page = admin_client.get(path("auditentry"), headers={"accept-language": "zh-hans"}).content.decode()
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    said = [re.sub(r"<[^>]+>|\s+", " ", row) for row in rows]
    assert any("发布" in row and f"稿件 {entries.pk}" in row for row in said)
    assert any("修改" in row and f"栏目 {cast.news.pk}" in row for row in said)
    assert "article.published</" not in page
    assert AuditEntry(action="of.another_year").act == "of.another_year"


def test_the_audit_is_searched_by_number_name_account_act_and_day(admin_client, cast, entries):
    def found(term):
        return set(
            admin_client.get(path("auditentry"), {"q": term}).context["cl"].queryset.values_list("pk", flat=True)
        )

    def those(**facts):
        return set(AuditEntry.objects.filter(**facts).values_list("pk", flat=True))

    day = f"{timezone.localtime(AuditEntry.objects.first().at):%Y-%m-%d}"
    assert found(str(entries.pk)) == those(object_id=str(entries.pk))
    assert found("晓舟") == found("writer") == those(actor=cast.writer) != set()
    assert found("article.published") == those(action="article.published") != set()
    assert found("2001-01-01") == found("2001-02-31") == set()
    assert found(day) >= those(action="section.changed") != set()


def test_a_day_of_the_audit_is_in_the_sites_time_zone(admin_client, cast, monkeypatch):
    early = datetime(2026, 3, 24, 16, 30, tzinfo=UTC)  # half past midnight of the 25th in Shanghai
    monkeypatch.setattr(timezone, "now", lambda: early)
    entry = audit.record_entry("section.changed", cast.news, by=None)
    for day, found in (("2026-03-24", []), ("2026-03-25", [entry])):
        assert [
            row
            for row in admin_client.get(path("auditentry"), {"q": day}).context["cl"].queryset
            if row.action == entry.action
        ] == found


@pytest.mark.parametrize("term", ["0" * 5000, "９" * 30, "9999-12-31", "0001-01-01", "%", "'", "\x00", "\ud83d"])
def test_no_search_term_causes_an_error_in_the_audit(admin_client, entries, term):
    assert admin_client.get(path("auditentry"), {"q": term.encode("utf-8", "replace")}).status_code == 200


def test_the_audit_counts_and_reads_a_limited_number_of_rows(
    admin_client, cast, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(audit_entry, "MOST_COUNTED", 60)
    for number in range(70):
        audit.record_entry("session.refused", cast.news, by=None, number=number)
    with django_assert_max_num_queries(8):
        shown = admin_client.get(path("auditentry")).context["cl"]
    assert (len(shown.result_list), shown.result_count) == (50, 60)


def test_the_audit_is_read_only(admin_client, entries):
    entry = AuditEntry.objects.first()
    for rest in ("add/", f"{entry.pk}/change/", f"{entry.pk}/delete/"):
        assert admin_client.post(path("auditentry", rest), {"action": "x", "post": "yes"}).status_code == 403
    assert entry.hash in admin_client.get(path("auditentry", f"{entry.pk}/change/")).content.decode()
