"""What readers of a list are told of a rule, by the name that is kept of it."""

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
    """Return what the rule of the program says of these words; the name itself for a rule that the newsroom wrote."""
    rule = _OF_THE_PROGRAM.get(name)
    return str(rule.reason) % {"words": words, "rule": name} if rule else name
