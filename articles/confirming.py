"""Confirming and rejecting words for readers that somebody else proposed (proposing.py)."""

from collections.abc import Callable
from copy import copy
from typing import cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import arrangement_facts, audit, comparing, home_and_topics, sanitising, sections, site_settings, sources
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Picture, ProposedChange, Section, SiteSettings, Source, Topic
from .proposing import Worded
from .refusals import Problem, Refusal
from .saved_rows import lock_row

Kind = ProposedChange.Kind
# The models of words in rows, and what writes them.
WORDS: dict[str, tuple[type[Worded], Callable[..., None]]] = {
    Kind.SECTION: (Section, sections.write_section),
    Kind.TOPIC: (Topic, home_and_topics.write_topic),
    Kind.SETTINGS: (SiteSettings, site_settings.write_site_settings),
    Kind.SOURCE: (Source, sources.write_source),
}

DECIDED_ALREADY = Problem(
    "confirming.decided_already", gettext_lazy("Somebody has confirmed or rejected this change already.")
)
OWN_PROPOSAL = Problem(
    "confirming.own_proposal",
    gettext_lazy("You proposed this yourself; somebody else has to confirm it."),
    gettext_lazy("Everybody who arranges finds it on the desk's first page."),
)
CHANGED_SINCE_PROPOSED = Problem(
    "confirming.changed_since_proposed",
    gettext_lazy("“%(name)s” was changed after this was proposed, so it no longer fits."),
    gettext_lazy("Reject it, and make the change again."),
)
NOT_VALID_ANY_MORE = Problem(
    "confirming.not_valid_any_more",
    gettext_lazy("This can no longer take effect: %(why)s"),
    gettext_lazy("Reject it, and make the change again."),
)


class CannotConfirm(Refusal):
    """Raised when a proposed change cannot be confirmed or rejected."""


@transaction.atomic
def confirm_change(key: int, *, by: User) -> None:
    """Let the proposed change with this key take effect. `by` is somebody else than its proposer, and arranges too.

    Raises PermissionDenied, or CannotConfirm, also if what it changes has changed since the proposal.
    """
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    change = _find_change(key)
    if change.proposed_by_id == by.pk:
        raise CannotConfirm(OWN_PROPOSAL)
    try:
        row = _arrange(change, by=by) if change.kind == Kind.ARRANGEMENT else _write_words(change, by=by)
    except ValidationError as error:
        raise CannotConfirm(NOT_VALID_ANY_MORE.filled(why=" ".join(error.messages))) from error
    _close_change(change, "confirmed", row, by=by)


@transaction.atomic
def reject_change(key: int, *, by: User, reason: str = "") -> None:
    """Discard the proposed change with this key, as its proposer may, too. Raises PermissionDenied, CannotConfirm."""
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    change = _find_change(key)
    _require_waiting(change)
    reason = sanitising.plain_text(reason)[:400]
    _close_change(change, "turned_down", _stored_row(change), by=by, **({"reason": reason} if reason else {}))


def compare_change(change: ProposedChange) -> list[comparing.ContentChange]:
    """What readers would see instead of what, part by part."""
    if change.kind == Kind.ARRANGEMENT:
        old, new = (arrangement_facts.described_arrangement(facts) for facts in (change.old, change.new))
        return [comparing.ContentChange(_("Blocks and slots"), tuple(comparing.compare_lines(old, new)))]
    model, _write = WORDS[change.kind]
    parts = []
    for column, value in change.new.items():
        field = cast(Field, model._meta.get_field(column))
        if change.old or value not in ("", None, field.get_default()):
            before, after = (_shown_lines(column, found) for found in (change.old.get(column), value))
            parts.append(
                comparing.ContentChange(str(field.verbose_name), tuple(comparing.compare_lines(before, after)))
            )
    return parts


def proposed_arrangement_url(change: ProposedChange) -> str:
    """The address of the desk that shows the page as it would be; '' for words of a row.

    Also '' for an arrangement that is too large for an address.
    """
    if change.kind != Kind.ARRANGEMENT:
        return ""
    topic = Topic.objects.filter(pk=change.key or ProposedChange.HOME).first()
    try:
        return home_and_topics.arrangement_preview_url(topic, arrangement_facts.blocks_of_facts(change.new))
    except ValidationError:
        return ""


def _find_change(key: int) -> ProposedChange:
    change = ProposedChange.objects.select_related("proposed_by__person").filter(pk=key).first()
    if change is None:
        raise CannotConfirm(DECIDED_ALREADY)
    return change


def _require_waiting(change: ProposedChange) -> None:
    """Refuse if somebody has decided already. From here on nobody can: proposals come after the audit-chain lock."""
    audit.lock_audit_chain()
    if not ProposedChange.objects.filter(pk=change.pk).exists():
        raise CannotConfirm(DECIDED_ALREADY)


def _write_words(change: ProposedChange, *, by: User) -> Worded:
    model, write = WORDS[change.kind]
    before = None if change.key is None else lock_row(model(pk=change.key))
    _require_waiting(change)
    row = copy(before) if before else model()
    if before and any(getattr(before, column) != value for column, value in change.old.items()):
        raise CannotConfirm(CHANGED_SINCE_PROPOSED.filled(name=before))
    for column, value in change.new.items():
        setattr(row, column, value)
    write(row, before, by=by)
    return row


def _arrange(change: ProposedChange, *, by: User) -> Topic | SiteSettings:
    topic = Topic.objects.get(pk=change.key) if change.key else None
    page = home_and_topics.lock_arranged_page(topic)
    _require_waiting(change)
    if arrangement_facts.arrangement_facts(home_and_topics.arranged_blocks(topic)) != change.old:
        raise CannotConfirm(CHANGED_SINCE_PROPOSED.filled(name=change))
    home_and_topics.write_arrangement(topic, page, arrangement_facts.blocks_of_facts(change.new), by=by)
    return page


def _close_change(change: ProposedChange, act: str, row: Worded, *, by: User, **facts: str) -> None:
    proposer = audit.name_with_account(change.proposed_by)
    change.delete()
    audit.record_entry(f"{change.subject}.{act}", row, by=by, name=str(row), proposed_by=proposer, **facts)


def _stored_row(change: ProposedChange) -> Worded:
    """What the change is about, for the audit; a row without a key if it was to be added."""
    if change.is_of_home:
        return SiteSettings.current()
    model = Topic if change.kind == Kind.ARRANGEMENT else WORDS[change.kind][0]
    return model(**change.new) if change.key is None else model._default_manager.get(pk=change.key)


def _shown_lines(column: str, value: object) -> list[str]:
    """A word as lines; a picture or parent section by its name."""
    named = {"banner_id": Picture, "logo_id": Picture, "parent_id": Section}.get(column)
    if named and value:
        value = named._default_manager.filter(pk=value).first()
    return [] if value is None else str(value).splitlines()
