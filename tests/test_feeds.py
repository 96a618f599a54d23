"""Feeds: what machines read, with the same text as readers and as soon gone."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone

from articles import pictures, publishing
from articles.baking.render import render_page
from articles.models import Credit, Person, Section, SiteSettings, Topic
from articles.public.machines import feeds
from tests.cast import png, upload

pytestmark = pytest.mark.django_db

DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
ATOM = "{http://www.w3.org/2005/Atom}"


def read(client, path, **headers):
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    assert not response.cookies
    return response, ElementTree.fromstring(response.content)


def entries(client, path="/feeds/all.atom"):
    return read(client, path)[1].findall(f"{ATOM}entry")


def text(element, name):
    return element.find(f"{ATOM}{name}").text


def test_an_entry_says_what_the_page_says(client, cast):
    article = cast.article(title="大桥通车", summary="", body="<p>望桥乡便民桥<strong>今日</strong>通车。</p>")
    cast.publish(article)
    article.refresh_from_db()
    response, feed = read(client, "/feeds/all.atom")
    assert response["Content-Type"].startswith("application/atom+xml")
    entry = feed.find(f"{ATOM}entry")
    assert text(entry, "title") == "大桥通车"
    assert entry.find(f"{ATOM}link").get("href") == article.public_url
    assert text(entry, "summary") == "望桥乡便民桥今日通车。"
    assert timezone.datetime.fromisoformat(text(entry, "published")) == article.first_published_at
    assert entry.find(f"{ATOM}category").get("term") == "要闻"
    assert text(feed, "updated") == text(entry, "updated")


def test_ids_change_neither_with_the_host_nor_with_the_scheme(client, cast, settings):
    article = cast.article()
    cast.publish(article)
    assert settings.FEED_TAG == "127.0.0.1,2026"
    settings.FEED_TAG = "news.example.cn,2026"

    def ids():
        feed = read(client, "/feeds/all.atom")[1]
        guid = read(client, "/feeds/all.rss")[1].find("channel/item/guid")
        json_id = client.get("/feeds/all.json").json()["items"][0]["id"]
        return [text(feed, "id"), text(feed.find(f"{ATOM}entry"), "id"), guid.text, guid.get("isPermaLink"), json_id]

    entry = f"tag:news.example.cn,2026:a/{article.number}"
    assert ids() == ["tag:news.example.cn,2026:feeds/all", entry, entry, "false", entry]
    before = ids()
    settings.SITE_URL = "https://www.example.org"
    assert ids() == before
    section, topic = cast.news, Topic.objects.create(title="大桥", slug="bridge", state=Topic.State.OPEN)
    for path, name in (("news", f"section/{section.pk}"), ("t/bridge", f"topic/{topic.pk}")):
        assert text(read(client, f"/feeds/{path}.atom")[1], "id") == f"tag:news.example.cn,2026:feeds/{name}"


def test_the_whole_text_is_in_the_feeds_if_the_settings_say_so(client, cast):
    picture = pictures.store_picture(upload(), by=cast.admin)
    body = f'<p>三人 &lt; 五人，<a href="/a/1/">前文</a></p><p><img src="{picture.url}" alt="桥"></p>'
    article = cast.article(summary="摘要", body=body)
    cast.publish(article)
    encoded = "{http://purl.org/rss/1.0/modules/content/}encoded"
    assert entries(client)[0].find(f"{ATOM}content") is None
    assert read(client, "/feeds/all.rss")[1].find(f"channel/item/{encoded}") is None
    assert "content_html" not in client.get("/feeds/all.json").json()["items"][0]
    SiteSettings.objects.create(pk=1, full_feeds=True)
    cast.correct(article, note="“三人”应为“五人”。", body=body.replace("三人", "共"))
    (entry,) = entries(client)
    content = entry.find(f"{ATOM}content")
    assert content.get("type") == "html"
    assert text(entry, "summary").endswith("摘要")
    said = feeds._("Correction: %(note)s") % {"note": "“三人”应为“五人”。"}
    assert content.text.startswith(f"<p>{said}</p><p>共 &lt; 五人")
    assert f'href="{settings.SITE_URL}/a/1/"' in content.text
    assert f'src="{settings.SITE_URL}{picture.url}"' in content.text
    assert read(client, "/feeds/all.rss")[1].find(f"channel/item/{encoded}").text == content.text
    item = client.get("/feeds/all.json").json()["items"][0]
    assert item["content_html"] == content.text
    assert item["summary"] == f"{said} 摘要"


def test_everybody_is_named_in_an_element_of_their_own(client, cast):
    credits = [
        (Credit.Role.REPORTER, cast.lin),
        (Credit.Role.CORRESPONDENT, Person.objects.create(name="阿依古丽·买买提")),
        (Credit.Role.PHOTO, cast.lin),
        (Credit.Role.RESPONSIBLE_EDITOR, cast.liang),
    ]
    cast.publish(cast.article(credits=credits))
    (entry,) = entries(client)
    named = {kind: [e[0].text for e in entry.findall(f"{ATOM}{kind}")] for kind in ("author", "contributor")}
    assert named == {"author": ["林晓舟", "阿依古丽·买买提"], "contributor": ["梁静姝"]}
    item = read(client, "/feeds/all.rss")[1].find("channel/item")
    assert [e.text for e in item.findall(f"{DUBLIN_CORE}creator")] == named["author"]
    assert [e.text for e in item.findall(f"{DUBLIN_CORE}contributor")] == named["contributor"]
    assert client.get("/feeds/all.json").json()["items"][0]["authors"] == [{"name": n} for n in named["author"]]


def test_a_feed_says_what_it_is_about_and_shows_the_picture(client, cast):
    SiteSettings.objects.create(pk=1, name="霁川新闻网", description="霁川县的新闻")
    Section.objects.filter(pk=cast.news.pk).update(description="县里的大事")
    picture = pictures.store_picture(upload(), by=cast.admin)
    cast.publish(cast.article(cover=picture))
    address = settings.SITE_URL + picture.url
    assert text(read(client, "/feeds/all.atom")[1], "subtitle") == "霁川县的新闻"
    assert text(read(client, "/feeds/news.atom")[1], "subtitle") == "县里的大事"
    assert client.get("/feeds/culture.json").json()["description"] == "文旅 - 霁川新闻网"
    (entry,) = entries(client)
    (enclosure,) = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "enclosure"]
    assert (enclosure.get("href"), enclosure.get("type")) == (address, "image/jpeg")
    assert client.get("/feeds/all.json").json()["items"][0]["image"] == address


def test_a_feed_shows_the_cover_that_was_placed(client, cast):
    first, placed = (pictures.store_picture(upload(png(colour=(n, 9, 9))), by=cast.admin) for n in (9, 200))
    article = cast.publish_with(first, placed)
    assert client.get("/feeds/all.json").json()["items"][0]["image"] == settings.SITE_URL + first.url
    cast.place(article, cover=placed)
    assert client.get("/feeds/all.json").json()["items"][0]["image"] == settings.SITE_URL + placed.url


def test_the_pages_of_sections_and_topics_name_their_feeds(client, cast):
    cast.publish(cast.article())
    Topic.objects.create(title="大桥", slug="bridge", state=Topic.State.OPEN)
    for path, feed in (("/s/news/", "/feeds/news.atom"), ("/t/bridge/", "/feeds/t/bridge.atom")):
        assert 'type="application/atom+xml" title="' in client.get(path).content.decode()
        assert f'href="{feed}"' in client.get(path).content.decode()


def test_a_correction_stands_first_in_the_summary_and_moves_the_instant(client, cast):
    article = cast.article(summary="三人到场。")
    cast.publish(article)
    first = text(entries(client)[0], "updated")
    cast.change(article, summary="五人到场。")
    cast.sign(article, note="“三人”应为“五人”。")
    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + timedelta(minutes=5)
        patch.setattr(timezone, "now", lambda: later)
        publishing.publish_correction(article, by=cast.editor)
    entry = entries(client)[0]
    said = feeds._("Correction: %(note)s") % {"note": "“三人”应为“五人”。"}
    assert text(entry, "summary") == f"{said} 五人到场。"
    assert text(entry, "updated") > first
    cast.change(article, summary="五人到场，已离开。")
    cast.publish(article)
    assert text(entries(client)[0], "summary") == "五人到场，已离开。", "an update is no correction"


def test_text_is_no_markup_in_a_summary(client, cast):
    cast.publish(cast.article(title="<i>甲</i>", summary="乙 <b>丙 & 丁</b>"))
    entry = entries(client)[0]
    assert text(entry, "summary") == "乙 &lt;b&gt;丙 &amp; 丁&lt;/b&gt;"
    assert entry.find(f"{ATOM}summary").get("type") == "html"


def test_the_newest_and_no_more(client, cast, monkeypatch):
    monkeypatch.setattr(feeds, "NEWEST", 3)
    titles = []
    for number in range(5):
        article = cast.article(title=f"稿{number}", section=cast.culture if number == 4 else cast.news)
        cast.publish(article)
        titles.append(article.title)
    assert [text(e, "title") for e in entries(client)] == ["稿4", "稿3", "稿2"]
    assert [text(e, "title") for e in entries(client, "/feeds/news.atom")] == ["稿3", "稿2", "稿1"]
    assert [text(e, "title") for e in entries(client, "/feeds/culture.atom")] == ["稿4"]


def test_the_host_comes_from_settings(client, cast, settings):
    settings.ALLOWED_HOSTS = ["*"]
    cast.publish(cast.article())
    for path in ("/feeds/all.atom", "/feeds/news.atom"):
        assert b"evil.example" not in client.get(path, headers={"host": "evil.example"}).content


def test_an_empty_feed_does_not_change_by_itself(client, cast):
    first = client.get("/feeds/all.atom").content
    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + timedelta(days=1)
        patch.setattr(timezone, "now", lambda: later)
        assert client.get("/feeds/all.atom").content == first
    assert "1970" in text(read(client, "/feeds/all.atom")[1], "updated")


@pytest.mark.parametrize(("path", "queries"), [("/feeds/all.atom", 2), ("/feeds/news.atom", 3)])
def test_more_articles_cost_no_more_queries(client, cast, path, queries, django_assert_num_queries):
    for _ in range(3):
        cast.publish(cast.article())
        with django_assert_num_queries(queries):
            assert client.get(path).status_code == 200


def test_formats_that_are_baked_together_share_their_entries(cast, django_assert_num_queries):
    cast.publish(cast.article())
    paths = [f"/feeds/news.{form}" for form in feeds.FORMS]
    alone = [render_page(path) for path in paths]
    shared = {"paths": paths}
    with django_assert_num_queries(3):  # the settings, the section, its articles
        assert [render_page(path, shared) for path in paths] == alone
