"""What the styles of a Word file say about a paragraph and its runs: heading, alignment, list, hidden, bold."""

import re
from dataclasses import dataclass
from functools import cache
from xml.etree.ElementTree import Element

from .package import attribute, child, is_on, is_switched_on

_MOST_ANCESTORS = 20  # of a style
_HEADING_NAME = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.I)
_TITLE_NAMES = ("title", "标题", "標題", "文章标题", "公文标题", "大标题", "主标题")
_SUBTITLE_NAMES = ("subtitle", "副标题", "副標題")
_CAPTION_NAMES = ("caption", "题注", "图注", "图片说明")
_ALIGNMENTS = {"center": "center", "right": "right", "end": "right"}


@dataclass(frozen=True)
class ParagraphForm:
    """How a paragraph is set: `level` of a heading from 1, 0 for text; `alignment` center, right or ''.

    `list_key` and `list_level` are those of its automatic number; `size` is the type size in half points, or 0.
    """

    role: str = ""  # title, subtitle or caption
    level: int = 0
    alignment: str = ""
    list_key: str = ""
    list_level: int = 0
    size: int = 0


class StyleSheet:
    """The styles of a document. `linked` are the lists of paragraph styles, as numbering.xml names them."""

    def __init__(self, root: Element | None, linked: dict[str, tuple[str, int]]) -> None:
        self.linked = linked
        self.styles: dict[str, Element] = {}
        self.defaults: Element | None = None
        self.usual = ""  # the key of the style of paragraphs that name none
        for style in () if root is None else root.iter("w:style"):
            key = style.get("w:styleId", "")
            self.styles[key] = style
            if style.get("w:type") == "paragraph" and style.get("w:default", "0") not in ("0", "false"):
                self.usual = key
        if root is not None:
            self.defaults = child(root, "w:docDefaults", "w:rPrDefault", "w:rPr")
        self.chain = cache(self._chain)

    def _chain(self, key: str) -> tuple[Element, ...]:
        """Return the style and those it is based on, nearest first."""
        found: list[Element] = []
        while key in self.styles and self.styles[key] not in found and len(found) < _MOST_ANCESTORS:
            found.append(self.styles[key])
            key = attribute(found[-1], "w:basedOn")
        return tuple(found)

    def style_of(self, properties: Element | None) -> str:
        """Return the key of a paragraph's style."""
        return attribute(properties, "w:pStyle") or self.usual

    def paragraph_form(self, properties: Element | None) -> ParagraphForm:
        """Return how a paragraph with these properties (w:pPr) is set."""
        key = self.style_of(properties)
        styles = self.chain(key)
        names = [attribute(style, "w:name").strip().lower() for style in styles]
        holders = [properties, *(child(style, "w:pPr") for style in styles)]
        list_key, list_level = self._list_of(properties, styles)
        return ParagraphForm(
            role=_role_named(names),
            level=_heading_level(holders, names),
            alignment=_ALIGNMENTS.get(_first_value(holders, "w:jc"), ""),
            list_key=list_key,
            list_level=list_level,
            size=_whole(_first_value([child(style, "w:rPr") for style in styles], "w:sz")),
        )

    def _list_of(self, properties: Element | None, styles: tuple[Element, ...]) -> tuple[str, int]:
        direct = child(properties, "w:numPr")
        level = attribute(direct, "w:ilvl")
        if key := attribute(direct, "w:numId"):
            return ("" if key == "0" else key), _whole(level)
        for style in styles:
            numbered = child(style, "w:pPr", "w:numPr")
            if numbered is None:
                continue
            key = attribute(numbered, "w:numId")
            linked = self.linked.get(style.get("w:styleId", ""))
            if key == "0":
                return "", 0
            if linked and (not key or linked[0] == key):
                return linked[0], _whole(level) if level else linked[1]
            return key, _whole(level or attribute(numbered, "w:ilvl"))
        return "", 0

    def run_properties(self, properties: Element | None, paragraph_style: str) -> list[Element | None]:
        """Return what says how a run with these properties (w:rPr) looks, the nearest first."""
        character = self.chain(attribute(properties, "w:rStyle"))
        styles = (*character, *self.chain(paragraph_style))
        return [properties, *(child(style, "w:rPr") for style in styles), self.defaults]


def first_property(holders: list[Element | None], name: str) -> Element | None:
    """Return the first property with this name: the nearest decides."""
    return next((found for holder in holders if (found := child(holder, name)) is not None), None)


def has_property(holders: list[Element | None], name: str) -> bool:
    """Return True if the nearest property with this name is switched on."""
    found = first_property(holders, name)
    return found is not None and is_switched_on(found)


def is_deleted_mark(properties: Element | None) -> bool:
    """Return True if tracked changes deleted the end of the paragraph, so that the next one continues it."""
    mark = child(properties, "w:rPr")
    return child(mark, "w:del") is not None or child(mark, "w:moveFrom") is not None


def is_drop_cap(properties: Element | None) -> bool:
    """Return True for a paragraph that is the first letters of the next one, set over several of its lines."""
    return attribute(properties, "w:framePr", key="w:dropCap") in ("drop", "margin")


def is_hidden_mark(properties: Element | None) -> bool:
    """Return True if the end of the paragraph is hidden text."""
    return is_on(child(properties, "w:rPr"), "w:vanish")


def _first_value(holders: list[Element | None], name: str) -> str:
    found = first_property(holders, name)
    return "" if found is None else found.get("w:val", "")


def _role_named(names: list[str]) -> str:
    own = names[0] if names else ""
    for role, known in (("title", _TITLE_NAMES), ("subtitle", _SUBTITLE_NAMES), ("caption", _CAPTION_NAMES)):
        if own in known:
            return role
    return ""


def _heading_level(holders: list[Element | None], names: list[str]) -> int:
    outline = _first_value(holders, "w:outlineLvl")
    if outline:
        return _whole(outline) + 1 if _whole(outline) < MOST_OUTLINE else 0
    return next((int(found[1]) for name in names if (found := _HEADING_NAME.fullmatch(name))), 0)


MOST_OUTLINE = 9  # the outline level of text


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,5}", text, re.ASCII) else 0
