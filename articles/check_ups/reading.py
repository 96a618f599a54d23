"""Reading the next texts of the check-up that was begun first."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from .. import audit
from ..checks.hits import Hit, find_hits, find_hits_of_rows, hits_of_links_and_files
from ..checks.rules import Severity
from ..checks.written_rules import WrittenRules, current_rules
from ..models import Article, CheckRule, CheckUp, CheckUpCount, CheckUpFinding, Edition, SetAside
from ..models.article_queries import ArticleListQuerySet
from ..models.calendar_days import start_of_day
from .result import check_up_result, digest_of_result

TEXTS_PER_BATCH = 500
MOST_FINDINGS = 100_000  # stored as rows; further ones are only counted
MOST_WORDS, MOST_KEYS = 3, 20  # of one finding
State = CheckUpFinding.State


class Place(NamedTuple):
    """What is counted together."""

    rule: str
    severity: str
    section: int
    year: int


@dataclass
class FoundInText:
    """What one rule found in one text."""

    article: Article
    place: Place
    hits: list[Hit]

    @property
    def keys(self) -> list[str]:
        """A key for the words that were found, which does not reveal them."""
        return list(dict.fromkeys(hit.key for hit in self.hits))[:MOST_KEYS]

    def row(self, check_up: CheckUp | None) -> CheckUpFinding:
        """Return the row of the finding; without a check-up, it was found when the text was published."""
        words = " · ".join(dict.fromkeys(hit.words for hit in self.hits[:MOST_WORDS]))
        rule, severity, section, year = self.place
        facts: dict[str, Any] = {
            "check_up": check_up,
            "article": self.article,
            "digest": _edition_of(self.article).digest,
        }
        facts |= {"rule": rule, "severity": severity, "section_id": section, "year": year}
        return CheckUpFinding(**facts, keys=self.keys, words=words[:200], places=len(self.hits))


def continue_check_ups() -> int:
    """Read the next texts of the open check-up that was begun first; return how many, 0 if there is nothing to do.

    The last batch ends it: its result is signed into the audit by its digest. Takes no lock if none is open.
    """
    still_open = CheckUp.objects.filter(is_done=False, is_stopped=False).order_by("begun_at", "pk")
    return _read_next_texts(still_open) if still_open.exists() else 0


@transaction.atomic
def _read_next_texts(still_open: QuerySet[CheckUp]) -> int:
    check_up = still_open.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if check_up is None:
        return 0
    among = _texts_of(check_up)
    if check_up.texts is None:
        check_up.texts = among.with_live_edition().count()
    articles = check_up.next_texts(among, TEXTS_PER_BATCH)
    rules, names = _rules_of(check_up)
    found = list(_read_texts(articles, rules, names))
    _count_finds(check_up, found)
    _keep_findings(check_up, articles, found, names)
    check_up.read += len(articles)
    check_up.program, check_up.rules_of = settings.VERSION, rules.version
    if articles:
        check_up.reached_number = articles[-1].number
        check_up.reached_at = articles[-1].first_published_at or check_up.reached_at
    if len(articles) < TEXTS_PER_BATCH:
        _end(check_up)
    check_up.save()
    return len(articles)


def _texts_of(check_up: CheckUp) -> ArticleListQuerySet:
    rows: ArticleListQuerySet = Article.objects.all()
    if check_up.section:
        rows = rows.filter(listed_in__in=[section.pk for section in check_up.section.with_all_below()])
    if check_up.year:
        first, last = (start_of_day(timezone.localdate().replace(check_up.year + n, 1, 1)) for n in (0, 1))
        rows = rows.filter(first_published_at__gte=first, first_published_at__lt=last)
    return rows


def _rules_of(check_up: CheckUp) -> tuple[WrittenRules, frozenset[str] | None]:
    """Return the rules to read with, and the names of those whose finds count; None for all."""
    if check_up.by_id:
        return current_rules(), None
    only = check_up.only.filter(state=CheckRule.State.LIVE).prefetch_related("sections")
    rules = WrittenRules(only, current_rules().version)
    return rules, frozenset(written.rule.name for written in rules.rules)


def _read_texts(articles: list[Article], rules: WrittenRules, names: frozenset[str] | None) -> Iterator[FoundInText]:
    settled = set(SetAside.objects.filter(article__in=articles).values_list("article", "key"))
    for article in articles:
        edition = _edition_of(article)
        content = edition.revision.content
        if names is None:
            hits = find_hits(content, rules, at=edition.published_at) + hits_of_links_and_files(content)
        else:
            hits = find_hits_of_rows(content, rules, at=edition.published_at)
        yield from finds_by_rule(article, [hit for hit in hits if (article.pk, hit.key) not in settled])


def finds_by_rule(article: Article, hits: list[Hit]) -> list[FoundInText]:
    """Return these hits in the text that readers see of the article, by their rules."""
    if not hits:
        return []
    section, year = _edition_of(article).section_id, timezone.localtime(article.first_published_at).year
    by_rule: dict[Place, list[Hit]] = {}
    for hit in hits:
        by_rule.setdefault(Place(hit.rule.name, str(hit.rule.severity), section, year), []).append(hit)
    return [FoundInText(article, place, found) for place, found in by_rule.items()]


def _edition_of(article: Article) -> Edition:
    """Return the edition that readers see; only texts that have one are read."""
    if article.live is None:
        raise ValueError(f"article {article.number} is not public")
    return article.live


def _count_finds(check_up: CheckUp, found: list[FoundInText]) -> None:
    texts = Counter(each.place for each in found)
    places = Counter[Place]()
    for each in found:
        places[each.place] += len(each.hits)
    names, sections, years = ({place[n] for place in texts} for n in (0, 2, 3))
    rows = CheckUpCount.objects.filter(check_up=check_up, rule__in=names, section__in=sections, year__in=years)
    known = {Place(row.rule, row.severity, row.section_id, row.year): row for row in rows}
    added = []
    for place, count in texts.items():
        row = known.get(place)
        if row is None:
            rule, severity, section, year = place
            row = CheckUpCount(check_up=check_up, rule=rule, severity=severity, section_id=section, year=year)
            added.append(row)
        row.texts += count
        row.places += places[place]
    CheckUpCount.objects.bulk_create(added, 500)
    CheckUpCount.objects.bulk_update([known[place] for place in texts if place in known], ["texts", "places"], 100)


def _keep_findings(
    check_up: CheckUp, articles: list[Article], found: Iterable[FoundInText], names: frozenset[str] | None
) -> None:
    """Keep blocking hits and warnings; earlier findings in these texts are replaced, ignored ones stay ignored."""
    earlier = CheckUpFinding.objects.filter(article__in=articles).exclude(check_up=check_up)
    if names is not None:
        earlier = earlier.filter(rule__in=names)
    rows = [each.row(check_up) for each in found if each.place.severity != Severity.INFO]
    keep_ignored(rows, earlier)
    earlier.filter(state=State.OPEN).update(state=State.SETTLED, settled_at=timezone.now())
    kept = rows[: max(MOST_FINDINGS - check_up.kept, 0)]
    CheckUpFinding.objects.bulk_create(kept, 200)
    check_up.kept += len(kept)


def keep_ignored(rows: Iterable[CheckUpFinding], earlier: QuerySet[CheckUpFinding]) -> None:
    """Let these rows, which are not stored yet, be ignored if somebody ignored an earlier finding of the same words."""
    ignored = {(row.article_id, row.rule, *row.keys): row for row in earlier.filter(state=State.IGNORED)}
    for row in rows:
        before = ignored.get((row.article_id, row.rule, *row.keys))
        if before:
            row.state, row.reason, row.by_id, row.settled_at = (
                State.IGNORED,
                before.reason,
                before.by_id,
                before.settled_at,
            )


def _end(check_up: CheckUp) -> None:
    check_up.is_done, check_up.ended_at = True, timezone.now()
    check_up.digest = digest_of_result(check_up_result(check_up))
    audit.record_entry("checkup.finished", check_up, by=check_up.by, count=check_up.read, sha256=check_up.digest)
