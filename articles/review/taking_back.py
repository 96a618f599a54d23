"""Taking back a submission (取消送审): an unsigned text returns to its writers by their own act."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from .. import audit
from ..duty_assignments import permissions, reading
from ..models import Article, SignOff
from ..refusals import Problem, Refusal
from .rules import has_written, stage_name
from .stages import move_back, record_decision

Decision = SignOff.Decision
WITH_ITS_WRITERS = Problem(
    "review.with_its_writers", _("“%(title)s” is with its writers; there is no submission to take back.")
)
READ_MEANWHILE = Problem(
    "review.read_meanwhile",
    _("%(name)s has signed the “%(reading)s” of this text, so its writer can no longer take it back."),
    _("Ask those who read it to send it back."),
)
READINGS_OWED = Problem(
    "review.readings_owed",
    _("This article was published before its readings, which are still due, so it cannot be taken back."),
    _("Ask those who read it to send it back."),
)
NOT_YOUR_SUBMISSION = Problem(
    "review.not_your_submission",
    _("Only the person who submitted or wrote this text can take it back."),
    _("Those who read it can send it back."),
)


class CannotTakeBack(Refusal):
    """Raised when a submission cannot be taken back."""


@transaction.atomic
def take_back_submission(article: Article, *, by: User) -> SignOff:
    """Return a submitted text to its writers, by the person who submitted it or a writer, while no reading is signed.

    Its note to readers stays, for when it is submitted again. Raises PermissionDenied without the duty to write, and
    CannotTakeBack.
    """
    article = Article.objects.get_locked(article.pk)
    reading.require_writing(by, article)
    why = _reason_against(article, by)
    if why:
        raise CannotTakeBack(why)
    decision = record_decision(article, Decision.RECALL, by=by, duty=permissions.Duty.WRITE)
    move_back(article, 0)
    audit.record_entry("article.taken_back", article, by=by, digest=decision.digest)
    return decision


def may_take_back(user: User, article: Article) -> bool:
    """Return True if `take_back_submission` would do it now; asks the database only about submitted texts."""
    return bool(article.stage) and reading.may_write_article(user, article) and not _reason_against(article, user)


def _reason_against(article: Article, user: User) -> Problem | None:
    """Why the user, who writes in its section, may not take the submission back; None if they may."""
    if not article.stage:
        return WITH_ITS_WRITERS.filled(title=article)
    if article.readings_due_at:
        return READINGS_OWED
    submitted = article.sign_offs.filter(decision=Decision.SUBMIT).order_by("-pk").first()
    # Also a signature that no longer counts, because a later reader sent the text back to its first reading.
    since = article.sign_offs.filter(decision=Decision.PASS, pk__gt=submitted.pk if submitted else 0).first()
    if since:
        return READ_MEANWHILE.filled(name=since.person_name, reading=stage_name(since.stage, since.stages))
    own = submitted is not None and submitted.person_id == user.pk
    return None if own or has_written(article, user) else NOT_YOUR_SUBMISSION
