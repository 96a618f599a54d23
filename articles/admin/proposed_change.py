"""Words that wait for a second person: the page that compares and decides, and the screens where they are written."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import confirming, proposing
from ..duty_assignments import permissions
from ..models import ProposedChange
from ..refusals import Refusal
from .acting_user import acting_user
from .article_actions import refusal_sentences
from .newsroom_admin import NewsroomAdmin

Row = TypeVar("Row", bound=Model)

WAITS = gettext_lazy(
    "Unconfirmed words wait for a second person, who finds them on the desk's first page. Until then "
    "readers see what they saw before."
)


class ProposingAdmin(NewsroomAdmin[Row]):
    """A screen whose words may wait for a second person, with a notice if they do."""

    change_form_template = add_form_template = "admin/proposed_change_form.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return super().render_change_form(
            request, {**context, "waiting": self._waiting_change(kwargs.get("obj"))}, *args, **kwargs
        )

    def response_add(self, request: HttpRequest, obj: Row, post_url_continue: str | None = None) -> HttpResponse:
        """Redirect to the list if the whole row waits, so that it has no page yet."""
        if obj.pk:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, str(WAITS), messages.WARNING)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def response_change(self, request: HttpRequest, obj: Row) -> HttpResponse:
        response = super().response_change(request, obj)
        if self._waiting_change(obj):
            self.message_user(request, str(WAITS), messages.WARNING)
        return response

    def _waiting_change(self, obj: Row | None) -> ProposedChange | None:
        return (
            proposing.waiting_change(ProposedChange.Kind(str(self.opts.model_name)), obj.pk) if obj and obj.pk else None
        )


def proposed_change_view(request: HttpRequest, key: int) -> HttpResponse:
    """Show what would change for readers; POST confirms or rejects it."""
    user = acting_user(request)
    permissions.require_duty_everywhere(user, permissions.Duty.ARRANGE)
    change = ProposedChange.objects.select_related("proposed_by__person").filter(pk=key).first()
    if change is None:
        messages.warning(request, str(confirming.DECIDED_ALREADY))
        return redirect("admin:index")
    problems: list[str] = []
    if request.method == "POST":
        try:
            sentence = _decide(request, key)
        except Refusal as refusal:
            problems = refusal_sentences(refusal)
        else:
            messages.success(request, sentence)
            return redirect("admin:index")
    context = {
        **admin.site.each_context(request),
        "title": _("Unconfirmed words: %(what)s") % {"what": change},
        "change": change,
        "changes": confirming.compare_change(change),
        "page": confirming.proposed_arrangement_url(change),
        "own": change.proposed_by_id == user.pk,
        "problems": problems,
    }
    return TemplateResponse(request, "admin/proposed_change.html", context)


def _decide(request: HttpRequest, key: int) -> str:
    """Call the act of the pressed button; returns what was done. Raises what the acts raise."""
    if request.POST.get("decision") == "confirm":
        confirming.confirm_change(key, by=acting_user(request))
        return _("Confirmed. Readers see it in a moment.")
    if request.POST.get("decision") == "reject":
        reason = request.POST.get("reason", "")
        confirming.reject_change(key, by=acting_user(request), reason=reason)
        return _("Rejected. Nothing has changed for readers.")
    raise PermissionDenied
