"""What every decision writes: its row, and the reading that the article waits for from then on."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from .. import audit
from ..duty_assignments import permissions
from ..models import Article, SignOff

REVIEW_FIELDS = (
    "stage",
    "stages",
    "submitted_at",
    "signed",
    "note",
    "handed_to",
    "on_hold",
    "scheduled_for",
    "scheduled_by",
)


def record_decision(article: Article, decision: str, *, by: User, duty: str = "", **facts: Any) -> SignOff:
    """Write a decision about the newest revision of a locked article."""
    stages = article.stages
    return SignOff.objects.create(
        article=article,
        revision=article.newest,
        digest=article.newest.digest,
        note=article.note,
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


def finish_review(article: Article) -> None:
    """Close the review of a locked article whose signed text is public. The caller saves REVIEW_FIELDS."""
    _set_stage(article, stage=0, signed=None)
    article.note = ""


def move_back(article: Article, stage: int) -> None:
    """Move to an earlier reading, or to the writers (0); the sign-offs from there on no longer count."""
    chain = article.signed.chain() if article.signed else []
    move_to_stage(article, stage=stage, signed=chain[stage - 2] if stage > 1 else None)


def move_to_stage(article: Article, *, stage: int, signed: SignOff | None) -> None:
    """Move a locked article to a reading, with the sign-offs that count from now on, and save it."""
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
