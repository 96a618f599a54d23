"""Public texts with the same title, or with nearly the same words, found among a million by their prints (simhash)."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

from django.db.models import F, Q

from .models import Article, TextPrint
from .sanitising import text_lines

SAME_TITLE_DAYS = timedelta(days=30)
# Of those that share a band: with three different bits all do, with more only some; texts that have nothing to do with
# one another differ in some thirty.
MOST_DIFFERENT_BITS = 10
MOST_FOUND, MOST_CANDIDATES = 5, 500
SHORTEST_TEXT, LONGEST_TEXT = 80, 60_000  # characters without marks and blanks
_PIECE = 4  # characters
_NO_WORD = re.compile(r"[\W_]+")
# The eight bits of a byte, each in a separate lane of sixteen bits, so that one addition counts all of them.
_LANES = [sum((byte >> bit & 1) << 16 * bit for bit in range(8)) for byte in range(256)]


class SimilarTexts(NamedTuple):
    """Public texts by what they share with one: the title within thirty days, or nearly all words."""

    same_title: list[Article]
    same_words: list[Article]


def find_similar_texts(article: Article, *, at: datetime) -> SimilarTexts:
    """Return public texts that are like the newest revision of an article, published around `at`. Three queries.

    A fingerprint is of the newest revision, so articles with changes that are not public yet are excluded: their words
    belong to a draft, which not everybody who is told of the likeness may read.
    """
    own = TextPrint.objects.filter(article=article).first()
    if own is None:
        return SimilarTexts([], [])
    others = Article.objects.public().filter(live__digest=F("latest__digest")).exclude(pk=article.pk)
    others = others.only("number", "live_id").order_by("-number")
    lately = others.filter(first_published_at__range=(at - SAME_TITLE_DAYS, at + SAME_TITLE_DAYS))
    same_title = list(lately.filter(text_print__title=own.title)[:MOST_FOUND]) if own.title else []
    bits = own.bits
    if bits is None:
        return SimilarTexts(same_title, [])
    bands = Q(band1=own.band1) | Q(band2=own.band2) | Q(band3=own.band3) | Q(band4=own.band4)
    candidates = TextPrint.objects.filter(bands).exclude(article=article)[:MOST_CANDIDATES]
    near = [each.pk for each in candidates if (bits ^ (each.bits or 0)).bit_count() <= MOST_DIFFERENT_BITS]
    return SimilarTexts(same_title, list(others.filter(pk__in=near)[:MOST_FOUND]) if near else [])


def keep_text_print(article: Article, content: Mapping[str, Any]) -> None:
    """Store the print of the newest revision of an article, which has this content."""
    bits = text_bits(content["body"])
    bands = {f"band{n + 1}": None if bits is None else bits >> 16 * n & 0xFFFF for n in range(4)}
    facts = {"title": _words_alone(content["title"])[:80], **bands}
    TextPrint.objects.update_or_create(article=article, defaults=facts)


def keep_missing_prints(most: int) -> int:
    """Store the fingerprints of the next articles without one; return how many, 0 if all have one. Resumable."""
    without = Article.objects.filter(text_print=None, latest__isnull=False).select_related("latest").order_by("pk")
    articles = list(without[:most])
    for article in articles:
        keep_text_print(article, article.newest.content)
    return len(articles)


def text_bits(html: str) -> int | None:
    """Return the simhash (64 bits) of sanitised HTML by its pieces of four characters; None for a short text."""
    words = _words_alone("".join(text_lines(html)))[:LONGEST_TEXT]
    if len(words) < SHORTEST_TEXT:
        return None
    counts = [0] * 8  # of each byte of the hashes, eight lanes
    pieces = {words[at : at + _PIECE] for at in range(len(words) - _PIECE + 1)}
    for piece in pieces:
        for place, byte in enumerate(blake2b(piece.encode(), digest_size=8).digest()):
            counts[place] += _LANES[byte]
    half = len(pieces) / 2
    ones = [(lanes >> 16 * bit & 0xFFFF) > half for lanes in counts for bit in range(8)]
    return sum(1 << place for place, is_one in enumerate(ones) if is_one)


def _words_alone(text: str) -> str:
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text)).lower()
