"""Bylines: who did what, in the words in which Chinese newsrooms print it: `霁川日报记者 方知远 文/图`, `责编：梁静姝`."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from ..models import Credit

CreditLine = tuple[Credit.Role, str, str]  # role, name, unit ('' where none is given)
Word = tuple[str, str, str]  # kind (role, label, name or organisation), text, unit

Role = Credit.Role
# Any, because without Django's stubs mypy takes the members for pairs.
ROLES: dict[str, Any] = {
    "作者": Role.AUTHOR,
    "记者": Role.REPORTER,
    "实习生": Role.REPORTER,
    "通讯员": Role.CORRESPONDENT,
    "供稿": Role.CORRESPONDENT,
    "撰稿": Role.TEXT,
    "撰文": Role.TEXT,
    "文字": Role.TEXT,
    "文": Role.TEXT,
    "摄影记者": Role.PHOTO,
    "摄影": Role.PHOTO,
    "摄": Role.PHOTO,
    "图片": Role.PHOTO,
    "图": Role.PHOTO,
    "供图": Role.PHOTO,
    "文/图": Role.TEXT_PHOTO,
    "图/文": Role.TEXT_PHOTO,
    "图文": Role.TEXT_PHOTO,
    "文图": Role.TEXT_PHOTO,
    "摄影报道": Role.TEXT_PHOTO,
    "视频": Role.VIDEO,
    "摄像": Role.VIDEO,
    "责任编辑": Role.RESPONSIBLE_EDITOR,
    "责编": Role.RESPONSIBLE_EDITOR,
    "值班编辑": Role.DUTY_EDITOR,
    "值班编委": Role.DUTY_EDITOR,
    "编辑": Role.EDITOR,
    "责任校对": Role.PROOFREADER,
    "责校": Role.PROOFREADER,
    "校对": Role.PROOFREADER,
    "审核": Role.REVIEWER,
    "编审": Role.REVIEWER,
    "初审": Role.REVIEWER,
    "复审": Role.REVIEWER,
    "终审": Role.REVIEWER,
    "总监制": Role.PRODUCER,
    "监制": Role.PRODUCER,
}
# Roles that we have no name for: those who hold them are left in the text and out of the credits.
OTHER_ROLES = (
    "策划",
    "统筹",
    "制作",
    "剪辑",
    "播音",
    "主播",
    "配音",
    "设计",
    "制图",
    "排版",
    "美编",
    "翻译",
    "主编",
    "总编",
)
# These may stand behind the people they speak of: 方知远 摄, 林晓舟 文/图.
FOLLOWING = {"文", "图", "摄", "摄影", "文/图", "图/文", "图文", "文图", "摄影报道", "视频", "摄像", "供稿", "供图"}
# The person's employer may be glued to the front of these: 霁川日报记者.
WITH_UNIT = {"记者", "通讯员", "实习生", "摄影记者"}

_LONGEST = 200  # characters; a longer text is no byline
_MOST = 40  # closing bylines; no real page has as many, and more would only cost time
_QUALIFIERS = "本报|本网|本刊|本台|本站|全媒体|融媒体|特约|特邀|见习|实习|首席|驻站|网络"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_BREAKS = r"\s、，,;；|｜/／:："
_END = f"(?![^{_BREAKS}])"
_LONG_ROLES = "|".join(sorted((role for role in ROLES if len(role) > 1 and "/" not in role), key=len, reverse=True))

_LATIN = r"[A-Za-z\u00c0-\u024f][A-Za-z0-9\u00c0-\u024f_.'’-]*"
_NAME = re.compile(
    rf"[{_HAN}]{{2,4}}|[{_HAN}]{{1,10}}(?:[·•‧・][{_HAN}]{{1,10}}){{1,2}}|(?=.{{2,40}}$){_LATIN}(?: {_LATIN})*"
)
_NO_NAME = re.compile(f"{_LONG_ROLES}|{'|'.join(OTHER_ROLES)}|本报|本网|报道|单位|来源|提供|协会|委员会|您|你好|谢谢")
# From three characters on with an ending that no personal name has; from five on with the others.
_ORGANISATION = re.compile(
    rf"[{_HAN}A-Za-z0-9]{{2,36}}(?:[局委办室院校部处厅站]|政府|政协|中心|公司)"
    rf"|[{_HAN}A-Za-z0-9]{{4,36}}(?:[村镇乡县市馆所社队网台联会报学园组厂]|街道|社区|集团)"
)
_GLUED = re.compile(
    rf"(?P<before>\S{{2,30}}?)??(?:{_QUALIFIERS}){{0,4}}(?P<role>{_LONG_ROLES}|(?<=..)摄$)(?P<name>[{_HAN}]{{2,4}})?"
)
_FILLER = re.compile(f"(?:{_QUALIFIERS})+|(?:综合)?报道|综合|整理|等")

_TEXT_AND_PHOTO = re.compile(rf"(?<![^{_BREAKS}])(?:文\s?[/／、]\s?[图摄]|图\s?[/／、]\s?文){_END}")
_WORD = re.compile(rf"文/图{_END}|{_LATIN}(?: {_LATIN})*{_END}|[^{_BREAKS}]+")
_COLON = re.compile(r"\s{0,2}[:：]")
# 李 明: two-character names are typed with a blank to align with longer ones; 文, 图 and 摄 alone are roles. A third
# character belongs to the name unless a fourth follows, which makes two names of two.
_SPACED_NAME = re.compile(
    rf"(?<![^{_BREAKS}])(?![文图摄])([{_HAN}])\s{{1,4}}(?!摄)([{_HAN}]){_END}"
    rf"(?:\s{{1,4}}(?![文图摄])([{_HAN}]){_END}(?!\s{{1,4}}(?![文图摄])[{_HAN}]{_END}))?"
)

_BRACKET = re.compile(r"[（(【\[]([^（(【\[\]】)）]{1,80})[)）】\]]")
_BRACKETS_ONLY = re.compile(rf"(?:{_BRACKET.pattern}\s{{0,4}})+")
_BRACKET_AT_END = re.compile(rf"{_BRACKET.pattern}$")
_LEAD = re.compile(r"(?:[^（(。：:]{0,20}[讯电]\s{0,3})?[（(]([^（()）]{2,80})[)）]")
_AUTHORS_UNIT = re.compile(r"[（(【]?作者单位\s{0,2}[:：]\s{0,4}([^（(【】)）]{2,80})[)）】]?")


def credits_in(text: str, role: Role | None = None, unit: str = "") -> list[CreditLine] | None:
    """The credits in a run of names and roles; `role` and `unit` hold until the text names others.

    None where the text holds anything but names, organisations and roles: a sentence is never a byline. A role behind
    its people (方知远 文/图) is theirs in addition to the one before them.
    """
    words = _byline_words(text)
    if words is None:
        return None
    credits: list[CreditLine] = []
    people: list[tuple[str, str]] = []
    roles_follow = bool(words) and words[-1][0] == "role" and words[-1][1] in FOLLOWING
    credited, employer = True, ""
    for (kind, word, its_unit), (next_kind, next_word, _unit) in pairwise([*words, ("", "", "")]):
        if kind == "role" and roles_follow and word in FOLLOWING:
            credits += [(ROLES[word], *person) for person in people]
            people = []
        elif kind in ("role", "label"):
            role, unit, employer, credited = ROLES.get(word), its_unit or employer, "", word in ROLES
        elif kind == "organisation" and next_kind == "name":
            unit = word
        elif kind == "organisation" and next_kind == "role" and next_word in WITH_UNIT:
            employer = word
        elif credited:
            people.append((word, unit))
            credits += [(role, word, unit)] if role else []
    return credits


def role_label(word: str) -> tuple[str, str] | None:
    """The key in ROLES and the unit that a word before a colon names (霁川日报记者：), or None."""
    if word in ROLES:
        return word, ""
    match = _GLUED.fullmatch(word)
    if not match or match["name"]:
        return None
    before = match["before"] or ""
    if match["role"] in WITH_UNIT:
        return match["role"], before
    # 美术编辑, 本期责编
    return (match["role"], "") if len(before) <= 2 else None


def parse_byline(paragraph: str) -> list[CreditLine] | None:
    """The credits of a paragraph that is nothing but a byline, bracketed or not; None where it is text."""
    if len(paragraph) > _LONGEST:
        return None
    if _BRACKETS_ONLY.fullmatch(paragraph):
        return [credit for inner in _BRACKET.findall(paragraph) for credit in credits_in(inner) or []]
    return credits_in(paragraph) or None


def merge_credits(printed: Iterable[CreditLine], paragraphs: Sequence[str]) -> tuple[CreditLine, ...]:
    """The credits printed above an article, then those its text gives in reading order; each role and name once.

    The first unit given counts. 作者单位 at the end is the unit of the authors who have none.
    """
    units: dict[tuple[Role, str], str] = {}
    for role, name, unit in [*printed, *_opening_byline(paragraphs[0]), *_closing_bylines(paragraphs)]:
        units[role, name] = units.get((role, name)) or unit
    for paragraph in paragraphs[-_MOST:]:
        if match := _AUTHORS_UNIT.fullmatch(paragraph[: _LONGEST + 1]):
            units |= {key: match[1].strip() for key, unit in units.items() if key[0] == Role.AUTHOR and not unit}
    return tuple((role, name, unit) for (role, name), unit in units.items())


def _opening_byline(first: str) -> list[CreditLine]:
    """霁川新闻网讯（通讯员 …）… as a lead, or 霁川日报记者 … as a paragraph of its own. With a colon it may be a talk."""
    if lead := _LEAD.match(first):
        return credits_in(lead[1]) or []
    return [] if re.search("[:：]", first) else parse_byline(first) or []


def _closing_bylines(paragraphs: Sequence[str]) -> list[CreditLine]:
    """The bylines that stand last, and the brackets that end the last paragraph of text."""
    found: list[list[CreditLine]] = []
    for paragraph in reversed(paragraphs[-_MOST:]):
        credits = parse_byline(paragraph)
        if credits is None:
            bracket = _BRACKET_AT_END.search(paragraph[-_LONGEST:])
            found.append((credits_in(bracket[1]) if bracket else None) or [])
            break
        found.append(credits)
    return [credit for credits in reversed(found) for credit in credits]


def _byline_words(text: str) -> list[Word] | None:
    """The text taken apart, or None where a word is neither name, organisation nor role."""
    text = _SPACED_NAME.sub(lambda match: "".join(match.groups("")), _TEXT_AND_PHOTO.sub("文/图", text))
    words: list[Word] = []
    for match in _WORD.finditer(text):
        word = match[0]
        if _COLON.match(text, match.end()):
            words.append(("label", *(role_label(word) or (word, ""))))
        elif not _FILLER.fullmatch(word):
            found = _split_word(word)
            if found is None:
                return None
            words += found
    return words


def _split_word(word: str) -> list[Word] | None:
    """One word without a colon; with a name and a role glued together it is two."""
    if word in ROLES or word in OTHER_ROLES:
        return [("role", word, "")]
    glued = _GLUED.fullmatch(word)
    if glued and not _NO_NAME.search(glued["name"] or ""):
        before, role, name = glued["before"] or "", glued["role"], glued["name"]
        if role in FOLLOWING and before and not name:
            person = _split_word(before)
            return [*person, ("role", role, "")] if person else None
        if role in WITH_UNIT or not before:
            return [("role", role, before), *([("name", name, "")] if name else [])]
    if _ORGANISATION.fullmatch(word):
        return [("organisation", word, "")]
    return [("name", word, "")] if _NAME.fullmatch(word) and not _NO_NAME.search(word) else None
