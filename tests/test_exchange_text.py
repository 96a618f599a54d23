"""A page that a portal printed to a text file is parsed: section, title, provenance, bylines and paragraphs."""

import dataclasses
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.exchange.text import MAX_PAGE_BYTES, PrintedArticle, UnreadablePage, read_printed_page
from articles.models import Credit

SAMPLE = Path(__file__).resolve().parent.parent.parent / "shared" / "samples" / "zhaoyang-2022-03-25.txt"
Role = Credit.Role
TITLE = "望桥乡便民桥建成通车"
BODY = "11月2日,望桥乡便民桥建成通车。"


def page(*lines, section="霁川要闻", title=TITLE):
    return read_printed_page("\n\n".join([section, title, *lines]).encode())


def at(*numbers):
    return datetime(*numbers)  # noqa: DTZ001


# --- The line of provenance -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "source", "published_at", "updated_at", "credits"),
    [
        (
            "来源:霁川新闻网  更新时间:2024-03-25 17:03  作者:林晓舟 方知远  责任编辑:梁静姝",
            "霁川新闻网",
            None,
            at(2024, 3, 25, 17, 3),
            "author 林晓舟, author 方知远, responsible_editor 梁静姝",
        ),
        (
            "发布时间：2024-03-25 17:03:22　来源：霁川新闻网　浏览次数：1024",
            "霁川新闻网",
            at(2024, 3, 25, 17, 3),
            None,
            "",
        ),
        (
            "稿源：泽南日报 | 编辑：陆明川 | 时间：2024/3/5 9:05",
            "泽南日报",
            at(2024, 3, 5, 9, 5),
            None,
            "editor 陆明川",
        ),
        ("信息来源：县气象局\t发布日期：2024.03.25\t点击：7", "县气象局", at(2024, 3, 25), None, ""),
        ("2024-03-17 14:47 来源:霁川新闻网", "霁川新闻网", at(2024, 3, 17, 14, 47), None, ""),
        ("时间：2024-3-5", "", at(2024, 3, 5), None, ""),
        ("2024年3月5日 17:03", "", at(2024, 3, 5, 17, 3), None, ""),
        ("日期：２０２４年３月２５日１７时０３分 / 来源：霁川新闻网", "霁川新闻网", at(2024, 3, 25, 17, 3), None, ""),
        ("日期：2024年3月25日 / 摄影：陶一宁", "", at(2024, 3, 25), None, "photo 陶一宁"),
        (
            "更新时间：2024-03-26 08:00  发布时间：2024-03-25 17：03",
            "",
            at(2024, 3, 25, 17, 3),
            at(2024, 3, 26, 8, 0),
            "",
        ),
        ("发布日期:2024-10-20浏览次数:88", "", at(2024, 10, 20), None, ""),
        ("来　源：霁川新闻网　作　者：秦望舒", "霁川新闻网", None, None, "author 秦望舒"),
        (
            "来源：霁川新闻网 作者： 校对：罗映山 审核：顾维桢",
            "霁川新闻网",
            None,
            None,
            "proofreader 罗映山, reviewer 顾维桢",
        ),
        ("来源：霁川新闻网 【打印】【关闭】", "霁川新闻网", None, None, ""),
        ("作者：澄溪边的放羊人", "", None, None, "author 澄溪边的放羊人"),
        ("来源：霁川新闻网　字号：【大 中 小】　【打印】【关闭】", "霁川新闻网", None, None, ""),
        (
            "来源：霁川新闻网 作者：本报记者 方知远 通讯员 祝小满",
            "霁川新闻网",
            None,
            None,
            "reporter 方知远, correspondent 祝小满",
        ),
        ("供稿：霁川县气象局 作者：区政协办公室", "", None, None, "correspondent 霁川县气象局, author 区政协办公室"),
        (
            "供稿：霁川县气象局 秦望舒 责编：admin",
            "",
            None,
            None,
            "correspondent 秦望舒 霁川县气象局, responsible_editor admin",
        ),
        ("来源：霁川新闻网 责任编辑：梁静姝（实习）", "霁川新闻网", None, None, "responsible_editor 梁静姝（实习）"),
        (
            "来源：霁川新闻网 霁川日报记者：方知远 美术编辑：陶一宁",
            "霁川新闻网",
            None,
            None,
            "reporter 方知远 霁川日报, editor 陶一宁",
        ),
    ],
)
def test_a_line_of_labelled_fields_is_provenance(header, source, published_at, updated_at, credits):
    article = page(header, BODY)
    assert (article.source, article.published_at, article.updated_at) == (source, published_at, updated_at)
    assert ", ".join(" ".join((*credit[:2], credit[2])).strip() for credit in article.credits) == credits
    assert (article.section, article.title, article.paragraphs) == ("霁川要闻", TITLE, (BODY,))


def test_fields_may_stand_on_several_lines():
    article = page("来源：霁川新闻网", "发布时间：2024-03-25", "作者：叶问津", "字号：大 中 小", BODY)
    assert (article.source, article.published_at) == ("霁川新闻网", at(2024, 3, 25))
    assert (article.credits, article.paragraphs) == (((Role.AUTHOR, "叶问津", ""),), (BODY,))


@pytest.mark.parametrize(
    "line",
    [
        "来源：霁川新闻网 会议指出：要抓紧",
        "记者：今年的收成怎么样",
        "记者：您好",
        "时间：2026年11月12日上午9:00",
        "时间：下周三上午",
        "来源：数据由县统计局提供。",
        "会议指出：时间紧、任务重",
        "责任编辑：这是一份怎样的职业？",
        "据了解 来源：望桥乡",
        "用水量为3.14万吨,详见 https://jichuan.example/a:1",
    ],
)
def test_text_is_never_taken_for_provenance(line):
    article = page("责编：梁静姝", line, BODY)
    assert article.paragraphs == (line, BODY)
    assert (article.source, article.published_at, len(article.credits)) == ("", None, 1)


def test_a_second_source_or_time_is_the_texts_own():
    article = page(
        "来源：霁川新闻网 时间：2024-03-25", "时间：2024-03-28 09:00", "地点：望桥乡会议室", "来源：望桥乡", BODY
    )
    assert (article.source, article.published_at) == ("霁川新闻网", at(2024, 3, 25))
    assert article.paragraphs == ("时间：2024-03-28 09:00", "地点：望桥乡会议室", "来源：望桥乡", BODY)


# --- The heading ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "section", "kicker", "title", "subtitle"),
    [
        ([TITLE], "", "", TITLE, ""),
        (["民生", TITLE], "民生", "", TITLE, ""),
        (["首页 > 霁川要闻 > 正文", TITLE], "霁川要闻", "", TITLE, ""),
        (["当前位置：首页>>要闻>>乡镇动态>>正文", TITLE], "乡镇动态", "", TITLE, ""),
        (["霁川新闻网", "您现在的位置：首页 » 民生 » " + TITLE, TITLE], "民生", "", TITLE, ""),
        (["欢迎访问霁川新闻网,今天是星期一", "首页 > 民生 > 正文", TITLE], "民生", "", TITLE, ""),
        (["首页 > 正文", TITLE], "", "", TITLE, ""),
        (
            ["栏目：文旅", "引题：秋收时节", f"标题：{TITLE}", "副标题：三村不再绕路"],
            "文旅",
            "秋收时节",
            TITLE,
            "三村不再绕路",
        ),
        (["民生", f"标题: {TITLE}"], "民生", "", TITLE, ""),
        ([TITLE, "——写在通车之际"], "", "", TITLE, "——写在通车之际"),
        (
            ["霁川县今天召开会议,部署秋收", "并研究便民桥建设"],
            "",
            "",
            "霁川县今天召开会议,部署秋收 并研究便民桥建设",
            "",
        ),
        (["政协:多措并举", "抓落实"], "", "", "政协:多措并举 抓落实", ""),
    ],
)
def test_the_heading_is_told_apart(lines, section, kicker, title, subtitle):
    article = read_printed_page("\n".join([*lines, "来源：霁川新闻网", BODY]).encode())
    assert (article.section, article.kicker, article.title, article.subtitle) == (section, kicker, title, subtitle)
    assert article.paragraphs == (BODY,)


@pytest.mark.parametrize(
    ("lines", "section", "title", "body"),
    [
        (["停水通知", "各用户：", BODY], "", "停水通知", ("各用户：", BODY)),
        (["霁川要闻", TITLE, BODY], "霁川要闻", TITLE, (BODY,)),
        (["标题：望桥", "一条河", BODY], "", "望桥", ("一条河", BODY)),
        (["首页 > 文旅 > 正文", "望桥", BODY], "文旅", "望桥", (BODY,)),
        (["望桥的桥", "通讯员 祝小满 叶问津", BODY], "", "望桥的桥", ("通讯员 祝小满 叶问津", BODY)),
        (["澄溪纪事", "——写在白苇湿地候鸟归来之时", BODY], "", "澄溪纪事", (BODY,)),
        (["春天的澄溪", "方知远", BODY], "", "春天的澄溪", ("方知远", BODY)),
        (["望桥", "青石板上的雨", "落了又落"], "", "望桥", ("青石板上的雨", "落了又落")),
        (["望桥", BODY, "来源：望桥乡的泉水。", BODY], "", "望桥", (BODY, "来源：望桥乡的泉水。", BODY)),
    ],
)
def test_without_provenance_the_first_line_is_the_title_unless_it_is_plainly_a_section(lines, section, title, body):
    article = read_printed_page("\n".join(lines).encode())
    assert (article.section, article.title, article.paragraphs) == (section, title, body)
    assert (article.source, article.published_at, article.updated_at) == ("", None, None)


# --- Body and furniture -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "微信扫一扫查看",
        "扫一扫手机查看",
        "扫一扫，手机看新闻",
        "打印",
        "关闭",
        "【打印】【关闭】",
        "打印 | 关闭窗口",
        "上一篇：秋收为何提前？",
        "下一篇: 没有了",
        "相关链接",
        "相关链接：秋收影像",
        "分享到：微信 微博",
        "版权所有 霁川县融媒体中心",
        "演ICP备00000000号-1",
        "主办单位：霁川县融媒体中心",
        "字号：大 中 小",
    ],
)
def test_page_furniture_is_dropped_at_the_end_and_only_there(line):
    end = ["（通讯员 祝小满）", line, "责任编辑：梁静姝", line]
    article = page("来源：霁川新闻网", BODY, line, BODY, *end)
    assert article.paragraphs == (BODY, line, BODY, "（通讯员 祝小满）", "责任编辑：梁静姝")
    assert [name for _role, name, _unit in article.credits] == ["祝小满", "梁静姝"]


def test_furniture_words_in_a_sentence_stay():
    text = "扫一扫就能缴费,关闭旧窗口后,打印店也少跑一趟。"
    assert page("来源：霁川新闻网", BODY, text).paragraphs == (BODY, text)


def test_paragraphs_lose_their_indents_and_nothing_else():
    data = f"民生\n{TITLE}\n来源：霁川新闻网\n\n　　第一段  有空格。 　\r\n\xa0\xa0第二段:3.5%。\u200b\n \u3000\n"
    assert read_printed_page(data.encode()).paragraphs == ("第一段  有空格。", "第二段:3.5%。")


# --- Files ------------------------------------------------------------------------------------------------------

FILE = f"民生\r\n\r\n{TITLE}\r\n来源：霁川新闻网\r\n\r\n　　{BODY}\r\n"


def test_the_same_text_is_recognised_in_any_encoding():
    expected = read_printed_page(FILE.encode())
    for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "utf-32"):
        assert read_printed_page(FILE.encode(encoding)) == expected, encoding
        assert read_printed_page(("\ufeff" + FILE).encode(encoding)) == expected, encoding
    for same in (
        FILE.replace("\r\n", "\n"),
        FILE.replace("\r\n", "\r"),
        FILE + "\n\n",
        "\n" + FILE.replace("\r", "  \r"),
    ):
        assert read_printed_page(same.encode()).digest == expected.digest
    assert read_printed_page(FILE.encode("hz")) == expected  # GB 2312 in seven bits
    assert read_printed_page(FILE.replace("2日", "3日").encode()).digest != expected.digest


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"", "empty"),
        (" \u3000\r\n\ufeff".encode(), "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not plain text"),
        ((FILE + "\0").encode(), "not plain text"),
        (b"\x01\x02\x03\x04" * 5 + FILE.encode(), "not plain text"),
        (b"\xff" + FILE.encode(), "not plain text"),
        (FILE.encode("utf-16") + b"\x00", "not plain text"),
        ("来源：霁川新闻网\n正文。".encode(), "no title"),
        (f"标题：\n来源：霁川新闻网\n{BODY}".encode(), "no title"),
        (f"民生\n{TITLE}\n来源：霁川新闻网\n".encode(), "no body"),
        (f"{TITLE}\n来源：霁川新闻网\n微信扫一扫查看\n关闭".encode(), "no body"),
        (TITLE.encode(), "no body"),
        (("长" * 121 + "\n" + BODY).encode(), "120"),
        (b"a" * (MAX_PAGE_BYTES + 1), "5 MB"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(data, wrong):
    with translation.override("en"), pytest.raises(UnreadablePage) as refusal:
        read_printed_page(data)
    assert wrong in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("head", "wrong"),
    [
        ("更新时间:2022-13-40 17:03", "“2022-13-40 17:03”"),
        ("来源：霁川新闻网 时间：2022-02-30", "“2022-02-30”"),
        ("2022-03-25 24:61 来源：霁川新闻网", "“2022-03-25 24:61”"),
        ("发布时间：昨天下午", "“昨天下午”"),
    ],
)
def test_a_time_that_is_none_is_told_and_a_draft_needs_none(head, wrong):
    page = read_printed_page(f"{TITLE}\n{head}\n{BODY}".encode())
    assert (page.title, page.published_at, page.updated_at) == (TITLE, None, None)
    assert [wrong in str(doubt.message) for doubt in page.doubts if doubt.id == "exchange.no_time"] == [True]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample page is not beside this checkout")
def test_the_sample_page():
    lines = [line.strip() for line in SAMPLE.read_text(encoding="utf-8").splitlines() if line.strip()]
    article = read_printed_page(SAMPLE.read_bytes())
    assert (article.section, article.title, article.source) == (lines[0], lines[1], "昭阳信息网")
    assert (article.published_at, article.updated_at) == (None, at(2022, 3, 25, 17, 3))
    assert article.credits == (
        (Role.AUTHOR, "吴道群", ""),
        (Role.AUTHOR, "季心平", ""),
        (Role.RESPONSIBLE_EDITOR, "虎伶俐", ""),
        (Role.CORRESPONDENT, "吴道群", ""),
        (Role.CORRESPONDENT, "季心平", ""),
    )
    assert article.paragraphs == tuple(lines[3:-2])
    assert "扫一扫" not in "".join(article.paragraphs)


# --- Whatever is printed is read back ---------------------------------------------------------------------------

HAN = st.sampled_from("澄溪石栗松坪白苇青崖双渡云岭月塘水库秋收稻谷村民桥梁道路乡镇雨雾茶藕山羊蘑菇柑橘学校书声")
given_names = st.text(st.sampled_from("晓舟知远静姝明川砚秋"), min_size=1, max_size=2)
names = st.builds(str.__add__, st.sampled_from("赵钱孙周吴郑冯陈褚卫"), given_names)
minutes = st.datetimes(at(2001, 1, 1), at(2026, 12, 31)).map(lambda t: t.replace(second=0, microsecond=0))
title_ends = st.sampled_from(["", "？", "！", ":三镇同行", " 一路向前"])
titles = st.builds(str.__add__, st.text(HAN, min_size=4, max_size=30), title_ends)
asides = [
    "",
    "：来源：县气象局",
    "，3.5%，见 https://a.example/b?c=1",
    "（记者 某某说）如此",
    "  空两格",
    "，时间：2024-01-02",
]
sentences = st.builds("{}{}。".format, st.text(HAN, min_size=4, max_size=40), st.sampled_from(asides))
furniture = st.sampled_from(["微信扫一扫查看", "【打印】 【关闭】", "上一篇：秋收", "版权所有 霁川新闻网"])
patterns = st.sampled_from(
    [
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d %H:%M:59",
        "%Y/%m/%d　%H：%M",
        "%Y年%m月%d日%H时%M分",
        "%Y年%m月%d日 %H:%M",
        "%Y.%m.%d %H:%M",
    ]
)
ROLES = {
    "作者": Role.AUTHOR,
    "记者": Role.REPORTER,
    "通讯员": Role.CORRESPONDENT,
    "摄影": Role.PHOTO,
    "编辑": Role.EDITOR,
    "责任编辑": Role.RESPONSIBLE_EDITOR,
    "校对": Role.PROOFREADER,
    "审核": Role.REVIEWER,
}


@st.composite
def provenance(draw):
    """Generate the facts of a provenance line, and the line: labels in any order, any separators and colons."""
    facts = {
        "source": draw(st.sampled_from(["霁川新闻网", "泽南日报 客户端"])),
        "published_at": draw(st.none() | minutes),
        "updated_at": draw(st.none() | minutes),
    }
    fields = [("来源", facts["source"]), (draw(st.sampled_from(["浏览次数", "点击"])), "1024")]
    for label, fact in (("发布时间", "published_at"), ("更新时间", "updated_at")):
        fields += [(label, facts[fact].strftime(draw(patterns)))] if facts[fact] else []
    people = draw(st.dictionaries(st.sampled_from(sorted(ROLES)), st.lists(names, min_size=1, max_size=3, unique=True)))
    fields = draw(st.permutations([*fields, *people.items()]))
    facts["credits"] = tuple((ROLES[label], name, "") for label, _value in fields for name in people.get(label, ()))
    comma = draw(st.sampled_from([" ", "、", "，", ",", "　"]))
    # 李 明、王小芳: two-character names are typed with a space.
    between = draw(st.sampled_from(["", " ", "　"])) if comma not in " 　" else ""
    values = [
        value if isinstance(value, str) else comma.join(between.join(n) if len(n) == 2 else n for n in value)
        for _label, value in fields
    ]
    colons = st.sampled_from([":", "："])
    separator = draw(st.sampled_from(["  ", "　", "\t", " | ", " / ", "\n", "\n\n　　"]))
    return facts, separator.join(
        label + draw(colons) + value for (label, _value), value in zip(fields, values, strict=True)
    )


@st.composite
def printed(draw):
    """Generate an article and the text of its printed page."""
    facts, header = draw(provenance())
    section = draw(st.sampled_from(["", "民生", "霁川要闻"]))
    paragraphs = draw(st.lists(sentences, min_size=1, max_size=5))
    article = PrintedArticle(
        section=section, kicker="", title=draw(titles), subtitle="", paragraphs=tuple(paragraphs), digest="", **facts
    )
    above = draw(st.sampled_from([[section], [f"当前位置：首页>>{section}>>正文"]])) if section else []
    title = draw(st.sampled_from(["", "标题："])) + article.title
    indent = draw(st.sampled_from(["", "　　", "\t"]))
    lines = [*above, title, header, *(indent + text for text in paragraphs), *draw(st.lists(furniture, max_size=3))]
    return article, draw(st.sampled_from(["\n", "\r\n", "\n\n", " \n　\n"])).join(lines)


@given(printed(), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
@settings(deadline=None)
def test_reading_gives_exactly_what_was_printed(article_and_text, encoding):
    article, text = article_and_text
    found = read_printed_page(text.encode(encoding))
    assert dataclasses.replace(found, digest="", doubts=()) == article
    assert found.digest == read_printed_page(text.encode()).digest


WORDS = [
    "来源",
    "时间",
    "发布时间",
    "作者",
    "记者",
    "霁川日报记者",
    "文/图",
    "摄",
    "标题",
    "当前位置",
    "首页",
    "正文",
    "李",
    "明",
    "方知远",
    "：",
    ":",
    "（",
    "）",
    "【",
    "】",
    "、",
    "/",
    ">",
    "——",
    "。",
    "2024-03-25",
    "2024-13-40",
    "17:03",
    "扫一扫",
    "打印",
    "作者单位",
    "a",
]
texts = st.lists(st.sampled_from([*WORDS, " ", "　", "\n", "\n"]), max_size=60).map(
    lambda words: "".join(words).encode()
)


@given(st.binary(max_size=300) | texts)
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_read_or_refused(data):
    try:
        article = read_printed_page(data)
    except UnreadablePage:
        return
    assert article.title
    assert article.paragraphs
    assert len({(role, name) for role, name, _unit in article.credits}) == len(article.credits)
