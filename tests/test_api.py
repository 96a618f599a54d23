"""The JSON interface: what its document says is what it answers, and nothing that is not public."""

import json
from datetime import timedelta

import pytest
import schemathesis
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from articles import home_and_topics, pictures, publishing
from articles.models import Article, Block, Slot
from tests.cast import SEARCH_INDEX_QUERIES, Cast, upload

pytestmark = pytest.mark.django_db


def read(client, path, status=200, **facts):
    response = client.get(path, facts)
    assert response.status_code == status, response.content.decode()
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.cookies
    return json.loads(response.content)


@pytest.fixture(scope="module")
def made(kept_rows):
    """The cast, and five public articles, once for this file."""
    cast = Cast()
    articles = [cast.article(title=f"第{n}稿", keywords="大桥") for n in range(5)]
    for article in articles:
        cast.publish(article)
    return cast, articles


@pytest.fixture
def cast(own_copies):
    return own_copies[0]


@pytest.fixture
def shown(own_copies):
    return own_copies[1]


@pytest.fixture
def open_connection():
    """A request that a WSGI server answers closes old connections at both its ends; ours holds the test's
    transaction.
    """
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def test_whatever_the_document_allows_is_answered_as_it_says(cast, shown, open_connection):
    publishing.withdraw_article(shown[0], by=cast.editor, reason="核实")
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler(), headers={"Host": "127.0.0.1"})
    answered = set()

    def asked(case):
        # The library does not decompress what a WSGI application answers.
        response = case.call(headers={"Host": "127.0.0.1", "Accept-Encoding": "identity"})
        case.validate_response(response)
        answered.add(response.status_code)

    for operation in schema.get_all_operations():
        few = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        few(given(case=operation.ok().as_strategy())(asked))()
    assert {200, 404} <= answered


def test_pages_lead_through_all_articles_once(client, shown):
    seen, cursor = [], ""
    for _page in range(4):
        answer = read(client, "/api/v1/articles", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [article["number"] for article in answer["articles"]]
        cursor = answer["next"]
        if not cursor:
            break
    assert seen == [article.pk for article in reversed(shown)]


def test_articles_of_one_instant_are_not_lost_between_pages(client, cast):
    at = timezone.now() - timedelta(days=9)
    made = [cast.article(section=cast.culture) for _ in range(5)]
    for article in made:
        publishing.publish_archived(article, by=cast.chief, at=at, origin="旧站")
    first = read(client, "/api/v1/articles", section="culture", limit=2)
    second = read(client, "/api/v1/articles", section="culture", limit=3, cursor=first["next"])
    assert [a["number"] for a in first["articles"] + second["articles"]] == [a.pk for a in reversed(made)]


def test_filters_narrow(client, cast, shown):
    other = cast.article(section=cast.culture)
    cast.publish(other, by=cast.chief)
    today = timezone.localdate()
    assert [a["number"] for a in read(client, "/api/v1/articles", section="culture")["articles"]] == [other.pk]
    assert len(read(client, "/api/v1/articles", since=today.isoformat(), until=today.isoformat())["articles"]) == 6
    assert read(client, "/api/v1/articles", until=(today - timedelta(days=1)).isoformat())["articles"] == []


def test_one_article_says_what_its_page_says(client, cast, shown):
    cast.change(shown[0], summary="改过的导语")
    cast.sign(shown[0], note="导语有误。")
    publishing.publish_correction(shown[0], by=cast.editor)
    found = read(client, f"/api/v1/articles/{shown[0].pk}")
    assert (found["title"], found["summary"], found["edition"], found["section"]) == ("第0稿", "改过的导语", 2, "news")
    assert found["authors"] == ["林晓舟"]
    assert found["corrections"][0]["note"] == "导语有误。"
    assert found["codes"]["wechat"].endswith(f"/Q/W{shown[0].pk}")
    editions = read(client, f"/api/v1/articles/{shown[0].pk}/editions")["editions"]
    assert [(e["number"], e["kind"], e["note"]) for e in editions] == [
        (2, "correction", "导语有误。"),
        (1, "first", ""),
    ]


def test_what_is_not_public_is_not_there(client, cast, shown):
    draft = cast.article(title="机密")
    soon = cast.article(title="机密", expires_at=timezone.now() + timedelta(seconds=1))
    assert read(client, f"/api/v1/articles/{draft.pk}", 404)["status"] == 404
    publishing.withdraw_article(shown[0], by=cast.editor, reason="内部原因")
    assert "内部" not in str(read(client, f"/api/v1/articles/{shown[0].pk}", 410))
    read(client, f"/api/v1/articles/{shown[0].pk}/editions", 410)
    for path in ("/api/v1/articles", "/api/v1/search?q=稿"):
        assert shown[0].pk not in [row["number"] for row in read(client, path).get("articles", [])]
    assert "机密" not in str(read(client, "/api/v1/articles")) + str(read(client, "/api/v1/search", q="机密"))
    read(client, f"/api/v1/articles/{10**30}", 404)
    assert soon.pk


def test_searching_is_the_sites_own(client, shown):
    found = read(client, "/api/v1/search", q="第3稿")
    assert [hit["number"] for hit in found["hits"]] == [shown[3].pk]
    assert read(client, "/api/v1/search", keyword="大桥", order="time")["total"] == 5


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("articles?limit=0", 400, "1 到 100"),
        ("articles?limit=x", 400, "limit"),
        ("articles?cursor=x", 400, "cursor"),
        (f"articles?cursor={'9' * 16}-1", 200, ""),
        ("articles?since=2026-13-01", 400, "since"),
        ("articles?section=x", 404, "“x”"),
        ("articles?sekction=news", 400, "sekction"),
        ("search?order=x", 400, "order"),
        ("search?q=%00", 400, "NUL"),
        ("search?page=99", 400, "page"),
        ("articles?since=0001-01-01", 400, "since"),
        ("search?q=" + "a" * 201, 400, "200"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(client, shown, path, status, sentence):
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == status
    if status != 200:
        assert response["Content-Type"] == "application/problem+json"
        assert sentence in json.loads(response.content)["detail"]


def test_what_is_known_already_is_not_sent_again(client, cast, shown):
    for path in ("sections", "articles", f"articles/{shown[0].pk}", "search?q=稿", "openapi.json"):
        first = client.get(f"/api/v1/{path}")
        again = client.get(f"/api/v1/{path}", headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    before = client.get("/api/v1/articles")["ETag"]
    cast.publish(cast.article())
    assert client.get("/api/v1/articles", headers={"if-none-match": before}).status_code == 200


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("sections", 2),
        ("articles", 1),
        ("articles/{n}", 3),
        ("articles/{n}/editions", 5),
        ("search?q=稿", SEARCH_INDEX_QUERIES + 2),
    ],
)
def test_the_answers_ask_little(client, cast, shown, path, queries, django_assert_max_num_queries):
    for _ in range(2):
        with django_assert_max_num_queries(queries):
            client.get("/api/v1/" + path.format(n=shown[0].pk))
        cast.publish(cast.article())
    assert Article.objects.public().count() == 7


def test_the_text_about_a_cover_is_the_one_that_was_signed(client, cast, django_assert_max_num_queries):
    """A new description of a picture in the library changes nothing that readers of public articles see."""
    cover = pictures.store_picture(upload(), by=cast.writer, alt="桥面通车")
    numbers = [cast.article(title="长桥通车", cover=cover).pk for _ in range(3)]
    for number in numbers:
        cast.publish(Article.objects.get(pk=number))
    cover.alt = "没有人签过的话"
    pictures.save_picture(cover, by=cast.writer)
    with django_assert_max_num_queries(3):
        listed = client.get("/api/v1/articles").json()["articles"]
    assert [article["cover"]["alt"] for article in listed[:3]] == ["桥面通车"] * 3
    found = client.get("/api/v1/search?q=长桥").json()["hits"]
    assert [article["cover"]["alt"] for article in found] == ["桥面通车"] * 3
    page = client.get("/").content.decode()
    assert 'alt="桥面通车"' in page
    headline = Block(kind="headline", title="头条", count=1, fills=False)
    arranged = [home_and_topics.ArrangedBlock(headline, [Slot(article_id=numbers[0])])]
    home_and_topics.save_arrangement(None, arranged, by=cast.chief, based_on=0)
    page = client.get("/").content.decode()
    assert 'alt="桥面通车"' in page
    assert "没有人签过的话" not in page
