"""Rules from a table, all of them or none; the rules that come with Newsroom; and all rules as a table."""

from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from .. import audit, check_ups
from ..checks.written_rules import current_version
from ..csv_tables import ImportedRows, record_table_export, record_table_import
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import CheckRule
from ..models.key_batches import in_groups
from ..saved_rows import next_version
from .saving import FINDING_FIELDS, RULE_FIELDS
from .table import RuleRow, read_rules, write_rules
from .trying import begin_trials

ROWS_PER_STATEMENT = 500
SHIPPED = Path(__file__).with_name("shipped_rules.csv")
State = CheckRule.State


@transaction.atomic
def import_check_rules(data: bytes, *, by: User) -> ImportedRows:
    """Save the rules of a table (table.read_rules), by their names; idempotent.

    New rules, and rules whose pattern changes, are on trial here before they are in use, whatever the table
    says. Raises PermissionDenied, or UnusableTable with a problem for each refused line; nothing has changed then.
    """
    permissions.require_duty_everywhere(by, Duty.RULES)
    return _write_table(data, by=by, tried=False)


@transaction.atomic
def take_over_shipped_rules(*, by: User) -> ImportedRows:
    """Save the rules that come with Newsroom, in the state in which they are shipped; idempotent.

    Rules that the newsroom has already stay in their state. Raises PermissionDenied.
    """
    permissions.require_duty_everywhere(by, Duty.RULES)
    return _write_table(SHIPPED.read_bytes(), by=by, tried=True)


@transaction.atomic
def export_check_rules(*, by: User) -> bytes:
    """Return the table of all rules; recorded in the audit. Raises PermissionDenied."""
    permissions.require_duty_everywhere(by, Duty.RULES)
    table = write_rules(CheckRule.objects.prefetch_related("sections").order_by("name"))
    return record_table_export(CheckRule(), table, by=by)


def _write_table(data: bytes, *, by: User, tried: bool) -> ImportedRows:
    audit.lock_audit_chain()
    rows = read_rules(data)
    stored = _stored_rules([row.rule.name for row in rows])
    version = next_version(current_version().rules)
    added, changed = [], []
    for row in rows:
        row.rule.changed_at = version
        row.rule.owner = row.rule.owner or audit.account_name(by)
        known = stored.get(row.rule.name)
        if known is None:
            row.rule.state = row.rule.state if tried else _untried(row.rule.state)
            added.append(row)
        else:
            row.rule.pk = known.pk
            row.rule.state = known.state if _finds_the_same(row.rule, known) else _untried(known.state)
            if _is_other(row, known):
                changed.append(row)
    _save_rows(added, changed)
    tried_again = [row for row in changed if not _finds_the_same(row.rule, stored[row.rule.name])]
    begin_trials([row.rule for row in (*added, *tried_again) if row.rule.state == State.TRYING], version)
    check_ups.begin_rereading([row.rule for row in added if row.rule.state == State.LIVE], version)
    if added or changed:
        pairs = [(stored[row.rule.name], row.rule) for row in changed]
        record_table_import(CheckRule(), data, (*RULE_FIELDS, "state"), added=len(added), changed=pairs, by=by)
    return ImportedRows(len(added), len(changed), len(rows) - len(added) - len(changed))


def _stored_rules(names: list[str]) -> dict[str, CheckRule]:
    """Return the stored rules with these names, by name, with their sections."""
    found = {}
    for group in in_groups(names, ROWS_PER_STATEMENT):
        found.update(
            {rule.name: rule for rule in CheckRule.objects.filter(name__in=group).prefetch_related("sections")}
        )
    return found


def _untried(state: str) -> str:
    return State.TRYING if state == State.LIVE else state


def _finds_the_same(rule: CheckRule, known: CheckRule) -> bool:
    return all(getattr(rule, name) == getattr(known, name) for name in FINDING_FIELDS)


def _is_other(row: RuleRow, known: CheckRule) -> bool:
    fields = (*RULE_FIELDS, "state")
    sections = {section.pk for section in row.sections} != {section.pk for section in known.sections.all()}
    return sections or any(getattr(row.rule, name) != getattr(known, name) for name in fields)


def _save_rows(added: list[RuleRow], changed: list[RuleRow]) -> None:
    CheckRule.objects.bulk_create([row.rule for row in added], ROWS_PER_STATEMENT)
    fields = [*RULE_FIELDS, "state", "changed_at"]
    CheckRule.objects.bulk_update([row.rule for row in changed], fields, ROWS_PER_STATEMENT // 5)
    links = CheckRule.sections.through
    for group in in_groups([row.rule.pk for row in changed], ROWS_PER_STATEMENT):
        links.objects.filter(checkrule__in=group).delete()
    wanted = [links(checkrule=row.rule, section=section) for row in (*added, *changed) for section in row.sections]
    links.objects.bulk_create(wanted, ROWS_PER_STATEMENT)
