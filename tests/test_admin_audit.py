"""The screens of the audit: what was done in words, found by kind, person, number and day, and changed by nobody."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import audit
from articles.admin import accounts, audit_entry
from articles.models import AuditEntry
from articles.models.audit_actions import ACTION_NAMES, FACT_NAMES, ROW_ACTION_NAMES

pytestmark = pytest.mark.django_db


def path(model, rest=""):
    return f"/admin/articles/{model}/{rest}"


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
