"""Resetting a password: a link, once, within thirty minutes; used by the person, who sets a new password.

An administrator starts it and sees the link, on a slip to hand over. For an account with any duty the security
administrator confirms it and sees a code, which the person is told: neither of the two can set the password alone.
Where mail is set up, people have a link sent to the address that they themselves have entered.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import accounts, audit, login_locks, mailing, passwords
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Assignment, AuditEntry, PasswordReset
from .refusals import Problem, Refusal

# A link is good for so long, from its start or its confirmation; a reset waits so long for its confirmation.
GOOD_FOR, WAITS_FOR = timedelta(minutes=30), timedelta(hours=24)
CODE_DIGITS, MOST_WRONG_CODES = 8, 5
MAILS_AN_HOUR = 3  # to one account
ASKED_AN_HOUR = 30  # from one address
TOKEN_CHARACTERS, TOKEN_LENGTH, GROUP = "23456789abcdefghjkmnpqrstuvwxyz", 20, 5  # to be typed from a slip
SALT = "password-reset"
MOST_LISTED = 100
# How the newest password was set, if not by the person who knew the one before.
RESET_ACTIONS = ("user.password_reset", "user.password_set_on_server", "user.password_set")

LINK_IS_OVER = Problem(
    "password_resets.over",
    _("This link does not work: it was used, has expired or was replaced by a newer one."),
    _("Ask for a new one."),
)
NOT_CONFIRMED = Problem(
    "password_resets.not_confirmed",
    _("The security administrator has not confirmed this yet."),
    _("Ask them for the code, then open the link again."),
)
WRONG_CODE = Problem("password_resets.wrong_code", _("This is not the code that the security administrator was shown."))
ASKED_TOO_OFTEN = Problem(
    "password_resets.asked_too_often", _("Too many links were requested from your address. Try again in an hour.")
)
OWN_RESET = Problem(
    "password_resets.own", _("You cannot do this for your own account."), _("Change the password, or ask a colleague.")
)
STARTED_IT = Problem(
    "password_resets.started_it",
    _("You started this reset; another person has to confirm it."),
)
NEEDS_NO_CODE = Problem("password_resets.needs_no_code", _("This reset needs no confirmation."))
IS_CLOSED = Problem("password_resets.is_closed", _("“%(account)s” is deactivated."), _("Activate the account first."))


class CannotReset(Refusal):
    """Raised when a reset cannot be started, confirmed or used."""


@transaction.atomic
def start_reset(account: User, *, by: User) -> tuple[PasswordReset, str]:
    """Start a reset, which ends an older one of the account; returns it and its link. The old password still works.

    Raises PermissionDenied or CannotReset.
    """
    account = User.objects.select_for_update(no_key=True).get(pk=account.pk)
    accounts.require_may_change(by, account)
    if account.pk == by.pk:
        raise CannotReset(OWN_RESET)
    if not account.is_active:
        raise CannotReset(IS_CLOSED.filled(account=account.get_username()))
    reset, link = _open_reset(account, by=by)
    audit.record_entry("user.reset_started", account, by=by, name=account.get_username())
    return reset, link


@transaction.atomic
def confirm_reset(reset: PasswordReset, *, by: User) -> str:
    """Confirm the reset of an account with duties, and return the code that the person needs in addition to the link.

    Confirming again makes a new code. Raises PermissionDenied or CannotReset.
    """
    permissions.require_duty_everywhere(by, Duty.GRANT)
    account, reset = _lock_reset(reset)
    if by.pk == account.pk:
        raise CannotReset(OWN_RESET)
    if by.pk == reset.started_by_id:
        raise CannotReset(STARTED_IT)
    if reset.ended_at or timezone.now() >= confirmable_until(reset):
        raise CannotReset(LINK_IS_OVER)
    if not needs_confirmation(reset):
        raise CannotReset(NEEDS_NO_CODE)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    reset.confirmed_by, reset.code_digest = by, _code_digest(reset, code)
    reset.expires_at, reset.wrong_codes = timezone.now() + GOOD_FOR, 0
    reset.save()
    audit.record_entry("user.reset_confirmed", account, by=by, name=account.get_username())
    return code


@transaction.atomic
def stop_reset(reset: PasswordReset, *, by: User) -> None:
    """Stop a reset that must not be used, by anybody who may start or confirm it; idempotent. Raises
    PermissionDenied.
    """
    if not may_see_resets(by):
        permissions.require_duty_everywhere(by, Duty.ACCOUNTS)
    account, reset = _lock_reset(reset)
    if reset.ended_at is None:
        _end_reset(reset)
        audit.record_entry("user.reset_stopped", account, by=by, name=account.get_username())


@transaction.atomic
def mail_reset(username: str) -> None:
    """Mail a link to the account of this name, if there is one whose person has entered an address.

    Does not reveal whether there is one: except for the mail itself, it does the same for every name. Raises
    CannotReset if the client's address has made too many requests.
    """
    if not mailing.mail_is_set_up():
        return
    if audit.recent_count("user.reset_asked", within=timedelta(hours=1)) >= ASKED_AN_HOUR:
        raise CannotReset(ASKED_TOO_OFTEN)
    found = login_locks.account_named(username)
    account = User.objects.select_for_update(no_key=True).get(pk=found.pk) if found else None
    asked = account or User()
    since = timezone.now() - timedelta(hours=1)
    entries = AuditEntry.objects.filter(object_type="user", object_id=str(asked.pk or "-"), at__gt=since)
    sent = entries.filter(action="user.reset_asked").count()
    audit.record_entry("user.reset_asked", asked, by=None, name=login_locks.cleaned_name(username))
    address = passwords.password_facts(account).recovery_email if account and account.is_active else ""
    if account and address and sent < MAILS_AN_HOUR:
        _reset, link = _open_reset(account, by=None)
        text = gettext(
            "Somebody, probably you, asked for a new password of the account %(account)s.\n\n%(link)s\n\n"
            "The link works once, for %(minutes)d minutes. If this was not you, do nothing; your password is kept."
        ) % {"account": account.get_username(), "link": link, "minutes": GOOD_FOR // timedelta(minutes=1)}
        mailing.send_after_commit(address, gettext("A new password"), text)


def use_reset(token: str, *, code: str, password: str) -> User:
    """Set the person's new password with a link, and the code if one is needed. The account's sessions end.

    Raises CannotReset, or ValidationError if the password cannot be one. A wrong code counts, although refused.
    """
    with transaction.atomic():
        account, reset = _lock_reset(open_reset(token))
        if reset.ended_at:
            raise CannotReset(LINK_IS_OVER)
        is_right = not needs_confirmation(reset) or constant_time_compare(reset.code_digest, _code_digest(reset, code))
        if is_right:
            validate_password(password, account)
            _end_reset(reset)
            by_duty = reset.started_by is None or reset.confirmed_by is not None
            passwords.write_password(account, password, is_confirmed=by_duty)
            login_locks.forget_failures(account.get_username())
            _record_use(account, reset)
            return account
        _count_wrong_code(account, reset)
    raise CannotReset(WRONG_CODE)


def open_reset(token: str) -> PasswordReset:
    """Return the reset of a link that can be used now. Raises CannotReset."""
    reset = PasswordReset.objects.filter(link_digest=_link_digest(token)).select_related("user").first()
    if reset is None or reset.ended_at or not reset.user.is_active:
        raise CannotReset(LINK_IS_OVER)
    now = timezone.now()
    if needs_confirmation(reset) and reset.confirmed_by_id is None and now < confirmable_until(reset):
        raise CannotReset(NOT_CONFIRMED)
    if now >= reset.expires_at:
        raise CannotReset(LINK_IS_OVER)
    return reset


def needs_confirmation(reset: PasswordReset) -> bool:
    """Return True if it takes two: an administrator started it, and the account holds a duty by now."""
    return reset.started_by_id is not None and permissions.holds_any_duty(reset.user)


def confirmable_until(reset: PasswordReset) -> datetime:
    """Return until when a reset may be confirmed."""
    return reset.started_at + WAITS_FOR


def may_see_resets(user: User) -> bool:
    """Return True if the user starts or confirms resets."""
    return permissions.has_duty_everywhere(user, Duty.ACCOUNTS, Duty.GRANT)


def pending_resets() -> QuerySet[PasswordReset]:
    """The resets of administrators that can still be confirmed or used, the newest first.

    `takes_two` is what `needs_confirmation` says, without a query for each.
    """
    now = timezone.now()
    live = Q(confirmed_by=None, started_at__gt=now - WAITS_FOR) | Q(expires_at__gt=now)
    holds = Q(user__is_superuser=True) | Q(Exists(Assignment.objects.filter(user=OuterRef("user"))))
    rows = PasswordReset.objects.filter(live, ended_at=None, started_by__isnull=False)
    rows = rows.annotate(takes_two=ExpressionWrapper(holds, output_field=BooleanField()))
    return rows.select_related("user__person", "started_by__person", "confirmed_by__person")


def resets_of(accounts_of: Iterable[int]) -> dict[int, list[AuditEntry]]:
    """The newest MOST_LISTED resets of these accounts' passwords, by account, from the audit; the newest first."""
    keys = [str(key) for key in set(accounts_of)]
    found: dict[int, list[AuditEntry]] = {}
    if keys:
        rows = AuditEntry.objects.filter(object_type="user", object_id__in=keys, action__in=RESET_ACTIONS)
        for entry in rows[:MOST_LISTED]:
            found.setdefault(int(entry.object_id), []).append(entry)
    return found


def sweep_resets() -> int:
    """Delete the rows of resets that are over; the audit keeps who did what. Returns how many."""
    return PasswordReset.objects.filter(started_at__lt=timezone.now() - 2 * WAITS_FOR).delete()[0]


def _open_reset(account: User, *, by: User | None) -> tuple[PasswordReset, str]:
    now = timezone.now()
    PasswordReset.objects.filter(user=account, ended_at=None).update(ended_at=now)
    token = "".join(secrets.choice(TOKEN_CHARACTERS) for _place in range(TOKEN_LENGTH))
    shown = "-".join(token[at : at + GROUP] for at in range(0, TOKEN_LENGTH, GROUP))
    reset = PasswordReset.objects.create(
        user=account, started_by=by, started_at=now, expires_at=now + GOOD_FOR, link_digest=_link_digest(token)
    )
    return reset, settings.SITE_URL + reverse("admin:password_reset", args=[shown])


def _lock_reset(reset: PasswordReset) -> tuple[User, PasswordReset]:
    """Lock the account, then the reset. Raises CannotReset if the reset is gone."""
    account = User.objects.select_for_update(no_key=True).get(pk=reset.user_id)
    locked = PasswordReset.objects.select_for_update(of=("self",), no_key=True).filter(pk=reset.pk).first()
    if locked is None:
        raise CannotReset(LINK_IS_OVER)
    locked.user = account
    return account, locked


def _record_use(account: User, reset: PasswordReset) -> None:
    names = [audit.account_name(user) for user in (reset.started_by, reset.confirmed_by) if user]
    audit.record_entry(
        "user.password_reset", account, by=account, name=account.get_username(), reset_by="、".join(names)
    )


def _count_wrong_code(account: User, reset: PasswordReset) -> None:
    reset.wrong_codes += 1
    if reset.wrong_codes >= MOST_WRONG_CODES:
        reset.ended_at = timezone.now()
    reset.save(update_fields=["wrong_codes", "ended_at"])
    audit.record_entry("user.reset_refused", account, by=None, name=account.get_username(), count=reset.wrong_codes)


def _end_reset(reset: PasswordReset) -> None:
    reset.ended_at = timezone.now()
    reset.save(update_fields=["ended_at"])


def _link_digest(token: str) -> str:
    """Hyphens and capitals do not matter: a link may be typed."""
    return sha256(token.replace("-", "").casefold().encode("utf-8", "surrogatepass")).hexdigest()


def _code_digest(reset: PasswordReset, code: str) -> str:
    """Keyed, since a code is short."""
    written = "".join(code.split())
    return salted_hmac(SALT, f"{reset.pk}:{written}", algorithm="sha256").hexdigest()
