"""Check-ups of the archive (历史稿件体检): today's rules read everything that readers see, in the background.

beginning  begin, stop and go on with one; rules that came into use read what is published already
reading    reads the next texts: `manage.py work` and `manage.py check_up` call it
result     the counts of a check-up, and the digest that the audit has of them
settling   findings are settled or, with a reason, ignored
unseen     what rules find in a text that came into use between its last signature and its publication
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
