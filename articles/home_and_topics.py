"""Arranging the home page and topics (专题): articles that editors place in blocks, and automatic filling."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from . import audit, baking, old_paths, proposing, search
from .arrangement_facts import ArrangedBlock, arranged_words, arrangement_facts, blocks_of_facts
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Article, Block, Picture, ProposedChange, SiteSettings, Slot, Topic
from .saved_rows import lock_row, write_row

TOPIC_FIELDS = ("title", "slug", "introduction", "banner", "state", "position")
# What readers see of a topic without a signature.
TOPIC_WORDS = ("title", "introduction", "banner")
MOST_BLOCKS = 12
ARRANGEMENT_SALT, PREVIEW_AGE = "arranging.preview", timedelta(hours=1)
LONGEST_TOKEN = 6000  # characters; nginx limits the length of the request line


class SlotLine(NamedTuple):
    """One line of a block, as shown."""

    article: Article
    title: str
    picture: Picture | None

    @property
    def alt(self) -> str:
        """The text about the picture: of the article's cover as it was signed, of a slot's own picture as it is now."""
        if self.picture and self.picture == self.article.shown_cover:
            return self.article.shown_cover_alt
        return self.picture.alt if self.picture else ""


class FilledBlock(NamedTuple):
    """A block with its lines."""

    block: Block
    lines: list[SlotLine]


def arranged_blocks(topic: Topic | None) -> list[ArrangedBlock]:
    """The saved blocks of a topic, or of the home page (None). Two queries."""
    blocks = Block.objects.filter(topic=topic).select_related("section").prefetch_related("slots")
    return [ArrangedBlock(block, list(block.slots.all())) for block in blocks]


def fill_blocks(arranged: Iterable[ArrangedBlock]) -> list[FilledBlock]:
    """The blocks as readers see them: public articles in unexpired slots, then the newest; no article twice on a page.

    One query for all slots, at most two for each block that fills itself.
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
    """Add the topic or save its changed fields; the old address of a renamed one redirects to it.

    Where a second person confirms words, those that changed wait, and a new topic waits as a whole (it has no key
    then). Raises PermissionDenied or ValidationError.
    """
    before = lock_row(topic)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    if not proposing.hold_back_words(topic, before, TOPIC_FIELDS, TOPIC_WORDS, by=by):
        write_topic(topic, before, by=by)
    return topic


def write_topic(topic: Topic, before: Topic | None, *, by: User) -> None:
    """Write the changed fields of a topic, which is locked (`before`) or new, and queue its pages.

    For acts that have checked who may. Raises ValidationError.
    """
    changed = write_row(topic, before, TOPIC_FIELDS, by=by)
    if not changed:
        return
    pages = {*baking.topic_pages(topic), *baking.pages_of_articles(_slotted_numbers(topic)), reverse("sitemap_lists")}
    if before and {"slug", "banner"} & changed:
        pages |= baking.topic_pages(before)
    if before and "slug" in changed:
        old_paths.record_move(before.get_absolute_url(), topic.get_absolute_url())
    baking.request_bake(pages)


@transaction.atomic
def save_arrangement(
    topic: Topic | None, arranged: Sequence[ArrangedBlock], *, by: User, based_on: int
) -> ProposedChange | None:
    """Replace all blocks of the page. `based_on` is the `arrangement_version` that the editor started from.

    Where a second person confirms words, an arrangement with new ones is proposed instead, and the proposal returned.
    Raises PermissionDenied, or ValidationError if the page was changed since or the arrangement is not valid.
    """
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    page = lock_arranged_page(topic)
    if arrangement_version(topic) != based_on:
        raise ValidationError(
            _(
                "Somebody else has arranged this page in the meantime. Your arrangement is still here: open "
                "the page in another window, compare, then save again."
            ),
            code="arranged_meanwhile",
        )
    old, new = arrangement_facts(arranged_blocks(topic)), arrangement_facts(arranged)
    # Taken until the transaction ends, so that no draft with a slot here is discarded in the meantime.
    audit.lock_audit_chain()
    _refuse_unpublished(arranged)
    if arranged_words(new) - arranged_words(old) and proposing.words_are_confirmed():
        return proposing.propose_arrangement(topic, page, old, new, by=by)
    write_arrangement(topic, page, arranged, by=by)
    return None


def write_arrangement(
    topic: Topic | None, page: Topic | SiteSettings, arranged: Sequence[ArrangedBlock], *, by: User
) -> None:
    """Replace all blocks of the page, whose row `lock_arranged_page` has locked, and queue what shows it.

    For acts that have checked who may. Raises ValidationError if the arrangement is not valid.
    """
    audit.lock_audit_chain()
    _refuse_unpublished(arranged)
    before = baking.topic_pages(topic) | baking.pages_of_articles(_slotted_numbers(topic))
    audit.record_entry(
        "topic.arranged" if topic else "home.arranged",
        page,
        by=by,
        blocks=[[block.kind, block.title, [slot.article_id for slot in slots]] for block, slots in arranged],
        old=arrangement_facts(arranged_blocks(topic)),
        new=arrangement_facts(arranged),
    )
    Block.objects.filter(topic=topic).delete()
    for position, (block, slots) in enumerate(arranged):
        _insert_block(block, slots, topic, position)
    baking.request_bake(before | baking.topic_pages(topic) | baking.pages_of_articles(_slotted_numbers(topic)))


def arrangement_preview_url(topic: Topic | None, arranged: Iterable[ArrangedBlock]) -> str:
    """Return a signed path of the desk, valid for an hour, that shows the page with these blocks; nothing is saved.

    Raises ValidationError if the arrangement does not fit into a URL.
    """
    facts = arrangement_facts(arranged)
    token = signing.dumps([topic.pk if topic else None, facts], salt=ARRANGEMENT_SALT, compress=True)
    if len(token) > LONGEST_TOKEN:
        raise ValidationError(_("This is too large for a preview; remove some slots, or save it."))
    return reverse("draft_arrangement", args=[token])


def previewed_arrangement(token: str) -> tuple[Topic | None, list[ArrangedBlock]] | None:
    """Return the topic and blocks of a preview token; None if it is forged, expired, or its topic was deleted."""
    try:
        key, facts = signing.loads(token, salt=ARRANGEMENT_SALT, max_age=PREVIEW_AGE)
    except signing.BadSignature:
        return None
    topic = Topic.objects.select_related("banner").filter(pk=key).first() if key else None
    if key and topic is None:
        return None
    return topic, blocks_of_facts(facts)


def files_of_arrangement(topic: Topic | None, arranged: Iterable[ArrangedBlock]) -> dict[str, str]:
    """Return the storage names of the pictures of the slots and of the topic's banner, each with "" as its name."""
    keys = [slot.picture_id for _block, slots in arranged for slot in slots if slot.picture_id]
    pictures = list(Picture.objects.filter(pk__in=keys))
    if topic and topic.banner:
        pictures.append(topic.banner)
    return {picture.file.name: "" for picture in pictures}


def arrangement_version(topic: Topic | None) -> int:
    """A number that grows whenever the page is arranged: the highest key of its blocks."""
    last = Block.objects.filter(topic=topic).order_by("-pk").values_list("pk", flat=True).first()
    return last or 0


def _slot_line(article: Article, title: str = "", picture: Picture | None = None) -> SlotLine:
    edition = article.live
    if edition is None:
        raise ValueError(f"article {article.number} is not public")
    return SlotLine(article, title or edition.list_title, picture or article.shown_cover)


def _insert_block(block: Block, slots: Sequence[Slot], topic: Topic | None, position: int) -> None:
    block.pk, block.topic, block.position = None, topic, position
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


def lock_arranged_page(topic: Topic | None) -> Topic | SiteSettings:
    """Lock the topic's row, or the settings row for the home page, until the transaction ends."""
    if topic:
        return Topic.objects.select_for_update(of=("self",), no_key=True).get(pk=topic.pk)
    SiteSettings.objects.get_or_create(pk=1)
    return SiteSettings.objects.select_for_update(of=("self",), no_key=True).get(pk=1)


def _refuse_unpublished(arranged: Sequence[ArrangedBlock]) -> None:
    problems = []
    if len(arranged) > MOST_BLOCKS:
        problems.append(_("A page has at most %(most)d blocks; remove some.") % {"most": MOST_BLOCKS})
    for block, slots in arranged:
        numbers = [slot.article_id for slot in slots]
        if len(slots) > block.count:
            problems.append(
                _("“%(block)s” shows %(count)d lines but has %(given)d articles; remove some, or show more lines.")
                % {"block": block, "count": block.count, "given": len(slots)}
            )
        if len(set(numbers)) < len(numbers):
            problems.append(_("“%(block)s” contains an article twice; remove one.") % {"block": block})
        if not slots and not block.fills:
            problems.append(
                _("“%(block)s” is empty and does not fill itself; add an article, or remove the block.")
                % {"block": block}
            )
    given = {slot.article_id for _block, slots in arranged for slot in slots}
    if Article.objects.kept().filter(pk__in=given).count() < len(given):
        problems.append(_("A draft on this page has been deleted in the meantime; remove its slot."))
    if problems:
        raise ValidationError(problems)


def _slotted_numbers(topic: Topic | None) -> set[int]:
    """The numbers of the articles whose pages link to the topic; empty for the home page, which every page links to."""
    return set(Slot.objects.filter(block__topic=topic).values_list("article", flat=True)) if topic else set()


def _public_numbers(numbers: Iterable[int]) -> list[Article]:
    wanted = list(numbers)
    return list(Article.objects.public().for_lists().filter(number__in=wanted)) if wanted else []


def _newest_articles(block: Block, most: int) -> list[Article]:
    """The newest articles for a block that fills itself, at most `most`."""
    if block.section or block.keyword:
        below = block.section.with_all_below() if block.section else ()
        return _public_numbers(
            search.newest_numbers(search.SearchQuery(sections=tuple(below), keyword=block.keyword), most)
        )
    return list(Article.objects.public().for_lists()[:most])
