"""Tables (CSV) of rules, as spreadsheets write and read them: one rule in each row, found again by its name."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ..models import CheckRule, Section
from ..models.check_rule import ENDS_EARLY
from ..old_paths.table import UnusableTable, decode_table
from ..refusals import Problem, Refusal
from .patterns import UnusablePattern, refuse_unusable_pattern

MOST_ROWS = 65_000
MOST_PROBLEMS = 100  # of one table that are told
# The heads of the columns, which may also be the names of the fields.
HEADS = {
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
}
NEEDED = ("name", "pattern", "advice")
# A cell that begins with one of these would be a formula to a spreadsheet; it gets a quotation mark in front.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WORDS_PER_CELL = "|"

IS_REFUSED = Problem("check_rules.line_refused", _("Line %(line)d: %(why)s"))
HAS_NO_COLUMN = Problem(
    "check_rules.no_column",
    _("The column “%(head)s” is missing."),
    _("Export the rules to see how a table begins."),
)
HAS_TOO_MANY_ROWS = Problem("check_rules.too_many_rows", _("It has more than %(most)d rows: split it."))
IS_BROKEN = Problem("check_rules.table_broken", _("Line %(line)d: a cell is too long; do its quotation marks match?"))
NO_SUCH_CHOICE = Problem("check_rules.no_such_choice", _("Column “%(head)s”: there is no “%(word)s”, but %(choices)s."))
NO_SUCH_SECTION = Problem("check_rules.no_such_section", _("There is no section “%(word)s”."))
NO_DATE = Problem("check_rules.no_date", _("“%(word)s” is no date; write it like 2026-05-31."))
ENDS_BEFORE_IT_BEGINS = Problem("check_rules.days", ENDS_EARLY)
NAMED_TWICE = Problem("check_rules.named_twice", _("“%(name)s” stands on line %(other)d, too."))


@dataclass
class RuleRow:
    """A row of a table: the line on which it ends, the rule, which is not saved, and its sections."""

    line: int
    rule: CheckRule
    sections: list[Section]


def read_rules(data: bytes) -> list[RuleRow]:
    """Return the rules of a table in UTF-8 or GB18030. Raises UnusableTable with a problem for each refused line."""
    rows = _cells(decode_table(data))
    heads = _fields_of_heads(next(rows, (1, []))[1])
    choices = {field: _choices_of(field) for field in ("subject", "kind", "severity", "state")}
    sections = {section.slug: section for section in Section.objects.all()}
    found: dict[str, RuleRow] = {}
    problems: list[Problem] = []
    for line, cells in rows:
        try:
            row = _read_rule(line, dict(zip(heads, cells, strict=False)), choices, sections)
            if row.rule.name in found:
                raise Refusal(NAMED_TWICE.filled(name=row.rule.name, other=found[row.rule.name].line))
        except Refusal as refusal:
            problems += [IS_REFUSED.filled(line=line, why=problem) for problem in refusal.problems]
        else:
            found[row.rule.name] = row
        if len(found) > MOST_ROWS:
            raise UnusableTable(HAS_TOO_MANY_ROWS.filled(most=MOST_ROWS))
    if problems:
        raise UnusableTable(*problems[:MOST_PROBLEMS])
    return list(found.values())


def write_rules(rules: Iterable[CheckRule]) -> bytes:
    """Return the table of these rules: UTF-8 with a byte order mark, by which spreadsheets know it."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADS.values())
    for rule in rules:
        facts = {name: getattr(rule, name) for name in HEADS if name != "sections"}
        facts["sections"] = " ".join(section.slug for section in rule.sections.all())
        writer.writerow([_escaped(str(facts[name] or "")) for name in HEADS])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _escaped(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each row that is not empty ends, and its cells. Raises UnusableTable."""
    reader = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnusableTable(IS_BROKEN.filled(line=reader.line_num)) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [_unescaped(cell.strip()) for cell in cells]


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _fields_of_heads(heads: list[str]) -> list[str]:
    """Return the name of the field of each column; '' for columns that are not ours. Raises UnusableTable."""
    known = {**{head: name for name, head in HEADS.items()}, **{name: name for name in HEADS}}
    fields = [known.get(head.strip().lower(), "") for head in heads]
    missing = [name for name in NEEDED if name not in fields]
    if missing:
        raise UnusableTable(*(HAS_NO_COLUMN.filled(head=HEADS[name]) for name in missing))
    return fields


def _labels(field: str) -> list[tuple[str, Any]]:
    """Return the values of a field with their labels."""
    return list(CheckRule._meta.get_field(field).flatchoices)  # type: ignore[union-attr]


def _choices_of(field: str) -> dict[str, str]:
    """Return the values of a field by all words for them: the value itself, and its label in both languages."""
    words: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with override(language):
            for value, label in _labels(field):
                words |= {str(label).lower(): value, value: value}
    return words


def _read_rule(
    line: int, cells: dict[str, str], choices: dict[str, dict[str, str]], sections: dict[str, Section]
) -> RuleRow:
    """Return the rule of a row. Raises Refusal."""
    facts: dict[str, Any] = {name: cell for name, cell in cells.items() if name and name != "sections"}
    for field, words in choices.items():
        if word := facts.pop(field, ""):
            facts[field] = _chosen(field, word, words)
    for field in ("valid_from", "valid_until"):
        facts[field] = _day_of(facts.get(field, ""))
    if facts.get("kind", CheckRule.Kind.WORDS) == CheckRule.Kind.WORDS:
        facts["pattern"] = facts["pattern"].replace(WORDS_PER_CELL, "\n")
    facts["allowed"] = facts.get("allowed", "").replace(WORDS_PER_CELL, "\n")
    rule = CheckRule(**facts)
    slugs = cells.get("sections", "").replace("、", " ").split()
    for slug in slugs:
        if slug not in sections:
            raise Refusal(NO_SUCH_SECTION.filled(word=slug))
    _refuse_invalid(rule)
    return RuleRow(line, rule, [sections[slug] for slug in slugs])


def _chosen(field: str, word: str, words: dict[str, str]) -> str:
    if word.lower() not in words:
        labels = "、".join(str(label) for _value, label in _labels(field))
        raise Refusal(NO_SUCH_CHOICE.filled(word=word, head=HEADS[field], choices=labels))
    return words[word.lower()]


def _day_of(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell.replace("/", "-")) if cell else None
    except ValueError as error:
        raise Refusal(NO_DATE.filled(word=cell)) from error


def _refuse_invalid(rule: CheckRule) -> None:
    """Raise Refusal if a field or the pattern of the rule cannot be saved; without a query."""
    try:
        rule.clean_fields(exclude={"changed_at"})
        refuse_unusable_pattern(rule)
    except ValidationError as error:
        sentences = [f"{HEADS.get(field, '')} {' '.join(said)}".strip() for field, said in error.message_dict.items()]
        raise Refusal(*(Problem("check_rules.invalid", sentence) for sentence in sentences)) from error
    except UnusablePattern as refusal:
        raise Refusal(*refusal.problems) from refusal
    if rule.valid_from and rule.valid_until and rule.valid_from > rule.valid_until:
        raise Refusal(ENDS_BEFORE_IT_BEGINS)
