"""Pictures in a text: each gets its size, so that the layout does not jump, and its copies; readers who prefer reduced
motion get a still of an animation.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings

from ...models.picture import is_animation, picture_renditions, square_of_picture, still_of_picture

IMAGE = re.compile(r"<img\b[^>]*>")
SOURCE, ALT = re.compile(r'\bsrc="([^"]*)"'), re.compile(r'\balt="([^"]*)"')
TAGS_AND_SPACE = re.compile(r"<[^>]*>|\s+")
# The text column is at most 42 em wide; a phone shows pictures from edge to edge.
SIZES = "(min-width: 46rem) 42rem, 100vw"
# With at most so many characters before it, a picture is on the first screen: that of a photo story, for example.
EARLY = 120
# A picture whose height is more than this many widths is read from top to bottom, and not shown whole on one screen.
LONG = 3


def still_address(picture: dict[str, Any]) -> str:
    """Return the address of a picture of a revision's content, or of the still of an animation."""
    return settings.MEDIA_URL + still_of_picture(picture["file"], picture["width"])


def share_addresses(picture: dict[str, Any] | None) -> list[str]:
    """Return the absolute addresses of a picture of a revision's content for those who share its page.

    The whole picture comes first, then the square one for the cards of messengers if there is one.
    """
    if not picture:
        return []
    square = square_of_picture(picture["file"])
    addresses = [still_address(picture), settings.MEDIA_URL + square if square else ""]
    return [settings.SITE_URL + address for address in addresses if address]


def show_pictures(body: str, pictures: Iterable[dict[str, Any]]) -> str:
    """Return the text with every copy of its pictures, which are those of the content; others are left out.

    The first one is loaded at once if it is near the beginning, all others when the reader gets near them.
    """
    known = {settings.MEDIA_URL + picture["file"]: picture for picture in pictures}

    def show(found: re.Match[str]) -> str:
        source, alt = SOURCE.search(found[0]), ALT.search(found[0])
        if source is None or source[1] not in known:
            return ""
        is_early = found.start() == first and len(TAGS_AND_SPACE.sub("", body[:first])) <= EARLY
        return _picture_html(source[1], known[source[1]], alt[1] if alt else "", is_early=is_early)

    first_found = IMAGE.search(body)
    first = first_found.start() if first_found else -1
    return IMAGE.sub(show, body)


def _picture_html(url: str, picture: dict[str, Any], alt: str, *, is_early: bool) -> str:
    width, height = picture["width"], picture["height"]
    copies = ", ".join(f"{address} {w}w" for w, address in picture_renditions(url, width))
    chosen = f'srcset="{copies}" sizes="{SIZES}"'
    shape = 'class="long" ' if height > LONG * width else ""
    fetched = 'fetchpriority="high"' if is_early else 'loading="lazy"'
    facts = f'{shape}width="{width}" height="{height}" alt="{alt}" {fetched} decoding="async"'
    if not is_animation(url):
        return f'<img src="{url}" {chosen} {facts}>'
    still = f'<source media="(prefers-reduced-motion: reduce)" type="image/webp" {chosen}>'
    return f'<picture>{still}<img src="{url}" {facts}></picture>'
