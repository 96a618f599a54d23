"""Sentences about rules for lists, by the stored name of a rule."""

from . import (
    credits,
    dates,
    figures,
    files,
    links,
    personal_data,
    punctuation,
    roster,
    similar,
    structure,
    typed_characters,
)
from .rules import Rule

_MODULES = (
    *(credits, dates, figures, files, links, personal_data),
    *(punctuation, roster, similar, structure, typed_characters),
)
_OF_THE_PROGRAM = {rule.name: rule for module in _MODULES for rule in vars(module).values() if isinstance(rule, Rule)}


def rule_sentence(name: str, words: str = "…") -> str:
    """Return the sentence of a built-in rule about these words; the name itself for a rule that the newsroom wrote."""
    rule = _OF_THE_PROGRAM.get(name)
    return str(rule.reason) % {"words": words, "rule": name} if rule else name
