"""Figures that cannot be right (CHK-07): shares above a hundred percent, parts larger than their whole, wrong
directions.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from .dates import DATES
from .expressions import Expression
from .numerals import amount_of, number_of
from .rules import Match, Rule, Severity

LOOK_UP = _("Look up the figure.")
ABOVE_HUNDRED = Rule(
    "above_hundred_percent",
    DATES,
    Severity.WARN,
    _("“%(words)s” is a share of more than a hundred percent."),
    LOOK_UP,
)
WRONG_DIRECTION = Rule(
    "wrong_direction",
    DATES,
    Severity.WARN,
    _("“%(words)s”: the word says more and the figures less, or the other way round."),
    _("Look up the figures."),
)
PART_ABOVE_WHOLE = Rule(
    "part_above_whole",
    DATES,
    Severity.WARN,
    _("“%(words)s”: the part is larger than the whole."),
    _("Look up the figures."),
)
PARTS_DO_NOT_SUM = Rule(
    "parts_do_not_sum",
    DATES,
    Severity.INFO,
    _("“%(words)s”: the parts do not make up the whole."),
    _("Add them up; parts may also overlap."),
)
LESS_BY_TIMES = Rule(
    "less_by_times",
    DATES,
    Severity.WARN,
    _("“%(words)s”: nothing becomes less by its own amount several times."),
    _("Say by what share, or to what amount."),
)
PART_OF_A_PERSON = Rule(
    "part_of_a_person",
    DATES,
    Severity.INFO,
    _("“%(words)s” is a fraction of something that cannot be divided."),
    _("If it is not an average, a digit, 万 or 亿 is missing."),
)
UNUSUAL_UNIT = Rule(
    "unusual_unit",
    DATES,
    Severity.WARN,
    _("“%(words)s” is not how a number and its unit are written."),
    _("See GB/T 15835 and GB 3100."),
)

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?"
_AMOUNT = rf"(?P<number>{_NUMBER})(?P<scale>[万亿]{{0,2}})"
_SHARE = Expression(
    r"(?:占比?|比重|(?:及格|合格|优秀|优良|普及|出勤|投票|入学|入住|升学|就业|毛|死亡|成活|覆盖|满意|治愈|知晓|命中)率"
    r"|满意度|出席率|参保率|到课率|(?<!拨备)覆盖率)[^。,;\n\d%]{0,8}(?P<share>\d{3,5}(?:\.\d{1,4})?)%",
    "%",
    longest=23,
)
_SHARE_IN_WORDS = Expression(
    r"(?:占比?|比重|[格良及勤票学业活盖意愈晓中]率|满意度)[^。,;\n]{0,8}百分之(?:[二三四五六七八九]百|一百[零一二三四五六七八九])[一二三四五六七八九十]*",
    ("百分之",),
)
_NOT_A_SHARE = re.compile("拨备|增长|提高|上升|增加|预算|GDP|超额|倍")
_LESS = Expression(
    r"(?:下降|减少|降低|缩小|缩减|下跌|下滑|减小|降)了?(?P<percent>\d{3,5}(?:\.\d{1,4})?)%"
    r"|(?:下降|减少|降低|缩小|缩减|下跌|减小)了?(?:近|约|超|超过)?(?P<times>\d{1,4}(?:\.\d)?|[两二三四五六七八九十百]{1,3})倍",
    "%倍",
    longest=14,
)
_PROFIT = re.compile("利润|盈利|业绩|净额|收益|亏|顺差|逆差|余额")
_FROM_TO = Expression(
    rf"[从由](?P<when>[^。,;\n\d]{{0,6}})的?{_AMOUNT}(?P<unit>%|[\u4e00-\u9fff]{{1,3}}?)"
    r"(?:(?P<up>增加|增长|上升|提高|提升|扩大|增至|升至|上涨|攀升|跃升|涨)|(?P<down>下降|减少|降低|降至|减至|缩小|缩短|缩减|压缩|回落|下跌|跌|降))"
    rf"(?:到了?|至|为)?(?:[^。,;\n\d]{{0,5}}?的)?(?P<number2>{_NUMBER})(?P<scale2>[万亿]{{0,2}})(?P=unit)",
    "从由",
)
_RANK = re.compile("第|名次|排名|位次|排位|等级")
_WHOLE = re.compile(rf"(?<![\d.]){_AMOUNT}[多余]?(?P<unit>[^\d\s,。;、()])")
_COUNT = r"\d{1,9}|[一二三四五六七八九十]{1,3}"
_MEN = rf"男(?!子|篮|足|排)[性生职工员]{{0,2}}[^。;\n\d女]{{0,6}}?(?P<men>{_COUNT})(?P<unit>[人名位])"
_WOMEN = rf"女(?!子|篮|足|排)[性生职工员]{{0,2}}[^。;\n\d]{{0,6}}?(?P<women>{_COUNT})(?P=unit)"
_BOTH_SEXES = (
    Expression(
        rf"(?<![\d.])(?P<whole>{_COUNT})(?P<all>[人名位])[^。;\n\d]{{0,12}}?{_MEN}[^。;\n\d]{{0,4}}?{_WOMEN}"
        r"(?![^。;\n]{0,12}(?:儿童|其他|未))",
        "男",
    ),
    Expression(
        rf"{_MEN}[^。;\n\d]{{0,4}}?{_WOMEN}[^。;\n\d]{{0,3}}(?:共计?|合计|总共)(?P<whole>{_COUNT})(?P=unit)", "男"
    ),
)
_SHARES = Expression(
    r"\d{1,2}(?:\.\d{1,2})?%(?:[^。,;、\n\d%]{0,2}[,、;][^。,;、\n\d%]{0,10}\d{1,2}(?:\.\d{1,2})?%){2,5}", "%"
)
_OF_ONE_WHOLE = re.compile("占|赞成|同意|支持|反对|弃权|构成")
_OF_SEVERAL = re.compile("率|增|降|涨|跌|提高|超|同比|环比|各占|[个项]百分点")
_NOT_COUNTED = "年月日时分%倍第"
_AMONG = Expression("其中", ("其中",))
_NEAR, _NOT_FAR = 8, 14  # characters between 其中 and its amount
_ANOTHER = re.compile("[()]|累计|当日|另|还有|同比|共")
_MOST_OF = re.compile("[均最超]")  # part of an average, or a value at one place, may be larger
_ALL = Decimal(101)  # percent; rounding makes some more than a hundred
_FRACTION = Expression(
    r"(?<!\d)(?<!\d[.,])\d{1,9}\.\d{1,4}(?:人|名|位|户|辆|栋|头)(?!次|民币|均|工|体|类|口|天)", ".", longest=17
)
_AVERAGE = re.compile("均|每|规模|密度|比|率")
_SENTENCE_END = re.compile("[。;\n]")
_LONGEST_SENTENCE = 200  # characters that are examined on either side
_UNITS = (
    Expression(r"摄氏\d{1,3}(?:\.\d)?度|\d摄氏(?!度)", ("摄氏",)),
    Expression(r"百分之\d{1,3}(?:\.\d+)?%|\d{1,9}%个百分点", "%"),
    Expression(
        r"(?<![\d.])\d{1,6}\.\d{1,4}\.\d{1,4}(?:[万亿%]|元(?![旦宵月])|亩(?!均)|吨(?!位)|公里|平方米)", ".", longest=22
    ),
    Expression(r"\d{1,6}(?:\.\d+)?[万亿]万(?!元|[亿以])", ("万万", "亿万")),
    Expression(r"\d平方(?![米公千厘分毫英里市])", "平", longest=4),
    Expression(
        r"\d[万亿]?(亩|元|吨|米|户|公里|公斤|公顷|千米)\1(?![\u4e00-\u9fff])"
        r"|\d(?:公里米|公斤克|千克克|平方米米|立方米米|平方公里里)(?!程)",
        "亩元吨米户里斤顷克",
        longest=7,
    ),
    Expression(r"(?:约|近|大约|将近)\d{1,9}(?:多|余)[人名个户元]", "多余", longest=13),
)
_OF_FIGURES = re.compile(r"[\d百倍男]")  # needed by all of these


def find_wrong_figures(text: str, at: date) -> Iterator[Match]:
    """Yield figures in a normalised text that cannot be right on any day of publication."""
    if not _OF_FIGURES.search(text):
        return
    for match in _SHARE.finditer(text):
        if float(match["share"]) > 100 and not _NOT_A_SHARE.search(_around(text, match)):
            yield Match(ABOVE_HUNDRED, *match.span())
    for match in _SHARE_IN_WORDS.finditer(text):
        if not _NOT_A_SHARE.search(_around(text, match)):
            yield Match(ABOVE_HUNDRED, *match.span())
    for match in _LESS.finditer(text):
        if match["times"] or (float(match["percent"]) > 100 and not _PROFIT.search(_around(text, match, 60))):
            yield Match(LESS_BY_TIMES, *match.span())
    for match in _FROM_TO.finditer(text):
        before, after = amount_of(match["number"], match["scale"]), amount_of(match["number2"], match["scale2"])
        # What takes less time has become better.
        wrong = after < before and match["unit"][0] not in "分秒时小天" if match["up"] else after > before
        if wrong and match["unit"] not in "年位名" and not _RANK.search(_around(text, match, 20)):
            yield Match(WRONG_DIRECTION, *match.span())
    yield from _find_wrong_parts(text)
    yield from _find_wrong_sums(text)
    for match in _FRACTION.finditer(text):
        if not _AVERAGE.search(_around(text, match, 20)):
            yield Match(PART_OF_A_PERSON, *match.span())
    for pattern in _UNITS:
        yield from (Match(UNUSUAL_UNIT, *match.span()) for match in pattern.finditer(text))


def _find_wrong_parts(text: str) -> Iterator[Match]:
    """Yield parts (其中…) beyond all amounts of their unit before them in the sentence, and sums that are not right."""
    for found in _AMONG.finditer(text):
        begin = _sentence_begin(text, found.start(), _LONGEST_SENTENCE)
        ends = _SENTENCE_END.search(text, found.end(), found.end() + _LONGEST_SENTENCE)
        end = ends.start() if ends else min(found.end() + _LONGEST_SENTENCE, len(text))
        wholes = [(match, _sum_of(match)) for match in _WHOLE.finditer(text, begin, found.start())]
        parts = [(match, _sum_of(match)) for match in _WHOLE.finditer(text, found.end(), end)]
        if not wholes or not parts:
            continue
        (whole, size), (part, amount), between = wholes[-1], parts[0], text[found.end() : parts[0][0].start()]
        unit = part["unit"]
        if whole["unit"] != unit or unit in _NOT_COUNTED:
            continue
        before = sum(each for match, each in wholes if match["unit"] == unit)
        is_near = len(between) <= (_NEAR if unit == "个" else _NOT_FAR) and not _MOST_OF.search(between)
        if amount > before and is_near:
            yield Match(PART_ABOVE_WHOLE, whole.start(), part.end())
        in_brackets = text[found.start() - 1 : found.start()] == "("
        is_list = not in_brackets and _is_one_list(text, [match for match, _size in parts], unit)
        if is_list and amount <= size < sum(each for _match, each in parts):
            yield Match(PARTS_DO_NOT_SUM, whole.start(), parts[-1][0].end())


def _is_one_list(text: str, parts: list[re.Match[str]], unit: str) -> bool:
    """Return True if these are several amounts of the unit, with little between them that could be something else."""
    gaps = [text[one.end() : other.start()] for one, other in pairwise(parts)]
    return (
        all(part["unit"] == unit for part in parts)
        and bool(gaps)
        and all(len(gap) <= _NEAR and not _ANOTHER.search(gap) for gap in gaps)
        and not re.search("[男女]", text[max(parts[0].start() - _NEAR, 0) : parts[-1].end()])
    )


def _find_wrong_sums(text: str) -> Iterator[Match]:
    """Yield men and women who are not all, and shares of one whole that are more than all of it."""
    for pattern in _BOTH_SEXES:
        for match in pattern.finditer(text):
            men, women, whole = (
                int(amount) if (amount := match[key]).isdecimal() else number_of(amount)
                for key in ("men", "women", "whole")
            )
            if men + women != whole and match.groupdict().get("all", match["unit"]) == match["unit"]:
                yield Match(PARTS_DO_NOT_SUM, *match.span())
    for match in _SHARES.finditer(text):
        said = _around(text, match, 40)
        shares = [Decimal(share) for share in re.findall(r"(\d{1,2}(?:\.\d{1,2})?)%", match[0])]
        if sum(shares) > _ALL and _OF_ONE_WHOLE.search(said) and not _OF_SEVERAL.search(said):
            yield Match(PARTS_DO_NOT_SUM, *match.span())


def _sum_of(match: re.Match[str]) -> Decimal:
    return amount_of(match["number"], match["scale"])


def _around(text: str, match: re.Match[str], before: int = 12) -> str:
    """Return the match with some text of its sentence before it."""
    return text[_sentence_begin(text, match.start(), before) : match.end()]


def _sentence_begin(text: str, place: int, most: int) -> int:
    """Return where the sentence begins, or `most` characters before the place: text without punctuation is not a
    sentence.
    """
    earliest = max(place - most, 0)
    return max(earliest, *(text.rfind(mark, earliest, place) + 1 for mark in "。;\n"))
