"""Checking a copy of an article (转载核验): sentence by sentence, what agrees with a public edition and what does not.

Whoever asks pastes the copy and says which article it claims to be. Nothing that was pasted is kept; the answer can be
signed with the key of the public log, and names the copy by its SHA-256.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import closing, comparing, merkle_log, publication_log
from .checks.plain_text import written_text_of_html
from .comparing import TextSpan
from .models import Article, Edition
from .refusals import Problem, Refusal

LONGEST_COPY = 20_000  # characters
MOST_EDITIONS = 10  # newest ones that a copy is compared with
# Pairs of sentences whose likeness is measured in one run of changes; of a longer run, sentences are paired in order.
MOST_PAIRS = 40_000
LEAST_LIKENESS = 0.4  # share of equal character pairs above which two sentences count as one that was changed
SIGNED_SUFFIX = "/copies"  # added to the name of the log's key: these answers are not checkpoints
NUMBER = re.compile(r"(?:^|/a/|/q/[A-Za-z])([1-9][0-9]{0,17})(?:[^0-9]|$)")
SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?]+[”’」』）)]*|[^。！？!?\n]+")

NOTHING_PASTED = Problem("copy.nothing_pasted", _("Paste the copy: there is nothing to compare."))
COPY_TOO_LONG = Problem(
    "copy.too_long", _("That is longer than we compare at once: at most %(most)d characters. Paste a part of it.")
)
NO_NUMBER = Problem(
    "copy.no_number", _("That is not an article’s number or address. The number is in the address, after /a/.")
)
NOT_PUBLIC = Problem("copy.not_public", _("There is no public article %(number)d here."))


class CannotCompare(Refusal):
    """Raised, with a message for the reader, when a copy cannot be compared."""


class Verdict(StrEnum):
    """What became of a sentence in the copy."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class CheckedSentence:
    """A sentence of the edition or of the copy; the spans mark what the copy removed from it and added to it."""

    verdict: Verdict
    spans: tuple[TextSpan, ...]


@dataclass(frozen=True)
class CopyCheck:
    """The answer: the edition that the copy is nearest to, its number in the public log, and every sentence."""

    edition: Edition
    logged: int | None
    has_title: bool
    copy_digest: str
    sentences: list[CheckedSentence]

    def count(self, verdict: Verdict) -> int:
        """How many sentences have this verdict."""
        return sum(sentence.verdict == verdict for sentence in self.sentences)

    @property
    def is_faithful(self) -> bool:
        """True if every sentence of the copy is one of the edition, in its order, and none was left out."""
        return all(sentence.verdict == Verdict.SAME for sentence in self.sentences)


def article_number(claimed: str) -> int:
    """The article's number in the stated origin of a copy: a number, an address, or the address in a QR code. Raises
    CannotCompare.
    """
    found = NUMBER.search(unicodedata.normalize("NFKC", claimed).strip())
    if not found:
        raise CannotCompare(NO_NUMBER)
    return int(found[1])


def check_copy(claimed: str, copy: str) -> CopyCheck:
    """Compare a copy with the public editions of the article that it claims to be. Writes nothing.

    Raises CannotCompare.
    """
    number = article_number(claimed)
    if not copy.strip():
        raise CannotCompare(NOTHING_PASTED)
    if len(copy) > LONGEST_COPY:
        raise CannotCompare(COPY_TOO_LONG.filled(most=LONGEST_COPY))
    article = Article.objects.public().select_related("live").filter(number=number).first()
    if article is None:
        raise CannotCompare(NOT_PUBLIC.filled(number=number))
    pasted = _sentences(copy)
    keys = {_key(sentence) for sentence in pasted}
    texts = [(edition, _edition_sentences(edition)) for edition in _comparable_editions(article)]
    # The newest of those that share most with it.
    edition, own = max(texts, key=lambda row: (sum(len(s) for s in row[1] if _key(s) in keys), row[0].number))
    title = str(edition.title)
    has_title = _key(title) in keys
    return CopyCheck(
        edition=edition,
        logged=publication_log.log_numbers([edition]).get(edition.pk),
        has_title=has_title,
        copy_digest=hashlib.sha256(copy.encode(errors="replace")).hexdigest(),
        sentences=list(_compared([title, *own] if has_title else own, pasted)),
    )


def signed_answer(check: CopyCheck) -> str:
    """The answer as a signed note, '' without a key. Raises OSError or WrongNote for a key file that is damaged."""
    keys = merkle_log.read_log_keys()
    if not keys:
        return ""
    signer = keys[0].named(keys[0].name + SIGNED_SUFFIX)
    edition = check.edition
    counts = " ".join(f"{verdict.value}={check.count(verdict)}" for verdict in Verdict)
    lines = [
        signer.name,
        f"article={edition.article_id} edition={edition.number} digest={edition.digest}",
        f"copy_sha256={check.copy_digest}",
        f"{counts} title={'same' if check.has_title else 'other'}",
        f"at={publication_log.instant(timezone.now())}",
    ]
    text = "".join(f"{line}\n" for line in lines)
    return f"{text}\n{signer.sign(text)}"


def _comparable_editions(article: Article) -> Iterator[Edition]:
    """The live edition, and those older ones whose text the public history shows."""
    closed_or_withdrawn = closing.withdrawn_editions(article)
    newest = article.editions.select_related("revision", "section", "closed_text").order_by("-number")[:MOST_EDITIONS]
    for edition in newest:
        is_shown = edition.section.shows_changes and not hasattr(edition, "closed_text")
        if edition.pk == article.live_id or (is_shown and edition.number not in closed_or_withdrawn):
            yield edition


def _edition_sentences(edition: Edition) -> list[str]:
    return _sentences(written_text_of_html(edition.revision.content["body"]).text)


def _sentences(text: str) -> list[str]:
    """The sentences of a text, without those that have nothing to read."""
    found = (sentence.strip() for sentence in SENTENCE.findall(text))
    return [sentence for sentence in found if _key(sentence)]


def _key(sentence: str) -> str:
    """What two sentences must share to be the same: all that can be read, whatever its width, without blanks."""
    normal = unicodedata.normalize("NFKC", sentence)
    return "".join(each for each in normal if not each.isspace() and unicodedata.category(each)[0] != "C")


def _compared(own: list[str], pasted: list[str]) -> Iterator[CheckedSentence]:
    """Every sentence of both texts, in the order of the edition, with additions in their places."""
    old_keys, new_keys = [_key(sentence) for sentence in own], [_key(sentence) for sentence in pasted]
    at = now = 0
    for is_changed, old, new in comparing.matched_blocks(old_keys, new_keys):
        mine, theirs = own[at : at + len(old)], pasted[now : now + len(new)]
        at, now = at + len(old), now + len(new)
        if is_changed:
            yield from _changed(mine, theirs)
        else:
            yield from (CheckedSentence(Verdict.SAME, (TextSpan("same", sentence),)) for sentence in mine)


def _changed(old: list[str], new: list[str]) -> Iterator[CheckedSentence]:
    """A run without equal sentences: those that are alike are one that was changed."""
    at = now = 0
    for mine, theirs in [*_alike(old, new), (len(old), len(new))]:
        yield from (CheckedSentence(Verdict.LEFT_OUT, (TextSpan("removed", each),)) for each in old[at:mine])
        yield from (CheckedSentence(Verdict.ADDED, (TextSpan("added", each),)) for each in new[now:theirs])
        if mine < len(old) and theirs < len(new):
            yield CheckedSentence(Verdict.CHANGED, tuple(comparing.compare_words(old[mine], new[theirs])))
        at, now = mine + 1, theirs + 1


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the sentences that are alike, so that none cross and their likeness is greatest in sum."""
    if len(old) * len(new) > MOST_PAIRS:
        pairs = zip(range(len(old)), range(len(new)), strict=False)
        return [(i, j) for i, j in pairs if _likeness(_pairs(old[i]), _pairs(new[j])) >= LEAST_LIKENESS]
    mine, theirs = [_pairs(sentence) for sentence in old], [_pairs(sentence) for sentence in new]
    best = [[0.0] * (len(new) + 1) for _row in range(len(old) + 1)]
    like = [[_likeness(one, other) for other in theirs] for one in mine]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = like[i][j] + best[i + 1][j + 1] if like[i][j] >= LEAST_LIKENESS else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    found, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            found.append((i, j))
            i, j = i + 1, j + 1
    return found


def _pairs(sentence: str) -> set[str]:
    key = _key(sentence)
    return {key[place : place + 2] for place in range(max(1, len(key) - 1))}


def _likeness(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
