"""Review decisions. Each locks the article, refuses or changes it, and writes a `SignOff` and an audit entry."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import audit, sanitising
from ..checks import CONTENT_CHECKS, NotReady, find_problems, text
from ..duty_assignments import permissions, reading
from ..models import Article, SignOff
from ..refusals import Problem, Refusal
from .rules import credits_a_signer, may_correct, reason_against, same_person_reason, stage_name, was_credited

Decision = SignOff.Decision
REVIEW_FIELDS = ("stage", "stages", "submitted_at", "signed", "handed_to", "on_hold", "scheduled_for", "scheduled_by")

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
    "review.no_reason", _("Write the reason in one sentence; it reaches whoever has to act on it.")
)
WOULD_VOID = Problem(
    "review.would_void",
    _("This text was signed by %(names)s. Saving a change voids these sign-offs, and it must be read again."),
)
LIST_SEPARATOR = _(", ")


class CannotSubmit(Refusal):
    """Raised when an article cannot be submitted."""


class CannotDecide(Refusal):
    """Raised when the current user may not make this decision now."""


class WouldVoid(Refusal):
    """Raised, naming the signers, when an edit would void sign-offs and `voiding` is False."""


@transaction.atomic
def submit_article(article: Article, *, by: User) -> SignOff:
    """Submit the newest revision for its first reading.

    Raises PermissionDenied without the duty to write, CannotSubmit, or NotReady if the body is empty.
    """
    article = Article.objects.get_locked(article.pk)
    reading.require_writing(by, article)
    if article.stage:
        raise CannotSubmit(SUBMITTED_ALREADY.filled(title=article))
    if article.live and article.live.digest == article.newest.digest and not article.readings_due_at:
        raise CannotSubmit(PUBLIC_ALREADY)
    last = article.sign_offs.order_by("-pk").first()
    if last and last.decision == Decision.REJECT and last.digest == article.newest.digest:
        raise CannotSubmit(REJECTED_UNCHANGED.filled(reason=last.opinion))
    problems = find_problems(article, (text.body_is_there,))
    if problems:
        raise NotReady(*problems)
    article.stages = article.section.stages
    article.submitted_at = timezone.now()
    decision = _record_decision(article, Decision.SUBMIT, by=by, duty=permissions.Duty.WRITE)
    _move_to_stage(article, stage=1, signed=None)
    audit.record_entry("article.submitted", article, by=by, digest=decision.digest, stages=article.stages)
    return decision


@transaction.atomic
def sign_off_reading(article: Article, *, by: User, revision: int, opinion: str = "") -> SignOff:
    """Sign the pending reading. `revision` is the number of the revision that the reader has read.

    Raises CannotDecide. The final reading raises NotReady while checks find problems in the text: afterwards nobody
    could correct them without voiding every sign-off.
    """
    article = _lock_for_decision(article, by)
    if article.newest.number != revision:
        raise CannotDecide(CHANGED_SINCE.filled(new=article.newest.number, read=revision))
    problems = open_problems(article)
    if problems and article.stage == article.stages:
        raise NotReady(*problems)
    decision = _record_decision(
        article,
        Decision.PASS,
        by=by,
        opinion=" ".join(sanitising.plain_text(opinion).split())[:400],
        previous=article.signed,
        warnings=[{"id": problem.id, "message": str(problem.message)} for problem in problems],
        same_person=same_person_reason(article, by) is not None,
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
    )
    return decision


@transaction.atomic
def send_back(article: Article, *, by: User, reason: str, to_stage: int = 0) -> SignOff:
    """Send the article back to its writers (0) or to an earlier reading; the sign-offs from there on no longer count.

    When all readings are complete, whoever may do the final reading or publish may still send it back. Raises
    CannotDecide.
    """
    article = _lock_for_decision(article, by, after_all=True)
    if not 0 <= to_stage < article.stage:
        raise CannotDecide(NOT_AN_EARLIER_READING)
    decision = _record_decision(article, Decision.BACK, by=by, opinion=_clean_reason(reason), to_stage=to_stage)
    chain = article.signed.chain() if article.signed else []
    _move_to_stage(article, stage=to_stage, signed=chain[to_stage - 2] if to_stage > 1 else None)
    audit.record_entry(
        "article.sent_back", article, by=by, digest=decision.digest, to_stage=to_stage, reason=decision.opinion
    )
    return decision


@transaction.atomic
def put_on_hold(article: Article, *, by: User, reason: str) -> SignOff:
    """Put the article on hold (待用): it stays at its reading until somebody decides on it. Raises CannotDecide."""
    article = _lock_for_decision(article, by)
    if article.on_hold:
        raise CannotDecide(ON_HOLD_ALREADY.filled(title=article))
    decision = _record_decision(article, Decision.HOLD, by=by, opinion=_clean_reason(reason))
    article.on_hold = True
    article.save(update_fields=["on_hold"])
    audit.record_entry("article.held", article, by=by, digest=decision.digest, reason=decision.opinion)
    return decision


@transaction.atomic
def reject_article(article: Article, *, by: User, reason: str) -> SignOff:
    """Reject the text (退稿): it goes back to its writers and must be changed before it can be submitted again."""
    article = _lock_for_decision(article, by)
    decision = _record_decision(article, Decision.REJECT, by=by, opinion=_clean_reason(reason))
    _move_to_stage(article, stage=0, signed=None)
    audit.record_entry("article.rejected", article, by=by, digest=decision.digest, reason=decision.opinion)
    return decision


@transaction.atomic
def hand_on_reading(article: Article, *, by: User, to: User, reason: str) -> SignOff:
    """Assign the pending reading to a colleague (转审), who must be allowed to do it. Raises CannotDecide.

    Anyone with the duty may do this, even if the reading was handed on already: a reader may be ill.
    """
    article = Article.objects.get_locked(article.pk)
    before, article.handed_to = article.handed_to, None
    why = reason_against(article, by)
    # The writer of the text cannot read it, but may hand it on.
    if why and why != same_person_reason(article, by):
        raise CannotDecide(why)
    if before == to:
        raise CannotDecide(HANDED_ON_ALREADY.filled(name=audit.account_name(to)))
    why_not = reason_against(article, to)
    if why_not:
        raise CannotDecide(CANNOT_READ_IT.filled(name=audit.account_name(to), why=why_not))
    decision = _record_decision(article, Decision.HAND_ON, by=by, opinion=_clean_reason(reason), handed_to=to)
    article.handed_to = to
    article.on_hold = False
    article.save(update_fields=["handed_to", "on_hold"])
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
        _move_to_stage(article, stage=article.stage + 1, signed=decision)


def finish_review(article: Article) -> None:
    """Close the review of a locked article whose signed text is public. The caller saves REVIEW_FIELDS."""
    _set_stage(article, stage=0, signed=None)


def open_problems(article: Article) -> list[Problem]:
    """The problems of the text itself, at the earliest time it could be published."""
    return find_problems(article, CONTENT_CHECKS, at=max(timezone.now(), article.embargo_until or timezone.now()))


def apply_edit_to_review(article: Article, *, by: User, voiding: bool) -> int:
    """Update the review of a locked article for an edit, before the revision is created.

    Returns the stage of that revision: the current reading for a correction, else 0. A correction by the current reader
    keeps the earlier sign-offs, since the following readers sign the corrected text. Any other edit voids all
    sign-offs, or raises WouldVoid unless `voiding`.
    """
    moved = article.section_id != article.newest.content["section"]
    own = not article.section.same_person_allowed and (was_credited(article, by) or credits_a_signer(article))
    if may_correct(article, by) and not moved and not own:
        return article.stage
    permissions.require_duty(by, permissions.Duty.WRITE, article.section)
    if article.signed is None:
        if article.stage and moved:  # the number of readings depends on the section
            article.stages = article.section.stages
            _move_to_stage(article, stage=1, signed=None)
            audit.record_entry("article.readings_changed", article, by=by, stages=article.stages)
        return 0
    if not voiding:
        raise WouldVoid(WOULD_VOID.filled(names=_signers(article)))
    names = ", ".join(link.person_name for link in article.signed.chain())
    decision = _record_decision(article, Decision.VOID, by=by, duty=permissions.Duty.WRITE)
    _move_to_stage(article, stage=0, signed=None)
    audit.record_entry("article.sign_offs_voided", article, by=by, digest=decision.digest, whose=names)
    return 0


def void_warning(article: Article) -> str:
    """Which sign-offs an edit by anyone but the current reader would void, in one sentence; '' if none."""
    return str(WOULD_VOID.filled(names=_signers(article))) if article.signed else ""


def _signers(article: Article) -> str:
    """Who signed which reading, in one line."""
    chain = article.signed.chain() if article.signed else []
    return str(LIST_SEPARATOR).join(f"{link.person_name}（{stage_name(link.stage, link.stages)}）" for link in chain)


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


def _record_decision(article: Article, decision: str, *, by: User, duty: str = "", **facts: Any) -> SignOff:
    stages = article.stages
    return SignOff.objects.create(
        article=article,
        revision=article.newest,
        digest=article.newest.digest,
        stage=min(article.stage, stages),
        stages=stages,
        decision=decision,
        person=by,
        person_name=audit.account_name(by),
        role=duty or permissions.duty_of_stage(article.stage, stages),
        at=timezone.now(),
        address=audit.acting_address(),
        **facts,
    )


def _move_to_stage(article: Article, *, stage: int, signed: SignOff | None) -> None:
    _set_stage(article, stage=stage, signed=signed)
    article.save(update_fields=REVIEW_FIELDS)


def _set_stage(article: Article, *, stage: int, signed: SignOff | None) -> None:
    article.stage = stage
    article.signed = signed
    article.handed_to = None
    article.on_hold = False
    article.scheduled_for = article.scheduled_by = None
    if not stage:
        article.submitted_at = None


def _clean_reason(reason: str) -> str:
    reason = " ".join(sanitising.plain_text(reason).split())
    if not reason:
        raise CannotDecide(DECISION_WITHOUT_REASON)
    return reason[:400]
