"""The right to each reprint (转载授权), and reprints that are public after its end."""

from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from . import audit, sanitising
from .duty_assignments import permissions, reading
from .duty_assignments.permissions import Duty
from .models import Article, ReprintRight
from .models.article import ArticleQuerySet
from .saved_rows import check_row, recorded_changes, save_fields

RIGHT_FIELDS = ("basis", "until", "terms")


@transaction.atomic
def set_reprint_right(article: Article, *, by: User, basis: str, until: date | None, terms: str) -> None:
    """Say by what right the article is reprinted, until when, and on what terms; at once, whatever its readings.

    Idempotent. Raises PermissionDenied unless `by` may write the article, and ValidationError.
    """
    article = Article.objects.get_locked(article.pk)
    reading.require_writing(by, article)
    before = ReprintRight.objects.filter(article=article).first()
    right = ReprintRight(article=article, basis=basis, until=until, terms=sanitising.plain_text(terms))
    changed = check_row(right, before, RIGHT_FIELDS)
    if changed:
        save_fields(right, before, changed)
        audit.record_entry("article.reprint_right_set", article, by=by, **recorded_changes(right, before, changed))


def public_beyond_right(user: User) -> ArticleQuerySet:
    """The reprints that readers see although the right to them has ended, in the sections the user publishes in.

    Sorted by end, earliest first.
    """
    sections = permissions.sections_with_duty(user, Duty.PUBLISH).values("pk")
    rows = Article.objects.public().filter(section__in=sections, origin=Article.Origin.REPRINT)
    ended = rows.filter(reprint_right__until__lt=timezone.localdate())
    return ended.select_related("reprint_right", "section").order_by("reprint_right__until", "pk")
