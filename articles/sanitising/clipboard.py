"""What Word puts round its HTML on the clipboard.

Text boxes, tick boxes, drop caps and equations are in comments for Office alone, and rubbish comes after the end.
"""

import html as entities
import re

from .embedded import formula_text
from .word_equations import equation_text

_VML, _VML_END = "<!--[if gte vml 1]>", "<![endif]-->"
_ELSE, _ELSE_END = "<![if !vml]>", "<![endif]>"
_BOX, _BOX_END = "<v:textbox", "</v:textbox>"
_TAG = re.compile(r"<[^<>]*>|&nbsp;|&#160;")
# A field with a tick box, and its bytes: 4 of a version, 2 of flags, 4 others, its name, its default.
_TICK_BOX = re.compile(
    r"<!--\[if supportFields\]>[^!]{0,600}FORMCHECKBOX[^!]{0,200}<!\[endif\]-->"
    r"(?:\s{0,9}<!--\[if gte mso 9\]><xml>\s{0,9}<w:data>\s{0,9}([0-9A-Fa-f]{20,1000}))?"
)
_BY_DEFAULT = 25
# The letter that begins a text, over several lines: a paragraph of its own, mostly alone in a table, which Word puts
# into a <div>. What is opened before the letter is closed after it, or it is a table of the text.
_DROP_CAP = re.compile(
    r"(?P<div><div\b[^<>]{0,600}>\s{0,9})?"
    r"(?P<table><table\b[^<>]{0,300}>\s{0,9}(?:<tbody[^<>]{0,300}>\s{0,9})?"
    r"<tr[^<>]{0,300}>\s{0,9}<td[^<>]{0,300}>\s{0,9})?"
    r"<p\b[^<>]{0,600}mso-element:\s{0,2}dropcap[^<>]{0,600}>(?P<cap>(?:[^<]++|<(?!/?p\b)[^<>]*+>){1,20}+)</p>\s{0,9}"
    r"(?(table)</td>\s{0,9}</tr>\s{0,9}(?:</tbody>\s{0,9})?</table>\s{0,9})(?(div)</div>\s{0,9})"
    r"(?P<next><p\b[^<>]{0,600}>)",
    re.I,
)
# Underlined tabs, to be filled in by hand; each is drawn at least as wide as two characters.
_TABS = re.compile(
    r"(<u>(?:<span\b[^<>]{0,300}>){0,4}<span\b[^<>]{0,300}mso-tab-count:\s?(\d{1,2})[^<>]{0,300}>)"
    r"((?:&nbsp;|\s){0,300})</span>"
)
_FIELD = re.compile(r"<!--\[if supportFields\]>([^!]{0,4000})<!\[endif\]-->")
_END = re.compile("</html\\s*>", re.I)


def unwrap_clipboard(html: str) -> str:
    """Return HTML up to its end, with the text of those text boxes that are only drawn for other programs."""
    end = _END.search(html)
    html = html[: end.start()] if end else html
    if "FORMCHECKBOX" in html:
        html = _TICK_BOX.sub(lambda field: ("☑" if _is_ticked(field[1] or "") else "☐") + field[0], html)
    if "dropcap-" in html:
        html = _DROP_CAP.sub(r"\g<next>\g<cap>", html)
    if "mso-tab-count" in html:
        html = _TABS.sub(_with_drawn_tabs, html)
    if "supportFields" in html:
        html = _FIELD.sub(_with_equation, html)
    pieces, position = [], 0
    while (start := html.find(_VML, position)) >= 0 and (stop := html.find(_VML_END, start)) >= 0:
        after = stop + len(_VML_END)
        drawing = html[start:stop]
        boxes = list(_box_texts(drawing)) if _BOX in drawing else []
        begin = after + len(html[after : after + 100]) - len(html[after : after + 100].lstrip())
        until = html.find(_ELSE_END, begin) if html.startswith(_ELSE, begin) else -1
        has_text = until >= 0 and _TAG.sub("", html[begin:until]).strip()
        pieces.append(html[position:start])
        if boxes and not has_text:
            pieces += boxes
            if until >= 0 and html.count("<img", begin, until) <= len(boxes):  # pictures of the boxes alone
                after = until + len(_ELSE_END)
        position = after
    return "".join(pieces) + html[position:]


def _box_texts(drawing: str) -> list[str]:
    texts, position = [], 0
    while (start := drawing.find(_BOX, position)) >= 0 and (stop := drawing.find(_BOX_END, start)) >= 0:
        inside = drawing.find(">", start) + 1
        texts.append(f"<div>{drawing[inside:stop]}</div>")
        position = stop + len(_BOX_END)
    return texts


def _with_drawn_tabs(tabs: re.Match[str]) -> str:
    blanks = entities.unescape(tabs[3]).count("\u00a0")
    return tabs[1] + "\u00a0" * max(blanks, 4 * int(tabs[2])) + "</span>"


def _with_equation(field: re.Match[str]) -> str:
    """Return a field with what it draws as text before it, unless it is a reading that a <ruby> behind it has too."""
    if "field-separator" in field[1]:
        return field[0]  # what it draws is behind it
    code = entities.unescape(_TAG.sub("", field[1])).strip()
    text = equation_text(code)
    if text is None or ("（" in text and "<ruby" in field.string[field.end() : field.end() + 500]):
        return field[0]
    return entities.escape(text or formula_text(code)) + field[0]


def _is_ticked(written: str) -> bool:
    """Return True if the tick box of a form field is ticked, from its bytes in hexadecimal digits."""
    data = bytes.fromhex(written[: len(written) // 2 * 2])
    ticked = data[4] >> 2 & 31 if len(data) > 4 else 0
    if ticked != _BY_DEFAULT:
        return ticked == 1
    default = 12 + 2 * int.from_bytes(data[10:12], "little") + 2  # after the name and the zero at its end
    return int.from_bytes(data[default : default + 2], "little") == 1
