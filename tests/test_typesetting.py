"""How the text of an article is set when it is shown: numbers with their units, tables that scroll, titles."""

import re

import pytest
from django.utils import translation

from articles.public.pages.typesetting import keep_measures_together, let_tables_scroll, typeset_line
from articles.templatetags.public_tags import has_short_parts


def kept(html):
    return re.findall(r'<span class="n">(.*?)</span>', keep_measures_together(html))


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("贷款860万元，增长12.5%。", ["860万元"]),
        ("约3.6万人、412余户", ["3.6万人", "412余户"]),
        ("1,284.5亿美元", ["1,284.5亿美元"]),
        ("15平方公里，40分钟", ["15平方公里", "40分钟"]),
        ("11月22日9时20分", ["11月", "22日", "9时", "20分"]),
        ("第3期", ["第3期"]),
        ("电话0000-5550100，见第1。", []),
        ('<p>共<strong>12</strong>元</p><a href="/a/7/">7元</a>', ["7元"]),
        ('<img src="/media/3万.jpg" alt="12万元"><td colspan="2">2角</td>', ["2角"]),
    ],
)
def test_a_number_stays_with_its_unit_and_attributes_stay_as_they_are(text, together):
    html = keep_measures_together(text)
    assert kept(text) == together
    assert html.replace('<span class="n">', "").replace("</span>", "") == text


def test_a_note_is_set_like_the_text_and_nothing_in_it_is_html():
    line = str(typeset_line('第2段“3人”应为“5人”，见<b>12%</b>&"3.6万"'))
    assert re.findall(r'<span class="n">(.*?)</span>', line) == ["第2段", "3人", "5人", "3.6万"]
    assert "&lt;b&gt;12%&lt;/b&gt;&amp;&quot;" in line
    assert typeset_line("") == ""


def labels(html):
    with translation.override("zh-hans"):
        return re.findall(r'aria-label="(.*?)"', let_tables_scroll(html))


def test_each_table_scrolls_under_a_name_of_its_own():
    table, named = "<table><tbody></tbody></table>", '<table><caption>甲<em>"乙"</em>&amp;丙</caption></table>'
    assert labels(table) == ["表格"]
    assert labels(f"<p>{named}</p>") == ["甲&quot;乙&quot;&amp;丙"]
    assert labels(table + named + table) == ["表格 1", "甲&quot;乙&quot;&amp;丙", "表格 3"]
    html = let_tables_scroll(table + named)
    assert html.count("<div") == html.count("</table></div>") == 2
    assert let_tables_scroll("<p>无</p>") == "<p>无</p>"


@pytest.mark.parametrize(
    ("title", "is_so"),
    [
        ("七家作坊并一条线 青崖夏秋茶不再论堆卖", True),
        ("图集｜澄溪镇的一天，从一把小葱开始", True),
        ("雪还下吗？ 还下", True),
        ("大桥通车", False),
        ("真的？", False),
        ("关于澄溪镇部分区域夜间停水的公告", False),
        ("四十七个候车亭装上了靠背长凳 高度按老人的膝盖来定", False),
        ("前三季度霁川经济数据：茶和橘增收 建筑业偏弱", False),
        ("", False),
    ],
)
def test_a_title_breaks_between_its_parts_alone_where_each_has_room_on_a_line(title, is_so):
    assert has_short_parts(title) is is_so
