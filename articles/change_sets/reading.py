"""Reading a change set: every text is signed by those whom its section's readings demand, each of another person."""

import hashlib
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, review, sanitising, second_factor
from ..duty_assignments import permissions, reading
from ..models import ChangeSet, ChangeSetItem, ChangeSetReading, Credit
from ..refusals import Problem, Refusal
from .proposing import IN_OTHER_SET, other_open_sets

State = ChangeSet.State

NOT_BEING_READ = Problem(
    "change_sets.not_being_read", gettext_lazy("This change set is no longer being read; nothing was changed.")
)
NOT_FOR_YOU = Problem(
    "change_sets.not_for_you",
    gettext_lazy("None of these texts waits for you."),
    gettext_lazy(
        "They are read by those with the duty in their sections who neither proposed the set, "
        "nor wrote the article, nor "
        "did an earlier reading of it."
    ),
)
CHANGED_MEANWHILE = Problem(
    "change_sets.changed_meanwhile",
    gettext_lazy("In the meantime somebody read or unticked some of these texts; nothing was signed."),
    gettext_lazy("Reload the page."),
)
ENDED_WITHOUT_REASON = Problem(
    "change_sets.ended_without_reason", gettext_lazy("Say in one sentence why; it is kept with the set."), "", "reason"
)
CANNOT_END = Problem(
    "change_sets.cannot_end",
    gettext_lazy("This change set is being carried out, or has ended."),
    gettext_lazy("Stop it first if it is being carried out."),
)


class CannotReadSet(Refusal):
    """Raised when a change set cannot be read, ticked or ended."""


def items_waiting_for(user: User) -> QuerySet[ChangeSetItem]:
    """The texts of change sets that the user may sign now. The rule of `review.readings_waiting_for`, as one query."""
    credited = Credit.objects.filter(article=OuterRef("article"), role__in=Credit.WRITING, person__user=user)
    signed = ChangeSetReading.objects.filter(item=OuterRef("pk"), person=user)
    another = ~Q(change_set__proposed_by=user) & ~Q(Exists(credited)) & ~Q(Exists(signed))
    return ChangeSetItem.objects.filter(
        review.readings_among_duties(user, section="article__section"),
        Q(article__section__same_person_allowed=True) | another,
        change_set__state=State.READING,
        state=ChangeSetItem.State.OPEN,
        is_ticked=True,
        stage__lte=F("stages"),
    )


def change_sets_to_act_on(user: User) -> QuerySet[ChangeSet]:
    """The change sets with texts that the user may sign now, or that wait to be published in sections where the user
    publishes; the longest waiting first.
    """
    of_set = {"change_set": OuterRef("pk")}
    sections = permissions.sections_with_duty(user, permissions.Duty.PUBLISH).order_by().values("pk")
    unpublished = ChangeSetItem.objects.filter(state=ChangeSetItem.State.OPEN, is_ticked=True, **of_set)
    to_read = Q(Exists(items_waiting_for(user).order_by().filter(**of_set)), state=State.READING)
    to_publish = Q(Exists(unpublished.filter(article__section__in=sections)), state__in=[State.READ, State.STOPPED])
    return ChangeSet.objects.filter(to_read | to_publish).order_by("pk")


def readable_items(change_set: ChangeSet, user: User) -> QuerySet[ChangeSetItem]:
    """The texts of the set whose articles the user may read (law 8)."""
    return change_set.items.filter(article__in=reading.readable_articles(user).order_by().values("pk"))


def change_sets_for(user: User) -> QuerySet[ChangeSet]:
    """The change sets that the user proposed, or with an article that they may read; the newest first."""
    articles = reading.readable_articles(user).order_by().filter(pk=OuterRef("article"))
    items = ChangeSetItem.objects.filter(Exists(articles), change_set=OuterRef("pk"))
    return ChangeSet.objects.filter(Q(proposed_by=user) | Q(Exists(items))).order_by("-pk")


@transaction.atomic
def read_items(change_set: ChangeSet, *, by: User, items: Iterable[int], left_out: Iterable[int] = ()) -> int:
    """Sign these texts of the set as read, and untick those `left_out`; return how many were signed.

    The keys are those of the items that `by` has before them. The last signature makes the set ready to be carried
    out. Nothing happens if `by` has signed exactly these before. Raises CannotReadSet; a final reading, ProofNeeded.
    """
    change_set = _lock_being_read(change_set)
    wanted, unticked = set(items), set(left_out)
    rows = list(items_waiting_for(by).filter(change_set=change_set, pk__in=wanted | unticked).order_by("pk"))
    if {row.pk for row in rows} != wanted | unticked or not rows:
        signed = ChangeSetReading.objects.filter(item__change_set=change_set, item__in=wanted, person=by)
        if not rows and wanted and signed.values("item").distinct().count() == len(wanted):
            return 0
        raise CannotReadSet(CHANGED_MEANWHILE if rows else NOT_FOR_YOU)
    passed = [row for row in rows if row.pk in wanted]
    if any(row.stage == row.stages for row in passed):
        second_factor.require_recent_proof(by)
    facts = {"note": change_set.note, "person": by, "at": timezone.now(), "address": audit.acting_address()}
    ChangeSetReading.objects.bulk_create(
        ChangeSetReading(item=row, stage=row.stage, digest=row.digest, **facts) for row in passed
    )
    ChangeSetItem.objects.filter(pk__in=[row.pk for row in passed]).update(stage=F("stage") + 1)
    ChangeSetItem.objects.filter(pk__in=unticked).update(is_ticked=False)
    _note_read_by_all(change_set)
    audit.record_entry(
        "changeset.read",
        change_set,
        by=by,
        count=len(passed),
        left_out=len(unticked),
        digest=_digest_of(passed),
    )
    return len(passed)


@transaction.atomic
def tick_items(change_set: ChangeSet, *, by: User, items: Iterable[int], ticked: bool) -> int:
    """Leave these texts out of the set, or take them in again; return how many were changed.

    Allowed while the set is being read, to its proposer and to readers with texts waiting for them. Raises
    PermissionDenied; CannotReadSet, also if another set changes one of the articles by now.
    """
    change_set = _lock_being_read(change_set)
    if not may_tick(change_set, by):
        raise PermissionDenied(_("Only its proposer and its readers may tick texts of a change set."))
    rows = readable_items(change_set, by).filter(pk__in=list(items), state=ChangeSetItem.State.OPEN)
    changed = list(rows.exclude(is_ticked=ticked).defer("content"))
    if not changed:
        return 0
    audit.lock_audit_chain()  # as proposing does: no article is in two open sets
    for number in sorted(other_open_sets(changed).values()) if ticked else ():
        raise CannotReadSet(IN_OTHER_SET.filled(number=number))
    keys = [item.pk for item in changed]
    ChangeSetItem.objects.filter(pk__in=keys).update(is_ticked=ticked)
    _note_read_by_all(change_set)
    audit.record_entry("changeset.ticked" if ticked else "changeset.unticked", change_set, by=by, count=len(keys))
    return len(keys)


@transaction.atomic
def end_change_set(change_set: ChangeSet, *, by: User, reason: str) -> None:
    """Reject the set, or take it back: the remaining items are never carried out. Idempotent.

    Raises PermissionDenied, and CannotReadSet without a reason, or while it is carried out.
    """
    change_set = lock_change_set(change_set)
    if not may_end(change_set, by):
        raise PermissionDenied(
            _("Only those who proposed it, read it or may publish its articles may end a change set.")
        )
    if change_set.state == State.ENDED:
        return
    if change_set.state in (State.RUNNING, State.DONE):
        raise CannotReadSet(CANNOT_END)
    reason = sanitising.plain_text(reason)[:400]
    if not reason:
        raise CannotReadSet(ENDED_WITHOUT_REASON)
    change_set.state, change_set.end_reason = State.ENDED, reason
    change_set.save(update_fields=["state", "end_reason"])
    audit.record_entry("changeset.ended", change_set, by=by, reason=reason)


def may_tick(change_set: ChangeSet, user: User) -> bool:
    """Return True if the user may tick and untick texts of the set while it is read."""
    return change_set.proposed_by_id == user.pk or items_waiting_for(user).filter(change_set=change_set).exists()


def may_end(change_set: ChangeSet, user: User) -> bool:
    """Return True if the user may reject the set: its proposer, and who reads or publishes one of its articles."""
    if change_set.proposed_by_id == user.pk:
        return True
    sections = permissions.sections_with_duty(user, *permissions.READINGS, permissions.Duty.PUBLISH)
    return change_set.items.filter(article__section__in=sections.order_by().values("pk")).exists()


def lock_change_set(change_set: ChangeSet) -> ChangeSet:
    """Lock the set until the transaction ends and return it as it is now."""
    return ChangeSet.objects.select_for_update(no_key=True).get(pk=change_set.pk)


def _lock_being_read(change_set: ChangeSet) -> ChangeSet:
    change_set = lock_change_set(change_set)
    if change_set.state not in (State.READING, State.READ):
        raise CannotReadSet(NOT_BEING_READ)
    return change_set


def _note_read_by_all(change_set: ChangeSet) -> None:
    """Set whether all that is ticked was read, which makes the set ready."""
    ticked = change_set.items.filter(state=ChangeSetItem.State.OPEN, is_ticked=True)
    is_read = ticked.exists() and not ticked.filter(stage__lte=F("stages")).exists()
    change_set.state = State.READ if is_read else State.READING
    change_set.save(update_fields=["state"])


def _digest_of(items: list[ChangeSetItem]) -> str:
    """The SHA-256 of the digests of these texts, in the order of the items, one a line."""
    return hashlib.sha256("\n".join(item.digest for item in items).encode()).hexdigest()
