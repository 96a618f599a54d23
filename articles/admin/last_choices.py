"""What the form of a new article is filled in with beforehand: what this person chose for their last one."""

from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from ..duty_assignments import permissions
from ..models import Article, Credit, Section
from ..persons import creditable_people


class LastChoices(NamedTuple):
    """Initial values of a new article's form, and of its credits in the order that readers see."""

    fields: dict[str, Any]
    credits: list[dict[str, Any]]


def last_choices(user: User) -> LastChoices:
    """Return section, source and credits of the newest article that the user began, in a section they still write in.

    Of the credits, those of the user and of the responsible editor (责任编辑): the other writers and photographers
    of the last article are unlikely to work on the next one. If no responsible editor was credited, it is the
    section's usual one: of its newest published article. Reprints are left out: their source is not the next article's.
    Returns nothing if there is no other.
    """
    sections = permissions.sections_with_duty(user, permissions.Duty.WRITE)
    begun = Article.objects.kept().filter(created_by=user, section__in=sections.values("pk"))
    last = begun.exclude(origin=Article.Origin.REPRINT).order_by("-number").only("section", "source").first()
    if last is None:
        return LastChoices({}, [])
    chosen_again = Q(person__user=user) | Q(role=Credit.Role.RESPONSIBLE_EDITOR)
    credits = [dict(row) for row in _creditable(last).filter(chosen_again)]
    if all(row["role"] != Credit.Role.RESPONSIBLE_EDITOR for row in credits):
        credits += _usual_editor(last.section, position=len(credits))
    return LastChoices({"section": last.section_id, "source": last.source_id}, credits)


def _usual_editor(section: Section, *, position: int) -> list[dict[str, Any]]:
    newest = Article.objects.public().filter(listed_in=section).order_by("-ordinal").only("pk").first()
    editors = _creditable(newest).filter(role=Credit.Role.RESPONSIBLE_EDITOR) if newest else ()
    return [{**row, "position": position} for row in editors[:1]]


def _creditable(article: Article) -> QuerySet[Credit, Any]:
    credits = article.credits.filter(person__in=creditable_people().values("pk"))
    return credits.values("role", "person", "position")
