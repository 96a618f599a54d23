"""Splits HTML of any quality into text, start tags and end tags, in linear time.

html.parser takes quadratic time for unclosed comments, html5ever for nested divs. This tokenizer follows the HTML
standard (13.2.5) as far as it matters to writers; where it differs, the output is still only text and names of tags.
"""

import html as entities
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

# Removed with their content. RAW elements contain text, not markup; the others nest.
RAW = frozenset({"script", "style", "iframe"})
DROPPED = RAW | {"svg", "math", "xml", "template", "noscript", "object", "applet", "title", "video", "audio", "canvas"}
# Not HTML: only here does a tag such as <svg/> close itself.
FOREIGN = frozenset({"svg", "math", "xml"})

_ATTRIBUTE = r"""([^\t\n\f\r />][^\t\n\f\r />=]*+)
    (?:[\t\n\f\r ]*+=[\t\n\f\r ]*+("[^"]*+"|'[^']*+'|(?!["'])[^\t\n\f\r >]++))?+"""
_TAG = re.compile(rf"</?([a-z][^\t\n\f\r />]*+)((?:[\t\n\f\r /]++|{_ATTRIBUTE})*+)>", re.X | re.I)
_ATTRIBUTES = re.compile(_ATTRIBUTE, re.X)
_MARKUP = re.compile(r"<!--|<[!?]|</[^>a-z]|</>|</?[a-z]", re.I)
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.S)
_DECLARATION = re.compile(r"<[^>]*+>")
# int() refuses more than 4,300 digits; character references need at most seven.
_LONG_NUMBER = re.compile(r"&#[0-9]{8,}+;?")
# In an attribute, "&copy=2" is a parameter of a URL: a named reference must end with a semicolon.
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7};?|#x[0-9a-f]{1,6};?|[a-z][a-z0-9]{1,31};)", re.I)


class HtmlToken(NamedTuple):
    """A token; `value` is the text, or the name of the tag in lower case.

    `content` is the raw content of a dropped element. `alignment` is the paragraph's, for text, breaks and pictures.
    A start tag that `closes_itself` (<a/>) does so only in what is not HTML.
    """

    kind: Literal["text", "start", "end"]
    value: str
    attributes: dict[str, str]
    content: str = ""
    alignment: str = ""
    closes_itself: bool = False


def read_tokens(html: str) -> Iterator[HtmlToken]:
    """Yield the tokens of `html` without comments and declarations. A DROPPED element is one token, without an end.

    A dropped element that is never closed extends to the end, as in a browser. A "<" that begins no complete tag is
    text, like everything after it, so that a broken tag loses no words.
    """
    position, begun, depth = 0, 0, 0
    dropped: HtmlToken | None = None
    while (opening := _MARKUP.search(html, position)) is not None:
        markup = _match_markup(html, opening)
        if markup is None:
            break
        if not dropped and opening.start() > position:
            yield HtmlToken("text", _parse_text(html[position : opening.start()]), {})
        position = markup.end()
        if markup.re is not _TAG:
            continue
        token = _parse_tag(markup)
        if dropped:
            depth += {dropped.value: 1 if token.kind == "start" else -1}.get(token.value, 0)
            if not depth:
                yield dropped._replace(content=html[begun : opening.start()])
                dropped = None
        elif token.kind == "start" and token.value in RAW:
            position = _end_of_raw(html, position, token.value)
            yield token._replace(content=html[markup.end() : position])
        elif token.kind == "start" and token.value in DROPPED and not (token.closes_itself and token.value in FOREIGN):
            dropped, begun, depth = token, position, 1
        elif token.value not in DROPPED or token.kind == "start":
            yield token
    if dropped:
        yield dropped._replace(content=html[begun:])
    elif position < len(html):
        yield HtmlToken("text", _parse_text(html[position:]), {})


def _match_markup(html: str, opening: re.Match[str]) -> re.Match[str] | None:
    if opening[0] == "<!--":
        return _COMMENT.match(html, opening.start())
    whole = _TAG if opening[0][-1].isalpha() else _DECLARATION
    return whole.match(html, opening.start())


def _parse_tag(markup: re.Match[str]) -> HtmlToken:
    attributes: dict[str, str] = {}
    for name, value in _ATTRIBUTES.findall(markup[2]):
        value = value[1:-1] if value[:1] in ('"', "'") else value
        attributes.setdefault(name.lower(), _REFERENCE.sub(lambda found: entities.unescape(found[0]), value))
    kind: Literal["start", "end"] = "end" if markup[0].startswith("</") else "start"
    # In <a b=c/>, the "/" belongs to the attribute.
    closes_itself = markup[2].endswith("/") and _ATTRIBUTES.sub("", markup[2]).endswith("/")
    return HtmlToken(kind, markup[1].lower(), attributes, closes_itself=closes_itself)


def _parse_text(raw: str) -> str:
    return entities.unescape(_LONG_NUMBER.sub("\ufffd", raw))


def _end_of_raw(html: str, position: int, name: str) -> int:
    end = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.I).search(html, position)
    return end.start() if end else len(html)
