"""Rules about the text itself."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Article
from .problem import Problem


def body_is_there(article: Article, at: datetime) -> Iterator[Problem]:
    if not article.body:
        yield Problem("text.body", _("The body is empty."), _("Write or paste the text."), "body")


def embargo_is_over(article: Article, at: datetime) -> Iterator[Problem]:
    if article.embargo_until and at < article.embargo_until:
        yield Problem(
            "text.embargo",
            _("The article is under embargo until %(instant)s.")
            % {"instant": date_format(timezone.localtime(article.embargo_until), "Y-m-d H:i")},
            _("Schedule it for then, or wait."),
            "embargo_until",
        )


def expiry_is_ahead(article: Article, at: datetime) -> Iterator[Problem]:
    if article.expires_at and article.expires_at <= at:
        yield Problem(
            "text.expiry",
            _("The article would already have expired."),
            _("Empty the expiry, or set a later one."),
            "expires_at",
        )


CHECKS = (body_is_there, embargo_is_over, expiry_is_ahead)
