"""Word's EQ fields, which draw a character in a circle, a fraction, a reading: the text that shows the same.

Word writes only their codes, `eq \\o\\ac(○,1)`; a program that does not draw them shows nothing.
"""

import re

_CODE = re.compile(r"\s*eq\b(.*)", re.I | re.S)
_LONGEST = 200  # characters of a code that text can show
_SWITCHES = re.compile(r"\\\*\s*(?:\"[^\"]*\"|\S+)\s*")  # \* jc2 \* hps10: how it is drawn
_PAIR = r"\(\s*([^(),，\\]{1,20}?)\s*[,，]\s*([^(),，\\]{1,20}?)\s*\)"
# Of operators the source is clearer: (a+b)/c is not a+b/c.
_FRACTION = re.compile(r"\\f\s*\(\s*([\w.%]{1,20})\s*[,，]\s*([\w.%]{1,20})\s*\)", re.I)
_CIRCLED = re.compile(rf"\\o\s*(?:\\a[clrd]\s*)*{_PAIR}", re.I)
_READING = re.compile(
    r"\\o\s*(?:\\a[clrd]\s*)*\(\s*\\s\s*\\up\s*\d+\s*\(([^()\\]{1,40})\)\s*[,，]\s*([^(),，\\]{1,20})\s*\)", re.I
)
_RINGS = "○〇◯"
_CIRCLES = dict(
    zip(
        map(str, range(51)),
        "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿",
        strict=True,
    )
)
_CIRCLES |= dict(
    zip("一二三四五六七八九十秘特正男女注上中下左右印", "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉㊙㊕㊣㊚㊛㊟㊤㊥㊦㊧㊨㊞", strict=True)
)
_CIRCLES |= {letter: chr(0x24B6 + place) for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_CIRCLES |= {letter: chr(0x24D0 + place) for place, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}


def equation_text(code: str) -> str | None:
    """Return the text of an EQ field: ①, 1/2, 霁（jì）; '' for one that text cannot show, None for another field.

    A fraction begins with a blank: of a digit before it "3 1/2" would otherwise make 31/2.
    """
    found = _CODE.fullmatch(code)
    if not found:
        return None
    written = " ".join(found[1].split())  # runs of blanks would be tried in every way
    if len(written) > _LONGEST:
        return ""
    drawn = _SWITCHES.sub("", written).strip()
    if pair := _FRACTION.fullmatch(drawn):
        return f" {pair[1]}/{pair[2]}"
    if reading := _READING.fullmatch(drawn):
        return f"{reading[2].strip()}（{reading[1].strip()}）"
    if circled := _CIRCLED.fullmatch(drawn):
        inside = circled[2] if circled[1] in _RINGS else circled[1]
        if circled[1] in _RINGS or circled[2] in _RINGS:
            return _CIRCLES.get(inside, f"（{inside}）")
    return ""
