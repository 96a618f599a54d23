"""The addresses that a body may contain: pictures of our library, and links that are safe to follow.

A stored text has the public addresses of its files (/media/…). The desk and previews show files under addresses of
their own, which end in the public one, because readers do not get files of drafts.
"""

import re
from urllib.parse import quote

import nh3
from django.conf import settings

from .text import visible_text

MAX_ADDRESS_LENGTH = 2_000  # characters; some browsers and proxies refuse longer ones

_SAFE = re.compile(r"https?://[^/?#]|mailto:.|tel:.|/(?!/)", re.I)
_EXTERNAL = re.compile(r"https?:", re.I)
_ON_A_COMPUTER = re.compile(r"(?:data|file|blob|cid|[a-z]):", re.I)
_PICTURE = r"pictures/[0-9a-f]{32}[sw]?\.(?:jpg|png|webp)"
_ATTACHMENT = r"attachments/[0-9a-f]{32}\.[a-z0-9]{1,10}"
DESK_FILES = "/admin/media/"  # where the desk serves uploaded files, to its sessions
# The prefix of the public address of a file on the desk and in a preview.
_PRIVATE = r"(?:/admin|/preview/[^/]+)"
# Accepts the addresses that nh3 accepts, so that the two sanitisers never disagree on a link.
_readable = nh3.Cleaner(
    tags={"a"}, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"}, link_rel=None
)


def safe_link(address: str) -> str | None:
    """Return `address` as it is stored: http, https, mailto, tel or a path of this site; None for anything else."""
    address = _site_path(address)
    if len(address) > MAX_ADDRESS_LENGTH or "\\" in address or not _SAFE.match(address):
        return None
    escaped = address.replace("&", "&amp;").replace('"', "&quot;")
    return address if "href" in _readable.clean(f'<a href="{escaped}">') else None


def is_external_link(address: str) -> bool:
    """Return True if a link of `safe_link` leads to another site."""
    return bool(_EXTERNAL.match(address))


def library_picture(address: str) -> str | None:
    """Return `address` if it is a picture of our library (/media/pictures/….jpg, .png or .webp); otherwise None.

    Renditions (…-480.webp) are not accepted: their names do not say what kind of file the original is.
    """
    address = _site_path(address)
    return address if re.fullmatch(re.escape(settings.MEDIA_URL) + _PICTURE, address) else None


def desk_addresses(html: str) -> str:
    """Return sanitised HTML, or an address, with the desk's addresses of uploaded files; the gate turns them back."""
    in_tags = rf'(\A|<(?:img src|a href)="){re.escape(settings.MEDIA_URL)}(?=pictures/|attachments/)'
    return re.sub(in_tags, lambda found: found[1] + DESK_FILES, html)


def addresses_below(start: str, html: str, names: str) -> str:
    """Return HTML in which the addresses of uploaded files whose storage name begins with the pattern `names` begin
    with `start` instead of MEDIA_URL.
    """
    return re.sub(rf"(?<![\w/-]){re.escape(settings.MEDIA_URL)}(?={names})", lambda _found: start, html)


def is_on_a_computer(address: str) -> bool:
    """Return True if a picture is embedded in the paste or on the writer's disk, as from Word and WPS."""
    return bool(_ON_A_COMPUTER.match(address.strip()))


def used_files(html: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the storage names of the pictures and the attachments of a sanitised body, in order, each once.

    A storage name is the address without MEDIA_URL.
    """
    media = re.escape(settings.MEDIA_URL)
    # Text and attributes contain no bare "<", so this finds only tags.
    found = re.findall(rf'<(?:img src|a href)="{media}(?:({_PICTURE})|({_ATTACHMENT}))"', html)
    pictures = dict.fromkeys(name for name, _ in found if name)
    attachments = dict.fromkeys(name for _, name in found if name)
    return tuple(pictures), tuple(attachments)


def _site_path(address: str) -> str:
    """Return the address as browsers parse it, without SITE_URL, which addresses copied from our own pages have; that
    of an uploaded file as readers get it.
    """
    address = visible_text(re.sub("[\t\n\r]", "", address)).strip()
    if address.startswith(settings.SITE_URL + "/"):
        address = address.removeprefix(settings.SITE_URL)
    found = re.fullmatch(rf"{_PRIVATE}({re.escape(settings.MEDIA_URL)}(?:{_PICTURE}|{_ATTACHMENT}))", address)
    return found[1] if found else re.sub(r"\s", lambda space: quote(space[0]), address)
