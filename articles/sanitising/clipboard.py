"""What Word puts round its HTML on the clipboard: text boxes and tick boxes in comments for Office alone, rubbish after
the end.
"""

import re

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
_END = re.compile("</html\\s*>", re.I)


def unwrap_clipboard(html: str) -> str:
    """Return HTML up to its end, with the text of those text boxes that are only drawn for other programs."""
    end = _END.search(html)
    html = html[: end.start()] if end else html
    if "FORMCHECKBOX" in html:
        html = _TICK_BOX.sub(lambda field: ("☑" if _is_ticked(field[1] or "") else "☐") + field[0], html)
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


def _is_ticked(written: str) -> bool:
    """Return True if the tick box of a form field is ticked, from its bytes in hexadecimal digits."""
    data = bytes.fromhex(written[: len(written) // 2 * 2])
    ticked = data[4] >> 2 & 31 if len(data) > 4 else 0
    if ticked != _BY_DEFAULT:
        return ticked == 1
    default = 12 + 2 * int.from_bytes(data[10:12], "little") + 2  # after the name and the zero at its end
    return int.from_bytes(data[default : default + 2], "little") == 1
