"""That a text was read as part of a change set, in one sentence."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import SignOff


def read_in_set_sentence(row: SignOff) -> str:
    """In which change set its reader read the text, and when; '' if it was read by itself."""
    if not row.read_in_set:
        return ""
    at = timezone.localtime(datetime.fromisoformat(row.read_in_set["read_at"]))
    return _("Read as part of change set %(number)d on %(at)s, with the passages that it changes.") % {
        "number": row.read_in_set["change_set"],
        "at": f"{at:%Y-%m-%d %H:%M}",
    }
