"""Second factors (第二因素): codes of an app and passkeys, in addition to the password.

At the log-in they are required of users who have one or hold a duty that demands one; again, at most once in
fifteen minutes, at the final signature and for changes that readers see without new readings. The acts check this, not
their doors: `require_recent_proof`. Nobody adds a factor for another; two colleagues together remove a lost one.
"""

from .checking import CodeRefused, check_code, check_passkey, codes_left
from .demand import factors_of, has_demanding_duty, must_prove
from .enrolling import (
    CannotEnrol,
    add_app,
    add_passkey,
    app_address,
    new_app_secret,
    remove_factor,
    renew_recovery_codes,
)
from .passkeys import passkey_host, passkey_request, registration_request
from .proof import PROOF_LASTS, Proof, ProofNeeded, acting_with_proof, require_recent_proof
from .resetting import (
    CannotReset,
    confirm_factor_reset,
    last_reset_of,
    may_reset_factors,
    open_factor_reset,
    open_resets,
    resets_before_readings,
)

__all__ = [
    "PROOF_LASTS",
    "CannotEnrol",
    "CannotReset",
    "CodeRefused",
    "Proof",
    "ProofNeeded",
    "acting_with_proof",
    "add_app",
    "add_passkey",
    "app_address",
    "check_code",
    "check_passkey",
    "codes_left",
    "confirm_factor_reset",
    "factors_of",
    "has_demanding_duty",
    "last_reset_of",
    "may_reset_factors",
    "must_prove",
    "new_app_secret",
    "open_factor_reset",
    "open_resets",
    "passkey_host",
    "passkey_request",
    "registration_request",
    "remove_factor",
    "renew_recovery_codes",
    "require_recent_proof",
    "resets_before_readings",
]
