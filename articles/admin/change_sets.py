"""Change sets (批量修改): the list of them, and the page on which one is read, ticked, carried out and stopped."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import audit, change_sets
from ..duty_assignments import permissions
from ..duty_assignments.permissions import EDITORIAL_DUTIES, Duty
from ..marked_copies import EditingStep, MarkedLine, changed_lines
from ..models import ChangeSet, ChangeSetItem
from .acting_user import acting_user
from .change_sets_of_words import replace_words_view
from .form_fields import NUMBER

SHOWN_SETS = 30
SHOWN_ITEMS = 50
State = ChangeSet.State


@dataclass(frozen=True)
class ShownItem:
    """An article of a set: the lines that change in it, each with the name of its text."""

    row: ChangeSetItem
    lines: list[tuple[str, MarkedLine]]


def may_see_change_sets(user: User) -> bool:
    """Return True if the user works on content."""
    return permissions.has_duty_anywhere(user, *EDITORIAL_DUTIES)


def change_set_urls(site: admin.AdminSite) -> list[URLPattern]:
    """Return the addresses of these screens."""
    return [
        path("change-sets/", site.admin_view(change_sets_view), name="change_sets"),
        path("change-sets/<int:key>/", site.admin_view(change_set_view), name="change_set"),
        path("change-sets/replace/", site.admin_view(replace_words_view), name="replace_words"),
    ]


def change_sets_view(request: HttpRequest) -> HttpResponse:
    """List the change sets that the user proposed or may read articles of, the newest first."""
    user = acting_user(request)
    if not may_see_change_sets(user):
        raise PermissionDenied(_("Change sets are for those who work on articles."))
    before = request.GET.get("before", "")
    rows = change_sets.change_sets_for(user).select_related("proposed_by__person")
    rows = rows.filter(pk__lt=int(before)) if NUMBER.fullmatch(before) else rows
    found = list(rows.annotate(**_counts())[: SHOWN_SETS + 1])
    context = {
        **admin.site.each_context(request),
        "title": _("Change sets"),
        "rows": found[:SHOWN_SETS],
        "following": found[SHOWN_SETS - 1].pk if len(found) > SHOWN_SETS else None,
        "may_write": permissions.has_duty_anywhere(user, Duty.WRITE),
    }
    return TemplateResponse(request, "admin/change_sets/list.html", context)


def change_set_view(request: HttpRequest, key: int) -> HttpResponse:
    """Show a change set with what waits for the user first; POST does the act of the button that was pressed."""
    user = acting_user(request)
    if not may_see_change_sets(user):
        raise PermissionDenied(_("Change sets are for those who work on articles."))
    rows = change_sets.change_sets_for(user).select_related("proposed_by__person", "carried_out_by__person")
    change_set = rows.annotate(**_counts()).filter(pk=key).first()
    if change_set is None:
        raise PermissionDenied(_("No change set that you may read has this number."))
    if request.method == "POST":
        try:
            messages.success(request, _act(request, change_set, user))
        except (change_sets.CannotReadSet, change_sets.CannotCarryOut) as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:change_set", key)
    waiting = change_sets.items_waiting_for(user).filter(change_set=change_set)
    is_reader = waiting.exists()
    items, following = _page_of(waiting if is_reader else change_sets.readable_items(change_set, user), request)
    step = EditingStep(1, audit.account_name(change_set.proposed_by), "", 0, change_set.proposed_at)
    context = {
        **admin.site.each_context(request),
        "title": str(change_set),
        "set": change_set,
        "steps": (step,),
        "items": [ShownItem(row, list(changed_lines(row.base.content, row.content))) for row in items],
        "following": following,
        "is_reader": is_reader,
        "may_tick": change_set.state in (State.READING, State.READ) and change_sets.may_tick(change_set, user),
        "may_carry_out": change_sets.may_carry_out(change_set, user),
        "may_end": change_set.state in (State.READING, State.READ, State.STOPPED)
        and change_sets.may_end(change_set, user),
    }
    return TemplateResponse(request, "admin/change_sets/change_set.html", context)


def _counts() -> dict[str, Count]:
    """How many of a set's articles are done, refused, left out, still to be published, and of these to be read."""
    is_open, ticked = Q(items__state=ChangeSetItem.State.OPEN), Q(items__is_ticked=True)
    unread = Q(items__stage__lte=F("items__stages"))
    return {
        "done": Count("items", filter=Q(items__state=ChangeSetItem.State.DONE)),
        "refused": Count("items", filter=Q(items__state=ChangeSetItem.State.REFUSED)),
        "left_out": Count("items", filter=is_open & ~ticked),
        "ticked": Count("items", filter=is_open & ticked),
        "unread": Count("items", filter=is_open & ticked & unread),
    }


def _page_of(rows: QuerySet[ChangeSetItem], request: HttpRequest) -> tuple[list[ChangeSetItem], int | None]:
    """The articles of a page, and the key after which the next one begins; None at the end."""
    state, after = request.GET.get("state", ""), request.GET.get("after", "")
    rows = rows.filter(state=state) if state in ChangeSetItem.State.values else rows
    rows = rows.filter(pk__gt=int(after)) if NUMBER.fullmatch(after) else rows
    found = list(
        rows.select_related("article", "base", "edition").defer("article__body").order_by("pk")[: SHOWN_ITEMS + 1]
    )
    return found[:SHOWN_ITEMS], found[SHOWN_ITEMS - 1].pk if len(found) > SHOWN_ITEMS else None


def _act(request: HttpRequest, change_set: ChangeSet, by: User) -> str:
    """Do the act of the button, and return what was done. Raises what the act raises."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise PermissionDenied
    return act(request, change_set, by)


def _sign_reading(request: HttpRequest, change_set: ChangeSet, by: User) -> str:
    shown, ticked = _keys(request, "shown"), _keys(request, "item")
    count = change_sets.read_items(change_set, by=by, items=ticked & shown, left_out=shown - ticked)
    return ngettext("%(count)d text signed.", "%(count)d texts signed.", count) % {"count": count}


def _tick(request: HttpRequest, change_set: ChangeSet, by: User) -> str:
    shown, ticked = _keys(request, "shown"), _keys(request, "item")
    count = change_sets.tick_items(change_set, by=by, items=ticked & shown, ticked=True)
    count += change_sets.tick_items(change_set, by=by, items=shown - ticked, ticked=False)
    return ngettext("%(count)d tick changed.", "%(count)d ticks changed.", count) % {"count": count}


def _end(request: HttpRequest, change_set: ChangeSet, by: User) -> str:
    change_sets.end_change_set(change_set, by=by, reason=request.POST.get("reason", ""))
    return _("Rejected. Unpublished items are not carried out.")


def _carry_out(_request: HttpRequest, change_set: ChangeSet, by: User) -> str:
    change_sets.carry_out_change_set(change_set, by=by)
    return _("The articles are being corrected one after the other; this page shows the progress.")


def _stop(_request: HttpRequest, change_set: ChangeSet, by: User) -> str:
    change_sets.stop_change_set(change_set, by=by)
    return _("Stopped. Published articles stay public; you can resume at any time.")


def _keys(request: HttpRequest, name: str) -> set[int]:
    return {int(value) for value in request.POST.getlist(name) if NUMBER.fullmatch(value)}


ACTS: dict[str, Callable[[HttpRequest, ChangeSet, User], str]] = {
    "read": _sign_reading,
    "tick": _tick,
    "end": _end,
    "carry_out": _carry_out,
    "stop": _stop,
}
