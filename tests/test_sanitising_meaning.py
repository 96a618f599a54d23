"""What HTML of other programs means: lists, hidden parts, styles, players and pictures, as pasted and as saved."""

import pytest
from django.utils import translation

from articles.sanitising import held_places, read_pasted_html, read_pasted_text, sanitise, text_lines

from . import pastes


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def cases(listed):
    return pytest.mark.parametrize("case", listed, ids=[case[0] for case in listed])


@cases(pastes.LISTS + pastes.MEANINGS)
def test_what_is_written_as_style_or_marker_is_kept(case):
    _name, html, kept = case
    assert read_pasted_html(html).html == kept
    assert sanitise(html).html == kept


@cases(pastes.HIDDEN_PARTS)
def test_what_readers_of_the_original_do_not_see_stays_out_and_is_told(case):
    _name, html, kept, told = case
    pasted = read_pasted_html(html)
    assert pasted.html == kept
    assert pasted.left_out == ((told,) if told else ())


@cases(pastes.PLAYERS)
def test_a_player_leaves_a_link_and_a_sentence(case):
    _name, html, kept, told = case
    pasted = read_pasted_html(html)
    assert pasted.html == kept
    assert told in " ".join(pasted.left_out)


@cases(pastes.PICTURES)
def test_places_are_held_for_pictures(case):
    _name, html, kept, count = case
    pasted = read_pasted_html(html)
    assert pasted.html == kept
    assert [picture.place for picture in pasted.pictures] == held_places(pasted.html)
    assert len(pasted.pictures) == count


def test_held_places_are_numbered_from_what_is_there():
    pasted = read_pasted_html("<img src='file:///1.png'><img src='file:///2.png'>", first_picture=4)
    assert [(picture.number, picture.address) for picture in pasted.pictures] == [
        (4, "file:///1.png"),
        (5, "file:///2.png"),
    ]
    assert held_places(pasted.html) == [pastes.HELD.format(4), pastes.HELD.format(5)]


def test_the_link_of_what_is_no_picture_is_told():
    pasted = read_pasted_html(f"<p>甲<a href='https://e.example/'><img src='{pastes.PIXEL}'></a></p>")
    assert pasted.html == "<p>甲</p>"
    assert pasted.left_out == ("1 link round a picture was removed with the picture.",)


VML = "<!--[if gte vml 1]><v:shape><v:textbox style='x'><div><p>框里</p></div></v:textbox></v:shape><![endif]-->"


@pytest.mark.parametrize(
    "fallback",
    [
        "<![if !vml]><table><tr><td><p>框里</p></td></tr></table><![endif]>",
        "<![if !vml]><img src='1.png'><![endif]>",
        "",
    ],
)
def test_a_text_box_comes_once(fallback):
    pasted = read_pasted_html(f"<p>甲{VML}{fallback}乙</p>")
    assert "".join(text_lines(pasted.html)) == "甲框里乙"
    assert pasted.pictures == ()


def test_a_drawing_without_text_is_the_picture_of_it():
    drawing = "<!--[if gte vml 1]><v:shape/><![endif]--><![if !vml]><img src='file:///1.png'><![endif]>"
    assert len(read_pasted_html(f"<p>甲{drawing}乙</p>").pictures) == 1


def test_what_stands_after_the_end_is_not_text():
    assert read_pasted_html("<html><body><p>甲</p></body></html>\ufffd\x00rubbish").html == "<p>甲</p>"


def test_unknown_symbols_are_marked_and_counted():
    pasted = read_pasted_html("<p><font face=Wingdings>y\x7f甲</font></p>")
    assert pasted.html == "<p>〓甲</p>"
    assert pasted.left_out == ("1 character of a symbol font is unknown; it is marked 〓.",)


def test_a_line_of_plain_text_is_a_paragraph():
    assert read_pasted_text("第一段\r\n\n　　第二段 <b>\n").html == "<p>第一段</p><p>第二段 &lt;b&gt;</p>"


def test_looks_are_not_told_of_a_paste():
    assert read_pasted_html("<p style='color:red'>　　甲</p><p></p><a href=#x>乙</a>").left_out == ()
