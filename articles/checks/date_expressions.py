"""How dates, weekdays, ranges and years are written: the expressions by which `dates` finds them."""

import re
from functools import partial

from .expressions import Expression
from .numerals import DAY_NUMERAL, YEAR_NUMERAL

_expression = partial(Expression, flags=re.ASCII)
_MONTH = r"\d{1,2}|十[一二三四五六七八九]?|[一二三四五六七八九]"
_DAYS = rf"\d{{1,2}}|{DAY_NUMERAL}"
# No part of a longer number. A comma or colon after words is punctuation: normalising makes “，” and “：” ordinary
# ones.
_NUMBER_BEGINS = r"(?<!\d)(?<!\d[.,:])"
_ALONE = _NUMBER_BEGINS + "(?<![〇零一二三四五六七八九十百])"
_YEAR = rf"[12]\d{{3}}|{YEAR_NUMERAL}"
_FULL = rf"(?:(?P<year>{_YEAR})年)?(?P<month>{_MONTH})月(?P<day>{_DAYS})[日号]"
# Not the number of a house, nor the age of young birds: 9月31号楼, 2月30日龄.
DATE = _expression(_ALONE + _FULL + "(?:(?<=日)(?!龄)|(?<=号)(?![楼院线库井厅馆桥]))", "月", longest=13)
DASHED = _expression(
    r"(?<![\w./-])(?P<year>(?:19|20)\d\d)(?P<by>[-/.])(?P<month>[01]?\d)(?P=by)(?P<day>[0-3]?\d)(?![\w/-]|\.\d)",
    "-/.",
    longest=13,
)
LUNAR = re.compile("农历|阴历|旧历|夏历|藏历|腊月|正月|闰")
# A range of days may be followed by one of weekdays: 4月4日至6日(周六至周一).
_WEEKDAY = r"(?P<week>星期|周|礼拜)(?P<weekday>[一二三四五六日天])(?!年|岁|刊|报|月|期|边|围|全|至|到|[、—–~-])"
_WEEK = "期周拜"  # 星期, 周, 礼拜
ANY_WEEKDAY = _expression("(?:星期|周|礼拜)[一二三四五六日天]", _WEEK, longest=3)
DATE_WEEKDAY = _expression(
    rf"{_ALONE}(?:{_FULL}|(?<![月年\d])(?P<only>{_DAYS})[日号])(?:[上下]午|[早晚]上?|凌晨)?"
    # After a comma, 上周五 begins something else.
    rf"\s?(?:\([本这下上]|[(,]?\s?){_WEEKDAY}",
    _WEEK,
    longest=22,
)
WEEKDAY_DATE = _expression(rf"{_WEEKDAY}\s?\((?:{_FULL}|(?P<only>{_DAYS})[日号])", _WEEK, longest=17)
YEARS_BEFORE = re.compile(rf"({_YEAR})年", re.ASCII)
MONTHS_BEFORE = re.compile(rf"{_ALONE}({_MONTH})月(?!来|球|亮|饼|薪)", re.ASCII)
OTHER_YEAR = re.compile("[去前明次翌当同][年]|年前|年后|历年|每年")
RELATIVE = {"前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1, "今天": 0, "今日": 0}
RELATIVE |= {"今晨": 0, "今早": 0, "今晚": 0, "明天": 1, "明日": 1, "明晚": 1, "后天": 2}
SAID_DAY = _expression(
    rf"(?:(?<![今昨前])(?P<word>{'|'.join(RELATIVE)})(?:上午|下午|[早晚]上|凌晨)?\((?:(?P<month>{_MONTH})月)?(?P<day>{_DAYS})[日号]"
    rf"|{_ALONE}(?:(?P<month2>{_MONTH})月)?(?P<day2>{_DAYS})[日号]\((?P<word2>{'|'.join(RELATIVE)})\))",
    "(",
    longest=13,
)
SAID_PLAINLY = _expression(
    rf"(?<![到至今昨前])(?P<word>{'|'.join(RELATIVE)})(?:就?是|即|为|,)?(?P<month>{_MONTH})月(?P<day>{_DAYS})[日号]"
    "(?!至|到|[—–~-]|电|讯)",
    "月",
    longest=12,
)
SAID = re.compile(
    rf"{_ALONE}(?:(?P<year>{_YEAR})年)?(?:(?P<month>{_MONTH})月(?:(?P<day>{_DAYS})[日号])?)?(?<=[年月日号])",
    re.ASCII,
)
DATELINE = _expression(
    rf"^[^\n。]{{0,24}}?{_ALONE}(?P<month>{_MONTH})月(?P<day>{_DAYS})日[电讯]",
    "电讯",
    longest=32,
    flags=re.ASCII | re.MULTILINE,
)
_TO = r"\s?(?:起?(?:持续|延续|一直)?[至到]|—{1,2}|-|–|~)\s?"
RANGE = _expression(
    rf"{_ALONE}(?:(?P<year>{_YEAR})年)?(?P<month>{_MONTH})月(?P<day>{_DAYS})[日号]?(?:\([^()\n]{{1,4}}\))?{_TO}"
    rf"(?:(?P<year2>{_YEAR})年)?(?:(?P<month2>{_MONTH})月)?(?P<day2>{_DAYS})[日号]",
    "月",
    longest=37,
)
DAYS_ALONE = _expression(
    rf"{_ALONE}(?<![月年第])(?P<day>{_DAYS})日(?:\([^()\n]{{1,4}}\))?{_TO}(?P<day2>{_DAYS})日",
    "日",
    longest=20,
)
# What stands before a range if another day is listed before it.
AFTER_A_DAY = re.compile(r"[\d一二三四五六七八九十][日号](?:\([^()]{0,8}\))?[^。\n\d]{0,4}$")
# Only a comma, a bracket or a place may stand between a range and its length: 11月1日至3日在霁川举行,为期四天. After other
# words, as before 天的, the length is of something else, which takes place in the range, or in parts of it.
LENGTH = re.compile(
    r"(?:\([星期周礼拜一二三四五六日天至到、—–~-]{1,12}\))?"
    r"(?:在[^,。;!?()\d\n、和与及等各每两多批期分轮巡别]{1,10}(?:举行|举办|召开))?[,(]?"
    rf"(?:为期|会期|展期)(?P<days>{_DAYS}|两)天(?![一-鿿])",
    re.ASCII,
)
MONTHS = _expression(
    rf"(?<![\d.])(?P<year>{_YEAR})年(?P<month>{_MONTH})月{_TO}(?P<year2>{_YEAR})年(?P<month2>{_MONTH})月(?!\d)",
    "月",
    longest=23,
)
YEARS = _expression(rf"(?<![\d.])(?P<first>(?:19|20)\d\d)年?{_TO}(?P<last>(?:19|20)\d\d)年", "年", longest=16)
HOURS = _expression(
    rf"{_NUMBER_BEGINS}(?P<first>\d{{1,2}})(?:[时点]|:(?P<m>\d\d)){_TO}"
    r"(?P<last>\d{1,2})(?:[时点]|:(?P<m2>\d\d))(?![\d:])",
    "时点:",
    longest=17,
)
NO_TIME = _expression(
    _NUMBER_BEGINS
    + r"(?:(?:2[5-9]|[3-9]\d)[时点]\d{1,2}分|\d{1,2}[时点](?:[6-9]\d)分|上午(?:1[3-9]|2\d)(?:[时点]|:\d\d)"
    r"|(?:[上下]午|晚上|[当今昨明]晚|凌晨|早上)(?:2[5-9]|[3-9]\d)[时点]"
    # After 晚, it is the score of a match: 昨晚98:95险胜.
    r"|(?:[上下中]午|凌晨|早上)(?:(?:2[5-9]|[3-9]\d):\d\d|\d{1,2}:[6-9]\d(?!\d))"
    r"|第?(?:[五六七八九]|[5-9])季度)",
    "分午季晚晨早",
    longest=9,
)
MISTYPED = _expression(
    _NUMBER_BEGINS
    + r"(?<![a-zA-Z])(?:(?:20\d{3}|20\d|2[1-9]\d{2})年\d{1,2}月|20[12]\d{2}年)(?!前|后|以?来|历史|的历史)",
    "年",
    longest=12,
)
THIS_YEAR = _expression(r"(?P<word>今年|去年|明年)\((?P<year>[12]\d{3})年\)", "(", longest=9)
OF_DATES = re.compile("[月日号期周拜年时点午季(:/.-]")  # needed by all of these
TO_A_NUMBER = re.compile("[至到—–~-]\\s?[\\d〇零○一二三四五六七八九十]{1,4}[年月日号时点:]")  # needed by ranges
