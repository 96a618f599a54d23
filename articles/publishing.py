"""Publishing, correcting, withdrawing and restoring: the only code that changes what is public."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit, baking, publication_log, review, sanitising, search, second_factor
from .checks import CONTENT_CHECKS, Candidate, NotReady, find_problems, hits, problems_of_candidate
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .issuing import PUBLICATION_FIELDS, READ_OF_ARTICLE, Publication, issue_edition
from .models import Article, Edition, SignOff
from .refusals import Problem, Refusal

CORRECTION_OF_NOTHING = Problem(
    "publishing.correction_of_nothing",
    _("Readers do not see this article, so there is nothing to correct."),
    _("Publish it, or put it back."),
)
CORRECTION_CHANGES_NOTHING = Problem(
    "publishing.correction_changes_nothing",
    _("Readers see this text already."),
    _("Change the text first; once the correction is reviewed, publish it."),
)
CORRECTION_WITHOUT_NOTE = Problem(
    "publishing.correction_without_note",
    _("A correction needs a note for readers, and none was signed with this text."),
    _("Send the text back to its first reading with the note, or to its writers, who submit it again with one."),
)
URGENT_NOT_SUBMITTED = Problem(
    "publishing.urgent_not_submitted",
    _("The text has not been submitted."),
    _("Its writer submits it; then it can be published first."),
)
URGENT_READ_ALREADY = Problem(
    "publishing.urgent_read_already", _("All readings of the text are complete."), _("Publish it the usual way.")
)
URGENT_WITHOUT_REASON = Problem(
    "publishing.urgent_without_reason",
    _("Publishing before the readings needs a reason."),
    _("Write one sentence; it is printed on the review sheet."),
)
WITHDRAWAL_WITHOUT_REASON = Problem(
    "publishing.withdrawal_without_reason",
    _("Withdrawing needs a reason: write one sentence, it is kept with the article."),
)
WITHDRAWAL_OF_NOTHING = Problem(
    "publishing.withdrawal_of_nothing", _("“%(title)s” is not public, so there is nothing to withdraw.")
)
NOT_WITHDRAWN = Problem("publishing.not_withdrawn", _("“%(title)s” was not withdrawn, so it cannot be put back."))
PUT_BACK_WITHOUT_REASON = Problem(
    "publishing.put_back_without_reason",
    _("Putting back needs a reason: write one sentence, it is kept with the article."),
)


class CannotPublish(NotReady):
    """Raised by publishing, correcting and scheduling."""


class CannotWithdraw(Refusal):
    """Raised by withdrawing and putting back."""


@transaction.atomic
def publish_article(article: Article, *, by: User) -> Edition:
    """Publish the newest revision and return its edition; if it is public already, the existing one.

    The note that was signed with the text appears on the history page.
    Raises PermissionDenied or CannotPublish, for example if the readings are not complete.
    """
    article = Article.objects.get_locked(article.pk, *READ_OF_ARTICLE)
    permissions.require_duty(by, Duty.PUBLISH, article.section)
    if article.live and article.live.digest == article.newest.digest:
        return article.live
    return _publish_signed(article, by=by, kind=Edition.Kind.UPDATE)


@transaction.atomic
def publish_correction(article: Article, *, by: User) -> Edition:
    """Publish the newest revision as a correction (更正).

    Its note, which tells readers what was wrong and what is right, is the one that was signed with the text. Raises
    PermissionDenied or CannotPublish.
    """
    article = Article.objects.get_locked(article.pk, *READ_OF_ARTICLE)
    permissions.require_duty(by, Duty.PUBLISH, article.section)
    if article.live is None:
        raise CannotPublish(CORRECTION_OF_NOTHING)
    if article.live.digest == article.newest.digest:
        if article.live.kind == Edition.Kind.CORRECTION:
            return article.live
        raise CannotPublish(CORRECTION_CHANGES_NOTHING)
    return _publish_signed(article, by=by, kind=Edition.Kind.CORRECTION)


@transaction.atomic
def publish_urgent(article: Article, *, by: User, reason: str) -> Edition:
    """Publish a submitted text before its readings (急稿). Takes the duty for urgent news, and a reason.

    For a superuser without that duty it is a break-glass publication, marked as such on the edition, in the audit and
    on the review sheet. The readings stay open and are due after the section's `late_reading_hours`. Raises
    PermissionDenied, ProofNeeded or CannotPublish.
    """
    article = Article.objects.get_locked(article.pk, *READ_OF_ARTICLE)
    permissions.require_duty(by, Duty.URGENT, article.section)
    if article.live and article.live.digest == article.newest.digest:
        return article.live
    second_factor.require_recent_proof(by)
    reason = _clean_note(reason)
    problems = [*find_problems(article, CONTENT_CHECKS), *_urgency_problems(article, reason)]
    if problems:
        raise CannotPublish(*problems)
    on_duty = permissions.has_assignment(by, Duty.URGENT, article.section)
    article.readings_due_at = due = _late_readings_due(article)
    urgent = Publication(
        by=by,
        kind=Edition.Kind.UPDATE,
        basis=Edition.Basis.URGENT if on_duty else Edition.Basis.BREAK_GLASS,
        note=reason,
        audit_action="article.published_before_readings" if on_duty else "article.glass_broken",
        details={"reason": reason, "readings_due": due.isoformat(timespec="seconds")},
    )
    return issue_edition(article, urgent)


@transaction.atomic
def publish_archived(
    article: Article, *, by: User, at: datetime, updated: datetime | None = None, origin: str
) -> Edition:
    """Publish migrated content with its publication time in the older archive; marked on the row and in the audit.

    `at` is its first publication there, `updated` the last update; `origin` names the archive. Old texts need not meet
    today's rules, but an identity number and the like have to be set aside by a reader. Call
    `sections.renumber_section` after a batch. The only way to set a past time (law 3).
    """
    article = Article.objects.get_locked(article.pk)
    permissions.require_duty(by, Duty.PUBLISH, article.section)
    if article.first_published_at:
        return article.editions.order_by("number")[0]
    problems = find_problems(article, (hits.nothing_to_set_aside,))
    if problems:
        raise CannotPublish(*problems)
    article.first_published_at = at
    article.migrated = True
    if article.is_read_by_all:
        review.finish_review(article)
    archived = Publication(
        by=by,
        kind=Edition.Kind.ARCHIVE,
        basis=Edition.Basis.ARCHIVE,
        note=origin,
        audit_action="article.migrated",
        details={"published_at": at.isoformat(), "origin": origin},
        at=updated or at,
    )
    return issue_edition(article, archived)


@transaction.atomic
def withdraw_article(article: Article, *, by: User, reason: str) -> None:
    """Withdraw the article: all its pages answer 410 at once; the text and the evidence are kept.

    Idempotent. Raises PermissionDenied, ProofNeeded, or CannotWithdraw if it is not public or no reason is given.
    """
    article = Article.objects.get_locked(article.pk)
    permissions.require_duty(by, Duty.WITHDRAW, article.section)
    if article.withdrawn_at:
        return
    second_factor.require_recent_proof(by)
    if not (reason := _clean_note(reason)):
        raise CannotWithdraw(WITHDRAWAL_WITHOUT_REASON)
    if not article.live:
        raise CannotWithdraw(WITHDRAWAL_OF_NOTHING.filled(title=article))
    edition = article.live
    own_pages = baking.own_pages(article)  # needs no query while the live edition is set
    article.live = None
    article.withdrawn_at = timezone.now()
    article.withdrawal_reason = reason
    article.readings_due_at = None
    # A withdrawn article is never published again automatically.
    article.scheduled_for = article.scheduled_by = None
    article.save(update_fields=(*PUBLICATION_FIELDS, "scheduled_for", "scheduled_by"))
    search.remove_from_index(article)
    search.restate_working_copy(article)
    entry = audit.record_entry(
        "article.withdrawn", article, by=by, edition=edition.number, digest=edition.digest, reason=reason
    )
    log_files = publication_log.log_act(edition, publication_log.WITHDRAWN, at=article.withdrawn_at, entry=entry)
    baking.request_bake(baking.article_pages(article) | log_files, gone=own_pages)


@transaction.atomic
def put_back_article(article: Article, *, by: User, reason: str) -> Edition:
    """Publish the withdrawn edition again, unchanged; the reason is kept in the audit.

    Returns the live edition if there is one already. Raises PermissionDenied, ProofNeeded or CannotWithdraw.
    """
    article = Article.objects.get_locked(article.pk)
    permissions.require_duty(by, Duty.WITHDRAW, article.section)
    if article.live:
        return article.live
    if not article.withdrawn_at:
        raise CannotWithdraw(NOT_WITHDRAWN.filled(title=article))
    second_factor.require_recent_proof(by)
    reason = _clean_note(reason)
    if not reason:
        raise CannotWithdraw(PUT_BACK_WITHOUT_REASON)
    edition = article.editions.order_by("-number")[0]
    closes_review = _show_edition_again(article, edition)
    search.index_article(article)
    search.restate_working_copy(article)
    entry = audit.record_entry(
        "article.put_back",
        article,
        by=by,
        edition=edition.number,
        digest=edition.digest,
        reason=reason,
        readings_open=article.readings_due_at is not None,
        closes_review=closes_review,
    )
    log_files = publication_log.log_act(edition, publication_log.PUT_BACK, at=entry.at, entry=entry)
    baking.request_bake(baking.article_pages(article) | log_files)
    return edition


def _show_edition_again(article: Article, edition: Edition) -> bool:
    """Make a withdrawn edition live again and save the article; returns True if that closes its review."""
    article.live, article.withdrawn_at, article.withdrawal_reason = edition, None, ""
    if edition.basis in (Edition.Basis.URGENT, Edition.Basis.BREAK_GLASS) and not _was_read(edition):
        article.readings_due_at = _late_readings_due(article)
    # If the signed text is the one that is public again, nothing is left to publish.
    closes_review = article.is_read_by_all and edition.digest == article.newest.digest
    if closes_review:
        review.finish_review(article)
    article.save(update_fields=(*PUBLICATION_FIELDS, *review.REVIEW_FIELDS))
    return closes_review


def _clean_note(text: str) -> str:
    """Return a note or reason as plain text in one line, cut to the 400 characters of its column."""
    return sanitising.plain_text(text)[:400]


def _late_readings_due(article: Article) -> datetime:
    """When the readings are due of a text that is published before them, now."""
    return timezone.now() + timedelta(hours=article.section.late_reading_hours)


def _was_read(edition: Edition) -> bool:
    """Return True if the final reader has signed the text of the edition."""
    final = SignOff.objects.filter(article=edition.article_id, decision=SignOff.Decision.PASS, stage=F("stages"))
    return final.filter(digest=edition.digest).exists()


def _urgency_problems(article: Article, reason: str) -> Iterator[Problem]:
    """Problems of publishing before the readings, apart from those of the text itself."""
    if not article.stage:
        yield URGENT_NOT_SUBMITTED
    if article.is_read_by_all:
        yield URGENT_READ_ALREADY
    if not reason:
        yield URGENT_WITHOUT_REASON


def _publish_signed(article: Article, *, by: User, kind: str) -> Edition:
    candidate = Candidate(article, timezone.now())
    problems = problems_of_candidate(candidate)
    if problems:
        raise CannotPublish(*problems)
    note = (article.signed.note if article.signed else "") or ""
    if kind == Edition.Kind.CORRECTION and not note:
        raise CannotPublish(CORRECTION_WITHOUT_NOTE)
    signed = Publication(
        by=by,
        kind=kind,
        basis=Edition.Basis.SIGNED,
        note=note,
        audit_action="article.corrected" if kind == Edition.Kind.CORRECTION else "article.published",
        details={"note": note},
        sign_off=article.signed,
        candidate=candidate,
    )
    review.finish_review(article)
    article.readings_due_at, article.schedule_problem = None, ""
    return issue_edition(article, signed)
