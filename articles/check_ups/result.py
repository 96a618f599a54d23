"""The result of a check-up: how many texts each rule found something in, by section and year, and its digest."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db.models import Sum

from ..models import CheckUp
from ..models.check_rule import Severity


def check_up_result(check_up: CheckUp) -> dict[str, Any]:
    """Return the result as values of JSON, the same at any time after the end.

    Sections and `only_rules` are keys, instants are in ISO 8601.
    """
    counts = check_up.counts.order_by("rule", "section_id", "year")  # a section's own order may change
    return {
        "begun_at": _instant(check_up.begun_at),
        "ended_at": _instant(check_up.ended_at),
        "section": check_up.section_id,
        "year": check_up.year,
        "only_rules": sorted(check_up.only.values_list("pk", flat=True)),
        "program": check_up.program,
        "rules_of": _instant(check_up.rules_of),
        "texts": check_up.read,
        "found": [list(row) for row in counts.values_list("rule", "severity", "section", "year", "texts", "places")],
    }


def result_as_json(result: dict[str, Any]) -> bytes:
    """Return the result as the file whose SHA-256 the audit has."""
    return json.dumps(result, ensure_ascii=False, sort_keys=True, indent=1).encode()


def digest_of_result(result: dict[str, Any]) -> str:
    """Return the SHA-256 of the result's file, in hexadecimal."""
    return hashlib.sha256(result_as_json(result)).hexdigest()


def _instant(at: datetime | None) -> str | None:
    return at.isoformat(timespec="microseconds") if at else None


def counts_by_rule(check_up: CheckUp) -> list[dict[str, Any]]:
    """Return `rule`, `severity`, its name, `texts` and `places` of each rule that found something, most texts first."""
    sums = check_up.counts.values("rule", "severity").annotate(texts=Sum("texts"), places=Sum("places"))
    rows = sums.order_by("-texts", "rule")
    return [{**row, "severity_name": Severity(row["severity"]).label} for row in rows]


def counts_by_section_and_year(check_up: CheckUp) -> list[dict[str, Any]]:
    """Return `section__name`, `year` and `texts`: in how many texts rules found something that weighs, each counted."""
    weighing = check_up.counts.exclude(severity=Severity.INFO)
    return list(
        weighing.values("section__name", "year").annotate(texts=Sum("texts")).order_by("-year", "section__name")
    )
