"""The machine reads any text in a time that grows with its length, not with the square of it."""

import time
from datetime import UTC, datetime

import pytest

from articles.attachments.transcripts import _cue_texts
from articles.checks import hits
from articles.checks.written_rules import WrittenRules
from articles.evidence.served_texts import _shows
from articles.models import Edition, Revision
from articles.typography import mend_typography

LENGTH = 50_000
CONTENT = {
    **dict.fromkeys(("kicker", "title", "subtitle", "short_title", "summary"), ""),
    **{"pictures": [], "attachments": [], "credits": [], "origin": "original", "section": 1, "source": None},
}
# Each piece took minutes, repeated in one paragraph: expressions began in it everywhere and ran to its end, or whoever
# found a place looked through all that was before it.
PIECES = ["a", "1", "_", "Оa", "①", "其中1人", "2月30日周一", "1）", "（”", "。a", "\n“堤坝"]


def test_speeches_before_many_empty_lines_are_read_in_seconds():
    started = time.process_time()
    body = f"<p>{'“' * LENGTH}{'<br>' * LENGTH}“</p>"
    hits.find_hits({**CONTENT, "body": body}, WrittenRules([]), at=datetime(2026, 11, 28, tzinfo=UTC))
    assert time.process_time() - started < 20  # minutes when each of them looked for what follows


@pytest.mark.parametrize("piece", PIECES)
def test_a_text_that_repeats_itself_is_read_in_seconds(piece):
    html = "".join(f"<p>{line}</p>" for line in (piece * (LENGTH // len(piece))).split("\n") if line)
    started = time.process_time()
    hits.find_hits({**CONTENT, "body": html}, WrittenRules([]), at=datetime(2026, 11, 28, tzinfo=UTC))
    mend_typography(html)
    assert time.process_time() - started < 20  # 4 at most when measured


@pytest.mark.parametrize("piece", ["<", "<h1 ", "<h1>", '<figure class="film">', '<p><a href="/media/a"', "<p><a>"])
def test_a_page_of_beginnings_is_compared_in_seconds(piece):
    repeated = piece * (10 * LENGTH // len(piece))
    edition = Edition(revision=Revision(content={**CONTENT, "body": repeated}))
    pages = (repeated, f'<h1></h1><section class="text">{repeated}</section>')
    started = time.process_time()
    assert [_shows(page, edition) for page in pages] == [False, True]
    assert time.process_time() - started < 20


def test_a_transcript_of_broken_marks_is_read_in_seconds():
    started = time.process_time()
    _cue_texts("00:01.000 --> 00:02.000\n" + "<v " * LENGTH + "<v" + " " * LENGTH)
    assert time.process_time() - started < 20
