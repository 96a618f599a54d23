"""Style sheets of the clipboard: which of their selectors hide text, and which do not."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from articles.sanitising import read_pasted_html, text_lines


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def kept_lines(sheet, html):
    return text_lines(read_pasted_html(f"<style>{sheet}</style>{html}").html)


@pytest.mark.parametrize(
    ("sheet", "html"),
    [
        (".a .h{display:none}", "<div class=a><p>公开<i><span class=h>密</span></i></p></div>"),
        ("div>p.z{display:none}", "<div><p class=z>密</p><p>公开</p></div>"),
        ("div > section  .z{display:none}", "<div><section><p>公开<b class=z>密</b></p></section></div>"),
        ("p.q, em.t > b{display:none}", "<p class=q>密</p><p>公开<em class=t><b>密</b></em></p>"),
        (".a.b{display:none}", "<p class=a>公开</p><p class='b a'>密</p>"),
        (".a *{display:none}", "<p class=a>公开<u>密</u></p>"),
        ("body #s .h{display:none}", "<p id=s>公开<span class=h>密</span></p>"),
        ("html body .h{display:none}", "<p>公开<span class=h>密</span></p>"),
        (".a span{mso-hide:all}", "<p class=a>公开<span>密</span></p>"),
        (".h{display:none!important}", "<p>公开</p><p class=h style='display:block'>密</p>"),
        ("@media screen{.h{display:none}}", "<p>公开</p><p class=h>密</p>"),
        ("div.on .h{display:none} .h{display:inline}", "<div class=on>公开<span class=h>密</span></div>"),
    ],
)
def test_what_a_selector_hides_stays_out_and_is_told(sheet, html):
    pasted = read_pasted_html(f"<style>{sheet}</style>{html}")
    assert text_lines(pasted.html) == ["公开"]
    assert pasted.left_out == ("Hidden text was left out.",)


@pytest.mark.parametrize(
    ("sheet", "html"),
    [
        (".a .h{display:none}", "<div class=a></div><p class=h>公开</p>"),
        ("div>p.z{display:none}", "<div><section><p class=z>公开</p></section></div>"),
        (".a.b{display:none}", "<div class=a><p class=b>公开</p></div>"),
        (".h{display:none} div.on .h{display:block}", "<div class=on><p class=h>公开</p></div>"),
        ("@media print{.h{display:none}}", "<p class=h>公开</p>"),
        ("@media (max-width:600px){.h{display:none}}", "<p class=h>公开</p>"),
        ("@media screen and (max-width:600px){.h{display:none}}", "<p class=h>公开</p>"),
        ("@supports (display:grid){.h{display:none}}", "<p class=h>公开</p>"),
        ("p:hover,p::after,p[lang],p+p,.a~p{display:none}", "<p lang=zh>公开</p>"),
        (".h{display:none} .x{color:red", "<p class=x>公开</p>"),
        ("}}.y{", "<p class=y>公开</p>"),
    ],
)
def test_what_no_selector_hides_comes_in(sheet, html):
    assert kept_lines(sheet, html) == ["公开"]


def test_a_comment_without_an_end_goes_on_to_the_end_of_its_sheet():
    assert kept_lines("/* 甲 */.h{display:none}/* .x{display:none}", "<p class=h>密</p><p class=x>公开</p>") == ["公开"]
    assert kept_lines("*/" * 200_000 + "/*" * 200_000, "<p>公开</p>") == ["公开"]


def test_a_table_of_a_sheet_loses_the_cells_that_it_hides():
    html = "<table class=x><tr><td>甲</td><td class=y>密</td></tr></table><table><tr><td class=y>乙</td></tr></table>"
    assert kept_lines("table.x td.y{display:none}", html) == ["甲", "乙"]


def test_ten_thousand_selectors_on_deep_elements_are_read():
    sheet = "".join(f"div div .c{number} b{{display:none}}" for number in range(10_000))
    html = "".join(f"<div class='c{number} d{number}'>" for number in range(3_000))
    assert kept_lines(sheet, f"{html}字<b>密</b>") == ["字"]


@given(st.text(".#>*,a{}/@; :-!密", max_size=40))
def test_no_style_sheet_is_an_error(sheet):
    assert kept_lines(sheet, "<p style='display:block'>公开</p>")[-1:] in ([], ["公开"])
