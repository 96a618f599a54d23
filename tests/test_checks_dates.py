"""The machine finds dates and figures that cannot be right, and leaves alone those that may be (CHK-07)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.checks import dates, figures
from articles.checks.plain_text import plain_text_of_line

TODAY = date(2026, 11, 28)  # a Saturday


def found(written):
    text = plain_text_of_line(written).text
    matches = [*dates.find_wrong_dates(text, TODAY), *figures.find_wrong_figures(text, TODAY)]
    return [(match.rule.name, text[match.start : match.end]) for match in matches]


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("定于11月31日举行", "no_such_day", "11月31日"),
        ("生于2023年2月29日", "no_such_day", "2023年2月29日"),
        ("13月1日", "no_such_day", "13月1日"),
        ("二〇二六年十一月三十一日", "no_such_day", "二〇二六年十一月三十一日"),
        ("〇〇〇〇年三月五日", "no_such_day", "〇〇〇〇年三月五日"),
        ("二零二六年二月三十日", "no_such_day", "二零二六年二月三十日"),
        ("截至2026-11-31", "no_such_day", "2026-11-31"),
        ("2026.2.30起施行", "no_such_day", "2026.2.30"),
        ("11月28日(星期五)", "wrong_weekday", "11月28日(星期五"),
        ("2026年11月28日 周日", "wrong_weekday", "2026年11月28日 周日"),
        ("十一月二十八日，礼拜五", "wrong_weekday", "十一月二十八日,礼拜五"),
        ("11月28日上午(周五)", "wrong_weekday", "11月28日上午(周五"),
        ("下周五(12月5日)", "wrong_weekday", "周五(12月5日"),
        ("28日(星期二)", "wrong_weekday", "28日(星期二"),
        ("12月3日(星期四)至28日(星期六)", "wrong_weekday", "28日(星期六"),
        ("昨日(11月28日)", "wrong_relative_day", "昨日(11月28日"),
        ("今天(27日)", "wrong_relative_day", "今天(27日"),
        ("29日(今日)", "wrong_relative_day", "29日(今日)"),
        ("霁川11月27日电 今天(28日)上午", "wrong_relative_day", "今天(28日"),
        ("11月5日至3日", "end_before_start", "11月5日至3日"),
        ("2026年3月2日至2025年4月1日", "end_before_start", "2026年3月2日至2025年4月1日"),
        ("5月20日到4月30日", "end_before_start", "5月20日到4月30日"),
        ("2026年至2021年", "end_before_start", "2026年至2021年"),
        ("上午10:30至9:00", "end_before_start", "10:30至9:00"),
        ("20226年3月", "mistyped_year", "20226年3月"),
        ("206年3月", "mistyped_year", "206年3月"),
        ("2206年3月", "mistyped_year", "2206年3月"),
        ("今年(2025年)", "mistyped_year", "今年(2025年)"),
        ("2062年11月28日", "distant_year", "2062年11月28日"),
        ("25时30分", "no_such_time", "25时30分"),
        ("9时75分", "no_such_time", "9时75分"),
        ("五季度", "no_such_time", "五季度"),
        ("2026年5月至2025年12月", "end_before_start", "2026年5月至2025年12月"),
        ("12月9日持续到12月3日", "end_before_start", "12月9日持续到12月3日"),
        ("30日至28日", "end_before_start", "30日至28日"),
        ("1日至3日，为期四天", "wrong_length", "1日至3日,为期四天"),
        ("据悉，11月1日至3日，为期四天", "wrong_length", "11月1日至3日,为期四天"),
        ("11月1日至3日在霁川举行（为期4天）", "wrong_length", "11月1日至3日在霁川举行(为期4天"),
        ("11月4日至6日（周三至周五）为期4天", "wrong_length", "11月4日至6日(周三至周五)为期4天"),
        ("10月30日至11月2日，会期两天", "wrong_length", "10月30日至11月2日,会期两天"),
        ("截至20226年底", "mistyped_year", "20226年"),
        ("今天是11月26日", "wrong_relative_day", "今天是11月26日"),
    ],
)
def test_dates_that_cannot_be_right_are_found(text, rule, words):
    assert found(text) == [(rule, words)]


@pytest.mark.parametrize(
    "text",
    [
        "11月28日(星期六)",
        "1月3日(星期日)",  # of the next year
        "2月29日",
        "11月1日至3日，为期三天。11月1日至3日，为期两天",
        "11月1日至3日，培训2000人。活动为期五天",
        "2月27日至3月2日，为期四天",  # of which year?
        "农历正月初一至初三，为期四天",
        "11月1日至3日，为期四周",
        "展览9月1日至2027年8月31日，为期一年",
        "11月1日至20日报名，为期三天的比赛12月开赛。",
        "11月1日至20日，为期三天的比赛在霁川举行。",
        "11月1日至20日，为期三天培训分批开展。",
        "11月1日至30日分批开展为期三天的培训。",
        "11月5日至30日，分别举办为期两天的宣讲。",
        "11月5日至30日在各乡镇举办，为期两天。",
        "11月5日至30日在望桥、石栗举办，为期两天。",
        "11月28日至30日举办，第二阶段为期五天",
        "2026年11月1日至20日为报名期，培训为期五天",
        "11月1日至10日面向全县征集作品，展期5天",
        "11月1日至10日（征集作品），展期5天",
        "11月1日至3日、11月8日至10日，为期六天",
        "11月1日至3日和8日至10日，为期六天",
        "11月1日至3日；11月8日至10日，为期六天",
        "一期11月1日至3日，二期8日至10日，为期六天",
        "农历二月三十日",
        "2019年办第一届。11月28日(星期四)开幕",  # right in the year said before
        "前年11月28日(星期四)",
        "3日(星期二)",  # of this month, though the next one's is nearer
        "28日周刊",
        "今天(28日)",
        "27日(昨日)",
        "霁川11月27日电 今天(27日)上午",
        "11月3日至5日",
        "11月15日至3月15日",
        "5月1日至4月30日",
        "12月28日至1月3日",
        "22:00至6:00",
        "8:30至5:30",
        "到2035年",
        "截至2026-11-30",
        "版本2026.11",
        "10.2.30",
        "二十三个月",
        "11月27日至28日（周五至周六）",
        "30日至2日",
        "他说：“今天是11月26日。”",
        "今明天（28日至29日）",
    ],
)
def test_dates_that_may_be_right_are_not(text):
    assert found(text) == []


@pytest.mark.parametrize("mark", ["，", "：", ",", "。"])
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("11月31日召开", "no_such_day"),
        ("11月28日（星期五）召开", "wrong_weekday"),
        ("28日（昨日）召开", "wrong_relative_day"),
        ("25时10分", "no_such_time"),
        ("9:00至8:30", "end_before_start"),
        ("20226年1月", "mistyped_year"),
    ],
)
def test_a_mark_before_a_date_hides_it_no_more_than_a_blank(mark, text, rule):
    assert rule in [name for name, _words in found(f"会议时间{mark}{text}")]
    assert found(f"会议时间1{mark}{text}".replace("。", ".")) == []


DAYS = {
    26: ("前天", "前日"),
    27: ("昨天", "昨日", "昨晚", "昨夜"),
    28: ("今天", "今日", "今晨", "今早", "今晚"),
    29: ("明天", "明日", "明晚"),
    30: ("后天",),
}


@pytest.mark.parametrize(("day", "word"), [(day, word) for day, words in DAYS.items() for word in words])
def test_each_word_for_a_day_near_by_is_compared_with_the_date(day, word):
    assert found(f"{word}({day}日)") == []
    assert found(f"{word}({day - 5}日)") == [("wrong_relative_day", f"{word}({day - 5}日")]


def test_the_right_weekday_and_day_are_suggested():
    (weekday,) = dates.find_wrong_dates("11月28日(星期五)", TODAY)
    (day,) = dates.find_wrong_dates("昨日(26日)", TODAY)
    assert (weekday.suggestion, day.suggestion) == ("星期六", "11月27日")


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("合格率达120%", "above_hundred_percent", "合格率达120%"),
        ("女性占比为104.5%", "above_hundred_percent", "占比为104.5%"),
        ("能耗下降了130%", "less_by_times", "下降了130%"),
        ("排放减少两倍", "less_by_times", "减少两倍"),
        ("从120人增加到95人", "wrong_direction", "从120人增加到95人"),
        ("由3.5%下降到4.1%", "wrong_direction", "由3.5%下降到4.1%"),
        ("从2万吨提高到9,000吨", "wrong_direction", "从2万吨提高到9,000吨"),
        ("参加者120人,其中学生150人。", "part_above_whole", "120人,其中学生150人"),
        ("全校共300人,其中男生140人,女生150人", "parts_do_not_sum", "300人,其中男生140人,女生150人"),
        ("救出3.5人", "part_of_a_person", "3.5人"),
        ("气温摄氏38度", "unusual_unit", "摄氏38度"),
        ("入学率百分之一百二十", "above_hundred_percent", "学率百分之一百二十"),
        ("男30人、女25人，共60人", "parts_do_not_sum", "男30人、女25人,共60人"),
        ("三十人，其中男二十人、女二十人", "parts_do_not_sum", "三十人,其中男二十人、女二十人"),
        ("同意占60%，反对占30%，弃权占20%", "parts_do_not_sum", "60%,反对占30%,弃权占20%"),
        ("共50户，其中甲村30户、乙村25户", "parts_do_not_sum", "50户,其中甲村30户、乙村25户"),
        ("占地30亩亩", "unusual_unit", "0亩亩"),
        ("占百分之30%", "unusual_unit", "百分之30%"),
        ("约100多人到场", "unusual_unit", "约100多人"),
    ],
)
def test_figures_that_cannot_be_right_are_found(text, rule, words):
    assert found(text) == [(rule, words)]


@pytest.mark.parametrize(
    "text",
    [
        "合格率达100%",
        "拨备覆盖率150%",
        "收入增长120%",
        "占比增长120%",
        "净利润同比下降130%",
        "从第10位上升到第5位",
        "从3小时缩短到30分钟",
        "从95人增加到120人",
        "参加者120人,其中学生50人。",
        "增加12人,累计30人,其中学生25人。",
        "全校共300人,其中男生150人,女生150人",
        "户均2.6人",
        "38摄氏度",
        "1.2万人",
        "近百人",
        "50公斤米粉",
        "甲率98%，乙率97%，丙率99%",
        "同意占60%，反对占30%，弃权占10%",
        "15名医生、35名护士集结,其中党员41名",
        "日均532万人,其中工作日均635万人",
        "频次从5分钟提升至1分钟",
        "125例（其中甲36例）中，轻型34例、普通型85例",
        "能耗下降了100%",
        "有10个项目，其中新开工6个，累计完成8个",
    ],
)
def test_figures_that_may_be_right_are_not(text):
    assert found(text) == []


PIECES = st.sampled_from(
    [*"0129〇一二十三年月日号时点分至到:(),.%其中共男女从增加到人万", "2026", "今天", "星期", "占比", "\n"]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_can_be_read(text):
    for _rule, words in found(text):
        assert words
