"""Parses the bylines that Chinese newsrooms print, such as 霁川日报记者 方知远 文/图 or 责编：梁静姝, into credits."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ..models import Credit
from ..sanitising import CHINESE_LETTERS, MIDDLE_DOTS, unify_name_marks
from ..search.folding import simplified_text
from .printed_forms import plain_byline, with_colons
from .roles import BREAKS, ENGLISH_ROLES, LONG_ROLES, OTHER_ROLES, ROLES, ROLES_WITH_UNIT, TRAILING_ROLES

CreditLine = tuple[Credit.Role, str, str]  # role, name, unit ('' if there is none)
BylineWord = tuple[str, str, str]  # kind (role, label, name or organisation), text, unit

_MAX_BYLINE_LENGTH = 200  # characters; a longer text is not a byline
_MAX_CLOSING_BYLINES = 40  # no real page has more; more would only take time
_MAX_NOTICES = 6  # paragraphs
_DESK_ROLES = frozenset(
    {Credit.Role.RESPONSIBLE_EDITOR, Credit.Role.DUTY_EDITOR, Credit.Role.EDITOR, Credit.Role.PROOFREADER}
    | {Credit.Role.REVIEWER, Credit.Role.PRODUCER}
)
# What stands below the names of the desk.
_NOTICE = re.compile(
    r"[【\[（(]?(?:(?:特别|郑重|版权|转载|本[报网站刊])?声明\s?[:：】\])）]|免责|版权(?:所有|归)|联系(?:电话|方式|邮箱)\s?[:：]"
    r"|转载(?:请|本文|此文|须|自)|投稿(?:邮箱|热线|电话|请)|出品\s?[:：|丨]|(?:图片|文字|视频|稿件)?来源\s?[:：]"
    r"|(?:新闻|报料|爆料)热线|(?:地址|邮编|电话)\s?[:：]|(?:第\s?)?[A-Z]?\d{2}\s?版$|如(?:有|涉及?)侵权"
    r"|请(?:及时|尽快)?(?:与我们联系|联系我们))"
)
# Below the names of a contribution: 2024年3月25日, 二〇二四年三月二十五日.
_DAY = re.compile(
    r"[\d〇○零一二三四五六七八九]{4}\s?年\s?[\d一二三四五六七八九十]{1,2}\s?月\s?[\d一二三四五六七八九十]{1,3}\s?日"
)
# 林晓舟_NB12345, 林晓舟 SN123: the number by which a portal knows its editor.
_STAFF_CODE = re.compile(r"(?<=[\u4e00-\u9fff])[_\s]{0,2}[A-Z]{1,3}\d{2,6}(?![A-Za-z\d版]|[—–-]+[A-Z]?\d{2}\s?版)")
# 方知远 A02版: where the text stands in the newspaper.
_PAGE_NUMBER = re.compile(
    r"[\s（(]{0,4}(?:(?:今日|本期|共)第?\s?|第\s?|(?<![A-Za-z\d.])(?=[A-Z0])|(?<![A-Za-z\d.\u4e00-\u9fff]))"
    r"[A-Z]?\d{1,3}(?:[—–、-]{1,2}[A-Z]?\d{1,3}){0,4}\s?版(?:[）)]|(?![\u4e00-\u9fff]))"
)
_QUALIFIERS = "本报|本网|本刊|本台|本站|全媒体|融媒体|特约|特邀|特派|见习|实习|首席|驻站|网络"
_HAN = CHINESE_LETTERS
# The characters that write the names of minorities by sound: in a name of five or more characters without a dot, all
# are of these. A run of other characters is a phrase.
_BY_SOUND = (
    "阿啊艾爱安昂敖奥巴拔白班邦保宝贝奔本比毕边别宾波勃博布才仓苍曹策查察昌朝臣陈称成赤楚春次村措达大丹旦道得德登邓迪地丁顶东冬都杜敦多朵"
    "额俄恩尔尼法凡方冯夫甫嘎盖甘刚岗高戈格葛给更工公古贡观果哈海汉杭浩合和赫黑胡呼化怀黄惠霍吉及加嘉迦江金京居卡开坎康考科克库堪坤阔拉来兰"
    "朗劳勒雷里力丽利连莲列林琳龙隆鲁鹿禄吕罗洛麻马玛买麦满曼芒毛茂梅美门蒙孟米木姆穆那娜纳乃南囊尼宁努诺欧帕潘旁佩彭平普齐其奇恰钦青琼丘曲"
    "却热仁日荣茹若萨赛桑色僧沙莎山尚邵舍什生胜师诗石史斯松苏索塔台太泰谭汤唐桃特腾提田帖铁廷通图吐托瓦娃万旺威维韦温文翁沃乌吾武西希席夏先"
    "祥香肖谢辛新兴雄旭许雅亚延央扬杨耶叶伊依益音银尹英永尤有玉元云扎札再泽曾扎增札展章召者珍真芝智中仲周朱珠卓孜子宗左佐热孜买图尔罕汗拜勤娅嘛"
)
_COMPOUND_SURNAMES = "欧阳|上官|司马|诸葛|司徒|东方|尉迟|皇甫|慕容|令狐|长孙|夏侯|公孙|轩辕|宇文|端木"
_END = f"(?![^{BREAKS}])"

_LATIN = r"[A-Za-z\u00c0-\u024f][A-Za-z0-9\u00c0-\u024f_.'’-]*"
_LONG_NAME = rf"[{_BY_SOUND}]{{5,12}}|(?:{_COMPOUND_SURNAMES})[{_HAN}]{{3}}"
NAME = re.compile(
    rf"[{_HAN}]{{2,4}}|{_LONG_NAME}|[{_HAN}]{{1,10}}(?:·[{_HAN}]{{1,10}}){{1,4}}|(?=.{{2,40}}$){_LATIN}(?: {_LATIN})*"
)
_NO_NAME = re.compile(
    f"{LONG_ROLES}|{'|'.join(OTHER_ROLES)}|本报|本网|报道|单位|来源|提供|协会|委员会|手记|您|你好|谢谢"
)
# At least three characters with an ending that no personal name has; at least five with the others.
ORGANISATION = re.compile(
    rf"[{_HAN}A-Za-z0-9]{{2,36}}(?:[局委办室院校部处厅站]|政府|政协|中心|公司)"
    rf"|[{_HAN}A-Za-z0-9]{{4,36}}(?:[村镇乡县市馆所社队网台联会报学园组厂]|街道|社区|集团)"
)
_GLUED = re.compile(
    rf"(?P<before>\S{{2,30}}?)??(?:{_QUALIFIERS}){{0,4}}(?P<role>{LONG_ROLES}|(?<=..)摄$)"
    rf"(?P<name>[{_HAN}]{{2,4}}|{_LONG_NAME}|[{_HAN}]{{2,10}}(?:·[{_HAN}]{{1,10}}){{1,4}})?"
)
_FILLER = re.compile(f"(?:{_QUALIFIERS})+|[{_HAN}]{{0,6}}报道|综合|整理|等")
# 方知远（霁川日报）
_NAME_WITH_UNIT = re.compile(
    rf"([{_HAN}·]{{2,12}})[（(]([{_HAN}A-Za-z0-9]{{2,30}}[报網网社台]|{ORGANISATION.pattern})[)）]"
)

_TEXT_AND_PHOTO = re.compile(rf"(?<![^{BREAKS}])(?:文\s?[/／、]\s?[图摄]|图\s?[/／、]\s?文){_END}")
_WORD = re.compile(rf"文/图{_END}|{_LATIN}(?: {_LATIN})*{_END}|[^{BREAKS}]+")
# 记者·方知远, 文·方知远: a dot between role and name is not part of the name; neither is one with spaces, except in
# names that are transliterated.
_DOT_AFTER_ROLE = re.compile(rf"({LONG_ROLES}|(?<![^{BREAKS}])[文图摄])\s*·\s*")
_SPACED_DOT = re.compile(rf"(?<=[{_BY_SOUND}]{{2}})\s*[{MIDDLE_DOTS}]\s*(?=[{_BY_SOUND}]{{2,10}}{_END})")
_LOOSE_DOT = re.compile(rf"(?<!\s)\s+[{MIDDLE_DOTS}]\s*|[{MIDDLE_DOTS}]\s+")
_COLON = re.compile(r"\s{0,2}[:：]")
# 李 明: two-character names are typed with a space to align with longer ones; single 文, 图 and 摄 are roles. A third
# character belongs to the name unless a fourth follows: then there are two names of two characters.
_SPACED_NAME = re.compile(
    rf"(?<![^{BREAKS}])(?![文图摄])([{_HAN}])\s{{1,4}}(?!摄)([{_HAN}]){_END}"
    rf"(?:\s{{1,4}}(?![文图摄])([{_HAN}]){_END}(?!\s{{1,4}}(?![文图摄])[{_HAN}]{_END}))?"
)

# Newspapers print a mark before a byline: □ 本报记者 方知远
_MARK_BEFORE = re.compile(r"^[□■▲△●○◎◇◆※★☆▍▌丨|｜]\s{0,4}")
_MARK_BETWEEN = re.compile(r"(?<=\s)[■□▲◎●◆]\s{0,4}(?=\S)")
_BRACKET = re.compile(r"[（(【〔［\[]([^（(【〔［\[\]］〕】)）]{1,80})[)）】〕］\]]")
_BRACKETS_ONLY = re.compile(rf"(?:{_BRACKET.pattern}\s{{0,4}})+")
_BRACKET_AT_END = re.compile(rf"{_BRACKET.pattern}(?:\s?\d{{7}})?$")  # with the day, of an agency: 1130325
_LEAD = re.compile(r"(?:[^（(。：:]{0,20}[讯电]\s{0,3})?[（(【〔［]([^（(【〔［］〕】)）]{2,80})[)）】〕］]")
_SENTENCE_ENDS = ("。", "！", "？", "”", "…")  # with which no name, organisation or role ends
_AUTHORS_UNIT = re.compile(r"[（(【]?作者单位\s{0,2}[:：]\s{0,4}([^（(【】)）]{2,80})[)）】]?")


def credits_in(text: str, role: Credit.Role | None = None, unit: str = "") -> list[CreditLine] | None:
    """Return the credits in a list of names and roles; `role` and `unit` apply until the text names others.

    Returns None if the text contains anything but names, organisations and roles: a sentence is never a byline. A role
    after names (方知远 文/图) applies to them in addition to the one before them.
    """
    words = _byline_words(text)
    if words is None:
        return None
    credits: list[CreditLine] = []
    people: list[tuple[str, str]] = []
    roles_follow = bool(words) and words[-1][0] == "role" and words[-1][1] in TRAILING_ROLES
    credited, employer = True, ""
    for (kind, word, its_unit), (next_kind, next_word, _unit) in pairwise([*words, ("", "", "")]):
        if kind == "role" and roles_follow and word in TRAILING_ROLES:
            credits += [(ROLES[word], *person) for person in people]
            people = []
        elif kind in ("role", "label"):
            role, unit, employer, credited = ROLES.get(word), its_unit or employer, "", word in ROLES
        elif kind == "organisation" and next_kind == "name":
            unit = word
        elif kind == "organisation" and next_kind == "role" and next_word in ROLES_WITH_UNIT:
            employer = word
        elif credited:
            people.append((word, its_unit or unit))
            credits += [(role, *people[-1])] if role else []
    return credits


def role_label(word: str) -> tuple[str, str] | None:
    """Return the key in ROLES and the unit of a label before a colon (霁川日报记者：), or None if it is no role."""
    plain = simplified_text(word).lower()
    plain = ENGLISH_ROLES.get(plain, plain)
    if plain in ROLES:
        return plain, ""
    match = _GLUED.fullmatch(word)
    if not match or match["name"]:
        return None
    before = match["before"] or ""
    if match["role"] in ROLES_WITH_UNIT:
        return match["role"], before
    # 美术编辑, 本期责编
    return (match["role"], "") if len(before) <= 2 else None


def parse_byline(paragraph: str) -> list[CreditLine] | None:
    """Return the credits of a paragraph that is only a byline, in brackets or not; None for any other text."""
    if len(paragraph) > _MAX_BYLINE_LENGTH or paragraph.endswith(_SENTENCE_ENDS):
        return None
    paragraph = with_colons(_MARK_BEFORE.sub("", paragraph))
    if _BRACKETS_ONLY.fullmatch(paragraph):
        return [credit for inner in _BRACKET.findall(paragraph) for credit in credits_in(inner) or []]
    return credits_in(paragraph) or None


def merge_credits(printed: Iterable[CreditLine], paragraphs: Sequence[str]) -> tuple[CreditLine, ...]:
    """Return the credits printed above an article, then those in its text in reading order; each role and name once.

    The first unit of a person is used. 作者单位 at the end is the unit of the authors without one.
    """
    units: dict[tuple[Credit.Role, str], str] = {}
    for role, name, unit in [*printed, *_opening_byline(paragraphs[0]), *_closing_bylines(paragraphs)]:
        units[role, name] = units.get((role, name)) or unit
    for paragraph in paragraphs[-_MAX_CLOSING_BYLINES:]:
        if match := _AUTHORS_UNIT.fullmatch(paragraph[: _MAX_BYLINE_LENGTH + 1]):
            units |= {key: match[1].strip() for key, unit in units.items() if key[0] == Credit.Role.AUTHOR and not unit}
    return tuple((role, name, unit) for (role, name), unit in units.items())


def _opening_byline(first: str) -> list[CreditLine]:
    """Return the credits of 霁川新闻网讯（通讯员 …）… as a lead, or of 霁川日报记者 … as a paragraph of its own.

    A paragraph with a colon is not a byline: it may be an interview.
    """
    if lead := _LEAD.match(first):
        return credits_in(lead[1]) or []
    return [] if re.search("[:：]", first) else parse_byline(first) or []


def _closing_bylines(paragraphs: Sequence[str]) -> list[CreditLine]:
    """Return the credits of the last bylines, and of brackets at the end of the last paragraph of text."""
    found: list[list[CreditLine]] = []
    if len(paragraphs) > 1 and _DAY.fullmatch(paragraphs[-1]):
        paragraphs = paragraphs[:-1]
    for paragraph in reversed(_above_notices(paragraphs[-_MAX_CLOSING_BYLINES:])):
        credits = parse_byline(paragraph)
        if credits is None:
            bracket = _BRACKET_AT_END.search(paragraph[-_MAX_BYLINE_LENGTH:])
            found.append((credits_in(bracket[1]) if bracket else None) or [])
            break
        found.append(credits)
    return [credit for credits in reversed(found) for credit in credits]


def _above_notices(paragraphs: Sequence[str]) -> Sequence[str]:
    """Return the paragraphs without the notices (声明：…) below the names of the desk: 责编：林晓舟."""
    for below, paragraph in enumerate(reversed(paragraphs[-_MAX_NOTICES:])):
        if not _NOTICE.match(paragraph):
            credits = parse_byline(paragraph) or ()
            is_desk = bool(credits) and _DESK_ROLES.issuperset(role for role, _name, _unit in credits)
            return paragraphs[: len(paragraphs) - below] if is_desk else paragraphs
    return paragraphs


def _byline_words(text: str) -> list[BylineWord] | None:
    """Split the text; return None if a word is neither name, organisation nor role."""
    text = plain_byline(_STAFF_CODE.sub("", _PAGE_NUMBER.sub(" ", _MARK_BETWEEN.sub("", text))))
    text = _LOOSE_DOT.sub(" ", _DOT_AFTER_ROLE.sub(r"\1 ", unify_name_marks(_SPACED_DOT.sub("·", text))))
    text = _SPACED_NAME.sub(lambda match: "".join(match.groups("")), _TEXT_AND_PHOTO.sub("文/图", text))
    words: list[BylineWord] = []
    for match in _WORD.finditer(text):
        word = match[0]
        if _COLON.match(text, match.end()):
            words.append(("label", *(role_label(word) or (word, ""))))
        elif word in ROLES or not _FILLER.fullmatch(word):
            found = _split_word(word)
            if found is None:
                return None
            words += found
    return words


def _split_word(word: str) -> list[BylineWord] | None:
    """Classify a word without a colon; a name and a role written together become two words."""
    if word in ROLES or word in OTHER_ROLES:
        return [("role", word, "")]
    if (alone := _NAME_WITH_UNIT.fullmatch(word)) and is_name(alone[1]):
        return [("name", alone[1], alone[2])]
    glued = _GLUED.fullmatch(word)
    if glued and not _NO_NAME.search(glued["name"] or ""):
        before, role, name = glued["before"] or "", glued["role"], glued["name"]
        if role in TRAILING_ROLES and before and not name:
            person = _split_word(before)
            return [*person, ("role", role, "")] if person else None
        if role in ROLES_WITH_UNIT or not before:
            return [("role", role, before), *([("name", name, "")] if name else [])]
    if ORGANISATION.fullmatch(word.replace("·", "")):
        return [("organisation", word, "")]
    return [("name", word, "")] if is_name(word) else None


def is_name(word: str) -> bool:
    """Return True for a word that can be a person's name and not another common word of bylines."""
    return bool(NAME.fullmatch(word)) and not _NO_NAME.search(word)
