"""Duties, one by one or as a role; taken away, never changed."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import assigning, permissions
from ..models import Assignment, Section
from ..permissions import Duty, Role
from .screen import Screen


class AssignmentForm(forms.ModelForm):
    role = forms.ChoiceField(
        label=gettext_lazy("As a role"), required=False, widget=forms.RadioSelect,
        choices=[("", gettext_lazy("single duties, below")), *Role.choices],
    )  # fmt: skip
    duties = forms.MultipleChoiceField(
        label=gettext_lazy("Single duties"), required=False, widget=forms.CheckboxSelectMultiple, choices=Duty.choices
    )

    class Meta:
        model = Assignment
        fields = ["user", "section"]

    def clean(self) -> dict[str, Any]:
        """Give the duties, so that what the act refuses stands on the form; all or none of them."""
        cleaned = super().clean() or {}
        role = cleaned.get("role")
        duties = permissions.DUTIES_OF[Role(role)] if role else cleaned.get("duties", [])
        if not self.errors:
            try:
                self.given = assigning.assign(cleaned["user"], duties, cleaned.get("section"), by=self.by)
            except assigning.CannotAssign as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return cleaned

    def validate_unique(self) -> None:
        """What is held already is no mistake."""

    def save_m2m(self) -> None:
        """The admin calls it after every form; the act has done everything."""


@admin.register(Assignment)
class AssignmentScreen(Screen):
    duty = Duty.GRANT
    form = AssignmentForm
    list_display = ["account", "real_name", "duty", "section"]
    list_filter = ["duty", "section"]
    list_select_related = ["user__person", "section"]
    search_fields = ["user__username", "user__person__name"]
    fields = ["user", "section", "role", "duties"]

    @admin.display(description=gettext_lazy("account"), ordering="user__username")
    def account(self, assignment: Assignment) -> str:
        return assignment.user.get_username()

    @admin.display(description=gettext_lazy("real name"), ordering="user__person__name")
    def real_name(self, assignment: Assignment) -> str:
        person = getattr(assignment.user, "person", None)
        return person.name if person else "–"

    def has_view_permission(self, request: HttpRequest, obj: Assignment | None = None) -> bool:
        return permissions.may_everywhere(request.user, Duty.GRANT)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Assignment | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Assignment | None = None) -> bool:
        return self.has_view_permission(request)

    def get_form(self, request: HttpRequest, obj: Assignment | None = None, **kwargs: Any) -> Any:
        if obj:  # only looked at
            return super().get_form(request, obj, **{**kwargs, "form": forms.ModelForm, "fields": ["user", "section"]})
        return type("AssignmentFormBy", (AssignmentForm,), {"by": request.user})

    def get_fields(self, request: HttpRequest, obj: Assignment | None = None) -> list[str]:
        return ["user", "section", "duty"] if obj else list(self.fields)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "section":
            kwargs["queryset"] = Section.objects.order_by("position", "pk")
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(is_active=True).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Assignment:
        return form.given[0] if form.given else Assignment.objects.filter(user=form.cleaned_data["user"]).first()

    def save_model(self, request: HttpRequest, obj: Assignment, form: Any, change: bool) -> None:
        """The form's act has given the duties."""

    def response_add(self, request: HttpRequest, obj: Assignment, post_url_continue: str | None = None) -> HttpResponse:
        self.message_user(
            request, _("“%(account)s” has these duties now.") % {"account": obj.user.get_username()}, messages.SUCCESS
        )
        return redirect("admin:articles_assignment_changelist")

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        assigning.revoke(obj, by=request.user)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except assigning.CannotAssign as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:articles_assignment_changelist")

    def record(self, request: HttpRequest, obj: Assignment, what: str, message: Any = ()) -> None:
        """The acts record themselves."""
