"""The field of forms that make drafts: in which section."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import Section
from .acting_user import acting_user


class DraftSectionForm(forms.Form):
    """The section of the drafts that the form makes, one in which the user writes."""

    section = forms.ModelChoiceField(Section.objects.none(), label=gettext_lazy("Section"), empty_label=None)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        field = self.fields["section"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = permissions.sections_with_duty(acting_user(request), Duty.WRITE)
