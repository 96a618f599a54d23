"""What the desk's templates ask for."""

from django import template
from django.contrib.auth.models import User

from .. import audit

register = template.Library()


@register.filter
def person_name(user: User | None) -> str:
    """The name that the desk shows for an account: the person's, or the account's own; '' for nobody."""
    return audit.account_name(user)
