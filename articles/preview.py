"""Preview links: a draft, for whoever holds the link, until it expires or is revoked (law 8)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit, review, short_links
from .assignments import permissions
from .assignments.permissions import Duty
from .models import Article, Revision

SALT = "articles.preview.revocable"
CODE_SIZE = 180  # pixels; the address is long, and a phone reads it from a screen


def preview_url(revision: Revision) -> str:
    """The absolute address of a preview of exactly this revision, to be sent to somebody."""
    return settings.SITE_URL + preview_path(revision)


def preview_path(revision: Revision) -> str:
    """The same without the host, for pages of the desk: they may be open under another name of this machine.

    Good for PREVIEW_HOURS hours from now.
    """
    # Microseconds, so that a link made in the second of a revocation is on the right side of it.
    made = int(timezone.now().timestamp() * 1_000_000)
    token = signing.Signer(salt=SALT).sign(f"{revision.pk}-{made:x}")
    return reverse("preview", args=[token])


def previewed_revision(token: str) -> Revision | None:
    """The revision a link leads to, or None where the link is not ours, has expired or was revoked."""
    try:
        key, _dash, made = signing.Signer(salt=SALT).unsign(token).partition("-")
    except signing.BadSignature:
        return None
    at = datetime.fromtimestamp(int(made, 16) / 1_000_000, tz=timezone.get_current_timezone())
    if timezone.now() - at >= timedelta(hours=settings.PREVIEW_HOURS):
        return None
    revision = Revision.objects.select_related("article", "created_by").filter(pk=key).first()
    revoked = revision.article.previews_revoked_at if revision else None
    return None if revoked and at <= revoked else revision


def preview_qr_code(revision: Revision) -> bytes:
    """A preview link as a QR image (SVG), for the desk to show; the token's letters keep their case."""
    return short_links.draw_qr_code(preview_url(revision), form="svg", size=CODE_SIZE)


def may_revoke_previews(user: Any, article: Article) -> bool:
    """Whether the user writes, publishes, or reads this article now."""
    writes = any(permissions.has_duty(user, duty, article.section) for duty in (Duty.WRITE, Duty.PUBLISH))
    return writes or review.may_correct(article, user)


@transaction.atomic
def revoke_previews(article: Article, *, by: Any) -> None:
    """Make every preview link given out so far worthless; new ones work."""
    article = Article.objects.get_locked(article.pk)
    if not may_revoke_previews(by, article):
        raise PermissionDenied(_("Only whoever writes, reads or publishes this article may revoke its preview links."))
    article.previews_revoked_at = timezone.now()
    article.save(update_fields=["previews_revoked_at"])
    audit.record_entry("article.previews_revoked", article, by=by)
