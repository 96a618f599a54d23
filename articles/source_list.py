"""The list of sources that may be reprinted (稿源名单) as a table: all of its rows are imported, or none."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from . import audit, baking, csv_tables, merging, proposing
from .csv_tables import Cells, Columns, ImportedRows, UnusableTable
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Source
from .models.key_batches import in_groups
from .models.source import ENDS_EARLY
from .refusals import Problem, Refusal
from .saved_rows import values_of
from .sources import SOURCE_FIELDS

ROWS_PER_STATEMENT = 500
COLUMNS = Columns(
    heads={
        "name": "名称",
        "short_name": "简称",
        "category": "类别",
        "standing": "名单状态",
        "list_edition": "名单版次",
        "valid_from": "生效日",
        "valid_until": "失效日",
        "url": "网址",
    },
    needed=("name", "standing"),
    most_rows=20_000,
)
# An empty cell of these keeps the stored value; state, edition and days follow the table.
KEPT_IF_EMPTY = ("short_name", "category", "url")
# How the published lists say it.
STANDING_WORDS = {
    "本单位": Source.Standing.OWN,
    "在名单内": Source.Standing.LISTED,
    "不在名单": Source.Standing.UNLISTED,
    "已冻结或移除": Source.Standing.FROZEN,
}

ENDS_BEFORE_IT_BEGINS = Problem("source_list.days", ENDS_EARLY)
WAITS_FOR_A_SECOND_PERSON = Problem(
    "source_list.waits_for_a_second_person",
    _("“%(name)s” has another address here, and addresses that readers see are confirmed by a second person."),
    _("Leave the cell empty, and change the address on the page of the source."),
)
IS_A_DOUBLE = Problem("source_list.is_a_double", _("“%(double)s” was merged into “%(into)s”. Choose “%(into)s”."))


@transaction.atomic
def import_source_list(data: bytes, *, by: User) -> ImportedRows:
    """Save the sources of a table in UTF-8 or GB18030, found again by their names; idempotent.

    Sources that it does not name stay as they are. Raises PermissionDenied, or UnusableTable with a problem for each
    refused line; nothing has changed then.
    """
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    wanted = {source.name: source for source in _read_list(data)}
    _lock_sources(wanted)
    stored = {
        source.name: source
        for group in in_groups(wanted, ROWS_PER_STATEMENT)
        for source in Source.objects.filter(name__in=group).select_related("merged_into")
    }
    doubles = [source for source in stored.values() if source.merged_into]
    if doubles:
        raise UnusableTable(*(IS_A_DOUBLE.filled(double=source, into=source.merged_into) for source in doubles))
    added = [source for name, source in wanted.items() if name not in stored]
    changed = [wanted[name] for name, known in stored.items() if _takes_over(wanted[name], known)]
    _refuse_unconfirmed_addresses(changed, stored)
    _write_sources(added, changed)
    if added or changed:
        pairs = [(stored[source.name], source) for source in changed]
        csv_tables.record_table_import(Source(), data, SOURCE_FIELDS, added=len(added), changed=pairs, by=by)
    if any(source.url != stored[source.name].url for source in changed):
        baking.request_full_bake()  # articles link to the website
    return ImportedRows(len(added), len(changed), len(wanted) - len(added) - len(changed))


@transaction.atomic
def export_source_list(*, by: User) -> bytes:
    """Return the table of all sources; recorded in the audit. Raises PermissionDenied."""
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    rows = Source.objects.filter(merged_into=None).order_by("name")
    table = csv_tables.write_rows(COLUMNS, ({name: getattr(row, name) for name in COLUMNS.heads} for row in rows))
    return csv_tables.record_table_export(Source(), table, by=by)


def _read_list(data: bytes) -> list[Source]:
    words = csv_tables.choices_by_word(Source, "standing") | STANDING_WORDS
    return csv_tables.read_rows(data, COLUMNS, lambda cells: _read_source(cells, words), lambda source: source.name)


def _read_source(cells: Cells, words: dict[str, Any]) -> Source:
    """Return the source of a row, which is not saved. Raises Refusal."""
    days = {field: csv_tables.day_of_cell(cells[field]) for field in ("valid_from", "valid_until")}
    word = cells["standing"]
    if word.lower() not in words:
        facts = {"word": word, "head": COLUMNS.heads["standing"], "choices": "、".join(STANDING_WORDS)}
        raise Refusal(csv_tables.NO_SUCH_CHOICE.filled(**facts))
    source = Source(**{**cells, **days, "standing": words[word.lower()]})
    source.alike = merging.name_key(source.name)
    try:
        source.clean_fields()
    except ValidationError as error:
        raise csv_tables.invalid_cells(error, COLUMNS) from error
    if source.valid_from and source.valid_until and source.valid_from > source.valid_until:
        raise Refusal(ENDS_BEFORE_IT_BEGINS)
    return source


def _lock_sources(names: dict[str, Source]) -> None:
    """Lock the stored rows with these names in the order of their keys, then the audit chain; from then on none is
    added.
    """
    for group in in_groups(names, ROWS_PER_STATEMENT):
        rows = Source.objects.select_for_update(of=("self",), no_key=True).filter(name__in=group)
        list(rows.order_by("pk").values_list("pk"))
    audit.lock_audit_chain()


def _takes_over(source: Source, known: Source) -> bool:
    """Give the row of the table the key of the stored one, and the values that it leaves empty; return True if it
    differs from it.
    """
    source.pk = known.pk
    for field in KEPT_IF_EMPTY:
        if not getattr(source, field):
            setattr(source, field, getattr(known, field))
    return values_of(source, SOURCE_FIELDS) != values_of(known, SOURCE_FIELDS)


def _refuse_unconfirmed_addresses(changed: list[Source], stored: dict[str, Source]) -> None:
    """Raise UnusableTable for other addresses where a second person confirms them."""
    moved = [source for source in changed if source.url != stored[source.name].url]
    if moved and proposing.words_are_confirmed():
        told = moved[: csv_tables.MOST_PROBLEMS]
        raise UnusableTable(*(WAITS_FOR_A_SECOND_PERSON.filled(name=source) for source in told))


def _write_sources(added: list[Source], changed: list[Source]) -> None:
    Source.objects.bulk_create(added, ROWS_PER_STATEMENT)
    fields = [field for field in SOURCE_FIELDS if field != "name"]
    Source.objects.bulk_update(changed, fields, ROWS_PER_STATEMENT // 5)
