"""The screen of the site's settings, which are one row."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from .. import site_settings
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import SiteSettings
from .acting_user import acting_user
from .proposed_change import ProposingAdmin


class SiteSettingsForm(forms.ModelForm):
    """The form of the settings. Shows what `save_site_settings` would refuse as errors of its fields."""

    factor_duties = forms.MultipleChoiceField(
        label=_("Duties that demand a second factor"),
        choices=Duty.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Holders of these duties, and administrators if any duty is chosen, set it up at their next log-in."
        ),
    )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        faults = site_settings.find_settings_faults(
            facts.get("accent", "").lower(), facts.get("grey_from"), facts.get("grey_until")
        )
        for field, sentence in faults.items():
            self.add_error(field, sentence)
        return facts


@admin.register(SiteSettings)
class SiteSettingsAdmin(ProposingAdmin[SiteSettings]):
    """There is one row, so the list redirects to its form."""

    form = SiteSettingsForm
    save_act = staticmethod(site_settings.save_site_settings)
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
                    "opens_new_windows",
                    "full_feeds",
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
        (_("Public log"), {"fields": ["checkpoint_recipients"]}),
        (
            _("Rules"),
            {
                "fields": list(site_settings.RULE_FIELDS),
                "description": _("Changed by the security administrator, who works on no texts."),
            },
        ),
        (
            _("Log-in"),
            {
                "fields": list(site_settings.SECURITY_FIELDS),
                "description": _("Changed by the security administrator, who works on no texts."),
            },
        ),
    ]

    def has_view_permission(self, request: HttpRequest, obj: SiteSettings | None = None) -> bool:
        return super().has_view_permission(request, obj) or permissions.may_change_rules(acting_user(request))

    def has_change_permission(self, request: HttpRequest, obj: SiteSettings | None = None) -> bool:
        user = acting_user(request)
        return permissions.has_duty_everywhere(user, self.duty) or permissions.may_change_rules(user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) and not SiteSettings.objects.exists()

    def get_readonly_fields(self, request: HttpRequest, obj: SiteSettings | None = None) -> list[str]:
        user = acting_user(request)
        guarded = [*site_settings.RULE_FIELDS, *site_settings.SECURITY_FIELDS]
        arranged = [name for name in site_settings.SETTINGS_FIELDS if name not in guarded]
        return [
            *([] if permissions.has_duty_everywhere(user, self.duty) else arranged),
            *([] if permissions.may_change_rules(user) else guarded),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if SiteSettings.objects.exists():
            return redirect("admin:articles_sitesettings_change", 1)
        return redirect("admin:articles_sitesettings_add")
