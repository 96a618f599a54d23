"""The site settings (站点设置): saving and validating the one row."""

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from . import appearance, audit, baking, proposing, second_factor
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import SiteSettings
from .saved_rows import lock_row, write_row

SETTINGS_FIELDS = tuple(field.name for field in SiteSettings._meta.fields if not field.primary_key)
# How the work of others is checked, and what protects their accounts: changed by those who may change rules, not by
# those who work on texts. No page shows it.
RULE_FIELDS = ("words_are_confirmed",)
SECURITY_FIELDS = ("factor_duties",)
# What readers see of them without a signature.
SETTINGS_WORDS = (
    *("name", "slogan", "description", "keywords", "logo"),
    *("sponsor", "operator", "phone", "email", "address", "report_phone", "report_email"),
    *("icp", "police", "licence", "site_code", "conac", "find_error_url"),
)
UNSEEN_FIELDS = {*RULE_FIELDS, *SECURITY_FIELDS, "checkpoint_recipients"}  # by readers


@transaction.atomic
def save_site_settings(settings: SiteSettings, *, by: User) -> SiteSettings:
    """Save the changed fields of the one row, created if missing; if readers see any, the whole site is baked again.

    Those who assign duties change its rules and what protects accounts, those who arrange everything else.
    Where a second person confirms words, those that changed wait. Raises PermissionDenied, ProofNeeded for
    SECURITY_FIELDS, or ValidationError by field.
    """
    settings.pk = 1
    before = lock_row(settings)
    if before is None:  # another request may be saving the first ones right now
        audit.lock_audit_chain()
        before = lock_row(settings)
    _require_duties(settings, before or SiteSettings(), by)
    settings.accent = settings.accent.lower()
    faults = find_settings_faults(settings.accent, settings.grey_from, settings.grey_until)
    if faults:
        raise ValidationError(faults)
    if before is not None:
        proposing.hold_back_words(settings, before, SETTINGS_FIELDS, SETTINGS_WORDS, by=by)
    write_site_settings(settings, before, by=by)
    return settings


def write_site_settings(settings: SiteSettings, before: SiteSettings | None, *, by: User) -> None:
    """Write the changed fields of the one row, which is locked (`before`) or new, and queue the pages that show any.

    For acts that have checked who may. Raises ValidationError.
    """
    if write_row(settings, before, SETTINGS_FIELDS, by=by) - UNSEEN_FIELDS:
        baking.request_full_bake()
        # The file of the logo before goes once no page shows it: after the bake of the whole site.
        baking.request_bake(baking.picture_addresses(settings.logo))


def _require_duties(settings: SiteSettings, known: SiteSettings, by: User) -> None:
    """Raise PermissionDenied unless the user may change what differs from the stored settings."""
    changed = {name for name in SETTINGS_FIELDS if getattr(settings, name) != getattr(known, name)}
    guarded = changed & {*RULE_FIELDS, *SECURITY_FIELDS}
    if guarded and not permissions.may_change_rules(by):
        raise PermissionDenied(
            _("Rules and what protects the accounts are changed by the security administrator, who works on no texts.")
        )
    if guarded & set(SECURITY_FIELDS):
        second_factor.require_recent_proof(by)
    if changed - guarded or not (changed or permissions.may_change_rules(by)):
        permissions.require_duty_everywhere(by, Duty.ARRANGE)


def find_settings_faults(accent: str, grey_from: datetime | None, grey_until: datetime | None) -> dict[str, str]:
    """Return messages by field: an accent that is not legible, mourning grey that ends before it begins."""
    faults = {}
    if appearance.COLOUR.fullmatch(accent) and appearance.contrast_ratio(accent, appearance.PAPER) < appearance.LEGIBLE:
        faults["accent"] = _(
            "On the page background this colour has a contrast of %(has).1f; text needs %(needs)s. Choose a darker one."
        ) % {"has": appearance.contrast_ratio(accent, appearance.PAPER), "needs": appearance.LEGIBLE}
    if grey_from and grey_until and grey_until <= grey_from:
        faults["grey_until"] = _("The end is before the beginning; swap the two.")
    return faults
