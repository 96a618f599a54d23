"""Texts that would take the machine longest are read, in a number of calls that grows with their length.

An expression is one call, however long it takes: how the time grows, the bench says (`make bench`).
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from articles.checks import hits
from articles.checks.written_rules import WrittenRules
from tests.bench import worst_texts
from tests.bench.worst_texts import CONTENT, LENGTH, READERS, Reader

FEW = 1_000  # calls, whose growth tells nothing
PIECES = [(name, piece) for name, reader in READERS.items() for piece in reader.pieces]


def count_calls(read: Callable[[str], object], text: str) -> int:
    """Return how many calls of functions and returns from them the reading takes, which is the same on any machine."""
    calls = count()
    sys.setprofile(lambda *_: next(calls))
    try:
        read(text)
    finally:
        sys.setprofile(None)
    return next(calls)


def growth_of_calls(reader: Reader, piece: str) -> float:
    """Return how many times as many calls a text of four times the length takes; the bench reads the longest."""
    reader.read(worst_texts.repeat_piece(piece, reader.most // 64))  # what is done once in a process is done
    short, long = [count_calls(reader.read, worst_texts.repeat_piece(piece, reader.most // part)) for part in (64, 16)]
    return long / max(short, FEW)


@pytest.mark.parametrize(("name", "piece"), PIECES)
def test_what_repeats_itself_is_read_in_calls_that_grow_with_its_length(name, piece):
    assert growth_of_calls(READERS[name], piece) <= 8


@pytest.mark.parametrize(
    ("read", "most", "growth"),
    [
        (lambda text: [len(text) for _ in text], 50_000, 4),
        (lambda text: [len(text) for _ in text for _ in text], 5_000, 16),
    ],
)
def test_calls_tell_growth_with_the_square_of_the_length_from_growth_with_it(read, most, growth):
    assert growth_of_calls(Reader(read, most, ["a"]), "a") == pytest.approx(growth, rel=0.1)


def test_speeches_before_many_empty_lines_are_read():
    body = f"<p>{'“' * LENGTH}{'<br>' * LENGTH}“</p>"
    assert hits.find_hits({**CONTENT, "body": body}, WrittenRules([]), at=datetime(2026, 11, 28, tzinfo=UTC))


@pytest.mark.parametrize("piece", READERS["comparing pages"].pieces)
def test_a_page_of_beginnings_shows_its_text_only_where_it_stands(piece):
    assert worst_texts.compare_page(worst_texts.repeat_piece(piece, 10 * LENGTH)) == [False, True]


def test_growth_with_the_square_of_the_length_is_told_from_growth_with_it(monkeypatch):
    passed = [0.0]
    monkeypatch.setattr(worst_texts.time, "process_time", lambda: passed[0])

    def taking(seconds):
        return Reader(lambda text: passed.__setitem__(0, passed[0] + seconds(len(text))), 1000, ["a"])

    assert worst_texts.growth_of(taking(lambda length: length / 100), "a") == pytest.approx(4)
    assert worst_texts.growth_of(taking(lambda length: length**2 / 100), "a") == pytest.approx(16)
    assert worst_texts.growth_of(taking(lambda length: length / 1e6), "a") is None
