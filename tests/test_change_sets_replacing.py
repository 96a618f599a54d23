"""Replacing words: the plain text becomes what `str.replace` makes of it, and the HTML is what the gate would give."""

from hypothesis import example, given
from hypothesis import strategies as st

from articles import sanitising
from articles.change_sets import REPLACED_TEXTS, Replacement
from articles.checks.plain_text import plain_text_of_html

PIECES = [
    "县",
    "长",
    "市",
    "<strong>",
    "</strong>",
    "<em>",
    "</em>",
    "<p>",
    "</p>",
    "<br>",
    "&amp;",
    "\u200b",
    "副县长",
    "１",
]
WORDS = st.text("县长副市&1", min_size=1, max_size=3)
EMPTY = {"kicker": "", "title": "", "subtitle": "", "short_title": "", "summary": "", "body": ""}


def replaced(body, words, replacement, longer=()):
    asked = Replacement(words, replacement, ("body",), longer)
    return asked.changed_texts({**EMPTY, "body": body}).get("body", body)


@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join), WORDS, st.sampled_from(["市长", "", "a&b<c", "县长"])
)
@example("<p>县<strong>长</strong></p>", "县长", "市长")
def test_reading_the_new_body_gives_the_old_text_with_the_words_replaced(written, words, replacement):
    body = sanitising.sanitise(written).html
    new = replaced(body, words, replacement)
    assert plain_text_of_html(new).text == plain_text_of_html(body).text.replace(words, replacement)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), WORDS)
def test_the_gate_changes_nothing_more_than_tags_around_nothing(written, words):
    body = sanitising.sanitise(written).html
    gated = sanitising.sanitise(replaced(body, words, "市长")).html
    assert sanitising.sanitise(gated).html == gated
    old = plain_text_of_html(body).text.replace(words, "市长")
    assert plain_text_of_html(gated).text.split() == old.split()


@given(st.text("副县长市", max_size=12))
def test_longer_words_keep_what_they_contain(line):
    asked = Replacement("县长", "市长", longer=("副县长",))
    new = asked.changed_texts({**EMPTY, "title": line}).get("title", line)
    assert new == line.replace("副县长", "\0").replace("县长", "市长").replace("\0", "副县长")


def test_only_the_chosen_texts_change():
    image = '<img src="/media/p.jpg" alt="县长&amp;书记">'
    body = f"<p>县长到场。</p><figure>{image}<figcaption>县长讲话</figcaption></figure>"
    content = {**dict.fromkeys(EMPTY, "县长"), "body": body}
    wanted = {
        "body": body.replace("<p>县长", "<p>市长"),
        "captions": body.replace("县长讲", "市长讲"),
        "alts": body.replace('alt="县长', 'alt="市长'),
    }
    for name in REPLACED_TEXTS:
        asked = Replacement("县长", "市长", (name,))
        field = name if name in EMPTY else "body"
        assert asked.changed_texts(content) == {field: wanted.get(name, "市长")}
        assert [(found.text, found.words) for found in asked.find_words(content)] == [(name, "县长")]
    assert Replacement("书记", "主任", ("alts",)).changed_texts(content)["body"] == body.replace("书记", "主任")


def test_what_was_typed_is_normalised_and_shown_with_its_surroundings():
    asked = Replacement.of_typed(" Ａ县 ", "B县", ("body",), "Ａ县城\n\n")
    assert (asked.words, asked.longer) == ("A县", ("A县城",))
    body = "<p>前文</p><p>在A<em>县</em>开会，在A县城住。</p>"
    (found,) = asked.find_words({**EMPTY, "body": body})
    assert (found.before, found.words, found.after) == ("在", "A县", "开会，在A县城住。")


def test_part_of_a_character_and_what_looks_like_a_tag_in_a_line_stay():
    assert Replacement("m", "x", ("title",)).changed_texts({**EMPTY, "title": "5㎡"}) == {}
    asked = Replacement("a<b>c", "x", ("title",))
    assert asked.changed_texts({**EMPTY, "title": "1a<b>c2"}) == {"title": "1x2"}


def test_a_place_is_shown_in_the_characters_that_are_written_there():
    found = Replacement("县长", "市长").find_words(
        {**EMPTY, "title": "１２，县长", "body": "<p>Ａ&amp;½，县<b>长</b>“好”</p>"}
    )
    assert [(place.before, place.words, place.after) for place in found] == [
        ("１２，", "县长", ""),
        ("Ａ&½，", "县长", "“好”"),
    ]
