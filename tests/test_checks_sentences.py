"""Short sentences with an error that is found, and clean ones that look like it. They were written from what the checks
are for, without knowing how these work.

`⟦…⟧` is what a hit must touch. All are published on Friday 27 November 2026, and read with the rules that come with
Newsroom.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from articles import check_rules, sanitising
from articles.checks.hits import find_hits
from articles.checks.rules import Severity
from articles.checks.written_rules import current_rules

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 11, 27, 4, tzinfo=UTC)
FOLDER = Path(__file__).with_name("checked_sentences")


def sentences(name):
    return [line.split("\t") for line in (FOLDER / name).read_text("utf-8").splitlines()]


@pytest.fixture
def hits_in(cast):
    check_rules.take_over_shipped_rules(by=cast.chief)
    rules = current_rules()

    def find(html):
        lines = dict.fromkeys(("kicker", "title", "subtitle", "summary"), "")
        content = lines | {"body": html, "pictures": [], "attachments": [], "credits": [], "origin": "own"}
        return find_hits(content, rules, at=FRIDAY)

    return find


def test_errors_are_found_where_they_are(hits_in):
    missed = []
    for kind, marked in sentences("errors.txt"):
        saved = sanitising.sanitise(marked if marked.startswith("<") else f"<p>{marked}</p>").html
        places, html = [], ""
        for piece in re.split("(⟦.*?⟧)", saved):
            start = len(html)
            html += piece.strip("⟦⟧")
            places += [(start, len(html))] if piece.startswith("⟦") else []
        hits = hits_in(html)
        for start, end in places:
            if not any(hit.start < end and start < hit.end for hit in hits):
                missed.append(f"{kind}: {marked}")
    assert missed == []


def test_clean_sentences_are_left_alone(hits_in):
    found = []
    for kind, sentence in sentences("clean.txt"):
        html = sanitising.sanitise(sentence if sentence.startswith("<") else f"<p>{sentence}</p>").html
        heavy = [hit.rule.name for hit in hits_in(html) if hit.rule.severity != Severity.INFO]
        found += [f"{kind}: {sentence} {heavy}"] if heavy else []
    assert found == []
