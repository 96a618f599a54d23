"""The screens of bake jobs that are queued or failed, and of checks of the baked pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import audit, baking
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import BakeJob, PageCheck
from .acting_user import acting_user
from .form_fields import NUMBER
from .instant_column import instant_column
from .newsroom_admin import NewsroomAdmin, Row

MOST_UNSEEN = 200  # newest checks among which that of the pages and that of the log are looked for
# How a baked file can differ, by the kind of finding.
FINDINGS = {
    "added": gettext_lazy("somebody put this file there"),
    "changed": gettext_lazy("somebody changed this file"),
    "missing": gettext_lazy("this file is missing"),
    "differs": gettext_lazy("this file differs from what the site renders"),
}


class ReadOnlyAdmin(NewsroomAdmin[Row]):
    """A screen of rows that only the software writes."""

    list_display_links: tuple[str, ...] | None = None

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def act_urls(self, name: str, view: Callable[[HttpRequest], HttpResponse]) -> list[URLPattern]:
        """Return Django's addresses and one more, for the one act of this screen."""
        address = path(f"{name}/", self.admin_site.admin_view(view), name=f"articles_{self.opts.model_name}_{name}")
        return [address, *super().get_urls()]


@admin.register(BakeJob)
class BakeJobAdmin(ReadOnlyAdmin[BakeJob]):
    list_display = [
        "page",
        instant_column(BakeJob, "requested_at"),
        *("attempts", "error"),
        instant_column(BakeJob, "due_at"),
        "again",
    ]
    search_fields = ["path"]
    ordering = ["-attempts", "pk"]
    change_list_template = "admin/articles/bakejob/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        return self.act_urls("retry", self.retry)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BakeJob]:
        """Return single pages only; the page shows the jobs of a whole-site bake as a number."""
        return super().get_queryset(request).filter(whole=False)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        whole = (
            BakeJob.objects.filter(whole=True).exclude(path=BakeJob.EVERYTHING).count()
            if baking.full_bake_is_requested()
            else None
        )
        context = {"whole": whole, "failed": BakeJob.objects.filter(attempts__gt=0, whole=False).exists()}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    @admin.display(description=gettext_lazy("address"), ordering="path")
    def page(self, job: BakeJob) -> SafeString:
        return format_html('<a href="{0}">{0}</a>', job.path)

    @admin.display(description=gettext_lazy("Try again now"))
    def again(self, job: BakeJob) -> SafeString | str:
        if not job.attempts:
            return ""
        return format_html(
            '<button class="button" name="job" value="{}" formaction="retry/">{}</button>', job.pk, _("Try again now")
        )

    def retry(self, request: HttpRequest) -> HttpResponse:
        """Retry one failed page, or all of them, now."""
        permissions.require_duty_anywhere(acting_user(request), Duty.PUBLISH)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        failed = BakeJob.objects.filter(attempts__gt=0, whole=False)
        job = request.POST.get("job", "")
        if job:
            failed = failed.filter(pk=job if NUMBER.fullmatch(job) else 0)
        count = baking.retry_failed(failed)
        sentence = ngettext("%(count)d page is tried again.", "%(count)d pages are tried again.", count)
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS)
        return redirect("admin:articles_bakejob_changelist")


@admin.register(PageCheck)
class PageCheckAdmin(ReadOnlyAdmin[PageCheck]):
    purpose = gettext_lazy(
        "Each comparison of the pages on the disk with what they should be. Files that differ are rewritten."
    )
    list_display = [instant_column(PageCheck, "checked_at"), "against", "pages", "count", "seen_by"]
    list_display_links = ()  # the first column
    list_filter = ["against"]
    list_select_related = ["seen_by"]
    fields = readonly_fields = ("checked_at", "against", "pages", "count", "found", "seen_by")
    change_form_template = "admin/baked_page_check.html"

    def get_urls(self) -> list[URLPattern]:
        return self.act_urls("seen", self.seen)

    @admin.display(description=gettext_lazy("what differs"))
    def found(self, check: PageCheck) -> SafeString:
        rows = [
            format_html("<li><code>{}</code> {}</li>", name, FINDINGS.get(wrong, wrong))
            for name, wrong in check.findings
        ]
        return format_html("<ul>" + "{}" * len(rows) + "</ul>", *rows)

    def seen(self, request: HttpRequest) -> HttpResponse:
        """Mark the findings of a check as seen, which removes the warning from the desk's index."""
        user = acting_user(request)
        permissions.require_duty_anywhere(user, Duty.PUBLISH)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        key = request.POST.get("check", "")
        check = get_object_or_404(PageCheck, pk=key if NUMBER.fullmatch(key) else 0)
        if check.seen_by is None:
            check.seen_by = user
            check.save(update_fields=["seen_by"])
            audit.record_entry("pages.seen", check, by=user, count=check.count)
        return redirect("admin:index")


def baking_warnings(user: User) -> dict[str, Any] | None:
    """Return failed jobs and the newest unseen findings, of the pages and of the public log, for publishers; None for
    other users, or if there are none.
    """
    if not permissions.has_duty_anywhere(user, Duty.PUBLISH):
        return None
    failed = list(BakeJob.objects.filter(attempts__gt=0, whole=False)[:3])
    unseen = {check.against: check for check in PageCheck.objects.filter(count__gt=0, seen_by=None)[:MOST_UNSEEN][::-1]}
    rewritten = unseen.pop(PageCheck.Against.LOG, None)
    tampered = max(unseen.values(), key=lambda check: check.pk, default=None)
    if not failed and not tampered and not rewritten:
        return None
    return {"failed": failed, "tampered": tampered, "rewritten": rewritten}
