"""Heads and feet of text files as portals, WeChat, governments, newspapers and editors write them."""

import pytest

from articles.exchange.text import read_printed_page

BODY = "桥今日通车,三村受益。"
SOURCE, TIME = "霁川新闻网", "2024-03-25 17:03"


def read(*lines):
    return read_printed_page("\n".join(lines).encode())


def facts(page):
    time = page.published_at or page.updated_at
    people = [name for _role, name, _unit in page.credits]
    return page.title, page.source, f"{time:%Y-%m-%d %H:%M}" if time else "", people


@pytest.mark.parametrize(
    ("head", "source", "people"),
    [
        ("霁川新闻网\n2024-03-25 17:03", SOURCE, []),
        ("2024-03-25 17:03\n霁川新闻网", SOURCE, []),
        ("霁川发布\n2024年03月25日 17:03\n云南", "霁川发布", []),
        ("原创 方知远 霁川发布\n2024-03-25 17:03", "霁川发布", ["方知远"]),
        ("方知远  霁川发布  2024年3月25日 17:03 发表于 云南", "霁川发布", ["方知远"]),
        ("【来源】霁川新闻网\n【时间】2024-03-25 17:03\n【编辑】方知远", SOURCE, ["方知远"]),
        ("来源：霁川新闻网 · 2024-03-25 17:03 · 编辑：方知远", SOURCE, ["方知远"]),
        ("来源\t霁川新闻网\t发布时间\t2024-03-25 17:03", SOURCE, []),
        ("来源：霁川新闻网 时间：2024-3-25 5:03 PM", SOURCE, []),
        ("来源：霁川新闻网 时间：2024-03-25T09:03:00z", SOURCE, []),
    ],
)
def test_a_head_says_source_time_and_people(head, source, people):
    page = read("桥通了", *head.split("\n"), BODY)
    assert facts(page) == ("桥通了", source, TIME, people)
    assert page.paragraphs == (BODY,)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("二〇二四年三月二十五日", "2024-03-25"),
        ("二○二四年十二月三十一日", "2024-12-31"),
        ("20240325", "2024-03-25"),
        ("２０２４年３月２５日", "2024-03-25"),
    ],
)
def test_a_date_is_read_however_it_is_written(written, read_as):
    page = read("桥通了", f"来源：霁川新闻网 时间：{written}", BODY)
    assert str(page.published_at.date()) == read_as


@pytest.mark.parametrize("written", ["二〇二四年二十月一日", "二〇二四年三月十十日", "24-03-25", "3月25日", "昨天"])
def test_what_is_no_date_is_told(written):
    page = read("桥通了", f"来源：霁川新闻网 时间：{written}", BODY)
    assert (page.source, page.published_at) == (SOURCE, None)
    assert [doubt.id for doubt in page.doubts] == ["exchange.no_time"]


@pytest.mark.parametrize(
    ("foot", "source", "people"),
    [
        ("来源：霁川新闻网\n作者：方知远\n编辑：林晓舟\n2024-03-25 17:03", SOURCE, ["方知远", "林晓舟"]),
        ("【来源】霁川新闻网\n【一审】方知远 【二审】林晓舟", SOURCE, ["方知远", "林晓舟"]),
        ("-END-\n来源：霁川新闻网\n编辑：方知远\n-----", SOURCE, ["方知远"]),
        ("编辑 | 方知远\n预览时标签不可点\n微信扫一扫\n关注该公众号", "", ["方知远"]),
        ("责任编辑：方知远\n免责声明：本文仅代表作者观点。", "", ["方知远"]),
        ("值班主任：方知远 责任编委：林晓舟", "", ["方知远", "林晓舟"]),
        ("阅读 1234\n点赞 12 在看 3", "", []),
    ],
)
def test_a_foot_says_source_and_people(foot, source, people):
    page = read("桥通了", BODY, *foot.split("\n"))
    assert (page.title, page.source, [name for _role, name, _unit in page.credits]) == ("桥通了", source, people)
    assert page.paragraphs[0] == BODY
    assert not [line for line in page.paragraphs if "来源" in line or "微信" in line or "阅读" in line]


@pytest.mark.parametrize(
    ("masthead", "source", "section"),
    [
        ("霁川日报 2024年3月25日 第03版 要闻", "霁川日报", "要闻"),
        ("霁川日报/2024年/3月/25日/第003版", "霁川日报", ""),
        ("2024年3月25日　星期一　第03版", "", ""),
        ("03 要闻\n霁川日报 2024年3月25日 星期一", "霁川日报", "要闻"),
    ],
)
def test_a_masthead_says_newspaper_date_and_page(masthead, source, section):
    page = read(*masthead.split("\n"), "桥通了", "本报记者 方知远", BODY)
    assert facts(page) == ("桥通了", source, "2024-03-25 00:00", ["方知远"])
    assert (page.section, page.paragraphs) == (section, ("本报记者 方知远", BODY))


@pytest.mark.parametrize(
    ("head", "source", "people"),
    [
        ("By Fang Zhiyuan | Jichuan News | March 25, 2024 5:03 PM", "Jichuan News", ["Fang Zhiyuan"]),
        ("(Jichuan News) 17:03, March 25, 2024", "Jichuan News", []),
        ("Jichuan News, 2024-03-25 17:03", "Jichuan News", []),
        (
            "Updated: March 25, 2024 5:03 PM\nBy Fang Zhiyuan and Lin Xiaozhou",
            "",
            ["Fang Zhiyuan", "Lin Xiaozhou"],
        ),
    ],
)
def test_an_english_head_says_source_time_and_people(head, source, people):
    page = read("Bridge opens", *head.split("\n"), "The bridge opened today.")
    assert facts(page) == ("Bridge opens", source, TIME, people)
    assert page.paragraphs == ("The bridge opened today.",)


@pytest.mark.parametrize(
    "text",
    [
        f"# 桥通了\n\n来源：霁川新闻网  \n发布时间：{TIME}\n\n{BODY}",
        f"---\ntitle: 桥通了\nsource: 霁川新闻网\ndate: {TIME}\n---\n\n{BODY}",
        f"标题：桥通了\n时间：{TIME}\n来源：霁川新闻网\n正文：\n{BODY}",
        f"【标题】桥通了\n【来源】霁川新闻网\n【时间】{TIME}\n【正文】{BODY}",
        f"桥通了\n来源：霁川新闻网 时间：{TIME}\n正文\n{BODY}",
    ],
)
def test_labels_and_marks_of_other_programs_are_no_text(text):
    page = read(text)
    assert facts(page) == ("桥通了", SOURCE, TIME, [])
    assert page.paragraphs == (BODY,)


def test_the_number_of_a_document_stays_above_its_text():
    page = read("关于开通便民桥的公告", "霁政发〔2024〕1号", "发布日期：2024-03-25 来源：霁川县政府", BODY)
    assert (page.title, page.paragraphs) == ("关于开通便民桥的公告", ("霁政发〔2024〕1号", BODY))


def test_a_column_in_brackets_above_the_title_is_the_kicker():
    page = read("【新春走基层】", "桥通了", f"来源：霁川新闻网 {TIME}", BODY)
    assert (page.kicker, page.title) == ("新春走基层", "桥通了")


def test_the_head_of_a_second_article_is_told_without_labels_too():
    page = read("桥通了", f"霁川新闻网 {TIME}", BODY, "", "路修好了", "霁川新闻网 2024-03-26 08:00", "路今日修好。")
    assert [doubt.id for doubt in page.doubts] == ["exchange.second_heading"]


def test_a_signature_is_no_second_head():
    assert not read("桥通了", f"霁川新闻网 {TIME}", BODY, "霁川县政府", "2024年3月25日").doubts
