"""The screens of dead links (链接巡检), and of the register of the sites that texts link to (站外网站)."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import link_checks, link_removal
from ..duty_assignments import permissions, reading
from ..duty_assignments.permissions import Duty
from ..models import LinkHost, LinkTarget, LinkUse
from ..refusals import Refusal
from .acting_user import acting_user
from .audit_entry import NewestPagesPaginator
from .baking import ReadOnlyAdmin
from .form_fields import NUMBER
from .instant_column import instant_column
from .newsroom_admin import NewsroomAdmin

ROWS_PER_PAGE, MOST_TEXTS = 50, 100
Finding = LinkTarget.Finding


def _works_on_links(request: HttpRequest) -> bool:
    return permissions.has_duty_anywhere(acting_user(request), *permissions.SETTLING_DUTIES)


@admin.register(LinkTarget)
class LinkTargetAdmin(ReadOnlyAdmin[LinkTarget]):
    change_form_template = "admin/link_checks/target.html"
    fields = readonly_fields = (
        *("address", "site", "kind", "articles", "answer", "checked_at"),
        *("finding", "found_at", "reason", "by", "settled_at"),
    )

    def get_urls(self) -> list[URLPattern]:
        return self.act_urls("settle", self.settle_view)

    def has_view_permission(self, request: HttpRequest, obj: LinkTarget | None = None) -> bool:
        return _works_on_links(request)

    @admin.display(description=gettext_lazy("host"))
    def site(self, target: LinkTarget) -> str:
        return str(target.host or "–")

    @admin.display(description=gettext_lazy("last answer"))
    def answer(self, target: LinkTarget) -> str:
        return str(target.answer)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """List the links with a finding in one state, the newest first; `before` is the key of the last one shown.

        With `mine`, only those that the user may settle, which are open.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        state = request.GET.get("state", "")
        state = state if state in Finding.values else Finding.OPEN
        found, mine = _rows_before(state, request.GET.get("before", "")), "mine" in request.GET
        if mine:
            found = found.filter(pk__in=link_checks.links_to_settle(acting_user(request)).order_by().values("pk"))
        rows = list(found[: ROWS_PER_PAGE + 1])
        shown = rows[:ROWS_PER_PAGE]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Dead links"),
            "opts": self.opts,
            "states": Finding.choices,
            "state": state,
            "mine": mine,
            "rows": shown,
            "before": shown[-1].pk if len(rows) > ROWS_PER_PAGE else None,
        }
        return TemplateResponse(request, "admin/link_checks/targets.html", context)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the newest texts with the link whose working copy the user may read."""
        target: LinkTarget = context["original"]
        uses = LinkUse.objects.filter(target=target).order_by().values("article")
        readable = reading.readable_articles(acting_user(request)).filter(pk__in=uses)
        facts = {"texts": readable.order_by("-number").only("number", "title")[:MOST_TEXTS]}
        return super().render_change_form(request, {**context, **facts}, *args, **kwargs)

    def settle_view(self, request: HttpRequest) -> HttpResponse:
        """POST `target`, `reason` and `act`: settle, ignore or open."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        key, user = request.POST.get("target", ""), acting_user(request)
        target = get_object_or_404(LinkTarget, pk=key if NUMBER.fullmatch(key) else 0)
        reason, act = request.POST.get("reason", ""), request.POST.get("act")
        try:
            if act == "open":
                link_checks.reopen_finding(target, by=user)
            else:
                link_checks.settle_finding(target, by=user, reason=reason, ignored=act == "ignore")
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Noted: %(address)s") % {"address": target})
        return redirect("admin:articles_linktarget_changelist")


def _rows_before(state: str, key: str) -> QuerySet[LinkTarget]:
    """The links with a finding in this state, the newest first, after the one with this key."""
    rows = LinkTarget.objects.filter(finding=state).order_by("-found_at", "-pk").select_related("by")
    last = LinkTarget.objects.filter(pk=key).first() if NUMBER.fullmatch(key) else None
    if last and last.found_at:
        same = rows.filter(found_at=last.found_at, pk__gte=last.pk)
        rows = rows.filter(found_at__lte=last.found_at).exclude(pk__in=same.order_by().values("pk"))
    return rows


@admin.register(LinkHost)
class LinkHostAdmin(NewsroomAdmin[LinkHost]):
    duty = Duty.RULES
    save_act = staticmethod(link_checks.save_link_host)
    change_form_template = "admin/link_checks/host.html"
    list_display = [
        *("host", "articles", "state", "last_answer"),
        instant_column(LinkHost, "checked_at"),
        "leads_to",
        instant_column(LinkHost, "first_seen_at"),
    ]
    list_filter = ["state"]
    search_fields = ["host"]
    paginator = NewestPagesPaginator
    fields = ["host", "articles", "first_seen_at", "last_answer", "checked_at", "leads_to", "state", "reason"]
    readonly_fields = ["host", "articles", "first_seen_at", "last_answer", "checked_at", "leads_to"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.remove_view)
        return [path("<int:key>/remove-links/", view, name="articles_linkhost_remove"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        may_propose = permissions.has_duty_anywhere(acting_user(request), Duty.WRITE)
        return super().render_change_form(request, {**context, "may_propose": may_propose}, *args, **kwargs)

    def remove_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """POST `reason` and `note`: propose to take the site's links out of all public texts."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        host = get_object_or_404(self.get_queryset(request), pk=key)
        facts = {name: request.POST.get(name, "") for name in ("reason", "note")}
        try:
            change_set = link_removal.propose_link_removal(host, by=acting_user(request), **facts)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:articles_linkhost_change", key)
        return redirect("admin:change_set", change_set.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkHost]:
        """Return all but this site itself."""
        return super().get_queryset(request).exclude(host="")

    def has_view_permission(self, request: HttpRequest, obj: LinkHost | None = None) -> bool:
        return _works_on_links(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=gettext_lazy("last answer"))
    def last_answer(self, host: LinkHost) -> str:
        return str(LinkTarget.Outcome(host.outcome).label) if host.outcome else "–"
