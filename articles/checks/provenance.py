"""Checks of the source and the responsible editor (《互联网新闻信息服务管理规定》 article 15)."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from ..models import Article, Credit, Source
from ..refusals import Problem

SOURCE_IS_MISSING = Problem(
    "provenance.source", _("The source is missing."), _("Choose where the story comes from."), "source"
)
SOURCE_IS_FROZEN = Problem(
    "provenance.source_frozen",
    _("The source “%(source)s” is frozen."),
    _("Choose another source, or have its standing changed."),
    "source",
)
SOURCE_IS_NOT_LISTED = Problem(
    "provenance.source_not_listed",
    _("“%(source)s” is not on the list of sources that may be reprinted."),
    _("Choose a listed source, or have the source's standing checked and changed."),
    "source",
)
NO_RESPONSIBLE_EDITOR = Problem(
    "provenance.responsible_editor",
    _("Nobody is named as responsible editor."),
    _("Add a credit with the role “responsible editor”."),
    "credits",
)
# By field: what a reprint must state about its original.
ORIGINAL_IS_UNKNOWN = {
    field: Problem(f"provenance.{field}", _("A reprint needs its %(field)s."), _("Fill in “%(field)s”."), field)
    for field in ("original_title", "original_author", "original_url")
}


def source_is_named(article: Article, at: datetime) -> Iterator[Problem]:
    """The article has a source."""
    if article.source is None:
        yield SOURCE_IS_MISSING


def source_is_not_frozen(article: Article, at: datetime) -> Iterator[Problem]:
    """The source is not frozen."""
    if article.source and article.source.standing == Source.Standing.FROZEN:
        yield SOURCE_IS_FROZEN.filled(source=article.source)


def responsible_editor_is_named(article: Article, at: datetime) -> Iterator[Problem]:
    """A responsible editor (责任编辑) is credited."""
    if not article.credits.filter(role=Credit.Role.RESPONSIBLE_EDITOR).exists():
        yield NO_RESPONSIBLE_EDITOR


def reprint_names_its_original(article: Article, at: datetime) -> Iterator[Problem]:
    """A reprint gives the title, author and address of the original, so that it can be traced."""
    if article.origin != Article.Origin.REPRINT:
        return
    for field, problem in ORIGINAL_IS_UNKNOWN.items():
        if not getattr(article, field):
            yield problem.filled(field=getattr(Article._meta.get_field(field), "verbose_name", field))


def reprint_source_is_listed(article: Article, at: datetime) -> Iterator[Problem]:
    """The source of a reprint is on the list of sources that may be reprinted."""
    if article.origin != Article.Origin.REPRINT or article.source is None:
        return
    if article.source.standing not in (Source.Standing.LISTED, Source.Standing.OWN, Source.Standing.FROZEN):
        yield SOURCE_IS_NOT_LISTED.filled(source=article.source)


PROVENANCE_CHECKS = (
    source_is_named,
    source_is_not_frozen,
    responsible_editor_is_named,
    reprint_names_its_original,
    reprint_source_is_listed,
)
