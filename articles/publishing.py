"""Publishing, correcting, withdrawing: the only code that changes what is public."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit, baking, permissions, relating, review, sanitising, search, short_links
from .checks import OF_THE_TEXT, Problem, Problems, find_problems
from .models import Article, Edition, Section, SignOff
from .permissions import Duty


class CannotPublish(Problems):
    """Raised by publishing when there are problems; nothing has changed."""


class CannotWithdraw(ValueError):
    """Raised, with a sentence, when withdrawing or putting back is refused; nothing has changed."""


@transaction.atomic
def publish(article: Article, *, by: Any, note: str = "") -> Edition:
    """Make the newest revision what readers see, and return its edition; the present one where it is that already.

    Raises PermissionDenied, or CannotPublish with the problems; that all have read and signed it is one of the checks.
    """
    article = Article.objects.locked(article.pk)
    permissions.require(by, Duty.PUBLISH, article.section)
    if article.live and article.live.digest == article.newest.digest:
        return article.live
    return _publish_signed(article, by=by, kind=Edition.Kind.UPDATE, note=_note(note))


@transaction.atomic
def correct(article: Article, *, by: Any, note: str) -> Edition:
    """Publish the newest revision as a correction (更正): readers are told by `note` what was wrong and what is right."""
    note = _note(note)
    article = Article.objects.locked(article.pk)
    permissions.require(by, Duty.PUBLISH, article.section)
    if article.live is None:
        raise CannotPublish([Problem("publishing.correction_of_nothing", _("Readers do not see this article, so there "
                             "is nothing to correct."), _("Publish it, or put it back."))])  # fmt: skip
    if article.live.digest == article.newest.digest:
        if article.live.kind == Edition.Kind.CORRECTION and article.live.note == note:
            return article.live
        raise CannotPublish([Problem("publishing.correction_changes_nothing", _("Readers see this text already."),
                             _("Change the text first; the correction goes its round, then it is published."))])  # fmt: skip
    if not note:
        raise CannotPublish([Problem("publishing.correction_without_note", _("A correction needs a note for readers."),
                             _("Say what was wrong and what is right, for example: 第2段“3人”应为“5人”。"))])  # fmt: skip
    return _publish_signed(article, by=by, kind=Edition.Kind.CORRECTION, note=note)


@transaction.atomic
def publish_urgent(article: Article, *, by: Any, reason: str) -> Edition:
    """Publish a submitted text before its readings (急稿), by the duty for urgent news and with a reason.

    A superuser without that duty breaks the glass: the same act, named so on the edition, in the audit and on the
    review sheet. The readings stay open; they are due in the section's `late_reading_hours`.
    """
    article = Article.objects.locked(article.pk)
    permissions.require(by, Duty.URGENT, article.section)
    if article.live and article.live.digest == article.newest.digest:
        return article.live
    problems = find_problems(article, OF_THE_TEXT)
    if not article.stage:
        problems.append(Problem("publishing.urgent_not_submitted", _("The text has not been submitted."),
                                 _("Its writer submits it; then it can be published first.")))  # fmt: skip
    if article.is_read_by_all:
        problems.append(Problem("publishing.urgent_read_already", _("The text has been read by all."),
                                 _("Publish it the usual way.")))  # fmt: skip
    reason = _note(reason)
    if not reason:
        problems.append(Problem("publishing.urgent_without_reason", _("Publishing before the readings needs a reason."),
                                 _("Write one sentence; it stands on the review sheet.")))  # fmt: skip
    if problems:
        raise CannotPublish(problems)
    on_duty = permissions.holds(by, Duty.URGENT, article.section)
    basis = Edition.Basis.URGENT if on_duty else Edition.Basis.BREAK_GLASS
    article.readings_due_at = timezone.now() + timedelta(hours=article.section.late_reading_hours)
    article.save(update_fields=["readings_due_at"])
    return _issue(
        article, by=by, kind=Edition.Kind.UPDATE, basis=basis, note=reason,
        audited=("article.published_before_readings" if on_duty else "article.glass_broken",
                 {"reason": reason, "readings_due": article.readings_due_at.isoformat(timespec="seconds")}),
    )  # fmt: skip


@transaction.atomic
def publish_archived(
    article: Article, *, by: Any, at: datetime, updated: datetime | None = None, origin: str
) -> Edition:
    """Make migrated content public under the time it had in the older archive; said on the row and in the audit.

    `at` is its first publication there, `updated` its last update. `origin` names where it came from. Today's checks do
    not apply to yesterday's texts. Call `renumber` for the section when a batch is in. The one way to a first
    publication time other than now (law 3).
    """
    article = Article.objects.locked(article.pk)
    permissions.require(by, Duty.PUBLISH, article.section)
    if article.first_published_at:
        return article.editions.order_by("number")[0]
    article.first_published_at = at
    article.migrated = True
    edition = _issue(
        article, by=by, kind=Edition.Kind.ARCHIVE, basis=Edition.Basis.ARCHIVE, note=origin, at=updated or at,
        audited=("article.migrated", {"published_at": at.isoformat(), "origin": origin}),
    )  # fmt: skip
    _close_what_is_public(article)
    return edition


@transaction.atomic
def withdraw(article: Article, *, by: Any, reason: str) -> None:
    """Take the article from readers at once, everywhere (410); the text and the evidence stay. A reason is required."""
    article = Article.objects.locked(article.pk)
    permissions.require(by, Duty.WITHDRAW, article.section)
    if article.withdrawn_at:
        return
    reason = _note(reason)
    if not reason:
        raise CannotWithdraw(_("Withdrawing needs a reason: write one sentence, it is kept with the article."))
    if not article.live:
        raise CannotWithdraw(_("“%(title)s” is not public, so there is nothing to withdraw.") % {"title": article})
    edition = article.live
    article.live = None
    article.withdrawn_at = timezone.now()
    article.withdrawal_reason = reason
    article.readings_due_at = None
    # What was withdrawn comes back when somebody says so, never by itself.
    article.scheduled_for = article.scheduled_by = None
    article.save(update_fields=["live", "withdrawn_at", "withdrawal_reason", "readings_due_at", "scheduled_for",
                                "scheduled_by"])  # fmt: skip
    search.remove(article)
    audit.record("article.withdrawn", article, by=by, edition=edition.number, digest=edition.digest, reason=reason)
    baking.request(baking.of_article(article), gone=baking.own(article))


@transaction.atomic
def put_back(article: Article, *, by: Any, reason: str) -> Edition:
    """Show readers again the edition that was withdrawn, unchanged; the reason is kept in the audit."""
    article = Article.objects.locked(article.pk)
    permissions.require(by, Duty.WITHDRAW, article.section)
    if article.live:
        return article.live
    if not article.withdrawn_at:
        raise CannotWithdraw(_("“%(title)s” was not withdrawn, so it cannot be put back.") % {"title": article})
    reason = _note(reason)
    if not reason:
        raise CannotWithdraw(_("Putting back needs a reason: write one sentence, it is kept with the article."))
    edition = article.editions.order_by("-number")[0]
    article.live, article.withdrawn_at, article.withdrawal_reason = edition, None, ""
    read = article.sign_offs.filter(decision=SignOff.Decision.PASS, stage=F("stages"), digest=edition.digest).exists()
    if edition.basis in (Edition.Basis.URGENT, Edition.Basis.BREAK_GLASS) and not read:
        article.readings_due_at = timezone.now() + timedelta(hours=article.section.late_reading_hours)
    article.save(update_fields=["live", "withdrawn_at", "withdrawal_reason", "readings_due_at"])
    closes = _close_what_is_public(article)
    search.write(article)
    audit.record(
        "article.put_back", article, by=by, edition=edition.number, digest=edition.digest, reason=reason,
        readings_open=article.readings_due_at is not None, closes_review=closes,
    )  # fmt: skip
    baking.request(baking.of_article(article))
    return edition


@transaction.atomic
def renumber(section: Section) -> None:
    """Put a section's articles in the order of their publication times again, after a batch of older ones came in.

    Two passes, because no two rows may hold one ordinal even for a moment; a thousand rows in memory at a time.
    """
    section = Section.objects.select_for_update(of=("self",), no_key=True).get(pk=section.pk)
    listed = Article.objects.filter(listed_in=section)
    listed.update(ordinal=F("ordinal") + section.last_ordinal)
    ordinal = 0
    batch: list[Article] = []
    ordered = listed.order_by("first_published_at", "number").only("number", "ordinal")
    for article in ordered.iterator(chunk_size=1000):
        ordinal += 1
        article.ordinal = ordinal
        batch.append(article)
        if len(batch) == 1000:
            Article.objects.bulk_update(batch, ["ordinal"])
            batch.clear()
    Article.objects.bulk_update(batch, ["ordinal"])
    Section.objects.filter(pk=section.pk).update(last_ordinal=ordinal)
    baking.request_everything()  # every article may have other neighbours now


def _note(text: str) -> str:
    """A note or reason as it is kept: plain text in one line, as long as its column."""
    return " ".join(sanitising.plain(text).split())[:400]


def _publish_signed(article: Article, *, by: Any, kind: str, note: str) -> Edition:
    problems = find_problems(article)
    if problems:
        raise CannotPublish(problems)
    action = "article.corrected" if kind == Edition.Kind.CORRECTION else "article.published"
    edition = _issue(article, by=by, kind=kind, basis=Edition.Basis.SIGNED, note=note, sign_off=article.signed,
                     audited=(action, {"note": note}))  # fmt: skip
    review.finish(article)
    article.readings_due_at, article.schedule_problem = None, ""
    article.save(update_fields=["readings_due_at", "schedule_problem"])
    return edition


def _close_what_is_public(article: Article) -> bool:
    """Where all have signed the very text that readers see now, nothing is left to publish: whether that was so."""
    closes = bool(article.is_read_by_all and article.live and article.live.digest == article.newest.digest)
    if closes:
        review.finish(article)
    return closes


def _issue(
    article: Article, *, by: Any, kind: str, basis: str, note: str, audited: tuple[str, dict[str, Any]],
    at: datetime | None = None, sign_off: SignOff | None = None,
) -> Edition:  # fmt: skip
    """Make an edition of the newest revision, published `at` that instant or now, and show it to readers; `audited` are
    the action and what else of it the audit keeps.
    """
    at = at or timezone.now()
    before = article.editions.order_by("-number").first()
    revision = article.newest
    edition = Edition.objects.create(
        article=article,
        number=before.number + 1 if before else 1,
        revision=revision,
        kind=Edition.Kind.FIRST if kind == Edition.Kind.UPDATE and before is None else kind,
        basis=basis,
        published_at=at,
        published_by=by,
        note=note,
        digest=revision.digest,
        previous_digest=before.digest if before else "",
        section=article.section,
        cover=article.cover,
        expires_at=article.expires_at,
        pinned_until=article.pinned_until,
        sign_off=sign_off,
        **{field: revision.content[field] for field in ("kicker", "title", "short_title", "summary")},
    )
    article.live = edition
    article.first_published_at = article.first_published_at or at
    article.withdrawn_at = None
    article.withdrawal_reason = ""
    moved_from, opens = None, False
    if article.listed_in_id != article.section_id:
        if article.listed_in and article.ordinal:
            moved_from = baking.Place(article.listed_in, article.ordinal)
        article.listed_in = article.section
        article.ordinal = _next_ordinal(article.section)
        opens = article.ordinal == 1
    article.save(
        update_fields=["live", "first_published_at", "withdrawn_at", "withdrawal_reason", "listed_in", "ordinal",
                       "migrated"]
    )  # fmt: skip
    codes = short_links.assign(article, edition)
    search.write(article)
    # The audit first, in every act: it lets one in at a time, and nobody may wait there while holding a page, or a relation.
    action, details = audited
    audit.record(action, article, by=by, edition=edition.number, digest=edition.digest, **details)
    others = relating.relate(article)
    baking.request(baking.of_article(article, moved_from=moved_from) | baking.pages_of(others) | baking.of_codes(codes))
    if opens:
        baking.request_everything()  # the navigation shows a section from its first article on
    return edition


def _next_ordinal(section: Section) -> int:
    """The next place in a section. The update locks the section's row, so no two articles get the same."""
    Section.objects.filter(pk=section.pk).update(last_ordinal=F("last_ordinal") + 1)
    return Section.objects.values_list("last_ordinal", flat=True).get(pk=section.pk)
