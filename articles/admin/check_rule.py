"""The screen of the rules that the newsroom writes for the machine's reading."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import check_rules
from ..csv_tables import ImportedRows
from ..duty_assignments.permissions import Duty
from ..models import CheckRule, CheckTrial
from ..refusals import Refusal
from .acting_user import acting_user
from .check_rule_proposals import allow_view, propose_view
from .row_tables import RowTableMixin

MOST_CHARACTERS = 200_000  # of a text that a rule is tried on
MOST_MOVED = 500  # rules at a time


class CheckRuleForm(forms.ModelForm):
    """Shows as an error of the pattern why it cannot be used."""

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and not {"kind", "pattern", "allowed"} & set(self.errors):
            try:
                check_rules.refuse_unusable_pattern(self.instance)
            except check_rules.UnusablePattern as refusal:
                self.add_error("pattern", str(refusal))


@admin.register(CheckRule)
class CheckRuleAdmin(RowTableMixin[CheckRule]):
    duty = Duty.RULES
    import_act = staticmethod(check_rules.import_check_rules)
    export_act = staticmethod(check_rules.export_check_rules)
    import_title = gettext_lazy("Import rules")
    not_theirs = gettext_lazy("Rules are written by those who have that duty.")
    exported_name = "rules.csv"
    form = CheckRuleForm
    list_display = ["name", "subject", "severity", "state", "proposed_by", "owner", "source"]
    list_select_related = ["proposed_by"]
    list_filter = ["state", "subject", "severity", "kind"]
    search_fields = ["name", "pattern"]
    change_list_template = "admin/articles/checkrule/change_list.html"
    change_form_template = "admin/articles/checkrule/change_form.html"
    actions = ("put_into_use", "put_out_of_use")
    fields = [
        "name",
        "subject",
        "kind",
        "pattern",
        "allowed",
        "advice",
        "suggestion",
        "severity",
        "sections",
        "owner",
        "source",
        "valid_from",
        "valid_until",
    ]

    @admin.action(description=gettext_lazy("Put into use"), permissions=["change"])
    def put_into_use(self, request: HttpRequest, rules: QuerySet[CheckRule]) -> None:
        self._move_all(request, rules, CheckRule.State.LIVE)

    @admin.action(description=gettext_lazy("Put out of use"), permissions=["change"])
    def put_out_of_use(self, request: HttpRequest, rules: QuerySet[CheckRule]) -> None:
        self._move_all(request, rules, CheckRule.State.RETIRED)

    def _move_all(self, request: HttpRequest, rules: QuerySet[CheckRule], state: str) -> None:
        """Move the first MOST_MOVED of the rules; those that are refused stay, with their sentences."""
        moved = 0
        for rule in rules[:MOST_MOVED]:
            try:
                check_rules.move_check_rule(rule, state, by=acting_user(request))
                moved += 1
            except Refusal as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
        self.message_user(request, _("Rules moved: %(count)d.") % {"count": moved}, messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[Callable[..., HttpResponse], str]] = {
            "<int:key>/state/": (self.state_view, "state"),
            "<int:key>/try/": (self.try_view, "try"),
            "<int:key>/allow/": (partial(allow_view, self), "allow"),
            "propose/": (partial(propose_view, self), "propose"),
        }
        addresses = [
            path(route, self.admin_site.admin_view(view), name=f"articles_checkrule_{name}")
            for route, (view, name) in views.items()
        ]
        return [*addresses, *super().get_urls()]

    def posted_import(self, request: HttpRequest) -> Callable[..., ImportedRows] | None:
        """Adding the rules shipped with Newsroom is also an import: POST `shipped`."""
        return super().posted_import(request) or (
            check_rules.take_over_shipped_rules if "shipped" in request.POST else None
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show how many proposals are undecided."""
        return super().changelist_view(request, {"proposed": check_rules.proposed_rules().count()})

    def formfield_for_manytomany(self, *args: Any, **kwargs: Any) -> forms.ModelMultipleChoiceField | None:
        return super().formfield_for_manytomany(*args, **{**kwargs, "widget": forms.CheckboxSelectMultiple})

    def save_model(self, request: HttpRequest, obj: CheckRule, form: forms.ModelForm, change: bool) -> None:
        was_live = obj.state == CheckRule.State.LIVE
        check_rules.save_check_rule(obj, by=acting_user(request), sections=form.cleaned_data["sections"])
        if was_live and obj.state == CheckRule.State.TRYING:
            sentence = _(
                "It would find other words now, so it is on trial again, and out of use until it is put into use again."
            )
            self.message_user(request, sentence, messages.WARNING)

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list[forms.BaseFormSet], change: bool
    ) -> None:
        """Save nothing: the act has written the sections."""

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the states that the rule may enter, and the findings of its trial so far."""
        rule: CheckRule | None = context.get("original")
        facts = {
            "moves": check_rules.states_after(rule) if rule and self.has_change_permission(request, rule) else [],
            "trial": CheckTrial.objects.filter(rule=rule).first() if rule else None,
        }
        return super().render_change_form(request, {**context, **facts}, *args, **kwargs)

    def try_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Show where the rule finds something in a text that was pasted; nothing is kept."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        rule = get_object_or_404(CheckRule, pk=key)
        text = request.POST.get("text", "")[:MOST_CHARACTERS]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Try on this text"),
            "opts": self.opts,
            "rule": rule,
            "text": text,
            "pieces": check_rules.pieces_of_text(rule, text) if text else [],
        }
        return TemplateResponse(request, "admin/articles/checkrule/try.html", context)

    def state_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """POST `state`: put a rule on trial, into use or out of use."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        rule = get_object_or_404(CheckRule, pk=key)
        try:
            check_rules.move_check_rule(rule, request.POST.get("state", ""), by=acting_user(request))
        except Refusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            check_rules.continue_trials()  # the newest texts at once; the worker continues with the others
            sentence = _("“%(name)s”: %(state)s.") % {"name": rule, "state": rule.get_state_display()}
            self.message_user(request, sentence, messages.SUCCESS)
        return redirect("admin:articles_checkrule_change", rule.pk)
