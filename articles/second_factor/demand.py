"""Of whom a second factor is asked."""

from django.contrib.auth.models import User
from django.db.models import QuerySet

from ..duty_assignments import permissions
from ..models import Factor, SiteSettings


def factors_of(user: User) -> QuerySet[Factor]:
    """The second factors of the account, the oldest first."""
    return Factor.objects.filter(user=user)


def has_demanding_duty(user: User) -> bool:
    """Return True if the user holds, anywhere, a duty for which the site settings demand a second factor.

    A superuser, who may do everything, holds each.
    """
    demanding = SiteSettings.objects.filter(pk=1).values_list("factor_duties", flat=True).first() or []
    return permissions.has_duty_anywhere(user, *demanding)


def must_prove(user: User) -> bool:
    """Return True if the account has a second factor, or a duty that demands one."""
    return factors_of(user).exists() or has_demanding_duty(user)
