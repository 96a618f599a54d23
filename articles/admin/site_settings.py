from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from .. import baking
from ..models import SiteSettings
from .screen import Screen


@admin.register(SiteSettings)
class SiteSettingsScreen(Screen):
    """One row, so no list: the address of the list leads to the form."""

    autocomplete_fields = ["logo"]
    fieldsets = [
        (None, {"fields": ["name", "slogan", "logo", "description", "keywords", "corrections_at"]}),
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
