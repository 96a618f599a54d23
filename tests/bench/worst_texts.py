"""Texts that repeat what takes the machine longest, and how its time grows with their length: for tests and the bench.

Expressions that began everywhere in such a text and ran to its end took minutes. Run as
`python -m tests.bench.worst_texts`, it prints for each reader, as one line of JSON, by how much its processor time grew
at most from a text to one of four times its length: 4 where it grows with the length, 16 with the square of it.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import django

django.setup()

from articles.attachments.transcripts import _cue_texts  # noqa: E402
from articles.checks import hits  # noqa: E402
from articles.checks.written_rules import WrittenRules  # noqa: E402
from articles.evidence.served_texts import _shows  # noqa: E402
from articles.exchange.text import MAX_PAGE_BYTES, UnreadablePage, read_printed_page  # noqa: E402
from articles.models import Edition, Revision  # noqa: E402
from articles.pictures import prepare_picture  # noqa: E402
from articles.public.pages.typesetting import keep_measures_together  # noqa: E402
from articles.sanitising import BodyTooLong, sanitise  # noqa: E402
from articles.typography import mend_typography  # noqa: E402
from tests.cast import png  # noqa: E402

LENGTH = 50_000
NOISE = 0.05  # seconds; what takes less is not compared
CONTENT: dict[str, Any] = {
    **dict.fromkeys(("kicker", "title", "subtitle", "short_title", "summary"), ""),
    **{"pictures": [], "attachments": [], "credits": [], "origin": "original", "section": 1, "source": None},
}


def read_page(text: str) -> None:
    """Read an article page that a portal printed, with and without a head before the text."""
    for start in ("", "标题\n来源：霁川新闻网\n", "标题\n来源：霁川新闻网\n正文。\n"):
        with suppress(UnreadablePage):
            read_printed_page((start + text).encode())


def read_by_machine(text: str) -> None:
    """Read a body of paragraphs as before a publication, and correct its typography."""
    body = "".join(f"<p>{line}</p>" for line in text.split("\n") if line)
    hits.find_hits({**CONTENT, "body": body}, WrittenRules([]), at=datetime(2026, 11, 28, tzinfo=UTC))
    mend_typography(body)


def compare_page(html: str) -> list[bool]:
    """Return whether a page of this HTML shows it as its text: first without a text, then with it."""
    edition = Edition(revision=Revision(content={**CONTENT, "body": html}))
    return [_shows(page, edition) for page in (html, f'<h1></h1><section class="text">{html}</section>')]


def read_transcript(text: str) -> None:
    """Read the texts of a film's captions."""
    _cue_texts("00:01.000 --> 00:02.000\n" + text)


def typeset(text: str) -> None:
    """Typeset a paragraph for readers."""
    keep_measures_together(f"<p>{text}</p>")


def sanitise_body(html: str) -> None:
    """Flatten the worst nesting, or refuse it."""
    with suppress(BodyTooLong):
        sanitise(html + "巡堤")


def read_picture(words: str) -> None:
    """Read a small picture with these words behind it, among which its labels are looked for."""
    prepare_picture(png(8, 8) + words.encode())


class Reader(NamedTuple):
    """What reads a text, the most characters that the bench gives it, and what is repeated up to there."""

    read: Callable[[str], object]
    most: int
    pieces: list[str]


READERS = {
    "printed pages": Reader(
        read_page,
        (MAX_PAGE_BYTES - 100) // 3,
        [
            " ",
            "（记者 ",
            "打印 ",
            "记者：",
            "李 ",
            "a ",
            "（记者 李明）\n",
            "作者：李明\n",
            "打印\n",
            ">",
            "标题：望桥\n",
        ],
    ),
    "the machine": Reader(
        read_by_machine,
        LENGTH,
        ["a", "1", "_", "Оa", "①", "其中1人", "2月30日周一", "1）", "（”", "。a", "\n“堤坝", "“<br>", "<u>　　字"],
    ),
    "comparing pages": Reader(
        compare_page, 10 * LENGTH, ["<", "<h1 ", "<h1>", '<figure class="film">', '<p><a href="/media/a"', "<p><a>"]
    ),
    "transcripts": Reader(read_transcript, 4 * LENGTH, ["<v ", " "]),
    "typesetting": Reader(typeset, 2 * LENGTH, ["7", "5,", "5人"]),
    "pictures": Reader(read_picture, 2_000_000, ["AIGC", 'AIGC{"', "<dc:creator><rdf:li>", '\\"']),
    "sanitising": Reader(
        sanitise_body, 300_000, ["<b>", "<div>", "<blockquote>", "<table><tr><td>", "<ul><li>", "<", "<!--", "<a x='"]
    ),
}


def repeat_piece(piece: str, most: int) -> str:
    """Return the piece, repeated up to so many characters."""
    return piece * (most // len(piece))


def growth_of(reader: Reader, piece: str) -> float | None:
    """How many times as long the reader takes for a text of four times the length; None if it is too fast to tell."""
    seconds = []
    for most in (reader.most // 4, reader.most):
        text = repeat_piece(piece, most)
        begun = time.process_time()
        reader.read(text)
        seconds.append(time.process_time() - begun)
    return seconds[1] / seconds[0] if seconds[1] > NOISE else None


def main() -> None:
    found = {name: [growth_of(reader, piece) or 0 for piece in reader.pieces] for name, reader in READERS.items()}
    print(json.dumps({name: max(growths) for name, growths in found.items()}))


if __name__ == "__main__":
    main()
