"""An arrangement of the home page or a topic as values that JSON can hold, for the audit, previews and proposals."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from .models import Article, Block, Picture, Section, Slot

# For each block: kind, title, count, fills, section, keyword, slots; for each slot: article, title, picture, until.
Facts = list[list[Any]]


class ArrangedBlock(NamedTuple):
    """A block, saved or not, with its slots in order."""

    block: Block
    slots: Sequence[Slot]


def arrangement_facts(arranged: Iterable[ArrangedBlock]) -> Facts:
    """Everything about the blocks and their slots."""
    return [
        [
            b.kind,
            b.title,
            b.count,
            b.fills,
            b.section_id,
            b.keyword,
            [[s.article_id, s.title, s.picture_id, s.until.isoformat() if s.until else None] for s in slots],
        ]
        for b, slots in arranged
    ]


def blocks_of_facts(facts: Facts) -> list[ArrangedBlock]:
    """The blocks that `arrangement_facts` described, not saved. One query."""
    sections = Section.objects.in_bulk([fact[4] for fact in facts if fact[4]])
    return [
        ArrangedBlock(
            Block(kind=kind, title=title, count=count, fills=fills, section=sections.get(section), keyword=keyword),
            [
                Slot(
                    article_id=article,
                    title=own,
                    picture_id=picture,
                    until=datetime.fromisoformat(until) if until else None,
                )
                for article, own, picture, until in slots
            ],
        )
        for kind, title, count, fills, section, keyword, slots in facts
    ]


def arranged_words(facts: Facts) -> set[tuple[object, object]]:
    """What readers see without a signature: titles of blocks, and own titles and pictures of slots with their
    article.
    """
    words: set[tuple[object, object]] = {("block", fact[1]) for fact in facts if fact[1]}
    for fact in facts:
        words |= {
            (article, shown) for article, title, picture, _until in fact[6] for shown in (title, picture) if shown
        }
    return words


def described_arrangement(facts: Facts) -> list[str]:
    """One line for each block and each slot, to compare two arrangements. Two queries."""
    slots = [slot for fact in facts for slot in fact[6]]
    articles = Article.objects.select_related("live").defer("body").in_bulk([article for article, *_rest in slots])
    pictures = Picture.objects.in_bulk([picture for _article, _title, picture, _until in slots if picture])
    return [line for fact in facts for line in _described_block(fact, articles, pictures)]


def _described_block(fact: list[Any], articles: dict[int, Article], pictures: dict[int, Picture]) -> Iterator[str]:
    yield f"{Block.Kind(fact[0]).label} {fact[1]}".rstrip()
    for number, title, picture, _until in fact[6]:
        article = articles.get(number)
        public_title = article.live.list_title if article and article.live else _("not public")
        line = f"{number} {public_title}" + (f" → {title}" if title else "")
        if picture:
            shown = pictures.get(picture)
            line += " · " + _("picture %(name)s") % {"name": (shown and (shown.alt or shown.name)) or picture}
        yield line
