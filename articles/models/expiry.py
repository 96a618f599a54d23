"""When something is shown no more: from the instant that it expires at; None means never. The one rule (law 10)."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone


def has_expired(expires_at: datetime | None, at: datetime | None = None) -> bool:
    """Whether it is over at the instant `at` (now, when None)."""
    return expires_at is not None and expires_at <= (at or timezone.now())


def unexpired(field: str, at: datetime | None = None) -> Q:
    """The rows whose `field` says that they have not expired at the instant `at` (now, when None)."""
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": at or timezone.now()})
