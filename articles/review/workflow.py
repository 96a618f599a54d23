"""The acts of a review. Each locks the article, refuses or changes it, and leaves a SignOff and an audit entry."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import audit, sanitising
from ..assignments import permissions
from ..checks import OF_THE_TEXT, NotReady, find_problems, text
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
NO_REASON = Problem("review.no_reason", _("Write the reason in one sentence; it reaches whoever has to act on it."))
WOULD_VOID = Problem(
    "review.would_void",
    _("This text was signed by %(names)s. Saving a change voids these sign-offs, and it must be read again."),
)
LIST_SEPARATOR = _(", ")


class CannotSubmit(Refusal):
    """Raised when an article cannot be submitted."""


class CannotDecide(Refusal):
    """Raised when this person may not decide this now."""


class WouldVoid(Refusal):
    """Raised, naming whose, when an edit would void sign-offs and nobody said that it may."""


@transaction.atomic
def submit_article(article: Article, *, by: User) -> SignOff:
    """Send the newest revision to its first reader. Asks for the duty to write, and for a body."""
    article = Article.objects.get_locked(article.pk)
    permissions.require_duty(by, permissions.Duty.WRITE, article.section)
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
    """Sign the reading the article waits for. `revision` is the number of the one the reader has read.

    The final reading raises NotReady while anything of the text stands against publication: after it nobody can put
    that right without voiding every signature.
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

    Where all have read it, whoever may do the final reading or publish may still send it back.
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
    """Keep the article for later (待用): it stays at its reading, apart from what is urgent, until somebody decides."""
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
    """Refuse the text (退稿): it goes back to its writers, and can be submitted again only when it was changed."""
    article = _lock_for_decision(article, by)
    decision = _record_decision(article, Decision.REJECT, by=by, opinion=_clean_reason(reason))
    _move_to_stage(article, stage=0, signed=None)
    audit.record_entry("article.rejected", article, by=by, digest=decision.digest, reason=decision.opinion)
    return decision


@transaction.atomic
def hand_on_reading(article: Article, *, by: User, to: User, reason: str) -> SignOff:
    """Give the reading to one named colleague (转审), who must be able to do it. Anyone with the duty may do so,
    also when it was handed on already: a reader may be ill.
    """
    article = Article.objects.get_locked(article.pk)
    before, article.handed_to = article.handed_to, None
    why = reason_against(article, by)
    # Whoever wrote the text cannot read it, but may say who shall.
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
    """Have a signed article wait for its next reading, or for nothing where readers see the text already."""
    if decision.is_final and article.live and article.live.digest == decision.digest:
        # What was published first has now been read by all, as it stands: nothing is left to do.
        article.readings_due_at = None
        finish_review(article)
        article.save(update_fields=[*REVIEW_FIELDS, "readings_due_at"])
    else:
        _move_to_stage(article, stage=article.stage + 1, signed=decision)


def finish_review(article: Article) -> None:
    """Close the review of a locked article whose signed text is what readers see; the caller saves REVIEW_FIELDS."""
    _set_stage(article, stage=0, signed=None)


def open_problems(article: Article) -> list[Problem]:
    """What stands against the text itself, at the earliest instant it could be published."""
    return find_problems(article, OF_THE_TEXT, at=max(timezone.now(), article.embargo_until or timezone.now()))


def apply_edit_to_review(article: Article, *, by: User, voiding: bool) -> int:
    """What an edit of a locked article does to its review; the stage its revision belongs to (0, or the reader's).

    The reader whose turn it is corrects: earlier sign-offs stay in the chain, since whoever follows signs the corrected
    text. Any other edit voids every sign-off; without `voiding` that raises WouldVoid. Called before the revision is made.
    """
    moved = article.section_id != article.newest.content["section"]
    own = not article.section.same_person_allowed and (was_credited(article, by) or credits_a_signer(article))
    if may_correct(article, by) and not moved and not own:
        return article.stage
    permissions.require_duty(by, permissions.Duty.WRITE, article.section)
    if article.signed is None:
        if article.stage and moved:  # the new section says how many must read it
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
    """What an edit by anyone but the reader whose turn it is would undo, in one sentence; '' where nothing."""
    return str(WOULD_VOID.filled(names=_signers(article))) if article.signed else ""


def _signers(article: Article) -> str:
    """Who has signed which reading of the text, as one line."""
    chain = article.signed.chain() if article.signed else []
    return str(LIST_SEPARATOR).join(f"{link.person_name}（{stage_name(link.stage, link.stages)}）" for link in chain)


def _lock_for_decision(article: Article, by: User, *, after_all: bool = False) -> Article:
    """The article, locked, once it is sure that `by` may decide."""
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
        raise CannotDecide(NO_REASON)
    return reason[:400]
