"""What an <img> says: where its picture is, and whether it shows one at all."""

import base64
import binascii
import re
from urllib.parse import unquote

# Pages load pictures late: `src` is a placeholder until then, and the address is in one of these.
_LATE_ADDRESSES = ("data-src", "data-original", "data-original-src", "data-actualsrc", "data-lazy-src", "data-url")
_SRCSETS = ("data-srcset", "srcset")
_ELSEWHERE = re.compile(r"(?:https?:)?//[^/\s]|/(?!/)", re.I)
_DATA = re.compile(r"data:image/([a-z+.-]+)[^,]{0,100},(.{0,2000})", re.I | re.S)
_SMALL = re.compile(r"\s*0*[012](?:\.0*)?(?:px)?\s*")
_STYLED = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*([^;]{1,20})", re.I)
_SVG_SIDE = re.compile(r"""\b(?:width|height)\s*=\s*["']?0*[012](?:px)?["'\s/>]""", re.I)
_LONGEST_EMOJI = 12  # characters
_MOST_PIXELS = 2  # maximum side of an image that is not a picture


def picture_address(attributes: dict[str, str]) -> str:
    """Return the address of the picture as it is written, or ''."""
    source = attributes.get("src", "").strip()
    for name in _LATE_ADDRESSES:
        late = attributes.get(name, "").strip()
        if _ELSEWHERE.match(late):
            return late
    if not source or (source[:5].lower() == "data:" and _says_nothing(source)):
        written = next((attributes[name] for name in _SRCSETS if attributes.get(name, "").strip()), "")
        return (written.split() or [source])[0].rstrip(",")
    return source


def emoji_text(attributes: dict[str, str]) -> str:
    """Return the text of a picture that is used as a character: 😀, or [微笑] as WeChat writes it; or ''."""
    of_class = attributes.get("class", "").lower()
    address = attributes.get("src", "").lower()
    is_emoji = "emoji" in of_class or "emoticon" in of_class or "data-emoji" in attributes or "emoji/" in address
    return attributes.get("alt", "").strip()[:_LONGEST_EMOJI] if is_emoji else ""


def is_placeholder(address: str, attributes: dict[str, str]) -> bool:
    """Return True for what shows nothing: a picture of one pixel, which counts readers or keeps a place."""
    sides = {"width": attributes.get("width", ""), "height": attributes.get("height", "")}
    sides |= {side.lower(): length for side, length in _STYLED.findall(attributes.get("style", ""))}
    return all(_SMALL.fullmatch(length) for length in sides.values()) or _says_nothing(address)


def _says_nothing(address: str) -> bool:
    """Return True for the data: address of a picture of one or two pixels."""
    found = _DATA.match(address)
    if not found:
        return False
    if found[1].lower().startswith("svg"):
        return len(_SVG_SIDE.findall(unquote(found[2]))) >= 2
    try:
        head = base64.b64decode(re.sub(r"[^A-Za-z0-9+/]", "", found[2])[:64])
    except binascii.Error:
        return False
    if head.startswith(b"GIF8") and len(head) >= 10:
        width, height = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
    elif head.startswith(b"\x89PNG") and len(head) >= 24:
        width, height = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    else:
        return False
    return max(width, height) <= _MOST_PIXELS
