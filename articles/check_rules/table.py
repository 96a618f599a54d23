"""Tables (CSV) of rules, as spreadsheets write and read them: one rule in each row, found again by its name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .. import csv_tables
from ..csv_tables import WORDS_PER_CELL, Cells, Columns
from ..models import CheckRule, Section
from ..models.check_rule import ENDS_EARLY
from ..refusals import Problem, Refusal
from .patterns import UnusablePattern, refuse_unusable_pattern

COLUMNS = Columns(
    heads={
        "name": "名称",
        "subject": "类别",
        "kind": "形式",
        "pattern": "内容",
        "allowed": "不算错的长词",
        "advice": "说明",
        "suggestion": "正确写法",
        "severity": "分量",
        "sections": "栏目",
        "owner": "负责人",
        "source": "依据",
        "valid_from": "生效日",
        "valid_until": "失效日",
        "state": "状态",
    },
    needed=("name", "pattern", "advice"),
    most_rows=65_000,
)

NO_SUCH_SECTION = Problem("check_rules.no_such_section", _("There is no section “%(word)s”."))
ENDS_BEFORE_IT_BEGINS = Problem("check_rules.days", ENDS_EARLY)


@dataclass
class RuleRow:
    """A row of a table: the rule, which is not saved, and its sections."""

    rule: CheckRule
    sections: list[Section]


def read_rules(data: bytes) -> list[RuleRow]:
    """Return the rules of a table in UTF-8 or GB18030. Raises UnusableTable with a problem for each refused line."""
    fields = ("subject", "kind", "severity", "state")
    choices = {field: csv_tables.choices_by_word(CheckRule, field) for field in fields}
    sections = {section.slug: section for section in Section.objects.all()}
    return csv_tables.read_rows(
        data, COLUMNS, lambda cells: _read_rule(cells, choices, sections), lambda row: row.rule.name
    )


def write_rules(rules: Iterable[CheckRule]) -> bytes:
    """Return the table of these rules."""
    return csv_tables.write_rows(COLUMNS, (_facts_of(rule) for rule in rules))


def _facts_of(rule: CheckRule) -> dict[str, Any]:
    facts = {name: getattr(rule, name) for name in COLUMNS.heads if name != "sections"}
    return {**facts, "sections": " ".join(section.slug for section in rule.sections.all())}


def _read_rule(cells: Cells, choices: dict[str, dict[str, str]], sections: dict[str, Section]) -> RuleRow:
    """Return the rule of a row. Raises Refusal."""
    facts: dict[str, Any] = {name: cell for name, cell in cells.items() if name != "sections"}
    for field, words in choices.items():
        if word := facts.pop(field, ""):
            facts[field] = _chosen(field, word, words)
    for field in ("valid_from", "valid_until"):
        facts[field] = csv_tables.day_of_cell(facts.get(field, ""))
    if facts.get("kind", CheckRule.Kind.WORDS) == CheckRule.Kind.WORDS:
        facts["pattern"] = facts["pattern"].replace(WORDS_PER_CELL, "\n")
    facts["allowed"] = facts.get("allowed", "").replace(WORDS_PER_CELL, "\n")
    rule = CheckRule(**facts)
    slugs = cells.get("sections", "").replace("、", " ").split()
    for slug in slugs:
        if slug not in sections:
            raise Refusal(NO_SUCH_SECTION.filled(word=slug))
    _refuse_invalid(rule)
    return RuleRow(rule, [sections[slug] for slug in slugs])


def _chosen(field: str, word: str, words: dict[str, str]) -> str:
    if word.lower() not in words:
        labels = "、".join(str(label) for _value, label in csv_tables.labels_of_choices(CheckRule, field))
        raise Refusal(csv_tables.NO_SUCH_CHOICE.filled(word=word, head=COLUMNS.heads[field], choices=labels))
    return words[word.lower()]


def _refuse_invalid(rule: CheckRule) -> None:
    """Raise Refusal if a field or the pattern of the rule cannot be saved; without a query."""
    try:
        rule.clean_fields(exclude={"changed_at"})
        refuse_unusable_pattern(rule)
    except ValidationError as error:
        raise csv_tables.invalid_cells(error, COLUMNS) from error
    except UnusablePattern as refusal:
        raise Refusal(*refusal.problems) from refusal
    if rule.valid_from and rule.valid_until and rule.valid_from > rule.valid_until:
        raise Refusal(ENDS_BEFORE_IT_BEGINS)
