"""The links of a sanitised body: pages, pictures and attachments, of other sites and of this one."""

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings

from ..models import LinkTarget
from ..models.link_check import LONGEST_HOST

MOST_LINKS = 5000  # of one text that are looked after; a text with more is not published unseen (checks/links.py)
_LINK = re.compile(r'<a href="(?P<address>[^"]*)"[^<>]*>.*?</a>|<img src="(?P<picture>[^"]*)"[^<>]*>', re.DOTALL)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|svg|avif)$", re.I)
_FILE = re.compile(r"\.(?:pdf|ofd|docx?|wps|xlsx?|et|pptx?|csv|txt|zip|rar|7z|mp3|mp4|m4a|mov)$", re.I)


@dataclass(frozen=True)
class FoundLink:
    """A link or picture: body[start:end] is its element. `host` is "" for this site."""

    address: str
    host: str
    is_shown: bool  # a picture in the text
    start: int
    end: int

    @cached_property
    def kind(self) -> LinkTarget.Kind:
        """What the address leads to, by its extension."""
        path = urlsplit(self.address).path
        if self.is_shown or _PICTURE.search(path):
            return LinkTarget.Kind.PICTURE
        return LinkTarget.Kind.ATTACHMENT if _FILE.search(path) else LinkTarget.Kind.PAGE


def links_of_body(body: str) -> list[FoundLink]:
    """Return the first MOST_LINKS links of a sanitised body that a check could follow, in order."""
    return list(islice(find_links(body), MOST_LINKS))


def find_links(body: str) -> Iterator[FoundLink]:
    """Yield all links of a sanitised body that a check could follow, in order."""
    for match in _LINK.finditer(body):
        address = html.unescape(match["address"] or match["picture"] or "").partition("#")[0]
        host = _host_of(address)
        if host is not None:
            yield FoundLink(address, host, match["picture"] is not None, match.start(), match.end())


def address_digest(address: str) -> str:
    """Return the SHA-256 of an address, in hexadecimal, by which its row is found."""
    return hashlib.sha256(address.encode()).hexdigest()


def _host_of(address: str) -> str | None:
    """Return the host of an address in its usual form, "" for this site; None for mailto: and other addresses without
    one.
    """
    if address.startswith("/"):
        return ""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:  # brackets without an IPv6 address
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    ours = {urlsplit(settings.SITE_URL).hostname, *settings.FORMER_HOSTS}
    return "" if host in ours else host[:LONGEST_HOST]
