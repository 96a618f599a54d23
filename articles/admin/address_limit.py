"""The screen on which the security administrator limits the addresses from which the desk is open, by duty."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from .. import address_limits
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import AddressLimit
from ..refusals import Refusal
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin


class AddressLimitForm(forms.ModelForm):
    """Shows networks that the act would refuse as errors of their field."""

    def clean_networks(self) -> str:
        text = self.cleaned_data["networks"]
        try:
            address_limits.read_networks(text)
        except address_limits.CannotLimit as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return text


@admin.register(AddressLimit)
class AddressLimitAdmin(NewsroomAdmin[AddressLimit]):
    duty = Duty.GRANT
    purpose = gettext_lazy(
        "The networks from which accounts may use the desk. If nothing is listed, everybody may from everywhere."
    )
    form = AddressLimitForm
    list_display = ["who", "networks"]
    ordering = ["who"]

    def save_model(self, request: HttpRequest, obj: AddressLimit, form: forms.ModelForm, change: bool) -> None:
        try:
            address_limits.save_address_limit(obj, by=acting_user(request))
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def has_view_permission(self, request: HttpRequest, obj: AddressLimit | None = None) -> bool:
        return permissions.has_duty_everywhere(acting_user(request), Duty.GRANT)

    def has_delete_permission(self, request: HttpRequest, obj: AddressLimit | None = None) -> bool:
        return self.has_view_permission(request)

    def delete_model(self, request: HttpRequest, obj: AddressLimit) -> None:
        address_limits.remove_address_limit(obj, by=acting_user(request))
