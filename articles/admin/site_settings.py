from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from .. import baking, look
from ..models import SiteSettings
from .screen import Screen


class SiteSettingsForm(forms.ModelForm):
    """The settings, with an accent that can be read and a mourning that ends after it begins."""

    def clean_accent(self) -> str:
        accent = self.cleaned_data["accent"].lower()
        if look.COLOUR.fullmatch(accent) and look.contrast(accent, look.PAPER) < look.LEGIBLE:
            raise forms.ValidationError(
                _(
                    "On our paper this colour has a contrast of %(has).1f, and text needs %(needs)s: choose a darker one."
                )
                % {"has": look.contrast(accent, look.PAPER), "needs": look.LEGIBLE}
            )
        return accent

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        first, last = facts.get("grey_from"), facts.get("grey_until")
        if first and last and last <= first:
            self.add_error("grey_until", _("The end is before the beginning; exchange the two."))
        return facts


@admin.register(SiteSettings)
class SiteSettingsScreen(Screen):
    """One row, so no list: the address of the list leads to the form."""

    form = SiteSettingsForm
    autocomplete_fields = ["logo"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "name",
                    "slogan",
                    "logo",
                    "description",
                    "keywords",
                    "accent",
                    "home_layout",
                    "corrections_at",
                ]
            },
        ),
        (_("A day of mourning"), {"fields": ["grey", "grey_from", "grey_until"]}),
        (
            _("Footer: who answers for the site"),
            {"fields": ["sponsor", "operator", "phone", "email", "address", "report_phone", "report_email"]},
        ),
        (
            _("Footer: filings and codes"),
            {"fields": ["icp", "police", "licence", "site_code", "conac", "find_error_url"]},
        ),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SiteSettings.objects.exists()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if SiteSettings.objects.exists():
            return redirect("admin:articles_sitesettings_change", 1)
        return redirect("admin:articles_sitesettings_add")

    def save_model(self, request: HttpRequest, obj: SiteSettings, form: Any, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)

    def record(self, request: HttpRequest, obj: SiteSettings, what: str, message: Any = ()) -> None:
        super().record(request, obj, what, message)
        baking.request_everything()
