"""The passage of a note is found again in a text that was edited, or is said to be gone."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from articles.marginal_notes import anchoring
from articles.marginal_notes.anchoring import Passage

BODY = "<p>望桥乡的便民桥今日通车，桥长三十米。</p><p>桥长三十米，<strong>宽六米</strong>。</p>"
text = st.text(alphabet="一二三桥路，。", max_size=40)


def content(body=BODY, **facts):
    return {"title": "便民桥通车", "kicker": "", "subtitle": "", "summary": "", "body": body, **facts}


def texts(body=BODY, **facts):
    return anchoring.field_texts(content(body, **facts))


def found(quote, prefix="", suffix="", *, body=BODY, **facts):
    passage = anchoring.find_passage(texts(body, **facts), quote, prefix, suffix)
    return passage and anchoring.field_text(content(body, **facts), passage.field)[passage.start : passage.end]


def test_words_are_found_across_marks_and_escapes():
    assert found("三十米，宽六米") == "三十米，宽六米"
    assert found("甲&乙", body='<p>甲&amp;<a href="/a/?x=1&amp;y=2">乙</a></p>') == "甲&乙"
    assert found("通车。\n 第二段", body="<p>今日通车。</p><p>第二段</p>") == "通车。\n第二段"
    assert found("没有的字") is None
    assert found("") is None
    assert found(" ") is None


def test_words_that_stand_more_than_once_are_told_apart_by_their_surroundings():
    first = anchoring.find_passage(texts(), "桥长三十米", "今日通车，", "。")
    second = anchoring.find_passage(texts(), "桥长三十米", "\n", "，宽六米")
    assert first.start < second.start
    assert anchoring.find_passage(texts(), "便民桥", "", "通车").field == "title"


def test_a_passage_that_was_reworded_is_found_by_its_surroundings_and_one_that_went_is_gone():
    start = anchoring.field_text(content(), "body").index("三十米")
    prefix, _suffix = anchoring.surroundings(anchoring.field_text(content(), "body"), start, start + 3)
    reworded = BODY.replace("桥长三十米。", "桥长五十余米。")
    reworded = reworded.replace("桥长三十米，", "桥宽，")
    passage = anchoring.find_passage(texts(reworded), "三十米", prefix, "。")
    assert passage is None, "too little stands behind it to be sure"
    suffix = "。\n桥宽"
    passage = anchoring.find_passage(texts(reworded), "三十米", prefix, suffix)
    assert (passage.is_reworded, anchoring.field_text(content(reworded), "body")[passage.start : passage.end]) == (
        True,
        "五十余米",
    )
    assert anchoring.find_passage(content("<p>全都换了。</p>"), "三十米", prefix, suffix) is None


@given(before=text, quote=text, after=text, inserted=text, removed=st.integers(0, 40))
def test_edits_elsewhere_do_not_lose_the_passage(before, quote, after, inserted, removed):
    assume(quote)
    body = f"<p>{before}{quote}{after}</p>"
    whole = anchoring.field_text(content(body), "body")
    prefix, suffix = anchoring.surroundings(whole, len(before), len(before) + len(quote))
    edited = f"<p>{inserted}{before[removed:]}{quote}{after}</p><p>{inserted}</p>"
    assert found(quote, prefix, suffix, body=edited, title="") == quote


@given(before=text, quote=text, after=text, words=text)
def test_words_are_replaced_in_their_place_and_nothing_else_is(before, quote, after, words):
    assume(quote and before and after)
    body = f"<p>{before[:1]}<em>{before[1:]}{quote[:1]}</em>{quote[1:]}{after}</p><p>另一段&amp;</p>"
    replaced = anchoring.replace_passage(content(body), Passage("body", len(before), len(before) + len(quote)), words)
    assert anchoring.field_text(content(replaced), "body") == f"{before}{words}{after}\n另一段&\n"
    assert re.findall("<[^>]*>", replaced) == re.findall("<[^>]*>", body)


@pytest.mark.parametrize("words", ["<b>", "&lt;", "</p><script>", '"'])
def test_replaced_words_are_text(words):
    replaced = anchoring.replace_passage(content(), Passage("body", 0, 3), words)
    assert anchoring.field_text(content(replaced), "body").startswith(words + "的")
    assert "<script" not in replaced


def test_words_of_a_title_are_replaced():
    assert anchoring.replace_passage(content(), Passage("title", 0, 3), "新桥") == "新桥通车"


def test_the_end_of_a_paragraph_within_replaced_words_stays():
    start = texts()["body"].index("长三十米。\n桥")
    replaced = anchoring.replace_passage(content(), Passage("body", start, start + 7), "新")
    assert replaced == BODY.replace("长三十米。</p><p>桥", "新</p><p>")
