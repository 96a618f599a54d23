"""Text of the clipboard that readers of the original do not see, other than by display: none; and columns and rows."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from articles.sanitising import read_pasted_html, sanitise

HIDDEN = "Hidden text was left out."
WHITE = "White text was left out. If readers saw it on a coloured ground, type it again."


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    "secret",
    [
        "<span style='color:white'>密件</span>",
        "<span style='color:#FFFFFF;mso-themecolor:background1'>密件</span>",
        "<span style='color: rgb(255, 255, 255);'>密件</span>",
        "<span style='color:rgba(254,254,254,1)'>密件</span>",
        "<font color='#fff'>密件</font>",
        "<span style='color:transparent'>密件</span>",
        "<span style='color:white;background:white none repeat'>密件</span>",
        "<span style='color:white;background-color:rgba(0,0,0,0)'>密件</span>",
        "<span style='background:blue'><b style='background:#ffffff;color:white'>密件</b></span>",
        "<style>.x{color:#fff}</style><span class=x>密件</span>",
        "<style>#x{color:#fff}</style><span id=x>密件</span>",
        "<style>cite{color:#fff}</style><cite>密件</cite>",
        "<span style='color:hsl(210, 40%, 100%)'>密件</span>",
        "<span style='color:rgb(100%,100%,100%)'>密件</span>",
        "<span style='color:hsla(0,0%,0%,0)'>密件</span>",
        "<span style='color:rgb(0 0 0 / 0%)'>密件</span>",
        "<span style='color:#0000'>密件</span>",
        "<span style='color:#00000000'>密件</span>",
        "<span style='color:#333;-webkit-text-fill-color:transparent'>密件</span>",
    ],
)
def test_white_text_on_white_stays_out_and_is_told(secret):
    pasted = read_pasted_html(f"<p>公开文字{secret}</p>")
    assert (pasted.html, pasted.left_out) == ("<p>公开文字</p>", (WHITE,))
    assert sanitise(f"<p>公开文字{secret}</p>").html == "<p>公开文字</p>"


@pytest.mark.parametrize(
    "shown",
    [
        "<section style='background:#c00'><p style='color:#fff'>标题</p></section>",
        "<section style='background: red none repeat scroll 0% 0%;color:white'>标题</section>",
        "<section style='background-image:url(https://e.example/1.png)'><p style='color:#fff'>标题</p></section>",
        "<section style='background: linear-gradient(90deg,red,blue)'><p style='color:#fff'>标题</p></section>",
        "<p><span style='color:white;mso-highlight:red'>标题</span></p>",
        "<p><span style='color:transparent;-webkit-background-clip:text'>标题</span></p>",
        "<p><span style='color:white'><span style='color:black'>标题</span></span></p>",
        "<p style='color:inherit;opacity:0.5;font-size:5px'>标题</p>",
        "<section style='font-size:0;line-height:0'><p style='font-size:16px'>标题</p></section>",
        "<section style='height:0;overflow:hidden;padding-bottom:56%'>标题</section>",
        "<div bgcolor='#0070c0'><font color=white>标题</font></div>",
        "<div id=js_content style='opacity:0'>标题</div>",
        "<section style='color:#000'><p style='background:#000;color:#fff'>标题</p></section>",
        "<section style='color:#333;background:#333'><p style='background:white'>标题</p></section>",
        "<p style='color:#000;background:rgba(0,0,0,.1)'>标题</p>",
        "<p style='color:black;background:black url(https://e.example/1.png)'>标题</p>",
        "<p style='background:black;mso-highlight:black'>标题</p>",  # Word writes such text in white
        "<p style='color:rgba(0,0,0,0.9)'>标题</p>",
        "<p style='background:linear-gradient(red,blue);-webkit-background-clip:text;-webkit-text-fill-color:#0000'>标题</p>",
        "<p style='transform:scale(1.05) translate(-5px, 0);filter:opacity(0.9)'>标题</p>",
        "<section style='position:absolute;clip-path:polygon(0 0, 100% 0, 100% 90%, 0 100%)'>标题</section>",
        "<section style='clip-path:inset(0 0 50% 0)'>标题</section>",
        "<p><span style='width:0;overflow:hidden'>标题</span></p>",  # within a line, it has no width of its own
        "<section style='position:relative;left:-8px;width:100%;overflow:hidden'>标题</section>",
        "<p style='color:#007aaa;background-image:linear-gradient(#007aaa,#007aaa);background-size:100% 2px'>标题</p>",
        "<p style='color:#000;background:#000 url(https://e.example/1.png)'>标题</p>",
        "<div bgcolor='#000000' style='background:#fff;color:#000'>标题</div>",
        "<section style='width:1em;overflow:hidden'>标题</section>",
        "<section style='height:1em;overflow:hidden'>标题</section>",
        "<section style='flex:1;width:0;overflow:hidden'>标题</section>",
        "<section style='width:1px;min-width:100%;overflow:hidden'>标题</section>",
        "<div style='position:absolute;left:50%;margin-left:-960px'>标题</div>",
        "<p style='color:#zzzzzz'>标题</p>",
        "<p style='color:rgb(.,.,.)'>标题</p>",
    ],
)
def test_what_is_seen_comes_in(shown):
    pasted = read_pasted_html(f"{shown}<p>正文。</p>")
    assert pasted.html == "<p>标题</p><p>正文。</p>"
    assert {WHITE, HIDDEN}.isdisjoint(pasted.left_out)


def test_where_most_text_is_white_the_page_was_dark():
    html = "<div style='color:#fff'><p>夜间模式的正文。</p><img src='https://e.example/1'></div><p>页脚</p>"
    pasted = read_pasted_html(html)
    assert pasted.html.startswith("<p>夜间模式的正文。</p>")
    assert (len(pasted.pictures), pasted.left_out) == (1, ())


@pytest.mark.parametrize(
    "style",
    [
        "font-size:0",
        "font-size:0pt",
        "font-size:1px",
        "font:0/0 a",
        "opacity:0",
        "opacity:0.0",
        "mso-hide:screen",
        "position:absolute;clip:rect(0,0,0,0)",
        "position:absolute;clip:rect(1px 1px 1px 1px)",
        "position:absolute;left:-9999px",
        "position:fixed;top:-200em;left:-10000px",
        "text-indent:-9999px",
        "height:0;overflow:hidden",
        "max-height:0px;overflow:hidden",
        "width:1px;height:1px;overflow:hidden",
        "width:0;overflow:hidden",
        "display:inline-block;max-width:0px;overflow-x:clip",
        "position:relative;left:-9999px",
        "position:absolute;right:-9999px",
        "margin-left:-9999px",
        "opacity:.01",
        "filter:opacity(0%)",
        "transform:translateY(2px) scale(0)",
        "transform:scaleX(0.0)",
        "clip-path:inset(50%)",
        "clip-path:inset(100% 0 0 0)",
        "clip-path:circle(0 at center)",
        "content-visibility:hidden",
        "color:#000;background:#000000",
        "color:black;background-color:rgb(0, 0, 0)",
        "background:#c00;color:hsl(0,100%,40%)",
    ],
)
def test_text_without_a_size_or_a_place_stays_out_and_is_told(style):
    pasted = read_pasted_html(f"<p>公开</p><div style='{style}'><b>密件</b></div>")
    assert (pasted.html, pasted.left_out) == ("<p>公开</p>", (HIDDEN,))


def test_a_size_of_nothing_is_inherited_and_multiplied():
    html = "<div style='font-size:0'>密<b style='font-size:2em'>密</b><i style='font-size:200%'>密</i></div><p>公开</p>"
    assert read_pasted_html(html).html == "<p>公开</p>"


def test_a_picture_that_has_not_loaded_is_no_hidden_text():
    assert len(read_pasted_html("<p>甲<img style='opacity:0' src='https://e.example/1'></p>").pictures) == 1


@pytest.mark.parametrize(
    "comment",
    [
        "<![if !supportAnnotations]><a class=msocomhide href='#_msocom_1'>甲</a><span class=msocomspan1><span class="
        "msocomspan2><a class=msocomanch href='#_msocom_1' language=JavaScript>[1]</a></span></span><![endif]>",
        "<span class=MsoCommentSubject>未核</span>",
        "<span style='mso-special-character:comment'>&nbsp;未核</span>",
        "<a class=x href='#_msocom_1'>[1]</a>",
    ],
)
def test_comments_of_excel_and_wps_stay_out(comment):
    assert read_pasted_html(f"<p>桥宽六米{comment}。</p>").html == "<p>桥宽六米。</p>"


# --- Columns and rows --------------------------------------------------------------------------------------------


def table(*rows):
    return "<table><tbody>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</tbody></table>"


@pytest.mark.parametrize(
    ("columns", "rows", "kept"),
    [
        (
            "<col width=72><col width=0 style='display:none;mso-width-source:userset;mso-width-alt:0'><col width=72>",
            "<tr><td>甲<td>密<td>丙",
            ["<td>甲</td><td>丙</td>"],
        ),
        (
            "<col><col span=2 style='display:none'>",
            "<tr><td>甲</td><td>密</td><td>密</td><td>丁</td></tr><tr><td colspan=4>合计</td></tr>",
            ["<td>甲</td><td>丁</td>", '<td colspan="2">合计</td>'],
        ),
        (
            "<col><col style='display:none'><col>",
            "<tr><td rowspan=2>甲</td><td>密</td><td>乙</td></tr><tr><td>密</td><td>丙</td></tr>",
            ['<td rowspan="2">甲</td><td>乙</td>', "<td>丙</td>"],
        ),
        ("<colgroup><col><col style='visibility:collapse'></colgroup>", "<tr><td>甲<td>密", ["<td>甲</td>"]),
        ("<style>.c{display:none}</style><col><col class=c>", "<tr><th>甲<th>密", ["<th>甲</th>"]),
        ("<col span=x><col span=-1>", "<tr><td colspan=y>甲", ["<td>甲</td>"]),
        ("<col><col style='display:none'>", "<tr><td>甲<td><table><tr><td>密</table>", ["<td>甲</td>"]),
        ("", "<tr><td>甲</td><tr style='display:none'><td>密</td></tr>", ["<td>甲</td>"]),
        ("", "<tr><td>甲</td><tbody style='display:none'><tr><td>密</td></tbody>", ["<td>甲</td>"]),
        (
            r"<style>.n{mso-number-format:'\;\;\;'}</style>",
            "<tr><td>甲</td><td class=n>密</td>",
            ["<td>甲</td><td></td>"],
        ),
    ],
)
def test_hidden_columns_and_rows_stay_out(columns, rows, kept):
    pasted = read_pasted_html(f"<table>{columns}{rows}</table>")
    assert pasted.html == table(*kept)
    assert pasted.left_out == ((HIDDEN,) if "密" in rows else ())


def test_a_white_cell_of_excel_is_empty_and_one_on_blue_is_not():
    sheet = "<style><!--.xl66{color:white;background:#4472C4;mso-pattern:black none}.xl67{color:white}--></style>"
    rows = "<tr><td class=xl66>路线</td><td class=xl67>密</td></tr>"
    assert read_pasted_html(f"{sheet}<table>{rows}</table>").html == table("<td>路线</td><td></td>")


DECLARED = st.sampled_from(
    ["color", "background", "font-size", "font", "opacity", "left", "clip", "text-indent", "height", "transform"]
)


@given(st.lists(st.tuples(DECLARED, st.text("0123456789.-+%#()rgba, px", max_size=14)), max_size=4))
def test_no_value_of_a_style_is_an_error(declarations):
    style = ";".join(f"{name}:{value}" for name, value in declarations)
    assert read_pasted_html(f'<p>前<span style="position:absolute;{style}">字</span></p>').html.startswith("<p>前")
