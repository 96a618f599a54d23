"""Characters of symbol fonts (Wingdings, Symbol), which Word keeps in Unicode's private area."""

import re

_PRIVATE = re.compile("[\uf020-\uf0ff]")
# The Wingdings that Chinese documents use: boxes, ticks, crosses, dots, arrows, telephone and letter.
_WINGDINGS = dict(
    zip(
        "\x28\x2a\x46\x4a\x6c\x6e\x6f\x71\x72\x74\x75\x76\x77\x9f\xa1\xa3\xa7\xa8\xab\xd8\xe0\xe8\xf0\xfb\xfc\xfd\xfe",
        "☎✉☞☺●■□❑❒⧫◆❖⬥•○□▪□★➢→➔⇨✗✓☒☑",
        strict=True,
    )
)
_SYMBOL = dict(
    zip(
        "\xa3\xb3\xb1\xb4\xb0\xb7\xae\xac\xad\xaf\xb9\xa5\x61\x62\x67\x64\x70\x6d\x44\x53\x57\x2d",
        "≤≥±×°•→←↑↓≠∞αβγδπμΔΣΩ−",
        strict=True,
    )
)


def plain_symbols(text: str, font: str) -> tuple[str, int]:
    """Return the text with symbols as ordinary characters, and how many have no counterpart and were left out.

    `font` is the name of the symbol font, or '' if it is unknown: then Wingdings is assumed.
    """
    table = _SYMBOL if font.strip().lower() == "symbol" else _WINGDINGS
    lost = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal lost
        found = table.get(chr(ord(match[0]) - 0xF000), "")
        lost += not found
        return found

    if font and len(text) == 1 and ord(text) < 0x100 and font.lower().startswith(("wingdings", "symbol")):
        text = chr(ord(text) + 0xF000)
    return _PRIVATE.sub(replaced, text), lost
