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
        ("原创\n方知远\n霁川发布\n2024年03月25日 17:03\n云南", "霁川发布", ["方知远"]),
        ("霁川发布 2024年03月25日 17:03 云南\n收录于合集 #乡村振兴 12个", "霁川发布", []),
        ("2024年3月25日 17:03 农历二月十六 星期一 霁川新闻网", SOURCE, []),
        ("方知远  霁川发布  2024年3月25日 17:03 发表于 云南", "霁川发布", ["方知远"]),
        ("【来源】霁川新闻网\n【时间】2024-03-25 17:03\n【编辑】方知远", SOURCE, ["方知远"]),
        ("来源：霁川新闻网 · 2024-03-25 17:03 · 编辑：方知远", SOURCE, ["方知远"]),
        ("来源\t霁川新闻网\t发布时间\t2024-03-25 17:03", SOURCE, []),
        ("来源：霁川新闻网 时间：2024-3-25 5:03 PM", SOURCE, []),
        ("2024 03/25 17:03:11 来源：霁川新闻网", SOURCE, []),
        ("2024-03-25 17:03 / 霁川新闻网 / 记者 方知远", SOURCE, ["方知远"]),
        ("2024-03-25 17:03·霁川新闻网", SOURCE, []),
        ("记者 方知远 发布于 2024-03-25 17:03 霁川新闻网", SOURCE, ["方知远"]),
        ("2024-03-25 17:03 来源：霁川新闻网 作者：方知远 大字体 小字体 分享到：", SOURCE, ["方知远"]),
        ("2024年03月25日17:03 | 来源：霁川新闻网 小字号\n分享到\n举报", SOURCE, []),
        (f"{TIME} 来源：霁川新闻网\n放大+ 缩小- 默认", SOURCE, []),
        ("2024-03-25 17:03\n来源：霁川新闻网\n发布于：云南省\n全文1200字，阅读约需3分钟", SOURCE, []),
        ("来源：霁川新闻网 时间：2024-03-25T09:03:00z", SOURCE, []),
    ],
)
def test_a_head_says_source_time_and_people(head, source, people):
    page = read("桥通了", *head.split("\n"), BODY)
    assert facts(page) == ("桥通了", source, TIME, people)
    assert page.paragraphs == (BODY,)


def test_the_words_of_a_newspapers_desk_for_its_headlines_are_read():
    page = read("引题：民生实事", "主题：桥通了", "副题：三村受益", "来源：霁川新闻网", BODY)
    assert (page.kicker, page.title, page.subtitle) == ("民生实事", "桥通了", "三村受益")
    notice = read("读书会通知", "来源：霁川新闻网", "主题：桥与路", BODY)
    assert (notice.title, notice.paragraphs) == ("读书会通知", ("主题：桥与路", BODY))


def test_a_path_from_the_home_page_may_have_dashes():
    assert read("首页－新闻中心－要闻", "桥通了", "来源：霁川新闻网", BODY).section == "要闻"
    assert read("形式—内容", "来源：霁川新闻网", BODY).title == "形式—内容"


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
        ("责编：方知远\n声明：转载此文是为传递更多信息，如有错误请联系我们。\n联系电话：0000-0000000", "", ["方知远"]),
        ("图片编辑：方知远\n出品 | 霁川县融媒体中心", "", ["方知远"]),
        ("责任编辑：方知远_NB12345", "", ["方知远"]),
        ("责任编辑：方知远 SN123", "", ["方知远"]),
        ("（责编：方知远、林晓舟）\n分享让更多人看到", "", ["方知远", "林晓舟"]),
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
        ("2024年03月25日 星期一 霁川日报\n第03版：要闻\n上一版 下一版 返回目录", "霁川日报", "要闻"),
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


def test_a_button_before_a_byline_is_no_text():
    page = read("桥通了", f"来源：霁川新闻网 {TIME}", BODY, "【纠错】【责任编辑：方知远】")
    assert (page.paragraphs, facts(page)[3]) == ((BODY, "【责任编辑：方知远】"), ["方知远"])


@pytest.mark.parametrize(
    ("title", "joined"),
    [
        (["石栗镇：", "桥通了"], "石栗镇：桥通了"),
        (["桥通了", "石栗镇："], "桥通了 石栗镇："),
        (["石栗镇： 桥通了", "三村受益"], "石栗镇： 桥通了 三村受益"),
        (["通知："], "通知："),
    ],
)
def test_a_title_may_break_after_a_colon(title, joined):
    page = read(*title, f"来源：霁川新闻网 {TIME}", BODY)
    assert (page.title, page.source, page.paragraphs) == (joined, SOURCE, (BODY,))


@pytest.mark.parametrize("regions", ["云南 四川", "云南省 四川省", "云南 四川省", "北京 广州", "云南 广西壮族自治区"])
def test_a_heading_by_province_below_the_head_is_text(regions):
    first, second = regions.split()
    text = [first, "本科线500分。", second, "本科线510分。"]
    assert read("各地分数线公布", f"来源：霁川新闻网 {TIME}", *text).paragraphs == tuple(text)


def test_a_region_below_a_labelled_source_or_a_day_is_a_heading():
    for head in (f"来源：霁川新闻网 {TIME}", "霁川新闻网 2024-03-25", f"{TIME} 来源：霁川新闻网"):
        assert read("文旅一日", head, "云南", BODY).paragraphs == ("云南", BODY)


def test_a_dialogue_and_a_notice_of_the_office_give_no_credits():
    for text in (["审核：李大明", "公示期为五天，自今日起。"], ["编辑：请讲", "他这才说起桥的事。"]):
        assert not read("桥通了", f"来源：霁川新闻网 {TIME}", BODY, *text).credits


@pytest.mark.parametrize("first", ["0", "分享快乐。", "上一期 下一期 都很精彩。"])
def test_the_first_words_of_a_text_are_no_buttons(first):
    assert read("桥通了", f"来源：霁川新闻网 {TIME}", first, BODY).paragraphs == (first, BODY)


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\v"])
def test_lines_end_as_other_programs_end_them(end):
    assert read_printed_page(end.join(["桥通了", f"来源：霁川新闻网 {TIME}", BODY]).encode()).paragraphs == (BODY,)


def test_names_among_the_text_are_no_bylines():
    text = ["编辑部来信：您好", "记者：方知远", "（图为大桥）", *[BODY] * 2]
    assert not read("桥通了", f"来源：霁川新闻网 {TIME}", BODY, *text).credits


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
        "点击“阅读原文”，查看更多内容",
        "↓阅读原文",
        "阅读原文，了解更多",
        "上一版 下一版 放大 缩小",
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


@pytest.mark.parametrize(
    "first",
    [
        "全文约3000字。市长说，要抓好落实。",
        "全文共1200字，以下为节选：",
        "全文共8章320字，今天起施行。",
        "关注",
        "分享",
        "收藏",
        "放大字体",
    ],
)
def test_a_text_may_begin_with_words_of_buttons(first):
    assert read("桥通了", f"霁川新闻网 {TIME}", first, BODY).paragraphs == (first, BODY)


@pytest.mark.parametrize("last", ["阅读原文才能体会其中妙处。", "阅读原文，感受经典。", "放大 缩小"])
def test_a_text_may_end_with_words_of_buttons(last):
    assert read("桥通了", f"霁川新闻网 {TIME}", BODY, last).paragraphs == (BODY, last)


@pytest.mark.parametrize("line", ["放大 缩小", "上一篇 下一篇"])
def test_a_text_may_tell_of_buttons(line):
    text = (BODY, "望远镜上有两个按钮：", line, BODY)
    assert read("桥通了", f"霁川新闻网 {TIME}", *text).paragraphs == text
