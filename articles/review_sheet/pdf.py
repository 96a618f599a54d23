"""Review sheets as PDF: A4, one page per sheet if it fits.

The font (STSong-Light) is built into every PDF reader, so the server needs no font file and the PDFs stay small
(docs/decisions/evidence.md).
"""

import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from .. import checkpoints, qr_short_links
from ..marked_copies import MarkedCopy, MarkedSpan
from ..models import SignOff
from . import ReviewRound, ReviewSheet, SheetDecision

FONT = "STSong-Light"
TEXT_STYLE = ParagraphStyle("text", fontName=FONT, fontSize=9.5, leading=14, wordWrap="CJK")
SMALL_STYLE = ParagraphStyle("small", parent=TEXT_STYLE, fontSize=8, leading=11, textColor=colors.HexColor("#444444"))
TITLE_STYLE = ParagraphStyle("title", parent=TEXT_STYLE, fontSize=16, leading=22, alignment=1)
HEADING_STYLE = ParagraphStyle("heading", parent=TEXT_STYLE, fontSize=11, leading=18, spaceBefore=6)
ROUND_STYLE = ParagraphStyle("round", parent=TEXT_STYLE, spaceBefore=4, spaceAfter=2)
GRID_STYLE = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#777777")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
)
WIDTH = 174 * mm
# Changes with more characters are listed below the table: the layout of cells that span pages is very slow.
MOST_CELL_CHARACTERS = 2000
SPAN_MARKUP = {"removed": ("<strike>", "</strike>"), "added": ("<u>", "</u>"), "same": ("", "")}
# The only middle dot in the font, for names such as 阿依古丽・买买提.
DOT_TRANSLATION = str.maketrans("·•‧∙", "・・・・")
# The font's encoding has no characters beyond the BMP; they are replaced by 〓 and the code point.
BEYOND_FONT = re.compile("[\U00010000-\U0010ffff]")


class CornerCode(Flowable):
    """A QR code in the corner of the page, next to the title, where it takes no space from the text."""

    def __init__(self, png: bytes) -> None:
        super().__init__()
        self.png = png

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        side = qr_short_links.PRINTED * mm
        self.canv.drawImage(ImageReader(io.BytesIO(self.png)), WIDTH - side, -9 * mm, side, side)


def review_sheets_pdf(sheets: Iterable[ReviewSheet], *, title: str) -> bytes:
    """Return one PDF file with all sheets, each starting on a new page."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    flow: list[Flowable] = []
    for sheet in sheets:
        if flow:
            flow.append(PageBreak())
        flow.extend(_sheet_flowables(sheet))
    if not flow:
        flow.append(_make_paragraph(_("No article was published in this time."), TEXT_STYLE))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title=title,
        author="Newsroom",
        invariant=True,
    )
    document.build(flow, onFirstPage=_draw_page_number, onLaterPages=_draw_page_number)
    return out.getvalue()


def _draw_page_number(canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont(FONT, 8)
    canvas.drawRightString(A4[0] - 18 * mm, 9 * mm, str(document.page))


def _sheet_flowables(sheet: ReviewSheet) -> Iterator[Flowable]:
    if code := checkpoints.draw_code(sheet.log_code, "png") if sheet.log_code else None:
        yield CornerCode(code)
    yield _make_paragraph(_("Review sheet"), TITLE_STYLE)
    yield Spacer(1, 3 * mm)
    yield _make_table([[label, value] for label, value in sheet.facts], [24 * mm, WIDTH - 24 * mm])
    yield _make_paragraph(_("Readings"), HEADING_STYLE)
    for one in sheet.rounds:
        yield from _round_rows(one)
    if not sheet.rounds:
        yield _make_paragraph(_("Nobody has signed this text."), TEXT_STYLE)
    yield _make_paragraph(_("Publication"), HEADING_STYLE)
    yield from _publication_lines(sheet)
    yield _make_paragraph(_("Everything that happened"), HEADING_STYLE)
    yield from _decision_lines(sheet)
    for one in sheet.rounds:
        if one.copy:
            yield from _copy_lines(one, one.copy)


def _copy_lines(one: ReviewRound, copy: MarkedCopy) -> Iterator[Flowable]:
    """The marked copy of a round: removed words struck through, added ones underlined, each with its person."""
    yield _make_paragraph(f"{_('Marked copy')} · {_round_name(one)}", HEADING_STYLE)
    for step in copy.steps:
        number = _("revision %(number)s") % {"number": step.revision}
        yield _cell_line([step.name, step.reading, number, _spell_instant(step.at)])
    for part in copy.parts:
        yield _cell_line([part.label])
        for line in part.lines:
            spans = "".join(_span_markup(span, copy) for span in line.spans)
            yield _make_paragraph(spans + ("¶" if line.shows_break else ""), TEXT_STYLE, raw=True)


def _span_markup(span: MarkedSpan, copy: MarkedCopy) -> str:
    opening, closing = SPAN_MARKUP[span.kind]
    text = f"{opening}{escape(span.text)}{closing}"
    name = copy.steps[span.step - 1].name if span.ends_change and len(copy.steps) > 1 else ""
    return f"{text}<font size=7>[{escape(name)}]</font>" if name else text


def _publication_lines(sheet: ReviewSheet) -> Iterator[Flowable]:
    for made in sheet.publications:
        edition = made.edition
        yield _cell_line(
            [
                f"{_('Edition')} {edition.number}",
                edition.get_kind_display(),
                edition.get_basis_display(),
                _spell_instant(edition.published_at),
                made.by,
                edition.printed_note,
            ],
            f"SHA-256 {edition.digest}",
        )
    if not sheet.publications:
        yield _cell_line([_("Not published")])
    for act in sheet.acts:
        yield _cell_line([_spell_instant(act.at), act.what, act.by, act.why])


def _decision_lines(sheet: ReviewSheet) -> Iterator[Flowable]:
    for d in sheet.trail:
        decision = f"{d.row.get_decision_display()} {d.reading}".strip()
        number = _("revision %(number)s") % {"number": d.row.revision.number}
        yield _cell_line([_spell_instant(d.row.at), decision, d.destination, _name_cell(d), number, d.row.opinion])
        if d.row.decision == SignOff.Decision.REREAD:
            yield from (_make_paragraph(line, SMALL_STYLE, raw=True) for line in _warning_lines(d))
        if d.changes and d.row.decision != SignOff.Decision.PASS:
            yield from _listed_changes(d)
    if not sheet.trail:
        yield _cell_line([_("Nobody has decided anything yet.")])
    if sheet.shortened:
        yield _cell_line([_("Only the newest decisions and editions are listed here; the evidence pack has them all.")])


def _round_rows(one: ReviewRound) -> Iterator[Flowable]:
    late = f" · {_('read after it was published')}" if one.late else ""
    yield _make_paragraph(f"{_round_name(one)}{late}", ROUND_STYLE)
    if not one.readings:
        yield _make_paragraph(_("Nobody has signed this text."), TEXT_STYLE)
        return
    rows = [[_("reading"), _("name and role"), _("at"), _("opinion and what was changed")]]
    rows += [
        [d.reading, _who_cell(d), f"{_spell_instant(d.row.at)}<br/>{d.row.address or ''}", _opinion_cell(d)]
        for d in one.readings
    ]
    yield _make_table(rows, [20 * mm, 36 * mm, 34 * mm, WIDTH - 90 * mm], raw=True)
    for d in one.readings:
        if not _fits_a_cell(d):
            yield _cell_line([d.reading, _name_cell(d), _("what was changed")])
            yield from _listed_changes(d)


def _round_name(one: ReviewRound) -> str:
    return f"{_('Edition')} {one.edition.number}" if one.edition else _("Text in review")


def _cell_line(parts: list[str], below: str = "") -> Paragraph:
    text = " · ".join(escape(str(part)) for part in parts if part)
    return _make_paragraph(f"{text}<br/>{escape(below)}" if below else text, SMALL_STYLE, raw=True)


def _who_cell(d: SheetDecision) -> str:
    same = f"<br/>{_('same person')}" if d.row.same_person else ""
    return f"{escape(d.row.person_name)}<br/>{escape(d.role)}{same}"


def _name_cell(d: SheetDecision) -> str:
    return f"{d.row.person_name}（{_('same person')}）" if d.row.same_person else d.row.person_name


def _opinion_cell(d: SheetDecision) -> str:
    warnings = _warning_lines(d)
    changes = _changes_cell(d) if _fits_a_cell(d) else [_("There are many changes; they are listed below the table.")]
    return "<br/>".join(part for part in [escape(d.row.opinion), *warnings, *changes] if part)


def _warning_lines(d: SheetDecision) -> list[str]:
    """What the checks found and the machine had read, how much its reader corrected, resets before it, as markup."""
    found = (warning["message"] for warning in d.row.warnings)
    sentences = [*found, d.in_set, d.machine, d.corrected, d.reset, d.factor_reset]
    return [escape(sentence) for sentence in sentences if sentence]


def _fits_a_cell(d: SheetDecision) -> bool:
    return sum(map(len, _changes_cell(d))) <= MOST_CELL_CHARACTERS


def _listed_changes(d: SheetDecision) -> Iterator[Paragraph]:
    return (_make_paragraph(line, SMALL_STYLE, raw=True) for line in _changes_cell(d))


def _changes_cell(d: SheetDecision) -> Iterator[str]:
    """Yield each changed line as markup: removed text struck through, added text underlined."""
    for change in d.changes:
        for line in change.changed_lines:
            spans = (f"{SPAN_MARKUP[s.kind][0]}{escape(s.text)}{SPAN_MARKUP[s.kind][1]}" for s in line.spans)
            yield f"{escape(change.label)}：{''.join(spans)}"


def _spell_instant(instant: datetime) -> str:
    return timezone.localtime(instant).strftime("%Y-%m-%d %H:%M:%S")


def _make_table(rows: list[list[str]], widths: list[float], *, raw: bool = False) -> Table:
    cells = [[_make_paragraph(cell, TEXT_STYLE, raw=raw) for cell in row] for row in rows]
    return Table(cells, colWidths=widths, style=GRID_STYLE, repeatRows=1 if raw else 0, splitInRow=1)


def _make_paragraph(text: str, style: ParagraphStyle, *, raw: bool = False) -> Paragraph:
    text = (text if raw else escape(str(text))).translate(DOT_TRANSLATION)
    return Paragraph(BEYOND_FONT.sub(lambda found: f"〓(U+{ord(found[0]):X})", text), style)
