"""Rules about where a text comes from and who answers for it (《互联网新闻信息服务管理规定》 article 15)."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from ..models import Article, Credit, Source
from .problem import Problem


def source_is_named(article: Article, at: datetime) -> Iterator[Problem]:
    if article.source is None:
        yield Problem(
            "provenance.source", _("The source is missing."), _("Choose where the story comes from."), "source"
        )


def source_is_not_frozen(article: Article, at: datetime) -> Iterator[Problem]:
    if article.source and article.source.standing == Source.Standing.FROZEN:
        yield Problem(
            "provenance.source_frozen",
            _("The source “%(source)s” is frozen.") % {"source": article.source},
            _("Choose another source, or have its standing changed."),
            "source",
        )


def responsible_editor_is_named(article: Article, at: datetime) -> Iterator[Problem]:
    if not article.credits.filter(role=Credit.Role.RESPONSIBLE_EDITOR).exists():
        yield Problem(
            "provenance.responsible_editor",
            _("Nobody is named as responsible editor."),
            _("Add a credit with the role “responsible editor”."),
            "credits",
        )


def reprint_names_its_original(article: Article, at: datetime) -> Iterator[Problem]:
    """A reprint notes the original title and author and where it stood, so that it can be traced back."""
    if article.origin != Article.Origin.REPRINT:
        return
    for field in ("original_title", "original_author", "original_url"):
        if not getattr(article, field):
            label = str(getattr(Article._meta.get_field(field), "verbose_name", field))
            yield Problem(
                f"provenance.{field}",
                _("A reprint needs its %(field)s.") % {"field": label},
                _("Fill in “%(field)s”.") % {"field": label},
                field,
            )


def reprint_source_is_listed(article: Article, at: datetime) -> Iterator[Problem]:
    if article.origin != Article.Origin.REPRINT or article.source is None:
        return
    if article.source.standing not in (Source.Standing.LISTED, Source.Standing.OWN, Source.Standing.FROZEN):
        yield Problem(
            "provenance.source_not_listed",
            _("“%(source)s” is not on the list of sources that may be reprinted.") % {"source": article.source},
            _("Choose a listed source, or have the source's standing checked and changed."),
            "source",
        )


CHECKS = (
    source_is_named,
    source_is_not_frozen,
    responsible_editor_is_named,
    reprint_names_its_original,
    reprint_source_is_listed,
)
