"""Preview links: a draft, for whoever holds the link, until it expires (law 8)."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from .models import Revision

SALT = "articles.preview"


def address_of(revision: Revision) -> str:
    """The absolute address of a preview of exactly this revision, good for PREVIEW_HOURS hours from now."""
    token = signing.TimestampSigner(salt=SALT).sign(str(revision.pk))
    return settings.SITE_URL + reverse("preview", args=[token])


def revision_of(token: str) -> Revision | None:
    """The revision a link leads to, or None where the link is not ours or has expired."""
    try:
        key = signing.TimestampSigner(salt=SALT).unsign(token, max_age=settings.PREVIEW_HOURS * 3600)
    except signing.BadSignature:
        return None
    return Revision.objects.select_related("article", "created_by").filter(pk=key).first()
