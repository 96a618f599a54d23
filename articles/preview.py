"""Preview links: signed links to a draft that expire and can be revoked (law 8)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit, qr_short_links, review
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Article, Revision

PREVIEW_SALT = "articles.preview.revocable"
CODE_SIZE = 180  # pixels; large, since the URL is long


def preview_url(revision: Revision) -> str:
    """Return the absolute URL of a preview of this revision, to send to somebody."""
    return settings.SITE_URL + preview_path(revision)


def preview_path(revision: Revision) -> str:
    """Return the URL path of a preview of this revision, valid for settings.PREVIEW_HOURS.

    The desk uses it without a host, since it may be open under another host name.
    """
    # Microseconds, so that a link created in the same second as a revocation compares correctly.
    made = int(timezone.now().timestamp() * 1_000_000)
    token = signing.Signer(salt=PREVIEW_SALT).sign(f"{revision.pk}-{made:x}")
    return reverse("preview", args=[token])


def previewed_revision(token: str) -> Revision | None:
    """Return the revision of a token, or None if it is forged, has expired or was revoked."""
    try:
        key, _dash, made = signing.Signer(salt=PREVIEW_SALT).unsign(token).partition("-")
    except signing.BadSignature:
        return None
    at = datetime.fromtimestamp(int(made, 16) / 1_000_000, tz=timezone.get_current_timezone())
    if timezone.now() - at >= timedelta(hours=settings.PREVIEW_HOURS):
        return None
    revision = Revision.objects.select_related("article", "created_by").filter(pk=key).first()
    revoked = revision.article.previews_revoked_at if revision else None
    return None if revoked and at <= revoked else revision


def preview_qr_code(revision: Revision) -> bytes:
    """Return the preview URL as a QR code (SVG). Unlike short links, its letters keep their case."""
    return qr_short_links.draw_qr_code(preview_url(revision), form="svg", size=CODE_SIZE)


def may_revoke_previews(user: User, article: Article) -> bool:
    """Return True if the user may write or publish in the section, or is the current reader."""
    writes = any(permissions.has_duty(user, duty, article.section) for duty in (Duty.WRITE, Duty.PUBLISH))
    return writes or review.may_correct(article, user)


@transaction.atomic
def revoke_previews(article: Article, *, by: User) -> None:
    """Revoke all existing preview links of the article; new ones work. Raises PermissionDenied."""
    article = Article.objects.get_locked(article.pk)
    if not may_revoke_previews(by, article):
        raise PermissionDenied(_("Only whoever writes, reads or publishes this article may revoke its preview links."))
    article.previews_revoked_at = timezone.now()
    article.save(update_fields=["previews_revoked_at"])
    audit.record_entry("article.previews_revoked", article, by=by)
