"""The screen of old addresses: those that moved and those that are gone."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from .. import old_paths
from ..models import OldPath
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin


class OldPathForm(forms.ModelForm):
    """Shows an invalid old path or target as an error of its field."""

    def clean_path(self) -> str:
        try:
            return (
                old_paths.parse_old_path(self.cleaned_data["path"])
                if "path" in self.changed_data
                else self.instance.path
            )
        except old_paths.UnusableOldPath as refusal:
            raise ValidationError(str(refusal)) from refusal

    def clean_target(self) -> str:
        try:
            return old_paths.parse_target(self.cleaned_data["target"])
        except old_paths.UnusableOldPath as refusal:
            raise ValidationError(str(refusal)) from refusal


@admin.register(OldPath)
class OldPathAdmin(NewsroomAdmin[OldPath]):
    form = OldPathForm
    save_act = staticmethod(old_paths.save_old_path)
    purpose = gettext_lazy(
        "Where former addresses lead now. One without a new address tells readers that the page is gone."
    )
    list_display = ["path", "target"]
    search_fields = ["path", "target"]

    def has_delete_permission(self, request: HttpRequest, obj: OldPath | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: OldPath) -> None:
        old_paths.remove_old_path(obj, by=acting_user(request))
