"""What the machine finds in a text that is being typed, with the places where the writing screen shows it.

Nothing is stored. It is the reading of `checks.hits`, on what saving would make of what is typed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import editing, unsaved_texts
from .checks import hits
from .checks.hit import WEIGHT_ORDER
from .checks.seen import PlacedHit, place_hits
from .checks.written_rules import current_rules
from .models import Article, Credit, Person
from .models.ai_use import AiUse
from .refusals import Problem, Refusal

MOST_CHARACTERS = 120_000  # of HTML; a second is too long for what runs whenever a writer pauses
MOST_HITS = 200  # that are shown; the others are counted
MOST_CREDITS = 100

TOO_LONG = Problem(
    "typed_text.too_long",
    _("The text is too long to be read while it is typed: it has more than %(most)s characters of HTML."),
    _("Save it; the reading page has what the machine finds."),
)


class CannotReadTyped(Refusal):
    """Raised for a text that is too long to be read while it is typed."""


@dataclass(frozen=True)
class TypedReading:
    """The first MOST_HITS hits by weight, then in reading order, and how many there are. `content` is what was read."""

    hits: list[PlacedHit]
    count: int
    content: Mapping[str, Any]


def read_typed_text(
    fields: Mapping[str, str], *, by: User, article: Article | None, credits: Iterable[tuple[str, int]] = ()
) -> TypedReading:
    """Read the texts of the form of an article (None: of a new one), with its credits as (role, key of the person).

    `fields` are texts by name, `section` and `origin` as the form has them. Raises PermissionDenied unless `by` may
    edit the article, CannotReadTyped, and BodyTooLong.
    """
    unsaved_texts.require_editing(by, article)
    if sum(map(len, fields.values())) > MOST_CHARACTERS:
        raise CannotReadTyped(TOO_LONG.filled(most=f"{MOST_CHARACTERS:,}"))
    content = _content_of(fields, list(credits)[:MOST_CREDITS])
    at = (article.scheduled_for if article else None) or timezone.now()
    found = hits.find_hits(content, current_rules(), at=at)
    found = hits.not_set_aside(article, found) if article else found
    first = sorted(found, key=lambda hit: WEIGHT_ORDER.index(hit.rule.severity))[:MOST_HITS]
    return TypedReading(place_hits(first, content), len(found), content)


def _content_of(fields: Mapping[str, str], credits: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Return the content of the revision that saving these fields would make."""
    section = fields.get("section", "")
    key = int(section) if section.isascii() and section.isdigit() and len(section) < 10 else None
    facts: dict[str, Any] = {name: fields.get(name, "") for name in (*editing.PLAIN_FIELDS, "body", "origin")}
    facts["ai_use"] = fields.get("ai_use") if fields.get("ai_use") in AiUse.values else ""
    article = Article(**{**facts, "section_id": key})
    editing.sanitise_texts(article)
    people = Person.objects.in_bulk([key for _role, key in credits])
    named = [Credit(role=role, person=people[key]) for role, key in credits if key in people]
    return editing.revision_content(article, named)
