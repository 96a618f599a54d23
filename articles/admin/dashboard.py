"""The desk's index (今日): what waits for the user, what is scheduled, what was published today, what went wrong."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import (
    change_sets,
    discarding,
    faults,
    leaving,
    log_checking,
    logins,
    marginal_notes,
    password_resets,
    proposing,
    reporting,
    reprint_rights,
    review,
    search,
    worker,
)
from ..duty_assignments import permissions, reading
from ..duty_assignments.permissions import Duty
from ..models import Article
from ..models.article import ArticleQuerySet
from ..models.calendar_days import start_of_day
from .baking import baking_warnings
from .my_articles import Story, my_stories
from .open_findings import open_findings
from .review import first_rows, may_read_anywhere
from .unsaved_text import unsaved_rows

SHOWN = 10
# Of the last saved drafts, those that are not being read are listed.
LOOKED_THROUGH = 50

# A heading, its articles, and the query string of the full list.
WorkList = tuple[str, list[Article], str]


def dashboard_context(user: User, *, previous_login: datetime | None) -> dict[str, Any]:
    """Return the context of the desk's index: lists of SHOWN rows at most, only those the user can act on.

    Reports what happened to the user's account since `previous_login`, or within a week if that is longer.
    """
    may_write = permissions.has_duty_anywhere(user, Duty.WRITE)
    stories = _stories_under_way(user) if may_write else []
    return {
        "queue": _queue_list(user),
        "corrected": list(review.corrected_since(user)[:SHOWN]) if may_read_anywhere(user) else [],
        "rejected": _rejected_list(user),
        "beyond_right": list(reprint_rights.public_beyond_right(user)[:SHOWN])
        if permissions.has_duty_anywhere(user, Duty.PUBLISH)
        else [],
        "notes": list(marginal_notes.notes_naming(user)[:SHOWN]),
        "change_sets": list(change_sets.change_sets_to_act_on(user).select_related("proposed_by__person")[:SHOWN]),
        "proposed": list(proposing.changes_waiting_for(user)[:SHOWN]),
        "unsaved": unsaved_rows(user, SHOWN),
        "bin": list(discarding.drafts_in_bin(user)[:SHOWN]),
        "due_lists": _due_lists(user),
        "stories": stories,
        "own_lists": _own_lists(user, but=[story.row.article.pk for story in stories]) if may_write else [],
        "scheduled": list(
            _article_rows(reading.readable_articles(user))
            .filter(scheduled_for__isnull=False)
            .order_by("scheduled_for")[:SHOWN]
        ),
        "published": _published_today() if _works_on_content(user) else [],
        "findings": open_findings(user),
        "reports": list(reporting.open_reports_for(user)[:SHOWN]),
        **_machine_facts(user),
        "scarce_disk_space": faults.scarce_disk_space(),
        "baking": baking_warnings(user),
        "notices": logins.personal_notices(user, before=previous_login),
        **_account_lists(user),
        "may_write": may_write,
    }


def _machine_facts(user: User) -> dict[str, Any]:
    """Return since when the worker, or the check of the log from outside, is missing: for publishers, else None."""
    publishes = permissions.has_duty_anywhere(user, Duty.PUBLISH)
    return {
        "silent_since": worker.worker_silent_since() if publishes else None,
        "unchecked_since": log_checking.unchecked_since() if publishes else None,
    }


def _account_lists(user: User) -> dict[str, Any]:
    """Return reports about accounts for those who manage them, and for final readers."""
    assigns = permissions.has_duty_everywhere(user, Duty.GRANT)
    told = assigns or permissions.has_duty_everywhere(user, Duty.FINAL)
    closes = permissions.has_duty_everywhere(user, Duty.ACCOUNTS)
    return {
        "superuser_logins": logins.superuser_logins() if told else [],
        "resets_waiting": password_resets.pending_resets().filter(Q(takes_two=True), confirmed_by=None).count()
        if assigns
        else 0,
        "dormant": list(leaving.dormant_accounts(leaving.NAMED_AFTER)[:SHOWN]) if closes else [],
        "closed_after_days": settings.DORMANT_ACCOUNT_DAYS,
    }


def _queue_list(user: User) -> dict[str, Any] | None:
    if not may_read_anywhere(user):
        return None
    rows, count = first_rows(review.readings_waiting_for(user), SHOWN)
    return {"rows": rows, "count": count, "held": review.readings_waiting_for(user, on_hold=True).count()}


def _rejected_list(user: User) -> list[Article]:
    """Return urgent news that a reader rejected while readers see it, for those who may withdraw it."""
    if not permissions.has_duty_anywhere(user, Duty.WITHDRAW):
        return []
    sections = permissions.sections_with_duty(user, Duty.WITHDRAW).values("pk")
    return list(review.rejected_while_public().filter(section__in=sections)[:SHOWN])


def _due_lists(user: User) -> list[WorkList]:
    """Return the lists of what publishers have to look after, without the empty ones."""
    sections = permissions.sections_with_duty(user, Duty.PUBLISH).values("pk")
    rows = _article_rows(Article.objects.filter(section__in=sections))
    lists = [
        (_("Late readings"), rows.filter(readings_due_at__isnull=False).order_by("readings_due_at"), "reading=late"),
        (_("Not published on time"), rows.exclude(schedule_problem="").order_by("-number"), "reading=failed"),
        (_("Read by all, to be published"), rows.ready_to_publish().order_by("submitted_at"), "reading=ready"),
    ]
    return [(heading, found, link) for heading, query, link in lists if (found := list(query[:SHOWN]))]


def _stories_under_way(user: User) -> list[Story]:
    """Return the user's articles that were saved last, without those that readers have had since before yesterday."""
    since = start_of_day(timezone.localdate() - timedelta(days=1))
    return [story for story in my_stories(user, most=SHOWN)[0] if not story.published_before(since)]


def _own_lists(user: User, *, but: list[int]) -> list[WorkList]:
    """Return the lists of drafts and unpublished changes that the user may read, in the sections they write in, without
    the articles that are listed as the user's own, and without empty lists.
    """
    sections = tuple(permissions.sections_with_duty(user, Duty.WRITE).order_by().values_list("pk", flat=True))
    lists = []
    for state, heading in (
        (Article.State.DRAFT, _("Drafts")),
        (Article.State.CHANGED, _("Changes readers do not see yet")),
    ):
        query = search.WorkingCopyQuery(sections=sections, state=state)
        numbers = search.find_working_copies(query, by=user, most=LOOKED_THROUGH).numbers
        rows = _article_rows(Article.objects.filter(pk__in=numbers, stage=0).exclude(pk__in=but)).order_by("-latest_id")
        if found := list(rows[:SHOWN]):
            lists.append((heading, found, f"state={state}"))
    return lists


def _works_on_content(user: User) -> bool:
    return permissions.has_duty_anywhere(user, *permissions.EDITORIAL_DUTIES)


def _published_today() -> list[Article]:
    """Return the newest articles that readers see since midnight, under the titles that readers see."""
    midnight = start_of_day(timezone.localdate())
    # Keys first: joined, SQLite would begin with the sections, and read all their articles.
    newest = (
        Article.objects.public().filter(first_published_at__gte=midnight).order_by("-first_published_at", "-number")
    )
    return list(
        Article.objects.filter(pk__in=newest.values("pk")[:SHOWN])
        .select_related("live", "section")
        .only("number", "first_published_at", "live__title", "section__name")
        .order_by("-first_published_at", "-number")
    )


def _article_rows(articles: ArticleQuerySet) -> ArticleQuerySet:
    """Load only what the lists print."""
    return articles.select_related("section", "latest__created_by__person").only(
        "number",
        "title",
        "section__name",
        "latest__created_at",
        "latest__created_by",
        "scheduled_for",
        "readings_due_at",
        "schedule_problem",
        "latest__created_by__username",
        "latest__created_by__person__name",
    )
