"""The review sheet (审稿单): everything an inspector asks about one article, on one page.

Who read which text when and what they changed; who published it, and on what basis. The same data is shown as HTML, as
PDF and in the evidence pack.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from .. import audit, checkpoints, comparing, merkle_log, password_resets, review, second_factor
from ..duty_assignments.permissions import READINGS
from ..marked_copies import MarkedCopy, marked_copy
from ..models import Article, AuditEntry, Credit, Edition, FactorReset, Section, SignOff
from ..models.ai_use import declared_ai_use
from .machine_reading import machine_sentence
from .read_in_change_sets import read_in_set_sentence
from .resets import factor_reset_sentence, password_reset_sentence

# More than articles usually have. The sheet says if there are more; the evidence pack has them all.
MOST_DECISIONS, MOST_EDITIONS, MOST_ACTS = 200, 50, 50
# Audit actions listed with the editions. Publishing itself is shown as an edition.
SHEET_ACTIONS = [
    f"article.{act}"
    for act in (
        "hit_set_aside",
        "source_allowed",
        "withdrawn",
        "put_back",
        "scheduled",
        "unscheduled",
        "schedule_failed",
    )
]
TextPair = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True)
class SheetDecision:
    """One decision: its reading's name, where it sent the article (`destination`), and what its reader corrected.

    `corrected` says in one sentence how much that was, and after which reading; `reset`, that the reader's password had
    been reset shortly before, by whom and when; `factor_reset` the same for the reader's second factor;
    `machine` what the machine had read; `in_set` that it was read as part of a change set.
    """

    row: SignOff
    reading: str
    role: str
    destination: str
    changes: list[comparing.ContentChange]
    corrected: str
    reset: str
    factor_reset: str
    machine: str
    in_set: str


@dataclass(frozen=True)
class ReviewRound:
    """The readings of an edition, or of the text in review (None). `late`: read after publication.

    `copy`: what its readers changed since it was submitted (花脸稿); None if they changed nothing.
    """

    edition: Edition | None
    readings: list[SheetDecision]
    late: bool
    copy: MarkedCopy | None


@dataclass(frozen=True)
class SheetPublication:
    """An edition and the name of its publisher."""

    edition: Edition
    by: str


@dataclass(frozen=True)
class SheetEntry:
    """An audit entry, in words; `why` is the reason, or the time it was scheduled for."""

    at: datetime
    what: str
    by: str
    why: str


@dataclass(frozen=True)
class ReviewSheet:
    """The content of a review sheet. `shortened`: there are more decisions or editions than it shows.

    `log_code`: what the QR code of the public log's state says; "" without a key.
    """

    article: Article
    content: dict[str, Any]
    facts: list[tuple[str, str]]
    rounds: list[ReviewRound]
    publications: list[SheetPublication]
    acts: list[SheetEntry]
    trail: list[SheetDecision]
    shortened: bool
    log_code: str

    @property
    def log_code_image(self) -> str:
        """The drawn code as a data: address; "" if there is none."""
        return checkpoints.code_as_data(self.log_code) if self.log_code else ""


def review_sheet(article: Article) -> ReviewSheet:
    """Collect the review sheet of an article.

    The facts are those of the text in review, or else of the newest edition; the readings are those of every edition
    and of the text in review.
    """
    editions = list(article.editions.select_related("published_by__person")[:MOST_EDITIONS])
    rows = list(
        article.sign_offs.select_related("revision", "handed_to__person")
        .defer("revision__content")
        .order_by("-pk")[:MOST_DECISIONS]
    )[::-1]
    corrections = _corrections_by_decision(article, rows)
    readings = [row for row in rows if row.role in READINGS]
    resets = password_resets.resets_of([row.person_id for row in readings])
    factor_resets = second_factor.resets_before_readings(readings)
    trail = [
        _sheet_decision(row, corrections.get(row.pk, []), resets.get(row.person_id, []), factor_resets.get(row.pk))
        for row in rows
    ]
    content = article.newest.content if article.stage or not editions else editions[0].revision.content
    note = checkpoints.note_of_now()
    acts = AuditEntry.objects.filter(object_type="article", object_id=str(article.pk), action__in=SHEET_ACTIONS)
    return ReviewSheet(
        article=article,
        content=content,
        facts=[*_sheet_facts(article, content), *_log_facts(note)],
        rounds=list(_review_rounds(article, editions[::-1], trail)),
        publications=[SheetPublication(edition, audit.account_name(edition.published_by)) for edition in editions],
        acts=[_sheet_entry(entry) for entry in acts.order_by("pk")[:MOST_ACTS]],
        trail=trail,
        shortened=len(rows) == MOST_DECISIONS or len(editions) == MOST_EDITIONS,
        log_code=checkpoints.paper_address(note) if note else "",
    )


def articles_between(start: datetime, end: datetime) -> QuerySet[Article]:
    """The articles with an edition published from `start` (inclusive) to `end` (exclusive), by number."""
    published = Edition.objects.filter(published_at__gte=start, published_at__lt=end)
    return Article.objects.filter(pk__in=published.values("article")).order_by("number")


def _sheet_facts(article: Article, content: dict[str, Any]) -> list[tuple[str, str]]:
    roles = dict.fromkeys(credit["role"] for credit in content["credits"])
    names = {role: "、".join(c["name"] for c in content["credits"] if c["role"] == role) for role in roles}
    section = Section.objects.filter(pk=content["section"]).values_list("name", flat=True).first()
    facts = [
        (_("title"), content["title"]),
        (_("number"), str(article.number)),
        (_("section"), section or ""),
        (_("source"), content["source"]["name"] if content["source"] else ""),
        (_("origin"), str(Article.Origin(content["origin"]).label)),
        (_("made or changed with AI"), str(declared_ai_use(content).label) if content.get("ai_use") else ""),
        (_("credits"), "　".join(f"{Credit.Role(role).label}：{names[role]}" for role in roles)),
        (_("characters"), str(len("".join(strip_tags(content["body"]).split())))),
        (_("original title"), content["original_title"]),
        (_("original author"), content["original_author"]),
        (_("original address"), content["original_url"]),
        (_("address"), article.public_url),
        (_("note to readers"), article.note),
    ]
    return [(label, value) for label, value in facts if value]


def _log_facts(note: str) -> Iterator[tuple[str, str]]:
    """The public half of the log's key and what the log commits to, so that a printed sheet is evidence for the log as
    well.
    """
    if note:
        state = merkle_log.parse_checkpoint(note)
        yield _("public key of the log"), str(merkle_log.read_log_keys()[0].verifier)
        yield _("state of the log"), f"{state.origin} {state.size} {state.encoded_root}"


def _sheet_decision(
    row: SignOff, corrections: list[TextPair], resets: list[AuditEntry], factor_reset: FactorReset | None
) -> SheetDecision:
    destination = ""
    if row.decision in (SignOff.Decision.BACK, SignOff.Decision.REREAD):
        to = review.stage_name(row.to_stage, row.stages) if row.to_stage else _("its writers")
        destination = _("back to %(whom)s") % {"whom": to}
    if row.handed_to:
        destination = _("to %(name)s") % {"name": audit.account_name(row.handed_to)}
    return SheetDecision(
        row=row,
        # Submissions and voiding edits are not readings.
        reading=review.stage_name(row.stage, row.stages) if row.role in READINGS else "",
        role=row.role_name,
        destination=destination,
        changes=[change for before, after in corrections for change in comparing.compare_contents(before, after)],
        corrected=_corrected_sentence(row, corrections),
        reset=password_reset_sentence(row, resets),
        factor_reset=factor_reset_sentence(factor_reset),
        machine=machine_sentence(row) if row.decision == SignOff.Decision.PASS else "",
        in_set=read_in_set_sentence(row),
    )


def _corrected_sentence(row: SignOff, corrections: list[TextPair]) -> str:
    """How much the reader changed after which reading; '' if nothing."""
    what = review.described_correction([review.measure_correction(*pair) for pair in corrections])
    if not what:
        return ""
    if row.stage == 1:
        return _("Changed after it was submitted: %(what)s") % {"what": what}
    reading = review.stage_name(row.stage - 1, row.stages)
    return _("Changed after the “%(reading)s”: %(what)s") % {"what": what, "reading": reading}


def _review_rounds(article: Article, editions: list[Edition], trail: list[SheetDecision]) -> Iterator[ReviewRound]:
    decisions = {decision.row.pk: decision for decision in trail}
    finals = {d.row.digest: d.row.pk for d in trail if d.row.is_final}
    for edition in editions:
        # Urgent editions refer to no sign-off; their late readings have the same digest.
        head = edition.sign_off_id or finals.get(edition.digest)
        if head is None or head in decisions:
            yield _review_round(article, edition, _pass_chain(head, decisions), trail)
    if article.signed_id in decisions:
        yield _review_round(article, None, _pass_chain(article.signed_id, decisions), trail)


def _review_round(
    article: Article, edition: Edition | None, readings: list[SheetDecision], trail: list[SheetDecision]
) -> ReviewRound:
    late = bool(edition and readings and not edition.sign_off_id)
    return ReviewRound(edition, readings, late, _copy_of_round(article, readings, trail))


def _copy_of_round(article: Article, readings: list[SheetDecision], trail: list[SheetDecision]) -> MarkedCopy | None:
    """What changed from the text that was submitted to the one that was signed last."""
    if not readings:
        return None
    earlier = [d.row for d in trail if d.row.pk < readings[0].row.pk and d.row.decision == SignOff.Decision.SUBMIT]
    signed = readings[-1].row
    if not earlier or earlier[-1].digest == signed.digest:
        return None
    numbers = (earlier[-1].revision.number, signed.revision.number)
    rows = article.revisions.filter(number__in=numbers).select_related("created_by__person").order_by("number")
    return marked_copy(article, *rows)


def _pass_chain(head: int | None, decisions: dict[int, SheetDecision]) -> list[SheetDecision]:
    """The passes up to `head`, first reading first."""
    links: list[SheetDecision] = []
    while head in decisions:
        links.append(decisions[head])
        head = decisions[head].row.previous_id
    return links[::-1]


def _corrections_by_decision(article: Article, rows: list[SignOff]) -> dict[int, list[TextPair]]:
    """The texts before and after each correction, by the key of the decision of its reader.

    Includes only revisions marked as corrections in that reading, not what the writers changed in the meantime.
    """
    stages = dict(article.revisions.order_by("number").values_list("number", "stage")) if rows else {}
    runs: dict[int, list[tuple[int, int]]] = {}
    came = 0
    for row in rows:
        if row.role in READINGS:
            within = [n for n, stage in stages.items() if came < n <= row.revision.number and stage == row.stage]
            runs[row.pk] = list(comparing.consecutive_runs(within))
        if row.decision in (SignOff.Decision.SUBMIT, SignOff.Decision.PASS):
            came = row.revision.number
    numbers = {number for pairs in runs.values() for pair in pairs for number in pair}
    texts = dict(article.revisions.filter(number__in=numbers).values_list("number", "content"))
    return {key: [(texts[before], texts[after]) for before, after in pairs] for key, pairs in runs.items()}


def _sheet_entry(entry: AuditEntry) -> SheetEntry:
    why = entry.reason
    if entry.action in ("article.scheduled", "article.unscheduled"):
        why = f"{timezone.localtime(datetime.fromisoformat(why)):%Y-%m-%d %H:%M}"
    elif entry.action in ("article.hit_set_aside", "article.source_allowed"):
        why = "：".join(filter(None, (entry.details["words"], why)))
    return SheetEntry(at=entry.at, what=entry.act, by=entry.actor_name, why=why)
