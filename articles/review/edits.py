"""What an edit does to the review: a correction keeps the earlier sign-offs, any other edit voids them."""

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from .. import audit
from ..duty_assignments import permissions
from ..models import Article, SignOff
from ..refusals import Problem, Refusal
from .rules import LIST_SEPARATOR, credits_a_signer, may_correct, stage_name, was_credited
from .stages import move_to_stage, record_decision

WOULD_VOID = Problem(
    "review.would_void",
    _("This text was signed by %(names)s. Saving a change voids these sign-offs, and it must be read again."),
)


class WouldVoid(Refusal):
    """Raised, naming the signers, when an edit would void sign-offs and `voiding` is False."""


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
            move_to_stage(article, stage=1, signed=None)
            audit.record_entry("article.readings_changed", article, by=by, stages=article.stages)
        return 0
    if not voiding:
        raise WouldVoid(WOULD_VOID.filled(names=_signers(article)))
    names = ", ".join(link.person_name for link in article.signed.chain())
    decision = record_decision(article, SignOff.Decision.VOID, by=by, duty=permissions.Duty.WRITE)
    move_to_stage(article, stage=0, signed=None)
    audit.record_entry("article.sign_offs_voided", article, by=by, digest=decision.digest, whose=names)
    return 0


def void_warning(article: Article) -> str:
    """The sign-offs that an edit by anyone but the current reader would void, in one sentence; '' if none."""
    return str(WOULD_VOID.filled(names=_signers(article))) if article.signed else ""


def _signers(article: Article) -> str:
    """Who signed which reading, in one line."""
    chain = article.signed.chain() if article.signed else []
    return str(LIST_SEPARATOR).join(f"{link.person_name}（{stage_name(link.stage, link.stages)}）" for link in chain)
