"""Checking what somebody answers with: the code of an app, a recovery code, or a passkey. Each is good once.

Wrong codes are recorded, so these functions commit them before they raise; too many in a row make the account wait.
"""

import hashlib
import hmac
import unicodedata
from datetime import datetime, timedelta

import pyotp
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import audit, encryption
from ..models import AuditEntry, Factor, RecoveryCode
from ..refusals import Problem, Refusal
from .demand import factors_of
from .passkeys import passkey_host, read_passkey_answer, verified_sign_count

STEP = 30  # seconds that an app shows a code
STEPS_APART = 3  # the phone's clock may be wrong by ninety seconds
# After so many wrong codes in a row the account waits: one minute, then twice as long each time, an hour at most.
WRONG_IN_A_ROW, LONGEST_WAIT = 5, timedelta(hours=1)
LOOKED_AT = 20  # entries of the audit, more than it takes to wait for LONGEST_WAIT
PROVEN, REFUSED = "session.factor_proven", "session.factor_refused"

WRONG_CODE = Problem(
    "second_factor.wrong_code",
    _("This code is wrong, or it was used before."),
    _("Wait until the app shows the next one. If none works, the clock of the phone is wrong: turn on automatic time."),
)
TOO_MANY_CODES = Problem(
    "second_factor.too_many_codes",
    _("Too many wrong codes: wait %(minutes)d minutes, then try again; nothing was checked."),
    _("A passkey works at once."),
)
PASSKEY_REFUSED = Problem(
    "second_factor.passkey_refused",
    _("This passkey was not accepted: it is not one of your account, or it took too long."),
    _("Try again, or use a code."),
)


class CodeRefused(Refusal):
    """Raised when the second factor was not proven; the failure is recorded."""


def check_code(user: User, code: str) -> None:
    """Use up a code of the user's app, or one of their recovery codes. Raises CodeRefused.

    Blanks, hyphens, capitals and full-width digits do not matter.
    """
    with transaction.atomic():
        problem = _try_code(user, code)
    if problem:
        raise CodeRefused(problem)


def check_passkey(user: User, answer: str, challenge: bytes | None) -> None:
    """Check what the browser answered (JSON) to `passkey_request` with this challenge. Raises CodeRefused.

    The caller forgets the challenge before, so that no answer works twice.
    """
    with transaction.atomic():
        is_proven = _use_passkey(user, answer, challenge)
        _record_check(user, Factor.Kind.PASSKEY if is_proven else "")
    if not is_proven:
        raise CodeRefused(PASSKEY_REFUSED)


def codes_left(user: User) -> int:
    """Return how many recovery codes the user has left."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def matching_step(secret: str, code: str, *, at: datetime, after: int = 0) -> int | None:
    """Return the number of the half minute, later than `after`, whose code this is; None for a wrong or a used one.

    Takes as long for every code.
    """
    app = pyotp.TOTP(secret)
    now = app.timecode(at)
    found = None
    for step in range(now - STEPS_APART, now + STEPS_APART + 1):
        if hmac.compare_digest(app.generate_otp(step), code) and step > after and found is None:
            found = step
    return found


def cleaned_code(code: str) -> str:
    """Return the letters and digits of what was typed, in ASCII capitals; '' if there are others."""
    text = "".join(unicodedata.normalize("NFKC", code).replace("-", "").split()).upper()
    return text if text.isascii() and text.isalnum() and len(text) <= 32 else ""


def recovery_digest(user: User, code: str) -> str:
    """Return the hash of a recovery code. Its eighty random bits need no slow one."""
    return hashlib.sha256(f"{user.pk}:{code}".encode()).hexdigest()


def _try_code(user: User, code: str) -> Problem | None:
    """Return why the code was refused, or None. The account's row is locked, so codes are tried one after another."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    wait = _wait_of(user)
    if wait > timedelta(0):
        return TOO_MANY_CODES.filled(minutes=-(-wait // timedelta(minutes=1)))
    text, now = cleaned_code(code), timezone.now()
    if _use_app_code(user, text, now):
        _record_check(user, Factor.Kind.TOTP)
    elif RecoveryCode.objects.filter(digest=recovery_digest(user, text), used_at=None).update(used_at=now):
        _record_check(user, "recovery")
    else:
        _record_check(user, "")
        return WRONG_CODE
    return None


def _use_app_code(user: User, code: str, now: datetime) -> bool:
    """Return True if this call used the code up; the condition of the update lets only one of several calls succeed."""
    app = factors_of(user).filter(kind=Factor.Kind.TOTP).first()
    if app is None:
        return False
    step = matching_step(encryption.decrypt_text(app.secret), code, at=now, after=app.last_step)
    if step is None:
        return False
    return bool(Factor.objects.filter(pk=app.pk, last_step__lt=step).update(last_step=step, used_at=now))


def _use_passkey(user: User, answer: str, challenge: bytes | None) -> bool:
    credential, facts = read_passkey_answer(answer)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    known = factors_of(user).filter(kind=Factor.Kind.PASSKEY, credential=credential, host=passkey_host())
    passkey = known.first()
    if passkey is None or challenge is None:
        return False
    count = verified_sign_count(passkey, facts, challenge)
    if count is None:
        return False
    unchanged = Factor.objects.filter(pk=passkey.pk, sign_count=passkey.sign_count)
    return bool(unchanged.update(sign_count=count, used_at=timezone.now()))


def _record_check(user: User, how: str) -> None:
    """Record a proof (`how` names the factor) or, with '', a failure, whose actor is not known."""
    if how:
        audit.record_entry(PROVEN, user, by=user, name=user.get_username(), how=str(how))
    else:
        audit.record_entry(REFUSED, user, by=None, name=user.get_username())


def _wait_of(user: User) -> timedelta:
    """Return how long the account still has to wait because of wrong codes."""
    tried = AuditEntry.objects.filter(object_type="user", object_id=str(user.pk), action__in=[PROVEN, REFUSED])
    wrong = []
    for action, at in tried.order_by("-pk").values_list("action", "at")[:LOOKED_AT]:
        if action == PROVEN:
            break
        wrong.append(at)
    if len(wrong) < WRONG_IN_A_ROW:
        return timedelta(0)
    wait = min(timedelta(minutes=2 ** (len(wrong) - WRONG_IN_A_ROW)), LONGEST_WAIT)
    return wrong[0] + wait - timezone.now()
