"""What an outside checker found in a text, as warnings: they never prevent publishing."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ..models import OutsideReading
from .plain_text import LINES, PlainText
from .rules import Match, Rule, Severity

OUTSIDE = _("Outside checker")
# The fields that it is sent, as the machine reads them.
SENT_FIELDS = (*LINES, "body")


def outside_findings(digest: str) -> list[Mapping[str, Any]]:
    """Return what the outside checker has found in this text so far; [] if none is set up. One query or none."""
    if not settings.OUTSIDE_CHECKER:
        return []
    row = OutsideReading.objects.filter(digest=digest).exclude(found=None).first()
    return list(row.found or ()) if row else []


def outside_matches(findings: list[Mapping[str, Any]], field: str, plain: PlainText) -> Iterator[Match]:
    """Yield the findings in a field; those outside its text are dropped."""
    for finding in findings:
        start, end = finding["start"], finding["end"]
        if finding["field"] == field and end <= len(plain.text):
            yield Match(_rule_of(finding["reason"]), start, end, suggestion=finding["suggestion"])


def _rule_of(reason: str) -> Rule:
    sentence = reason.replace("%", "%%")  # a rule's sentence may have placeholders
    return Rule("outside", OUTSIDE, Severity.WARN, f"“%(words)s”: {sentence}", _("Found by the outside checker."))
