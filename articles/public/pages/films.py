"""Films and recordings in a text (视频、音频): a paragraph that consists of a link to one becomes a player.

In feeds and elsewhere it remains the link that the editor made.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import gettext as _

from ...attachments import transcripts
from ...uploads import PLAYED, SOUNDS

LINE = re.compile(r"<p>\s*((?:<a href=\"[^\"]+\"[^>]*>[^<]*</a>\s*){1,2})</p>")
LINK = re.compile(r"<a href=\"([^\"]+)\"[^>]*>([^<]*)</a>")


def films_of_content(content: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the films and recordings among the attachments of a revision, with their possible captions and
    transcripts, by their addresses.
    """
    kinds = (*PLAYED, *transcripts.EXTENSIONS)
    return {settings.MEDIA_URL + a["file"]: a for a in content["attachments"] if a["file"].endswith(kinds)}


def embed_players(body: str, films: Mapping[str, dict[str, Any]], poster: str) -> str:
    """Return the text with a player for each paragraph that is a link to a film, with or without one to its captions
    (WebVTT), or to a recording, with or without one to its transcript (WebVTT or text). Paragraphs that link to a film
    at a host in settings.VIDEO_HOSTS get the class `film-elsewhere`.

    `poster` is the address of the picture shown before a film plays, or "".
    """
    return LINE.sub(lambda line: _film_player(line[0], LINK.findall(line[1]), films, poster), body)


def _film_player(line: str, links: list[tuple[str, str]], films: Mapping[str, dict[str, Any]], poster: str) -> str:
    (address, words), *others = sorted(links, key=lambda link: link[0].endswith(transcripts.EXTENSIONS))
    film, texts = films.get(address), [other for other, _words in others if other in films]
    if film and len(texts) == len(others):
        if film.get("width") and all(text.endswith(".vtt") for text in texts):
            return _player_html(address, words, film, texts, poster)
        if address.endswith(SOUNDS) and all(text.endswith(transcripts.EXTENSIONS) for text in texts):
            return _sound_html(address, words, film, [films[text] for text in texts])
    if not others and (urlsplit(address).hostname or "") in settings.VIDEO_HOSTS:
        return line.replace("<p>", '<p class="film-elsewhere">')
    return line


def _player_html(address: str, words: str, film: dict[str, Any], captions: list[str], poster: str) -> str:
    # Without a poster the browser shows the first frame, for which it has to fetch the metadata.
    before = f'poster="{escape(poster)}" preload="none"' if poster else 'preload="metadata"'
    tracks = "".join(
        f'<track kind="captions" srclang="zh-CN" label="{_("Captions")}" src="{track}" default>' for track in captions
    )
    return (
        f'<figure class="film"><video controls playsinline width="{film["width"]}" height="{film["height"]}" {before}>'
        f'<source src="{address}" type="video/mp4">{tracks}</video>'
        f'<figcaption><a href="{address}">{words}</a> {_playing_time(film["seconds"])}</figcaption></figure>'
    )


def _sound_html(address: str, words: str, sound: dict[str, Any], texts: list[dict[str, Any]]) -> str:
    lines = [line for text in texts for line in transcripts.transcript_lines(text["file"])]
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    read = f"<details><summary>{_('Transcript')}</summary>{said}</details>" if said else ""
    return (
        f'<figure class="sound"><audio controls preload="none" src="{address}"></audio>'
        f'<figcaption><a href="{address}">{words}</a> {_playing_time(sound["seconds"])}</figcaption>{read}</figure>'
    )


def _playing_time(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}" if seconds else ""
