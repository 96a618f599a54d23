"""The search page: any query by anybody, and never a word of what is not public."""

import re

import pytest
from django.utils import timezone

from articles import publishing, search
from articles.models import SearchText
from articles.search import index_store
from tests.cast import SEARCH_INDEX_QUERIES, Cast

pytestmark = pytest.mark.django_db


def asked(client, **facts):
    return client.get("/search/", facts)


def numbers(response):
    return [int(n) for n in re.findall(r'<li><a href="/a/(\d+)/"><span class="headline">', response.content.decode())]


@pytest.fixture(scope="module")
def made(kept_rows):
    """The cast, and three public articles, once for this file."""
    cast = Cast()
    articles = [cast.article(title=f"大桥第{n}日", body=f"<p>第{n}日，车流平稳。</p>") for n in range(3)]
    for article in articles:
        cast.publish(article)
    return cast, articles


@pytest.fixture
def cast(own_copies):
    return own_copies[0]


@pytest.fixture
def archive(own_copies):
    return own_copies[1]


def test_the_page_without_a_question_shows_the_newest_and_how_to_ask(client, archive):
    html = client.get("/search/").content.decode()
    assert 'role="search"' in html
    assert "大桥第2日" in html
    assert 'content="noindex' in html


def test_what_is_found_is_marked_and_nothing_is_kept_by_caches(client, archive):
    response = asked(client, q="大桥 平稳")
    assert set(numbers(response)) == {a.number for a in archive}
    assert "<mark>大桥</mark>第0日" in response.content.decode()
    assert "车流<mark>平稳</mark>" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_every_filter_narrows_and_stays_filled_in(client, cast, archive):
    elsewhere = cast.article(title="大桥灯会", section=cast.towns)
    cast.publish(elsewhere)
    today = timezone.localdate().isoformat()
    assert numbers(asked(client, q="大桥", section="towns")) == [elsewhere.number]
    assert len(numbers(asked(client, q="大桥", section="news"))) == 4  # with the sections below it
    assert len(numbers(asked(client, q="大桥", person="林晓舟"))) == 4
    assert numbers(asked(client, q="大桥", person="无此人")) == []
    assert len(numbers(asked(client, q="大桥", since=today, until=today))) == 4
    assert numbers(asked(client, q="大桥", order="time"))[0] == elsewhere.number
    html = asked(client, q="大桥", section="towns", since=today).content.decode()
    assert 'value="towns" selected' in html
    assert f'value="{today}"' in html


@pytest.mark.parametrize(
    "facts",
    [
        {"since": "2026-13-01"},
        {"since": "9999-12-31"},
        {"until": "0001-01-01"},
        {"section": "none"},
        {"order": "best"},
        {"since": "2026-05-02", "until": "2026-05-01"},
        {"person": "长" * 41},
    ],
)
def test_what_is_wrong_is_said_and_the_words_are_kept(client, archive, facts):
    response = asked(client, **{"q": "大桥"} | facts)
    assert response.status_code == 200
    assert 'class="wrong"' in response.content.decode()
    assert 'value="大桥"' in response.content.decode()


@pytest.mark.parametrize(
    "facts",
    [
        {"q": "桥" * 5000},
        {"q": "' OR 1=1 --"},
        {"q": '"'},
        {"q": "*"},
        {"q": "桥* AND NEAR(大"},
        {"q": "”“"},
        {"q": "\ue000大桥"},
        {"q": "𠀀𠀁"},
        {"q": "a" * 300},
        {"q": "桥", "page": "-1"},
        {"q": "桥", "page": "9" * 40},
        {"q": "桥", "page": "٣"},
        {"q": "大桥", "page": "25"},
        {"page": "2"},
        {"q": " " * 50},
        {"q": "桥", "since": ""},
        {"q": "大桥", "x": "y"},
    ],
)
def test_nothing_that_is_asked_is_too_much(client, archive, facts):
    assert asked(client, **facts).status_code == 200


def test_what_is_typed_is_text(client, archive, cast):
    cast.publish(cast.article(title="<b>大桥</b>&<script>"))
    html = asked(client, q="<script>大桥").content.decode()
    assert "<script>大桥" not in html
    assert "&lt;script&gt;大桥" in html
    html = asked(client, q="大桥").content.decode()
    assert "<b>" not in html.replace("<b class", "")


def test_pages_lead_on_and_end(client, cast, monkeypatch):
    monkeypatch.setattr("articles.public.pages.search.PAGE_SIZE", 2)
    made = [cast.article(title=f"新桥{n}") for n in range(5)]
    for article in made:
        cast.publish(article)
    seen, path = [], "/search/?q=新桥&order=time"
    for _page in range(3):
        html = client.get(path).content.decode()
        seen += numbers(client.get(path))
        found = re.search(r'rel="next" href="([^"]+)"', html)
        path = found[1].replace("&amp;", "&") if found else ""
    assert seen == [a.number for a in reversed(made)]
    assert not path


def test_what_is_gone_is_not_found_even_if_the_index_still_has_it(client, cast, archive):
    publishing.withdraw_article(archive[0], by=cast.editor, reason="核实")
    assert archive[0].number not in numbers(asked(client, q="大桥"))
    archive[1].refresh_from_db()
    publishing.withdraw_article(archive[1], by=cast.editor, reason="核实")
    index_store.insert_rows([SearchText(pk=1, article=archive[1], title="大桥第1日", text="漏了", marks="")])
    assert search.search_articles(search.SearchQuery(words=("漏了",))).total == 1
    for asked_for in ("大桥", "漏了"):
        assert archive[1].number not in numbers(asked(client, q=asked_for))
        assert "漏了" not in asked(client, q=asked_for).content.decode().replace('value="漏了"', "").replace(
            "检索：漏了", ""
        )


def test_nothing_found_offers_shorter_words(client, archive):
    html = asked(client, q="大桥 龙舟").content.decode()
    assert 'href="/search/?q=%E5%A4%A7%E6%A1%A5">大桥</a>' in html


def test_a_search_asks_little(client, archive, django_assert_num_queries):
    with django_assert_num_queries(
        SEARCH_INDEX_QUERIES + 4
    ):  # the settings, the sections, the index, the folded texts, the articles with their texts
        asked(client, q="大桥")
