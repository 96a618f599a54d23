"""Checks of the source and the responsible editor (《互联网新闻信息服务管理规定》 article 15)."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Article, Credit, ReprintRight, Source
from ..refusals import Problem
from .hits import Candidate

SOURCE_IS_MISSING = Problem(
    "provenance.source", _("The source is missing."), _("Choose where the story comes from."), "source"
)
SOURCE_IS_FROZEN = Problem(
    "provenance.source_frozen",
    _("The source “%(source)s” is frozen."),
    _("Choose another source, or have its state changed."),
    "source",
)
_ALLOW_IT = _("Choose a listed source, or have the chief editor allow it with a reason where the text is read.")
SOURCE_IS_NOT_LISTED = Problem(
    "provenance.source_not_listed",
    _("“%(source)s” is not on the list of sources that may be reprinted."),
    _ALLOW_IT,
    "source",
)
LISTING_IS_NOT_VALID = Problem(
    "provenance.source_listing_not_valid",
    _("“%(source)s” is not on the list of sources that may be reprinted on %(day)s; it is from %(start)s to %(end)s."),
    _ALLOW_IT,
    "source",
)
RIGHT_IS_UNKNOWN = Problem(
    "provenance.right_unknown",
    _("The right to reprint this is not recorded."),
    _("Record it on the page of the original."),
)
RIGHT_HAS_ENDED = Problem(
    "provenance.right_ended",
    _("The right to reprint this ends on %(end)s."),
    _("Have it renewed, or withdraw the article in time."),
)
MAY_BE_ALLOWED = frozenset({SOURCE_IS_NOT_LISTED.id, LISTING_IS_NOT_VALID.id})
NO_RESPONSIBLE_EDITOR = Problem(
    "provenance.responsible_editor",
    _("Nobody is named as responsible editor."),
    _("Add a credit with the role “responsible editor”."),
    "credits",
)
# By field: what a reprint must state about its original.
ORIGINAL_IS_UNKNOWN = {
    field: Problem(f"provenance.{field}", _("A reprint needs its %(field)s."), _("Fill in “%(field)s”."), field)
    for field in ("original_title", "original_author", "original_url", "original_published_on")
}


def source_is_named(candidate: Candidate) -> Iterator[Problem]:
    """The article has a source."""
    article = candidate.article
    if article.source is None:
        yield SOURCE_IS_MISSING


def source_is_not_frozen(candidate: Candidate) -> Iterator[Problem]:
    """The source is not frozen."""
    article = candidate.article
    if article.source and article.source.standing == Source.Standing.FROZEN:
        yield SOURCE_IS_FROZEN.filled(source=article.source)


def responsible_editor_is_named(candidate: Candidate) -> Iterator[Problem]:
    """A responsible editor (责任编辑) is credited."""
    article = candidate.article
    credits = article.latest.content["credits"] if article.latest else ()
    if all(credit["role"] != Credit.Role.RESPONSIBLE_EDITOR for credit in credits):
        yield NO_RESPONSIBLE_EDITOR


def reprint_names_its_original(candidate: Candidate) -> Iterator[Problem]:
    """A reprint gives the title, author, address and day of the original, so that it can be traced."""
    article = candidate.article
    if article.origin != Article.Origin.REPRINT:
        return
    for field, problem in ORIGINAL_IS_UNKNOWN.items():
        if not getattr(article, field):
            yield problem.filled(field=getattr(Article._meta.get_field(field), "verbose_name", field))


def reprint_source_is_listed(candidate: Candidate) -> Iterator[Problem]:
    """The source of a reprint is on the list of sources that may be reprinted then, or the chief editor allowed it."""
    article = candidate.article
    problem = listing_problem(article, candidate.at)
    if problem and listing_key(article) not in candidate.set_aside:
        yield problem


def listing_problem(article: Article, at: datetime) -> Problem | None:
    """Return why the source of a reprint may not be reprinted without somebody who answers for it; None if it may.

    A frozen source cannot be allowed by anybody.
    """
    source, day = article.source, timezone.localdate(at)
    if article.origin != Article.Origin.REPRINT or source is None or source.is_listed_on(day):
        return None
    if source.standing == Source.Standing.FROZEN:
        return None
    if source.standing != Source.Standing.LISTED:
        return SOURCE_IS_NOT_LISTED.filled(source=source)
    start, end = source.valid_from or "…", source.valid_until or "…"
    return LISTING_IS_NOT_VALID.filled(source=source, day=day, start=start, end=end)


def right_problem(article: Article, at: datetime) -> Problem | None:
    """Return problems with the right to a reprint at this instant; none of them prevents publishing."""
    if article.origin != Article.Origin.REPRINT:
        return None
    right = ReprintRight.objects.filter(article=article).first()
    if right is None:
        return RIGHT_IS_UNKNOWN
    if right.until and right.until < timezone.localdate(at):
        return RIGHT_HAS_ENDED.filled(end=right.until)
    return None


def listing_key(article: Article) -> str:
    """The key of the article's source among what was set aside; it does not cover another source."""
    return f"source {article.source_id}"


PROVENANCE_CHECKS = (
    source_is_named,
    source_is_not_frozen,
    responsible_editor_is_named,
    reprint_names_its_original,
    reprint_source_is_listed,
)
