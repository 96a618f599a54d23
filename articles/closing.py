"""Closing the text of an older edition in the public history, for what readers must not read there any more.

The edition, its digest, the fact and the reason stay public; the desk and the evidence pack keep the text.
"""

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import audit, baking, publication_log, sanitising
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Article, AuditEntry, ClosedText, Edition
from .models.calendar_days import spell_minute
from .publishing import publish_correction
from .refusals import Problem, Refusal

NEWEST_TEXT = Problem(
    "closing.newest_text",
    gettext_lazy("Edition %(number)d is the newest text; only older ones can be closed."),
    gettext_lazy("Correct it first, or withdraw the article."),
)
NO_SUCH_EDITION = Problem("closing.no_such_edition", gettext_lazy("“%(title)s” has no edition %(number)d."))
CLOSING_WITHOUT_REASON = Problem(
    "closing.without_reason", gettext_lazy("Closing and opening a text need a reason: write one sentence.")
)
NOT_CLOSED = Problem("closing.not_closed", gettext_lazy("The text of edition %(number)d is not closed."))


class CannotClose(Refusal):
    """Raised when the text of an edition cannot be closed, or opened again."""


def may_close_texts(user: User | AnonymousUser, article: Article) -> bool:
    """Return True if the user may publish or withdraw in the article's section."""
    return any(permissions.has_duty(user, duty, article.section) for duty in (Duty.PUBLISH, Duty.WITHDRAW))


def texts_to_close(article: Article) -> QuerySet[Edition]:
    """The editions whose text can be closed: all older ones that are not closed, newest first."""
    newest = article.editions.order_by("-number").values("number")[:1]
    return article.editions.filter(number__lt=newest, closed_text__isnull=True).order_by("-number")


def closed_texts(article: Article) -> QuerySet[Edition]:
    """The editions of the article whose text is closed, newest first."""
    return article.editions.filter(closed_text__isnull=False).order_by("-number")


def withdrawn_editions(article: Article) -> set[int]:
    """The numbers of editions that were withdrawn and not put back: readers are not shown their text again."""
    acts = AuditEntry.objects.filter(
        object_type="article", object_id=str(article.pk), action__in=["article.withdrawn", "article.put_back"]
    )
    numbers: set[int] = set()
    for action, number in acts.order_by("pk").values_list("action", "details__edition"):
        (numbers.add if action == "article.withdrawn" else numbers.discard)(number)
    return numbers


def edition_name(edition: Edition) -> str:
    """Return the number and time of an edition, for choices."""
    at = spell_minute(edition.published_at)
    return _("edition %(number)s of %(at)s") % {"number": edition.number, "at": at}


@transaction.atomic
def close_text(article: Article, *, by: User, edition: int, reason: str) -> None:
    """Hide the text of an older edition (its number) and every comparison with it from readers.

    Readers are told the reason. Idempotent. Raises PermissionDenied or CannotClose.
    """
    found, reason = _lock_for_closing(article, by, edition, reason)
    if not Edition.objects.filter(article=article, number__gt=edition).exists():
        raise CannotClose(NEWEST_TEXT.filled(number=edition))
    _closed, created = ClosedText.objects.get_or_create(edition=found, defaults={"reason": reason, "closed_by": by})
    if created:
        _record_and_bake("article.text_closed", publication_log.TEXT_CLOSED, found, reason, by=by)


@transaction.atomic
def reopen_text(article: Article, *, by: User, edition: int, reason: str) -> None:
    """Let readers see the text of a closed edition in the history again. Raises PermissionDenied or CannotClose."""
    found, reason = _lock_for_closing(article, by, edition, reason)
    deleted, _rows = ClosedText.objects.filter(edition=found).delete()
    if not deleted:
        raise CannotClose(NOT_CLOSED.filled(number=edition))
    _record_and_bake("article.text_reopened", publication_log.TEXT_REOPENED, found, reason, by=by)


@transaction.atomic
def publish_closing_correction(article: Article, *, by: User, close_reason: str = "") -> Edition:
    """Publish a correction and, if there is a reason to, close the text that it corrects, in one act.

    Raises what `publish_correction` and `close_text` raise.
    """
    correction = publish_correction(article, by=by)
    if close_reason.strip():
        close_text(article, by=by, edition=correction.number - 1, reason=close_reason)
    return correction


def _lock_for_closing(article: Article, by: User, number: int, reason: str) -> tuple[Edition, str]:
    """Lock the article; return its edition and the reason as a line of plain text. Refuses what neither act may do."""
    article = Article.objects.get_locked(article.pk)
    if not may_close_texts(by, article):
        raise PermissionDenied(_("Only people who publish or withdraw in this section may close a text."))
    edition = article.editions.filter(number=number).select_related("article__live").first()
    if edition is None:
        raise CannotClose(NO_SUCH_EDITION.filled(title=article, number=number))
    reason = sanitising.plain_text(reason)[:400]
    if not reason:
        raise CannotClose(CLOSING_WITHOUT_REASON)
    return edition, reason


def _record_and_bake(action: str, kind: str, edition: Edition, reason: str, *, by: User) -> None:
    article = edition.article
    entry = audit.record_entry(action, article, by=by, edition=edition.number, digest=edition.digest, reason=reason)
    log_files = publication_log.log_act(edition, kind, at=entry.at, entry=entry)
    baking.request_bake(log_files | (baking.own_pages(article) if article.live else set()))
