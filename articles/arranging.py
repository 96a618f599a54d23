"""Arranging the home page and topics (专题): what editors put into blocks, and what blocks fill themselves with."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from . import audit, baking, old_paths, search
from .assignments import permissions
from .assignments.permissions import Duty
from .models import Article, Block, Picture, Section, SiteSettings, Slot, Topic
from .saved_rows import lock_row, write_row

TOPIC_FIELDS = ("title", "slug", "introduction", "banner", "state", "position")
MOST_BLOCKS = 12
SALT, PREVIEW_AGE = "arranging.preview", timedelta(hours=1)
LONGEST_TOKEN = 6000  # what fits the line of a request that nginx takes


class SlotLine(NamedTuple):
    """One line of a block, ready to print."""

    article: Article
    title: str
    picture: Picture | None


class FilledBlock(NamedTuple):
    """A block with its lines."""

    block: Block
    lines: list[SlotLine]


class ArrangedBlock(NamedTuple):
    """A block as it shall be, with its slots in order."""

    block: Block
    slots: Sequence[Slot]


def arranged_blocks(topic: Topic | None) -> list[ArrangedBlock]:
    """The blocks of a topic, or of the home page, as they were arranged; two queries."""
    blocks = Block.objects.filter(topic=topic).select_related("section").prefetch_related("slots")
    return [ArrangedBlock(block, list(block.slots.all())) for block in blocks]


def fill_blocks(arranged: Iterable[ArrangedBlock]) -> list[FilledBlock]:
    """What readers see in blocks: public articles in their slots while those last, then the newest; none twice on a page.

    One query for all that was put there, two at most for each block that fills itself.
    """
    given = [(block, [slot for slot in slots if slot.is_shown]) for block, slots in arranged]
    public = {a.number: a for a in _public_numbers([slot.article_id for _block, slots in given for slot in slots])}
    pictures = Picture.objects.in_bulk([s.picture_id for _block, slots in given for s in slots if s.picture_id])
    put = set(public)
    filled = []
    for block, slots in given:
        lines = [
            _slot_line(article, slot.title, pictures.get(slot.picture_id))
            for slot in slots
            if (article := public.get(slot.article_id))
        ][: block.count]
        if block.fills and len(lines) < block.count:
            wanted = block.count - len(lines)
            newest = [a for a in _newest_articles(block, wanted + len(put)) if a.number not in put][:wanted]
            put |= {a.number for a in newest}
            lines += [_slot_line(article) for article in newest]
        if lines:
            filled.append(FilledBlock(block, lines))
    return filled


@transaction.atomic
def save_topic(topic: Topic, *, by: User) -> Topic:
    """Add the topic, or write what changed of it; what leads to one that was renamed keeps leading to it.

    Raises PermissionDenied, or ValidationError with sentences; nothing has changed then.
    """
    before = lock_row(topic)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    changed = write_row(topic, before, TOPIC_FIELDS, by=by)
    if not changed:
        return topic
    pages = {*baking.topic_pages(topic), *baking.pages_of_articles(_slotted_numbers(topic))}
    if before and "slug" in changed:
        old_paths.record_move(before.get_absolute_url(), topic.get_absolute_url())
        pages |= baking.topic_pages(before)
    baking.request_bake(pages)
    return topic


@transaction.atomic
def save_arrangement(topic: Topic | None, arranged: Sequence[ArrangedBlock], *, by: Any, based_on: int) -> None:
    """Put these blocks in the place of those there are, all at once. `based_on` is the version that was looked at.

    Raises PermissionDenied, or ValidationError with sentences; nothing has changed then.
    """
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    front = _lock_arranged_page(topic)
    if arrangement_version(topic) != based_on:
        raise ValidationError(
            _(
                "Somebody else has arranged this page meanwhile. What you arranged stands here still: open "
                "the page in another window, compare, then save again."
            ),
            code="arranged_meanwhile",
        )
    before = _slotted_numbers(topic)
    # The audit first, as in every act: behind it one goes on at a time, so that no draft with a slot here is discarded meanwhile.
    audit.record_entry(
        "topic.arranged" if topic else "home.arranged",
        front,
        by=by,
        blocks=[[str(block), [slot.article_id for slot in slots]] for block, slots in arranged],
    )
    _refuse_unpublished(arranged)
    Block.objects.filter(topic=topic).delete()
    for place, (block, slots) in enumerate(arranged):
        block.pk, block.topic, block.position = None, topic, place
        block._state.adding = True
        block.save()
        Slot.objects.bulk_create(
            Slot(
                block=block,
                position=n,
                article_id=slot.article_id,
                title=slot.title,
                picture_id=slot.picture_id,
                until=slot.until,
            )
            for n, slot in enumerate(slots)
        )
    baking.request_bake({*baking.topic_pages(topic), *baking.pages_of_articles(before | _slotted_numbers(topic))})


def arrangement_preview_url(topic: Topic | None, arranged: Iterable[ArrangedBlock]) -> str:
    """A signed address, good for an hour, that shows the page as it would be; nothing is saved.

    Raises ValidationError where there is too much for an address.
    """
    facts = [
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
    token = signing.dumps([topic.pk if topic else None, facts], salt=SALT, compress=True)
    if len(token) > LONGEST_TOKEN:
        raise ValidationError(_("This is too much for a preview; take some slots away, or save it."))
    return reverse("preview_front", args=[token])


def previewed_arrangement(token: str) -> tuple[Topic | None, list[ArrangedBlock]] | None:
    """What a preview's address shows; None where it is not ours, too old, or of a topic that is gone."""
    try:
        key, facts = signing.loads(token, salt=SALT, max_age=PREVIEW_AGE)
    except signing.BadSignature:
        return None
    topic = Topic.objects.select_related("banner").filter(pk=key).first() if key else None
    if key and topic is None:
        return None
    sections = Section.objects.in_bulk([fact[4] for fact in facts if fact[4]])
    return topic, [
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


def arrangement_version(topic: Topic | None) -> int:
    """A number that grows whenever the page is arranged: the newest of its blocks' keys."""
    last = Block.objects.filter(topic=topic).order_by("-pk").values_list("pk", flat=True).first()
    return last or 0


def _slot_line(article: Article, title: str = "", picture: Picture | None = None) -> SlotLine:
    edition = article.live
    if edition is None:
        raise ValueError(f"article {article.number} is not public")
    return SlotLine(article, title or edition.list_title, picture or edition.cover)


def _lock_arranged_page(topic: Topic | None) -> Topic | SiteSettings:
    """What is arranged, held until the transaction ends. The home page's row is that of the settings."""
    if topic:
        return Topic.objects.select_for_update(of=("self",), no_key=True).get(pk=topic.pk)
    SiteSettings.objects.get_or_create(pk=1)
    return SiteSettings.objects.select_for_update(of=("self",), no_key=True).get(pk=1)


def _refuse_unpublished(arranged: Sequence[ArrangedBlock]) -> None:
    problems = []
    if len(arranged) > MOST_BLOCKS:
        problems.append(_("A page has at most %(most)d blocks; take some away.") % {"most": MOST_BLOCKS})
    for block, slots in arranged:
        numbers = [slot.article_id for slot in slots]
        if len(slots) > block.count:
            problems.append(
                _("“%(block)s” shows %(count)d lines and was given %(given)d; take some away, or let it show more.")
                % {"block": block, "count": block.count, "given": len(slots)}
            )
        if len(set(numbers)) < len(numbers):
            problems.append(_("“%(block)s” was given one article twice; take one away.") % {"block": block})
        if not slots and not block.fills:
            problems.append(
                _("“%(block)s” is empty and does not fill itself; give it an article, or take it away.")
                % {"block": block}
            )
    given = {slot.article_id for _block, slots in arranged for slot in slots}
    if Article.objects.filter(pk__in=given).count() < len(given):
        problems.append(_("A draft that was put here has been deleted meanwhile; take it away."))
    if problems:
        raise ValidationError(problems)


def _slotted_numbers(topic: Topic | None) -> set[int]:
    """The numbers of the articles whose pages lead to the topic; the home page is on every page anyway."""
    return set(Slot.objects.filter(block__topic=topic).values_list("article", flat=True)) if topic else set()


def _public_numbers(numbers: Iterable[int]) -> list[Article]:
    wanted = list(numbers)
    return list(Article.objects.public().for_lists().filter(number__in=wanted)) if wanted else []


def _newest_articles(block: Block, most: int) -> list[Article]:
    """The newest that a block fills itself with; bounded by what one page can hold, whatever the archive does."""
    if block.section or block.keyword:
        below = block.section.with_all_below() if block.section else ()
        return _public_numbers(
            search.newest_numbers(search.SearchQuery(sections=tuple(below), keyword=block.keyword), most)
        )
    return list(Article.objects.public().for_lists()[:most])
