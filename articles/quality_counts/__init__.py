"""Errors found after each reading, against what the field allows (差错统计): by month, section and reading.

errors     how many errors a change puts right, by the field's way of counting
register   counts the texts that were signed or corrected: `manage.py work` calls it
figures    the sums that the desk shows, and the table of them
"""

from .figures import (
    MONTHS_SHOWN,
    export_quality_counts,
    figures_by_month,
    figures_by_section,
    may_see_quality_counts,
    months_before,
    texts_beyond,
)
from .register import continue_quality_counts

__all__ = [
    "MONTHS_SHOWN",
    "continue_quality_counts",
    "export_quality_counts",
    "figures_by_month",
    "figures_by_section",
    "may_see_quality_counts",
    "months_before",
    "texts_beyond",
]
