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


def test_a_drawing_with_text_is_told_beside_its_picture():
    pasted = read_pasted_html("<svg style='background-image:url(https://p.example/1)'><text>字</text></svg>")
    assert pasted.html == HELD
    assert pasted.left_out == ("1 drawing was removed: upload it as a picture instead.",)


@pytest.mark.parametrize(
    "card",
    [
        "<mp-common-miniprogram data-miniprogram-title='办事'></mp-common-miniprogram>",
        "<mp-common-profile data-nickname='霁川发布'></mp-common-profile>",
        "<mp-common-qqmusic></mp-common-qqmusic>",
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
