"""The words about a picture that are typed in an article: what the library does not know yet, it learns from them."""

import html as entities
import re

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import override

from .. import baking, sanitising
from ..models import Picture
from ..saved_rows import write_row

LEARNT_FIELDS = {"alt": 200, "caption": 400, "credit": 80}  # with the most characters of each
_IMAGE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r'\balt="([^"]*)"')
_FIGURE = re.compile(r"<figure\b.*?</figure>", re.S)
_CAPTION = re.compile(r"<figcaption\b.*?</figcaption>", re.S)
_NAME = "([^。，；！？<\u3000]{1,40})"


def credit_pattern() -> str:
    """Return how a caption names the photographer (%s), in the language of readers' pages, not of the editor."""
    with override(settings.LANGUAGE_CODE):
        return _("Photo: %s")


def photographer_expression() -> str:
    """Return the regular expression of how a caption names the photographer, with the name as its group."""
    return re.escape(credit_pattern()).replace("%s", _NAME)


def split_caption(text: str) -> tuple[str, str]:
    """Return the caption and the photographer of "图注　林晓舟 摄"; '' for missing parts."""
    found = re.fullmatch(f"(?:(.*)[\u3000 ])?{photographer_expression()}", text.strip(), re.S)
    return ((found[1] or "").strip(), found[2].strip()) if found else (text.strip(), "")


def learn_picture_words(body: str, *, by: User) -> None:
    """Fill in missing descriptions, captions and credits of a sanitised text's pictures from the text.

    Part of saving an article. A picture that somebody else is changing right now is left alone: waiting for it could
    deadlock with its own act, which waits for the audit.
    """
    words = _words_in(body)
    if not words:
        return
    rows = Picture.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    for picture in rows.filter(file__in=words).order_by("pk"):
        typed = words[picture.file.name]
        learnt = {
            name: typed[name]
            for name, most in LEARNT_FIELDS.items()
            if name in typed and len(typed[name]) <= most and not getattr(picture, name)
        }
        if not learnt:
            continue
        before = Picture(**{field.attname: getattr(picture, field.attname) for field in Picture._meta.concrete_fields})
        for name, value in learnt.items():
            setattr(picture, name, value)
        write_row(picture, before, learnt, by=by)
        baking.request_bake(baking.pages_with_picture_text(picture))


def _words_in(body: str) -> dict[str, dict[str, str]]:
    """Return what a text says about each of its pictures, by the names of their files."""
    found: dict[str, dict[str, str]] = {}
    for image in _IMAGE.findall(body):
        alt = _ALT.search(image)
        _learn(found, image, {"alt": entities.unescape(alt[1]).strip() if alt else ""})
    for figure in _FIGURE.findall(body):
        caption = _CAPTION.search(figure)
        if caption and len(_IMAGE.findall(figure)) == 1:
            words, credit = split_caption(" ".join(sanitising.text_lines(caption[0])))
            _learn(found, figure, {"caption": words, "credit": credit})
    return found


def _learn(found: dict[str, dict[str, str]], html: str, words: dict[str, str]) -> None:
    names, _attachments = sanitising.used_files(html)
    said = {name: text for name, text in words.items() if text}
    if names and said:
        found.setdefault(names[0], {}).update(said)
