"""Content of HTML that is not text: players, maps and frames become a link, formulas their source."""

import html as entities
import re

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from .addresses import safe_link
from .tokens import HtmlToken

_PLAYERS = frozenset(
    {"iframe", "object", "applet", "video", "audio", "embed", "mpvoice", "qqmusic", "mpvideosnap", "mpcps"}
)
_CARDS = (
    "mp-common-",
    "mp-miniprogram",
    "mp-vote",
    "mp-weapp",
)  # WeChat's: sounds, films, mini programs, votes, accounts
# Elements of scripts that draw a player or a card later: <bilibili-player>, Yuque's <card>.
_DRAWN_LATE = re.compile(r"card|[a-z]+-(?:player|video|audio|live|vote|card)|(?:player|video|audio|vote)-[a-z]+")
_ADDRESSES = ("data-src", "src", "data", "data-url", "href")
_SOURCE = re.compile(r"""<(?:source|embed|param)\b[^>]{0,200}?\b(?:src|value)\s*=\s*["']?(https?:[^\s"'>]+)""", re.I)
_TEX = re.compile(r"<annotation\b[^<>]*>([^<]*)<", re.I)
_TAG = re.compile(r"<[^<>]*>")
_MOST_LOOKED_AT = 10_000  # characters of the content


# Where a page keeps the source of a formula that it has drawn: KaTeX, MathJax and their users.
_FORMULA_ATTRIBUTES = ("data-formula", "data-math", "data-tex", "data-latex", "data-mathml", "data-custom-copy-text")


def is_player(name: str) -> bool:
    """Return True for an element that plays something or is a card that leads elsewhere."""
    return name in _PLAYERS or name.startswith(_CARDS)


def is_drawn_late(name: str) -> bool:
    """Return True for an element that is the place of a player or a card, if it is empty."""
    return bool(_DRAWN_LATE.fullmatch(name)) and not is_player(name)


def player_address(token: HtmlToken) -> str | None:
    """Return the address of what an `is_player` element shows, http or https, or None."""
    found = _SOURCE.search(token.content[:_MOST_LOOKED_AT])
    addresses = [token.attributes.get(name, "").strip() for name in _ADDRESSES] + ([found[1]] if found else [])
    whole = [f"https:{address}" if address.startswith("//") else address for address in addresses]
    return next((one for one in whole if one.lower().startswith(("http://", "https://")) and safe_link(one)), None)


def link_tokens(address: str) -> tuple[HtmlToken, ...]:
    """Return the tokens of a link with its address as its text."""
    return HtmlToken("start", "a", {"href": address}), HtmlToken("text", address, {}), HtmlToken("end", "a", {})


def is_formula(token: HtmlToken) -> bool:
    """Return True for an element that is, or has drawn, a formula and contains its source."""
    if token.value == "script":
        return token.attributes.get("type", "").startswith("math/")
    if not token.attributes:
        return token.value == "math"
    named = [name for name in _FORMULA_ATTRIBUTES if token.attributes.get(name, "").strip()]
    if named == ["data-custom-copy-text"]:
        return "math" in token.attributes.get("class", "")
    return token.value == "math" or bool(named)


def formula_text(source: str) -> str:
    """Return the text that replaces a formula, in the language of the site."""
    with override(settings.LANGUAGE_CODE):
        return _("[Formula: %s]") % source


def formula_source(token: HtmlToken) -> str:
    """Return the source of an `is_formula` element in one line: TeX if it has that, otherwise its characters."""
    if token.value == "script":
        return " ".join(token.content[:_MOST_LOOKED_AT].split())
    for name in _FORMULA_ATTRIBUTES:
        if written := token.attributes.get(name, "").strip():
            return " ".join(entities.unescape(_TAG.sub(" ", written[:_MOST_LOOKED_AT])).split())
    tex = _TEX.search(token.content[:_MOST_LOOKED_AT])
    source = token.attributes.get("alttext") or (tex[1] if tex else _TAG.sub(" ", token.content[:_MOST_LOOKED_AT]))
    return " ".join(entities.unescape(source).split())
