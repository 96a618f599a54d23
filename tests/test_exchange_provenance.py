"""Provenance is found by its pattern: at both ends of a page, with labels or without, as papers and portals print it."""

from datetime import datetime

import pytest

from articles.exchange.page_time import parse_page_time
from articles.exchange.provenance import parse_provenance_line
from articles.exchange.text import UnreadablePage, read_printed_page

TITLE = "望桥乡便民桥建成通车"
BODY = "11月2日,望桥乡便民桥建成通车。"


def at(*numbers):
    return datetime(*numbers)  # noqa: DTZ001 (as the page prints it)


def said(article):
    """霁川新闻网 | 2024-03-25 17:03 | reporter 方知远"""
    time = article.published_at or article.updated_at
    people = ", ".join(f"{role.value} {name} {unit}".strip() for role, name, unit in article.credits)
    return f"{article.source} | {time:%Y-%m-%d %H:%M} | {people}" if time else f"{article.source} | | {people}"


def read(*lines):
    return read_printed_page("\n".join(lines).encode())


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        ("来源:霁川新闻网 2024-03-25 17:03", "霁川新闻网 | 2024-03-25 17:03 | "),
        ("霁川新闻网  2024-03-25 17:03", "霁川新闻网 | 2024-03-25 17:03 | "),
        ("2024-03-25 17:03 霁川新闻网", "霁川新闻网 | 2024-03-25 17:03 | "),
        ("霁川日报 记者 方知远 2024年3月25日 17:03", "霁川日报 | 2024-03-25 17:03 | reporter 方知远"),
        ("来源：霁川新闻网 记者 方知远 2024-03-25", "霁川新闻网 | 2024-03-25 00:00 | reporter 方知远"),
        ("时间：2024-03-25 17:03 霁川新闻网", "霁川新闻网 | 2024-03-25 17:03 | "),
        ("原创 方知远 霁川发布 2024-03-25 17:03 发表于云南", "霁川发布 | 2024-03-25 17:03 | author 方知远"),
        ("原创 方知远 澄溪人家 2024年3月25日 17:03 云南", "澄溪人家 | 2024-03-25 17:03 | author 方知远"),
        ("霁川融媒 2024-03-25 17:03 发表于云南", "霁川融媒 | 2024-03-25 17:03 | "),
        ("来源丨霁川发布　编辑丨方知远", "霁川发布 | | editor 方知远"),
        (
            "2024-03-25 17:03 | 来源：霁川新闻网 | 记者 方知远 | 编辑 林晓舟",
            "霁川新闻网 | 2024-03-25 17:03 | reporter 方知远, editor 林晓舟",
        ),
        (
            "索引号：530-2024-1　发布机构：霁川县政府　发布日期：2024-03-25　主题分类：交通",
            "霁川县政府 | 2024-03-25 00:00 | ",
        ),
        ("索引编码：X1 发文机关：霁川县政府 发布日期：2024-03-25 所属辖区：霁川", "霁川县政府 | 2024-03-25 00:00 | "),
        (
            "來源:霽川新聞網  發布時間:2024-03-25 17:03  責任編輯:梁靜姝",
            "霽川新聞網 | 2024-03-25 17:03 | responsible_editor 梁靜姝",
        ),
        (
            "Source: Jichuan News  Updated: 2024-03-25 17:03  Editor: Fang Zhiyuan",
            "Jichuan News | 2024-03-25 17:03 | editor Fang Zhiyuan",
        ),
        ("2024-03-25 17:03 文 / 图 方知远", " | 2024-03-25 17:03 | text_photo 方知远"),
        ("作者：方知远 / 霁川日报 / 2024-03-25 17:03", "霁川日报 | 2024-03-25 17:03 | author 方知远"),
        ("2024-03-25 17:03 / 作者：方知远 / 霁川日报", "霁川日报 | 2024-03-25 17:03 | author 方知远"),
        ("来源：新华社 / 中国新闻网 / 霁川日报", "新华社 / 中国新闻网 / 霁川日报 | | "),
        ("2024-03-25 17:03 / 来源：新华社 / 霁川日报", "新华社 / 霁川日报 | 2024-03-25 17:03 | "),
        ("来源/霁川新闻网 编辑/林晓舟", "霁川新闻网 | | editor 林晓舟"),
        ("【来源：霁川新闻网】", "霁川新闻网 | | "),
        ("发布者：方知远 发布时间：2024-03-25 17:03", " | 2024-03-25 17:03 | "),
        ("原创 霁川发布 霁川发布 2024-03-25 17:03 云南", "霁川发布 | 2024-03-25 17:03 | "),
        ("Published: Mar 25, 2024 17:03 | By Fang Zhiyuan", " | 2024-03-25 17:03 | author Fang Zhiyuan"),
    ],
)
def test_a_head_is_read_with_labels_or_without(line, facts):
    article = read(TITLE, line, BODY)
    assert said(article) == facts
    assert (article.section, article.title, article.paragraphs, article.doubts) == ("", TITLE, (BODY,), ())


@pytest.mark.parametrize(
    "line",
    [
        "2024年3月25日天气预报",
        "霁川县政府 2024年3月25日",
        "2024年3月25日，霁川新闻网讯",
        "今日 霁川新闻网",
        "3月25日 霁川新闻网",
    ],
)
def test_a_date_in_a_title_or_a_signature_is_none(line):
    assert parse_provenance_line(line) is None


def test_what_may_be_a_source_or_a_person_is_neither_and_said():
    article = read(TITLE, "方知远 2024-03-25 17:03", BODY)
    assert said(article) == " | 2024-03-25 17:03 | "
    assert ["方知远" in doubt.message for doubt in article.doubts] == [True]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024年3月25日 星期一 17:03", at(2024, 3, 25, 17, 3)),
        ("2024年3月25日（星期一）17:03", at(2024, 3, 25, 17, 3)),
        ("2024-03-25 17:03 周一", at(2024, 3, 25, 17, 3)),
        ("2024年3月25日下午5:03", at(2024, 3, 25, 17, 3)),
        ("2024-03-25T17:03:22", at(2024, 3, 25, 17, 3)),
        ("2024-03-25T17:03:22.5+08:00", at(2024, 3, 25, 17, 3)),
        ("2024-03-25T09:03Z", at(2024, 3, 25, 17, 3)),
        ("25 March 2024", at(2024, 3, 25)),
        ("Mar. 25th, 2024, 7:03", at(2024, 3, 25, 7, 3)),
        ("2024-02-30", None),
        ("2024年3月25日 24:03", None),
        ("March 2024", None),
    ],
)
def test_times_are_read_as_pages_print_them(text, time):
    assert parse_page_time(text) == time


def test_provenance_at_the_end_is_read_and_no_text():
    article = read(TITLE, BODY, "来源：霁川新闻网", "发布时间：2024-03-25 17:03", "编辑：方知远", "微信扫一扫")
    assert said(article) == "霁川新闻网 | 2024-03-25 17:03 | editor 方知远"
    assert article.paragraphs == (BODY, "编辑：方知远")


@pytest.mark.parametrize(
    ("end", "facts", "kept"),
    [
        ("来源：霁川新闻网 编辑：林晓舟", "霁川新闻网 | | editor 林晓舟", ()),
        ("（来源：霁川新闻网）", "霁川新闻网 | | ", ()),
        ("霁川日报 2024-03-25", "霁川日报 | 2024-03-25 00:00 | ", ("霁川日报 2024-03-25",)),
        ("又是一段。（来源：霁川新闻网）", "霁川新闻网 | | ", ("又是一段。（来源：霁川新闻网）",)),
        (
            "一审一校：方知远 二审二校：林晓舟",
            " | | reviewer 方知远, reviewer 林晓舟",
            ("一审一校：方知远 二审二校：林晓舟",),
        ),
    ],
)
def test_the_last_lines_say_it_too(end, facts, kept):
    article = read(TITLE, BODY, end)
    assert (said(article), article.paragraphs) == (facts, (BODY, *kept))


@pytest.mark.parametrize(
    "end",
    [
        ("霁川县人民政府办公室", "2024年3月25日"),
        ("地点：望桥乡会议室", "时间：2024-03-28 09:00"),
        ("方知远 2024-03-25 17:03",),
    ],
)
def test_a_signature_and_the_time_of_a_meeting_stay_in_the_text(end):
    article = read(TITLE, BODY, *end)
    assert (article.paragraphs, said(article)) == ((BODY, *end), " | | ")


def test_a_source_in_the_head_is_not_replaced_by_one_at_the_end():
    article = read(TITLE, "来源：霁川新闻网", BODY, "来源：泽南日报")
    assert (article.source, article.paragraphs) == ("霁川新闻网", (BODY, "来源：泽南日报"))


# --- The heading around it --------------------------------------------------------------------------------------


def test_the_lines_above_are_one_title_unless_the_first_is_called_as_sections_are():
    second = "村民过年回家不再绕路"
    article = read("桥通了", second, "来源:霁川新闻网", BODY)
    assert (article.section, article.title) == ("", f"桥通了 {second}")
    assert ["桥通了" in doubt.message for doubt in article.doubts] == [True]
    marked = read("乡镇动态", second, "来源:霁川新闻网", BODY)
    assert (marked.section, marked.title, marked.doubts) == ("乡镇动态", second, ())


@pytest.mark.parametrize("page", ["第03版：要闻", "A03版 要闻", "3版：要闻"])
def test_a_newspapers_page_is_the_section(page):
    byline = "□ 本报记者 方知远 通讯员 林晓舟"
    article = read("霁川日报", "2024年3月25日 星期一", page, TITLE, byline, BODY)
    assert (article.section, article.title, article.paragraphs) == ("要闻", TITLE, (byline, BODY))
    assert said(article) == "霁川日报 | 2024-03-25 00:00 | reporter 方知远, correspondent 林晓舟"
    assert read(page, TITLE, byline, BODY).title == TITLE


def test_the_title_may_stand_below_a_governments_table():
    table = ["索 引 号：530-2024-1", "发布机构：霁川县政府", "发布日期：2024-03-25", "标　　题：关于便民桥的公告"]
    article = read(*table, BODY)
    assert (article.title, article.source, article.published_at) == ("关于便民桥的公告", "霁川县政府", at(2024, 3, 25))
    assert read(*table[:3], "关于便民桥的公告", BODY).title == "关于便民桥的公告"


def test_a_second_article_in_the_file_is_said():
    first = [TITLE, "来源：霁川新闻网 发布时间：2024-03-25", BODY]
    article = read(*first, "第二篇", "来源：霁川新闻网 发布时间：2024-03-26", BODY)
    assert ["2024-03-26" in doubt.message for doubt in article.doubts] == [True]


def test_a_source_with_a_blank_is_doubtful_and_one_too_long_refused():
    assert len(read(TITLE, "来源：霁川新闻网 望桥乡 时间：2024-03-25", BODY).doubts) == 1
    assert read(TITLE, "Source: Jichuan News", BODY).doubts == ()
    with pytest.raises(UnreadablePage, match="80"):
        read(TITLE, f"来源：{'霁' * 81}  更新时间：2024-03-25", BODY)


# --- Encodings and broken lines ---------------------------------------------------------------------------------

TRADITIONAL = "便民橋今日通車\n來源:霽川新聞網  更新時間:2024-03-25 17:03\n三村受益,不再繞路。\n"


def test_big5_is_told_from_gb18030():
    assert read_printed_page(TRADITIONAL.encode("big5hkscs")) == read_printed_page(TRADITIONAL.encode())
    for text in (TRADITIONAL, f"{TITLE}\n{BODY}", "朱镕基、陶喆\n㐂㙍䶮。"):
        assert read_printed_page(text.encode("gb18030")) == read_printed_page(text.encode()), text


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        (
            "　　桥今日通车,三个村的村\n民出行更方便。\n　　从前要绕路。",
            ("桥今日通车,三个村的村民出行更方便。", "从前要绕路。"),
        ),
        ("    桥今日通车。\n从前要绕\n路。\n    好。", ("桥今日通车。", "从前要绕路。", "好。")),
        ("　　桥今日通车,三村受益。\n从前要绕路。", ("桥今日通车,三村受益。", "从前要绕路。")),
        ("　　桥通车。\n　　从前要绕路", ("桥通车。", "从前要绕路")),
        ("桥今日通车\n从前要绕路", ("桥今日通车", "从前要绕路")),
        (
            "The bridge over the river opened today after\nthree years of work on both of its\nends.\n\nIt is long.",
            ("The bridge over the river opened today after three years of work on both of its ends.", "It is long."),
        ),
        ("一、目标\n二、任务\n\n三、要求", ("一、目标", "二、任务", "三、要求")),
    ],
)
def test_lines_broken_at_a_width_are_joined_and_others_are_not(body, paragraphs):
    assert read_printed_page(f"{TITLE}\n来源：霁川新闻网\n{body}\n".encode()).paragraphs == paragraphs


@pytest.mark.parametrize("label", ["公开日期", "公布日期", "发文日期", "刊发时间", "上传时间"])
def test_offices_have_other_words_for_the_day_of_publication(label):
    assert read(TITLE, f"来源：霁川新闻网 {label}：2024-03-25", BODY).published_at == at(2024, 3, 25)


@pytest.mark.parametrize("label", ["发布者", "发布人", "录入", "录入者", "录入员", "上传者", "信息员"])
def test_who_typed_it_in_is_not_credited(label):
    article = read(TITLE, f"来源：霁川新闻网 {label}：王小明", BODY)
    assert (said(article), article.paragraphs) == ("霁川新闻网 | | ", (BODY,))


@pytest.mark.parametrize(("clock", "hour"), [("12:30 am", 0), ("1:30 am", 1), ("12:30 pm", 12), ("1:30 pm", 13)])
def test_noon_and_midnight_of_english_clocks(clock, hour):
    assert parse_page_time(f"Mar 25, 2024 {clock}") == at(2024, 3, 25, hour, 30)
