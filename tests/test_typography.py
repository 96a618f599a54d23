"""一键排版: what is mended, that no word is, and the editor's address for it."""

import unicodedata
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.checks.plain_text import written_text_of_html
from articles.checks.punctuation import find_mendable_marks
from articles.models import AuditEntry
from articles.sanitising import sanitise
from articles.typography import MOST_CHARACTERS, mend_typography
from tests.cast import make_user

ADDRESS = "/admin/articles/article/typography/"


def mended(html):
    return mend_typography(html).html


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("１２３Ａｂ", "123Ab"),
        ("３．５％", "3.5%"),
        ("通车,群众说:好!", "通车，群众说：好！"),
        ("结束.", "结束。"),
        ("他说......走了", "他说……走了"),
        ("他说。。。", "他说……"),
        ("望桥--北岸", "望桥——北岸"),
        ('他说:"好的"。', "他说：“好的”。"),
        ("2020-2025年", "2020—2025年"),
        ("5~8人；10-12吨", "5～8人；10～12吨"),
        ("甲(乙)丙", "甲（乙）丙"),
        ("甲(12)丙", "甲（12）丙"),
        ("林　　晓", "林　晓"),
        ("桥通了 。 人来了", "桥通了。人来了"),
        ("甲<strong>乙</strong>,丙", "甲<strong>乙</strong>，丙"),
        ("等等..<strong>..</strong>", "等等……"),
        ('他说"<strong>好</strong>的"', "他说“<strong>好</strong>的”"),
        ("甲&lt;乙,丙&amp;丁", "甲&lt;乙，丙&amp;丁"),
        ("请发到a@b.cn.", "请发到a@b.cn。"),
        ("a@b.cn,请发来", "a@b.cn，请发来"),
        ("请发到a@b.cn.中国队", "请发到a@b.cn。中国队"),
        ("有没有看www.e.example?看过.", "有没有看www.e.example？看过。"),
        ("(见https://e.example/a)", "（见https://e.example/a）"),
        ("见https://e.example/a(图),好", "见https://e.example/a（图），好"),
        ("见www.e.example/a......好", "见www.e.example/a……好"),
        ("见https://e.example/a.b,c?d=(3).", "见https://e.example/a.b,c?d=(3)。"),
    ],
)
def test_what_is_not_allowed_is_mended(typed, right):
    assert mended(f"<p>{typed}</p>") == f"<p>{right}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "电话0571-8899人工",
        "2026-11-28日",
        "12:30开始",
        "版本 3.5,好",
        "a(b)c, d.",
        "比分3-2",
        "(1)加强领导",
        "林　晓、王 宁",
        "见https://e.example/5-8(3)",
        "写信到a-1.5-8@e.example",
        "写信到a@5-8人",
        "写信到 news@example.cn。",
        "Write to a@b.cn.",
        "见https://e.example/a.b,c?d=(3)",
        "a@b.cn, 好",
        "见https://www.中国.cn",
        "写信到a@b.中国",
        "写信到a@b.中国即可",
        "写信到a@b.公司，请看https://www.e.政务。",
        "见https://e.example/?关键词=桥",
        "见https://e.example/?栏目/要闻",
        "10<sup>-3</sup>米，1<sub>５</sub>",
        '<a href="https://e.example/１-８年,甲">链接</a>',
        "［图 3 待上传］",
        "［待填：停水时间］",
        "他说：“好……”——《桥》",
    ],
)
def test_what_is_right_or_doubtful_stays(text):
    found = mend_typography(f"<p>{text}</p>")
    assert found.html == sanitise(f"<p>{text}</p>").html
    assert (found.changes, found.told) == ((), ())


def test_the_blank_before_the_photographer_stays():
    caption = "围挡已经立起。\u3000方知远 摄"
    image = f'<img src="/media/pictures/{"a" * 32}.jpg" alt="">'
    figure = sanitise(f"<figure>{image}<figcaption>{caption}</figcaption></figure>").html
    assert f"<figcaption>{caption}</figcaption>" in figure
    assert mend_typography(figure).html == figure
    assert "立起。方知远" in mended(f"<p>{caption}</p>")


@pytest.mark.parametrize(
    "pasted",
    [
        "签名：<u>&nbsp; &nbsp; &nbsp; &nbsp;</u>（章）",
        "日期：<u>&nbsp;&nbsp; &nbsp;&nbsp;</u>年<u>&nbsp;&nbsp; &nbsp;&nbsp;</u>月",
        "签名：<u>　　　</u>，<u>　　林晓　　</u>。",
        "姓名：<u><strong>　　</strong>　</u>、<u>　</u>。",
        "<u>　　　省　　　市　　　县</u>",
        "共计<u>　　　　万元</u>",
        "<u>姓名　　　　　性别　　　　　年龄</u>",
        "<u>甲方　　　　　（盖章）</u>",
        "<u>　　　　银行　　　　支行</u>，<u>　　　　街道　　　　社区</u>",
        "<u>　　同志</u>：于<u>第　　季度　　</u>",
    ],
)
def test_underlined_blanks_to_be_filled_in_stay(pasted):
    html = sanitise(f"<p>{pasted}</p>").html
    assert "\u3000" in html
    found = mend_typography(html)
    assert (found.html, found.changes) == (html, ())


def test_text_beside_underlined_blanks_is_mended():
    assert mended("<p>甲<u>　　</u>，<u>乙,丙</u>　　丁</p>") == "<p>甲<u>　　</u>，<u>乙，丙</u>　丁</p>"


def test_each_change_is_told_in_its_line():
    found = mend_typography("<p>第一段</p><p>桥通了,人们<strong>说</strong>:好。。。</p>").changes
    assert [(each.lead, each.before, each.after, each.trail) for each in found] == [
        ("桥通了", ",", "，", "人们说:好。。。"),
        ("桥通了,人们说", ":", "：", "好。。。"),
        ("桥通了,人们说:好", "。。。", "……", ""),
    ]


def test_empty_rows_at_the_end_of_a_table_go_and_doubled_breaks(settings):
    settings.LANGUAGE_CODE = "en"
    row, empty = "<tr><td>甲</td><td>乙</td></tr>", "<tr><td></td><td>&nbsp;</td></tr>"
    found = mend_typography(f"<table><tbody>{row}{empty}{row}{empty}{empty}</tbody></table><p>甲<br><br>乙</p>")
    inside = row + empty.replace("&nbsp;", "") + row
    assert found.html == f"<table><tbody>{inside}</tbody></table><p>甲</p><p>乙</p>"
    assert found.told == ("Doubled blanks and line breaks: 1", "Empty rows at the end of tables: 2")


TYPED = st.text(st.sampled_from("中文年人Ａa１2 　\u00a0.,:?!()\"'-~～—…。，“”（）％%<&．\0"), max_size=30)


@given(pieces=st.lists(TYPED, min_size=1, max_size=3))
@example(pieces=["中.", "..", '"文"'])
def test_mending_again_changes_nothing_and_no_letter_is_changed(pieces):
    """The middle one of three pieces is bold."""
    html = "<p>" + "".join(
        f"<strong>{escape(piece)}</strong>" if place == 1 else escape(piece) for place, piece in enumerate(pieces)
    )
    once = mend_typography(html)
    again = mend_typography(once.html)
    assert (again.html, again.changes) == (once.html, ())
    assert letters(once.html) == letters(sanitise(html).html)


ADDRESSES = ["a@b.cn", "news.desk@e.example", "https://e.example/a,b?c=(3)", "www.e.example"]


@given(before=TYPED, address=st.sampled_from(ADDRESSES), marks=st.text(st.sampled_from(".,;:?!()'\"-")), after=TYPED)
@example(before="中(", address="a@b.cn", marks=").", after="")
def test_an_address_stays_whatever_marks_follow_it(before, address, marks, after):
    once = mended(f"<p>{escape(before)}见{address}{escape(marks)}文{escape(after)}</p>")
    assert f"见{address}" in once
    assert mended(once) == once


CHINESE = st.text(st.sampled_from("中文年人桥"), min_size=1, max_size=4)


@given(before=TYPED, han=CHINESE, end=st.sampled_from(["中国", "公司", "网络", "政务", "公益"]))
def test_an_address_with_a_chinese_host_or_query_stays(before, han, end):
    for address in (f"https://www.{han}.cn", f"www.e.{end}", f"a@b.{end}", f"https://e.example/?{han}=1"):
        once = mended(f"<p>{escape(before)}见{address}。</p>")
        assert f"见{address}。" in once
        assert mended(once) == once


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(("mark", "right"), list(zip(".,;:?!", "。，；：？！", strict=True)))
def test_a_mark_at_the_end_of_an_address_is_the_sentences(address, mark, right):
    assert mended(f"<p>{address}{mark}好</p>") == f"<p>{address}{right}好</p>"
    if mark not in ",:":
        assert mended(f"<p>见{address}{mark}</p>") == f"<p>见{address}{right}</p>"
        assert mended(f"<p>See {address}{mark}</p>") == f"<p>See {address}{mark}</p>"


def letters(html):
    return [each for each in unicodedata.normalize("NFKC", written_text_of_html(html).text) if each.isalnum()]


def test_the_machine_finds_nothing_to_mend_in_what_was_mended():
    html = mended("<p>" + "他说,\"好\".等等...(见图)--望桥'北'，" * 30 + "</p>")
    assert list(find_mendable_marks(written_text_of_html(html).text)) == []


# --- The address ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_address_answers_with_the_text_and_its_changes(client, cast):
    client.force_login(cast.writer)
    own = "pictures/" + "0" * 32 + ".jpg"
    before = AuditEntry.objects.count()
    answer = client.post(
        ADDRESS, {"html": f'<p>甲,乙</p><figure><img src="/admin/media/{own}" alt=""></figure>'}
    ).json()
    assert answer["html"].startswith("<p>甲，乙</p>")
    assert f'src="/admin/media/{own}"' in answer["html"]
    assert answer["changes"] == [{"lead": "甲", "before": ",", "after": "，", "trail": "乙"}]
    assert answer["told"] == []
    assert AuditEntry.objects.count() == before


@pytest.mark.django_db
def test_a_long_text_asks_no_more_of_the_database(client, cast, django_assert_num_queries):
    client.force_login(cast.writer)
    client.post(ADDRESS, {"html": "<p>甲</p>"})
    with django_assert_num_queries(4):  # the session, the user, its duties
        client.post(ADDRESS, {"html": "<p>甲,乙</p>" * 300})


@pytest.mark.django_db
def test_only_those_who_write_or_read_may_ask(client):
    for duty, status in (("write", 200), ("final", 200), ("audit", 403)):
        client.force_login(make_user(f"may-{duty}", [duty]))
        assert client.post(ADDRESS, {"html": "<p>甲</p>"}).status_code == status


@pytest.mark.django_db
def test_no_text_and_too_much_are_refused_with_a_sentence(client, cast):
    client.force_login(cast.writer)
    for answer, status in (
        (client.get(ADDRESS), 400),
        (client.post(ADDRESS, {"html": "a" * (MOST_CHARACTERS + 1)}), 422),
    ):
        assert answer.status_code == status
        assert answer.json()["error"]["message"]
