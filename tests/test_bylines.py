"""Printed bylines become credits: names, roles and units; a sentence never does."""

import pytest

from articles.bylines import merge_credits, parse_byline
from articles.models import Credit

Role = Credit.Role
BODY = "11月2日,望桥乡便民桥建成通车。"


def said(credits):
    """reporter 方知远 霁川日报, photo 林晓舟"""
    return ", ".join(f"{role.value} {name} {unit}".strip() for role, name, unit in credits)


@pytest.mark.parametrize(
    ("line", "credits"),
    [
        ("(通讯员 祝小满 叶问津)", "correspondent 祝小满, correspondent 叶问津"),
        ("（记者 方知远 文/图）", "reporter 方知远, text_photo 方知远"),
        (
            "（记者 方知远 通讯员 祝小满 图 / 文）",
            "reporter 方知远, correspondent 祝小满, text_photo 方知远, text_photo 祝小满",
        ),
        ("【责任编辑：梁静姝】", "responsible_editor 梁静姝"),
        ("(方知远 林晓舟 摄)", "photo 方知远, photo 林晓舟"),
        ("（林晓舟摄）", "photo 林晓舟"),
        ("（文：方知远 记者 林晓舟 摄）", "text 方知远, reporter 林晓舟, photo 方知远, photo 林晓舟"),
        ("（摄影 林晓舟）", "photo 林晓舟"),
        ("霁川日报记者：方知远　文/图", "reporter 方知远 霁川日报, text_photo 方知远 霁川日报"),
        ("霁川县融媒体中心 全媒体记者 方知远", "reporter 方知远 霁川县融媒体中心"),
        ("记者：方知远　通讯员：祝小满", "reporter 方知远, correspondent 祝小满"),
        ("霁川日报记者：方知远　通讯员：祝小满", "reporter 方知远 霁川日报, correspondent 祝小满"),
        ("校对：罗映山", "proofreader 罗映山"),
        ("编辑 陆明川 审核 顾维桢 总监制：沈砚秋", "editor 陆明川, reviewer 顾维桢, producer 沈砚秋"),
        ("（本报全媒体见习记者 方知远，特约通讯员祝小满）", "reporter 方知远, correspondent 祝小满"),
        ("（霁川县融媒体中心 方知远 文 林晓舟 图）", "text 方知远 霁川县融媒体中心, photo 林晓舟 霁川县融媒体中心"),
        ("文/方知远 图/林晓舟", "text 方知远, photo 林晓舟"),
        ("方知远/文 林晓舟/图", "text 方知远, photo 林晓舟"),
        ("（通讯员 望桥乡党政办公室 祝小满）", "correspondent 祝小满 望桥乡党政办公室"),
        ("（霁川县气象局供稿）", "correspondent 霁川县气象局"),
        ("(记者 李 明　王 芳　方知远)", "reporter 李明, reporter 王芳, reporter 方知远"),
        ("（记者 李　文、欧 阳 修 摄）", "reporter 李文, reporter 欧阳修, photo 李文, photo 欧阳修"),
        ("（记者 李 明 文 王 芳 图）", "reporter 李明, text 李明, reporter 王芳, photo 王芳"),
        (
            "（记者 阿依古丽·买买提、Anna Berg，沈砚秋）",
            "reporter 阿依古丽·买买提, reporter Anna Berg, reporter 沈砚秋",
        ),
        ("（策划 顾维桢 统筹：陶一宁 记者：方知远）", "reporter 方知远"),
        ("（策划 顾维桢 记者 方知远 摄）", "reporter 方知远, photo 方知远"),
        ("（本报 特约 记者 方知远 综合报道）", "reporter 方知远"),
        ("（记者 方知远）（编辑 陆明川）", "reporter 方知远, editor 陆明川"),
        ("（通讯员 阿依古丽．买买提）", "correspondent 阿依古丽·买买提"),
        ("（通讯员 阿依古丽∙买买提、迪丽努尔•艾山）", "correspondent 阿依古丽·买买提, correspondent 迪丽努尔·艾山"),
        ("（阿依古丽··买买提 摄）", "photo 阿依古丽·买买提"),
        ("（通讯员 阿依古丽 · 买买提）", "correspondent 阿依古丽·买买提"),
        ("（记者 买买提·吾守尔·艾山·玉素甫）", "reporter 买买提·吾守尔·艾山·玉素甫"),
        ("记者阿依古丽・买买提", "reporter 阿依古丽·买买提"),
        ("（通讯员 阿依古丽买买提、乌云毕力格）", "correspondent 阿依古丽买买提, correspondent 乌云毕力格"),
        ("（记者 嘎玛洛桑次仁 文/图）", "reporter 嘎玛洛桑次仁, text_photo 嘎玛洛桑次仁"),
        ("（记者 欧阳上官明）", "reporter 欧阳上官明"),
        ("（记者 李〇明 王○芳）", "reporter 李〇明, reporter 王〇芳"),
        ("（记者 方知远 · 林晓舟）", "reporter 方知远, reporter 林晓舟"),
        ("文·方知远 图・林晓舟", "text 方知远, photo 林晓舟"),
        ("（丝路·霁川县融媒体中心 方知远 摄）", "photo 方知远 丝路·霁川县融媒体中心"),
        ("（记者 从县水务局获悉）", ""),
        ("（记者 陈○○）", ""),
        ("编辑：方知远 A02", "editor 方知远"),
        ("（完）", ""),
        ("（图片由霁川县气象局提供）", ""),
        ("（记者 方知远 在现场看到的情形）", ""),
    ],
)
def test_a_byline_gives_credits(line, credits):
    found = parse_byline(line)
    assert found is not None
    assert said(found) == credits


@pytest.mark.parametrize(
    "line",
    [
        "霁川县气象局",
        "2026年11月2日",
        "会议指出：抓落实",
        "记者：谢谢您",
        "记者：您好！",
        "方知远",
        "记者走进石栗镇。",
        "记者：今年收成怎么样",
        "记者：大家都来看",
        "记者站·望桥乡",
        "视频制作",
        BODY,
        "（一）加强领导",
        "记者 " + "方知远 " * 60,
    ],
)
def test_text_is_no_byline(line):
    assert parse_byline(line) is None


def test_bylines_at_the_end_give_credits_in_reading_order():
    assert (
        said(merge_credits([], [BODY, "（记者 方知远）", "责编：梁静姝"]))
        == "reporter 方知远, responsible_editor 梁静姝"
    )
    assert said(merge_credits([], [BODY, BODY + "（记者 方知远）"])) == "reporter 方知远"
    assert said(merge_credits([], [BODY, "（记者 方知远）", BODY])) == ""


@pytest.mark.parametrize(
    "notice",
    [
        "声明：转载此文是为传递更多信息。",
        "【版权声明】本文为原创。",
        "联系电话：0000-0000000",
        "转载请注明出处。",
        "投稿邮箱：a@b.example",
        "图片来源：网络",
        "新闻热线：0000-0000000",
        "地址：霁川县人民路1号",
        "A02版",
        "请与我们联系删除。",
    ],
)
def test_the_names_of_the_desk_above_a_notice_are_credits(notice):
    assert said(merge_credits([], [BODY, "责编：梁静姝", notice, notice])) == "responsible_editor 梁静姝"


@pytest.mark.parametrize(
    "text",
    [
        ["总监制：王志强", "音乐会将于4月1日在县剧院举行。"],
        ["校对：王建国", "他在这个岗位上干了三十年。"],
        ["编辑：请讲", "他这才说起桥的事。"],
        ["审核：李大明", "公示期为五天。", "联系电话：0000-0000000"],
        ["责编：梁静姝", "声明发表后，双方握手。"],
        ["责编：梁静姝", "版权保护周今日开始。"],
    ],
)
def test_names_above_text_that_is_no_notice_are_no_credits(text):
    assert merge_credits([], [BODY, *text]) == ()


@pytest.mark.parametrize("page", ["A02版", "A02-A03版", "A02—03版", "B12、B13版", "第3版", "（第 03 版）", "今日16版"])
def test_the_page_of_a_newspaper_is_no_part_of_a_name(page):
    for line in (f"编辑：方知远 {page}", f"编辑：方知远{page}", f"{page} 编辑：方知远"):
        assert said(parse_byline(line)) == "editor 方知远"
    assert parse_byline("编辑：方知远 记者手记1版") is None


def test_a_lead_gives_credits():
    lead = "霁川新闻网讯（通讯员 祝小满 叶问津）11月2日,便民桥建成通车。"
    assert said(merge_credits([], [lead, BODY])) == "correspondent 祝小满, correspondent 叶问津"
    assert said(merge_credits([], ["霁川日报社全媒体记者 方知远", BODY])) == "reporter 方知远 霁川日报社"
    assert said(merge_credits([], ["他说（记者 方知远）的书,我读过。", BODY])) == ""
    assert said(merge_credits([], ["记者：陈大力", BODY])) == "", "the first words of a talk"


def test_every_role_of_a_person_is_kept_once_with_the_first_unit_and_what_was_printed_above_comes_first():
    paragraphs = [BODY, "记者：方知远", "(通讯员 祝小满)", "霁川日报记者：方知远", "泽南日报记者：方知远"]
    assert merge_credits([(Role.AUTHOR, "祝小满", "")], paragraphs) == (
        (Role.AUTHOR, "祝小满", ""),
        (Role.REPORTER, "方知远", "霁川日报"),
        (Role.CORRESPONDENT, "祝小满", ""),
    )


def test_the_authors_unit_at_the_end_is_theirs():
    printed = [(Role.AUTHOR, "宋春和", ""), (Role.AUTHOR, "秦望舒", "霁川县气象局"), (Role.EDITOR, "陆明川", "")]
    found = merge_credits(printed, [BODY, "（作者单位：霁川县第一中学）"])
    assert said(found) == "author 宋春和 霁川县第一中学, author 秦望舒 霁川县气象局, editor 陆明川"
