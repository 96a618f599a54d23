"""The screen of assignments: duties are given singly or as a role, and revoked; they are never changed."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..duty_assignments import assigning, permissions
from ..duty_assignments.permissions import Duty
from ..models import Assignment, Section
from .account_choice import AccountChoiceField
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin


def role_choices() -> list[tuple[str, str]]:
    """Return the roles with their duties as choices, after the choice of no role."""
    named = [
        (str(role), _("%(role)s: %(duties)s") % {"role": role.label, "duties": "、".join(str(d.label) for d in duties)})
        for role, duties in permissions.DUTIES_OF.items()
    ]
    return [("", _("single duties, below")), *named]


class AssignmentForm(forms.ModelForm):
    role = forms.ChoiceField(
        label=gettext_lazy("As a role"), required=False, widget=forms.RadioSelect, choices=role_choices
    )
    duties = forms.MultipleChoiceField(
        label=gettext_lazy("Single duties"), required=False, widget=forms.CheckboxSelectMultiple, choices=Duty.choices
    )

    class Meta:
        model = Assignment
        fields = ["user", "section"]
        field_classes = {"user": AccountChoiceField}

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = User.objects.filter(is_active=True, is_staff=True).exclude(pk=by.pk).select_related("person")
        # By what is shown first.
        cast(AccountChoiceField, self.fields["user"]).queryset = accounts.order_by(Coalesce("person__name", "username"))
        tree = [(section.pk, "　" * (section.level - 1) + section.name) for section in Section.objects.tree()]
        cast(forms.ModelChoiceField, self.fields["section"]).choices = [("", _("every section")), *tree]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("role") and cleaned.get("duties"):
            raise forms.ValidationError(_("Choose a role, or “single duties” and tick those; not both at once."))
        return cleaned

    def validate_unique(self) -> None:
        """Accept duties that the user has already."""


def give_duties(form: AssignmentForm, *, by: User) -> list[Assignment]:
    """Assign the role or the single duties of the valid form, and return the new assignments. Raises CannotAssign."""
    user, section, role, duties = (form.cleaned_data[field] for field in ("user", "section", "role", "duties"))
    if role:
        return assigning.assign_role(user, role, section, by=by)
    return assigning.assign_duties(user, duties, section, by=by)


@admin.register(Assignment)
class AssignmentAdmin(NewsroomAdmin[Assignment]):
    duty = Duty.GRANT
    form = AssignmentForm
    list_display = ["account", "real_name", "duty", "section"]
    list_filter = ["duty", "section"]
    list_select_related = ["user__person", "section"]
    search_fields = ["user__username", "user__person__name"]
    empty_value_display = gettext_lazy("every section")
    fields = ["user", "section", "role", "duties"]

    class Media:
        css = {"all": ["desk/duty_assignment.css"]}

    @admin.display(description=gettext_lazy("account"), ordering="user__username")
    def account(self, assignment: Assignment) -> str:
        return assignment.user.get_username()

    @admin.display(description=gettext_lazy("real name"), ordering="user__person__name")
    def real_name(self, assignment: Assignment) -> str:
        person = getattr(assignment.user, "person", None)
        return person.name if person else "–"

    def has_view_permission(self, request: HttpRequest, obj: Assignment | None = None) -> bool:
        return permissions.has_duty_everywhere(acting_user(request), Duty.GRANT)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Assignment | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Assignment | None = None) -> bool:
        return self.has_view_permission(request)

    def get_form(
        self, request: HttpRequest, obj: Assignment | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Return the form that shows an existing assignment; `add_view` has its own form."""
        options = {**kwargs, "form": forms.ModelForm, "fields": ["user", "section"]}
        return super().get_form(request, obj, change, **options)

    def get_fields(self, request: HttpRequest, obj: Assignment | None = None) -> list[Any]:
        return ["user", "section", "duty"] if obj else [*self.fields]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Give duties in one act; a refusal is shown on the form."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        user = acting_user(request)
        form = AssignmentForm(request.POST if request.method == "POST" else None, by=user)
        if request.method == "POST" and form.is_valid():
            try:
                give_duties(form, by=user)
            except assigning.CannotAssign as refusal:
                form.add_error(None, str(refusal))
            else:
                account = form.cleaned_data["user"].get_username()
                sentence = _("“%(account)s” has these duties now.") % {"account": account}
                self.message_user(request, sentence, messages.SUCCESS)
                another = "_addanother" in request.POST
                return redirect(f"admin:articles_assignment_{'add' if another else 'changelist'}")
        # Assignments cannot be changed, so there is no button to save and continue.
        return self.render_form(request, form, show_save_and_continue=False)

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        assigning.revoke_duty(obj, by=acting_user(request))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        self.message_user(request, _("Taken away: %(assignment)s") % {"assignment": obj_display}, messages.SUCCESS)
        return redirect("admin:articles_assignment_changelist")
