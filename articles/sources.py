"""Sources (来源): adding and changing them."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import transaction

from . import baking, merging, proposing, search
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Article, Source
from .saved_rows import lock_row, write_row

MOST_OF_HOST = 50  # sources whose addresses are compared
SOURCE_FIELDS = (
    *("name", "standing", "url"),
    *("short_name", "category", "list_edition", "valid_from", "valid_until"),
)
SOURCE_WORDS = ("name", "url")  # on pages


@transaction.atomic
def save_source(source: Source, *, by: User) -> Source:
    """Add the source or save its changed fields. Raises PermissionDenied or ValidationError.

    Where a second person confirms words, another name or address waits. A new source's are signed with an article.
    """
    before = lock_row(source)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    _refuse_double_name(source, before)
    if before is not None:
        proposing.hold_back_words(source, before, SOURCE_FIELDS, SOURCE_WORDS, by=by)
    write_source(source, before, by=by)
    return source


def write_source(source: Source, before: Source | None, *, by: User) -> None:
    """Write the changed fields of a source, which is locked (`before`) or new, and queue the pages that show them.

    For acts that have checked who may. Raises ValidationError.
    """
    _refuse_double_name(source, before)
    changed = write_row(source, before, SOURCE_FIELDS, by=by)
    renamed = before is not None and "name" in changed
    if renamed:
        source.save(update_fields=["alike"])
    if renamed or (
        changed & set(SOURCE_WORDS) and search.newest_numbers(search.SearchQuery(sources=(source.name,)), 1)
    ):
        baking.request_full_bake()  # articles from this source link to its page


def _refuse_double_name(source: Source, before: Source | None) -> None:
    """Raise ValidationError if the name is new to the source and another one has it; set its key among doubles."""
    source.alike = merging.name_key(source.name)
    if before is None or before.name != source.name:
        merging.refuse_double(source, Source.objects.filter(name=source.name))


def find_source(name: str) -> Source | None:
    """Return the source with this name, or the one that it was merged into; None if there is none."""
    known = Source.objects.filter(name=name).select_related("merged_into").first()
    return merging.current_row(known) if known else None


def find_printed_source(name: str, address: str) -> Source | None:
    """Return the source that a page names; where it names none, the one whose website has the host of its address.

    None if there is none, or more than one has this host.
    """
    if name:
        return find_source(name) or _only(Source.objects.filter(short_name=name, merged_into=None)[:2])
    host = _host_of(address)
    rows = Source.objects.filter(url__icontains=host, merged_into=None)[:MOST_OF_HOST] if host else []
    return _only([row for row in rows if _host_of(row.url) == host])


def _only(rows: Iterable[Source]) -> Source | None:
    found = list(rows)
    return found[0] if len(found) == 1 else None


def _host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


@transaction.atomic
def merge_source(double: Source, into: Source, *, by: User) -> None:
    """Merge a source that was entered twice into the other one, which working copies get; idempotent.

    Published editions keep what they printed. Raises PermissionDenied or merging.CannotMerge.
    """
    double, into = merging.lock_pair(double, into)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    if double.merged_into_id == into.pk:
        return
    merging.refuse_merged(double, into)
    _move_articles(double, into)
    merging.write_merge(double, into, SOURCE_FIELDS, by=by)


@transaction.atomic
def continue_moving_articles() -> int:
    """Give the next working copies of a double the source it was merged into; return how many, 0 when none are left."""
    return merging.continue_moving(Source, _move_articles, route="source")


def _move_articles(double: Source, into: Source) -> int:
    """Give the newest articles of the double the other source; return how many."""
    numbers = list(double.articles.order_by("-pk").values_list("pk", flat=True)[: merging.MOVED_AT_ONCE])
    Article.objects.lock_rows(numbers)
    Article.objects.filter(pk__in=numbers, source=double).update(source=into)
    return len(numbers)
