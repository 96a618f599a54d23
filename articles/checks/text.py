"""Rules about the text itself."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Article
from .problem import Problem


def body_is_there(article: Article) -> Iterator[Problem]:
    if not article.body:
        yield Problem("text.body", _("The body is empty."), _("Write or paste the text."), "body")


def expiry_is_ahead(article: Article) -> Iterator[Problem]:
    if article.expires_at and article.expires_at <= timezone.now():
        yield Problem(
            "text.expiry",
            _("The article would already have expired."),
            _("Empty the expiry, or set a later one."),
            "expires_at",
        )


CHECKS = (body_is_there, expiry_is_ahead)
