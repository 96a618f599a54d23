"""What a review sheet says about a reader's log-in: a password or a second factor that somebody reset before a
reading.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from .. import audit
from ..duty_assignments.permissions import READINGS
from ..models import AuditEntry, FactorReset, SignOff

# Resets of a reader's password are printed with the readings made within this time after them.
RESET_TOLD = timedelta(days=7)


def password_reset_sentence(row: SignOff, resets: list[AuditEntry]) -> str:
    """Who reset the reader's password and when, if shortly before this reading; '' if nobody did."""
    newest = next((entry for entry in resets if row.at - RESET_TOLD <= entry.at <= row.at), None)
    if newest is None or row.role not in READINGS:
        return ""
    by, at = newest.details.get("reset_by") or newest.actor_name, timezone.localtime(newest.at)
    return _("password reset by %(by)s on %(at)s") % {"by": by, "at": f"{at:%Y-%m-%d %H:%M}"}


def factor_reset_sentence(reset: FactorReset | None) -> str:
    """Who removed the reader's second factor before the reading, and when; '' if nobody did."""
    if reset is None or reset.confirmed_at is None:
        return ""
    return _("Second factor reset by %(one)s and %(other)s on %(at)s") % {
        "one": audit.account_name(reset.opened_by),
        "other": audit.account_name(reset.confirmed_by),
        "at": f"{timezone.localtime(reset.confirmed_at):%Y-%m-%d %H:%M}",
    }
