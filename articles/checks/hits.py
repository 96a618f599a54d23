"""What the rules find in a text, and the check that hits are set aside by a reader before publication."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from ..models import Article, AttachmentText, Revision, SetAside, SignOff
from ..refusals import Problem
from .credits import find_wrong_credits
from .dates import find_wrong_dates
from .figures import find_wrong_figures
from .files import NOT_READ, READ_IN_PART, FileFind, find_in_file
from .hit import FIELDS_IN_ORDER, WEIGHT_ORDER, Hit, hit_in_source, hit_of, key_of
from .links import find_wrong_links
from .outside import SENT_FIELDS, outside_findings, outside_matches
from .personal_data import find_personal_data
from .plain_text import PlainText, fields_of_content
from .punctuation import find_wrong_marks
from .regions import find_wrong_regions
from .rules import Severity
from .similar import find_similar
from .structure import find_wrong_structure
from .typed_characters import find_wrong_characters
from .written_rules import RulesVersion, WrittenRules, current_rules, current_version, rules_at

FINDERS = (find_personal_data, find_wrong_dates, find_wrong_figures, find_wrong_regions)
WRITTEN_FINDERS = (find_wrong_marks, find_wrong_characters)  # how something is typed
CONTENT_FINDERS = (find_wrong_structure, find_wrong_credits)  # how the text is built


@dataclass(frozen=True)
class Candidate:
    """The newest revision of an article, which would be published `at` this instant, and what is looked up of it once.

    Checks and publishing share it while the article is locked.
    """

    article: Article
    at: datetime

    @cached_property
    def looked_up(self) -> list[Hit]:
        """What is known besides the rules: of links and attachments, and from the outside checker."""
        revision = self.article.newest
        return [*hits_of_links_and_files(revision.content), *_found_outside(revision)]

    @cached_property
    def set_aside(self) -> dict[str, str]:
        """The severity of what was set aside in the article, by its key."""
        return dict(SetAside.objects.filter(article=self.article).values_list("key", "severity"))

    def not_set_aside(self, found: list[Hit]) -> list[Hit]:
        """Return the hits not set aside in the article; those that block count until a reader sets them aside."""
        return [hit for hit in found if not _is_settled(hit, self.set_aside.get(hit.key))]


def find_hits(content: Mapping[str, Any], rules: WrittenRules, *, at: datetime) -> list[Hit]:
    """Return what all rules, Newsroom's and these, find in a revision's content, field by field, in reading order.

    Asks no database. `at` is when it is or would be published: days without a year are the nearest to it, rules are
    valid on some days.
    """
    day = timezone.localtime(at).date()
    hits = []
    whole = [match for finder in CONTENT_FINDERS for match in finder(content)]
    for name, plain, written in fields_of_content(content):
        found = _hits_in_field(name, plain, written, rules, day, content.get("section")) if plain.source else []
        if name == "body":
            found += [hit_of(match, name, plain) for match in rules.roster.find_posts_alone(plain.text, day)]
        found += [hit_in_source(match, plain.source) for match in whole if match.field == name]
        hits += sorted(found, key=lambda hit: hit.start)
    return hits


def find_hits_of_rows(content: Mapping[str, Any], rules: WrittenRules, *, at: datetime) -> list[Hit]:
    """Return what these rules of the newsroom alone find in a revision's content, published at this instant."""
    day, section = timezone.localtime(at).date(), content.get("section")
    return [
        hit_of(match, name, plain)
        for name, plain, _written in fields_of_content(content)
        if plain.source
        for match in rules.find_matches(plain.text, day, section)
    ]


def _hits_in_field(
    name: str, plain: PlainText, written: PlainText, rules: WrittenRules, day: date, section: int | None
) -> list[Hit]:
    found = [
        hit_of(match, name, text)
        for finders, text in ((FINDERS, plain), (WRITTEN_FINDERS, written))
        for finder in finders
        for match in finder(text.text, day)
    ]
    found += [hit_of(match, name, plain) for match in rules.find_matches(plain.text, day, section)]
    return found + [hit_of(match, name, plain) for match in rules.roster.find_matches(plain.text, day)]


def hits_of_links_and_files(content: Mapping[str, Any]) -> list[Hit]:
    """Return what the last checks found about a revision's links, and in the texts of its attachments."""
    links = [hit_in_source(match, content["body"]) for match in find_wrong_links(content)]
    return [*links, *_hits_in_files(content)]


def nothing_to_set_aside(candidate: Candidate) -> Iterator[Problem]:
    """Everything that must be set aside has been."""
    yield from (hit.problem for hit in open_hits(candidate))


def open_hits(candidate: Candidate) -> list[Hit]:
    """The hits of the newest revision that block its publication and have not been set aside."""
    if candidate.article.latest is None:
        return []
    return candidate.not_set_aside(_of_severity(_found_in(candidate), Severity.BLOCK))


def hits_to_show(article: Article) -> list[Hit]:
    """The open hits of the newest revision, then the noticed ones, then what may well be right, for its readers."""
    found = not_set_aside(article, _hits_of_newest(article))
    return [hit for severity in WEIGHT_ORDER for hit in _of_severity(found, severity)]


def hits_with_key(article: Article, key: str) -> list[Hit]:
    """Return the hits of the newest revision, if it were published now, that have this key."""
    return [hit for hit in _with_similar_texts(article, timezone.now()) if hit.key == key]


class MachineRecord(NamedTuple):
    """What a sign-off stores about the machine's reading (`facts`), and the hits that its reader should check."""

    facts: dict[str, Any]
    noticed: list[Hit]


def machine_record(article: Article) -> MachineRecord:
    """Return what a sign-off stores about the newest revision: which rules read it, how much they found, what was
    noticed.

    `program` is the version of Newsroom, whose rules are code; `rules` how many of the newsroom were in use, and
    `rules_of` the instant of their newest change (ISO 8601; '' without rules); `roster` and `roster_of` likewise.
    `set_aside` are those that would block, `ignored` the others that somebody set aside; `noticed` are the keys of the
    noticed hits.
    """
    found, written = _hits_of_newest(article), current_rules()
    weights = Counter(str(hit.rule.severity) for hit in found)
    still_open = not_set_aside(article, found)
    aside = weights - Counter(str(hit.rule.severity) for hit in still_open)
    noticed = _of_severity(still_open, Severity.WARN)
    facts = {
        "program": settings.VERSION,
        "rules": len(written.rules),
        "rules_of": written.version.isoformat() if written.version else "",
        "roster": written.roster.size,
        "roster_of": written.roster.version.isoformat() if written.roster.version else "",
        "found": {severity.value: weights[severity] for severity in Severity},
        "set_aside": aside[Severity.BLOCK],
        "ignored": aside[Severity.WARN] + aside[Severity.INFO],
        "noticed": sorted({hit.key for hit in noticed}),
    }
    return MachineRecord(facts, noticed)


def unseen_hits(candidate: Candidate, sign_off: SignOff) -> list[Hit]:
    """What weighs in the newest revision and was not found yet when it was signed: rules have changed since.

    Everything that weighs, if the sign-off does not record the findings.
    """
    seen = sign_off.checked.get("noticed", ())
    found = [hit for hit in _found_in(candidate) if hit.rule.severity != Severity.INFO and hit.key not in seen]
    return candidate.not_set_aside(found)


def not_set_aside(article: Article, found: list[Hit]) -> list[Hit]:
    """Return the hits not set aside in this article, for callers without a candidate."""
    return Candidate(article, timezone.now()).not_set_aside(found)


def _hits_of_newest(article: Article) -> list[Hit]:
    return _with_similar_texts(article, article.scheduled_for or timezone.now())


def _found_in(candidate: Candidate) -> list[Hit]:
    """What the rules find in the newest revision; computed once for each text, version of the rules, and day.

    The version is read each time: a rule may have come into use since the candidate was checked.
    """
    revision, day = candidate.article.newest, timezone.localdate(candidate.at)
    found = _found_once(_Reading(revision.digest, current_version(), day, revision.content, candidate.at))
    return sorted([*found, *candidate.looked_up], key=_reading_order)


def _with_similar_texts(article: Article, at: datetime) -> list[Hit]:
    """What is found in the newest revision, and the public texts that it is like, which block nothing."""
    similar = [hit_in_source(match, "") for match in find_similar(article, at)]
    return sorted([*_found_in(Candidate(article, at)), *similar], key=_reading_order)


def _hits_in_files(content: Mapping[str, Any]) -> list[Hit]:
    """What is found in the text of the attachments. One query, if there are any; one more for each that is new here."""
    names = {attachment["file"]: attachment["name"] for attachment in content["attachments"]}
    if not names:
        return []
    rows = AttachmentText.objects.filter(attachment__file__in=names)
    read = dict(rows.values_list("attachment__file", "read_at"))
    return [hit for file, name in names.items() if file in read for hit in _hits_in_file(file, name, read[file])]


@lru_cache(maxsize=128)
def _hits_in_file(file: str, name: str, read_at: datetime) -> tuple[Hit, ...]:
    text = AttachmentText.objects.filter(attachment__file=file, read_at=read_at).first()
    if text is None:
        return ()
    finds = find_in_file(text.pieces)
    untold = {"none": NOT_READ, "part": READ_IN_PART}.get(text.state)
    if untold:
        finds.append(FileFind(untold, name, 1, file, ()))
    return tuple(_hit_in_file(find, file, name) for find in finds)


def _hit_in_file(find: FileFind, file: str, name: str) -> Hit:
    return Hit(find.rule, "file", 0, 0, find.shown, "", key_of(find.rule, f"{file} {find.words}"), file=name, find=find)


def _found_outside(revision: Revision) -> list[Hit]:
    """What the outside checker found in the text, if one is set up and has answered."""
    findings = outside_findings(revision.digest)
    texts = {name: plain for name, plain, _written in fields_of_content(revision.content)} if findings else {}
    named = [(name, texts[name]) for name in SENT_FIELDS if name in texts]
    return [hit_of(match, name, plain) for name, plain in named for match in outside_matches(findings, name, plain)]


def _reading_order(hit: Hit) -> tuple[int, int]:
    # Places are compared in the body alone: of the other fields there may be several.
    return FIELDS_IN_ORDER.index(hit.field), hit.start if hit.field == "body" else 0


@dataclass(frozen=True)
class _Reading:
    """A text to be read; what follows from the first three is not compared."""

    digest: str
    rules: RulesVersion
    day: date
    content: Mapping[str, Any] = field(compare=False)
    at: datetime = field(compare=False)


@lru_cache(maxsize=128)
def _found_once(reading: _Reading) -> tuple[Hit, ...]:
    return tuple(find_hits(reading.content, rules_at(reading.rules), at=reading.at))


def _of_severity(found: list[Hit], severity: Severity) -> list[Hit]:
    return [hit for hit in found if hit.rule.severity == severity]


def _is_settled(hit: Hit, set_aside_as: str | None) -> bool:
    """Return True if it was set aside, and weighed no less then."""
    return set_aside_as is not None and (hit.rule.severity != Severity.BLOCK or set_aside_as == Severity.BLOCK)
