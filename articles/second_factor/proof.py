"""When the second factor was proven last, and the refusal of acts that need it to be a short time ago.

Views pass the proof with `acting_with_proof`, as `audit.acting_from` passes the address. Callers without it, such|
as commands and scripts, are refused: nobody can prove an identity at the command line.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..refusals import Problem, Refusal
from .demand import factors_of, has_demanding_duty

PROOF_LASTS = timedelta(minutes=15)

PROOF_NEEDED = Problem(
    "second_factor.proof_needed",
    _("For this, confirm with your second factor that it is you."),
    _("Nothing has been done yet."),
)
NOT_ENROLLED = Problem(
    "second_factor.not_enrolled",
    _("Your duties demand a second factor, and your account has none yet."),
    _("Set one up first; nothing has been done yet."),
)


@dataclass(frozen=True)
class Proof:
    """The account (its key) that proved its second factor, and when."""

    account: int
    at: datetime


class ProofNeeded(Refusal):
    """Raised when the second factor was not proven in this session within PROOF_LASTS."""


_proof: ContextVar[Proof | None] = ContextVar("proof", default=None)


@contextmanager
def acting_with_proof(proof: Proof | None) -> Iterator[None]:
    """Context manager: acts inside it know of this proof."""
    token = _proof.set(proof)
    try:
        yield
    finally:
        _proof.reset(token)


def require_recent_proof(user: User) -> None:
    """Raise ProofNeeded if the account has a second factor or must have one, and has not proven it recently.

    A proof is worth nothing for factors added after it: a session from before a loss does not outlive the reset.
    """
    now, proof = timezone.now(), _proof.get()
    is_recent = proof is not None and proof.account == user.pk and timedelta(0) <= now - proof.at < PROOF_LASTS
    if is_recent and proof and factors_of(user).filter(added_at__lte=proof.at).exists():
        return
    if factors_of(user).exists():
        raise ProofNeeded(PROOF_NEEDED)
    if has_demanding_duty(user):
        raise ProofNeeded(NOT_ENROLLED)
