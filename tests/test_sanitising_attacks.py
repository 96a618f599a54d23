"""Any input results in text and allowed elements only; sanitising is idempotent."""

import random
import re
from contextlib import suppress
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import sanitising
from articles.sanitising import MAX_HTML_LENGTH, MAX_HTML_TAGS, BodyTooLong, sanitise
from articles.sanitising.characters import ordinary_characters

from .attacks import ATTACKS, LINKS, PICTURE
from .kept_html import KeptHtml

FRAGMENTS = [
    *(html for _, html, _ in ATTACKS if len(html) < 1000),
    "<p>",
    "</p>",
    "<p class=MsoNormal>　　",
    "<p>&nbsp;</p>",
    "<div>",
    "</div>",
    "<span style='color:red'>",
    "</span>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<u>",
    "</u>",
    "<a href='https://e.example/?a=1&b=2'>",
    "<a href=/a/12/>",
    "</a>",
    "<h1>",
    "</h1>",
    "<h3>",
    "</h3>",
    "<h4>",
    "</h4>",
    "<ul>",
    "</ul>",
    "<ol start=3>",
    "</ol>",
    "<li>",
    "</li>",
    "<blockquote>",
    "</blockquote>",
    "<table>",
    "</table>",
    "<caption>",
    "</caption>",
    "<thead>",
    "</thead>",
    "<tr>",
    "</tr>",
    "<td colspan=2>",
    "</td>",
    "<th scope=row>",
    "</th>",
    "<figure>",
    "</figure>",
    "<figcaption>",
    "</figcaption>",
    "<br>",
    "</br>",
    "<hr>",
    f"<img src='{PICTURE}'>",
    f"<img src='{PICTURE}' alt='a\"<b>' width=3>",
    "<img src=x>",
    "<p align=center>",
    "<div style='text-align:right'>",
    "<span style='font-weight:bold;vertical-align:super'>",
    "<span style='display:none'>",
    "<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.</span>",
    "<p style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>（一）</span>",
    "<h2 style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>一、</span>",
    "<span style='mso-list:Ignore'>·</span>",
    "<ol type=A start=5>",
    "<li value=7>",
    "<ol style='list-style:none'>",
    "<font face=Wingdings>",
    "</font>",
    "<span style='color:#fff'>",
    "<div style='background:#c00;font-size:0'>",
    "<ul style='list-style-type:none'>",
    "<li style='list-style-type:\"1) \"'>",
    "<p style='text-indent:240pt'>",
    "<col><col style='display:none'>",
    "<tbody style='display:none'>",
    "<pre style='white-space-collapse:preserve'>",
    "<q>",
    "</q>",
    "<pre>",
    "</pre>",
    "<del>",
    "</del>",
    "<iframe src=https://e.example/></iframe>",
    "<math>x",
    "</math>",
    "<a href='#cmnt_ref1'>",
    "<span style='mso-element:field-begin'>",
    "<style>p.MsoNormal{text-align:right}</style>",
    "<p class=MsoNormal role=heading aria-level=2>",
    "<img src=https://e.example/1>",
    " ",
    "\n",
    "&nbsp;",
    "\u3000",
    "\u200b",
    "\u2003",
    "&#160;&#160;",
    "&emsp;",
    "霁川县",
    "澄溪镇 ",
    " a",
    "<",
    ">",
    "&",
    "&lt;",
    "&amp;nbsp;",
    "'",
    '"',
    "<!--",
    "-->",
    "<svg>",
    "</svg>",
    "<script>",
    "</script>",
]
anything = st.one_of(
    st.text(st.characters()),
    st.text(st.sampled_from("<>/='\"!-&;#abp \n\0\u3000\u00a0"), max_size=60),
    st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join),
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(st.characters(), max_size=5)), max_size=25).map("".join),
)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(("html", "survives"), [pytest.param(*rest, id=name) for name, *rest in ATTACKS])
def test_nothing_active_remains_and_the_text_does(html, survives):
    kept = KeptHtml(sanitise(html).html)

    assert kept.wrong == []
    assert survives is None or survives in kept.text


@pytest.mark.parametrize("html", [pytest.param(html, id=name) for name, html, _ in LINKS])
def test_an_unsafe_link_is_unlinked(html):
    assert sanitise(html).html == "<p>巡堤</p>"


@pytest.mark.parametrize("html", [pytest.param(html, id=name) for name, html, _ in ATTACKS if "\udc00" not in html])
def test_the_second_lock_holds_alone(html):
    wrong = [sentence for sentence in KeptHtml(sanitising._gate.clean(html)).wrong if "not allowed" in sentence]
    # Only our own sanitiser knows our paths and pictures: nh3 accepts any.
    harmless = re.compile("(src|href)='(?!(javascript|vbscript|data|file|blob):)", re.I)

    assert [sentence for sentence in wrong if not harmless.match(sentence)] == []


def test_there_are_as_many_attacks_as_the_table_promises():
    assert len({name for name, _, _ in ATTACKS}) == len(ATTACKS) >= 80


@given(anything)
@settings(max_examples=400, deadline=None)
def test_only_allowed_elements_come_out_and_a_second_time_changes_nothing(html):
    once = sanitise(html).html
    twice = sanitise(once)

    assert KeptHtml(once).wrong == []
    levels = [1, *map(int, re.findall("<h([1-6])", once))]
    assert all(1 < here <= before + 1 for before, here in pairwise(levels))
    assert twice.html == once
    assert twice.removed == ()


@given(anything)
@settings(max_examples=400, deadline=None)
def test_a_paste_is_what_the_gate_keeps_and_pasting_it_again_gives_itself(html):
    pasted = sanitising.read_pasted_html(html)

    assert KeptHtml(pasted.html).wrong == []
    assert sanitise(pasted.html).html == pasted.html
    assert sanitise(pasted.html).removed == ()
    assert sanitising.read_pasted_html(sanitising.desk_addresses(pasted.html)) == sanitising.Pasted(pasted.html, (), ())
    assert [picture.place for picture in pasted.pictures] == sanitising.held_places(pasted.html)


@pytest.mark.parametrize("seed", range(3))
def test_two_megabytes_at_random_are_read_or_refused_and_what_is_kept_gives_itself(seed):
    chance, pieces, length = random.Random(seed), [], 0
    fragments = [piece for piece in FRAGMENTS if not re.search("<!--|<(svg|script|math|style|iframe|xmp|title)", piece)]
    while length < MAX_HTML_LENGTH - 2_000:
        pieces.append(chance.choice(fragments) if chance.random() < 0.2 else "霁川县 a\n" * chance.randrange(9))
        length += len(pieces[-1])
    with suppress(BodyTooLong):
        pasted = sanitising.read_pasted_html("".join(pieces))
        assert pasted.html
        assert sanitise(pasted.html).html == pasted.html


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp"])), max_size=5))
def test_no_word_of_plain_paragraphs_is_lost(lines):
    kept = KeptHtml(sanitise("".join(f"<p>{line}</p>" for line in map(_escaped, lines))).html)

    assert kept.text == ordinary_characters("".join(lines))


def _escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<b>" * 33_000 + "巡堤", id="b"),
        pytest.param("<b>巡堤" * 20_000, id="b-with-text"),
        pytest.param("<div>" * 33_000 + "巡堤" + "</div>" * 32_000, id="div"),
        pytest.param("<blockquote>" * 33_000 + "巡堤", id="blockquote"),
        pytest.param("<table><tr><td>" * 20_000 + "巡堤", id="table"),
        pytest.param("<ul><li>" * 30_000 + "巡堤", id="list"),
        pytest.param("<a href='/" + "x" * 1900 + "'>" + "<p>巡堤" * 33_000, id="link-over-paragraphs"),
        pytest.param("<" * 330_000, id="less-than"),
        pytest.param("<!--" * 63_000, id="comments"),
        pytest.param("<a x='" * 63_000, id="quotes"),
        pytest.param("<svg>" * 63_000, id="dropped"),
        pytest.param("&#" + "9" * 330_000 + ";", id="number"),
        pytest.param("<b a=1><b a=2><b a=3><b a=4>" * 20 + "<p>巡堤" * 33_000, id="formatting"),
    ],
)
def test_the_worst_nesting_is_flattened_or_refused(html):
    with suppress(BodyTooLong):
        assert KeptHtml(sanitise(html).html).wrong == []


def test_what_is_too_long_is_refused_with_a_sentence():
    with pytest.raises(BodyTooLong, match="2,000,000 characters"):
        sanitise("堤" * (MAX_HTML_LENGTH + 1))
    with pytest.raises(BodyTooLong, match="200,000 tags"):
        sanitise("<br>" * (MAX_HTML_TAGS + 1))
    assert sanitise("堤" * (MAX_HTML_LENGTH - 10)).removed == ()


def test_what_is_kept_is_never_too_long_to_come_back(monkeypatch):
    """What comes in has no tag too many; its paragraphs have, since they end. With the real limit that takes a minute."""
    monkeypatch.setattr(sanitising, "MAX_HTML_TAGS", 2_000)
    assert sanitise("<p>堤" * 999).html
    with pytest.raises(BodyTooLong):
        sanitise("<p>堤" * 1_999)
