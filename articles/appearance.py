"""Reading settings: large and simple (长辈版), four sets of colours, three text sizes.

A page is the same for everybody. The reader's choice is a cookie that only selects the style sheet: no script is
needed, nothing flashes, and any cache may store the page (docs/decisions/appearance.md).
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
THEMES, TEXT_SIZES = ("auto", "light", "dark", "contrast"), ("normal", "small", "large")
# Browsers revalidate the style sheet with every page: Chromium's cache does not distinguish cookies and would keep the
# old one. No ETag: two style sheets written within one second may have the same size.
CACHE_CONTROL = "private, no-cache"
_COOKIE = re.compile(rf"(?:^|;\s*){COOKIE}=([a-z-]{{1,40}})(?:;|$)")
_FOLDER = Path(settings.BASE_DIR) / "static" / "site"
_ADDRESS = re.compile(r"/look/([0-9a-f]{12})\.css")
COLOUR = re.compile("#[0-9a-f]{6}")
# Background colours of the light and the dark theme, and the default accent, as in static/site/appearance. An accent
# must be legible on both.
PAPER, NIGHT, ACCENT = "#fdfcf9", "#171614", "#9d2b22"
LEGIBLE = 4.5  # minimum contrast of text, WCAG 1.4.3


class Appearance(NamedTuple):
    """One combination of reading settings."""

    elder: bool = False
    theme: str = "auto"
    size: str = "normal"

    def __str__(self) -> str:
        return f"{'elder-' if self.elder else ''}{self.theme}-{self.size}"


def all_appearances() -> Iterator[Appearance]:
    """Yield every combination of reading settings."""
    for elder in (False, True):
        for theme in THEMES:
            yield from (Appearance(elder, theme, size) for size in TEXT_SIZES)


BY_NAME = {str(look): look for look in all_appearances()}


def chosen_appearance(cookies: str) -> Appearance:
    """Return the settings in a Cookie header, or the defaults if it has none or unknown ones."""
    found = _COOKIE.search(cookies)
    return BY_NAME.get(found[1], Appearance()) if found else Appearance()


def style_sheet_path(path: str, cookies: str) -> str:
    """Map the path of a page's style sheet to the file for the reader's settings; return other paths unchanged."""
    found = _ADDRESS.fullmatch(path)
    return f"/look/{found[1]}/{chosen_appearance(cookies)}.css" if found else path


def style_digest(accent: str) -> str:
    """Return a hash (12 hexadecimal digits) of the style sheets' sources; it is part of their URL, so changes show."""
    return _digest_of_sources(accent, _style_sources()) if settings.DEBUG else _cached_digest(accent)


def style_sheet(look: Appearance, accent: str) -> str:
    """Return the complete style sheet for these settings, with the accent colour (#rrggbb, or '')."""
    parts = _style_sources() if settings.DEBUG else _kept_parts()
    light = parts["light"] + (f" :root {{ --accent: {accent}; }}" if accent else "")
    dark = parts["dark"] + (f" :root {{ --accent: {lightened_accent(accent)}; }}" if accent else "")
    colours = {
        "light": f":root {{ color-scheme: light; }} {light}\n",
        "dark": f":root {{ color-scheme: dark; }} {dark}\n",
        "auto": f":root {{ color-scheme: light dark; }} {light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n",
        "contrast": f":root {{ color-scheme: dark; }} {parts['contrast']}\n",
    }
    size = "" if look.size == "normal" else parts[look.size]
    return "".join([colours[look.theme], parts["site"], size, parts["elder"] if look.elder else "", parts["address"]])


def contrast_ratio(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two colours (#rrggbb): 1 to 21."""
    first, second = sorted((_relative_luminance(one), _relative_luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def lightened_accent(accent: str) -> str:
    """Return the accent, mixed with white until it is legible on the dark theme."""
    channels = _colour_channels(accent)
    for step in range(21):
        mixed = "#" + "".join(f"{round(c + (255 - c) * step / 20):02x}" for c in channels)
        if contrast_ratio(mixed, NIGHT) >= LEGIBLE:
            return mixed
    return "#ffffff"


def style_sheet_url(accent: str) -> str:
    """Return the URL path of the style sheet that pages link to."""
    return f"/look/{style_digest(accent)}.css"


def style_sheet_files() -> list[str]:
    """Return the URL paths of the style sheet files of all settings. One query."""
    now = style_digest(SiteSettings.current().accent)
    return [f"/look/{now}/{look}.css" for look in all_appearances()]


def _style_sources() -> dict[str, str]:
    looks = ("light", "dark", "contrast", "small", "large", "elder")
    names = {"site": "site.css", **{name: f"appearance/{name}.css" for name in looks}}
    # White space only helps people who read the source: each run of it is sent as one space.
    sheets = {name: " ".join((_FOLDER / file).read_text(encoding="utf-8").split()) for name, file in names.items()}
    return sheets | {"address": f':root {{ --address: "{settings.SITE_URL}"; }}'}  # for links on paper


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
