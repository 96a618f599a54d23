"""Findings of check-ups in the user's sections, and acts on ticked ones: the ordinary acts, text by text."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import check_ups, masking, publishing, second_factor
from ..duty_assignments import permissions
from ..duty_assignments.permissions import SETTLING_DUTIES
from ..models import CheckUpFinding
from ..refusals import Refusal, Sentence
from .acting_user import acting_user
from .article_list_acts import sentence_of
from .form_fields import NUMBER

ROWS_PER_PAGE = 50


@transaction.atomic
def _mask(finding: CheckUpFinding, by: User, _reason: str) -> None:
    for key in finding.keys:
        masking.mask_hit(finding.article, by=by, key=key)


def _withdraw(finding: CheckUpFinding, by: User, reason: str) -> None:
    publishing.withdraw_article(finding.article, by=by, reason=reason)


def _settle(finding: CheckUpFinding, by: User, reason: str) -> None:
    check_ups.settle_check_finding(finding, by=by, reason=reason)


def _ignore(finding: CheckUpFinding, by: User, reason: str) -> None:
    check_ups.settle_check_finding(finding, by=by, reason=reason, ignored=True)


LOT_ACTS: dict[str, tuple[Sentence, Callable[[CheckUpFinding, User, str], None]]] = {
    "mask": (gettext_lazy("Mask in a new draft"), _mask),
    "withdraw": (gettext_lazy("Withdraw"), _withdraw),
    "settle": (gettext_lazy("Mark as settled"), _settle),
    "ignore": (gettext_lazy("Ignore"), _ignore),
}


def findings_view(request: HttpRequest) -> HttpResponse:
    """List the open findings, narrowed by `check_up`, `rule`, `year` and `new_rules` (1 or 0).

    POST `finding`, `act` and `reason`.
    """
    user = acting_user(request)
    if not permissions.has_duty_anywhere(user, *SETTLING_DUTIES):
        raise PermissionDenied
    if request.method == "POST":
        _do_lot(request, user)
        return redirect(request.get_full_path())
    narrowed = _narrowed(request)
    rows = check_ups.findings_to_settle(user).filter(narrowed).order_by("-pk")
    before = request.GET.get("before", "")
    rows = rows.filter(pk__lt=before) if NUMBER.fullmatch(before) else rows
    found = list(rows.select_related("article", "section")[: ROWS_PER_PAGE + 1])
    query = request.GET.copy()
    query["before"] = str(found[ROWS_PER_PAGE - 1].pk) if len(found) > ROWS_PER_PAGE else ""
    context = {
        **admin.site.each_context(request),
        "title": _("Findings of check-ups"),
        "rows": found[:ROWS_PER_PAGE],
        "acts": [(name, label) for name, (label, _do) in LOT_ACTS.items()],
        "older": query.urlencode() if query["before"] else "",
    }
    return TemplateResponse(request, "admin/articles/checkup/findings.html", context)


def _narrowed(request: HttpRequest) -> Q:
    wanted = Q()
    for name in ("check_up", "year"):
        value = request.GET.get(name, "")
        if NUMBER.fullmatch(value):
            wanted &= Q(**{name: min(int(value), 32_000) if name == "year" else value})
    if request.GET.get("new_rules") in ("0", "1"):  # found by rules that came into use since the text was published
        wanted &= Q(check_up__by__isnull=request.GET["new_rules"] == "1")
    return wanted & Q(rule=request.GET["rule"][:40]) if request.GET.get("rule") else wanted


def _do_lot(request: HttpRequest, user: User) -> None:
    """Do the act with each ticked finding, each in its own transaction; a refusal does not stop the others."""
    label, act = LOT_ACTS.get(request.POST.get("act", ""), ("", None))
    keys = [key for key in request.POST.getlist("finding") if NUMBER.fullmatch(key)][:ROWS_PER_PAGE]
    if act is None or not keys:
        messages.warning(request, _("Tick findings, then press a button."))
        return
    refusals: list[Exception] = []
    ticked = check_ups.findings_to_settle(user).filter(pk__in=keys)
    chosen = ticked.select_related("article", "section__parent").order_by("pk")
    for finding in chosen:
        try:
            act(finding, user, request.POST.get("reason", ""))
        except second_factor.ProofNeeded:
            raise  # the page that asks for the factor sends all of this again
        except (Refusal, PermissionDenied, ValidationError) as refusal:
            refusals.append(refusal)
            messages.error(request, f"{finding.article_id} {finding.article}: {sentence_of(refusal)}")
    if not chosen:
        messages.warning(request, _("None of these is still open in your sections."))
    done = len(chosen) - len(refusals)
    if done:
        sentence = ngettext("%(act)s: %(count)d text.", "%(act)s: %(count)d texts.", done)
        messages.success(request, sentence % {"act": label, "count": done})
