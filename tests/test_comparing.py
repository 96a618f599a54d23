"""Comparing two revisions by words of their text."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from articles import comparing
from articles.models.revision import text_of_content
from tests.cast import Role

text = st.text(alphabet="一二三桥路ab 1.,%\n<&", max_size=40)


def told(before, after):
    """A comparison of two lines in one string: [removed] {added}."""
    marks = {"same": "{}", "removed": "[{}]", "added": "{{{}}}"}
    return "".join(marks[span.kind].format(span.text) for span in comparing.compare_words(before, after))


def changes(article, *, before=1, after=2):
    contents = {revision.number: revision.content for revision in article.revisions.all()}
    with translation.override("en"):
        return {change.label: change for change in comparing.compare_contents(contents[before], contents[after])}


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("望桥乡三人受伤", "望桥乡五人受伤", "望桥乡[三]{五}人受伤"),
        ("今日通车", "今日正式通车", "今日{正式}通车"),
        ("今日正式通车", "今日通车", "今日[正式]通车"),
        ("投资3.5亿元", "投资35亿元", "投资[3.5]{35}亿元"),
        ("同比增长12%左右", "同比增长21%左右", "同比增长[12]{21}%左右"),
        ("the old bridge", "the new bridge", "the [old]{new} bridge"),
        ("一样", "一样", "一样"),
        ("", "新", "{新}"),
        ("旧", "", "[旧]"),
    ],
)
def test_words_are_struck_out_as_a_proof_reader_would(before, after, shown):
    assert told(before, after) == shown


def test_one_character_equal_by_chance_does_not_break_a_change_in_two():
    assert told("会议由张三主持召开", "会议由李三四主持召开").count("[") == 1


@given(before=text, after=text)
def test_nothing_is_lost_or_made_up(before, after):
    spans = comparing.compare_words(before, after)
    assert "".join(span.text for span in spans if span.kind != "added") == before
    assert "".join(span.text for span in spans if span.kind != "removed") == after
    assert all(span.text for span in spans)


@given(before=st.lists(text, max_size=5), after=st.lists(text, max_size=5))
def test_no_line_is_lost_or_made_up(before, after):
    lines = list(comparing.compare_lines(before, after))

    def joined(without):
        return "".join(span.text for line in lines for span in line.spans if span.kind != without)

    assert joined("added") == "".join(before)
    assert joined("removed") == "".join(after)
    if before == after:
        assert not any(line.changed for line in lines)


def test_a_line_too_long_to_compare_is_told_as_written_anew():
    longest = "".join(chr(0x4E00 + n) for n in range(comparing.LONGEST_LINE))
    assert [span.kind for span in comparing.compare_words(longest, longest[:-1])] == ["same", "removed"]
    assert [span.kind for span in comparing.compare_words(longest + "长", longest)] == ["removed", "added"]


def test_endless_repetitions_are_not_weighed_up(monkeypatch):
    """A line of dots and a table of zeros: unbounded, each would take minutes."""
    monkeypatch.setattr(comparing, "MOST_PAIRS", 100)
    assert [span.kind for span in comparing.compare_words("." * 11, "." * 10)] == ["removed", "added"]
    assert [span.kind for span in comparing.compare_words("." * 10, "." * 9)] == ["same", "removed"]
    zeros = list(comparing.compare_lines(["0"] * 11 + ["1"], ["0"] * 11 + ["2"]))
    assert [line.changed for line in zeros] == [False] * 11 + [True]
    assert comparing.compare_words("." * 11, "." * 11) == [comparing.TextSpan("same", "." * 11)]


def test_the_body_is_read_as_lines_of_text_without_markup():
    html = (
        '<h2>小标题</h2><p>见<a href="https://a.example/">公告</a>，<strong>今日</strong>通车。<br>第二行&amp;</p>'
        "<ul><li>甲</li><li>乙</li></ul><table><tr><td>1</td><td>2</td></tr></table>"
        '<figure><img src="/media/x.png" alt="大桥"><figcaption>说明</figcaption></figure>'
    )
    with translation.override("en"):
        assert comparing.body_lines(html) == [
            "小标题",
            "见公告〔https://a.example/〕，今日通车。",
            "第二行&",
            "甲",
            "乙",
            "1",
            "2",
            "[picture: 大桥]",
            "说明",
        ]
    assert comparing.body_lines("") == []


def test_only_the_parts_that_differ_are_told_in_reading_order(cast):
    article = cast.article(title="旧题", body="<p>一</p><p>二</p>", keywords="桥")
    cast.change(article, title="新题", body="<p>一</p><p>三</p>", keywords="桥,路", source=cast.listed)
    told = changes(article)
    assert list(told) == ["title", "body", "source", "keywords"]
    body = told["body"]
    assert [line.changed for line in body.lines] == [False, True]
    assert [[span.text for span in line.spans] for line in body.changed_lines] == [["二", "三"]]


def test_the_same_content_differs_in_nothing(cast):
    article = cast.article()
    assert comparing.compare_contents(article.latest.content, article.latest.content) == []


@pytest.mark.parametrize(
    ("field", "value", "label", "shown"),
    [
        ("kicker", "引题", "kicker", "引题"),
        ("summary", "摘要", "summary", "摘要"),
        ("origin", "reprint", "origin", "Reprint"),
        ("ai_use", "text", "made or changed with AI", "text"),
        ("original_author", "某报", "original author", "某报"),
        ("embargo_until", "2036-01-01T00:00:00+00:00", "embargo until", "2036-01-01 08:00"),
    ],
)
def test_every_part_of_the_content_is_compared(cast, field, value, label, shown):
    article = cast.article()
    before = article.latest.content
    told = comparing_in_english(before, before | {field: value})
    assert list(told) == [label]
    assert shown in [span.text for line in told[label].lines for span in line.spans]


def comparing_in_english(before, after):
    with translation.override("en"):
        return {change.label: change for change in comparing.compare_contents(before, after)}


def test_a_move_and_a_credit_are_told_by_name(cast):
    from articles import editing  # noqa: PLC0415 (one test's act)

    article = cast.article(credits=[(Role.REPORTER, cast.lin)])
    article.section = cast.culture
    editing.save_article(article, by=cast.admin, credits=[(Role.REPORTER, cast.liang)])
    told = changes(article)
    assert [span.text for span in told["section"].lines[0].spans] == ["要闻", "文旅"]
    assert "".join(s.text for s in told["credits"].lines[0].spans if s.kind != "removed") == "Reporter：梁静姝"


def test_a_change_of_form_alone_is_told_as_such(cast):
    article = cast.article(body="<p>重要</p>")
    cast.change(article, body="<p><strong>重要</strong></p>")
    (change,) = changes(article).values()
    assert change.label == "Form"
    assert change.lines[0].changed


def test_no_difference_of_content_goes_unsaid(cast):
    """Every difference in content is shown: a reviewer must not sign what the comparison hides."""
    article = cast.article(cover=None)
    before = article.latest.content
    picture = {"sha256": "a" * 64, "file": "f", "width": 1, "height": 1, "alt": "", "credit": "", "ai_label": ""}
    other = {
        "section": cast.culture.pk,
        "keywords": ["x"],
        "source": None,
        "origin": "compiled",
        "cover": picture,
        "pictures": [picture],
        "credits": [],
        "original_published_on": "2026-01-01",
        "original_url": "https://a.example/",
        "attachments": [{"sha256": "b" * 64, "file": "g", "name": "表.xlsx", "size": 1}],
        "embargo_until": "2036-01-01T00:00:00+00:00",
    }
    for field in text_of_content(before):
        after = before | {field: other.get(field, "<p>另</p>" if field == "body" else "另")}
        assert comparing.compare_contents(before, after), field
