"""Which addresses a body may hold: our own pictures, and links a reader can safely follow."""

import re
from urllib.parse import quote

import nh3
from django.conf import settings

from .text import visible_text

# Characters. Browsers and proxies begin to refuse longer ones.
LONGEST_ADDRESS = 2_000

_SAFE = re.compile(r"https?://[^/?#]|mailto:.|tel:.|/(?!/)", re.I)
_EXTERNAL = re.compile(r"https?:", re.I)
_ON_A_COMPUTER = re.compile(r"(?:data|file|blob|cid|[a-z]):", re.I)
_PICTURE = r"pictures/[0-9a-f]{32}\.(?:jpg|png)"
_ATTACHMENT = r"attachments/[0-9a-f]{32}\.[a-z0-9]{1,10}"
# Asks the library behind the gate whether it can read an address, so that the two never disagree on a link.
_readable = nh3.Cleaner(
    tags={"a"}, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"}, link_rel=None
)


def safe_link(address: str) -> str | None:
    """`address` as we keep it: http, https, mailto, tel or a path of this site; None for anything else."""
    address = _site_path(address)
    if len(address) > LONGEST_ADDRESS or "\\" in address or not _SAFE.match(address):
        return None
    escaped = address.replace("&", "&amp;").replace('"', "&quot;")
    return address if "href" in _readable.clean(f'<a href="{escaped}">') else None


def is_external_link(address: str) -> bool:
    """Whether a link() leads away from this site."""
    return bool(_EXTERNAL.match(address))


def library_picture(address: str) -> str | None:
    """`address` when it is a picture of ours, /media/pictures/<32 hex>.jpg or .png; None for anything else.

    A rendition (…-480.webp) is none of ours here: it does not tell whether its original is a .jpg or a .png.
    """
    address = _site_path(address)
    return address if re.fullmatch(re.escape(settings.MEDIA_URL) + _PICTURE, address) else None


def is_on_a_computer(address: str) -> bool:
    """Whether a picture's address is inside the paste or on the writer's disk, as from Word and WPS; not on a site."""
    return bool(_ON_A_COMPUTER.match(address.strip()))


def used_files(html: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The storage names of the pictures and of the attachments that a sanitised body shows or links to.

    In order of appearance, each once; a storage name is the address without MEDIA_URL.
    """
    media = re.escape(settings.MEDIA_URL)
    # Text and attributes never hold a bare "<", so that this finds tags alone.
    found = re.findall(rf'<(?:img src|a href)="{media}(?:({_PICTURE})|({_ATTACHMENT}))"', html)
    pictures = dict.fromkeys(name for name, _ in found if name)
    attachments = dict.fromkeys(name for _, name in found if name)
    return tuple(pictures), tuple(attachments)


def _site_path(address: str) -> str:
    """The address as browsers read it; what is copied from our own pages comes with SITE_URL in front of the path."""
    address = visible_text(re.sub("[\t\n\r]", "", address)).strip()
    if address.startswith(settings.SITE_URL + "/"):
        address = address.removeprefix(settings.SITE_URL)
    return re.sub(r"\s", lambda space: quote(space[0]), address)
