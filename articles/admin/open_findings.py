"""What the machine found in public texts and this person may settle, as counted rows that lead to their screens."""

from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from .. import check_ups, link_checks
from ..duty_assignments import permissions
from ..duty_assignments.permissions import SETTLING_DUTIES

MOST_COUNTED = 99  # beyond it, the desk says that there are more


class OpenFindings(NamedTuple):
    """Findings of one kind, and the screen where they are settled; `number` is at most one beyond MOST_COUNTED."""

    label: str
    address: str
    number: int

    @property
    def shown_count(self) -> str:
        """The count as the desk prints it."""
        return f"{MOST_COUNTED}+" if self.number > MOST_COUNTED else str(self.number)


def open_findings(user: User) -> list[OpenFindings]:
    """Return the kinds of findings that are open for the user; none without a duty to settle them.

    One query for each kind, which reads no more rows than are counted.
    """
    if not permissions.has_duty_anywhere(user, *SETTLING_DUTIES):
        return []
    findings = check_ups.findings_to_settle(user)
    links, screen = (reverse(f"admin:articles_{name}") for name in ("linktarget_changelist", "checkup_findings"))
    kinds: list[tuple[str, str, QuerySet]] = [
        (_("Dead links"), f"{links}?mine=1", link_checks.links_to_settle(user)),
        (_("Found by check-ups"), f"{screen}?new_rules=0", findings.filter(check_up__by__isnull=False)),
        (_("Found by new rules in published texts"), f"{screen}?new_rules=1", findings.filter(check_up__by=None)),
    ]
    counted = (OpenFindings(label, address, _count_few(rows)) for label, address, rows in kinds)
    return [each for each in counted if each.number]


def _count_few(rows: QuerySet) -> int:
    return rows.order_by()[: MOST_COUNTED + 1].count()
