"""What a sanitised body may contain, specified independently of the sanitiser, for another parser."""

import re
from html.parser import HTMLParser

VOID = {"br", "hr", "img"}
ATTRIBUTES = {
    "p": {"class"},
    "a": {"href", "rel"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
PLAIN = {
    "h2",
    "h3",
    "h4",
    "strong",
    "em",
    "u",
    "s",
    "sub",
    "sup",
    "br",
    "ul",
    "li",
    "blockquote",
    "table",
    "caption",
}
PLAIN |= {"thead", "tbody", "tfoot", "tr", "figure", "figcaption", "cite", "hr"}
VALUES = {
    "class": "align-(center|right)",
    "href": r"https?://[^\s\\/?#][^\s\\]*|mailto:[^\s\\]+|tel:[^\s\\]+|/(?![/\\])[^\s\\]*",
    "rel": "noopener",
    "src": r"/media/pictures/[0-9a-f]{32}[sw]?\.(jpg|png|webp)",
    "alt": r"[^\x00-\x1f]*",
    "width": "[1-9][0-9]{0,4}",
    "height": "[1-9][0-9]{0,4}",
    "start": "[1-9][0-9]{0,5}",
    "scope": "row|col|rowgroup|colgroup",
    "colspan": "[1-9][0-9]?|100",
    "rowspan": "[1-9][0-9]?|100",
}
INSIDE = {
    "li": {"ul", "ol"},
    "caption": {"table"},
    "thead": {"table"},
    "tbody": {"table"},
    "tfoot": {"table"},
    "tr": {"thead", "tbody", "tfoot"},
    "td": {"tr"},
    "th": {"tr"},
    "figcaption": {"figure"},
}
LINES = {"p", "h2", "h3", "h4", "caption", "figcaption"}
BOXES = {"ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "figure"}


class KeptHtml(HTMLParser):
    """Parses HTML: `wrong` lists violations, `text` is the visible text."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.pieces: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        self.wrong += [f"<{name}> is never closed" for name in self.open]
        self.text = "".join(self.pieces)

    def handle_starttag(self, tag, attrs):
        if tag not in PLAIN | ATTRIBUTES.keys():
            self.wrong.append(f"<{tag}> is not allowed")
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, ()):
                self.wrong.append(f"{name} is not allowed on <{tag}>")
            elif not re.fullmatch(VALUES[name], value or "", re.I):
                self.wrong.append(f"{name}={value!r} is not allowed")
        parent = self.open[-1] if self.open else "body"
        if tag in INSIDE and parent not in INSIDE[tag]:
            self.wrong.append(f"<{tag}> in <{parent}>")
        if tag in BOXES | LINES | {"hr"} and (parent in LINES or parent not in {"body", *BOXES}):
            self.wrong.append(f"<{tag}> in <{parent}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        parent = self.open[-1] if self.open else "body"
        if parent in {"body", "blockquote", "table", "thead", "tbody", "tfoot", "tr", "ul", "ol"}:
            self.wrong.append(f"{data!r} directly in <{parent}>")
        self.pieces.append(data)

    def handle_comment(self, data):
        self.wrong.append(f"comment {data!r}")

    handle_decl = handle_pi = unknown_decl = handle_comment
