"""The trail of an article (流转): all that moved it, in order, with who, when and why.

Decisions of its writers and readers are sign-offs; what was done with it for readers is in the audit.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .. import comparing, review
from ..models import Article, AuditEntry, SignOff, audit_actions
from .audit_entry import PUBLISHING

MOST_ROWS = 100
SHOWN_ACTS = [f"article.{act}" for act in (*PUBLISHING, "discarded", "taken_from_bin")]


@dataclass(frozen=True)
class TrailDecision:
    """A decision, the name of its reading, what its reader corrected, and whether the text in review or an edition
    was signed with it.
    """

    decision: SignOff
    reading: str
    changes: list[comparing.ContentChange]
    counts: bool

    @property
    def at(self) -> datetime:
        return self.decision.at


@dataclass(frozen=True)
class TrailAct:
    """An act of the audit. `why` is its reason or the note to readers, `planned` when a scheduled text goes out,
    `came_from` the archive or file that a migrated article was imported from.
    """

    entry: AuditEntry
    why: str = ""
    planned: datetime | None = None
    came_from: str = ""
    facts: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.entry.at


def article_trail(article: Article) -> list[TrailDecision | TrailAct]:
    """Return the newest decisions about the article and acts on it, oldest first."""
    entries = AuditEntry.objects.filter(object_type="article", object_id=str(article.pk), action__in=SHOWN_ACTS)
    rows: list[TrailDecision | TrailAct] = [*_decisions_of(article)]
    rows += [_trail_act(entry) for entry in entries[:MOST_ROWS]]
    return sorted(rows, key=lambda row: row.at)[-MOST_ROWS:]


def _trail_act(entry: AuditEntry) -> TrailAct:
    details = entry.details
    if entry.action == "article.migrated":  # its note is where it came from, too
        return TrailAct(entry, came_from=audit_actions.origin_name(details.get("origin", "")))
    why = next((details[key] for key in ("reason", "why", "note") if details.get(key)), "")
    planned = datetime.fromisoformat(details["at"]) if entry.action == "article.scheduled" else None
    return TrailAct(entry, why, planned, facts=entry.facts if entry.action == "article.placed" else [])


def _decisions_of(article: Article) -> list[TrailDecision]:
    """Return the newest decisions about the article, oldest first, each with what its reader corrected."""
    rows = []
    seen: SignOff | None = None
    newest = article.sign_offs.select_related("revision", "handed_to__person").order_by("-pk")[:MOST_ROWS]
    decisions = list(reversed(newest))
    counting = _counting(article, decisions)
    for decision in decisions:
        signs = decision.decision in (SignOff.Decision.PASS, SignOff.Decision.REREAD)
        corrected = signs and seen is not None and seen.digest != decision.digest
        changes = (
            comparing.compare_contents(seen.revision.content, decision.revision.content) if corrected and seen else []
        )
        reading = review.stage_name(decision.stage, decision.stages) if decision.stage else ""
        rows.append(TrailDecision(decision, reading, changes, decision.pk in counting))
        seen = decision
    return rows


def _counting(article: Article, decisions: list[SignOff]) -> set[int]:
    """Return the keys of the sign-offs with which the text in review, or an edition, was signed."""
    previous = {decision.pk: decision.previous_id for decision in decisions}
    counting = set()
    for key in (article.signed_id, *article.editions.values_list("sign_off", flat=True)):
        while key:
            counting.add(key)
            key = previous.get(key)
    return counting
