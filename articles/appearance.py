"""How readers want it to look: large and simple (长辈版), by day or night, in three sizes of type.

A page is the same for everybody. What a reader chose is in a cookie that does nothing but choose the one style sheet of the
page; so no script is needed, nothing flashes, and any cache may hold the page (docs/decisions/look.md).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from .models import SiteSettings

COOKIE = "look"
THEMES, SIZES = ("auto", "light", "dark"), ("normal", "small", "large")
# Browsers ask for the sheet with every page: Chromium's cache does not tell cookies apart, and would keep the look of before.
# Without ETag, since two looks written in one second may be of one size.
CACHE_CONTROL = "private, no-cache"
_COOKIE = re.compile(rf"(?:^|;\s*){COOKIE}=([a-z-]{{1,40}})(?:;|$)")
_FOLDER = Path(settings.BASE_DIR) / "static" / "site"
_ADDRESS = re.compile(r"/look/([0-9a-f]{12})\.css")
COLOUR = re.compile("#[0-9a-f]{6}")
# Paper by day and by night, and the accent where editors chose none, as static/site/look has them. An accent must be read
# on both papers.
PAPER, NIGHT, ACCENT = "#fdfcf9", "#171614", "#9d2b22"
LEGIBLE = 4.5  # contrast of text, WCAG 1.4.3


class Appearance(NamedTuple):
    """One of the looks there are."""

    elder: bool = False
    theme: str = "auto"
    size: str = "normal"

    def __str__(self) -> str:
        return f"{'elder-' if self.elder else ''}{self.theme}-{self.size}"


def all_appearances() -> Iterator[Appearance]:
    """Every look there is."""
    for elder in (False, True):
        for theme in THEMES:
            yield from (Appearance(elder, theme, size) for size in SIZES)


BY_NAME = {str(look): look for look in all_appearances()}


def chosen_appearance(cookies: str) -> Appearance:
    """The look that a Cookie header asks for; the usual one where it asks for none that we have."""
    found = _COOKIE.search(cookies)
    return BY_NAME.get(found[1], Appearance()) if found else Appearance()


def style_sheet_path(path: str, cookies: str) -> str:
    """The address of the file that answers for a page's style sheet at `path`; other addresses stay as they are."""
    found = _ADDRESS.fullmatch(path)
    return f"/look/{found[1]}/{chosen_appearance(cookies)}.css" if found else path


def style_digest(accent: str) -> str:
    """Twelve hexadecimal digits of all that the sheets are made of: with other ones, pages ask for another address."""
    return _digest_of_sources(accent, _style_sources()) if settings.DEBUG else _cached_digest(accent)


def style_sheet(look: Appearance, accent: str) -> str:
    """The whole style sheet of a look."""
    parts = _style_sources() if settings.DEBUG else _kept_parts()
    light = parts["light"] + (f" :root {{ --accent: {accent}; }}" if accent else "")
    dark = parts["dark"] + (f" :root {{ --accent: {lightened_accent(accent)}; }}" if accent else "")
    colours = {
        "light": f":root {{ color-scheme: light; }} {light}\n",
        "dark": f":root {{ color-scheme: dark; }} {dark}\n",
        "auto": f":root {{ color-scheme: light dark; }} {light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n",
    }
    size = "" if look.size == "normal" else parts[look.size]
    return "".join([colours[look.theme], parts["site"], size, parts["elder"] if look.elder else ""])


def contrast_ratio(one: str, other: str) -> float:
    """The contrast of two colours (#rrggbb), as WCAG 2 reckons it: 1 to 21."""
    first, second = sorted((_relative_luminance(one), _relative_luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def lightened_accent(accent: str) -> str:
    """The accent, mixed with white until it can be read by night."""
    channels = _colour_channels(accent)
    for step in range(21):
        mixed = "#" + "".join(f"{round(c + (255 - c) * step / 20):02x}" for c in channels)
        if contrast_ratio(mixed, NIGHT) >= LEGIBLE:
            return mixed
    return "#ffffff"


def style_sheet_url(accent: str) -> str:
    """Where the style sheet of every page is."""
    return f"/look/{style_digest(accent)}.css"


def style_sheet_files() -> list[str]:
    """The addresses of the files of every look; one query."""
    now = style_digest(SiteSettings.current().accent)
    return [f"/look/{now}/{look}.css" for look in all_appearances()]


def _style_sources() -> dict[str, str]:
    names = {"site": "site.css", **{name: f"look/{name}.css" for name in ("light", "dark", "small", "large", "elder")}}
    # White space is for whoever reads the source: every run of it is sent as one space.
    return {name: " ".join((_FOLDER / file).read_text(encoding="utf-8").split()) for name, file in names.items()}


def _digest_of_sources(accent: str, parts: dict[str, str]) -> str:
    return sha256("\0".join([accent, *parts.values()]).encode()).hexdigest()[:12]


# In production the files change with a new version, which is a new process.
_kept_parts = lru_cache(maxsize=1)(_style_sources)


@lru_cache(maxsize=2)
def _cached_digest(accent: str) -> str:
    return _digest_of_sources(accent, _kept_parts())


def _colour_channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _relative_luminance(colour: str) -> float:
    parts = [c / 255 for c in _colour_channels(colour)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
