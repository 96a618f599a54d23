"""Reads a Word file into the text of an article.

    package    the ZIP and its XML parts, within limits
    styles     heading, alignment and list of a paragraph; numbering counts its automatic number
    runs       text and marks in a paragraph; blocks paragraphs, tables, text boxes
    layout     HTML: lists, figures with captions; the title
    conversion other programs' files, through LibreOffice

Nothing here is trusted afterwards: `sanitising` cleans the HTML. docs/decisions/word.md says why this is our own code.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from ...refusals import Problem
from ...uploads import RefusedFile
from .blocks import BlockReader
from .layout import Block, caption_places, take_title, write_blocks
from .losses import loss_sentences
from .numbering import Numbering
from .package import DAMAGED, WordPackage
from .pictures import PictureShelf, WordPicture
from .runs import RunReader
from .styles import StyleSheet

__all__ = ["WordPicture", "WordText", "held_place", "read_word_file"]

EMPTY = Problem("word.empty", gettext_lazy("%(file)s contains no text."))


@dataclass(frozen=True)
class WordText:
    """The text of a Word file. `paragraphs` are its lines as plain text, without title, tables and captions.

    `html` is not sanitised; each of its pictures is a <figure data-picture="…"> with its number, counted from 1, of
    `pictures`. `notes` list what was not converted.
    """

    title: str
    subtitle: str
    html: str
    paragraphs: tuple[str, ...]
    pictures: tuple[WordPicture, ...]
    notes: tuple[str, ...]


def read_word_file(data: bytes, name: str) -> WordText:
    """Return the text of a .docx file. Raises RefusedFile for any other, and for a file that it cannot read completely.

    Call it in a process with limits (`uploads.look_into`): the file may be hostile.
    """
    package = WordPackage(data, name)
    try:
        return _read_package(package)
    except RecursionError as error:
        raise RefusedFile(DAMAGED, name) from error


def _read_package(package: WordPackage) -> WordText:
    numbering = Numbering(package.related_xml("numbering", "numbering.xml")[0])
    styles = StyleSheet(package.related_xml("styles", "styles.xml")[0], numbering.styles)
    runs = RunReader(package, styles, PictureShelf(package), package.main)
    reader = BlockReader(runs, numbering, held_place())
    root = package.xml(package.main)
    body = next((part for part in root if part.tag == "w:body"), None) if root is not None else None
    title, subtitle, blocks = take_title([] if body is None else reader.read_blocks(body))
    blocks += _note_blocks(package, reader)
    if not blocks and not title:
        raise RefusedFile(EMPTY, package.name)
    runs.lost["macros"] += package.has_macros
    return WordText(
        title=title,
        subtitle=subtitle,
        html=write_blocks(blocks),
        paragraphs=tuple(_plain_lines(blocks)),
        pictures=tuple(runs.shelf.pictures),
        notes=tuple(loss_sentences(runs.lost)),
    )


def _note_blocks(package: WordPackage, reader: BlockReader) -> list[Block]:
    """Return the footnotes and endnotes that the text refers to, in the order of their numbers."""
    found: dict[tuple[str, str], tuple[Element, str]] = {}
    for kind in {kind for kind, _key in reader.runs.notes}:
        root, path = package.related_xml(f"{kind}s", f"{kind}s.xml")
        for note in () if root is None else root.iter(f"w:{kind}"):
            found[kind, note.get("w:id", "")] = (note, path)
    blocks = []
    for number, reference in enumerate(list(reader.runs.notes), start=1):
        if reference in found:
            note, reader.runs.part = found[reference]
            line = reader.read_note(note)
            blocks.append(Block("paragraph", html=f"[{number}] {line}", text=f"[{number}] {_plain(line)}"))
    return blocks


def _plain_lines(blocks: list[Block]) -> Iterator[str]:
    captions = caption_places(blocks)
    for place, block in enumerate(blocks):
        if block.kind not in ("picture", "table") and place not in captions:
            yield from (line.strip() for line in block.text.split("\n") if line.strip())


def _plain(written: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", written.replace("<br>", "\n")))


def held_place() -> str:
    """Return what marks the place of a formula or a chart in the text, in the language of the site."""
    with override(settings.LANGUAGE_CODE):
        return _("[not taken over]")
