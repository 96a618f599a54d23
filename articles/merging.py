"""Doubles: two rows of people, or of sources, that are one; shared by the acts that merge them.

The double stays as a row with `merged_into`: older editions print its name, and its page leads on to the other one's.
Working copies that name it are moved, MOVED_AT_ONCE of them in the act, newest first, the others by the worker.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import audit, baking
from .models import Person, Source
from .refusals import Problem, Refusal
from .saved_rows import recorded_names, values_of

Named = TypeVar("Named", Person, Source)

MOVED_AT_ONCE = 1000  # articles
MOST_ALIKE = 20  # rows of one name that are shown

ONE_ROW = Problem(
    "merging.one_row", gettext_lazy("“%(double)s” cannot be merged into itself."), gettext_lazy("Choose another one.")
)
MERGED_ELSEWHERE = Problem("merging.merged_elsewhere", gettext_lazy("“%(double)s” was merged into “%(into)s” before."))
TARGET_IS_MERGED = Problem(
    "merging.target_is_merged",
    gettext_lazy("“%(into)s” is a double itself, merged into “%(last)s”."),
    gettext_lazy("Choose “%(last)s”."),
)


class CannotMerge(Refusal):
    """Raised when two rows cannot be merged."""


def name_key(name: str) -> str:
    """Return what likely doubles have in common: letters and digits alone, narrow and in lower case."""
    folded = unicodedata.normalize("NFKC", name).lower()
    return "".join(filter(str.isalnum, folded))[:80]


def likely_doubles(rows: QuerySet[Named], *, after: str, most: int) -> tuple[list[list[Named]], str]:
    """Return groups of rows with names alike, at most `most`, whose keys come after `after`, and the last key read.

    That key is "" if no group follows. Two queries, whatever the number of rows.
    """
    of_choice = rows.filter(merged_into=None, alike__gt=after)
    keys = of_choice.order_by("alike").values_list("alike", flat=True).annotate(count=Count("pk")).filter(count__gt=1)
    found = list(keys[: most + 1])
    groups: dict[str, list[Named]] = defaultdict(list)
    for row in of_choice.filter(alike__in=found[:most]).order_by("alike", "pk"):
        if len(groups[row.alike]) < MOST_ALIKE:
            groups[row.alike].append(row)
    return list(groups.values()), found[most - 1] if len(found) > most else ""


def lock_pair(double: Named, into: Named) -> tuple[Named, Named]:
    """Return both rows as they are stored, locked in the order of their keys. Raises CannotMerge for one row twice."""
    if double.pk == into.pk:
        raise CannotMerge(ONE_ROW.filled(double=double))
    rows = type(double)._default_manager.select_for_update(of=("self",), no_key=True)
    found = {row.pk: row for row in rows.filter(pk__in=[double.pk, into.pk]).order_by("pk")}
    return found[double.pk], found[into.pk]


def refuse_merged(double: Named, into: Named) -> None:
    """Raise CannotMerge if one of the two was merged already."""
    if double.merged_into:
        raise CannotMerge(MERGED_ELSEWHERE.filled(double=double, into=double.merged_into))
    if into.merged_into:
        raise CannotMerge(TARGET_IS_MERGED.filled(into=into, last=into.merged_into))


def write_merge(double: Named, into: Named, fields: Iterable[str], *, by: User) -> None:
    """Mark the double, and those merged into it before; record both rows' fields; queue the pages that name it.

    The caller has locked both rows and moved the first working copies.
    """
    audit.lock_audit_chain()
    names = list(fields)
    facts = {"fields": recorded_names(double, names), "old": values_of(double, names), "new": values_of(into, names)}
    double.merged_into, double.moving = into, True
    double.save(update_fields=["merged_into", "moving"])
    type(double)._default_manager.filter(merged_into=double).update(merged_into=into)
    audit.record_entry(f"{double._meta.model_name}.merged", double, by=by, name=str(double), into=str(into), **facts)
    baking.request_bake([double.get_absolute_url(), into.get_absolute_url()])
    baking.request_full_bake()  # articles that name the double link to the other one's page


def continue_moving(model: type[Named], move: Callable[[Named, Named], int], *, route: str) -> int:
    """Let `move` give the next working copies of a double to the row it was merged into; return how many it gave.

    0 when none are left: the double is done then. `route` is that of the names' sitemap. In the caller's transaction.
    """
    rows = model._default_manager.select_for_update(of=("self",), no_key=True).filter(moving=True)
    double = rows.select_related("merged_into").order_by("pk").first()
    if double is None or double.merged_into is None:
        return 0
    moved = move(double, double.merged_into)
    if moved:
        audit.lock_audit_chain()
        baking.request_bake(baking.sitemaps_of_names([(route, double.merged_into.pk)]))
    else:
        model._default_manager.filter(pk=double.pk).update(moving=False)
    return moved


def refuse_double(row: Named, same: QuerySet[Named]) -> None:
    """Raise ValidationError if one of `same`, the other rows with the name of `row`, is a double."""
    known = same.exclude(pk=row.pk).exclude(merged_into=None).select_related("merged_into").first()
    if known:
        raise ValidationError(
            _("“%(double)s” was merged into “%(into)s”. Choose “%(into)s”.")
            % {"double": known, "into": known.merged_into}
        )


def row_and_doubles(model: type[Named], key: int) -> list[Named]:
    """Return the row with this key, then those merged into it; [] if there is none. At most MOST_ALIKE; one query."""
    rows = model._default_manager.filter(Q(pk=key) | Q(merged_into=key)).select_related("merged_into")
    return list(rows.order_by(F("merged_into").asc(nulls_first=True), "pk")[:MOST_ALIKE])


def current_row(row: Named) -> Named:
    """Return the row, or the one that it was merged into."""
    return row.merged_into or row


def printed_names(model: type[Named], name: str) -> tuple[str, ...]:
    """Return the name and those of doubles merged into the row that has it; () for "". At most MOST_ALIKE; one
    query.
    """
    if not name:
        return ()
    rows: QuerySet[Named] = model._default_manager.filter(merged_into__name=name).order_by("pk")
    return tuple(dict.fromkeys([name, *rows.values_list("name", flat=True)[:MOST_ALIKE]]))
