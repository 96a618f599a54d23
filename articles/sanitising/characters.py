"""Characters that look like ordinary Chinese characters but are others, and characters that only one font knows.

Text copied from PDF files often contains radicals (⽔, U+2F54) instead of the characters that they look like (水). No
reader sees the difference, but no search finds them. Text from old typesetting systems contains private-use characters,
which other devices show as boxes.
"""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import ngettext

# The CJK radicals supplement: each with its single ordinary equivalent, where Unicode's compatibility mapping (NFKC)
# has none; from EquivalentUnifiedIdeograph.txt, Unicode 17.
_RADICALS = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕𫜹⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊"
    "⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾"
    "⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀"
)
# The Kangxi radicals and the compatibility ideographs, whose equivalents Unicode gives.
_COMPATIBLE = (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))
ORDINARY_CHARACTERS = dict(zip(_RADICALS[::2], _RADICALS[1::2], strict=True)) | {
    chr(code): ordinary
    for code in _COMPATIBLE
    if len(ordinary := unicodedata.normalize("NFKC", chr(code))) == 1 and ordinary != chr(code)
}
_LOOKALIKE = re.compile(f"[{''.join(ORDINARY_CHARACTERS)}]")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_TAG = re.compile("<[^<>]*>")
SHOWN_PLACES, SHOWN_BEFORE = 3, 8  # places that are named, and characters of the text before each


def ordinary_characters(text: str) -> str:
    """Return text with an ordinary character for each radical and compatibility ideograph."""
    return _LOOKALIKE.sub(lambda found: ORDINARY_CHARACTERS[found[0]], text)


def character_sentences(texts: Iterable[str]) -> tuple[str, ...]:
    """Return translated sentences that tell an editor what `ordinary_characters` replaces in these texts (HTML or
    plain), and which private-use characters they contain.
    """
    joined = _TAG.sub("", "\n".join(texts))
    replaced, private = len(_LOOKALIKE.findall(joined)), list(_PRIVATE_USE.finditer(joined))
    sentences = []
    if replaced:
        sentences.append(
            ngettext(
                "%(count)d radical that only looks like a Chinese character was replaced by the character.",
                "%(count)d radicals that only look like Chinese characters were replaced by the characters.",
                replaced,
            )
            % {"count": replaced}
        )
    if private:
        places = " ".join(f"“{joined[max(0, at.start() - SHOWN_BEFORE) : at.end()]}”" for at in private[:SHOWN_PLACES])
        sentences.append(
            ngettext(
                "%(count)d character exists in one font only: %(places)s. Readers see an empty box; type it again.",
                "%(count)d characters exist in one font only: %(places)s. Readers see empty boxes; type them again.",
                len(private),
            )
            % {"count": len(private), "places": places}
        )
    return tuple(sentences)
