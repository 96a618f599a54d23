"""Characters of symbol fonts (Wingdings, Symbol), which Word also keeps in Unicode's private area."""

import re

from ...sanitising import LOST_SYMBOL, is_symbol_font, read_symbols

_PRIVATE = re.compile("[\uf020-\uf0ff]+")
_PRIVATE_OR_ASCII = re.compile("[\x00-\x7f\uf020-\uf0ff]+")
_ANY = re.compile(".+", re.DOTALL)


def plain_symbols(text: str, font: str, *, is_run: bool = False) -> tuple[str, int]:
    """Return the text with symbols as ordinary characters, and how many have no counterpart and were left out.

    `font` is that of the text, or ''. Private characters of a font that is not known are taken for Wingdings. In the
    text of a run (`is_run`) it is the font of ASCII and private characters only: others have fonts of their own.
    """
    family = font.strip().lower()
    lost = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal lost
        plain, missing = read_symbols(match[0], family if is_symbol_font(family) else "wingdings")
        lost += missing
        return plain.replace(LOST_SYMBOL, "")

    of_font = _PRIVATE_OR_ASCII if is_run else _ANY
    pattern = of_font if is_symbol_font(family) else _PRIVATE
    return pattern.sub(replaced, text), lost
