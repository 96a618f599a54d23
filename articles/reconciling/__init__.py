"""Saving beside others (合稿): what two people wrote at the same time is put together where it does not touch.

edits      merges two edits of one sequence
contents   merges two contents of one article: its body by paragraphs, its fields one by one
saving     saves the article so, or says what both changed
"""

from .contents import ContestedPassage
from .saving import ChangedByBoth, JointSave, contested_passages, save_beside_others

__all__ = ["ChangedByBoth", "ContestedPassage", "JointSave", "contested_passages", "save_beside_others"]
