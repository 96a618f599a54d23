"""Old addresses: pages that moved redirect in one step (301), pages that were removed answer 410.

spelling   which spellings of an address are the same, and which can never be an old address
saving     adds, changes, removes and finds one
table      reads a table (CSV) of many
importing  saves all rows of a table, or none
"""

from .importing import import_old_paths
from .saving import find_old_path, record_move, remove_old_path, save_old_path
from .spelling import UnusableOldPath, is_own_path, parse_old_path, parse_target

__all__ = [
    "UnusableOldPath",
    "find_old_path",
    "import_old_paths",
    "is_own_path",
    "parse_old_path",
    "parse_target",
    "record_move",
    "remove_old_path",
    "save_old_path",
]
