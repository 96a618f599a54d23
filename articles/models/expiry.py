"""The only expiry rule (law 10): something is expired from the instant `expires_at` on; None means never."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone


def has_expired(expires_at: datetime | None, at: datetime | None = None) -> bool:
    """Return True if `expires_at` has passed at the instant `at` (default: now)."""
    return expires_at is not None and expires_at <= (at or timezone.now())


def unexpired(field: str, at: datetime | None = None) -> Q:
    """The condition that the instant in `field` has not passed at the instant `at` (default: now)."""
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": at or timezone.now()})


def expired(field: str, at: datetime | None = None) -> Q:
    """The condition that the instant in `field` has passed at the instant `at` (default: now), in the words of the
    partial index of what may expire.
    """
    return Q(**{f"{field}__isnull": False, f"{field}__lte": at or timezone.now()})


def readers_see(article: str) -> Q:
    """The condition that readers may see the article to which the field leads now; as `Article.objects.public()` says,
    where a query must not begin with all articles.
    """
    return Q(unexpired(f"{article}__expires_at"), **{f"{article}__live__isnull": False})
