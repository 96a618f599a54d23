"""Films in a text (视频): a paragraph that is nothing but a link to a film becomes a player.

In feeds and wherever else the text goes, it stays the link that the editor set.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import gettext as _

from ...uploads import PLAYED

LINE = re.compile(r"<p>\s*((?:<a href=\"[^\"]+\"[^>]*>[^<]*</a>\s*){1,2})</p>")
LINK = re.compile(r"<a href=\"([^\"]+)\"[^>]*>([^<]*)</a>")


def films_of_content(content: Mapping[str, Any]) -> dict[str, dict]:
    """The films and captions among the attachments of a revision, by their addresses."""
    return {settings.MEDIA_URL + a["file"]: a for a in content["attachments"] if a["file"].endswith(PLAYED)}


def embed_players(body: str, films: Mapping[str, dict], poster: str) -> str:
    """The text with a player for each film that stands in a paragraph by itself, beside it perhaps its captions (WebVTT), and
    with a way to each film at a host that settings.VIDEO_HOSTS names. `poster`: the picture's address shown before, or ''.
    """
    return LINE.sub(lambda line: _film_player(line[0], LINK.findall(line[1]), films, poster), body)


def _film_player(line: str, links: list[tuple[str, str]], films: Mapping[str, dict], poster: str) -> str:
    (address, words), *others = sorted(links, key=lambda link: link[0].endswith(".vtt"))
    film = films.get(address)
    captions = [other for other, _words in others if other in films and other.endswith(".vtt")]
    if film and film.get("width") and len(captions) == len(others):
        return _player_html(address, words, film, captions, poster)
    if not others and (urlsplit(address).hostname or "") in settings.VIDEO_HOSTS:
        return line.replace("<p>", '<p class="film-elsewhere">')
    return line


def _player_html(address: str, words: str, film: dict, captions: list[str], poster: str) -> str:
    # Without a picture of its own, the first one of the film is shown, which the browser has to fetch.
    before = f'poster="{escape(poster)}" preload="none"' if poster else 'preload="metadata"'
    tracks = "".join(
        f'<track kind="captions" srclang="zh-CN" label="{_("Captions")}" src="{track}" default>' for track in captions
    )
    return (
        f'<figure class="film"><video controls playsinline width="{film["width"]}" height="{film["height"]}" {before}>'
        f'<source src="{address}" type="video/mp4">{tracks}</video>'
        f'<figcaption><a href="{address}">{words}</a> {_spoken_length(film["seconds"])}</figcaption></figure>'
    )


def _spoken_length(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}" if seconds else ""
