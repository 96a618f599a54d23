"""The title of a Word file: found by style, place, size or weight, and taken out of the text; with its subtitle."""

import pytest

from tests.test_word_reading import LONG, read
from tests.word_files import list_of, paragraph, run, styled


@pytest.mark.parametrize(
    "top",
    [
        styled("t", "便民桥通车"),
        paragraph("") + styled("t", "便民桥通车"),
        paragraph("便民桥通车", '<w:jc w:val="center"/>'),
        paragraph(run("便民桥通车", "<w:b/>")),
        paragraph(run("便民桥通车", '<w:sz w:val="44"/>')),
        styled("1", "便民桥通车"),
    ],
)
def test_the_title_is_found_and_taken_out(top):
    text = read(top + paragraph(LONG) + paragraph(LONG))
    assert (text.title, text.html) == ("便民桥通车", f"<p>{LONG}</p><p>{LONG}</p>")


def test_a_title_of_two_lines_with_a_subtitle():
    line = '<w:jc w:val="center"/>'
    body = paragraph(run("霁川县望桥乡", '<w:sz w:val="44"/>'), line)
    body += paragraph(run("便民桥建成通车", '<w:sz w:val="44"/>'), line) + paragraph("——三个村不再绕路", line)
    text = read(body + paragraph(LONG))
    assert (text.title, text.subtitle, text.html) == (
        "霁川县望桥乡 便民桥建成通车",
        "——三个村不再绕路",
        f"<p>{LONG}</p>",
    )


def test_a_title_alone_is_a_text_too():
    text = read(styled("t", "便民桥通车"))
    assert (text.title, text.html) == ("便民桥通车", "")


@pytest.mark.parametrize("name", ["Title", "标题", "標題", "文章标题", "公文标题", "大标题", "主标题"])
def test_a_style_for_titles_may_have_any_usual_name(name):
    styles = f'<w:style w:type="paragraph" w:styleId="x"><w:name w:val="{name}"/></w:style>'
    text = read(paragraph(LONG) + styled("x", "通车") + paragraph(LONG), styles=styles)
    assert (text.title, text.html.count("<p>")) == ("通车", 2)


@pytest.mark.parametrize(
    ("below", "more"), [("——三村不再绕路", ""), ("便民桥", '<w:numPr><w:numId w:val="1"/></w:numPr>')]
)
def test_what_is_set_like_the_title_is_no_line_of_it_with_a_dash_or_a_number(below, more):
    lines = [("望桥乡", ""), (below, more)]
    body = "".join(paragraph(run(text, '<w:sz w:val="44"/>'), f'{form}<w:jc w:val="center"/>') for text, form in lines)
    assert read(body + paragraph(LONG), numbering=list_of(("bullet", "·"))).title == "望桥乡"


@pytest.mark.parametrize("first", [paragraph(LONG), paragraph("（本报记者）", '<w:jc w:val="center"/>')])
def test_a_text_without_a_title_keeps_its_first_line(first):
    text = read(first + paragraph(LONG))
    assert text.title == ""
    assert text.html.count("<p") == 2


@pytest.mark.parametrize("kind", ["drop", "margin"])
def test_a_drop_cap_begins_its_paragraph_and_is_no_title(kind):
    cap = paragraph(run("3", '<w:sz w:val="96"/>'), f'<w:framePr w:dropCap="{kind}" w:lines="3"/>')
    text = read(cap + paragraph(LONG[1:]) + paragraph(LONG))
    assert (text.title, text.html) == ("", f"<p>{LONG}</p><p>{LONG}</p>")
    assert read(paragraph(LONG) + cap).html == f"<p>{LONG}</p><p>3</p>"
    titled = read(styled("t", "便民桥通车") + cap + paragraph(LONG[1:]))
    assert (titled.title, titled.html) == ("便民桥通车", f"<p>{LONG}</p>")
