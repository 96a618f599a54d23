"""The screen of the audit log: read-only, for auditors."""

import re
from datetime import date, timedelta
from functools import cache
from typing import cast

from django.apps import apps
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from ..duty_assignments import permissions
from ..models import AuditEntry
from ..models.calendar_days import start_of_day
from ..refusals import Sentence
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin

MOST_COUNTED = 10_000
ACT = re.compile(r"[a-z]+\.[a-z_]+")
DAY = re.compile(r"20\d{2}-\d{2}-\d{2}")
ANY_DIGITS = re.compile(r"\d{1,18}")  # full-width digits, too, which int() reads

READINGS = (
    "submitted",
    "taken_back",
    "signed_off",
    "sent_back",
    "reread",
    "hit_set_aside",
    "hit_masked",
    "original_kept",
    "source_allowed",
    "reprint_right_set",
    "held",
    "rejected",
    "handed_on",
    "readings_changed",
    "sign_offs_voided",
    "noted",
    "note_answered",
    "note_done",
    "words_suggested",
    "suggestion_taken",
    "suggestion_declined",
)
PUBLISHING = (
    "published",
    "published_before_readings",
    "glass_broken",
    "corrected",
    "withdrawn",
    "put_back",
    "placed",
    "text_closed",
    "text_reopened",
    "scheduled",
    "unscheduled",
    "schedule_failed",
    "migrated",
    "archive_made",
)
PREVIEWS = ("preview_made", "preview_opened", "previews_revoked")
EXPORTS = Q(action__endswith="exported")
# The kinds of acts and their conditions. tests/test_admin_audit.py fails for an act without a kind.
KINDS: dict[str, tuple[Sentence, Q]] = {
    "sessions": (gettext_lazy("Log-ins"), Q(action__startswith="session.") | Q(action="user.password_changed")),
    "accounts": (gettext_lazy("Accounts"), Q(action__startswith="user.")),
    "duties": (gettext_lazy("Duties"), Q(action__startswith="duty.")),
    "readings": (gettext_lazy("Readings"), Q(action__in=[f"article.{act}" for act in READINGS])),
    "publishing": (gettext_lazy("Publishing"), Q(action__in=[f"article.{act}" for act in PUBLISHING])),
    "change_sets": (gettext_lazy("Change sets"), Q(object_type="changeset")),
    "previews": (gettext_lazy("Preview links"), Q(action__in=[f"article.{act}" for act in PREVIEWS])),
    "articles": (gettext_lazy("All about articles"), Q(action__startswith="article.")),
    "files": (gettext_lazy("Files"), Q(action__startswith="picture.") | Q(action__startswith="attachment.")),
    "arranging": (
        gettext_lazy("Sections, sources, people, settings"),
        Q(object_type__in=["section", "source", "person", "oldpath", "sitesettings", "topic", "addresslimit"])
        & ~EXPORTS,
    ),
    "rules": (
        gettext_lazy("Rules of the machine, links, check-ups"),
        Q(object_type__in=["checkrule", "rosterentry", "checkup", "checkupfinding", "linktarget", "linkhost"])
        & ~EXPORTS,
    ),
    "reports": (gettext_lazy("Reports of readers"), Q(action__startswith="report.")),
    "pages": (gettext_lazy("Baked pages"), Q(action__startswith="pages.") | Q(action__startswith="log.")),
    "viewing": (
        gettext_lazy("Personal data seen"),
        Q(action__endswith=".viewed") | Q(action="report.contact_opened"),
    ),
    "refusals": (gettext_lazy("Refused at the desk"), Q(action="access.refused")),
    "exports": (gettext_lazy("Exports"), EXPORTS | Q(action="audit.archived")),
}


class ObjectKindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind of act")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(kind, str(name)) for kind, (name, _acts) in KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        _name, acts = KINDS.get(self.value() or "", (None, Q()))
        return queryset.filter(acts)


class NewestPagesPaginator(Paginator):
    """Counts MOST_COUNTED rows at most; nobody pages further, and an audit of years has millions of rows."""

    @cached_property
    def count(self) -> int:
        return cast(QuerySet[AuditEntry], self.object_list)[:MOST_COUNTED].count()


@admin.register(AuditEntry)
class AuditEntryAdmin(NewsroomAdmin[AuditEntry]):
    list_display = ["instant", "actor_name", "act", "thing", "address"]
    list_display_links = ["instant", "act"]
    list_filter = [ObjectKindFilter, "at"]
    sortable_by = ["instant"]  # sorting by anything else would read every row
    paginator = NewestPagesPaginator
    search_fields = ["object_id"]  # shows the search box; `get_search_results` does the search
    search_help_text = gettext_lazy(
        "The number of an article, the name of a user, a day (2026-03-25) or an act (article.published)."
    )
    fields = readonly_fields = (
        "instant",
        "actor_name",
        "act",
        "thing",
        "told",
        "address",
        "recorded",
        "hash_before",
        "hash_here",
    )

    @admin.display(description=gettext_lazy("act"))
    def act(self, entry: AuditEntry) -> str:
        return entry.act

    @admin.display(description=gettext_lazy("details"))
    def told(self, entry: AuditEntry) -> str:
        return render_to_string("admin/audit_facts.html", {"facts": entry.facts}) if entry.facts else ""

    @admin.display(description=gettext_lazy("as recorded"))
    def recorded(self, entry: AuditEntry) -> str:
        return f"{entry.action} {entry.object_type} {entry.object_id}".strip()

    @admin.display(description=gettext_lazy("previous hash"))
    def hash_before(self, entry: AuditEntry) -> str:
        return entry.previous_hash

    @admin.display(description=gettext_lazy("hash"))
    def hash_here(self, entry: AuditEntry) -> str:
        return entry.hash

    @admin.display(description=gettext_lazy("on what"))
    def thing(self, entry: AuditEntry) -> str:
        return f"{object_kind_names().get(entry.object_type, entry.object_type)} {entry.object_id}"

    @admin.display(description=gettext_lazy("at"), ordering="pk")
    def instant(self, entry: AuditEntry) -> str:
        return f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return permissions.has_duty_everywhere(acting_user(request), permissions.Duty.AUDIT)

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        return queryset.filter(entries_matching(search_term.strip())), False


@cache
def object_kind_names() -> dict[str, Sentence]:
    """Return the names of the kinds of objects, by `AuditEntry.object_type`."""
    return {str(model._meta.model_name): model._meta.verbose_name or "" for model in apps.get_models()}


def entries_matching(term: str) -> Q:
    """Return the condition for a search term: a day, a number, an act, or else a name."""
    if DAY.fullmatch(term):
        return _entries_of_day(term)
    if ANY_DIGITS.fullmatch(term):
        return Q(object_id=str(int(term)))
    if ACT.fullmatch(term):
        return Q(action=term)
    return Q(actor_name__icontains=term) | Q(actor__username__iexact=term) if term else Q()


def _entries_of_day(text: str) -> Q:
    """Return the condition for a day in the site's time zone; it matches nothing if there is no such day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return Q(pk=None)
    # Not at__date: SQLite would call Python for every row.
    return Q(at__gte=start_of_day(day), at__lt=start_of_day(day + timedelta(days=1)))
