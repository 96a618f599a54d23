"""Review: by default three readings of one text by three people (三审三校; law 1).

    rules      who may decide now, and if not, why
    workflow   submit, sign off, send back, hold, reject, hand on
    next_turn  who may do the pending reading
    taking_back     a submission without signatures
    stages     what each decision writes: its row, and the reading that comes next
    edits      what an edit does to sign-offs
    measure    how much a correction changed
    setting_aside   a reader answers for what a rule found
    noticed    warnings with which a reader may still sign
    read_in_change_sets    signing texts read in a change set
    notes      the note to readers, written while the text is read
    queue      what a user may decide now
    leavers    readings that were handed to somebody who leaves
    seen       the revision that a text is compared with before a decision

`Article.signed` is the newest sign-off that counts; `SignOff.previous` leads to the earlier ones. `Article.stage` is
the pending reading: 0 with the writers, 1 … n, n + 1 when all readings are complete. Only this package changes the
two, always together and with the article's row locked.
"""

from .edits import WouldVoid, apply_edit_to_review, void_warning
from .leavers import hand_on_turns
from .measure import measure_correction
from .next_turn import accounts_with_reading_duty, sentence_of_turn
from .notes import may_write_note
from .noticed import unsettled_problems
from .queue import (
    corrected_since,
    last_decisions,
    neighbours_in_queue,
    overdue_readings,
    passes_that_count,
    readings_among_duties,
    readings_waiting_for,
    rejected_while_public,
    rejection_of_public_text,
    urgent_texts_unread,
)
from .read_in_change_sets import sign_off_read_in_set
from .rules import (
    CannotDecide,
    correction_problem,
    correction_rule,
    decision_refusal,
    described_correction,
    has_written,
    may_correct,
    open_problems,
    stage_name,
)
from .seen import text_seen_before
from .setting_aside import (
    CannotSetAside,
    allow_unlisted_source,
    may_allow_source,
    may_ignore,
    may_set_aside,
    set_hit_aside,
)
from .stages import REVIEW_FIELDS, finish_review
from .taking_back import CannotTakeBack, may_take_back, take_back_submission
from .workflow import (
    CannotSubmit,
    hand_on_reading,
    put_on_hold,
    reject_article,
    send_back,
    sign_off_reading,
    submit_article,
)

__all__ = [
    "REVIEW_FIELDS",
    "CannotDecide",
    "CannotSetAside",
    "CannotSubmit",
    "CannotTakeBack",
    "WouldVoid",
    "accounts_with_reading_duty",
    "allow_unlisted_source",
    "apply_edit_to_review",
    "corrected_since",
    "correction_problem",
    "correction_rule",
    "decision_refusal",
    "described_correction",
    "finish_review",
    "hand_on_reading",
    "hand_on_turns",
    "has_written",
    "last_decisions",
    "may_allow_source",
    "may_correct",
    "may_ignore",
    "may_set_aside",
    "may_take_back",
    "may_write_note",
    "measure_correction",
    "neighbours_in_queue",
    "open_problems",
    "overdue_readings",
    "passes_that_count",
    "put_on_hold",
    "readings_among_duties",
    "readings_waiting_for",
    "reject_article",
    "rejected_while_public",
    "rejection_of_public_text",
    "send_back",
    "sentence_of_turn",
    "set_hit_aside",
    "sign_off_read_in_set",
    "sign_off_reading",
    "stage_name",
    "submit_article",
    "take_back_submission",
    "text_seen_before",
    "unsettled_problems",
    "urgent_texts_unread",
    "void_warning",
]
