"""Review sheets as PDF, for the file and for the printer: A4, one sheet a page where it fits.

The Chinese font is one that every PDF reader brings along (STSong-Light), so that no font file is needed on the server
and files stay small (docs/decisions/evidence.md).
"""

import io
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

from ..models import Article
from . import Decision, Sheet

FONT = "STSong-Light"
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9.5, leading=14, wordWrap="CJK")
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=8, leading=11, textColor=colors.HexColor("#444444"))
TITLE = ParagraphStyle("title", parent=TEXT, fontSize=16, leading=22, alignment=1)
HEADING = ParagraphStyle("heading", parent=TEXT, fontSize=11, leading=18, spaceBefore=6)
GRID = TableStyle([
    ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#777777")), ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
])  # fmt: skip
WIDTH = 174 * mm
# The font's own character for the dot inside names (阿依古丽・买买提); the others it lacks.
DOTS = str.maketrans("·•‧∙", "・・・・")


def pdf(sheets: Iterable[Sheet], *, title: str) -> bytes:
    """The sheets in one file, each beginning a page of its own."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    flow: list[Flowable] = []
    for sheet in sheets:
        if flow:
            flow.append(PageBreak())
        flow.extend(_sheet(sheet))
    if not flow:
        flow.append(_p(_("No article was published in this time."), TEXT))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=16 * mm,
        title=title, author="Newsroom", invariant=True,
    )  # fmt: skip
    document.build(flow, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue()


def _number(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 8)
    canvas.drawRightString(A4[0] - 18 * mm, 9 * mm, str(document.page))


def _sheet(sheet: Sheet) -> Iterator[Flowable]:
    content, article = sheet.content, sheet.article
    yield _p(_("Review sheet"), TITLE)
    yield Spacer(1, 3 * mm)
    source = content["source"]["name"] if content["source"] else ""
    facts = [
        (_("title"), content["title"]), (_("number"), f"{article.number} · {sheet.section}"),
        (_("source"), f"{source}（{Article.Origin(content['origin']).label}）"),
        (_("credits"), "　".join(f"{role}：{'、'.join(names)}" for role, names in sheet.credits)),
        (_("characters"), str(sheet.characters)), (_("address"), article.public_url),
    ]  # fmt: skip
    yield _table([[label, value] for label, value in facts], [24 * mm, WIDTH - 24 * mm])
    yield _p(_("Readings"), HEADING)
    rows = [[_("reading"), _("name and role"), _("at"), _("opinion and what was changed")]]
    rows += [[d.reading, _who(d), f"{_at(d.row.at)}<br/>{d.row.address or ''}", _opinion(d)] for d in sheet.readings]
    yield _table(rows, [20 * mm, 36 * mm, 34 * mm, WIDTH - 90 * mm], raw=True)
    yield _p(_("Publication"), HEADING)
    for edition in sheet.editions:
        who = edition.published_by
        name = who.person.name if getattr(who, "person", None) else who.get_username()
        note = f" · {escape(edition.note)}" if edition.note else ""
        yield _p(
            f"{_('Edition')} {edition.number} · {edition.get_kind_display()} · <b>{edition.get_basis_display()}</b> · "
            f"{_at(edition.published_at)} · {escape(name)}{note}<br/>SHA-256 {edition.digest}", SMALL, raw=True,
        )  # fmt: skip
    for act in sheet.acts:
        yield _p(f"{_at(act.at)} · {act.action} · {act.actor_name} · {act.reason}", SMALL)
    yield _p(_("Everything that happened"), HEADING)
    for d in sheet.trail:
        yield _p(
            f"{_at(d.row.at)} · {d.row.get_decision_display()} {d.reading} · {_name(d)} · "
            f"{_('revision %(number)s') % {'number': d.row.revision.number}} · {d.row.opinion}", SMALL,
        )  # fmt: skip


def _who(d: Decision) -> str:
    same = f"<br/><b>{_('same person')}</b>" if d.row.same_person else ""
    return f"{escape(d.row.person_name)}<br/>{escape(d.role)}{same}"


def _name(d: Decision) -> str:
    return f"{d.row.person_name}（{_('same person')}）" if d.row.same_person else d.row.person_name


def _opinion(d: Decision) -> str:
    parts = [escape(d.row.opinion)]
    parts += [escape(warning["message"]) for warning in d.row.warnings]
    marks = {"removed": ("<strike>", "</strike>"), "added": ("<u>", "</u>"), "same": ("", "")}
    for change in d.changes:
        for line in change.changed_lines:
            spans = (f"{marks[s.kind][0]}{escape(s.text)}{marks[s.kind][1]}" for s in line.spans)
            parts.append(f"{escape(change.label)}：{''.join(spans)}")
    return "<br/>".join(part for part in parts if part)


def _at(instant: Any) -> str:
    return timezone.localtime(instant).strftime("%Y-%m-%d %H:%M:%S")


def _table(rows: list[list[str]], widths: list[float], *, raw: bool = False) -> Table:
    cells = [[_p(cell, TEXT, raw=raw) for cell in row] for row in rows]
    return Table(cells, colWidths=widths, style=GRID, repeatRows=1 if raw else 0, splitInRow=1)


def _p(text: str, style: ParagraphStyle, *, raw: bool = False) -> Paragraph:
    return Paragraph((text if raw else escape(str(text))).translate(DOTS), style)
