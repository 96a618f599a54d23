"""Preview links: signed links to a draft for people without an account, that expire and can be revoked (law 8).

Making a link names the person it is for and is recorded, as is every opening. A link may open once only. Whoever
reads drafts at the desk needs no link.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import audit, qr_short_links, review, sanitising
from .duty_assignments import permissions, reading
from .duty_assignments.permissions import Duty
from .models import Article, AuditEntry, PreviewLink, Revision
from .refusals import Problem, Refusal

log = logging.getLogger(__name__)

PREVIEW_SALT = "articles.preview.link"
CODE_SIZE = 180  # pixels; large, since the URL is long
OPENED = "article.preview_opened"
# Openings of an article from the same IP address within this time are recorded once, and from so many addresses.
OPENINGS_APART, MOST_OPENINGS = timedelta(hours=1), 50

NOT_VALID = Problem(
    "preview.not_valid",
    gettext_lazy("This preview link is not valid, or is no longer valid"),
    gettext_lazy("Please ask the editor who sent it for a new one."),
)
OPENED_BEFORE = Problem(
    "preview.opened_before",
    gettext_lazy("This preview link could be opened once, and has been opened"),
    gettext_lazy("If this was not you, please tell the editor who sent it."),
)
FOR_NOBODY = Problem("preview.for_nobody", gettext_lazy("Say for whom the link is; it is recorded in the audit."))


class CannotPreview(Refusal):
    """Raised when a link cannot be made or opened."""


def preview_url(link: PreviewLink) -> str:
    """Return the absolute URL of the link, to send to somebody."""
    return settings.SITE_URL + preview_path(link)


def preview_path(link: PreviewLink) -> str:
    """Return the URL path of the link, valid for settings.PREVIEW_HOURS after it was made."""
    return reverse("preview", args=[signing.Signer(salt=PREVIEW_SALT).sign(str(link.pk))])


def preview_qr_code(link: PreviewLink) -> bytes:
    """Return the preview URL as a QR code (SVG). Unlike short links, its letters keep their case."""
    return qr_short_links.draw_qr_code(preview_url(link), form="svg", size=CODE_SIZE)


@transaction.atomic
def make_preview_link(revision: Revision, *, by: User, given_to: str, once: bool = False) -> PreviewLink:
    """Make a link to this revision for the person named in `given_to`; with `once` it opens once only.

    Raises PermissionDenied unless `by` may read the article, or CannotPreview if it is for nobody.
    """
    article = Article.objects.get_locked(revision.article_id)
    reading.require_reading(by, article)
    given_to = sanitising.plain_text(given_to)[:80]
    if not given_to:
        raise CannotPreview(FOR_NOBODY)
    link = PreviewLink.objects.create(
        revision=revision, given_to=given_to, once=once, made_by=by, made_at=timezone.now()
    )
    audit.record_entry(
        "article.preview_made", article, by=by, link=link.pk, revision=revision.number, to=given_to, once=once
    )
    return link


def find_preview_link(token: str) -> PreviewLink:
    """Return the link of a token. Raises CannotPreview if it is forged, expired, revoked, or opened its one time."""
    link = _find_valid_link(token)
    if link.once and link.opened_at:
        raise CannotPreview(OPENED_BEFORE)
    return link


def find_opened_link(token: str) -> PreviewLink:
    """Return the link of a token whose page may load its files: one that opens once, after it was opened.

    Raises CannotPreview like `find_preview_link`.
    """
    link = _find_valid_link(token)
    if link.once and not link.opened_at:
        raise CannotPreview(NOT_VALID)
    return link


def _find_valid_link(token: str) -> PreviewLink:
    try:
        key = signing.Signer(salt=PREVIEW_SALT).unsign(token)
    except signing.BadSignature as error:
        raise CannotPreview(NOT_VALID) from error
    link = PreviewLink.objects.select_related("revision__article", "revision__created_by").filter(pk=key).first()
    if link is None or not is_preview_valid(link):
        raise CannotPreview(NOT_VALID)
    return link


def is_preview_valid(link: PreviewLink) -> bool:
    """Return True if the link has neither expired nor been revoked, and its draft is not in the bin."""
    article = link.revision.article
    expired = timezone.now() - link.made_at >= timedelta(hours=settings.PREVIEW_HOURS)
    revoked = article.previews_revoked_at and link.made_at <= article.previews_revoked_at
    return not expired and not revoked and article.discarded_at is None


def open_preview_link(link: PreviewLink) -> None:
    """Record that the link was opened. Raises CannotPreview if it opens only once and has been opened already.

    A link that opens more than once works without the record too: the database may be locked or its disk full.
    """
    try:
        _record_opening(link)
    except OperationalError:
        if link.once:
            raise
        log.exception("the opening of preview link %d could not be recorded", link.pk)


def may_revoke_previews(user: User, article: Article) -> bool:
    """Return True if the user may write or publish this article, or is its current reader."""
    publishes = permissions.has_duty(user, Duty.PUBLISH, article.section)
    return publishes or reading.may_write_article(user, article) or review.may_correct(article, user)


@transaction.atomic
def revoke_previews(article: Article, *, by: User) -> None:
    """Revoke all existing preview links of the article; new ones work. Raises PermissionDenied."""
    article = Article.objects.get_locked(article.pk)
    if not may_revoke_previews(by, article):
        raise PermissionDenied(_("Only people who write, read or publish this article may revoke its preview links."))
    article.previews_revoked_at = timezone.now()
    article.save(update_fields=["previews_revoked_at"])
    audit.record_entry("article.previews_revoked", article, by=by)


def _record_opening(link: PreviewLink) -> None:
    """Write nothing if the same was recorded a moment ago, so that reloading a page does not fill the audit."""
    if link.opened_at and _is_recorded(link):
        return
    with transaction.atomic():
        unopened = PreviewLink.objects.filter(pk=link.pk, opened_at=None)
        if not unopened.update(opened_at=timezone.now()) and link.once:
            raise CannotPreview(OPENED_BEFORE)
        facts = {"link": link.pk, "revision": link.revision.number, "to": link.given_to, "once": link.once}
        audit.record_entry(OPENED, link.revision.article, by=None, **facts)


def _is_recorded(link: PreviewLink) -> bool:
    entries = AuditEntry.objects.filter(
        object_type="article",
        object_id=str(link.revision.article_id),
        action=OPENED,
        at__gt=timezone.now() - OPENINGS_APART,
    )
    openings = list(entries.values_list("address", "details__link")[:MOST_OPENINGS])
    return len(openings) == MOST_OPENINGS or (audit.acting_address(), link.pk) in openings
