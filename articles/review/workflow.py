"""Review decisions. Each locks the article, refuses or changes it, and writes a `SignOff` and an audit entry."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import audit, sanitising, second_factor
from ..checks import NotReady, find_problems, hits, text
from ..duty_assignments import permissions, reading
from ..models import Article, SignOff
from ..refusals import Problem, Refusal
from .notes import write_note
from .noticed import noticed_problems
from .rules import CORRECTED_BEYOND, CannotDecide, beyond_measure, open_problems, reason_against, same_person_reason
from .stages import REVIEW_FIELDS, finish_review, move_back, move_to_stage, record_decision

Decision = SignOff.Decision
SUBMITTED_ALREADY = Problem("review.submitted_already", _("“%(title)s” has been submitted already."))
PUBLIC_ALREADY = Problem("review.public_already", _("Readers see this text already; there is nothing to submit."))
REJECTED_UNCHANGED = Problem(
    "review.rejected_unchanged",
    _("This text was rejected (%(reason)s). Change it before you submit it again."),
)
CHANGED_SINCE = Problem(
    "review.changed_since",
    _("The text was changed after you opened it (revision %(new)d, not %(read)d). Read it again, then sign."),
)
NOT_AN_EARLIER_READING = Problem(
    "review.not_an_earlier_reading",
    _("It can go back to an earlier reading or to its writers, not to the reading it waits for."),
)
ON_HOLD_ALREADY = Problem("review.on_hold_already", _("“%(title)s” is on hold already."))
HANDED_ON_ALREADY = Problem("review.handed_on_already", _("It has been handed on to %(name)s already."))
CANNOT_READ_IT = Problem("review.cannot_read_it", _("%(name)s cannot do this reading: %(why)s"))
DECISION_WITHOUT_REASON = Problem(
    "review.no_reason", _("Write the reason in one sentence; the people who have to act on it will see it.")
)


class CannotSubmit(Refusal):
    """Raised when an article cannot be submitted."""


@transaction.atomic
def submit_article(article: Article, *, by: User, note: str | None = None) -> SignOff:
    """Submit the newest revision for its first reading.

    `note` tells readers about the change if it is published (更正说明); everybody who signs the text signs it
    too, and it cannot be changed until the text is submitted again. None keeps the one of the last submission.
    Raises PermissionDenied without the duty to write, CannotSubmit, or NotReady if the body is empty.
    """
    article = Article.objects.get_locked(article.pk)
    reading.require_writing(by, article)
    if article.stage:
        raise CannotSubmit(SUBMITTED_ALREADY.filled(title=article))
    if article.live and article.live.digest == article.newest.digest and not article.readings_due_at:
        raise CannotSubmit(PUBLIC_ALREADY)
    last = article.sign_offs.exclude(decision__in=(Decision.SUBMIT, Decision.RECALL)).order_by("-pk").first()
    if last and last.decision == Decision.REJECT and last.digest == article.newest.digest:
        raise CannotSubmit(REJECTED_UNCHANGED.filled(reason=last.opinion))
    problems = find_problems(article, (text.body_is_there,))
    if problems:
        raise NotReady(*problems)
    article.stages = article.section.stages
    article.submitted_at = timezone.now()
    if note is not None:
        article.note = sanitising.plain_text(note)[:400]
    decision = record_decision(article, Decision.SUBMIT, by=by, duty=permissions.Duty.WRITE)
    move_to_stage(article, stage=1, signed=None)
    facts = {"note": article.note} if article.note else {}
    audit.record_entry("article.submitted", article, by=by, digest=decision.digest, stages=article.stages, **facts)
    return decision


@transaction.atomic
def sign_off_reading(
    article: Article, *, by: User, revision: int, opinion: str = "", note: str | None = None
) -> SignOff:
    """Sign the pending reading. `revision` is the number of the revision that the reader has read; `note`: notes.py.

    If the reader corrected more than one person may sign alone, the text goes back one reading instead, and the
    decision says so (REREAD). Raises CannotDecide, also if there is no reading to go back to. The final reading
    raises ProofNeeded, and NotReady while checks find problems in the text: afterwards nobody could correct them
    without voiding every sign-off.
    """
    article = _lock_for_decision(article, by)
    if article.newest.number != revision:
        raise CannotDecide(CHANGED_SINCE.filled(new=article.newest.number, read=revision))
    if article.stage == article.stages:
        second_factor.require_recent_proof(by)
    problems = open_problems(article)
    if problems and article.stage == article.stages:
        raise NotReady(*problems)
    write_note(article, note, nobody_has_signed=article.stage == 1)
    opinion = sanitising.plain_text(opinion)[:400]
    corrected = beyond_measure(article, by)
    if corrected and not article.section.same_person_allowed:
        return _have_read_again(article, corrected, by=by, opinion=opinion)
    # Where one person may not sign twice, the lock has already refused the same person.
    same_person = article.section.same_person_allowed and bool(corrected or same_person_reason(article, by))
    return sign_pending_reading(article, problems, by=by, opinion=opinion, same_person=same_person)


def sign_pending_reading(
    article: Article, problems: list[Problem], *, by: User, details: dict[str, Any] | None = None, **facts: Any
) -> SignOff:
    """Record that `by`, who may, signs the pending reading of a locked article, and move it on.

    `details` are of the change set in which it was read.
    """
    read = hits.machine_record(article)
    decision = record_decision(
        article,
        Decision.PASS,
        by=by,
        previous=article.signed,
        warnings=_warnings([*problems, *noticed_problems(article, read.noticed)]),
        checked=read.facts,
        read_in_set=details or {},
        **facts,
    )
    _advance(article, decision)
    audit.record_entry(
        "article.signed_off",
        article,
        by=by,
        digest=decision.digest,
        stage=decision.stage,
        stages=decision.stages,
        same_person=decision.same_person,
        **({"note": decision.note} if decision.note else {}),
        **decision.read_in_set,
    )
    return decision


def _have_read_again(article: Article, corrected: Problem, *, by: User, opinion: str) -> SignOff:
    """Send a locked article back one reading, because its reader corrected more than one person may sign alone."""
    if corrected.id != CORRECTED_BEYOND.id:
        raise CannotDecide(corrected)
    to, warnings = article.stage - 1, _warnings([corrected])
    decision = record_decision(article, Decision.REREAD, by=by, opinion=opinion, to_stage=to, warnings=warnings)
    move_back(article, to)
    what = str(corrected.message)
    audit.record_entry("article.reread", article, by=by, digest=decision.digest, to_stage=to, reason=what)
    return decision


@transaction.atomic
def send_back(article: Article, *, by: User, reason: str, to_stage: int = 0, note: str | None = None) -> SignOff:
    """Send the article back to its writers (0) or to an earlier reading; the sign-offs from there on no longer count.

    If none counts any more it may get another `note` (notes.py). When all readings are complete, users who may do
    the final reading or publish may still send it back. Raises CannotDecide.
    """
    article = _lock_for_decision(article, by, after_all=True)
    if not 0 <= to_stage < article.stage:
        raise CannotDecide(NOT_AN_EARLIER_READING)
    write_note(article, note, nobody_has_signed=to_stage <= 1)
    decision = record_decision(article, Decision.BACK, by=by, opinion=_clean_reason(reason), to_stage=to_stage)
    move_back(article, to_stage)
    facts = {"note": article.note} if note else {}
    audit.record_entry(
        "article.sent_back", article, by=by, digest=decision.digest, to_stage=to_stage, reason=decision.opinion, **facts
    )
    return decision


@transaction.atomic
def put_on_hold(article: Article, *, by: User, reason: str) -> SignOff:
    """Put the article on hold (待用): it stays at its reading until somebody decides on it. Raises CannotDecide."""
    article = _lock_for_decision(article, by)
    if article.on_hold:
        raise CannotDecide(ON_HOLD_ALREADY.filled(title=article))
    decision = record_decision(article, Decision.HOLD, by=by, opinion=_clean_reason(reason))
    article.on_hold = True
    article.save(update_fields=["on_hold"])
    audit.record_entry("article.held", article, by=by, digest=decision.digest, reason=decision.opinion)
    return decision


@transaction.atomic
def reject_article(article: Article, *, by: User, reason: str) -> SignOff:
    """Reject the text (退稿): it goes back to its writers and must be changed before it can be submitted again."""
    article = _lock_for_decision(article, by)
    decision = record_decision(article, Decision.REJECT, by=by, opinion=_clean_reason(reason))
    move_to_stage(article, stage=0, signed=None)
    audit.record_entry("article.rejected", article, by=by, digest=decision.digest, reason=decision.opinion)
    return decision


@transaction.atomic
def hand_on_reading(article: Article, *, by: User, to: User, reason: str, note: str | None = None) -> SignOff:
    """Assign the pending reading to a colleague (转审), who must be allowed to do it. Raises CannotDecide.

    Anyone with the duty may do this, even if it was handed on already: a reader may be ill. `note`: notes.py.
    """
    article = Article.objects.get_locked(article.pk)
    before, article.handed_to = article.handed_to, None
    why = reason_against(article, by)
    # The writer of the text cannot read it, but may hand it on.
    if why and why != same_person_reason(article, by):
        raise CannotDecide(why)
    if before == to:
        raise CannotDecide(HANDED_ON_ALREADY.filled(name=audit.account_name(to)))
    audit.lock_audit_chain()  # leaving, or losing the duty, is either visible by now or happens afterwards
    to = User.objects.get(pk=to.pk)
    why_not = reason_against(article, to)
    if why_not:
        raise CannotDecide(CANNOT_READ_IT.filled(name=audit.account_name(to), why=why_not))
    write_note(article, note, nobody_has_signed=article.stage == 1)
    decision = record_decision(article, Decision.HAND_ON, by=by, opinion=_clean_reason(reason), handed_to=to)
    article.handed_to = to
    article.on_hold = False
    article.save(update_fields=["handed_to", "on_hold", "note"])
    audit.record_entry("article.handed_on", article, by=by, to=to.get_username(), reason=decision.opinion)
    return decision


def _advance(article: Article, decision: SignOff) -> None:
    """Move a signed article to its next reading, or close the review if this text is public already."""
    if decision.is_final and article.live and article.live.digest == decision.digest:
        # Urgent news, published unread, whose readings are now complete without a change.
        article.readings_due_at = None
        finish_review(article)
        article.save(update_fields=[*REVIEW_FIELDS, "readings_due_at"])
    else:
        move_to_stage(article, stage=article.stage + 1, signed=decision)


def _lock_for_decision(article: Article, by: User, *, after_all: bool = False) -> Article:
    """Lock and return the article; raises CannotDecide unless `by` may decide on it.

    With `after_all`, final readers and publishers may also decide when all readings are complete.
    """
    article = Article.objects.get_locked(article.pk)
    why = reason_against(article, by)
    if why and after_all and article.stage > article.stages:
        duties = (permissions.Duty.FINAL, permissions.Duty.PUBLISH)
        if any(permissions.has_duty(by, duty, article.section) for duty in duties):
            why = None
    if why:
        raise CannotDecide(why)
    return article


def _warnings(problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [{"id": problem.id, "message": str(problem.message)} for problem in problems]


def _clean_reason(reason: str) -> str:
    reason = sanitising.plain_text(reason)
    if not reason:
        raise CannotDecide(DECISION_WITHOUT_REASON)
    return reason[:400]
