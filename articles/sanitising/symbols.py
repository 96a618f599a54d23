"""Characters of symbol fonts: in Wingdings the letter "o" is a box. Without the font only its letter would be left."""

LOST_SYMBOL = "〓"  # what typesetters put for a character that they do not have

_WINGDINGS = {
    **dict(zip("(*)+,-./", "☎✉☏✉✉✉✉✉", strict=True)),
    **dict(zip("JKLMN", "☺☹☹✹☠", strict=True)),
    **dict(zip("ABCDEFGH", "✌✋👍👎☜☞☝☟", strict=True)),
    **dict(zip("ijklmnopqrstuvwx", "✆✍●●❍■□□❑❒⬧⧫◆❖⬥☒", strict=True)),
    **dict(zip("\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a", "⓪①②③④⑤⑥⑦⑧⑨⑩", strict=True)),
    **dict(zip("\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95", "⓿❶❷❸❹❺❻❼❽❾❿", strict=True)),
    **dict(zip("\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8", "·•▪○○○◉◎○▪□", strict=True)),
    **dict(zip("\xaa\xab\xac\xad\xae\xaf", "✦★✶✴✹✵", strict=True)),
    **dict(zip("\xd8\xdc\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6", "➢➲←→↑↓↖↗↙↘", strict=True)),
    **dict(zip("\xe7\xe8\xef\xf0\xf1\xf2", "◀➔⇦⇨⇧⇩", strict=True)),
    **dict(zip("\xfb\xfc\xfd\xfe", "✗✓☒☑", strict=True)),
}
_WINGDINGS_2 = {
    **dict(zip("OPQRSTUVWX", "✗✓☒☑☒☒⊗⊗⊗⊗", strict=True)),
    **dict(zip("jklmnopqrs", "①②③④⑤⑥⑦⑧⑨⑩", strict=True)),
    **dict(zip("\x95\x96\x97\x98\x99\x9a\x9b", "·•●●○◎◉", strict=True)),
    **dict(zip("\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5", "▪■■□□□▣▣", strict=True)),
}
_WEBDINGS = {**dict(zip("acegnr", "✓✓■■●✗", strict=True)), "3": "◀", "4": "▶", "5": "▲", "6": "▼", "h": "ⓘ"}
_SYMBOL = {
    **dict(zip("abcdefghijklmnopqrstuvwxyz", "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)),
    **dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)),
    **dict(zip("\xa3\xa5\xb0\xb1\xb3\xb4\xb5\xb7\xb9\xba\xbb", "≤∞°±≥×∝•≠≡≈", strict=True)),
    **dict(zip("\xab\xac\xad\xae\xaf\xd6\xe5\xf2\xce\xb8\xd7", "↔←↑→↓√∑∫∈÷⋅", strict=True)),
}
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "wingdings 3": {}, "webdings": _WEBDINGS}
_FONTS["symbol"] = _SYMBOL
_PRIVATE = 0xF000  # Word writes the characters of these fonts here too: U+F06F is "o"


def is_symbol_font(family: str) -> bool:
    """Return True for a font whose letters are pictures; `family` in lower case."""
    return family in _FONTS


def read_symbols(text: str, family: str) -> tuple[str, int]:
    """Return text of a symbol font in ordinary characters, and how many of them are lost.

    Characters that the font does not have (Chinese, spaces) stay as they are; Symbol has the usual digits and marks.
    """
    known = _FONTS[family]
    lost, read = 0, []
    for character in text:
        private = _PRIVATE < ord(character) <= _PRIVATE + 0xFF
        plain = chr(ord(character) - _PRIVATE) if private else character
        is_its_own = "!" <= plain <= "\xff" and (private or plain not in "\x7f\xa0\xad")
        if not is_its_own or (family == "symbol" and plain not in known and plain < "\x7f"):
            read.append(plain)
        else:
            lost += plain not in known
            read.append(known.get(plain, LOST_SYMBOL))
    return "".join(read), lost
