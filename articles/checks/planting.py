"""Makes errors and plants them into clean texts, to measure which of them the rules find. Everything is invented."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from ..models import RosterEntry
from .personal_data import CHECK_DIGITS, WEIGHTS
from .roster import Roster

# Text before the error, the error, text after it: a sentence without marks around it.
Words = tuple[str, str, str]
_WEEKDAYS = "一二三四五六日"
_NAMES = ("方知远", "林晓舟", "梁静姝", "陶一宁", "叶问津", "孙望桥")
_FILE = "a" * 32
_PLACES = ("霁川县望桥乡", "泽南市澄溪镇", "霁川县白苇镇", "泽南市双渡街道")


def plant_error(rule: str, html: str, at: date, random: Random) -> str:
    """Return the HTML of a clean text with an error of this rule at the end of one of its sentences.

    Half of the errors are broken up by a tag or by an invisible character. Raises KeyError for a rule without a maker.
    """
    return plant_sentence(MAKERS[rule](at, random), html, random, own_paragraph=rule in WHOLE_PARAGRAPHS)


def plant_sentence(words: Words, html: str, random: Random, *, own_paragraph: bool = False) -> str:
    """Return the HTML of a clean text with this sentence in it, whose error is broken up half of the times."""
    before, error, after = words
    if len(error) > 1 and random.random() < 0.5:
        at_character = random.randrange(1, len(error))
        parts = error[:at_character], error[at_character:]
        error = "\u200b".join(parts) if random.random() < 0.5 else f"{parts[0]}<strong>{parts[1]}</strong>"
    sentence = f"{before}{error}{after}"
    ends = [place + 1 for place, mark in enumerate(html) if mark == "。" and html[place + 1 : place + 2] not in "”’）"]
    if own_paragraph or not ends:
        return f"{html}<p>{sentence}</p>"
    place = random.choice(ends)
    return f"{html[:place]}{sentence}{html[place:]}"


def _digits(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789") for _place in range(count))


def _identity_number(at: date, random: Random) -> Words:
    born = date(1950, 1, 1) + timedelta(days=random.randrange(25_000))
    number = f"{random.randrange(11, 65)}{random.randrange(1000, 9999)}{born:%Y%m%d}{_digits(random, 3)}"
    sum_ = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=True))
    return "他的身份证号是", number + CHECK_DIGITS[sum_ % 11], "。"


def _bank_card(at: date, random: Random) -> Words:
    number = "622" + _digits(random, 15)
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[::-1][::2])
    last = -(sum(map(int, number[::-1][1::2])) + sum(doubled)) % 10
    return "款项汇入账号", f"{number}{last}", "。"


def _weekday(at: date, random: Random) -> Words:
    day = at + timedelta(days=random.randrange(-150, 150))
    wrong = _WEEKDAYS[(day.weekday() + random.randrange(1, 7)) % 7]
    form = random.choice(["{m}月{d}日（星期{w}）", "{y}年{m}月{d}日周{w}", "{m}月{d}日，星期{w}"])
    return "活动定于", form.format(y=day.year, m=day.month, d=day.day, w=wrong), "举行。"


def _relative_day(at: date, random: Random) -> Words:
    day = at + timedelta(days=random.choice([-9, -5, -3, 3, 4]))
    word = random.choice(["昨日", "今天", "昨天", "今日"])
    return "记者", f"{word}（{day.month}月{day.day}日", "）从县里获悉，大桥通车。"


def _range(at: date, random: Random) -> Words:
    month, last = random.randrange(1, 13), random.randrange(1, 14)
    return "展览于", f"{month}月{last + random.randrange(1, 14)}日至{last}日", "举行。"


def _direction(at: date, random: Random) -> Words:
    more, less = random.randrange(500, 900), random.randrange(100, 400)
    unit = random.choice("人户吨%")
    pair = (f"从{more}{unit}增加到{less}{unit}", f"由{less}{unit}下降到{more}{unit}")
    return "这一数字", random.choice(pair), "。"


def _part(at: date, random: Random) -> Words:
    whole, unit = random.randrange(50, 90), random.choice("人户家")
    return "共有", f"{whole}{unit}，其中外地{whole + random.randrange(5, 50)}{unit}", "。"


def _sexes(at: date, random: Random) -> Words:
    men, women = random.randrange(20, 90), random.randrange(20, 90)
    return "", f"全校共{men + women + random.randrange(1, 9)}人，其中男生{men}人，女生{women}人", "。"


def _minor(at: date, random: Random) -> Words:
    return "，", f"{random.choice(_NAMES)}（{random.choice('男女')}，{random.randrange(7, 17)}岁", "）参加了演出。"


def _choice(before: str, errors: str, after: str) -> Callable[[date, Random], Words]:
    return lambda at, random: (before, random.choice(errors.split("|")), after)


def _made(before: str, form: str, after: str) -> Callable[[date, Random], Words]:
    """A maker that fills {n} (1 to 9), {nn} (two digits), {nnnn}, {age} (of a child), {name} and {place}."""

    def make(at: date, random: Random) -> Words:
        facts = {"n": random.randrange(1, 10), "nn": random.randrange(11, 99), "nnnn": random.randrange(2000, 9999)}
        facts |= {"age": random.randrange(7, 18)}
        return before, form.format(name=random.choice(_NAMES), place=random.choice(_PLACES), **facts), after

    return make


# The people named where roster rules are tried; none in a clean text.
ROSTER = Roster(
    [
        RosterEntry(name="方知远", unit="霁川县", post="县长", rank=1, forbidden="方县太爷"),
        RosterEntry(name="林晓舟", unit="霁川县", post="副县长", rank=2),
        RosterEntry(name="陶一宁", unit="霁川县", post="县长", until=date(2001, 1, 1)),
    ]
)
WHOLE_PARAGRAPHS = {"leading_mark", "picture_without_description", "table_without_head", "byline_not_credited"}
MAKERS: dict[str, Callable[[date, Random], Words]] = {
    "identity_number": _identity_number,
    "bank_card": _bank_card,
    "mobile_number": _made("联系电话", "13{n}{nnnn}{nnnn}", "。"),
    "landline_number": _made("他家电话是", "08{nn}-6{nnnn}{nn}", "。"),
    "passport": _made("他的护照号码是", "E{nnnn}{nnnn}", "。"),
    "number_plate": _made("车牌号是", "云A{nnnn}{n}", "。"),
    "home_address": _made("他", "家住{place}望桥村{n}组{nn}号", "。"),
    "minor": _minor,
    "minor_harmed": _made("", "{name}，{age}岁", "，溺水身亡。"),
    "victim_named": _made("警方通报，", "受害人{name}", "，已获赔偿。"),
    "relative_named": _made("警方找到了", "嫌疑人的妻子{name}", "。"),
    "patient_named": _made("", "艾滋病患者{name}", "讲述了经历。"),
    "wrong_province": _choice("产品销往", "湖北省张家界|四川省重庆市|江苏省杭州市|河北省郑州市", "等地。"),
    "wrong_post": _choice("会上，", "霁川县副县长方知远|霁川县县长林晓舟|霁川县县长陶一宁", "讲话。"),
    "wrong_order": _choice("", "林晓舟、方知远|副县长林晓舟、县长方知远", "参加。"),
    "nearly_a_name": _choice("会上，", "霁川县县长方志远|霁川县副县长林晓州", "讲话。"),
    "post_without_name": _choice("", "霁川县县长|霁川县副县长", "出席仪式。"),
    "forbidden_form": _choice("村民都叫他", "方县太爷", "。"),
    "no_such_day": _choice(
        "会议定于", "2月30日|4月31日|6月31日|9月31日|11月31日|13月5日|2025年2月29日|2026-11-31", "举行。"
    ),
    "no_such_time": _choice("列车", "25时30分|9时75分|上午15时", "发车。"),
    "wrong_weekday": _weekday,
    "wrong_relative_day": _relative_day,
    "end_before_start": _range,
    "wrong_length": _choice("展览于", "3月1日至3日，为期四天|5月6日至20日，展期10天", "。"),
    "mistyped_year": _made("工程", "202{nn}年{n}月", "开工。"),
    "above_hundred_percent": _made("验收", "合格率达到1{nn}%", "。"),
    "less_by_times": _made("能耗", "减少了{n}倍", "。"),
    "wrong_direction": _direction,
    "part_above_whole": _part,
    "parts_do_not_sum": _sexes,
    "half_width_mark": _choice("大桥通", "车,车|车;车|车:车|车?车|车(车", "辆通行。"),
    "unpaired_mark": _choice("村民说", "，“桥通了|，桥通了”|《望桥志", "，大家高兴。"),
    "doubled_mark": _choice("大桥通车", "，，|。。|、，|；；|，。", "大家高兴。"),
    "mark_outside_quotation": _choice("他说：“大桥通车", "了”。", "大家高兴。"),
    "wrong_ellipsis": _choice("米、面、油", "......|。。。|…", "样样都有。"),
    "wrong_dash": _choice("望桥乡", "--|――", "白苇镇段通车。"),
    "leading_mark": _choice("", "，", "桥通了以后，大家高兴。"),
    "full_width_letter": _choice("全长", "１２３|４５６７|Ｇ３２０", "米。"),
    "lookalike_letter": _choice("型号是", "\u0410pple|W\u0435Chat|2O26年|二○二六年", "。"),
    "unreadable_character": _choice("大桥", "\ue001|\ufffd|锟斤拷", "通车。"),
    "traditional_character": _choice("望", "橋|鄉|鎮", "的人都来了。"),
    "word_twice": _choice("这是望桥", "的的", "第一座桥。"),
    "link_says_nothing": _choice('详情请<a href="https://a.example/">', "点击这里|点这里|此处", "</a>。"),
    "byline_not_credited": _made("望桥乡的便民桥今日通车。（记者 ", "{name}", "）"),
    "table_without_head": _choice(
        "</p><table><tbody><tr><td>甲</td><td>", "乙丙", "</td></tr></tbody></table><p>表如上。"
    ),
    "picture_without_description": _choice(
        f'</p><figure><img src="/media/pictures/{_FILE}.jpg" alt=""><figcaption>',
        "陶一宁 摄",
        "</figcaption></figure><p>图如上。",
    ),
}
