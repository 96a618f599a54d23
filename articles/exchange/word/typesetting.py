"""A Word document as Chinese offices set it: A4, 宋体 and 仿宋, lines of 28 points, indents of two characters."""

import io
from collections.abc import Iterable
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.image.exceptions import UnrecognizedImageError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

CENTER, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
TEXT_WIDTH = Mm(156)  # GB/T 9704: the page without its margins
CODE_WIDTH = Mm(28)
ADDED, REMOVED = RGBColor(0x1F, 0x4E, 0x9E), RGBColor(0xC0, 0x1F, 0x1F)

# Name of the style, Chinese font, size in points, bold, centred, indented. The names are those of the fonts that Word
# and WPS have on every Chinese machine; another machine replaces them.
_STYLES = [
    ("Normal", "仿宋", 16, False, False, True),
    ("Title", "宋体", 22, True, True, False),
    ("Subtitle", "楷体", 16, False, True, False),
    ("Heading 1", "黑体", 16, False, False, True),
    ("Heading 2", "楷体", 16, True, False, True),
    ("Heading 3", "仿宋", 16, True, False, True),
    ("List Bullet", "仿宋", 16, False, False, False),
    ("List Number", "仿宋", 16, False, False, False),
    ("Caption", "楷体", 12, False, True, False),
    ("Quote", "楷体", 16, False, False, True),
]
_LATIN = "Times New Roman"
_TIGHT = ("Caption", "Footer")  # with lines as high as their type


def make_document(title: str) -> Document:
    """Return an empty document with our styles, page numbers in its foot, and this title in its properties."""
    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    for facts in _STYLES:
        _set_style(document, *facts)
    document.core_properties.title = title[:255]
    document.core_properties.author = document.core_properties.comments = ""
    _number_pages(page.footer.paragraphs[0])
    return document


def _set_style(document: Document, name: str, font: str, size: int, bold: bool, centred: bool, indented: bool) -> None:
    style = document.styles[name]
    if not isinstance(style, ParagraphStyle):
        return
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[key]
    for place in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{place}"), _LATIN)
    fonts.set(qn("w:eastAsia"), font)
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    if centred:
        form.alignment = CENTER
    if name in _TIGHT:
        form.space_after = Pt(6)
        form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    else:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(36 if name == "Title" else 28)
    _indent(style.element.get_or_add_pPr(), 2 if indented else 0)
    for border in style.element.get_or_add_pPr().findall(qn("w:pBdr")):
        style.element.get_or_add_pPr().remove(border)


def _indent(properties: Any, characters: int) -> None:
    indent = properties.get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(characters * 100))
    # Programs that do not count characters use this one: characters of 16 points.
    indent.set(qn("w:firstLine"), str(characters * 320))


def without_indent(paragraph: Paragraph) -> Paragraph:
    """Set a paragraph without the indent of its style."""
    _indent(paragraph._p.get_or_add_pPr(), 0)
    return paragraph


def add_line(document: Document, text: str, style: str, alignment: WD_ALIGN_PARAGRAPH | None = None) -> Paragraph:
    """Add a paragraph of plain text; characters that XML does not allow are left out."""
    paragraph = document.add_paragraph(xml_text(text), style=style)
    if alignment is not None:
        paragraph.alignment = alignment
    return paragraph


def add_small_lines(document: Document, lines: Iterable[str], alignment: WD_ALIGN_PARAGRAPH = CENTER) -> None:
    """Add lines that are not text of the article: where it comes from, what it is."""
    for line in lines:
        without_indent(add_line(document, line, "Caption", alignment))


def add_image(paragraph: Paragraph, data: bytes, *, most: Mm = TEXT_WIDTH) -> bool:
    """Add a picture, at most `most` wide and never enlarged beyond 96 dots an inch; False if it cannot be read."""
    loosen(paragraph)
    try:
        shape = paragraph.add_run().add_picture(io.BytesIO(data))
    except (UnrecognizedImageError, OSError, ValueError, ZeroDivisionError):
        return False
    if shape.width > most:
        shape.width, shape.height = most, Emu(shape.height * most // shape.width)
    return True


def loosen(paragraph: Paragraph) -> None:
    """Let lines be as high as what they hold: a line of fixed height shows the lower edge of a picture only."""
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    without_indent(paragraph).alignment = CENTER


def mark_span(run: Run, kind: str) -> None:
    """Mark a run as added (blue, underlined) or removed (red, struck through)."""
    if kind == "added":
        run.font.color.rgb, run.font.underline = ADDED, True
    elif kind == "removed":
        run.font.color.rgb, run.font.strike = REMOVED, True


def xml_text(text: str) -> str:
    """Return the text without characters that XML does not allow."""
    return "".join(c for c in text if c >= " " or c in "\n\t").replace("\ufffe", "").replace("\uffff", "")


def _number_pages(paragraph: Paragraph) -> None:
    paragraph.alignment = CENTER
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def document_bytes(document: Document) -> bytes:
    """Return the document as a .docx file."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
