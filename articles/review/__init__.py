"""Review: three readings, three people, one text (三审三校; law 1).

    rules      who may decide now, and if not, why: sentences
    acts       submit, sign off, send back, hold, reject, hand on; what an edit does to sign-offs
    queue      exactly what somebody may decide now

An article carries the chain of sign-offs that count (`Article.signed`, newest first through `SignOff.previous`) and the
reading it waits for (`Article.stage`: 0 with its writers, 1 … n, n + 1 when read by all). Both move together, under the
row's lock, in these acts alone.
"""

from .acts import (
    REVIEW_FIELDS,
    CannotDecide,
    CannotSubmit,
    WouldVoid,
    finish,
    hand_on,
    hold,
    open_problems,
    reject,
    send_back,
    sign_off,
    submit,
    take_edit,
    void_warning,
)
from .queue import corrected_since, overdue, waiting_for
from .rules import has_written, may_correct, refusal, stage_name

__all__ = [
    "REVIEW_FIELDS",
    "CannotDecide",
    "CannotSubmit",
    "WouldVoid",
    "corrected_since",
    "finish",
    "hand_on",
    "has_written",
    "hold",
    "may_correct",
    "open_problems",
    "overdue",
    "refusal",
    "reject",
    "send_back",
    "sign_off",
    "stage_name",
    "submit",
    "take_edit",
    "void_warning",
    "waiting_for",
]
