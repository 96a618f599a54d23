"""The bin (废稿箱): a discarded draft waits there, can be put back, and is deleted for good after KEPT_FOR."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import audit, search
from .duty_assignments import reading
from .models import Article
from .models.article import IS_GONE, ArticleIsGone, ArticleQuerySet
from .refusals import Problem, Refusal

KEPT_FOR = timedelta(days=30)
# The most drafts that one call of `empty_bin` deletes, each in a transaction of its own.
BIN_BATCH = 100

WAS_PUBLIC = Problem(
    "discarding.was_public", gettext_lazy("“%(title)s” was public; it can be withdrawn, but not deleted.")
)
WAS_SUBMITTED = Problem(
    "discarding.was_submitted",
    gettext_lazy("“%(title)s” was submitted for review. Its decisions must be kept, so it cannot be deleted."),
)

NOT_IN_BIN = Problem(
    "discarding.not_in_bin", gettext_lazy("Article %(number)d is not in the bin; it may have been restored already.")
)


class CannotDiscard(Refusal):
    """Raised for what was public or submitted for review (law 7), and when putting back what is not in the bin."""


@transaction.atomic
def discard_draft(article: Article, *, by: User) -> None:
    """Put a draft into the bin. Raises PermissionDenied, ArticleIsGone, or CannotDiscard if it was ever published or
    submitted: those are kept permanently.
    """
    article = Article.objects.get_locked(article.pk)
    reading.require_writing(by, article)
    if article.editions.exists():
        raise CannotDiscard(WAS_PUBLIC.filled(title=article))
    if article.sign_offs.exists():
        raise CannotDiscard(WAS_SUBMITTED.filled(title=article))
    article.discarded_at, article.discarded_by = timezone.now(), by
    article.import_digest = None  # the file may be imported again
    article.save(update_fields=["discarded_at", "discarded_by", "import_digest"])
    search.index_working_copy(article)
    audit.record_entry("article.discarded", article, by=by, title=article.title, digest=article.newest.digest)


@transaction.atomic
def put_back_draft(number: int, *, by: User) -> Article:
    """Take a draft out of the bin and return it.

    Raises PermissionDenied unless `by` began or discarded it, CannotDiscard if it is not in the bin, and ArticleIsGone
    if it was deleted for good.
    """
    Article.objects.lock_rows([number])
    article = Article.objects.filter(number=number).first()
    if article is None:
        raise ArticleIsGone(IS_GONE.filled(number=number))
    if article.discarded_at is None:
        raise CannotDiscard(NOT_IN_BIN.filled(number=number))
    if by.pk not in (article.created_by_id, article.discarded_by_id):
        raise PermissionDenied(_("Only the person who began or deleted this draft may put it back."))
    reading.require_writing(by, article)
    article.discarded_at = article.discarded_by = None
    article.save(update_fields=["discarded_at", "discarded_by"])
    search.index_working_copy(article)
    audit.record_entry("article.taken_from_bin", article, by=by, title=article.title)
    return article


def drafts_in_bin(user: User) -> ArticleQuerySet:
    """The drafts in the bin that the user may put back, the last discarded first."""
    readable = reading.readable_articles(user, Article.objects.in_bin())
    mine = readable.filter(Q(created_by=user) | Q(discarded_by=user))
    return mine.select_related("discarded_by__person").defer("body").order_by("-discarded_at")


def empty_bin() -> int:
    """Delete for good the drafts that were discarded KEPT_FOR ago; returns how many, at most BIN_BATCH."""
    due = _due().order_by("discarded_at").values_list("number", flat=True)
    return sum(_delete_for_good(number) for number in list(due[:BIN_BATCH]))


@transaction.atomic
def _delete_for_good(number: int) -> bool:
    """Return True if this call deleted it; another worker may have, or somebody may have put it back."""
    Article.objects.lock_rows([number])
    article = _due().filter(number=number).select_related("latest").first()
    if article is None:
        return False
    audit.record_entry("article.deleted", article, by=None, title=article.title, digest=article.newest.digest)
    article.delete()
    return True


def _due() -> ArticleQuerySet:
    return Article.objects.in_bin().filter(discarded_at__lte=timezone.now() - KEPT_FOR)
