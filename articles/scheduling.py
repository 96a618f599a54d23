"""Scheduling: articles that the worker publishes at a given time."""

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit
from .checks import find_problems
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Article
from .models.calendar_days import spell_minute
from .publishing import CannotPublish, publish_article
from .refusals import Problem, Refusal

# The most articles that one call of `publish_due` publishes.
DUE_BATCH = 100

HAS_PASSED = Problem("scheduling.has_passed", _("%(instant)s has passed; choose a later time, or publish now."))


class CannotSchedule(Refusal):
    """Raised when an article cannot be scheduled for this time."""


@transaction.atomic
def schedule_article(article: Article, *, by: User, at: datetime) -> None:
    """Schedule the newest revision, whose readings must be complete, for publication at `at`.

    Raises PermissionDenied, CannotSchedule or CannotPublish.
    """
    article = Article.objects.get_locked(article.pk)
    permissions.require_duty(by, Duty.PUBLISH, article.section)
    if at <= timezone.now():
        raise CannotSchedule(HAS_PASSED.filled(instant=spell_minute(at)))
    problems = find_problems(article, at=at)
    if problems:
        raise CannotPublish(*problems)
    if article.scheduled_for == at:
        return
    article.scheduled_for, article.scheduled_by, article.schedule_problem = at, by, ""
    article.save(update_fields=["scheduled_for", "scheduled_by", "schedule_problem"])
    audit.record_entry(
        "article.scheduled", article, by=by, digest=article.newest.digest, at=at.isoformat(timespec="seconds")
    )


@transaction.atomic
def unschedule_article(article: Article, *, by: User) -> None:
    """Remove the article from the schedule; its readings stay complete. Idempotent. Raises PermissionDenied."""
    article = Article.objects.get_locked(article.pk)
    permissions.require_duty(by, Duty.PUBLISH, article.section)
    if article.scheduled_for is None:
        return
    at, article.scheduled_for, article.scheduled_by = article.scheduled_for, None, None
    article.save(update_fields=["scheduled_for", "scheduled_by"])
    audit.record_entry("article.unscheduled", article, by=by, at=at.isoformat(timespec="seconds"))


def publish_due() -> int:
    """Publish due articles, each as the user who scheduled it and in its own transaction; returns how many.

    An article that cannot be published any more (the duty was revoked, the source frozen) is removed from the schedule,
    with the reason on its row and in the audit; the others are still published. Any number of workers may call this at
    the same time.
    """
    due = Article.objects.filter(scheduled_for__lte=timezone.now()).order_by("scheduled_for", "number")
    return sum(_publish_if_due(number) for number in list(due.values_list("number", flat=True)[:DUE_BATCH]))


@transaction.atomic
def _publish_if_due(number: int) -> bool:
    """Return True if this call published it; another worker may have, or somebody may have unscheduled it."""
    article = Article.objects.get_locked(number)
    by = article.scheduled_by
    if by is None or article.scheduled_for is None or article.scheduled_for > timezone.now():
        return False
    try:
        publish_article(article, by=by)
    except (Refusal, PermissionDenied) as refusal:
        article.scheduled_for = article.scheduled_by = None
        article.schedule_problem = str(refusal)
        article.save(update_fields=["scheduled_for", "scheduled_by", "schedule_problem"])
        audit.record_entry("article.schedule_failed", article, by=by, why=str(refusal))
        return False
    return True
