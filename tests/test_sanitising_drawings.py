"""Drawings (SVG) in HTML from outside: their pictures and their HTML come in, what they hide does not."""

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from articles.sanitising import read_pasted_html, text_lines

DRAWING = "1 drawing was removed: upload it as a picture instead."
HIDDEN = "Hidden text was left out."
LABEL = "<foreignObject width=9 height=9><div>受理</div></foreignObject>"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_a_drawing_with_text_is_told_beside_its_picture():
    pasted = read_pasted_html("<svg style='background-image:url(https://p.example/1)'><text>字</text></svg>")
    assert [picture.address for picture in pasted.pictures] == ["https://p.example/1"]
    assert (text_lines(pasted.html), pasted.left_out) == ([pasted.pictures[0].place], (DRAWING,))


def test_each_picture_of_a_drawing_comes_in_once():
    svg = "<svg style='background:url(https://p.example/{})'>{}</svg>"
    pasted = read_pasted_html(svg.format(1, f"<g style='background:url(https://p.example/1)'>{svg.format(2, '')}</g>"))
    assert [picture.address for picture in pasted.pictures] == ["https://p.example/1", "https://p.example/2"]
    assert pasted.left_out == ()
    assert len(read_pasted_html("<svg><foreignObject><img src='https://p.example/1'>").pictures) == 1


@pytest.mark.parametrize(
    ("drawing", "kept"),
    [
        ("<g><foreignObject x=1><section>霁<b>川</b></section></foreignObject></g>", "<p>霁<strong>川</strong></p>"),
        ("<foreignobject><p>甲</p></foreignobject><foreignObject>乙</foreignObject>", "<p>甲</p><p>乙</p>"),
        (
            "<foreignObject>甲<svg><foreignObject>乙</foreignObject></svg>丙</foreignObject>",
            "<p>甲</p><p>乙</p><p>丙</p>",
        ),
        ("<svg><a href='/'><foreignObject>甲</foreignObject></a></svg>", "<p>甲</p>"),
        ("<foreignObject><p>没有收尾", "<p>没有收尾</p>"),
        ("<foreignObject><p style='display:none'>暗</p>明</foreignObject>", "<p>明</p>"),
        ("<foreignObject><foreignObject/>甲</foreignObject>乙</foreignObject>", "<p>甲乙</p>"),
        ("<switch><foreignObject>甲</foreignObject><foreignObject>甲</foreignObject></switch>", "<p>甲</p>"),
        ("<switch><g systemLanguage='en'/><foreignObject>甲</foreignObject></switch>", "<p>甲</p>"),
    ],
)
def test_html_in_a_drawing_is_read(drawing, kept):
    assert read_pasted_html(f"<p>前</p><svg>{drawing}</svg>").html == f"<p>前</p>{kept}"
    assert read_pasted_html(f"<p>前</p><svg style='display:none'>{drawing}</svg>").html == "<p>前</p>"


def test_a_long_drawing_is_read_to_its_end():
    text = "".join(f"<p>第{number}段</p>" for number in range(20_000))
    assert read_pasted_html(f"<svg><foreignObject>{text}</foreignObject></svg>").html == text


@pytest.mark.parametrize(
    ("shapes", "told"),
    [
        ("<path d='M0 0'/>", (DRAWING,)),
        ("<rect width=40 height=20 />", (DRAWING,)),
        ("<text>图</text>", (DRAWING,)),
        ("<rect width=100% height=100% /><rect width=90 height=60 />", ()),
        ("<rect width=40 height=20 fill=none /><rect width=40 height=20 style='opacity:0'/>", ()),
        ("<g display=none><path d='M0 0'/></g><animate attributeName=x />", ()),
        ("<svg><path d='M0 0'/></svg><svg><path d='M0 0'/></svg>", (DRAWING,)),
    ],
)
def test_a_diagram_keeps_its_labels_and_is_told(shapes, told):
    pasted = read_pasted_html(f"<svg viewBox='0 0 90 60'>{shapes}{LABEL}</svg>")
    assert (pasted.html, pasted.left_out) == ("<p>受理</p>", told)


def test_the_innermost_of_many_drawings_is_told():
    pasted = read_pasted_html("<svg><foreignObject>甲" * 3)
    assert (pasted.html, pasted.left_out) == ("<p>甲</p><p>甲</p>", (DRAWING,))


@pytest.mark.parametrize(
    "drawing",
    [
        f"<g style='display:none'>{LABEL}</g>",
        f"<g display=none>{LABEL}</g>",
        f"<g visibility=hidden>{LABEL}</g>",
        f"<g opacity=0>{LABEL}</g>",
        f"<g transform='scale(0)'>{LABEL}</g>",
        f"<g style=display:none id=x/>{LABEL}",
        f"<g display=none></svg-x></p>{LABEL}",
        f"<style>.x{{display:none}}</style><g class=x>{LABEL}</g>",
        f"<style>foreignObject{{display:none}}</style>{LABEL}",
        f"<style>svg div{{display:none}}</style>{LABEL}",
        f"<defs>{LABEL}</defs>",
        f"<symbol>{LABEL}</symbol>",
        f"<clipPath><g>{LABEL}</g></clipPath>",
        f"<switch><text>办理</text>{LABEL}</switch>",
        f"<switch><svg></svg>{LABEL}</switch>",
        f"<switch><text requiredExtensions=x /><text>办理</text>{LABEL}</switch>",
        LABEL.replace(" ", " requiredExtensions=x ", 1),
        LABEL.replace(" ", " systemLanguage=en ", 1),
        LABEL.replace(" ", " display=none ", 1),
        LABEL.replace(" ", " style='visibility:hidden' ", 1),
        LABEL.replace("width=9", "width=0"),
        f"<svg height=0px>{LABEL}</svg>",
        f"<svg display=none>{LABEL}</svg>",
    ],
)
def test_what_a_drawing_hides_stays_out_and_is_told(drawing):
    pasted = read_pasted_html(f"<p>前</p><svg><text>图</text>{drawing}</svg>")
    assert pasted.html == "<p>前</p>"
    assert DRAWING in pasted.left_out
    assert HIDDEN in pasted.left_out or "<svg>" in drawing  # a drawing within the <switch> shows its <svg>


@pytest.mark.parametrize(
    "drawing",
    [
        f"<!-- {LABEL} -->",
        f"<script>a = '{LABEL}'</script>",
        f"<title>{LABEL}</title>",
        f"<![CDATA[ > {LABEL} ]]>",
        f"<style><![CDATA[ div {{display:none}} ]]></style>{LABEL}",
        "<foreignObject width=9 /><path/><text>受理</text>",
        "<text>受理</text></foreignObject>",
        "</foreignObject><text>受理</text>",
    ],
)
def test_what_is_no_html_of_a_drawing_stays_out(drawing):
    assert read_pasted_html(f"<p>前</p><svg>{drawing}</svg>").html == "<p>前</p>"
    assert read_pasted_html(f"<p>前</p><svg>{drawing}</svg>").left_out == (DRAWING,)


STYLES = ["", "display:none", "visibility:hidden", "visibility:visible", "opacity:0", "mso-hide:all", "font-size:0"]
STYLES += ["font-size:12px", "color:#fff", "color:#333", "background:#c00", "background:#333", "white-space:pre"]
LAYERS = ["div", "b", "section", "svg"]
nestings = st.lists(st.tuples(st.sampled_from(LAYERS), *[st.sampled_from(STYLES)] * 3), max_size=5).filter(
    lambda layers: sum(name == "svg" for name, *_styles in layers) <= 2
)


def wrapped(inner, *layers):
    for name, style in reversed(layers):
        inner = f"<{name} style='{style}'>{inner}</{name}>"
    return inner


@given(nestings)
@example([("section", "visibility:hidden", "", ""), ("svg", "", "", "")])
def test_what_is_hidden_outside_drawings_is_hidden_inside(layers):
    plain = drawn = "<i>密</i>"
    for name, *styles in reversed(layers):
        names = (name, "g", "foreignObject") if name == "svg" else (name,)
        drawn = wrapped(drawn, *zip(names, styles, strict=False))
        plain = wrapped(plain, *(("section" if name == "svg" else name, style) for style in styles[: len(names)]))
    around = "<p>公开的正文比白色的字多。</p>"
    plain, drawn = read_pasted_html(around + plain).html, read_pasted_html(around + drawn).html
    assert ("密" in plain) == ("密" in drawn)


TAGS = ["p", "div", "b", "a href=/", "h2", "ul", "ol", "li", "table", "tr", "td", "tbody", "blockquote", "figure", "g"]
TAGS += ["figcaption", "caption", "ruby", "rt", "q", "dd"]
pieces = st.sampled_from(
    [f"<{tag}>" for tag in TAGS] + [f"</{tag.split()[0]}>" for tag in TAGS] + ["甲", "<br>", "<hr>"]
)


@given(st.lists(pieces, max_size=12).map("".join))
@example("<table><tr><td>甲")
@example("</td></tr></table>甲")
@example("<b>甲")
def test_html_in_a_drawing_ends_with_it_and_ends_nothing_around_it(html):
    drawing = f"<svg><foreignObject>{html}</foreignObject></svg>"
    cells = f"<ul><li>前{drawing}<b>乙</b></li></ul>"
    kept = read_pasted_html(f"<table><tr><td>{cells}</td><td>丙</td></tr></table>{drawing}<p>丁</p>").html
    assert kept.startswith("<table><tbody><tr><td><ul><li>")
    assert "<strong>乙</strong></p></li></ul></td><td>丙</td></tr></tbody></table>" in kept.replace(
        "<strong>乙</strong></li>", "<strong>乙</strong></p></li>"
    )
    assert kept.endswith("<p>丁</p>")


@given(st.lists(pieces, max_size=8).map("".join))
@example("<tr></tr>")
def test_a_drawing_shows_no_hidden_column_of_the_table_around_it(html):
    drawing = f"<svg><foreignObject>{html}</foreignObject></svg>"
    row = f"<tr><td>前{drawing}</td><td>密</td></tr>"
    assert "密" not in read_pasted_html(f"<table><col><col style='display:none'>{row}</table>").html
