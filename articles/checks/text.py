"""Checks of the text itself."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ..models.calendar_days import spell_minute
from ..models.expiry import has_expired
from ..refusals import Problem
from ..sanitising import held_places, places_to_fill
from .hits import Candidate
from .plain_text import LINES

BODY_IS_EMPTY = Problem("text.body", _("The body is empty."), _("Write or paste the text."), "body")
PICTURE_IS_MISSING = Problem(
    "text.pictures",
    _("Places are held for pictures that are missing: %(places)s."),
    _("Put the pictures in, or delete these lines."),
    "body",
)
PLACE_IS_EMPTY = Problem(
    "text.places",
    _("The template's places are not filled in yet: %(places)s."),
    _("Replace them with the missing text, or delete them."),
    "body",
)
UNDER_EMBARGO = Problem(
    "text.embargo",
    _("The article is under embargo until %(instant)s."),
    _("Schedule it for then, or wait."),
    "embargo_until",
)
EXPIRED_ALREADY = Problem(
    "text.expiry",
    _("The article would already have expired."),
    _("Empty the expiry, or set a later one."),
    "expires_at",
)

CLOCK_IS_BEHIND = Problem(
    "text.clock",
    _("By the clock of the server it is %(now)s, before the article was begun (%(begun)s)."),
    _("Ask the server's administrator to set its clock, then try again."),
)

_SHOWN_PLACES = 5


def body_is_there(candidate: Candidate) -> Iterator[Problem]:
    """The body is not empty."""
    if not candidate.article.body:
        yield BODY_IS_EMPTY


def pictures_are_there(candidate: Candidate) -> Iterator[Problem]:
    """No place in the body is still held for a picture."""
    if places := held_places(candidate.article.body):
        yield PICTURE_IS_MISSING.filled(places=" ".join(places[:_SHOWN_PLACES]))


def places_are_filled(candidate: Candidate) -> Iterator[Problem]:
    """Nothing in the text is still to be filled in, as a template leaves it."""
    article = candidate.article
    fields = (*LINES, "keywords", "body")
    if places := places_to_fill("\n".join(getattr(article, field) for field in fields)):
        yield PLACE_IS_EMPTY.filled(places=" ".join(places[:_SHOWN_PLACES]))


def embargo_is_over(candidate: Candidate) -> Iterator[Problem]:
    """The embargo, if any, has ended by the time of publication."""
    article, at = candidate.article, candidate.at
    if article.embargo_until and at < article.embargo_until:
        yield UNDER_EMBARGO.filled(instant=spell_minute(article.embargo_until))


def expiry_is_ahead(candidate: Candidate) -> Iterator[Problem]:
    """The expiry, if any, is later than the time of publication."""
    article, at = candidate.article, candidate.at
    if has_expired(article.expires_at, at):
        yield EXPIRED_ALREADY


def clock_is_right(candidate: Candidate) -> Iterator[Problem]:
    """The first publication is not before the article was created, as the database demands too (law 3)."""
    article, at = candidate.article, candidate.at
    if article.first_published_at is None and at < article.created_at:
        now, begun = (date_format(timezone.localtime(instant), "Y-m-d H:i:s") for instant in (at, article.created_at))
        yield CLOCK_IS_BEHIND.filled(now=now, begun=begun)


TEXT_CHECKS = (body_is_there, pictures_are_there, places_are_filled, embargo_is_over, expiry_is_ahead, clock_is_right)
