"""Carrying out a change set that was read: each article in its own transaction, by the ordinary acts."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, editing, publishing, review
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import Article, ChangeSet, ChangeSetItem
from ..refusals import Problem, Refusal, join_sentences
from .proposing import CHANGED_TEXTS, SAVED_SINCE, reason_against_change, write_texts
from .reading import lock_change_set

State, ItemState = ChangeSet.State, ChangeSetItem.State
ITEMS_PER_BATCH = 5

NOT_READ_YET = Problem(
    "change_sets.not_read_yet", gettext_lazy("This change set has not been read by all, or has ended.")
)
NO_DUTY_IN = Problem(
    "change_sets.no_duty_in",
    gettext_lazy(
        "Carrying it out takes the duty to publish in every section it touches; you lack it in: %(sections)s."
    ),
    gettext_lazy("Somebody who publishes in all of them carries it out."),
)
NOT_RUNNING = Problem("change_sets.not_running", gettext_lazy("This change set is not being carried out."))
OTHER_TEXT = Problem(
    "change_sets.other_text",
    gettext_lazy("Saved now, its text would not be the one that was read: a name or a picture's words changed since."),
    gettext_lazy("Propose the change again."),
)
OTHER_READINGS = Problem(
    "change_sets.other_readings",
    gettext_lazy("Its section demands another number of readings since the set was proposed."),
    gettext_lazy("Propose the change again."),
)


class CannotCarryOut(Refusal):
    """Raised when a change set, or one of its articles, cannot be carried out."""


@transaction.atomic
def carry_out_change_set(change_set: ChangeSet, *, by: User) -> None:
    """Let the worker carry out the set, or go on after it was stopped; each article is published as by `by`.

    Idempotent. Raises PermissionDenied without the duty to publish anywhere, and CannotCarryOut before all readers
    have read it, or without that duty in every section of the remaining items.
    """
    change_set = lock_change_set(change_set)
    permissions.require_duty_anywhere(by, Duty.PUBLISH)
    if change_set.state in (State.RUNNING, State.DONE):
        return
    if change_set.state not in (State.READ, State.STOPPED):
        raise CannotCarryOut(NOT_READ_YET)
    lacking = _sections_lacking(change_set, by)
    if lacking:
        raise CannotCarryOut(NO_DUTY_IN.filled(sections="、".join(lacking)))
    action = "changeset.resumed" if change_set.state == State.STOPPED else "changeset.started"
    change_set.state, change_set.carried_out_by = State.RUNNING, by
    change_set.save(update_fields=["state", "carried_out_by"])
    audit.record_entry(action, change_set, by=by, count=_open_items(change_set).count())


@transaction.atomic
def stop_change_set(change_set: ChangeSet, *, by: User) -> None:
    """Stop carrying out the set; what is published stays. Idempotent. Raises PermissionDenied, CannotCarryOut."""
    change_set = lock_change_set(change_set)
    if change_set.proposed_by_id != by.pk and not may_carry_out(change_set, by):
        raise PermissionDenied(_("Only its proposer, or somebody who may carry it out, may stop a change set."))
    if change_set.state == State.STOPPED:
        return
    if change_set.state != State.RUNNING:
        raise CannotCarryOut(NOT_RUNNING)
    change_set.state = State.STOPPED
    change_set.save(update_fields=["state"])
    audit.record_entry("changeset.stopped", change_set, by=by, count=_open_items(change_set).count())


def may_carry_out(change_set: ChangeSet, user: User) -> bool:
    """Return True if the user may publish in every section of the set's remaining items."""
    return permissions.has_duty_anywhere(user, Duty.PUBLISH) and not _sections_lacking(change_set, user)


def continue_change_sets(most: int = ITEMS_PER_BATCH) -> int:
    """Carry out at most so many items of the oldest set; return how many, 0 if none are left.

    May be interrupted and repeated, by several workers at once: an article's edition and its item's state are written
    in one transaction.
    """
    change_set = ChangeSet.objects.filter(state=State.RUNNING).order_by("pk").first()
    if change_set is None:
        return 0
    keys = list(_open_items(change_set).order_by("pk").values_list("pk", flat=True)[:most])
    for key in keys:
        _carry_out_item(key)
    if len(keys) < most:
        _finish_change_set(change_set)
    return len(keys)


def _carry_out_item(key: int) -> None:
    """Publish the article of an item; if that is refused, the item says why, and nothing else has changed."""
    try:
        _publish_item(key)
    except ValidationError as refusal:
        _refuse_item(key, join_sentences(refusal.messages))
    except (Refusal, PermissionDenied) as refusal:
        _refuse_item(key, str(refusal))


@transaction.atomic
def _publish_item(key: int) -> None:
    # The article first (lock ordering); a concurrent call for the same item waits here.
    article = Article.objects.get_locked(ChangeSetItem.objects.values_list("article", flat=True).get(pk=key))
    item = _locked_open_item(key)
    if item is None:
        return
    change_set = item.change_set
    by, publisher = change_set.proposed_by, change_set.carried_out_by
    problem = reason_against_change(article, by)
    if article.latest_id != item.base_id:
        problem = problem or SAVED_SINCE
    if article.section.stages != item.stages:
        problem = problem or OTHER_READINGS
    if problem or publisher is None:
        raise CannotCarryOut(problem or NOT_RUNNING)
    write_texts(article, {field: item.content[field] for field in CHANGED_TEXTS})
    credits = [(credit.role, credit.person) for credit in article.credits.select_related("person")]
    revision = editing.save_article(article, by=by, credits=credits, based_on=item.base.number)
    if revision.digest != item.digest:
        raise CannotCarryOut(OTHER_TEXT)
    review.submit_article(article, by=by, note=change_set.note)
    for reading in item.readings.select_related("person", "item").order_by("stage"):
        review.sign_off_read_in_set(article, reading)
    item.edition = publishing.publish_correction(article, by=publisher)
    item.state = ItemState.DONE
    item.save(update_fields=["edition", "state"])


@transaction.atomic
def _refuse_item(key: int, why: str) -> None:
    item = _locked_open_item(key)
    if item is None:
        return
    item.state, item.problem = ItemState.REFUSED, why
    item.save(update_fields=["state", "problem"])
    by = item.change_set.carried_out_by
    audit.record_entry("changeset.item_refused", item.change_set, by=by, article=item.article_id, why=why)


@transaction.atomic
def _finish_change_set(change_set: ChangeSet) -> None:
    change_set = lock_change_set(change_set)
    if change_set.state != State.RUNNING or _open_items(change_set).exists():
        return
    change_set.state = State.DONE
    change_set.save(update_fields=["state"])
    done = change_set.items.filter(state=ItemState.DONE).count()
    audit.record_entry("changeset.carried_out", change_set, by=change_set.carried_out_by, count=done)


def _locked_open_item(key: int) -> ChangeSetItem | None:
    """Lock the item and return it; None if it is not to be carried out now: done, unticked, or its set was stopped."""
    ChangeSetItem.objects.select_for_update(no_key=True).filter(pk=key).values_list("pk").get()
    rows = ChangeSetItem.objects.filter(state=ItemState.OPEN, is_ticked=True, change_set__state=State.RUNNING)
    return rows.select_related("change_set__proposed_by", "change_set__carried_out_by", "base").filter(pk=key).first()


def _open_items(change_set: ChangeSet) -> QuerySet[ChangeSetItem]:
    return change_set.items.filter(state=ItemState.OPEN, is_ticked=True)


def _sections_lacking(change_set: ChangeSet, user: User) -> list[str]:
    """The names of the remaining items' sections in which the user may not publish."""
    sections = permissions.sections_with_duty(user, Duty.PUBLISH).order_by().values("pk")
    lacking = _open_items(change_set).exclude(article__section__in=sections)
    return list(lacking.order_by("article__section__name").values_list("article__section__name", flat=True).distinct())
