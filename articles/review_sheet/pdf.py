"""Review sheets as PDF, for the file and for the printer: A4, one sheet a page where it fits.

The Chinese font is one that every PDF reader brings along (STSong-Light), so that no font file is needed on the server
and files stay small (docs/decisions/evidence.md).
"""

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from ..models import SignOff
from . import ReviewRound, ReviewSheet, SheetDecision

FONT = "STSong-Light"
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9.5, leading=14, wordWrap="CJK")
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=8, leading=11, textColor=colors.HexColor("#444444"))
TITLE = ParagraphStyle("title", parent=TEXT, fontSize=16, leading=22, alignment=1)
HEADING = ParagraphStyle("heading", parent=TEXT, fontSize=11, leading=18, spaceBefore=6)
ROUND = ParagraphStyle("round", parent=TEXT, spaceBefore=4, spaceAfter=2)
GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#777777")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
)
WIDTH = 174 * mm
# More characters of changes than this stand below the table of readings: a cell that goes over pages is laid out anew for each.
MOST_IN_CELL = 2000
# The font's own character for the dot inside names (阿依古丽・买买提); the others it lacks.
DOTS = str.maketrans("·•‧∙", "・・・・")
# The font's encoding ends here: a rarer character would come out as others, so the printer's mark (〓) and its code stand
# in its place.
BEYOND = re.compile("[\U00010000-\U0010ffff]")


def review_sheets_pdf(sheets: Iterable[ReviewSheet], *, title: str) -> bytes:
    """The sheets in one file, each beginning a page of its own."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    flow: list[Flowable] = []
    for sheet in sheets:
        if flow:
            flow.append(PageBreak())
        flow.extend(_sheet_flowables(sheet))
    if not flow:
        flow.append(_make_paragraph(_("No article was published in this time."), TEXT))
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


def _draw_page_number(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 8)
    canvas.drawRightString(A4[0] - 18 * mm, 9 * mm, str(document.page))


def _sheet_flowables(sheet: ReviewSheet) -> Iterator[Flowable]:
    yield _make_paragraph(_("Review sheet"), TITLE)
    yield Spacer(1, 3 * mm)
    yield _make_table([[label, value] for label, value in sheet.facts], [24 * mm, WIDTH - 24 * mm])
    yield _make_paragraph(_("Readings"), HEADING)
    for one in sheet.rounds:
        yield from _round_rows(one)
    if not sheet.rounds:
        yield _make_paragraph(_("Nobody has signed this text."), TEXT)
    yield _make_paragraph(_("Publication"), HEADING)
    for made in sheet.publications:
        edition = made.edition
        yield _cell_line(
            [
                f"{_('Edition')} {edition.number}",
                edition.get_kind_display(),
                edition.get_basis_display(),
                _spell_instant(edition.published_at),
                made.by,
                edition.note,
            ],
            f"SHA-256 {edition.digest}",
        )
    if not sheet.publications:
        yield _cell_line([_("Not published")])
    for act in sheet.acts:
        yield _cell_line([_spell_instant(act.at), act.what, act.by, act.why])
    yield _make_paragraph(_("Everything that happened"), HEADING)
    for d in sheet.trail:
        decision = f"{d.row.get_decision_display()} {d.reading}".strip()
        number = _("revision %(number)s") % {"number": d.row.revision.number}
        yield _cell_line([_spell_instant(d.row.at), decision, d.whither, _name_cell(d), number, d.row.opinion])
        if d.changes and d.row.decision != SignOff.Decision.PASS:
            yield from _listed_changes(d)
    if not sheet.trail:
        yield _cell_line([_("Nobody has decided anything yet.")])
    if sheet.shortened:
        yield _cell_line(
            [_("Only the newest decisions and editions stand here; all of them are in the evidence pack.")]
        )


def _round_rows(one: ReviewRound) -> Iterator[Flowable]:
    late = f" · {_('read after it was published')}" if one.late else ""
    yield _make_paragraph(f"{_('Edition')} {one.edition.number}{late}" if one.edition else _("Text in review"), ROUND)
    if not one.readings:
        yield _make_paragraph(_("Nobody has signed this text."), TEXT)
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


def _cell_line(parts: list[str], below: str = "") -> Paragraph:
    text = " · ".join(escape(str(part)) for part in parts if part)
    return _make_paragraph(f"{text}<br/>{escape(below)}" if below else text, SMALL, raw=True)


def _who_cell(d: SheetDecision) -> str:
    same = f"<br/>{_('same person')}" if d.row.same_person else ""
    return f"{escape(d.row.person_name)}<br/>{escape(d.role)}{same}"


def _name_cell(d: SheetDecision) -> str:
    return f"{d.row.person_name}（{_('same person')}）" if d.row.same_person else d.row.person_name


def _opinion_cell(d: SheetDecision) -> str:
    warnings = [escape(warning["message"]) for warning in d.row.warnings] or [escape(_("The checks found nothing."))]
    changes = _changes_cell(d) if _fits_a_cell(d) else [_("Much was changed; it stands below the table.")]
    return "<br/>".join(part for part in [escape(d.row.opinion), *warnings, *changes] if part)


def _fits_a_cell(d: SheetDecision) -> bool:
    return sum(map(len, _changes_cell(d))) <= MOST_IN_CELL


def _listed_changes(d: SheetDecision) -> Iterator[Paragraph]:
    return (_make_paragraph(line, SMALL, raw=True) for line in _changes_cell(d))


def _changes_cell(d: SheetDecision) -> Iterator[str]:
    """Each changed line, what was struck out struck out, what is new underlined."""
    marks = {"removed": ("<strike>", "</strike>"), "added": ("<u>", "</u>"), "same": ("", "")}
    for change in d.changes:
        for line in change.changed_lines:
            spans = (f"{marks[s.kind][0]}{escape(s.text)}{marks[s.kind][1]}" for s in line.spans)
            yield f"{escape(change.label)}：{''.join(spans)}"


def _spell_instant(instant: Any) -> str:
    return timezone.localtime(instant).strftime("%Y-%m-%d %H:%M:%S")


def _make_table(rows: list[list[str]], widths: list[float], *, raw: bool = False) -> Table:
    cells = [[_make_paragraph(cell, TEXT, raw=raw) for cell in row] for row in rows]
    return Table(cells, colWidths=widths, style=GRID, repeatRows=1 if raw else 0, splitInRow=1)


def _make_paragraph(text: str, style: ParagraphStyle, *, raw: bool = False) -> Paragraph:
    text = (text if raw else escape(str(text))).translate(DOTS)
    return Paragraph(BEYOND.sub(lambda found: f"〓(U+{ord(found[0]):X})", text), style)
