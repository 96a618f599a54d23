"""The review sheet (审稿单): on one page, everything an inspector asks about one article: who read what, when, and what
they changed; who let it out, and on what basis. The same facts as HTML, as PDF and in the evidence pack.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import strip_tags

from .. import comparing, review
from ..models import Article, AuditEntry, Credit, Edition, Section, SignOff
from ..permissions import Duty

# More than any article has; what lies beyond stands in the evidence pack.
MOST_DECISIONS, MOST_EDITIONS, MOST_ACTS = 200, 50, 50
# Acts after publication that belong on the sheet, beside the editions.
ACTS = ("article.withdrawn", "article.put_back", "article.scheduled", "article.unscheduled", "article.schedule_failed",
        "article.glass_broken", "article.published_before_readings")  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """One line of the trail: the decision, its reading's name, what its reader had corrected, whether it counts."""

    row: SignOff
    reading: str
    role: str
    changes: list[comparing.Change]
    counts: bool


@dataclass(frozen=True)
class Sheet:
    """One article's review as the inspector reads it."""

    article: Article
    content: dict[str, Any]
    section: str
    credits: list[tuple[str, list[str]]]
    characters: int
    readings: list[Decision]
    trail: list[Decision]
    editions: list[Edition]
    acts: list[AuditEntry]


def sheet_of(article: Article) -> Sheet:
    """The sheet of an article as it stands: of the text in review, or of the newest edition where none is."""
    editions = list(article.editions.select_related("published_by__person", "sign_off")[:MOST_EDITIONS])
    head = article.signed or next((edition.sign_off for edition in editions if edition.sign_off), None)
    chain = {link.pk for link in head.chain()} if head else set()
    rows = article.sign_offs.select_related("revision", "handed_to__person").order_by("-pk")[:MOST_DECISIONS]
    trail = list(_trail(list(rows)[::-1], chain))
    content = article.newest.content if article.stage or not editions else editions[0].revision.content
    roles = dict.fromkeys(credit["role"] for credit in content["credits"])
    acts = AuditEntry.objects.filter(object_type="article", object_id=str(article.pk), action__in=ACTS)
    return Sheet(
        article=article,
        content=content,
        section=Section.objects.values_list("name", flat=True).get(pk=content["section"]),
        credits=[
            (str(Credit.Role(role).label), [c["name"] for c in content["credits"] if c["role"] == role])
            for role in roles
        ],
        characters=len("".join(strip_tags(content["body"]).split())),
        readings=[decision for decision in trail if decision.counts],
        trail=trail,
        editions=editions,
        acts=list(acts.order_by("pk")[:MOST_ACTS]),
    )


def articles_between(start: datetime, end: datetime) -> Any:
    """The articles of which an edition was published from `start` up to, not including, `end`; by number."""
    published = Edition.objects.filter(published_at__gte=start, published_at__lt=end)
    return Article.objects.filter(pk__in=published.values("article")).order_by("number")


def _trail(rows: list[SignOff], chain: set[int]) -> Iterator[Decision]:
    before: SignOff | None = None
    for row in rows:
        changes = []
        if before and row.decision == SignOff.Decision.PASS and before.digest != row.digest:
            changes = comparing.compare(before.revision.content, row.revision.content)
        yield Decision(
            row=row,
            reading=review.stage_name(row.stage, row.stages) if row.stage else "",
            role=str(Duty(row.role).label),
            changes=changes,
            counts=row.pk in chain,
        )
        before = row
