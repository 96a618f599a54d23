"""Sitemaps and robots.txt: what is public, when it last changed, in files of bounded size; and what robots leave alone."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone

from articles import baking, editing, publishing, worker
from articles.baking import affected_pages, sitemap_files
from articles.models import Article, BakeJob, Credit, Keyword, Person, Topic
from tests.baked import assert_disk_matches_site
from tests.test_feeds import read

pytestmark = pytest.mark.django_db

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


@pytest.fixture(autouse=True)
def _one_file_of_names(monkeypatch):
    """Whatever keys the tests before have left: on PostgreSQL they go on."""
    monkeypatch.setattr(sitemap_files, "KEYS_PER_FILE", 10**9)


def this_month():
    return f"/sitemap-{timezone.localdate():%Y-%m}.xml"


def addresses_in(client, path):
    return [loc.text.removeprefix(settings.SITE_URL) for loc in read(client, path)[1].iter(f"{MAP}loc")]


def test_the_map_of_lists_holds_sections_topics_and_months(client, cast):
    cast.publish(cast.article())
    Topic.objects.create(title="大桥", slug="bridge", state=Topic.State.OPEN)
    Topic.objects.create(title="未开", slug="closed")
    root = read(client, "/sitemap-lists.xml")[1]
    found = [loc.text.removeprefix(settings.SITE_URL) for loc in root.iter(f"{MAP}loc")]
    month = f"/archive/{timezone.localdate():%Y-%m}/"
    assert found == ["/", "/topics/", "/corrections/", "/archive/", "/s/news/", "/t/bridge/", month]


def test_the_maps_hold_people_sources_and_keywords_that_have_a_page(client, cast):
    Person.objects.create(name="未署名")
    cast.publish(cast.article(keywords="大桥,民生"))
    expected = {
        "people": [cast.lin.get_absolute_url(), cast.liang.get_absolute_url()],
        "sources": [cast.own.get_absolute_url()],
        "keywords": [word.get_absolute_url() for word in Keyword.objects.order_by("pk")],
    }
    for kind, found in expected.items():
        assert f"/sitemap-{kind}.xml" in addresses_in(client, "/sitemap.xml")
        assert addresses_in(client, f"/sitemap-{kind}.xml") == found
        assert [client.get(path).status_code for path in found] == [200] * len(found)
        for none in ("-1", "-2", "-02", "-99999999"):
            assert client.get(f"/sitemap-{kind}{none}.xml").status_code == 404


def test_the_maps_of_names_are_split_by_keys(client, cast, monkeypatch):
    other = Person.objects.create(name="记者")
    monkeypatch.setattr(sitemap_files, "KEYS_PER_FILE", other.pk - 1)  # of two, whatever tests before have used up
    credits = [(Credit.Role.RESPONSIBLE_EDITOR, cast.liang), (Credit.Role.REPORTER, other)]
    article = cast.article(credits=credits)
    cast.publish(article)
    for person, path in ((cast.liang, "/sitemap-people.xml"), (other, "/sitemap-people-2.xml")):
        assert person.get_absolute_url() in addresses_in(client, path)
        assert path in addresses_in(client, "/sitemap.xml")
        assert path in affected_pages.article_pages(Article.objects.get(pk=article.pk))


def test_saving_a_public_article_rewrites_the_maps_of_the_names_it_changed(cast):
    article = cast.article()
    cast.publish(article)
    BakeJob.objects.all().delete()
    cast.change(article, title="改")
    assert not BakeJob.objects.exists()
    credits = [(Credit.Role.REPORTER, Person.objects.create(name="新人"))]
    editing.save_article(article, by=cast.admin, credits=credits)
    assert "/sitemap-people.xml" in BakeJob.objects.values_list("path", flat=True)
    baking.bake_everything(processes=1)
    assert_disk_matches_site()


def test_the_maps_go_by_months_and_by_thousands_of_a_month(client, cast, monkeypatch):
    monkeypatch.setattr(sitemap_files, "SITEMAP_SIZE", 3)
    articles = [cast.article(title=f"第{n}稿") for n in range(8)]
    for article in articles[:7]:
        cast.publish(article)
    # Published in the last minute of October and the first of November, in the site's zone, from an older archive.
    Article.objects.filter(pk=articles[6].pk).update(
        first_published_at=timezone.datetime.fromisoformat("2019-10-31T23:59:00+08:00"), migrated=True
    )
    Article.objects.filter(pk=articles[5].pk).update(
        first_published_at=timezone.datetime.fromisoformat("2019-11-01T00:00:00+08:00"), migrated=True
    )
    publishing.withdraw_article(articles[1], by=cast.editor, reason="误")
    now = f"{timezone.localdate():%Y-%m}"
    _response, index = read(client, "/sitemap.xml")
    files = [loc.text.removeprefix("http://127.0.0.1:8000") for loc in index.iter(f"{MAP}loc")]
    maps = [f"/sitemap-{name}.xml" for name in ("lists", "people", "sources", now, f"{now}-2", "2019-11", "2019-10")]
    # Which part of the people and sources has them depends on their keys.
    assert list(dict.fromkeys(re.sub(r"(people|sources)-\d+", r"\1", path) for path in files)) == maps
    held = [[loc.text for loc in read(client, path)[1].iter(f"{MAP}loc")] for path in (files[0], *files[-4:])]
    assert "http://127.0.0.1:8000/s/news/" in held[0]
    assert "http://127.0.0.1:8000/archive/2019-10/" in held[0]
    assert held[1:] == [[articles[n].public_url for n in ns] for ns in ((0, 2, 3), (4,), (5,), (6,))]
    for none in (f"{now}-1", f"{now}-3", f"{now}-02", "2019-12", "2019-13", "0000-01", "9999-12", f"{now}-99999", "0"):
        assert client.get(f"/sitemap-{none}.xml").status_code == 404, none


def test_a_map_says_when_each_text_was_last_changed(client, cast):
    article = cast.article()
    cast.publish(article)
    article.refresh_from_db()
    _response, urls = read(client, this_month())
    url = next(u for u in urls if u.find(f"{MAP}loc").text == article.public_url)
    changed = timezone.datetime.fromisoformat(url.find(f"{MAP}lastmod").text)
    assert abs(changed - article.live.published_at) < timedelta(seconds=1)


def test_robots_leave_the_desk_the_drafts_and_the_codes_alone(client, cast):
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().splitlines()
    for closed in ("/admin/", "/preview/", "/q/", "/Q/"):
        assert f"Disallow: {closed}" in lines
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in lines


def test_the_map_of_news_holds_two_days_and_is_written_anew_when_one_ages(client, cast, monkeypatch):
    article = cast.article(title="大桥<通车> & 开放")
    cast.publish(article)
    cast.correct(article, note="改一处。", summary="五人到场。")
    article.refresh_from_db()
    publishing.publish_archived(cast.article(), by=cast.chief, at=timezone.now() - timedelta(days=3), origin="旧站")
    root = ElementTree.fromstring(client.get("/news-sitemap.xml").content)
    (url,) = root.findall(f"{MAP}url")
    assert url.find(f"{MAP}loc").text == article.public_url
    assert url.find(f"{NEWS}news/{NEWS}title").text == "大桥<通车> & 开放"
    assert timezone.datetime.fromisoformat(url.find(f"{NEWS}news/{NEWS}publication_date").text).utcoffset()
    worker.queue_pages_changed_by_time()
    BakeJob.objects.all().delete()
    later = article.first_published_at + baking.NEWS_SITEMAP_AGE + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert worker.queue_pages_changed_by_time() == 1
    assert BakeJob.objects.filter(path="/news-sitemap.xml").exists()
    assert not ElementTree.fromstring(client.get("/news-sitemap.xml").content).findall(f"{MAP}url")
    assert "/news-sitemap.xml" in client.get("/robots.txt").content.decode()


def test_the_host_comes_from_settings(client, cast, settings):
    settings.ALLOWED_HOSTS = ["*"]
    cast.publish(cast.article())
    for path in ("/sitemap.xml", "/sitemap-lists.xml", this_month(), "/robots.txt"):
        assert b"evil.example" not in client.get(path, headers={"host": "evil.example"}).content


@pytest.mark.parametrize(
    ("path", "queries"), [("/sitemap.xml", 8), ("/sitemap-lists.xml", 4), (None, 1), ("/robots.txt", 0)]
)
def test_more_articles_cost_no_more_queries(client, cast, path, queries, django_assert_num_queries):
    for _ in range(3):
        cast.publish(cast.article())
        with django_assert_num_queries(queries):
            assert client.get(path or this_month()).status_code == 200
