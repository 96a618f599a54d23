"""What machines read of us, read with the programs that read it: feeds, data in the head, cards for other sites."""

import json
import re
from datetime import date

import extruct
import feedparser
import pytest
from django.conf import settings
from django.utils import timezone

from articles import home_and_topics, pictures, publishing
from articles.home_and_topics import ArrangedBlock
from articles.models import Article, Block, Credit, Keyword, SiteSettings, Topic
from articles.models.picture import square_of_picture
from articles.public.machines.page_metadata import content_description
from articles.public.pages.pictures import share_addresses
from tests.cast import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def corrected(cast):
    article = cast.article(title="大桥<通车> & 开放", summary="三人到场。", keywords="大桥,交通")
    cast.publish(article)
    cast.correct(article, note="“三人”应为“五人”。", summary="五人到场。")
    article.refresh_from_db()
    return article


# --- feeds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["atom", "rss"])
@pytest.mark.parametrize("where", ["all", "news", "t/bridge"])
def test_a_reader_of_feeds_reads_them(client, cast, corrected, where, form):
    topic = Topic.objects.create(title="大桥", slug="bridge", state=Topic.State.OPEN)
    home_and_topics.save_arrangement(topic, [ArrangedBlock(Block(keyword="大桥"), [])], by=cast.chief, based_on=0)
    response = client.get(f"/feeds/{where}.{form}")
    assert response["Content-Type"].startswith(f"application/{form}+xml")
    read = feedparser.parse(response.content)
    assert not read.bozo
    (entry,) = read.entries
    assert entry.title == "大桥<通车> & 开放"
    assert entry.link == corrected.public_url
    assert entry.id == f"tag:127.0.0.1,2026:a/{corrected.number}"
    assert "应为“五人”" in entry.summary
    assert [person.name for person in entry.authors] == ["林晓舟"]
    assert [person.name for person in entry.contributors] == ["梁静姝"]
    assert {tag.term for tag in entry.tags} == {"要闻", "大桥", "交通"}
    assert any(link.rel == "self" and link.href.endswith(f"/feeds/{where}.{form}") for link in read.feed.links)


@pytest.mark.parametrize("where", ["all", "news"])
def test_the_json_feed_is_one(client, corrected, where):
    response = client.get(f"/feeds/{where}.json")
    assert response["Content-Type"] == "application/feed+json; charset=utf-8"
    feed = json.loads(response.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"].endswith(f"/feeds/{where}.json")
    (item,) = feed["items"]
    assert item["url"] == corrected.public_url
    assert item["id"] == f"tag:127.0.0.1,2026:a/{corrected.number}"
    assert item["title"] == "大桥<通车> & 开放"
    assert item["content_text"].endswith("五人到场。")
    assert item["authors"] == [{"name": "林晓舟"}]
    assert item["date_modified"] >= item["date_published"]


def test_feeds_of_what_is_not_open_are_not_there(client, cast):
    Topic.objects.create(title="大桥", slug="bridge")
    for form in ("atom", "rss", "json"):
        assert client.get(f"/feeds/t/bridge.{form}").status_code == 404
        assert client.get(f"/feeds/none.{form}").status_code == 404


# --- data in the head -------------------------------------------------------------------------------------------------


def data_of(client, path):
    """Return the blocks of JSON-LD on a page by their type; Baidu's, which has none, by "Baidu"."""
    found = extruct.extract(client.get(path).content, syntaxes=["json-ld"])["json-ld"]
    return {block.get("@type", "Baidu"): block for block in found}


def test_an_articles_data_is_read(client, corrected):
    data = data_of(client, corrected.get_absolute_url())
    assert data["NewsArticle"]["headline"] == "大桥<通车> & 开放"
    assert data["NewsArticle"]["version"] == 2
    assert data["NewsArticle"]["correction"][0]["text"] == "“三人”应为“五人”。"
    steps = data["BreadcrumbList"]["itemListElement"]
    assert [(i["position"], i["name"]) for i in steps] == [(1, "首页"), (2, "要闻"), (3, "大桥<通车> & 开放")]
    assert steps[-1]["item"] == data["Baidu"]["@id"] == corrected.public_url
    assert data["Baidu"]["@context"] == "https://ziyuan.baidu.com/contexts/cambrian.jsonld"
    assert data["Baidu"]["upDate"] == data["NewsArticle"]["dateModified"][:19]
    assert "pubDate" not in data["NewsArticle"]
    html = client.get(corrected.get_absolute_url()).content.decode()
    for name in ("twitter:card", "og:locale", "bytedance:published_time", "bytedance:updated_time"):
        assert f'"{name}"' in html


def test_who_shares_a_page_gets_its_picture_whole_and_square(client, cast):
    picture = pictures.store_picture(upload(), by=cast.writer)
    article = cast.article(body=f'<figure><img src="{picture.url}" alt="桥"></figure>')
    cast.publish(article)
    shared = [settings.SITE_URL + address for address in (picture.url, square_of_picture(picture.url))]
    html = client.get(article.get_absolute_url()).content.decode()
    assert re.findall('property="og:image" content="([^"]+)"', html) == shared
    assert data_of(client, article.get_absolute_url())["NewsArticle"]["image"] == shared


def test_a_picture_from_before_is_shared_without_a_square_one():
    content = {"file": f"pictures/{'a' * 32}w.jpg", "width": 900}
    assert share_addresses(content) == [f"{settings.SITE_URL}/media/pictures/{'a' * 32}w.jpg"]


def test_the_site_publishes_what_a_source_wrote(client, cast):
    logo = pictures.store_picture(upload(), by=cast.admin)
    SiteSettings.objects.create(pk=1, name="霁川县融媒体中心网", sponsor="中共霁川县委宣传部", logo=logo)
    article = cast.article(
        source=cast.listed,
        origin=Article.Origin.REPRINT,
        original_title="白苇河大桥合龙",
        original_author="周砚秋",
        original_url="https://zenan.example.cn/1",
        original_published_on=date(2026, 11, 1),
        credits=[(Credit.Role.RESPONSIBLE_EDITOR, cast.liang)],
    )
    cast.publish(article)
    data = data_of(client, article.get_absolute_url())["NewsArticle"]
    assert data["publisher"]["name"] == "霁川县融媒体中心网"
    assert data["publisher"]["url"] == f"{settings.SITE_URL}/"
    assert data["publisher"]["logo"]["url"] == settings.SITE_URL + logo.url
    assert data["publisher"]["parentOrganization"]["name"] == "中共霁川县委宣传部"
    assert data["sourceOrganization"] == {"@type": "Organization", "name": "泽南日报"}
    assert data["isBasedOn"] == {
        "@type": "NewsArticle",
        "headline": "白苇河大桥合龙",
        "url": "https://zenan.example.cn/1",
        "datePublished": "2026-11-01",
        "author": {"@type": "Person", "name": "周砚秋"},
    }
    html = client.get(article.get_absolute_url()).content.decode()
    assert f'<meta property="og:image" content="{settings.SITE_URL}{logo.url}">' in html
    assert '<meta property="og:site_name" content="霁川县融媒体中心网">' in html


def test_a_source_is_the_author_where_nobody_is_named(client, cast):
    article = cast.article(credits=[(Credit.Role.RESPONSIBLE_EDITOR, cast.liang)])
    cast.publish(article)
    data = data_of(client, article.get_absolute_url())["NewsArticle"]
    assert data["author"] == [{"@type": "Organization", "name": "霁川新闻网"}]
    assert "isBasedOn" not in data


@pytest.mark.parametrize(
    ("summary", "body", "description"),
    [
        ("一句话。", "<p>正文。</p>", "一句话。"),
        ("", "<table><tr><th>序号</th><td>姓名</td></tr></table><p>甲 &amp; 乙</p>", "序号 姓名 甲 & 乙"),
        ("", f"<p>{'望' * 119}完</p>", "望" * 119 + "完"),
        ("", f"<p>{'望' * 118}，完毕</p>", "望" * 118 + "…"),
        ("", f"<p>{'望' * 110}2026-11-28 17:03</p>", "望" * 110 + "…"),
    ],
)
def test_a_description_is_cut_at_the_end_of_a_word(client, cast, summary, body, description):
    article = cast.article(summary=summary, body=body)
    assert content_description(article.latest.content) == description


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/s/news/", "/s/news/"),
        ("/s/news/1/", "/s/news/"),
        ("/t/bridge/", "/topics/"),
        ("/k/{k}/", None),
        ("/archive/{day:%Y-%m-%d}/", "/archive/{day:%Y-%m}/"),
    ],
)
def test_a_lists_data_is_read(client, cast, corrected, path, way):
    topic = Topic.objects.create(title="大桥", slug="bridge", state=Topic.State.OPEN)
    twice = [ArrangedBlock(Block(keyword="大桥"), []), ArrangedBlock(Block(keyword="大桥"), [])]
    home_and_topics.save_arrangement(topic, twice, by=cast.chief, based_on=0)
    facts = {"k": Keyword.objects.get(name="大桥").pk, "day": timezone.localtime(corrected.first_published_at)}
    data = data_of(client, path.format(**facts))
    assert [item["url"] for item in data["ItemList"]["itemListElement"]] == [corrected.public_url]
    trail = data.get("BreadcrumbList", {"itemListElement": [{"item": None}]})
    assert trail["itemListElement"][-1]["item"] == (way and settings.SITE_URL + way.format(**facts))


def test_the_home_page_says_whose_it_is_and_when_it_changed(client, corrected):
    site = data_of(client, "/")["WebSite"]
    assert site["name"] == SiteSettings.current().name
    at = timezone.localtime(corrected.first_published_at)
    assert site["dateModified"] == f"{at:%Y-%m-%dT%H:%M:00}+08:00"
    assert data_of(client, "/")["Baidu"]["upDate"] == f"{at:%Y-%m-%dT%H:%M:00}"
    searching = site["potentialAction"]["target"]["urlTemplate"].replace("{words}", "大桥")
    assert "大桥" in client.get(searching.removeprefix(settings.SITE_URL)).content.decode()


# --- cards for other sites ------------------------------------------------------------------------------------------


def test_another_site_gets_a_card(client, corrected):
    html = client.get(corrected.get_absolute_url()).content.decode()
    address = re.search(r'application/json\+oembed"\s+href="([^"]+)"', html)[1]
    response = client.get(address)
    card = response.json()
    assert (card["version"], card["type"], card["title"]) == ("1.0", "rich", "大桥<通车> & 开放")
    assert "大桥&lt;通车&gt; &amp; 开放" in card["html"]
    assert response["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"{address}&maxwidth=300").json()["width"] == 300
    assert client.get(f"{address}&maxwidth=-1").json()["width"] == 600
    assert client.get(f"{address}&format=xml").status_code == 501


def test_there_is_a_card_of_public_articles_alone(client, cast, corrected):
    draft = cast.article()
    for url in (
        "",
        "x",
        draft.public_url,
        corrected.public_url[:-1],
        "http://evil.example/a/1/",
        f"http://127.0.0.1:8000/a/{10**30}/",
    ):
        assert client.get("/oembed", {"url": url}).status_code == 404, url
    publishing.withdraw_article(corrected, by=cast.chief, reason="核实")
    assert client.get("/oembed", {"url": corrected.public_url}).status_code == 404
