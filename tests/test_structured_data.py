"""What programs that know nothing of us read: title, author, time, text, first picture, data; and schema.org.

They read the articles of the demo in tests/test_demo.py. `schemas/schema_org.json` is our own list of the classes of
schema.org that we use, with those of their properties that we use.
"""

import json
import re
from pathlib import Path

import extruct
import feedparser
import pytest
import trafilatura
from django.conf import settings
from django.utils import timezone
from gne import GeneralNewsExtractor
from lxml import html as lxml_html

from articles.models import Credit, Section

pytestmark = pytest.mark.django_db
VOCABULARY = json.loads(Path(__file__).with_name("schemas").joinpath("schema_org.json").read_text())
CONTEXT = "https://schema.org"


class Expected:
    """What an article says, as it was published."""

    def __init__(self, article):
        self.content = article.live.revision.content
        self.title = self.content["title"]
        self.date = f"{timezone.localtime(article.first_published_at):%Y-%m-%d}"
        self.minute = f"{timezone.localtime(article.first_published_at):%Y-%m-%dT%H:%M}"
        credits = self.content["credits"]
        writers = [credit["name"] for credit in credits if credit["role"] in Credit.WRITING]
        self.authors = [self.content["original_author"]] if self.content["original_author"] else writers
        self.address = settings.SITE_URL + article.get_absolute_url()


def of_xpath(page, expected):
    tree = lxml_html.fromstring(page)
    pictures = expected.content["pictures"]
    first = next(iter(tree.xpath("//img/@src")), "")
    yield "h1", [expected.title], tree.xpath("//h1/text()")
    if pictures:
        yield "first picture", settings.MEDIA_URL + pictures[0]["file"], first
    yield "no code before a picture", False, first.startswith("/q/") and bool(pictures)


def of_gne(page, expected):
    read = GeneralNewsExtractor().extract(page)
    yield "title", expected.title, read["title"]
    yield "time", expected.minute, read["publish_time"][:16]
    if expected.authors and read["author"] not in expected.authors:
        yield "author", expected.authors, read["author"]


def of_trafilatura(page, expected):
    read = trafilatura.bare_extraction(page, url=expected.address, with_metadata=True, include_tables=True)
    found = re.sub(r"\s", "", read.text)
    paragraphs = (p for p in re.findall(r"<p>(.*?)</p>", expected.content["body"]) if ".mp4" not in p)
    words = (re.sub(r"\s|<[^>]+>", "", paragraph).replace("&amp;", "&") for paragraph in paragraphs)
    yield "title", expected.title, read.title
    yield "date", expected.date, read.date
    if expected.authors:
        yield "authors", sorted(set(expected.authors)), sorted((read.author or "").split("; "))
    yield "lost paragraphs", [], [paragraph for paragraph in words if paragraph not in found]


def of_linked_data(page, expected):
    found = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    (article,) = [data for data in found if data.get("@type") == "NewsArticle"]
    yield "headline", expected.title, article["headline"]
    yield "time", expected.minute, article["datePublished"][:16]
    if expected.authors:
        yield "authors", list(dict.fromkeys(expected.authors)), [author["name"] for author in article["author"]]
    yield "unknown to schema.org", [], [w for data in found if data["@context"] == CONTEXT for w in unknown(data)]


def unknown(data):
    """The classes and properties in schema.org's data that the vocabulary has not."""
    if isinstance(data, list):
        return [name for part in data for name in unknown(part)]
    if not isinstance(data, dict):
        return []
    properties = VOCABULARY.get(data.get("@type"))
    if properties is None:
        return [str(data.get("@type"))]
    names = [name for name in data if not name.startswith("@")]
    here = [f"{data['@type']}.{name}" for name in names if name not in properties]
    return here + [name for value in data.values() for name in unknown(value)]


def of_feeds(client):
    """By the id of an entry: its (title, minute, authors), from the feeds of the site and of all sections."""
    slugs = ["all", *Section.objects.filter(last_ordinal__gt=0).values_list("slug", flat=True)]
    entries = {}
    for slug in slugs:
        for entry in feedparser.parse(client.get(f"/feeds/{slug}.atom").content).entries:
            published = timezone.localtime(timezone.datetime.fromisoformat(entry.published))
            authors = [author.name for author in entry.get("authors", []) if "name" in author]
            entries[entry.link] = (entry.title, f"{published:%Y-%m-%dT%H:%M}", authors)
    return entries


def test_other_pages_data_is_of_schema_org_too(client, cast):
    cast.publish(cast.article())
    for path in ("/", "/s/news/", cast.lin.get_absolute_url(), "/archive/"):
        found = extruct.extract(client.get(path).content.decode(), syntaxes=["json-ld"])["json-ld"]
        assert [name for data in found if data["@context"] == CONTEXT for name in unknown(data)] == []


def test_what_is_not_of_schema_org_is_found():
    data = {"@type": "NewsArticle", "headline": "甲", "titel": "乙", "author": [{"@type": "Persona"}]}
    assert unknown(data) == ["NewsArticle.titel", "Persona"]
