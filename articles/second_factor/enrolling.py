"""Users add and remove their own second factors and recovery codes; no act does this for somebody else."""

import secrets
from typing import Any

import pyotp
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import audit, encryption, sanitising
from ..models import Factor, RecoveryCode, SiteSettings
from ..refusals import Problem, Refusal
from .checking import WRONG_CODE, cleaned_code, matching_step, recovery_digest
from .demand import factors_of, has_demanding_duty
from .passkeys import verified_registration
from .proof import require_recent_proof

RECOVERY_CODES = 10
MOST_FACTORS = 10
# Thirty-two letters and digits, without those that look alike; sixteen of them are eighty random bits.
ALPHABET, CODE_LENGTH = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 16

APP_THERE_ALREADY = Problem(
    "second_factor.app_there_already", _("Your account has an app already. Remove it first, to set up another one.")
)
PASSKEY_NOT_MADE = Problem(
    "second_factor.passkey_not_made", _("The passkey was not created, or it took too long."), _("Try again.")
)
PASSKEY_THERE_ALREADY = Problem("second_factor.passkey_there_already", _("This passkey has already been added."))
TOO_MANY_FACTORS = Problem(
    "second_factor.too_many", _("Your account has ten second factors. Remove one of them first.")
)
LAST_FACTOR = Problem(
    "second_factor.last_one",
    _("Your duties demand a second factor, and this is your only one."),
    _("Set up another one first."),
)
NO_FACTOR = Problem("second_factor.none", _("Recovery codes replace a second factor; set one up first."))


class CannotEnrol(Refusal):
    """Raised when a second factor cannot be added or removed."""


def new_app_secret() -> str:
    """Return a new secret for an app, in base32."""
    return pyotp.random_base32()


def app_address(user: User, secret: str) -> str:
    """Return the otpauth address of the secret, which apps read from a QR code."""
    issuer = SiteSettings.current().name
    return pyotp.TOTP(secret).provisioning_uri(name=user.get_username(), issuer_name=issuer)


@transaction.atomic
def add_app(secret: str, code: str, *, by: User) -> list[str]:
    """Add the app that has this secret and shows this code now; returns new recovery codes, if there were none.

    Raises ProofNeeded if there is another factor that was not proven recently, or CannotEnrol.
    """
    by = _lock_own_account(by)
    if factors_of(by).filter(kind=Factor.Kind.TOTP).exists():
        raise CannotEnrol(APP_THERE_ALREADY)
    step = matching_step(secret, cleaned_code(code), at=timezone.now())
    if step is None:
        raise CannotEnrol(WRONG_CODE)
    kind = Factor.Kind.TOTP
    return _add_factor(by, kind=kind, name="", secret=encryption.encrypt_text(secret), last_step=step)


@transaction.atomic
def add_passkey(answer: str, challenge: bytes | None, *, by: User, name: str) -> list[str]:
    """Add the passkey that the browser made (JSON) for `registration_request`; returns and raises like `add_app`."""
    by = _lock_own_account(by)
    made = verified_registration(answer, challenge) if challenge else None
    if made is None:
        raise CannotEnrol(PASSKEY_NOT_MADE)
    if Factor.objects.filter(credential=made["credential"]).exists():
        raise CannotEnrol(PASSKEY_THERE_ALREADY)
    return _add_factor(by, kind=Factor.Kind.PASSKEY, name=sanitising.plain_text(name)[:40], **made)


@transaction.atomic
def remove_factor(key: int, *, by: User) -> None:
    """Remove one of the user's own factors; removing the last one also removes the recovery codes; idempotent.

    Raises ProofNeeded, or CannotEnrol for the last one, if it is demanded.
    """
    by = _lock_own_account(by)
    factor = factors_of(by).filter(pk=key).first()
    if factor is None:
        return
    is_last = not factors_of(by).exclude(pk=key).exists()
    if is_last and has_demanding_duty(by):
        raise CannotEnrol(LAST_FACTOR)
    factor.delete()
    if is_last:
        RecoveryCode.objects.filter(user=by).delete()
    audit.record_entry("user.factor_removed", by, by=by, name=factor.name, how=factor.kind)


@transaction.atomic
def renew_recovery_codes(*, by: User) -> list[str]:
    """Return new recovery codes, the only time that they can be read; the former ones are void.

    Raises ProofNeeded, or CannotEnrol without a factor.
    """
    by = _lock_own_account(by)
    if not factors_of(by).exists():
        raise CannotEnrol(NO_FACTOR)
    audit.record_entry("user.recovery_codes_made", by, by=by, name=by.get_username())
    return _write_recovery_codes(by)


def _lock_own_account(by: User) -> User:
    """Lock and return the account. Raises ProofNeeded if it has a factor that was not proven recently."""
    account = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if factors_of(account).exists():
        require_recent_proof(account)
    return account


def _add_factor(by: User, *, kind: str, name: str, **facts: Any) -> list[str]:
    is_first = not factors_of(by).exists()
    if factors_of(by).count() >= MOST_FACTORS:
        raise CannotEnrol(TOO_MANY_FACTORS)
    factor = Factor(user=by, kind=kind, added_at=timezone.now(), **facts)
    factor.name = name or str(factor.get_kind_display())
    factor.save()
    audit.record_entry("user.factor_added", by, by=by, name=factor.name, how=kind)
    return _write_recovery_codes(by) if is_first else []


def _write_recovery_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(ALPHABET) for _letter in range(CODE_LENGTH)) for _code in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=recovery_digest(user, code)) for code in codes)
    return ["-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4)) for code in codes]
