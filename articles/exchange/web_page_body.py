"""Finds the body of the article on a web page of an unknown template, and drops what is not text from it."""

import re
from collections.abc import Iterator
from typing import TypeAlias

import lxml.html

from ..bylines import parse_byline
from .heading import Head
from .text import is_furniture

Element: TypeAlias = lxml.html.HtmlElement

_DROPPED = {"script", "style", "noscript", "template", "nav", "footer", "aside", "iframe", "svg"}
_DROPPED |= {"select", "button", "input", "textarea"}
_FURNITURE_NAME = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|crumbs?|breadcrumbs?|footer|foot|side|sidebar|related|recommend\w*|hot\w*|rank\w*"
    r"|comments?|share|copyright|ad|ads|advert\w*|toolbar|login|qrcode|pager|pagination|prev|next)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
BLOCKS = {"p", "div", "td", "section", "article", "li", "blockquote", "pre", "h2", "h3", "h4", "center", "dd"}
_PUNCTUATION = re.compile("[，。、；：？！,.;:?!“”]")


def drop_page_furniture(document: Element) -> None:
    """Drop scripts, navigation, comments and what is hidden by its own style."""
    for element in list(document.iter()):
        if not isinstance(element.tag, str) or element.tag in _DROPPED or _HIDDEN.search(element.get("style") or ""):
            _drop(element)


def _drop(element: Element) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def find_page_body(document: Element) -> Element | None:
    """Return the element whose blocks have most non-link text; a block counts for its parent, and half for the
    one above.
    """
    scores: dict[Element, float] = {}
    for element in document.iter(*BLOCKS):
        text = _own_text(element)
        linked = sum(len(element_text(link)) for link in element.iter("a"))
        plain = len(text) - min(linked, len(text))
        if plain < 10:
            continue
        score = plain + 20 * len(_PUNCTUATION.findall(text)) * plain / (len(text) or 1)
        shares = (0.0, 1.0, 0.5) if element.tag in ("p", "li") else (1.0, 0.5, 0.25)
        for share, ancestor in zip(shares, _and_above(element), strict=False):
            scores[ancestor] = scores.get(ancestor, 0) + score * share
    scores = {element: score for element, score in scores.items() if element.tag not in ("html", "li", "p")}
    if not scores:
        return None
    best = max(scores, key=lambda element: scores[element] * (1 - _link_share(element)) * _name_factor(element))
    return _outermost(best) if scores[best] >= 30 else None


def _outermost(best: Element) -> Element:
    """Return the element, or the one around it if all that is added there are bylines."""
    above = best.getparent()
    while above is not None and above.tag not in ("body", "html", "tbody", "tr", "form"):
        inside = list(block_lines(best))
        if any(parse_byline(line) is None for line in block_lines(above) if line not in inside):
            break
        best, above = above, above.getparent()
    return best


def _and_above(element: Element) -> Iterator[Element]:
    yield element
    yield from element.iterancestors()


def _link_share(element: Element) -> float:
    whole = len(element_text(element)) or 1
    return min(1.0, sum(len(element_text(link)) for link in element.iter("a")) / whole)


def _name_factor(element: Element) -> float:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _FURNITURE_NAME.search(names):
        return 0.3
    return 1.3 if re.search("article|content|text|editor|detail|zoom", names, re.IGNORECASE) else 1.0


def trim_page_body(body: Element, title: str, head: Head) -> None:
    """Drop from the body what is not text: the title again, provenance, lists of links, page furniture at its end."""
    blocks = [element for element in body.iter(*BLOCKS) if element is not body]
    for element in blocks[:6]:
        line = element_text(element)
        if not list(element.iter("img", "table")) and (letters_of(line) == letters_of(title) or head.says(line)):
            _drop(element)
    for element in [element for element in body.iter("div", "ul", "ol", "table", "section") if element is not body]:
        if element.getparent() is None or list(element.iter("img")):
            continue
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if (_link_share(element) > 0.6 and len(list(element.iter("a"))) > 2) or (
            _FURNITURE_NAME.search(names) and len(element_text(element)) < 400
        ):
            _drop(element)
    for element in reversed([element for element in body.iter(*BLOCKS) if element is not body]):
        line = element_text(element)
        if list(element.iter("img", "table")) or not (not line or is_furniture(line) or parse_byline(line) is not None):
            break
        if is_furniture(line):
            _drop(element)


def block_lines(body: Element) -> Iterator[str]:
    """Yield the text of the body, a paragraph, heading, cell or broken line at a time; none is empty."""
    for element in body.iter():
        for piece in _pieces(element):
            if line := " ".join(piece.split()):
                yield line


def _pieces(element: Element) -> list[str]:
    """The lines of the element's own text, as its line breaks part them."""
    if element is not None and (element.tag in BLOCKS or element.getparent() is None):
        copy = [element.text or ""]
        for child in element:
            if child.tag == "br":
                copy.append("\n")
            elif child.tag not in BLOCKS and child.tag not in ("table", "ul", "ol"):
                copy.append(child.text_content())
            copy.append(child.tail or "")
        return "".join(copy).split("\n") if any(child.tag == "br" for child in element) else ["".join(copy)]
    return []


def element_text(element: Element) -> str:
    """Return the element's text in one line, with a blank where one element ends and the next begins."""
    return " ".join(" ".join(element.itertext()).split())


def _own_text(element: Element) -> str:
    """The text of the element that is in no block inside it."""
    parts = [element.text or ""]
    for child in element:
        if child.tag not in BLOCKS and child.tag not in ("table", "tbody", "tr", "ul", "ol", "dl"):
            parts.append(child.text_content())
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def letters_of(text: str) -> str:
    """Return the letters and digits of the text, by which headings are compared."""
    return "".join(character for character in text if character.isalnum())
