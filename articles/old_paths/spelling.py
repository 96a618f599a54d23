"""Spellings of old addresses: many of them are the same address, and some can never be an old one.

`OldPath.path` is stored in one spelling: decoded, in lower case (old sites on IIS ignore case), with a slash at the
end unless the last part has a dot, and with the significant part of the query, sorted: `/show.asp?id=123`.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.http.request import split_domain_port
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from ..models import Section, Topic
from ..models.old_path import LONGEST_PATH, LONGEST_TARGET
from ..refusals import Problem, Refusal

# Parameters that messengers, advertisements and session handling append; they never identify the page.
IRRELEVANT = re.compile(
    r"utm_\w+|from|isappinstalled|nsukey|clicktime|enterid|scene|subscene|ascene|sessionid|devicetype|exportkey"
    r"|pass_ticket|wx_header|weixin\w*|spm|share\w*|bd_vid|hmsr|hmpl|fbclid|gclid|msclkid|jsessionid|phpsessid|_"
)
JAVA_SESSION = re.compile(r";jsessionid=[^/?]*", re.IGNORECASE)
INVISIBLE = "\ufeff\u200b\u200e\u200f \t\r\n\xa0\u3000"
MOST_ROUNDS = 5  # of decoding; addresses that were copied through several systems are encoded twice, rarely more often
# A query of more parameters is matched as a whole, by each of them (up to MOST_PARAMETERS), and without it.
MOST_COMBINED, MOST_PARAMETERS = 6, 40
# Pages whose addresses change: one that leads to no row is free to be an old address.
MOVING_PAGES = {"section": Section, "section_page": Section, "topic": Topic}

IS_NO_ADDRESS = Problem(
    "old_paths.no_address",
    _("“%(text)s” is not an address."),
    _("Write it as a browser shows it, beginning with / or with http:// and a host."),
    "path",
)
IS_ELSEWHERE = Problem(
    "old_paths.elsewhere",
    _("“%(host)s” is not a host of this site."),
    _("If it was one, add it to FORMER_HOSTS; otherwise its addresses never arrive here."),
    "path",
)
HAS_FRAGMENT = Problem(
    "old_paths.fragment",
    _("“%(text)s” can never match: browsers do not send what follows #."),
    _("Leave out # and what follows."),
    "path",
)
IS_OUR_OWN = Problem(
    "old_paths.our_own",
    _("“%(path)s” can never match: it is an address of this site, which answers it itself."),
    "",
    "path",
)
IS_TOO_LONG = Problem("old_paths.too_long", _("The address has more than %(most)d characters."), "", "path")
LEADS_ELSEWHERE = Problem(
    "old_paths.leads_elsewhere",
    _("The target “%(text)s” is not on this site."),
    _("Write its path, beginning with one /; leave it empty if the page is gone for good."),
    "target",
)
TARGET_IS_TOO_LONG = Problem(
    "old_paths.target_too_long", _("The target has more than %(most)d characters."), "", "target"
)


class UnusableOldPath(Refusal):
    """Raised for an address that can never be an old one, or a target that is not on this site."""


def parse_old_path(text: str) -> str:
    """Return the address as it is stored, without the host if it is ours or a former one; idempotent.

    Raises UnusableOldPath if no request for it would ever look for an old address.
    """
    local = _without_host(text.strip(INVISIBLE))
    if "#" in local:
        raise UnusableOldPath(HAS_FRAGMENT.filled(text=local[:80]))
    if not local.startswith("/") or _has_controls(local):
        raise UnusableOldPath(IS_NO_ADDRESS.filled(text=text.strip(INVISIBLE)[:80]))
    path, pairs = _split_address(local)
    if _has_controls(path) or _has_controls("".join(pairs)):
        raise UnusableOldPath(IS_NO_ADDRESS.filled(text=local[:80]))
    if len(_joined(path, pairs)) > LONGEST_PATH:
        raise UnusableOldPath(IS_TOO_LONG.filled(most=LONGEST_PATH))
    if is_own_path(path):
        raise UnusableOldPath(IS_OUR_OWN.filled(path=path))
    return _joined(path, pairs)


def parse_target(text: str) -> str:
    """Return the path that a target leads to, without our own host; '' stays ''. Raises UnusableOldPath."""
    text = text.strip(INVISIBLE)
    try:
        local = _without_host(text)
    except UnusableOldPath as refusal:
        raise UnusableOldPath(LEADS_ELSEWHERE.filled(text=text[:80])) from refusal
    # Browsers read \ as /, and // as the beginning of a host.
    if local and (not local.startswith("/") or local.startswith("//") or "\\" in local or _has_controls(local)):
        raise UnusableOldPath(LEADS_ELSEWHERE.filled(text=text[:80]))
    if len(local) > LONGEST_TARGET:
        raise UnusableOldPath(TARGET_IS_TOO_LONG.filled(most=LONGEST_TARGET))
    return local


def stored_spelling(address: str) -> str:
    """Return an address of this site in the spelling of `OldPath.path`, whether or not it can be an old one."""
    return _joined(*_split_address(address.partition("#")[0]))


def matching_paths(address: str) -> list[str]:
    """Return every `OldPath.path` that a requested address matches, the most specific first; at most 64.

    A row matches if the address has all its parameters; a row without a query matches every query.
    """
    path, pairs = _split_address(address)
    pairs = pairs[:MOST_PARAMETERS]
    sizes: Iterable[int] = range(len(pairs), -1, -1) if len(pairs) <= MOST_COMBINED else (len(pairs), 1, 0)
    paths = [_joined(path, chosen) for size in sizes for chosen in combinations(pairs, size)]
    return [found for found in paths if len(found) <= LONGEST_PATH and not _has_controls(found)]


def _split_address(address: str) -> tuple[str, list[str]]:
    """Return the path and the significant parameters (`name=value`), in the stored spelling."""
    path, _mark, query = _decoded(address).partition("?")
    path = re.sub("/{2,}", "/", JAVA_SESSION.sub("", path).strip(INVISIBLE).lower())
    if not path.endswith("/") and "." not in path.rpartition("/")[2]:
        path += "/"
    elif "." in path.rstrip("/").rpartition("/")[2]:
        path = path.rstrip("/" + INVISIBLE)
    return path.replace("#", "%23"), sorted(set(_telling_parameters(query.replace("#", "%23"))))


def _telling_parameters(query: str) -> Iterator[str]:
    for part in query.replace("+", " ").lower().split("&"):
        name, _equals, value = (word.strip(INVISIBLE) for word in part.partition("="))
        if name and not IRRELEVANT.fullmatch(name):
            yield f"{name}={value}" if value else name


def _joined(path: str, pairs: Iterable[str]) -> str:
    query = "&".join(pairs)
    return f"{path}?{query}" if query else path


def _decoded(address: str) -> str:
    """Return the address without percent-encoding, of UTF-8 or (older Chinese sites) GB18030."""
    for _round in range(MOST_ROUNDS):
        octets = unquote_to_bytes(address)
        try:
            decoded = octets.decode()
        except UnicodeDecodeError:
            decoded = octets.decode("gb18030", errors="replace")
        if decoded == address:
            break
        address = decoded
    return address


def _without_host(text: str) -> str:
    """Return what follows the host in a whole address, other texts unchanged. Raises UnusableOldPath."""
    if _has_controls(text):  # urlsplit would leave them out
        return text
    bare = re.match(r"[^/?#]+", text)
    if bare and _is_our_host(bare[0]):  # www.example.cn/show.asp, as spreadsheets have it
        text = f"//{text}"
    if not re.match(r"(?:https?:)?//", text, re.IGNORECASE):
        return text
    try:
        parts = urlsplit(text)
    except ValueError as error:  # brackets without an IPv6 address
        raise UnusableOldPath(IS_NO_ADDRESS.filled(text=text[:80])) from error
    if not _is_our_host(parts.netloc):
        raise UnusableOldPath(IS_ELSEWHERE.filled(host=parts.netloc[:80]))
    after = text[text.index("//") + 2 + len(parts.netloc) :]
    return after if after.startswith("/") else f"/{after}"


def _is_our_host(netloc: str) -> bool:
    hosts = {urlsplit(settings.SITE_URL).hostname, *settings.FORMER_HOSTS}
    return split_domain_port(_in_ascii(netloc))[0] in hosts


def _in_ascii(netloc: str) -> str:
    """Return an internationalised host as browsers send it (`xn--…`); other texts unchanged."""
    try:
        return netloc if netloc.isascii() else netloc.encode("idna").decode()
    except UnicodeError:
        return netloc


def is_own_path(path: str) -> bool:
    """Return True if a page of ours, or a redirect to one, answers the path, with or without the slash at its end."""
    if path.startswith(settings.STATIC_URL):
        return True
    for spelling in (path, path.rstrip("/"), f"{path.rstrip('/')}/"):
        try:
            found = resolve(spelling or "/")
        except Resolver404:
            continue
        model = MOVING_PAGES.get(found.url_name or "")
        if model is None or model._default_manager.filter(slug__iexact=found.kwargs["slug"]).exists():
            return True
    return False


def _has_controls(text: str) -> bool:
    return any(ord(character) < 32 or ord(character) == 127 for character in text)
