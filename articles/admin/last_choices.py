"""What the form of a new article is filled in with beforehand: what this person chose for their last one."""

from typing import Any, NamedTuple

from django.contrib.auth.models import User

from ..duty_assignments import permissions
from ..models import Article
from ..persons import creditable_people


class LastChoices(NamedTuple):
    """Initial values of a new article's form, and of its credits in the order that readers see."""

    fields: dict[str, Any]
    credits: list[dict[str, Any]]


def last_choices(user: User) -> LastChoices:
    """Return section, source and credits of the newest article that the user began, in a section they still write in.

    Reprints are left out: their source is not the next article's. Nothing is returned if there is no other.
    """
    sections = permissions.sections_with_duty(user, permissions.Duty.WRITE)
    begun = Article.objects.kept().filter(created_by=user, section__in=sections.values("pk"))
    last = begun.exclude(origin=Article.Origin.REPRINT).order_by("-number").only("section", "source").first()
    if last is None:
        return LastChoices({}, [])
    credits = last.credits.filter(person__in=creditable_people().values("pk")).values("role", "person", "position")
    return LastChoices({"section": last.section_id, "source": last.source_id}, [dict(row) for row in credits])
