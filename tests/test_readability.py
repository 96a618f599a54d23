"""The reading view that Firefox makes of a page (Mozilla's Readability) has everything of the demo's articles, in Chromium."""

import html
import re
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from django.utils.html import strip_tags

from articles.models import Article, Credit
from tests.browser import chromium
from tests.conftest import needs

# Firefox's own archive; the package is installed for this one file, and the browser never started.
FIREFOX = Path("/usr/lib/firefox-esr/omni.ja")
READ = "(page) => new Readability(new DOMParser().parseFromString(page, 'text/html')).parse()"
BLOCK = re.compile(r"<(p|h[2-6]|li|td|th|figcaption)\b[^>]*>(.*?)</\1>", re.DOTALL)


def words(text):
    return re.sub(r"\s", "", html.unescape(strip_tags(text)))


def mozillas_readability():
    """Its place in the archive changes with Firefox's versions."""
    archive = zipfile.ZipFile(FIREFOX)
    [script] = [name for name in archive.namelist() if name.endswith("/Readability.js")]
    return archive.read(script).decode()


@pytest.mark.django_db
def test_firefox_reads_title_author_time_and_every_paragraph_of_every_demo_article(client):
    needs(FIREFOX.exists(), "Firefox's Readability (firefox-esr)")
    call_command("load_demo")
    articles = list(Article.objects.public().select_related("live__revision"))
    pages = [client.get(article.get_absolute_url()).content.decode() for article in articles]
    with chromium() as browser:
        reader = browser.new_page()
        reader.add_script_tag(content=mozillas_readability())
        seen = [reader.evaluate(READ, page) for page in pages]
    wrong = {}
    for article, read in zip(articles, seen, strict=True):
        content = article.live.revision.content
        text = words(read["content"])
        # A film's captions are no words of the page.
        body = re.sub(r' <a href="[^"]*\.vtt">[^<]*</a>', "", content["body"])
        lost = [block for _tag, block in BLOCK.findall(body) if words(block) not in text]
        facts = (read["title"], read["publishedTime"], read["byline"])
        published = timezone.localtime(article.first_published_at).replace(second=0, microsecond=0)
        authors = (
            [content["original_author"]]
            if content["original_author"]
            else [credit["name"] for credit in content["credits"] if credit["role"] in Credit.WRITING]
        )
        named = all(name in (read["byline"] or "") for name in authors)
        if lost or not named or facts[:2] != (content["title"], published.isoformat()):
            wrong[article.number] = (*facts, authors, lost)
    assert articles
    assert wrong == {}
