"""The site settings (站点设置): saving and validating the one row."""

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from . import appearance, baking
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import SiteSettings
from .saved_rows import lock_row, write_row

SETTINGS_FIELDS = tuple(field.name for field in SiteSettings._meta.fields if not field.primary_key)
# How the work of others is checked; changed by who may change rules. No page shows it.
RULE_FIELDS = ("words_are_confirmed",)


@transaction.atomic
def save_site_settings(settings: SiteSettings, *, by: User) -> SiteSettings:
    """Save the changed fields of the one row, created if missing; if pages show any, the whole site is baked again.

    Its rules are changed by whoever assigns duties, everything else by whoever arranges. Raises PermissionDenied, or
    ValidationError by field.
    """
    settings.pk = 1
    before = lock_row(settings)
    _require_duties(settings, before or SiteSettings(), by)
    settings.accent = settings.accent.lower()
    faults = find_settings_faults(settings.accent, settings.grey_from, settings.grey_until)
    if faults:
        raise ValidationError(faults)
    if write_row(settings, before, SETTINGS_FIELDS, by=by) - set(RULE_FIELDS):
        baking.request_full_bake()
        # The file of the logo before goes once no page shows it: after the bake of the whole site.
        baking.request_bake(baking.picture_addresses(settings.logo))
    return settings


def _require_duties(settings: SiteSettings, known: SiteSettings, by: User) -> None:
    """Raise PermissionDenied unless the user may change what differs from the stored settings."""
    changed = {name for name in SETTINGS_FIELDS if getattr(settings, name) != getattr(known, name)}
    if changed & set(RULE_FIELDS) and not permissions.may_change_rules(by):
        raise PermissionDenied(
            _("Whether a second person confirms words is decided by the security administrator, who works on no texts.")
        )
    if changed - set(RULE_FIELDS) or not (changed or permissions.may_change_rules(by)):
        permissions.require_duty_everywhere(by, Duty.ARRANGE)


def find_settings_faults(accent: str, grey_from: datetime | None, grey_until: datetime | None) -> dict[str, str]:
    """Return messages by field: an accent that is not legible, mourning grey that ends before it begins."""
    faults = {}
    if appearance.COLOUR.fullmatch(accent) and appearance.contrast_ratio(accent, appearance.PAPER) < appearance.LEGIBLE:
        faults["accent"] = _(
            "On the page background this colour has a contrast of %(has).1f; text needs %(needs)s. Choose a darker one."
        ) % {"has": appearance.contrast_ratio(accent, appearance.PAPER), "needs": appearance.LEGIBLE}
    if grey_from and grey_until and grey_until <= grey_from:
        faults["grey_until"] = _("The end is before the beginning; exchange the two.")
    return faults
