"""Trying rules on what was published in the last year, in batches: `manage.py work` continues them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ..checks.plain_text import fields_of_content, plain_text_of_line
from ..checks.written_rules import WrittenRules
from ..models import Article, CheckRule, CheckTrial

LOOKED_BACK = timedelta(days=366)
MOST_TEXTS = 20_000  # of one trial, newest first
TEXTS_PER_BATCH = 200
MOST_EXAMPLES, MOST_WORDS_PER_EXAMPLE = 50, 3


def begin_trials(rules: Iterable[CheckRule], at: datetime) -> None:
    """Begin the trials of these rules again, together. The caller has locked and moved them."""
    rules = list(rules)
    CheckTrial.objects.filter(rule__in=rules).delete()
    CheckTrial.objects.bulk_create([CheckTrial(rule=rule, begun_at=at, reached_at=at) for rule in rules], 500)


def continue_trials() -> int:
    """Read the next texts with the rules whose trial began first; return how many texts, 0 if no trial is open.

    Takes no lock if there is no trial.
    """
    still_open = CheckTrial.objects.filter(is_done=False)
    locked = still_open.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return _try_on_next_texts(locked) if still_open.exists() else 0


@transaction.atomic
def _try_on_next_texts(still_open: QuerySet[CheckTrial]) -> int:
    first = still_open.order_by("begun_at", "pk").first()
    if first is None:
        return 0
    together = still_open.filter(begun_at=first.begun_at)
    trials = {trial.rule.name: trial for trial in together.select_related("rule").prefetch_related("rule__sections")}
    for trial in trials.values():
        trial.rule.valid_from = trial.rule.valid_until = None  # its period of validity may not have begun yet
    finding = WrittenRules(trial.rule for trial in trials.values())
    since = first.begun_at - LOOKED_BACK
    articles = first.next_texts(Article.objects.all(), TEXTS_PER_BATCH, since=since) if first.read < MOST_TEXTS else []
    having_found = {name for article in articles for name in _note_finds(article, finding, trials)}
    CheckTrial.objects.bulk_update([trials[name] for name in having_found], ["found", "examples"], 100)
    facts: dict[str, Any] = {"read": F("read") + len(articles), "is_done": len(articles) < TEXTS_PER_BATCH}
    if articles:
        facts |= {"reached_at": articles[-1].first_published_at, "reached_number": articles[-1].number}
    CheckTrial.objects.filter(begun_at=first.begun_at).update(**facts)
    return len(articles)


def pieces_of_text(rule: CheckRule, text: str) -> list[tuple[str, bool]]:
    """Return a plain text in pieces, each with whether the rule finds it, on any day and in any section."""
    plain = plain_text_of_line(text)
    rule.valid_from = rule.valid_until = None
    pieces, at = [], 0
    for match in WrittenRules([rule]).find_matches(plain.text, timezone.localdate()):
        start, end = plain.source_span(match.start, match.end)
        if start >= at:
            pieces += [(text[at:start], False), (text[start:end], True)]
            at = end
    return [(piece, found) for piece, found in (*pieces, (text[at:], False)) if piece]


def _note_finds(article: Article, finding: WrittenRules, trials: dict[str, CheckTrial]) -> Iterable[str]:
    """Note in the trials what their rules find in the text that readers see; return the names of these rules."""
    content: dict[str, Any] = article.live.revision.content if article.live else {}
    words: dict[str, list[str]] = {}
    for _field, plain, _written in fields_of_content(content):
        for match in finding.find_matches(plain.text, timezone.localdate(), content.get("section")):
            words.setdefault(match.rule.name, []).append(plain.text[match.start : match.end])
    for name, found in words.items():
        trials[name].found += 1
        if len(trials[name].examples) < MOST_EXAMPLES:
            trials[name].examples.append([article.number, found[:MOST_WORDS_PER_EXAMPLE]])
    return words
