"""Colleagues: one page a person, leaving as one act, and the sheet of who may what, for the inspector."""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import accounts, audit, leaving
from ..duty_assignments import assigning, permissions
from ..duty_assignments.permissions import Duty
from ..models import Assignment, Section
from ..refusals import Refusal
from .account_choice import AccountChoiceField
from .acting_user import acting_user
from .form_fields import NUMBER

MOST_LISTED = 2000  # accounts on one sheet
EVERYWHERE = "all"  # the section of a tick that means all sections


def colleague_urls(site: admin.AdminSite) -> list[URLPattern]:
    """Return the addresses of this module's views, for the desk to register."""
    return [
        path("colleagues/", site.admin_view(colleagues_view), name="colleagues"),
        path("colleagues/<int:key>/", site.admin_view(colleague_view), name="colleague"),
        path("colleagues/<int:key>/leave/", site.admin_view(leave_view), name="colleague_leave"),
    ]


def may_see_colleagues(user: User) -> bool:
    """Return True for those who look after accounts, duties or the audit."""
    return permissions.has_duty_everywhere(user, *Assignment.SITE_WIDE)


# --- The sheet of who may what ----------------------------------------------------------------------------------


def colleagues_view(request: HttpRequest) -> HttpResponse:
    """Show every account with its duties, for printing; the audit records who has seen it."""
    user = _require_seeing(request)
    audit.record_viewing(Assignment(), by=user)
    rows = User.objects.select_related("person").prefetch_related("assignments__section")
    people = list(rows.order_by("-is_active", Coalesce("person__unit", "username"), "username")[: MOST_LISTED + 1])
    context = {
        **admin.site.each_context(request),
        "title": _("Who may what"),
        "people": [(person, _spell_duties(person)) for person in people[:MOST_LISTED]],
        "most": MOST_LISTED if len(people) > MOST_LISTED else None,
        "now": timezone.now(),
        "by": audit.name_with_account(user),
        "may_open_accounts": accounts.may_open_accounts(user),
    }
    return TemplateResponse(request, "admin/colleagues.html", context)


def _spell_duties(account: User) -> list[tuple[str, str]]:
    """Return the sections in which the account has duties, with those duties in words."""
    held: dict[str, list[str]] = {}
    order = list(Duty)
    for assignment in sorted(account.assignments.all(), key=lambda row: order.index(Duty(row.duty))):
        where = assignment.section.name if assignment.section else _("every section")
        held.setdefault(where, []).append(str(assignment.get_duty_display()))
    return [(section, "、".join(duties)) for section, duties in held.items()]


# --- One page a person ------------------------------------------------------------------------------------------


class Tick(NamedTuple):
    """One duty in one section: its key in the form, its name, and whether it is held."""

    key: str
    name: str
    held: bool


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("role"), choices=permissions.Role.choices)
    section = forms.ModelChoiceField(
        label=gettext_lazy("section"),
        queryset=Section.objects.all(),
        required=False,
        empty_label=gettext_lazy("every section"),
    )


def colleague_view(request: HttpRequest, key: int) -> HttpResponse:
    """Show the person behind an account and what they may do; users who assign duties change them here."""
    user = _require_seeing(request)
    account = _account(key)
    may_assign = permissions.has_duty_everywhere(user, Duty.GRANT) and account.pk != user.pk
    roles = RoleForm(request.POST if "role" in request.POST else None)
    if request.method == "POST":
        try:
            if _change_duties(request, account, roles, by=user):
                messages.success(request, _("The duties of “%(account)s” are saved.") % {"account": account})
                return redirect("admin:colleague", key)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:colleague", key)
    if account.pk != user.pk:
        audit.record_viewing(account, by=user)
    context = {
        **admin.site.each_context(request),
        "title": audit.name_with_account(account),
        "account": account,
        "person": getattr(account, "person", None),
        "is_dormant": leaving.dormant_accounts(leaving.NAMED_AFTER).filter(pk=account.pk).exists(),
        "acts": list(_acts_on(account, user)),
        "may_assign": may_assign,
        "sections": list(_ticks_by_section(account)),
        "roles": roles,
    }
    return TemplateResponse(request, "admin/colleague.html", context)


def _acts_on(account: User, user: User) -> Iterator[tuple[str, str]]:
    """Yield what the user may do with the account, as names and addresses."""
    if accounts.may_change_account(user, account):
        yield _("Name, unit and account"), reverse("admin:auth_user_change", args=[account.pk])
        if account.pk != user.pk:
            yield _("Reset a password"), reverse("admin:auth_user_password_change", args=[account.pk])
            yield _("Leaves the newsroom…"), reverse("admin:colleague_leave", args=[account.pk])


def _ticks_by_section(account: User) -> Iterator[tuple[str, list[Tick], str]]:
    """Yield every section with its duties as ticks, and those that are held in words."""
    held = set(account.assignments.values_list("section", "duty"))
    sections: list[tuple[int | None, str]] = [(None, _("every section"))]
    sections += [(section.pk, "　" * (section.level - 1) + section.name) for section in Section.objects.tree()]
    for section, name in sections:
        duties = [duty for duty in Duty if section is None or duty not in Assignment.SITE_WIDE]
        ticks = [Tick(f"{section or EVERYWHERE}.{duty}", str(duty.label), (section, duty) in held) for duty in duties]
        yield name, ticks, "、".join(tick.name for tick in ticks if tick.held)


def _change_duties(request: HttpRequest, account: User, roles: RoleForm, *, by: User) -> bool:
    """Give the chosen role, or apply the ticks; returns False if the form is not valid.

    The form contains the ticks from when it was opened: a tick that somebody else has set since is kept.
    """
    if roles.is_bound:
        if not roles.is_valid():
            return False
        assigning.assign_role(account, roles.cleaned_data["role"], roles.cleaned_data["section"], by=by)
        return True
    seen, ticked = set(request.POST.getlist("seen")), set(request.POST.getlist("duty"))
    sections = Section.objects.in_bulk()
    give, take = (list(_read_ticks(keys, sections)) for keys in (ticked - seen, seen - ticked))
    assigning.change_duties(account, give=give, take=take, by=by)
    return True


def _read_ticks(keys: set[str], sections: dict[int, Section]) -> Iterator[assigning.Held]:
    """Yield the duties and sections of ticks; invalid ones, and those in deleted sections, are dropped."""
    for key in sorted(keys):
        where, _dot, duty = key.partition(".")
        section = sections.get(int(where)) if NUMBER.fullmatch(where) else None
        if duty in Duty.values and (section or where == EVERYWHERE):
            yield duty, section


# --- Leaving ----------------------------------------------------------------------------------------------------


class LeaveForm(forms.Form):
    to = AccountChoiceField(
        label=gettext_lazy("Who takes over drafts, readings and scheduled articles"),
        queryset=User.objects.none(),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}), required=True
    )

    def __init__(self, *args: Any, account: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.filter(is_active=True, is_staff=True).exclude(pk=account.pk).select_related("person")
        cast(AccountChoiceField, self.fields["to"]).queryset = colleagues.order_by(Coalesce("person__name", "username"))


def leave_view(request: HttpRequest, key: int) -> HttpResponse:
    """Ask who takes over what the colleague leaves, and do it; a refusal is shown on the form."""
    user, account = acting_user(request), _account(key)
    if not accounts.may_change_account(user, account):
        raise PermissionDenied(_("Only people who open and close accounts may close a colleague’s account."))
    form = LeaveForm(request.POST if request.method == "POST" else None, account=account)
    if request.method == "POST" and form.is_valid():
        try:
            leaving.let_go(account, to=form.cleaned_data["to"], reason=form.cleaned_data["reason"], by=user)
        except Refusal as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field or None, str(problem))
        else:
            messages.success(request, _("“%(account)s” has left; the account is closed.") % {"account": account})
            return redirect("admin:colleague", key)
    context = {
        **admin.site.each_context(request),
        "title": _("“%(name)s” leaves") % {"name": audit.name_with_account(account)},
        "account": account,
        "work": leaving.open_work_of(account),
        "form": form,
    }
    return TemplateResponse(request, "admin/colleague_leave.html", context)


def _require_seeing(request: HttpRequest) -> User:
    user = acting_user(request)
    if not may_see_colleagues(user):
        raise PermissionDenied(_("Accounts and duties are for those who manage them, and for the auditor."))
    return user


def _account(key: int) -> User:
    return get_object_or_404(User.objects.select_related("person"), pk=key if key < 2**63 else 0)
