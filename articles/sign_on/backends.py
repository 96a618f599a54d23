"""Which account is whose, and Django's backends: one for each way, so that sessions and the audit know the way."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..refusals import Problem, Refusal

NO_ACCOUNT = Problem(
    "sign_on.no_account",
    _("“%(name)s” has no account here that may log in this way."),
    _("The system administrator opens accounts, under the same name."),
)
NOT_CONFIRMED = Problem(
    "sign_on.not_confirmed",
    _("The log-in was not confirmed, or took too long."),
    _("Start again; nothing was changed."),
)
NO_ANSWER = Problem(
    "sign_on.no_answer",
    _("The service that confirms log-ins does not answer, or does not answer as it should."),
    _("Log in with your password, or try again later; the reason is in the server's log."),
)


class CannotSignOn(Refusal):
    """Raised when nobody can be logged in this way: not confirmed, no account, or no answer."""


def find_account(name: str) -> User:
    """Return the account of this name, in capitals or not. Raises CannotSignOn: none is opened here.

    Also for closed accounts, and for superusers, whose local password is for emergencies.
    """
    found = User.objects.filter(username__iexact=name, is_active=True, is_staff=True, is_superuser=False)[:2]
    if len(found) != 1:
        raise CannotSignOn(NO_ACCOUNT.filled(name=name[:60]))
    return found[0]


class DirectoryBackend(ModelBackend):
    """LDAP: checks the name and password of the log-in form."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_facts: Any
    ) -> User | None:
        """Return the account if the directory accepts the password.

        The directory is asked for every name, so that response times do not reveal which names have an account.
        """
        from .directory import directory_accepts  # noqa: PLC0415 (ldap3 is for newsrooms with a directory)

        if not username or not password or not directory_accepts(username, password):
            return None
        try:
            return find_account(username)
        except CannotSignOn:
            return None


class _ConfirmedElsewhere(ModelBackend):
    """Loads the accounts of sessions; the log-in itself is confirmed by another service."""

    def authenticate(self, request: HttpRequest | None, **_facts: Any) -> User | None:  # type: ignore[override]
        return None


class OidcBackend(_ConfirmedElsewhere):
    """OpenID Connect."""


class WecomBackend(_ConfirmedElsewhere):
    """企业微信."""


# The name of each way in the audit, by its backend.
WAYS = {DirectoryBackend: "ldap", OidcBackend: "oidc", WecomBackend: "wecom"}


def way_of_backend(backend: str) -> str:
    """The way in which a session of this backend began, for the audit; with another backend, the password."""
    return {f"{cls.__module__}.{cls.__qualname__}": way for cls, way in WAYS.items()}.get(backend, "password")


def offered_ways() -> list[str]:
    """The ways with their own button on the log-in page."""
    offered = {"oidc": settings.OIDC_ISSUER, "wecom": settings.WECOM_CORP_ID}
    return [way for way, is_set in offered.items() if is_set]
