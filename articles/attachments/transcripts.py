"""Transcripts (文字稿): the text of an attachment in WebVTT or plain text, for those who cannot hear a recording."""

import html
import re

from django.core.files.storage import default_storage

EXTENSIONS = (".vtt", ".txt")
MOST = 2**20  # bytes; ten hours of talk
_TIMES = re.compile(r"^.*-->.*$", re.MULTILINE)
_SPEAKER = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^\s<>][^<>]*)>")
_TAG = re.compile(r"<[^<>]*>")


def transcript_lines(name: str) -> list[str]:
    """Return the lines of text in a stored file: of WebVTT, one for each cue, with its speaker; [] if it is missing."""
    try:
        with default_storage.open(name) as file:
            text = file.read(MOST).decode("utf-8-sig", "ignore")
    except FileNotFoundError:
        return []
    lines = _cue_texts(text) if name.endswith(".vtt") else text.splitlines()
    return [line for line in (" ".join(line.split()) for line in lines) if line]


def _cue_texts(text: str) -> list[str]:
    """Return the text of every cue; blocks without times are the head, notes and styles."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    cues = [block[found.end() :] for block in blocks if (found := _TIMES.search(block))]
    return [html.unescape(_TAG.sub("", _SPEAKER.sub(r"\1：", cue))) for cue in cues]
