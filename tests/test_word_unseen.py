"""White and tiny text of a Word file, which its readers did not see, stays out and is told."""

import pytest

from tests.test_word_reading import read
from tests.word_files import paragraph, run

WHITE = '<w:color w:val="FFFFFF"/>'


@pytest.mark.parametrize(
    "look",
    [
        WHITE,
        '<w:color w:val="ffffff" w:themeColor="background1"/>',
        '<w:sz w:val="2"/>',
        '<w:color w:val="000000"/><w:highlight w:val="black"/>',
        '<w:color w:val="C00000"/><w:shd w:val="clear" w:fill="c00000"/>',
    ],
)
def test_text_that_nobody_saw_stays_out_and_is_told(look):
    text = read(paragraph(run("公开") + run("密件", look)))
    assert text.paragraphs == ("公开",)
    assert text.notes == ("1 hidden passage was left out.",)


@pytest.mark.parametrize(
    ("look", "paragraph_look"),
    [
        (WHITE + '<w:highlight w:val="red"/>', ""),
        (WHITE + '<w:shd w:val="clear" w:fill="C00000"/>', ""),
        (WHITE, '<w:shd w:val="clear" w:fill="C00000"/>'),
        ('<w:color w:val="auto"/><w:sz w:val="10"/>', ""),
        ('<w:color w:val="auto"/><w:shd w:val="clear" w:color="auto" w:fill="auto"/>', ""),
        ('<w:color w:val="auto"/><w:highlight w:val="black"/>', ""),
        ('<w:color w:val="000000"/><w:highlight w:val="yellow"/>', ""),
    ],
)
def test_white_text_on_a_ground_comes_in(look, paragraph_look):
    assert read(paragraph(run("红头文件", look), paragraph_look)).paragraphs == ("红头文件",)


def test_white_text_in_a_cell_comes_in_because_its_ground_may_be_the_tables():
    head = f"<w:tc><w:p>{run('路线', WHITE)}</w:p></w:tc>"
    text = read(f"<w:tbl><w:tr>{head}</w:tr></w:tbl>" + paragraph(run("正文")) + paragraph(run("密件", WHITE)))
    assert "路线" in text.html
    assert "密件" not in text.html
