"""Proposing words for readers that need no signature, if the site's settings require a second person to confirm
them.
"""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Field, QuerySet
from django.utils.translation import gettext as _

from . import audit
from .arrangement_facts import Facts
from .duty_assignments import permissions
from .models import ProposedChange, Section, SiteSettings, Source, Topic
from .saved_rows import check_row, recorded_changes

Kind = ProposedChange.Kind
Worded = Section | Topic | SiteSettings | Source  # models with words for readers that need no signature


def words_are_confirmed() -> bool:
    """Return True if a second person confirms unsigned words. One query."""
    return SiteSettings.objects.filter(pk=1, words_are_confirmed=True).exists()


def hold_back_words(
    row: Worded, before: Worded | None, fields: Iterable[str], words: Iterable[str], *, by: User
) -> bool:
    """Propose those of the words that differ from `before`, the locked row, and put back the old ones into `row`.

    Returns True if nothing is left to write, because the row is new and waits as a whole. Does nothing where words are
    not confirmed. For acts that have checked who may. Raises ValidationError, also where other words wait already.
    """
    if not words_are_confirmed():
        return False
    changed = check_row(row, before, fields if before is None else words)
    if not changed:
        return False
    columns = [cast(Field, row._meta.get_field(name)).attname for name in changed]
    old = {column: getattr(before, column) for column in columns} if before else {}
    new = {column: getattr(row, column) for column in columns}
    facts = recorded_changes(row, before, changed)
    _propose(Kind(str(row._meta.model_name)), before.pk if before else None, before or row, old, new, by=by, **facts)
    for column, value in old.items():
        setattr(row, column, value)
    return before is None


def propose_arrangement(
    topic: Topic | None, page: Topic | SiteSettings, old: Facts, new: Facts, *, by: User
) -> ProposedChange:
    """Propose another arrangement of the page, whose row is locked. Raises ValidationError where one waits already."""
    key = topic.pk if topic else ProposedChange.HOME
    return _propose(Kind.ARRANGEMENT, key, page, old, new, by=by, old=old, new=new)


def waiting_change(kind: Kind, key: int) -> ProposedChange | None:
    """The change of this row or arrangement that waits for a second person. One query."""
    return ProposedChange.objects.filter(kind=kind, key=key).select_related("proposed_by__person").first()


def changes_waiting_for(user: User) -> QuerySet[ProposedChange]:
    """The changes that wait for a second person, oldest first, for those who arrange; the user's own among them."""
    if not permissions.has_duty_everywhere(user, permissions.Duty.ARRANGE):
        return ProposedChange.objects.none()
    return ProposedChange.objects.select_related("proposed_by__person").defer("old", "new")


def _propose(
    kind: Kind, key: int | None, row: Any, old: Any, new: Any, /, *, by: User, **facts: object
) -> ProposedChange:
    """Write the proposal and its audit entry. The audit-chain lock comes before proposals (lock ordering)."""
    audit.lock_audit_chain()
    waiting = waiting_change(kind, key) if key is not None else None
    if waiting:
        raise ValidationError(
            _(
                "A change of “%(name)s” by %(who)s waits for a second person already. Confirm or reject it first: it "
                "is on the desk's first page. What you typed is still here."
            )
            % {"name": waiting, "who": audit.account_name(waiting.proposed_by)},
            code="waits_already",
        )
    change = ProposedChange.objects.create(kind=kind, key=key, name=str(row), old=old, new=new, proposed_by=by)
    audit.record_entry(f"{change.subject}.proposed", row, by=by, name=str(row), **facts)
    return change
