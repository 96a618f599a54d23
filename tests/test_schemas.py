"""What we write for machines, against the schemas of what they read (tests/schemas): sitemaps, news, Atom."""

from pathlib import Path

import pytest
from lxml import etree

from articles.models import SiteSettings

pytestmark = pytest.mark.django_db
SCHEMAS = Path(__file__).parent / "schemas"


@pytest.fixture
def public(cast):
    """Articles of every kind: corrected, in a section below another, with letters that XML must escape."""
    SiteSettings.objects.create(pk=1, name="霁川<新闻>&网")
    for section in (cast.news, cast.towns, cast.culture):
        cast.publish(cast.article(section=section, title="A&B <桥>", keywords="甲<,&乙"), by=cast.chief)
    article = cast.article()
    cast.publish(article)
    cast.correct(article, note="数字有误 <b>&", title="改后")
    return article


def sitemaps(client):
    index = etree.fromstring(client.get("/sitemap.xml").content)
    return [loc.text.partition("8000")[2] for loc in index.iter("{*}loc")]


def test_the_maps_are_maps(client, public):
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "all.xsd"))
    paths = sitemaps(client)
    assert paths
    for path in ("/sitemap.xml", "/news-sitemap.xml", *paths):
        schema.assertValid(etree.fromstring(client.get(path).content))
    assert client.get("/news-sitemap.xml").content.count(b"<news:news>") == 4


def test_the_schemas_tell_a_map_from_what_is_none(client, public):
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "all.xsd"))
    [*_lists, path] = sitemaps(client)
    good = client.get(path).content
    for old, new in ((b"<loc>http", b"<loc>ftp"), (b"<lastmod>", b"<lastmod>yesterday "), (b"<url>", b"<url><x/>")):
        assert old in good
        assert not schema.validate(etree.fromstring(good.replace(old, new)))
    news = client.get("/news-sitemap.xml").content
    assert not schema.validate(etree.fromstring(news.replace(b"<news:language>zh-cn", b"<news:language>Chinese")))


@pytest.mark.parametrize("hub", ["", "https://hub.example.cn/"])
def test_the_feeds_are_atom(client, public, settings, hub):
    settings.WEBSUB_HUB = hub
    schema = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
    for path in ("/feeds/all.atom", "/feeds/news.atom"):
        schema.assertValid(etree.fromstring(client.get(path).content))
    broken = client.get("/feeds/all.atom").content.replace(b"<updated>", b"<updated>on ")
    assert not schema.validate(etree.fromstring(broken))
