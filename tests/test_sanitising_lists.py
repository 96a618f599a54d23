"""Markers of lists in HTML of other programs: what a plain list cannot show becomes text before its paragraph."""

import pytest
from django.utils import translation

from articles.sanitising import read_pasted_html, sanitise

from .pastes import word_list


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def list_of(style, *texts, name="ol", attributes=""):
    items = "".join(f"<li>{text}</li>" for text in texts)
    return f'<{name} style="list-style-type:{style}" {attributes}>{items}</{name}>'


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        (list_of("simp-chinese-formal", "甲", "乙"), "<p>壹、甲</p><p>贰、乙</p>"),
        (list_of("trad-chinese-formal", "甲", attributes="start=110"), "<p>壹佰壹拾、甲</p>"),
        (list_of("cjk-decimal", "甲"), "<p>一、甲</p>"),
        (list_of("cjk-heavenly-stem", "一", "二"), "<p>甲、一</p><p>乙、二</p>"),
        (list_of("cjk-earthly-branch", "一"), "<p>子、一</p>"),
        (list_of("decimal-leading-zero", "甲"), "<p>01. 甲</p>"),
        (list_of("lower-greek", "甲", "乙"), "<p>α. 甲</p><p>β. 乙</p>"),
        (list_of("upper-latin", "甲", attributes="start=28"), "<p>AB. 甲</p>"),
        (list_of("disc", "甲"), "<ul><li>甲</li></ul>"),
        (list_of("decimal", "甲", "乙", name="ul"), "<ol><li>甲</li><li>乙</li></ol>"),
        (list_of("cjk-ideographic", "甲", name="ul"), "<p>一、甲</p>"),
        (list_of("none", "一、甲", "二、乙", name="ul"), "<p>一、甲</p><p>二、乙</p>"),
        (list_of("circle", "甲", name="ul"), "<ul><li>甲</li></ul>"),
        ("<ul type=square><li>甲</ul>", "<ul><li>甲</li></ul>"),
        ("<ul type=1><li>甲</ul>", "<ol><li>甲</li></ol>"),
        ("<ul style='list-style: none disc'><li>甲</ul>", "<ul><li>甲</li></ul>"),
        ("<ol start=0><li>甲<li>乙</ol>", "<p>0. 甲</p><ol><li>乙</li></ol>"),
        ("<ol reversed><li>甲<li>乙</ol>", "<p>2. 甲</p><p>1. 乙</p>"),
        ("<ol reversed><li>甲<li>乙", "<p>2. 甲</p><p>1. 乙</p>"),
        ("<ol reversed><li>甲<li hidden>密<li>乙</ol>", "<p>2. 甲</p><p>1. 乙</p>"),
        (
            "<style>.n{display:none}</style><ol reversed><li>甲<li class=n>密<li>乙</ol>",
            "<p>2. 甲</p><p>1. 乙</p>",
        ),
        ("<ol reversed><li>甲<ul><li>子</ul></li><li>乙</ol>", "<p>2. 甲</p><ul><li>子</li></ul><p>1. 乙</p>"),
        ("<ol reversed start=3><li>甲<li>乙</ol>", "<p>3. 甲</p><p>2. 乙</p>"),
        ("<style>ol.a{list-style-type:lower-roman}</style><ol class=a><li>甲</ol>", "<p>i. 甲</p>"),
        (
            "<ul><li>甲<li style='list-style-type:none'>乙<li>丙</ul>",
            "<ul><li>甲</li></ul><p>乙</p><ul><li>丙</li></ul>",
        ),
    ],
)
def test_a_numbering_that_a_plain_list_cannot_show_is_text(html, kept):
    assert read_pasted_html(html).html == kept
    assert sanitise(html).html == kept


@pytest.mark.parametrize(
    ("markers", "kept"),
    [
        (('"1) "', '"2) "'), "<p>1) 甲</p><p>2) 乙</p>"),
        (('"(A) "', '"(B) "'), "<p>(A) 甲</p><p>(B) 乙</p>"),
        (("'一、'", "'二、'"), "<p>一、甲</p><p>二、乙</p>"),
        (('"3. "', '"4. "'), '<ol start="3"><li>甲</li><li>乙</li></ol>'),
        (('"➢ "', '"➢ "'), "<ul><li>甲</li><li>乙</li></ul>"),
    ],
)
def test_markers_of_outlook_on_the_web_are_read(markers, kept):
    items = "".join(
        f"<li style='list-style-type: {marker.replace(chr(39), '&#39;')}'><div>{text}</div></li>"
        for marker, text in zip(markers, "甲乙", strict=True)
    )
    assert read_pasted_html(f"<ol data-editing-info='{{}}'>{items}</ol>").html == kept


@pytest.mark.parametrize(
    ("style", "item", "kept"),
    [
        ("'（一）'", "<li>甲</li>", "<p>（一）甲</p>"),
        ("'◆ '", "<li>甲</li>", "<ul><li>甲</li></ul>"),
        ("'A. '", "<li style='list-style-type:decimal'>甲</li>", "<ol><li>甲</li></ol>"),
    ],
)
def test_a_marker_that_the_style_of_a_list_spells_out_is_that_of_its_items(style, item, kept):
    assert read_pasted_html(f'<ol style="list-style-type: {style}">{item}</ol>').html == kept


@pytest.mark.parametrize(
    ("level_text", "kept"),
    [
        ("%1、", "<p>1、甲</p>"),
        ("（%1）", "<p>（1）甲</p>"),
        ("%1.", "<ol><li>甲</li></ol>"),
        ("%1.%2", "<ol><li>甲</li></ol>"),
    ],
)
def test_markers_of_word_on_the_web_are_read(level_text, kept):
    html = f"<ol class=NumberListStyle1><li data-leveltext='{level_text}'><p class=Paragraph>甲</p></li></ol>"
    assert read_pasted_html(html).html == kept


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p class=a style='mso-outline-level:1'>回顾</p><p>正文。</p>", "<h2>回顾</h2><p>正文。</p>"),
        ("<style>p.a5, li.a5 {mso-outline-level:2}</style><p class=a5>回顾</p>", "<h2>回顾</h2>"),
        ("<p style='mso-outline-level:body-text'>正文。</p>", "<p>正文。</p>"),
        ("<p class=MsoTitle>标题</p>", "<h2>标题</h2>"),
        (
            word_list((1, "一、", "回顾")).replace("mso-list", "mso-outline-level:1;mso-list", 1) + "<p>正文。</p>",
            "<h2>一、回顾</h2><p>正文。</p>",
        ),
        (word_list((1, "1.", "回顾")).replace("mso-list", "mso-outline-level:1;mso-list", 1), "<h2>1. 回顾</h2>"),
    ],
)
def test_a_paragraph_with_an_outline_level_is_a_heading(html, kept):
    assert read_pasted_html(html).html == kept
