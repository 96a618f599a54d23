"""The addresses that an act requests: numbered pages, sitemaps, the place that an article left, and the whole site."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import appearance, baking, publishing, sections
from articles.baking import affected_pages
from articles.models import Article, BakeJob

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_two(monkeypatch):
    """Set numbered pages to two articles each."""
    monkeypatch.setattr("articles.baking.affected_pages.PAGE_SIZE", 2)
    monkeypatch.setattr("articles.models.section.PAGE_SIZE", 2)


def published(cast, count, **facts):
    articles = [cast.article(**facts) for _number in range(count)]
    for article in articles:
        cast.publish(article)
    return list(Article.objects.order_by("number").filter(pk__in=[article.pk for article in articles]))


def asked(start):
    """Return the queued addresses that begin with `start`."""
    return set(BakeJob.objects.filter(path__startswith=start).values_list("path", flat=True))


def numbered(addresses, slug="news"):
    """Return the page numbers among the addresses of a section's numbered pages."""
    start = f"/s/{slug}/"
    return {int(path.removeprefix(start).strip("/")) for path in addresses if path.startswith(start) and path != start}


def test_an_article_has_its_own_addresses_and_one_for_the_holders_of_each_older_printout(cast):
    (article,) = published(cast, 1)
    start = f"/a/{article.number}/"
    assert affected_pages.own_pages(article) == {start, f"{start}history/"}
    for title in ("二", "三"):
        cast.change(article, title=title)
        cast.publish(article)
    article.refresh_from_db()
    assert affected_pages.own_pages(article) == {start, f"{start}history/", f"{start}since/1/", f"{start}since/2/"}


def test_a_section_without_articles_has_its_front_its_feeds_and_a_first_page(cast):
    feeds = {f"/feeds/culture.{form}" for form in ("atom", "rss", "json")}
    assert affected_pages.section_pages(cast.culture) == {"/s/culture/", "/s/culture/1/", *feeds}


def test_the_whole_site_is_every_address_once(cast):
    (article,) = published(cast, 1)
    cast.change(article, title="改")
    cast.publish(article)
    addresses = [path for group in affected_pages.all_addresses() for path in group]
    assert len(addresses) == len(set(addresses))
    number, day = article.number, timezone.localdate(article.first_published_at)
    people, sources = [cast.lin, cast.liang], [cast.own, cast.listed, cast.unlisted]
    # Files of people and sources are numbered by key, and keys go on from test to test.
    found = {re.sub(r"^(/sitemap-(?:people|sources))-\d+", r"\1", path) for path in addresses}
    assert found - set(appearance.style_sheet_files()) == {
        "/",
        "/sitemap.xml",
        "/news-sitemap.xml",
        "/robots.txt",
        "/log/key",
        "/log/check/",
        "/log/checkpoint",
        "/log/tile/0/000.p/2",
        "/log/tile/entries/000.p/2",
        "/log/audit/checkpoint",
        "/archive/",
        "/topics/",
        "/back-soon/",
        "/corrections/",
        "/sitemap-lists.xml",
        "/sitemap-people.xml",
        "/sitemap-sources.xml",
        f"/archive/{day}/",
        f"/archive/{day:%Y-%m}/",
        f"/sitemap-{day:%Y-%m}.xml",
        f"/a/{number}/",
        f"/a/{number}/history/",
        f"/a/{number}/since/1/",
        *(f"/q/{code}{number}{edition}.png" for code, edition in (("W", ""), ("M", ""), ("P", "-1"), ("P", "-2"))),
        *(f"/feeds/{slug}.{form}" for slug in ("all", "news", "culture", "towns") for form in ("atom", "rss", "json")),
        *(f"/s/{slug}/{page}" for slug in ("news", "culture", "towns") for page in ("", "1/")),
        *(row.get_absolute_url() for row in (*people, *sources)),
    }


@pytest.mark.parametrize(
    ("count", "ordinal", "expected"),
    [
        (1, 1, {1}),
        (2, 2, {1}),
        (3, 3, {1, 2}),
        (5, 1, {1, 2, 3}),
        (7, 1, {1, 3, 4}),
        (7, 2, {1, 3, 4}),
        (7, 3, {2, 3, 4}),
        (7, 5, {3, 4}),
        (7, 7, {3, 4}),
    ],
)
def test_an_act_has_its_own_numbered_page_baked_and_the_newest_two(cast, of_two, count, ordinal, expected):
    articles = published(cast, count)
    assert numbered(affected_pages.article_pages(articles[ordinal - 1])) == expected


def test_an_article_has_its_two_neighbours_baked_and_no_others(cast):
    articles = published(cast, 5)
    found = {path for path in affected_pages.article_pages(articles[2]) if path.startswith("/a/")}
    assert found - affected_pages.own_pages(articles[2]) == affected_pages.pages_of_articles(
        [articles[1].number, articles[3].number]
    )


def test_a_section_and_those_above_are_baked_with_its_feeds(cast):
    (article,) = published(cast, 1, section=cast.towns)
    found = affected_pages.article_pages(article)
    assert {"/s/towns/", "/s/towns/1/", "/s/news/", "/feeds/towns.atom", "/feeds/towns.rss"} <= found
    assert not {"/s/culture/", "/s/news/1/", "/feeds/news.atom"} & found


def test_a_moved_article_has_the_place_it_left_baked_too(cast, of_two):
    articles = published(cast, 7)
    cast.change(articles[2], section=cast.culture)
    cast.sign(articles[2])
    BakeJob.objects.all().delete()
    publishing.publish_article(articles[2], by=cast.editor)
    assert numbered(asked("/s/news/")) == {2, 3, 4}
    assert numbered(asked("/s/culture/"), "culture") == {1}
    assert {f"/a/{articles[n].number}/" for n in (1, 3)} <= asked("/a/")


def test_the_maps_beside_an_act_that_is_under_way_at_once_are_written_too(cast, monkeypatch):
    """With six articles per sitemap, one article from its end: the next sitemap is rewritten, too."""
    monkeypatch.setattr("articles.baking.affected_pages.sitemaps_of_names", lambda _named: set())
    monkeypatch.setattr("articles.baking.sitemap_files.SITEMAP_SIZE", 6)
    monkeypatch.setattr("articles.baking.sitemap_files.CONCURRENT_PUBLICATIONS", 1)
    month = f"{timezone.localdate():%Y-%m}"
    one, two = f"/sitemap-{month}.xml", f"/sitemap-{month}-2.xml"
    written = []
    for _number in range(9):
        (article,) = published(cast, 1)
        maps = {path for path in affected_pages.article_pages(article) if path.startswith("/sitemap")}
        written.append(maps - {"/sitemap-lists.xml"})
    assert written == [
        {one},
        {one},
        {one},
        {one},
        {one, two},
        {one, two},
        {one, two},
        {two},
        {two},
    ]


# --- the whole site -------------------------------------------------------------------------------------------------


def test_the_first_article_of_a_section_has_the_whole_site_baked_for_the_navigation(cast):
    articles = [cast.article() for _number in range(2)]
    for article, first in zip(articles, (True, False), strict=True):
        cast.sign(article)
        BakeJob.objects.all().delete()
        publishing.publish_article(article, by=cast.editor)
        assert baking.full_bake_is_requested() == first


def test_an_article_that_moves_to_an_empty_section_has_the_whole_site_baked(cast):
    (article,) = published(cast, 1)
    cast.change(article, section=cast.culture)
    cast.sign(article)
    BakeJob.objects.all().delete()
    publishing.publish_article(article, by=cast.editor)
    assert baking.full_bake_is_requested()


def test_a_section_put_in_order_has_the_whole_site_baked(cast):
    for days in (1, 2):
        at = timezone.now() - timedelta(days=days)
        publishing.publish_archived(cast.article(), by=cast.chief, at=at, origin="旧站")
    BakeJob.objects.all().delete()
    sections.renumber_section(cast.news)
    assert baking.full_bake_is_requested()
