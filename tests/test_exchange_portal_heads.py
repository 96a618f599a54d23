"""Heads and feet as portals, newspapers, offices and WeChat print them when they are in a hurry: glued, repeated, split."""

import pytest

from articles.exchange.provenance import parse_provenance_line
from tests.test_exchange_heads import BODY, SOURCE, TIME, facts, read


@pytest.mark.parametrize(
    ("head", "people"),
    [
        ("来自：霁川新闻网 发布于：2024年3月25日17时03分", []),
        ("2024-03-25 17:03来源：霁川新闻网编辑：方知远", ["方知远"]),
        ("来源：霁川新闻网责任编辑：方知远作者：林晓舟 2024-03-25 17:03", ["方知远", "林晓舟"]),
        ("文/方知远 图/林晓舟 2024-03-25 17:03 霁川新闻网", ["方知远", "林晓舟"]),
        ("霁川新闻网 2024-03-25 17:03 第03版 ■记者 方知远", ["方知远"]),
        ("稿源：《霁川新闻网》（第03版） | 2024-03-25 Mon 17:03 | 阅读 1203", []),
        ("来源：霁川新闻网 2024/03/25(一) 17:03", []),
        ("来源：霁川新闻网 时间：2024—03—25 17:03", []),
    ],
)
def test_a_head_is_read_though_it_is_glued_together(head, people):
    page = read("桥通了", head, BODY)
    assert facts(page) == ("桥通了", SOURCE, TIME, people)
    assert (page.paragraphs, page.doubts) == ((BODY,), ())


@pytest.mark.parametrize("time", ["3月25日 17:03", "24-03-25 17:03", "20240325 17:03"])
def test_a_time_without_its_year_is_no_part_of_the_source(time):
    for head in (f"{time} 来源：霁川新闻网", f"来源：霁川新闻网 {time}"):
        page = read("桥通了", head, BODY)
        assert (page.source, page.published_at, page.paragraphs) == (SOURCE, None, (BODY,))
        assert [doubt.id for doubt in page.doubts] == ["exchange.no_time"]


@pytest.mark.parametrize(
    ("head", "people"),
    [
        ("霁川发布\n霁川发布\n2024年3月25日 17:03\n云南\n28人", []),
        ("原创 方知远 霁川发布\n微信号 jichuanfabu\n功能介绍 霁川县官方平台\n2024-03-25 17:03", ["方知远"]),
        ("点击蓝字 关注我们\n霁川发布 2024年03月25日 17:03 云南 标题已修改\n听全文", []),
        (
            "原创 方知远 霁川发布 2024年3月25日 17:03 云南\n在小说阅读器读本章\n去阅读\n在小说阅读器中沉浸阅读",
            ["方知远"],
        ),
    ],
)
def test_what_wechat_puts_round_a_head_is_left_out(head, people):
    page = read("桥通了", *head.split("\n"), BODY)
    assert facts(page) == ("桥通了", "霁川发布", TIME, people)
    assert (page.paragraphs, page.doubts) == ((BODY,), ())


@pytest.mark.parametrize("title", ["点亮蓝色梦想", "点燃蓝色引擎", "点赞！这片蓝色海湾", "功能介绍 新系统上线"])
@pytest.mark.parametrize("head", [f"来源：霁川新闻网 {TIME}", f"霁川新闻网 {TIME}"])
def test_a_title_or_heading_like_a_note_of_wechat_stays(title, head):
    assert read(title, head, "海洋经济再上台阶", BODY).title == title
    assert read("要闻", title, head, BODY).title == title
    assert read("桥通了", head, BODY, title, BODY).paragraphs == (BODY, title, BODY)
    assert read("桥通了", head, title, BODY).paragraphs == (title, BODY)


@pytest.mark.parametrize(
    "text",
    [
        ("微信号 jichuanfabu", "功能介绍 霁川县官方平台", BODY),
        ("点击蓝字查看答案", BODY),
        ("微信号被盗怎么办", BODY),
        ("去阅读", BODY),
    ],
)
def test_lines_like_notes_of_wechat_stay_in_the_text(text):
    assert read("桥通了", f"来源：霁川新闻网 {TIME}", *text).paragraphs == text


def test_a_request_to_follow_above_the_title_is_left_out_and_alone_is_the_title():
    for note in ("点击上方蓝字，关注我们", "↑点蓝字关注霁川发布", "点击上方蓝色字体 一键关注"):
        page = read(note, "桥通了", f"霁川发布 {TIME}", BODY)
        assert (page.title, page.paragraphs, page.doubts) == ("桥通了", (BODY,), ())
    assert read("点击蓝字 关注我们", f"来源：霁川新闻网 {TIME}", BODY).title == "点击蓝字 关注我们"


def test_a_number_of_people_is_left_out_only_below_the_place_of_a_head_of_wechat():
    head = f"霁川发布 {TIME}"
    for below in ([f"{head} 云南", "28人"], [f"{head} 发表于云南", "28人"], [head, "云南", "28人", "听全文"]):
        assert read("桥通了", *below, BODY).paragraphs == (BODY,)
    assert read("获奖名单", head, "3人", BODY).paragraphs == ("3人", BODY)


@pytest.mark.parametrize("line", ["08:30 记者：林晓舟", "3月25日 08:30 记者：林晓舟", "编辑：方知远 记者手记1版"])
def test_a_line_without_a_source_that_begins_with_a_clock_or_ends_with_a_number_is_text(line):
    page = read("直播", line, BODY)
    assert (page.title, page.paragraphs, page.credits) == ("直播", (line, BODY), ())


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("来自：霁川新闻网", SOURCE),
        ("來自：《霁川日报》（第03版）", "霁川日报"),
        ("来自：霁川县人民政府", "霁川县人民政府"),
        ("来自：霁川县", ""),
        ("来自：云南省霁川县", ""),
        ("来自：霁川县 编辑：方知远", ""),
        ("来自：方知远", ""),
    ],
)
def test_where_it_comes_from_is_the_source_only_of_a_publisher(line, source):
    page = read("桥通了", BODY, line)
    assert (page.source, page.paragraphs) == (source, (BODY,) if source else (BODY, line))


@pytest.mark.parametrize(
    ("head", "section"),
    [
        ("霁川日报\n2024年3月25日 星期一 第A03版：民生", "民生"),
        ("02\n要闻\n霁川日报 2024年3月25日", "要闻"),
        ("版次：03 版名：要闻 日期：2024-03-25", ""),
    ],
)
def test_the_title_stands_below_the_head_of_a_newspapers_page(head, section):
    page = read(*head.split("\n"), "便民桥通车", "本报讯（记者 方知远）" + BODY)
    assert (page.section, page.title, page.source) == (section, "便民桥通车", "霁川日报" if section else "")
    assert f"{page.published_at:%Y-%m-%d}" == "2024-03-25"


@pytest.mark.parametrize(
    "line",
    ["来源：《霁川日报》（2024年3月25日 第03版）", "《霁川日报》2024年3月25日03版", "来源：《霁川日报》 2024-03-25"],
)
def test_a_newspaper_is_the_source_without_its_page_and_marks(line):
    page = read("便民桥通车", line, BODY)
    assert (page.source, f"{page.published_at:%Y-%m-%d}", page.paragraphs) == ("霁川日报", "2024-03-25", (BODY,))


@pytest.mark.parametrize("time", [["发布时间：2024-03-25"], []])
def test_the_red_head_of_an_office_stays_above_its_text(time):
    for office in ("霁川县人民政府办公室", "中共霁川县委 霁川县人民政府", "霁川大学"):
        head = [f"{office}文件", "霁政办发〔2024〕3号"]
        page = read(*head, "关于开通便民桥的公告", *time, "各乡镇人民政府：", BODY)
        assert (page.title, page.paragraphs) == ("关于开通便民桥的公告", (*head, "各乡镇人民政府：", BODY))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("县委下发文件", ("霁政发〔2024〕1号", "要求抓好落实", BODY)),
        ("关于印发《方案》的通知文件", ("霁政发〔2024〕1号", "各乡镇：", BODY)),
        ("霁川县人民政府文件", ("霁政发〔2024〕1号", "各乡镇人民政府：", BODY)),
    ],
)
def test_a_title_above_a_number_is_no_letterhead_without_an_office_or_another_title(title, text):
    page = read(title, *text)
    assert (page.title, page.paragraphs) == (title, text)


def test_only_the_first_letterhead_is_looked_for():
    head = ["霁川县人民政府文件", "霁政发〔2024〕1号"]
    page = read(*head * 1500, BODY)
    assert (page.title, page.paragraphs[:3]) == (head[0], (*head, head[1]))


def test_the_rows_of_an_offices_table_are_no_text():
    rows = ["索引号\t530-2024-1", "分 类\t交通", "发布机构\t霁川县政府", "发布日期\t2024-03-25"]
    page = read("名  称\t关于开通便民桥的公告", *rows, BODY)
    assert (page.title, page.source, page.paragraphs) == ("关于开通便民桥的公告", "霁川县政府", (BODY,))


@pytest.mark.parametrize(
    ("foot", "source", "people", "kept"),
    [
        (["来源：霁川新闻网", "作者：方知远", "二〇二四年三月二十五日"], SOURCE, ["方知远"], 2),
        (["来源：霁川新闻网", "一审丨方知远", "二审丨林晓舟", "分享、点赞、在看"], SOURCE, ["方知远", "林晓舟"], 2),
        (["本文来源：霁川新闻网 责任编辑：方知远_NB12345"], SOURCE, ["方知远"], 0),
        (["【一审】方知远【二审】林晓舟"], "", ["方知远", "林晓舟"], 1),
        (["■ 编辑 方知远 ■ 校对 林晓舟"], "", ["方知远", "林晓舟"], 1),
    ],
)
def test_a_foot_is_read_whatever_stands_below_it(foot, source, people, kept):
    page = read("桥通了", BODY, *foot)
    assert (page.source, [name for _role, name, _unit in page.credits]) == (source, people)
    assert len(page.paragraphs) == 1 + kept


def test_a_day_alone_below_the_text_ends_it_and_is_no_provenance():
    signed = [BODY, "霁川县人民政府", "2024年3月25日"]
    assert read("公告", *signed).paragraphs == tuple(signed)


@pytest.mark.parametrize("line", ["美术编辑：方知远", "本期责编：方知远", "霁川日报记者：方知远"])
def test_labels_of_several_words_are_one(line):
    found = parse_provenance_line(line)
    assert found is not None
    assert [name for _role, name, _unit in found.credits] == ["方知远"]
