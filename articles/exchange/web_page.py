"""Reads a saved web page of an older portal: its article's title, provenance and body, without knowing its template.

The body is the element with most non-link text; what is between the title and the body is read as provenance.
"""

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import lxml.html
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..bylines import merge_credits
from ..refusals import Problem
from .decoding import UnreadablePage, decode_page
from .heading import Head
from .page_time import HAS_CLOCK, find_page_time, parse_page_time
from .provenance import PAGE_PUBLISHED, PAGE_SOURCE, PAGE_UPDATED, parse_provenance_line
from .text import PrintedArticle
from .web_page_body import (
    BLOCKS,
    Element,
    block_lines,
    drop_page_furniture,
    element_text,
    find_page_body,
    letters_of,
    trim_page_body,
)

HAS_NO_ARTICLE = Problem(
    "exchange.no_article", _("no article was found on this web page: copy its text into the editor instead.")
)
TITLE_IS_A_GUESS = Problem(
    "exchange.title_is_a_guess", _("its title “%(title)s” was found nowhere but in the tab's name.")
)

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,20})", re.IGNORECASE)
# Possessive: dashes that could be parted in many ways would take exponential time.
_TITLE_TAIL = re.compile(r"\s*(?:[_|｜—–]|\s-++\s?|--++|(?<=[\u4e00-\u9fff])-(?=[\u4e00-\u9fff]))++\s*[^_|｜—–]{1,30}$")
_LONGEST_TAB = 300  # characters; the tail of a longer title is left
_META_TIMES = ("article:published_time", "og:published_time", "og:release_date", "pubdate", "publishdate")
_META_SOURCES = ("contentsource", "source", "og:article:source")
# When a page says its time only to its own script: {"publishTime":"2024-03-25 17:03"}, var ct = "1711357380"
_SCRIPT_TIME = re.compile(
    r"(?:datePublished|pub(?:lish)?_?(?:time|date)|create_?time|pubtime)[\"']?\s{0,3}[:=]\s{0,3}[\"']"
    r"(\d{4}-\d\d-\d\d[ T\d:+.-]{0,24})",
    re.IGNORECASE,
)
_WECHAT_TIME = re.compile(r"\bct\s?=\s?[\"'](\d{10})[\"']")
_LINE_BREAKS = re.compile(r"(?:<br[^<>]{0,50}>\s*)+")
_SHORT_TITLE = 8  # a shorter name of a tab is rather the section's
_SHORTEST_TEXT = 20  # characters, unless there is a picture
_LONGEST_AROUND = 60  # lines above the body, and below it; more would only take time


def read_web_page(data: bytes) -> PrintedArticle:
    """Return the article on a saved page, with `html` as its body, not yet sanitised. Raises UnreadablePage."""
    document = lxml.html.document_fromstring(_declared_text(data))
    metas = _meta_facts(document)
    tab = " ".join((document.findtext(".//title") or "").split())
    script = "".join(element.text or "" for element in document.iter("script"))
    drop_page_furniture(document)
    body = find_page_body(document)
    if body is None:
        raise UnreadablePage(HAS_NO_ARTICLE)
    title, certain, head, above = _read_heading(document, body, metas, tab)
    _find_time(head, metas, above, script)
    source = head.facts.get(PAGE_SOURCE) or next((metas[name] for name in _META_SOURCES if name in metas), "")
    lines = _text_of(body)
    return PrintedArticle(
        section="",
        kicker="",
        title=title,
        subtitle="",
        source=_without_buttons(source),
        published_at=_time(head.facts.get(PAGE_PUBLISHED)),
        updated_at=_time(head.facts.get(PAGE_UPDATED)),
        credits=merge_credits(head.credits, lines),
        paragraphs=tuple(lines),
        digest=hashlib.sha256(data).hexdigest(),
        doubts=() if certain else (TITLE_IS_A_GUESS.filled(title=title[:40]),),
        html=_with_paragraphs(lxml.html.tostring(body, encoding="unicode")),
        old_address=_path_and_query(metas.get("canonical") or metas.get("og:url", "")),
    )


def _read_heading(
    document: Element, body: Element, metas: dict[str, str], tab: str
) -> tuple[str, bool, Head, list[str]]:
    """Return the title, whether it is certain, the elements around the body, and the lines above it; trims the body."""
    title, certain = _find_title(document, metas.get("og:title", ""), tab)
    above, below = _lines_around(document, title if certain else "", body)
    head = _learned_head(above, below)
    if not certain and len(title) < _SHORT_TITLE:
        named = _title_above_provenance(document) or _last_heading(document, body)
        title, certain = named or title, bool(named)
    trim_page_body(body, title, head)
    return title, certain, head, above


def _text_of(body: Element) -> list[str]:
    """Return the lines of the body. Raises UnreadablePage if they are too short for an article without a picture."""
    lines = list(block_lines(body))
    if sum(map(len, lines)) < _SHORTEST_TEXT and body.find(".//img") is None:
        raise UnreadablePage(HAS_NO_ARTICLE)
    return lines


def _learned_head(above: list[str], below: list[str]) -> Head:
    """Return what the lines above the body say about the article, and the lines of provenance below it."""
    head = Head()
    for line in above:
        head.learns(line)
    for line in below:
        if (found := parse_provenance_line(line)) and found.facts:
            head.learns_from_foot(line)
    return head


def _time(text: str | None) -> datetime | None:
    return parse_page_time(text) if text else None


def _declared_text(data: bytes) -> str:
    """Return the page's text in the encoding that it declares, or else in the one it seems to be in."""
    declared = _CHARSET.search(data[:4000])
    name = declared[1].decode().lower() if declared else ""
    name = "gb18030" if name in ("gb2312", "gbk") else "big5hkscs" if name == "big5" else name
    try:
        text = data.decode(name) if name else decode_page(data)
    except (UnicodeDecodeError, LookupError):
        text = decode_page(data)
    return re.sub(r"^\s*<\?xml[^>]*>", "", text.replace("\0", ""))


def _meta_facts(document: Element) -> dict[str, str]:
    """The values of the page's meta tags by their names in small letters, and its canonical address."""
    facts: dict[str, str] = {}
    for meta in document.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        value = " ".join((meta.get("content") or "").split())
        if name and value:
            facts.setdefault(name, value)
    for link in document.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            facts.setdefault("canonical", link.get("href"))
    return facts


def _find_title(document: Element, shared: str, tab: str) -> tuple[str, bool]:
    """Return the title, and False if no heading of the page says it: the heading that the tab's name begins with."""
    wanted = letters_of(shared) + "\n" + letters_of(tab)
    candidates = [
        text for element in document.iter("h1", "h2", "h3", "h4") if 4 <= len(text := element_text(element)) <= 120
    ]
    candidates += [
        text
        for element in document.iter("div", "p", "td", "span", "strong", "b", "font", "center")
        if "title" in f"{element.get('class')} {element.get('id')}".lower()
        and 4 <= len(text := element_text(element)) <= 120
    ]
    said = [text for text in candidates if letters_of(text) and letters_of(text) in wanted]
    if said:
        return max(said, key=len), True
    first = next(
        (element_text(element) for element in document.iter("h1") if 4 <= len(element_text(element)) <= 120), ""
    )
    title = shared or tab
    short = (_TITLE_TAIL.sub("", title) if len(title) <= _LONGEST_TAB else "") or title
    if first and not shared:
        return first, True
    if not short:
        raise UnreadablePage(HAS_NO_ARTICLE)
    return short[:120], bool(shared)


def _lines_around(document: Element, title: str, body: Element) -> tuple[list[str], list[str]]:
    """Return the lines between title and body, outermost first, with the body's first ones; and those below."""
    above: list[str] = []
    below: list[str] = []
    lines, inside = above, set(body.iter())
    for element in document.iter(*BLOCKS, "span", "h1", "tr", "ul", "time", "em", "i"):
        if element in inside:
            lines = below
        elif 6 <= len(text := element_text(element)) <= 300:  # 来源：新华社
            lines.append(text)
    wanted = letters_of(title)
    start = max((place for place, line in enumerate(above) if wanted and wanted in letters_of(line)), default=-1) + 1
    return above[start:][-_LONGEST_AROUND:] + list(block_lines(body))[:4], below[:_LONGEST_AROUND]


def _title_above_provenance(document: Element) -> str:
    """Return the text right above the first line of provenance if it can be a title, else ''."""
    before = ""
    for piece in document.itertext():
        line = " ".join(piece.split())
        if before and (found := parse_provenance_line(line)) and found.facts:
            return before if 6 <= len(before) <= 80 and not before.endswith("。") else ""
        before = line or before
    return ""


def _path_and_query(address: str) -> str:
    try:
        return urlsplit(address)._replace(scheme="", netloc="", fragment="").geturl()
    except ValueError:
        return ""


def _with_paragraphs(html: str) -> str:
    """Return the HTML with a paragraph for each line, where the page parts its paragraphs by line breaks alone."""
    breaks = _LINE_BREAKS.findall(html)
    return _LINE_BREAKS.sub("</p><p>", f"<p>{html}</p>") if len(breaks) > html.count("<p") else html


def _last_heading(document: Element, body: Element) -> str:
    """Return the heading right above the body, else ''."""
    heading = ""
    for element in document.iter():
        if element is body:
            break
        if element.tag in ("h1", "h2", "h3") and 4 <= len(text := element_text(element)) <= 120:
            heading = text
    return heading


def _find_time(head: Head, metas: dict[str, str], above: list[str], script: str) -> None:
    """Add a time of publication where no line of provenance said it: from the meta tags, the lines, or the script."""
    if PAGE_PUBLISHED in head.facts or PAGE_UPDATED in head.facts:
        return
    found = next((metas[name] for name in _META_TIMES if name in metas), "")
    spans = [(line, span) for line in above if (span := find_page_time(line))]
    with_clock = [line[start:end] for line, (start, end) in spans if HAS_CLOCK.search(line[start:end])]
    if not found and with_clock:
        found = with_clock[0]
    if not found and (said := _SCRIPT_TIME.search(script)):
        found = said[1].strip()
    if not found and (wechat := _WECHAT_TIME.search(script)):
        found = timezone.localtime(datetime.fromtimestamp(int(wechat[1]), UTC)).strftime("%Y-%m-%d %H:%M")
    if not found and spans:
        line, (start, end) = spans[0]
        found = line[start:end]
    if found and parse_page_time(found):
        head.facts[PAGE_PUBLISHED] = found


def _without_buttons(source: str) -> str:
    """Return the source without the words next to it on the page: 澄溪网 举报, 澄溪网 12 人参与"""
    return (source.split()[0] if re.search(r"[\u4e00-\u9fff]\s", source) else source)[:80]
