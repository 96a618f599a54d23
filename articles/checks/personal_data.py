"""Personal data in a text: identity numbers, telephones, bank cards, passports, plates, minors (CHK-06)."""

import re
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from .numerals import number_of
from .rules import Match, Rule, Severity

PRIVACY = _("Personal data")
IDENTITY_NUMBER = Rule(
    "identity_number", PRIVACY, Severity.BLOCK, _("“%(words)s” is an identity number."), _("Leave it out, or mask it.")
)
OLD_IDENTITY_NUMBER = Rule(
    "old_identity_number",
    PRIVACY,
    Severity.WARN,
    _("“%(words)s” may be an identity number of fifteen digits."),
    _("Leave it out, or mask it."),
)
MOBILE_NUMBER = Rule(
    "mobile_number",
    PRIVACY,
    Severity.WARN,
    _("“%(words)s” is a mobile telephone number."),
    _("Publish it only if its owner agrees; otherwise leave it out."),
)
BANK_CARD = Rule(
    "bank_card", PRIVACY, Severity.BLOCK, _("“%(words)s” is the number of a bank card."), _("Leave it out, or mask it.")
)
PASSPORT = Rule(
    "passport", PRIVACY, Severity.WARN, _("“%(words)s” is a passport number."), _("Leave it out, or mask it.")
)
PLATE = Rule(
    "number_plate",
    PRIVACY,
    Severity.WARN,
    _("“%(words)s” is the number plate of a vehicle."),
    _("Mask it unless the vehicle is an office's."),
)
LANDLINE = Rule(
    "landline_number",
    PRIVACY,
    Severity.INFO,
    _("“%(words)s” is a telephone number."),
    _("Leave it out unless it is an office's."),
)
E_MAIL = Rule(
    "e_mail_address",
    PRIVACY,
    Severity.INFO,
    _("“%(words)s” is an e-mail address."),
    _("Leave it out unless it is an office's."),
)
VICTIM = Rule(
    "victim_named",
    PRIVACY,
    Severity.WARN,
    _("“%(words)s” names a victim."),
    _("Write 某 for the given name, unless the family agrees."),
)
HOME_ADDRESS = Rule(
    "home_address",
    PRIVACY,
    Severity.WARN,
    _("“%(words)s” may be a home address, down to the door."),
    _("Name the village or street at most."),
)
MINOR = Rule(
    "minor",
    PRIVACY,
    Severity.WARN,
    _("“%(words)s” names a child with its age or school."),
    _("Ask its guardians first, or use a changed name."),
)
MINOR_HARMED = Rule(
    "minor_harmed",
    PRIVACY,
    Severity.BLOCK,
    _("“%(words)s” names a child in a text about a crime or an accident."),
    _("Leave name, school and address out (Law on the Protection of Minors, article 103)."),
)

# Those that are numbers, and that `masked_number` masks.
MASKED_RULES = frozenset(
    rule.name for rule in (IDENTITY_NUMBER, OLD_IDENTITY_NUMBER, MOBILE_NUMBER, BANK_CARD, PASSPORT, PLATE, LANDLINE)
)

# Digits may be typed in groups: 138 0013 8000, 1101-0519-…
_GAP = "[ -]?"
_BEFORE, _AFTER = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z]|\.[0-9])"
_IDENTITY = re.compile(rf"{_BEFORE}[1-8](?:{_GAP}\d){{16}}{_GAP}[\dXx]{_AFTER}", re.ASCII)
_OLD_IDENTITY = re.compile(rf"{_BEFORE}[1-8](?:{_GAP}\d){{14}}{_AFTER}", re.ASCII)
_MOBILE = re.compile(rf"(?<![0-9A-Za-z.])(?:\+?86{_GAP})?1[3-9](?:{_GAP}\d){{9}}{_AFTER}", re.ASCII)
_CARD = re.compile(rf"{_BEFORE}[3-6](?:{_GAP}\d){{14,18}}{_AFTER}", re.ASCII)
_CARD_ISSUERS = re.compile(r"62|60|4|5[1-5]|3[47]|35|9558")
_LANDLINE = re.compile(rf"(?<![0-9A-Za-z.-])\(?0(?:10|2\d|[3-9]\d{{2}})\)?[ -]?[2-8]\d{{6,7}}{_AFTER}", re.ASCII)
_E_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}", re.ASCII)
_PASSPORT = re.compile(
    r"(?:护照|passport)[^。\n]{0,12}?([EGDSPHKM][A-HJ-NP-Z0-9]?\d{7,8})(?![0-9A-Za-z])", re.IGNORECASE
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]\s?[·•]?\s?"
    r"(?=[A-HJ-NP-Z]{0,3}\d)[A-HJ-NP-Z0-9]{5,6}(?![0-9A-Za-z])"
)
_ADDRESS = re.compile(
    r"(?:住址?|家住|现住|居住(?:地|在)|户籍地?)[:： ]?[^。，；,\n]{2,40}?(?:\d{1,4}|[一二三四五六七八九十]{1,3})[号室栋幢组]"
    r"(?:[^。，；,\n]{0,12}\d{1,4}[号室])?"
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"

_NAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊"
    "纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣贲邓郁"
    "单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫"
    "叶郜黎薄白蒲邰鄂索籍赖卓蔺屠蒙池乔阴闻翟党谭劳姬申扶堵冉郦雍桑桂濮牛边扈燕冀浦尚农温庄晏柴瞿阎慕连茹艾易戈廖居衡步耿满匡寇聂晁敖"
    "辛阚简饶曾沙鞠巢关蒯荆游竺权盖肖闫付覃仇岳佟代邸晋丘佘帅苟冼"
)
_NAME = rf"[{_NAMES}][\u4e00-\u9fff]{{1,2}}"
_AGE = r"(?<![一二三四五六七八九十\d])(?:今年|现年|年仅|年)?(?P<age>\d{1,2}|[一二三四五六七八九]?十?[一二三四五六七八九]?)周?岁"
_CHILD = "学生|小学生|初中生|高中生|女生|男生|女孩|男孩|儿童|幼童"
_MINOR = re.compile(
    rf"(?<![\u4e00-\u9fff])(?P<name>{_NAME})(?:同学)?[（(，,、 ]{{0,2}}(?:[男女][，,、 ]?)?{_AGE}"
    rf"|(?:(?:{_AGE.replace('?P<age>', '?P<age2>')}的?|(?:{_CHILD}))(?P<name2>{_NAME}))"
)
_PUPIL = re.compile(
    rf"(?:小学|中学|初中|高中|一中|二中|三中|幼儿园)[^。，；,\n]{{0,8}}(?:{_CHILD}|同学)(?P<name>[{_NAMES}][\u4e00-\u9fff]{{2}})"
    r"(?=说|告诉|介绍|表示|获得|荣获|捧|[，。、（(])"
)
_VICTIM = re.compile(
    rf"(?:受害[人者]|被害[人者]|死者|遇难者|遇害者)(?:名叫|叫|系|为)?(?P<name>(?!家属)[{_NAMES}][\u4e00-\u9fff]{{1,2}})"
    r"(?=[,。、;(]|称|说|的家属|家属|生前)"
)
_NO_NAME = re.compile("[某们的]|化名|平均")
_HARM = re.compile(
    "强奸|性侵|猥亵|侵害|被害|受害|遇害|遗弃|虐待|欺凌|霸凌|殴打|受伤|死亡|身亡|溺水|溺亡|自杀|轻生|失踪|拐卖|被拐|涉嫌|犯罪|嫌疑|盗窃"
    "|抢劫|拘留|批捕|获救|车祸|事故"
)


def find_personal_data(text: str, at: date) -> Iterator[Match]:
    """Yield the personal data in a normalised text, longest first where two overlap."""
    identities = [match for match in _IDENTITY.finditer(text) if is_identity_number(match[0])]
    yield from (Match(IDENTITY_NUMBER, *match.span(), masked_number(match[0])) for match in identities)
    taken = [match.span() for match in identities]
    for pattern, rule, holds in (
        (_CARD, BANK_CARD, is_bank_card),
        (_OLD_IDENTITY, OLD_IDENTITY_NUMBER, is_old_identity_number),
        (_MOBILE, MOBILE_NUMBER, lambda _words: True),
        (_LANDLINE, LANDLINE, lambda _words: True),
    ):
        for match in pattern.finditer(text):
            if holds(match[0]) and not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                yield Match(rule, *match.span(), masked_number(match[0]))
    for match in _PASSPORT.finditer(text):
        yield Match(PASSPORT, *match.span(1), masked_number(match[1]))
    yield from (Match(PLATE, *match.span(), masked_number(match[0])) for match in _PLATE.finditer(text))
    for pattern, rule in ((_ADDRESS, HOME_ADDRESS), (_E_MAIL, E_MAIL)):
        yield from (Match(rule, *match.span()) for match in pattern.finditer(text))
    named = (match for match in _VICTIM.finditer(text) if not _NO_NAME.search(match["name"]))
    yield from (Match(VICTIM, *match.span()) for match in named)
    yield from _find_minors(text)


def is_identity_number(words: str) -> bool:
    """Return True for eighteen characters with a real date of birth and the right check digit (GB 11643-1999)."""
    number = _digits(words)
    if len(number) != 18 or not _is_birthday(number[6:14]):
        return False
    return CHECK_DIGITS[sum(int(d) * w for d, w in zip(number[:17], WEIGHTS, strict=True)) % 11] == number[17]


def is_old_identity_number(words: str) -> bool:
    """Return True for fifteen digits that begin with a region and have a real date of birth from 19xx."""
    number = _digits(words)
    return len(number) == 15 and 11 <= int(number[:2]) <= 82 and _is_birthday("19" + number[6:12])


def is_bank_card(words: str) -> bool:
    """Return True for 15 to 19 digits of a known issuer whose last one is the right check digit (Luhn)."""
    number = _digits(words)
    if not _CARD_ISSUERS.match(number) or (len(number) == 15 and number[:2] not in ("34", "37")):
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def masked_number(words: str) -> str:
    """Return the number as it may be printed: the first three characters and the last four, or fewer of a short one."""
    shown = 3 if len(words) > 9 else 2
    return words[:shown] + "*" * (len(words) - shown - min(4, shown + 1)) + words[-min(4, shown + 1) :]


def _digits(words: str) -> str:
    return words.replace(" ", "").replace("-", "").upper()


def _is_birthday(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= 1800 and born <= date.today()  # noqa: DTZ011 (a day more or less is no matter)


def _find_minors(text: str) -> Iterator[Match]:
    """Yield names of children with an age below 18, or with their school; by paragraph, since harm is said nearby."""
    begin = 0
    for paragraph in text.split("\n"):
        rule = MINOR_HARMED if _HARM.search(paragraph) else MINOR
        for pattern in (_MINOR, _PUPIL):
            for match in pattern.finditer(paragraph):
                facts = match.groupdict()
                name, age = facts.get("name") or facts.get("name2") or "", facts.get("age") or facts.get("age2")
                if _NO_NAME.search(name + paragraph[match.end() : match.end() + 4]):
                    continue
                if age is None and pattern is _MINOR and rule is MINOR:
                    continue
                if age is None or 0 < number_of(age) < 18:
                    yield Match(rule, begin + match.start(), begin + match.end())
        begin += len(paragraph) + 1
