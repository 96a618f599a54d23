"""What a rule of the newsroom looks for, as RE2 expressions over a normalised text.

RE2 takes time in proportion to the text, whatever the expression is.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import re2

from ..models.check_rule import CheckRule
from .plain_text import plain_text_of_line

_PLACES = {
    "数": r"[0-9〇零一二两三四五六七八九十百千万亿]+(?:\.[0-9]+)?",
    "字": r"\p{Han}",
    "…": r"[^。!?;]{0,10}?",
    "...": r"[^。!?;]{0,10}?",
}
_PLACE = re.compile(r"(\{[^{}\n]*\})")
_HAN = re.compile("[\u4e00-\u9fff]")
# Where this simple reading of an expression could be wrong.
_NOT_READ = re.compile(r"\\[QE]|\[\^?\]|\[\[|\(\?[^:P]|\\$")


class UnknownPlace(ValueError):
    """Raised with a place in braces that templates do not have."""


def words_of(text: str) -> list[str]:
    """Return the words of a rule, one from each line, normalised like the text in which they are looked for."""
    lines = (plain_text_of_line(line).text.strip() for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def compile_pattern(rule: CheckRule) -> Any:
    """Return the compiled expression of a template or an expression. Raises UnknownPlace or re2.error."""
    return re2.compile(expression_of(rule), _options())


def any_of(expressions: Sequence[Any]) -> Any:
    """Return one expression that matches where any of these does; None if there cannot be one."""
    patterns = [each.pattern for each in expressions]
    if not patterns or any("\\Q" in pattern for pattern in patterns):  # its quotation may extend into the next one
        return None
    try:
        return re2.compile("|".join(f"(?:{pattern})" for pattern in patterns), _options())
    except re2.error:  # too large, or groups of the same name
        return None


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_nl = True  # no match extends into the next paragraph
    return options


def expression_of(rule: CheckRule) -> str:
    """Return the pattern of a template or an expression in RE2's syntax. Raises UnknownPlace."""
    if rule.kind == CheckRule.Kind.TEMPLATE:
        return "".join(_expressions_of_template(" ".join(rule.pattern.split())))
    return "".join(map(_literal, rule.pattern.strip()))


def required_word(expression: str) -> str:
    """Return the longest run of Chinese characters that each match of the expression contains; '' if not known."""
    if _NOT_READ.search(expression):
        return ""
    runs, run, depth, at = [], "", 0, 0
    while at < len(expression):
        character = expression[at]
        if character == "|" and not depth:
            return ""
        if character in "?*{":
            run = run[:-1]
        if _HAN.match(character) and not depth:
            run += character
        else:
            runs.append(run)
            run = ""
        depth += {"(": 1, ")": -1}.get(character, 0)
        at = _end_of_class(expression, at) if character == "[" else at + 1 + (character == "\\")
    return max([*runs, run], key=len)


def _end_of_class(expression: str, at: int) -> int:
    """Return the place after the bracket that closes the class opened at `at`."""
    at += 1
    while at < len(expression) and expression[at] != "]":
        at += 1 + (expression[at] == "\\")
    return at + 1


def _expressions_of_template(pattern: str) -> Iterator[str]:
    for piece in _PLACE.split(pattern):
        if piece.startswith("{") and piece.endswith("}"):
            if piece[1:-1] not in _PLACES:
                raise UnknownPlace(piece)
            yield _PLACES[piece[1:-1]]
        else:
            yield re2.escape(plain_text_of_line(piece).text)


def _literal(character: str) -> str:
    """Return the character as normalised texts contain it; a full-width bracket is not a bracket of the expression."""
    normal = plain_text_of_line(character).text
    return character if normal == character else re2.escape(normal)
