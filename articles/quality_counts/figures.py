"""The sums of the counts for a few months, in the sections of one person, and the table of them."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from .. import csv_tables, review
from ..csv_tables import Columns
from ..duty_assignments import permissions
from ..duty_assignments.permissions import SETTLING_DUTIES
from ..models import QualityCount, Section

MONTHS_SHOWN = 12
MOST_TEXTS = 50
PER_CHARACTERS = 10_000
BEYOND = Q(left__gt=F("allowed"))
COLUMNS = Columns(
    heads={
        "month": "月份",
        "section__name": "栏目",
        "reading": "审次",
        "texts": "篇次",
        "characters": "字数",
        "found": "本审改正",
        "warnings": "签发时机器提示未处理",
        "left": "此后发现差错",
        "allowed": "每篇允许",
        "rate": "万字差错",
        "beyond": "超标篇次",
    },
    needed=(),
    most_rows=0,
)
Figures = dict[str, Any]


def may_see_quality_counts(user: User | AnonymousUser) -> bool:
    """Return True for those who read or publish in some section: they see the figures of these sections."""
    return permissions.has_duty_anywhere(user, *SETTLING_DUTIES)


def figures_by_month(user: User, until: date, section: Section | None = None) -> list[Figures]:
    """Return the figures of each reading in the months up to this one, the newest first; of a section and those below.

    One query; it reads the rows of these months. `month` is a date.
    """
    rows = _counts_for(user).filter(month__gt=months_before(until, MONTHS_SHOWN), month__lte=until)
    if section:
        rows = rows.filter(section__in=[each.pk for each in section.with_all_below()])
    return _figures(rows, "month")


def figures_by_section(user: User, month: date) -> list[Figures]:
    """Return the figures of each reading in each section in one month. One query; `section__name` is its name."""
    return _figures(_counts_for(user).filter(month=month), "section__position", "section", "section__name")


def texts_beyond(user: User, month: date) -> list[QualityCount]:
    """Return the newest readings of a month after which more errors were found than allowed, with their articles."""
    rows = _counts_for(user).filter(BEYOND, month=month).select_related("sign_off__article", "section")
    return list(rows.order_by("-sign_off")[:MOST_TEXTS])


@transaction.atomic
def export_quality_counts(until: date, *, by: User) -> bytes:
    """Return the table of the figures by month and section; recorded in the audit. Raises PermissionDenied."""
    if not may_see_quality_counts(by):
        raise PermissionDenied(_("Only people who read or publish may see errors after readings."))
    rows = _counts_for(by).filter(month__gt=months_before(until, MONTHS_SHOWN), month__lte=until)
    figures = _figures(rows, "month", "section__position", "section__name")
    table = csv_tables.write_rows(COLUMNS, ({**row, "month": f"{row['month']:%Y-%m}"} for row in figures))
    return csv_tables.record_table_export(QualityCount(), table, by=by)


def months_before(month: date, count: int) -> date:
    """Return the first day of the month so many months before."""
    year, place = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(year, place + 1, 1)


def _counts_for(user: User) -> QuerySet[QualityCount]:
    rows = QualityCount.objects.all()
    if permissions.has_duty_everywhere(user, *SETTLING_DUTIES):
        return rows
    return rows.filter(section__in=permissions.sections_with_duty(user, *SETTLING_DUTIES).order_by().values("pk"))


def _figures(rows: QuerySet[QualityCount], *by: str) -> list[Figures]:
    """Sum up the rows by these fields and by reading; the newest month first, then in order of the readings."""
    sums = rows.values(*by, "stages", "stage").annotate(
        beyond=Count("pk", filter=BEYOND),  # before the sums, which have the names of the fields
        texts=Count("pk"),
        characters=Sum("characters"),
        found=Sum("found"),
        warnings=Sum("warnings"),
        left=Sum("left"),
        allowed=Max("allowed"),
    )
    order = [f"-{name}" if name == "month" else name for name in by]
    return [
        {
            **row,
            "reading": review.stage_name(row["stage"], row["stages"]),
            "rate": round(row["left"] * PER_CHARACTERS / max(row["characters"], 1), 2),
        }
        for row in sums.order_by(*order, "stages", "stage")
    ]
