"""Check-ups of the archive (历史稿件体检): today's rules read everything that readers see, in the background.

beginning  begin, stop and resume one; rules that came into use read what is already published
reading    reads the next texts: `manage.py work` and `manage.py check_up` call it
result     the counts of a check-up, and the digest that the audit has of them
settling   marks findings as settled or, with a reason, as ignored
unseen     findings of rules that came into use between the last signature of a text and its publication
"""

from .beginning import begin_check_up, begin_rereading, resume_check_up, stop_check_up
from .reading import continue_check_ups
from .result import check_up_result, counts_by_rule, counts_by_section_and_year, digest_of_result, result_as_json
from .settling import CannotSettleFinding, findings_to_settle, settle_check_finding
from .unseen import keep_unseen_finds

__all__ = [
    "CannotSettleFinding",
    "begin_check_up",
    "begin_rereading",
    "check_up_result",
    "continue_check_ups",
    "counts_by_rule",
    "counts_by_section_and_year",
    "digest_of_result",
    "findings_to_settle",
    "keep_unseen_finds",
    "result_as_json",
    "resume_check_up",
    "settle_check_finding",
    "stop_check_up",
]
