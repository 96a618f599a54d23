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
        ("By Fang Zhiyuan, Senior Reporter\nPublished on March 25, 2024 at 5:03 PM", "", ["Fang Zhiyuan"]),
        ("By Global Times Published: Mar 25, 2024 05:03 PM", "Global Times", []),
        ("(Xinhua) 17:03, March 25, 2024", "Xinhua", []),
        ("BY FANG ZHIYUAN\nLast updated: 2024-03-25 17:03", "", ["FANG ZHIYUAN"]),
        ("Written by Fang Zhiyuan\nJichuan News Staff Writer\n2024-03-25 17:03", "Jichuan News", ["Fang Zhiyuan"]),
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


TRADITIONAL = "大橋今日通車，三村受益。"


@pytest.mark.parametrize(
    ("head", "source", "people"),
    [
        ("記者王大明／台北報導\n2024-03-25 17:03", "", ["王大明"]),
        ("2024-03-25 17:03\n文／王大明　圖／李小美", "", ["王大明", "李小美"]),
        ("2024-03-25 17:03 聯合報 記者王大明／台北即時報導", "聯合報", ["王大明"]),
        ("來源：中央社 作者：王大明 責任編輯：李小美 發布時間：民國113年3月25日 17:03", "中央社", ["王大明", "李小美"]),
    ],
)
def test_a_taiwanese_head_says_source_time_and_people(head, source, people):
    page = read("橋通了", *head.split("\n"), TRADITIONAL)
    assert facts(page) == ("橋通了", source, TIME, people)
    assert page.paragraphs == (TRADITIONAL,)


@pytest.mark.parametrize(
    ("above", "lead", "below", "people"),
    [
        ("", "〔記者王大明／台北報導〕", "", ["王大明"]),
        ("", "［記者王大明、李小美／綜合報導］", "", ["王大明", "李小美"]),
        ("", "【本報記者王大明台北報導】", "", ["王大明"]),
        ("", "（中央社記者王大明台北25日電）", "", ["王大明"]),
        ("", "〔駐華盛頓特派記者王大明／華府25日電〕", "", ["王大明"]),
        ("", "【本報訊】", "", []),
        ("", "", "責任編輯／李小美", ["李小美"]),
        ("", "", "（編輯：李小美）1130325", ["李小美"]),
        ("", "", "攝影：李小美", ["李小美"]),
    ],
)
def test_bylines_of_taiwan_and_hong_kong_are_read_and_kept(above, lead, below, people):
    lines = [line for line in (above, lead + TRADITIONAL, below) if line]
    page = read("橋通了", "2024/03/25 17:03", *lines)
    assert facts(page) == ("橋通了", "", TIME, people)
    assert page.paragraphs == tuple(lines)


@pytest.mark.parametrize(
    ("head", "source", "people"),
    [
        ("□ 本报记者 方知远\n2024-03-25 17:03", "", ["方知远"]),
        ("◎方知远 林晓舟\n来源：霁川日报 2024-03-25 17:03", "霁川日报", ["方知远", "林晓舟"]),
        ("字数：1024 作者：方知远（霁川县水务局） 来源：霁川日报 2024-03-25 17:03", "霁川日报", ["方知远"]),
        ("方知远（霁川日报） 2024-03-25 17:03", "", ["方知远"]),
        ("霁川日报 二〇二四年三月二十五日 17:03", "霁川日报", []),
        ("来源：霁川日报 星期一 2024年3月25日 17:03", "霁川日报", []),
        ("信息提供：霁川日报 2024-03-25 17:03", "霁川日报", []),
        ("以下文章来源于霁川日报 ，作者方知远\n霁川发布 2024-03-25 17:03", "霁川日报", ["方知远"]),
        ("来源：[霁川日报](https://e.example/) 时间：2024-03-25 17:03", "霁川日报", []),
        ("来源：霁川日报（https://e.example/a.html） 时间：2024年3月25日 傍晚5点03分", "霁川日报", []),
    ],
)
def test_a_head_of_a_newspaper_says_source_time_and_people(head, source, people):
    page = read("桥通了", *head.split("\n"), BODY)
    assert facts(page) == ("桥通了", source, TIME, people)
    assert page.paragraphs == (BODY,)


@pytest.mark.parametrize("title", ["摄影：光影霁川", "文：字的故事"])
def test_a_title_that_begins_as_a_byline_does_is_one(title):
    assert facts(read(title, f"来源：霁川新闻网 {TIME}", BODY)) == (title, SOURCE, TIME, [])


def test_the_paper_and_its_page_may_stand_below_the_title():
    page = read("桥通了", "《 霁川日报 》（2024年03月25日 第 02 版）", BODY)
    assert facts(page) == ("桥通了", "霁川日报", "2024-03-25 00:00", [])


def test_the_unit_in_brackets_is_the_one_of_its_person_alone():
    page = read("桥通了", f"作者：方知远（霁川日报）、林晓舟 {TIME}", BODY)
    assert [(name, unit) for _role, name, unit in page.credits] == [("方知远", "霁川日报"), ("林晓舟", "")]


@pytest.mark.parametrize("line", ["名　　称：桥通了", "标题\t桥通了"])
def test_the_title_of_a_table_of_a_government_page_is_read(line):
    page = read("索引号：001234", line, "发布机构：霁川县水务局", "发布日期：2024-03-25", BODY)
    assert facts(page) == ("桥通了", "霁川县水务局", "2024-03-25 00:00", [])


def test_a_time_without_a_year_is_told_and_its_source_read():
    page = read("桥通了", "来源：霁川新闻网 03-25 17:03", BODY)
    assert (page.source, page.published_at) == (SOURCE, None)
    assert [doubt.id for doubt in page.doubts] == ["exchange.no_time"]


def test_a_photographer_of_an_english_page_and_of_a_report_are_credited():
    assert facts(read("Bridge opens", TIME, "The bridge opened.", "Photo by Lin Xiaozhou"))[3] == ["Lin Xiaozhou"]
    lead = "本报讯(记者方知远 通讯员林晓舟报道)"
    assert facts(read("桥通了", TIME, lead + BODY))[3] == ["方知远", "林晓舟"]


@pytest.mark.parametrize(
    "foot",
    [
        "▼",
        "往期推荐",
        "点击下方名片关注我们",
        "阅读原文",
        "阅读 1.2万 赞 33 在看 12",
        "写留言",
        "阅读 10万+",
        "点赞 收藏",
    ],
)
def test_the_buttons_of_wechat_are_no_text(foot):
    assert read("桥通了", f"霁川发布 {TIME}", BODY, foot).paragraphs == (BODY,)


@pytest.mark.parametrize(
    "line",
    [
        "来源地：霁川县望桥镇",
        "记者会：三点说明",
        "作者简介：方知远，霁川县人，作家。",
        "■ 桥梁",
        "图／表见附件。",
        "圖書／展覽報導",
    ],
)
def test_words_that_only_look_like_provenance_stay_text(line):
    page = read("桥通了", f"霁川新闻网 {TIME}", line, BODY)
    assert facts(page) == ("桥通了", SOURCE, TIME, [])
    assert page.paragraphs == (line, BODY)
