"""Writes blocks as HTML: lists from their items, figures with their captions; and finds the title among them."""

import html
import re
from dataclasses import dataclass
from itertools import groupby

_CAPTION = re.compile(
    r"[（(【]?\s*(?:图\s*(?:[：:]|为|片|[\d一二三四五六七八九十①-⑳]{1,3})|[▲△↑]|照片[：:])|.{1,110}(?:摄|摄影|资料图|供图)[）)】]?\s*",
    re.S,
)
_LONGEST_CAPTION = 200  # characters; a longer paragraph below a picture is text
_LONGEST_CENTRED_CAPTION = 60
_LONGEST_TITLE = 80
_MOST_OF_A_TITLE = 120  # characters of several lines; an article's title cannot be longer
_TITLE_PLACES = 6  # blocks at the top among which the title is looked for
_NO_TITLE = re.compile(r".*[。；;：:，,]\s*|[（(].*|.*(?:来源|作者|记者|通讯员)\s*[:：].*", re.S)


@dataclass
class Block:
    """A paragraph, heading, item, table or picture.

    `number` is that of an item in an ordered list (0 for a bullet) or of a picture; `level` that of a heading from 1,
    or of an item from 0; `text` is the plain text, and the description of a picture; `size` is in half points.
    """

    kind: str
    html: str = ""
    text: str = ""
    role: str = ""
    align: str = ""
    level: int = 0
    number: int = 0
    size: int = 0
    is_bold: bool = False


def write_blocks(blocks: list[Block]) -> str:
    """Return the HTML of blocks. A picture is a figure with the attribute `data-picture`, its number."""
    written = []
    captions = {id(blocks[place]) for place in caption_places(blocks)}
    for are_items, group in groupby(blocks, key=lambda block: block.kind == "item"):
        run = list(group)
        if are_items:
            written.append(_list_html(run))
            continue
        for block, below in zip(run, [*run[1:], None], strict=True):
            if block.kind == "picture":
                written.append(_figure_html(block, below if below and id(below) in captions else None))
            elif id(block) not in captions:
                written.append(_block_html(block))
    return "".join(written)


def caption_places(blocks: list[Block]) -> set[int]:
    """Return the places of the blocks that are captions of the picture before them."""
    return {place for place in range(1, len(blocks)) if _is_caption(blocks[place - 1], blocks[place])}


def written_span(name: str, number: int) -> str:
    """Return an attribute for a number above one, with a leading space."""
    return f' {name}="{number}"' if number > 1 else ""


def _block_html(block: Block) -> str:
    if block.kind == "table":
        return block.html
    if block.kind == "heading":
        return f"<h{block.level + 1}>{block.html}</h{block.level + 1}>"
    style = f' style="text-align:{block.align}"' if block.align else ""
    return f"<p{style}>{block.html}</p>"


def _figure_html(picture: Block, caption: Block | None) -> str:
    words = f"<figcaption>{caption.html}</figcaption>" if caption else ""
    alt = html.escape(picture.text)
    return f'<figure data-picture="{picture.number}"><img alt="{alt}">{words}</figure>'


def _is_caption(above: Block, block: Block) -> bool:
    if above.kind != "picture" or block.kind != "paragraph" or len(block.text) > _LONGEST_CAPTION:
        return False
    centred = block.align == "center" and len(block.text.strip()) <= _LONGEST_CENTRED_CAPTION
    return block.role == "caption" or centred or bool(_CAPTION.match(block.text.strip()))


def _list_html(items: list[Block]) -> str:
    """Return nested lists; a number that does not follow the one before begins a new list."""
    written = ""
    place = 0
    while place < len(items):
        first, expected = items[place], items[place].number
        inner: list[str] = []
        while place < len(items) and items[place].level >= first.level:
            item = items[place]
            if item.level > first.level:
                end = next((k for k in range(place, len(items)) if items[k].level <= first.level), len(items))
                inner[-1] += _list_html(items[place:end])
                place = end
                continue
            if item.number != expected:
                break
            inner.append(item.html)
            expected += bool(item.number)
            place += 1
        name, start = ("ol", written_span("start", first.number)) if first.number else ("ul", "")
        written += f"<{name}{start}>{''.join(f'<li>{item}</li>' for item in inner)}</{name}>"
    return written


def take_title(blocks: list[Block]) -> tuple[str, str, list[Block]]:
    """Return the title, the subtitle, and the other blocks. The title is '' if the top does not look like one."""
    texts = [place for place, block in enumerate(blocks[:_TITLE_PLACES]) if block.kind in ("paragraph", "heading")]
    named = (place for place in texts if blocks[place].role == "title" and len(blocks[place].text) <= _MOST_OF_A_TITLE)
    first = next(named, None)
    if first is None:
        first = texts[0] if texts and _looks_like_title(blocks, texts[0]) else None
    if first is None:
        return "", "", blocks
    end = first + 1
    while end < len(blocks) and end - first < 3 and _continues_title(blocks[first], blocks[end]):
        end += 1
    if sum(len(block.text) + 1 for block in blocks[first:end]) > _MOST_OF_A_TITLE:
        end = first + 1
    title = " ".join(_one_line(block.text) for block in blocks[first:end])
    subtitle = ""
    if end < len(blocks) and _is_subtitle(blocks[end]):
        subtitle = _one_line(blocks[end].text)
        end += 1
    return title, subtitle, [*blocks[:first], *blocks[end:]]


def _is_subtitle(block: Block) -> bool:
    if block.kind not in ("paragraph", "heading") or len(block.text) > _LONGEST_TITLE:
        return False
    return block.role == "subtitle" or bool(re.match("—|--", block.text.strip()))


def _looks_like_title(blocks: list[Block], place: int) -> bool:
    block = blocks[place]
    text = block.text.strip()
    if len(text) > _LONGEST_TITLE or _NO_TITLE.fullmatch(text) or not blocks[place + 1 :]:
        return False
    below = [other for other in blocks[place + 1 :] if other.kind == "paragraph"]
    larger = bool(below) and block.size > max((other.size for other in below[:10]), default=0)
    is_only = block.level == 1 and not any(
        other.level == 1 and other.kind == "heading" for other in blocks[place + 1 :]
    )
    longer = any(len(other.text) > 2 * len(text) for other in below)
    return is_only or larger or (longer and (block.align == "center" or (block.kind == "paragraph" and block.is_bold)))


def _continues_title(title: Block, block: Block) -> bool:
    """Return True for the next line of a title: in its style, or set as large and as centred as it."""
    if block.kind != title.kind or _NO_TITLE.fullmatch(block.text.strip()) or re.match("——|--", block.text.strip()):
        return False
    if title.role == "title":
        return block.role == "title"
    alike = (block.size, block.align, block.is_bold, block.level) == (
        title.size,
        title.align,
        title.is_bold,
        title.level,
    )
    return alike and title.align == "center" and title.size >= 32 and len(block.text) <= _LONGEST_TITLE


def _one_line(text: str) -> str:
    return " ".join(text.split())
