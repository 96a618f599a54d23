"""Concurrent saving (合稿): merges what two people wrote at the same time where they did not change the same.

edits      merges two edits of one sequence
contents   merges two contents of one article: its body by paragraphs, its fields one by one
saving     saves the article so, or says what both changed
"""

from .contents import ContestedPassage
from .saving import ChangedByBoth, JointSave, contested_passages, save_beside_others

__all__ = ["ChangedByBoth", "ContestedPassage", "JointSave", "contested_passages", "save_beside_others"]
