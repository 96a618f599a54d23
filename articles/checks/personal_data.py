"""Personal data in a text: identity numbers, telephones, bank cards, passports, plates, addresses (CHK-06)."""

import re
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from .expressions import Expression
from .named_persons import PRIVACY, find_named_persons
from .rules import Match, Rule, Severity

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
HOME_ADDRESS = Rule(
    "home_address",
    PRIVACY,
    Severity.WARN,
    _("“%(words)s” may be a home address, down to the door."),
    _("Name the village or street at most."),
)
# Those that are numbers, and that `masked_number` masks.
MASKED_RULES = frozenset(
    rule.name for rule in (IDENTITY_NUMBER, OLD_IDENTITY_NUMBER, MOBILE_NUMBER, BANK_CARD, PASSPORT, PLATE, LANDLINE)
)

# Digits may be typed in groups: 138 0013 8000, 1101-0519-…; where a check digit tells, in any.
_GAP, _ANY_GAP = "[ -]?", "[ .·•_/—–-]{0,2}"
_BEFORE, _AFTER = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z]|\.[0-9])"
_IDENTITY = re.compile(rf"{_BEFORE}[1-8](?:{_ANY_GAP}\d){{16}}{_ANY_GAP}[\dXx]{_AFTER}", re.ASCII)
_OLD_IDENTITY = re.compile(rf"{_BEFORE}[1-8](?:{_GAP}\d){{14}}{_AFTER}", re.ASCII)
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z.+])(?:(?:\+|00)?86{_GAP}|\(\+?86\) ?)?"
    rf"(?:1 ?[3-9](?:{_GAP}\d){{9}}|1[3-9]\d[.·]\d{{4}}[.·]\d{{4}}){_AFTER}"
    r"(?! ?[万亿]?(?:元|美元|港元|吨|米|公里|千瓦|度电|立方|株|只|枚|步))",
    re.ASCII,
)
_CARD = re.compile(rf"{_BEFORE}[3-6](?:{_GAP}\d){{14,18}}{_AFTER}", re.ASCII)
_CARD_ISSUERS = re.compile(r"62|60|4|5[1-5]|3[47]|35|9558")
_LANDLINE = re.compile(
    rf"(?<![0-9A-Za-z.-])\(?0(?:10|2\d|[3-9]\d{{2}})\)?[ -]?[2-8]\d{{2,3}}[ -]?\d{{4}}{_AFTER}", re.ASCII
)
# What all of these have, telephones at least ten.
_MANY_DIGITS = re.compile(r"\d(?:\D{0,2}\d){9}", re.ASCII)
# Numbers of papers and goods have as many digits.
_OTHER_NUMBER = re.compile(
    r"(?:单号|编号|编码|流水号?|文号|批号|合同号?|订单|宗地|地块|[地权]证号?|案号|条码|货号|序列号|注册号|登记号|证书号|发票号码?|专利号|票据号)[^。\n]{0,4}$"
)
_E_MAIL = Expression(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}", "@", flags=re.ASCII)
_PASSPORT = Expression(
    r"(?:护照|通行证|passport)[^。\n]{0,12}?(?<![A-Za-z])([EGDSPHKMCWT] ?[A-HJ-NP-Z0-9]?\d{7,8})(?![0-9A-Za-z])",
    "照证tT",
    flags=re.IGNORECASE,
)
_PLATE = Expression(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[A-HJ-NP-Z] ?[·•.-]? ?"
    r"(?=[A-HJ-NP-Z]{0,3}\d)(?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[挂学警港澳领])(?![0-9A-Za-z])",
    "ABCDEFGHJKLMNPQRSTUVWXYZ",
    longest=13,
)
_ADDRESS = Expression(
    r"(?:住址|家住|现住|家在|家庭(?:住址|地址)|(?<!入)(?<!居)住(?:在|于|到)?(?!宅|房|院|户|建|宿|的|持|所|处|地)|居住(?:地点?|在|于)|户籍地?)"
    r"[:： ]?[^。，；,\n]{2,40}?(?:\d{1,4}|[一二三四五六七八九十]{1,3})[号室栋幢组](?!线)(?:[^。，；,\n]{0,12}\d{1,4}[号室]?)?",
    "号室栋幢组",
    longest=69,
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


def find_personal_data(text: str, at: date) -> Iterator[Match]:
    """Yield the personal data in a normalised text."""
    if _MANY_DIGITS.search(text):
        yield from _find_long_numbers(text)
    for match in _PASSPORT.finditer(text):
        yield Match(PASSPORT, *match.span(1), masked_number(match[1]))
    yield from (Match(PLATE, *match.span(), masked_number(match[0])) for match in _PLATE.finditer(text))
    for pattern, rule in ((_ADDRESS, HOME_ADDRESS), (_E_MAIL, E_MAIL)):
        yield from (Match(rule, *match.span()) for match in pattern.finditer(text))
    yield from find_named_persons(text, at)


def _find_long_numbers(text: str) -> Iterator[Match]:
    """Yield the numbers of persons, cards and telephones, longest first where two overlap."""
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
            overlaps = any(start < match.end() and match.start() < end for start, end in taken)
            if (
                holds(match[0])
                and not overlaps
                and not _OTHER_NUMBER.search(text[max(match.start() - 14, 0) : match.start()])
            ):
                taken.append(match.span())
                yield Match(rule, *match.span(), masked_number(match[0]))


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
    return "".join(each for each in words if each.isalnum()).upper()


def _is_birthday(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= 1800 and born <= date.today()  # noqa: DTZ011 (a day more or less is no matter)
