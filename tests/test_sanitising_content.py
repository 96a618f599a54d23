"""What stands for text or for pictures in HTML: tick boxes, readings of characters, backgrounds, cards of WeChat."""

import pytest
from django.utils import translation

from articles.sanitising import read_pasted_html, sanitise

HELD = "<p>[Picture 1 is still to be uploaded]</p>"
CARD = "1 embedded player, card, map or frame was removed: it has no address."


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p><input type=checkbox checked>同意 <input type=checkbox>反对</p>", "<p>☑同意 ☐反对</p>"),
        ("<p><input type=radio checked>甲<input type=radio>乙</p>", "<p>◉甲○乙</p>"),
        ("<p>甲<input type=hidden value=1><input value=搜索></p>", "<p>甲</p>"),
        ("<ul><li><input type=checkbox checked disabled> 修路</li></ul>", "<ul><li>☑ 修路</li></ul>"),
        (
            "<ul><li data-checked=true><label><input type=checkbox checked></label><div><p>修路</p></div></li></ul>",
            "<ul><li>☑ 修路</li></ul>",
        ),
        (
            "<ul><li role=checkbox aria-checked=false style='list-style:none'>"
            "<img src='data:image/png;base64,iVBORw0K' aria-roledescription=checkbox><p>架桥</p></li></ul>",
            "<p>☐ 架桥</p>",
        ),
        ("<ul><li><div class='checkbox checkbox-on'></div> <span>修路</span></li></ul>", "<ul><li>☑ 修路</li></ul>"),
        ("<ul><li data-list=unchecked>修路</li></ul>", "<ul><li>☐ 修路</li></ul>"),
        ("<p><span role=checkbox aria-checked=true></span>同意</p>", "<p>☑同意</p>"),
    ],
)
def test_a_box_that_is_ticked_on_the_page_is_a_character(html, kept):
    assert read_pasted_html(html).html == kept
    assert sanitise(html).html == kept


@pytest.mark.parametrize(
    ("data", "box"),
    [
        ("", "☐"),
        ("FFFFFFFF0500000014000200750031000000", "☑"),
        ("FFFFFFFF0100000014000200750031000000", "☐"),
        ("FFFFFFFF65000000140002007500310000000100", "☑"),
        ("FFFFFFFF65000000140002007500310000000000", "☐"),
        ("FFFFFFFF6500000014000900750", "☐"),
    ],
)
def test_a_tick_box_of_a_form_of_word_is_a_character(data, box):
    field = "<!--[if supportFields]><span style='mso-element:field-begin'></span> FORMCHECKBOX <![endif]-->"
    field += f"<!--[if gte mso 9]><xml><w:data>{data}</w:data></xml><![endif]-->" if data else ""
    end = "<!--[if supportFields]><span style='mso-element:field-end'></span><![endif]-->"
    assert read_pasted_html(f"<p>{field}{end}同意</p>").html == f"<p>{box}同意</p>"


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        (r"eq \o\ac(<span>○</span>,<span>1</span>)", "①"),
        (r"EQ \o\ac(○,一)", "㊀"),
        (r"eq \o\ac(○,测)", "（测）"),
        (r"EQ \F(1,2)", " 1/2"),
        (r"EQ \F(a+b,c)", r"[Formula: EQ \F(a+b,c)]"),
        (r"EQ \O(0,/)", r"[Formula: EQ \O(0,/)]"),
        (r"EQ \o\ac(○,1)<span style='mso-element:field-separator'></span>", ""),  # what it draws is behind it
        (r'EQ \* jc2 \* "Font:宋体" \* hps10 \o\ad(\s\up 9(jì),霁)', "霁（jì）"),
        (r"EQ \R(,2)", r"[Formula: EQ \R(,2)]"),
        ("PAGEREF _Toc1 \\h", ""),
    ],
)
def test_what_an_equation_of_word_draws_is_text(code, kept):
    field = f"<!--[if supportFields]><span style='mso-element:field-begin'></span> {code}<![endif]-->"
    end = "<!--[if supportFields]><span style='mso-element:field-end'></span><![endif]-->"
    assert read_pasted_html(f"<p>甲{field}{end}乙</p>").html == f"<p>甲{kept}乙</p>"


def test_a_reading_that_word_writes_twice_comes_in_once():
    field = r"<!--[if supportFields]> EQ \* jc2 \o\ad(\s\up 9(jì),霁)<![endif]--><ruby>霁<rt>jì</rt></ruby>"
    assert read_pasted_html(f"<p>{field}川</p>").html == "<p>霁（jì）川</p>"


@pytest.mark.parametrize(
    ("ruby", "kept"),
    [
        ("霁<rt>jì</rt>", "霁（jì）"),
        ("霁<rp>(</rp><rt>jì</rt><rp>)</rp>", "霁（jì）"),
        ("<rb>霁<rt>jì<rb>川<rt>chuān", "霁（jì）川（chuān）"),
        ("<rb>霁</rb><rtc><rt>jì</rt></rtc>", "霁（jì）"),
        ("霁<rt> </rt>", "霁"),
    ],
)
def test_the_reading_of_a_character_stands_behind_it_in_brackets(ruby, kept):
    assert read_pasted_html(f"<p><ruby>{ruby}</ruby></p>").html == f"<p>{kept}</p>"


@pytest.mark.parametrize(
    "picture",
    [
        "<section style='background-image:url(\"https://p.example/A.png?x=1\");height:9px'></section>",
        "<section style='background: url(https://p.example/A.png?x=1) no-repeat'><br></section>",
        "<section data-lazy-bgimg='https://p.example/A.png?x=1' style='background-image:url(data:,x)'></section>",
        "<section><svg style='background-image:url(https://p.example/A.png?x=1)'></svg></section>",
        "<svg><g style='background-image:url(&quot;https://p.example/A.png?x=1&quot;)'></g></svg>",
    ],
)
def test_a_background_with_nothing_before_it_is_a_picture(picture):
    pasted = read_pasted_html(f"{picture}<p>甲</p>")
    assert (pasted.html, pasted.left_out) == (f"{HELD}<p>甲</p>", ())
    assert [one.address for one in pasted.pictures] == ["https://p.example/A.png?x=1"]
    assert sanitise(f"{picture}<p>甲</p>").removed[0] == "1 picture from another site was removed: upload it instead."


def test_a_background_behind_text_is_told_and_an_ornament_is_nothing():
    pasted = read_pasted_html("<section style='background:url(https://p.example/1.png)'><p>标题</p></section>")
    assert (pasted.html, pasted.pictures) == ("<p>标题</p>", ())
    assert pasted.left_out == ("1 background picture was left out: upload it if it shows something.",)
    for ornament in (
        "width:1px;height:1px;background:url(https://p.example/1)",
        "background:url(data:image/svg+xml,x)",
    ):
        assert read_pasted_html(f"<p>甲</p><p style='{ornament}'></p>").left_out == ()


@pytest.mark.parametrize(
    "card",
    [
        "<mp-common-miniprogram data-miniprogram-title='办事'></mp-common-miniprogram>",
        "<mp-common-profile data-nickname='霁川发布'></mp-common-profile>",
        "<mp-common-qqmusic></mp-common-qqmusic>",
        '<card type="inline" name="image" value="data:%7B%7D"></card>',
        "<bilibili-player data-bvid=1></bilibili-player>",
        "<mp-common-poi data-name='霁川'></mp-common-poi>",
        "<mp-vote></mp-vote>",
        "<iframe class=vote_iframe data-src='/mp/newappmsgvote?action=show'></iframe>",
    ],
)
def test_a_card_of_wechat_is_told(card):
    pasted = read_pasted_html(f"<p>甲</p>{card}")
    assert (pasted.html, pasted.left_out) == ("<p>甲</p>", (CARD,))


def test_a_link_to_a_mini_program_is_told():
    pasted = read_pasted_html("<p><a class=weapp_text_link data-miniprogram-appid=wx1 href=''>点此办理</a></p>")
    assert pasted.html == "<p>点此办理</p>"
    assert pasted.left_out == ("1 link to a mini program of WeChat was unlinked: it works in WeChat alone.",)


def test_a_list_of_letters_beside_its_item_does_not_count_in_the_list_around():
    html = "<ol><li>甲</li><ol type=a><li>乙</li></ol><li>丙</li></ol>"
    assert read_pasted_html(html).html == "<ol><li><p>甲</p><p>a. 乙</p></li><li>丙</li></ol>"


DROP_CAP = "<p class=MsoNormal style='page-break-after:avoid;mso-element:dropcap-dropped'><span>十</span></p>"


@pytest.mark.parametrize(
    "cap",
    [
        DROP_CAP,
        f"<table cellpadding=0 align=left>\n <tr>\n  <td valign=top>\n  {DROP_CAP}\n  </td>\n </tr>\n</table>\n",
        f"<div>\n\n<table cellspacing=0 cellpadding=0 hspace=0 vspace=0 align=left>\n <tr>\n  <td valign=top align=left "
        f"style='padding-top:0cm'>\n  {DROP_CAP}\n  </td>\n </tr>\n</table>\n\n</div>\n\n",
        f"<table align=left><tbody><tr><td>{DROP_CAP}</td></tr></tbody></table>",
    ],
)
def test_a_drop_cap_begins_its_paragraph(cap):
    assert read_pasted_html(f"<p>一</p>{cap}<p class=MsoNormal>月的霁川。</p>").html == "<p>一</p><p>十月的霁川。</p>"


def test_a_drop_cap_in_a_table_of_the_text_leaves_the_table():
    first = f"<td>{DROP_CAP}<p>月的霁川</p></td>"
    kept = read_pasted_html(f"<table><tr>{first}<td>右栏</td></tr><tr><td>甲</td><td>乙</td></tr></table>").html
    assert kept == (
        "<table><tbody><tr><td>十月的霁川</td><td>右栏</td></tr><tr><td>甲</td><td>乙</td></tr></tbody></table>"
    )


def test_a_drop_cap_in_a_part_of_the_page_leaves_the_part():
    assert read_pasted_html(f"<div>{DROP_CAP}<p>月</p></div><p>乙</p>").html == "<p>十月</p><p>乙</p>"


@pytest.mark.parametrize("blanks", [" ", "&nbsp;&nbsp; ", "\u00a0" * 5])
def test_underlined_tabs_of_word_are_drawn(blanks):
    tabs = f"<span lang=EN-US><span style='mso-tab-count:1'>{blanks}</span></span>"
    assert read_pasted_html(f"<p>签名：<u>{tabs}</u>章</p>").html == "<p>签名：<u>　　</u>章</p>"
    assert read_pasted_html(f"<p>签名：{tabs}章</p>").html == "<p>签名： 章</p>"


def test_an_underlined_blank_at_the_start_is_no_typed_indent():
    assert read_pasted_html("<p><u>　　　　</u>同志：</p>").left_out == ()


@pytest.mark.parametrize("name", ["ql-align-{}", "has-text-align-{}", "text-{}"])
def test_an_alignment_by_the_class_of_another_editor_is_kept(name):
    assert read_pasted_html(f"<p class='{name.format('right')}'>甲</p>").html == '<p class="align-right">甲</p>'
    assert read_pasted_html(f"<p class='{name.format('justify')}'>甲</p>").html == "<p>甲</p>"


@pytest.mark.parametrize("row", ["<tr style='display:none'><td>密</td></tr>", "<tr></tr>"])
def test_a_cell_spans_the_rows_that_are_shown(row):
    html = (
        f"<table><tr><td rowspan=3>甲</td><td>1</td></tr>{row}<tr><td>2</td></tr><tr><td>乙</td><td>3</td></tr></table>"
    )
    kept = read_pasted_html(html).html
    assert '<td rowspan="2">甲</td>' in kept
    assert "密" not in kept
    assert sanitise(kept).html == kept


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>甲方：<u>&nbsp;&nbsp;&nbsp;&nbsp; &nbsp;&nbsp;</u>乙方</p>", "<p>甲方：<u>　　　</u>乙方</p>"),
        (
            "<p>签名：<span style='text-decoration:underline'>&nbsp;&nbsp;&nbsp;&nbsp;</span></p>",
            "<p>签名：<u>　　</u></p>",
        ),
        ("<p>甲<u>&nbsp;&nbsp;</u>乙</p>", "<p>甲 乙</p>"),
        ("<p><u>甲&nbsp;&nbsp;&nbsp;&nbsp;</u></p>", "<p><u>甲</u></p>"),
        (f"<p><u>{'&nbsp;' * 5}</u>年<u>{'&nbsp;' * 5}</u>月</p>", "<p><u>　　</u>年<u>　　</u>月</p>"),
        ("<p>　　<u>　　　　</u>同志：</p>", "<p><u>　　　　</u>同志：</p>"),
        ("<p>甲<br><u>　　</u>乙</p>", "<p>甲<br><u>　　</u>乙</p>"),
        (f"<p><u>{'　' * 20}</u>同志</p>", f"<p><u>{'　' * 20}</u>同志</p>"),
        ("<p><u>　　甲</u></p>", "<p><u>甲</u></p>"),
        ("<p><u>　　<strong>甲。</strong>乙</u></p>", "<p><u><strong>甲。</strong>乙</u></p>"),
        ("<p><u>　　</u><br><br>甲</p>", "<p>甲</p>"),
        ("<p><u>　　</u><br><u>　　</u></p><p>甲</p>", "<p>甲</p>"),
        ("<p>甲</p><p><u>&nbsp;&nbsp;&nbsp;&nbsp;</u></p>", "<p>甲</p>"),
    ],
)
def test_an_underlined_blank_is_drawn(html, kept):
    assert read_pasted_html(html).html == sanitise(kept).html == kept


RUNNING_HEADS = "<div title=header><p>内部</p></div><p>甲</p><div title=footer><p>- 2 -</p></div>"


@pytest.mark.parametrize(
    "page",
    [
        f'<html><head><meta name="generator" content="LibreOffice 7.3.7.2 (Linux)"/></head>{RUNNING_HEADS}</html>',
        "<div style='mso-element:header'><p>内部</p></div><p>甲</p><div style='mso-element:footer'><p>- 2 -</p></div>",
    ],
)
def test_the_running_heads_of_word_processors_are_left_out_and_told(page):
    pasted = read_pasted_html(page)
    assert (pasted.html, pasted.left_out) == ("<p>甲</p>", ("Headers and footers of pages were left out.",))


@pytest.mark.parametrize("generator", ["", "<meta name=generator content='WordPress 6.4'>", "<meta name=author>"])
def test_titles_of_parts_of_other_pages_hide_nothing(generator):
    pasted = read_pasted_html(generator + RUNNING_HEADS)
    assert (pasted.html, pasted.left_out) == ("<p>内部</p><p>甲</p><p>- 2 -</p>", ())


@pytest.mark.parametrize(
    ("content", "told"),
    [("要点", 0), ("<img src=https://a.example/1.png>", 0), ("", 1), ("<b> </b>", 1)],
)
def test_a_card_is_told_only_if_nothing_of_it_comes_in(content, told):
    pasted = read_pasted_html(f"<p>甲<card>{content}</card></p><p>乙</p>")
    sentence = "1 embedded player, card, map or frame was removed: it has no address."
    assert pasted.left_out == (sentence,) * told
