"""The rules that newsrooms write for the machine's reading: writing them, and putting them into and out of use."""

from ..csv_tables import UnusableTable
from .importing import export_check_rules, import_check_rules, take_over_shipped_rules
from .patterns import UnusablePattern, refuse_unusable_pattern
from .proposing import LONGEST_WORD, CannotPropose, allow_words, propose_check_rule, proposed_rules
from .saving import CannotMove, move_check_rule, save_check_rule, states_after
from .trying import continue_trials, pieces_of_text

__all__ = [
    "LONGEST_WORD",
    "CannotMove",
    "CannotPropose",
    "UnusablePattern",
    "UnusableTable",
    "allow_words",
    "continue_trials",
    "export_check_rules",
    "import_check_rules",
    "move_check_rule",
    "pieces_of_text",
    "propose_check_rule",
    "proposed_rules",
    "refuse_unusable_pattern",
    "save_check_rule",
    "states_after",
    "take_over_shipped_rules",
]
