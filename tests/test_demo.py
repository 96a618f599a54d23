"""The demo newsroom: its texts have no problems, it is loaded once, and every reader of its pages finds all of them.

Firefox's reading view (Mozilla's Readability, in Chromium) and the programs of tests/test_structured_data.py read it.
"""

import html
import io
import re
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from articles.models import Article, Assignment, Attachment, AuditEntry, Credit, Person, Picture, Section, Source
from tests.browser import chromium
from tests.conftest import needs
from tests.test_public import Page
from tests.test_structured_data import Expected, of_feeds, of_gne, of_linked_data, of_trafilatura, of_xpath

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


@pytest.fixture(scope="module")
def loaded_demo(kept_rows):
    """What the command says that loads the demo, once for this file."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", "C.UTF-8")  # what is said is in the system's language, what is stored in the site's
        call_command("load_demo", stdout=said)
    return said.getvalue()


@pytest.fixture
def demo(loaded_demo, own_rows):
    return loaded_demo


def test_the_demo_loads_once_and_every_page_opens(demo):
    assert Section.objects.count() == 8
    assert Source.objects.count() >= 5
    assert Article.objects.count() >= 43
    assert Article.objects.public().count() >= 40
    assert Picture.objects.count() >= 20
    assert Attachment.objects.count() >= 4
    assert {article.state.value for article in Article.objects.all()} == {"draft", "live", "changed", "withdrawn"}
    public = list(Article.objects.public().select_related("live__revision"))
    assert sum("<table" in a.live.revision.content["body"] for a in public) >= 5
    assert sum("<figcaption" in a.live.revision.content["body"] for a in public) >= 15
    added = [action for (action,) in AuditEntry.objects.values_list("action") if action.endswith(".added")]
    assert {
        kind: added.count(f"{kind}.added") for kind in ("section", "source", "person", "topic", "sitesettings")
    } == {
        "section": 8,
        "source": Source.objects.count(),
        "person": Person.objects.count(),
        "topic": 1,
        "sitesettings": 1,
    }
    assert added.count("user.added") == User.objects.count()
    assert AuditEntry.objects.filter(action="duty.assigned").count() == Assignment.objects.count()
    client = Client()
    for address in ["/", *(f"/s/{slug}/" for slug in Section.objects.values_list("slug", flat=True))]:
        assert client.get(address).status_code == 200
    for article in public:
        response = client.get(article.get_absolute_url())
        assert response.status_code == 200
        assert article.live.title in Page(response).text
    for account in ("admin", "chief", "head", "editor", "reporter", "system", "security", "auditor"):
        assert account in demo
    assert "Accounts, all with the password newsroom-demo:" in demo
    assert "总编" not in demo
    before = Article.objects.count()
    Article.objects.filter(pk=public[0].pk).update(keywords="后来改的")
    call_command("load_demo", stdout=io.StringIO())
    assert Article.objects.count() == before
    assert Article.objects.get(pk=public[0].pk).keywords == "后来改的"
    assert Client().login(username="editor", password="newsroom-demo")


def test_programs_of_strangers_agree_on_every_demo_article(client, demo):
    feeds, wrong, articles = of_feeds(client), [], Article.objects.public().select_related("live__revision")
    for article in articles:
        expected, page = Expected(article), client.get(article.get_absolute_url()).content.decode()
        for program in (of_xpath, of_gne, of_trafilatura, of_linked_data):
            for what, right, read in program(page, expected):
                if read != right:
                    wrong.append((article.number, program.__name__, what, right, read))
        if expected.address in feeds:
            title, minute, authors = feeds[expected.address]
            named = list(dict.fromkeys(expected.authors)) or authors
            if (title, minute, authors) != (expected.title, expected.minute, named):
                wrong.append((article.number, "feeds", expected.title, named, feeds[expected.address]))
    assert len(articles) >= 40
    assert len(feeds) >= 40
    assert wrong == [], "\n".join(map(str, wrong))


def test_firefox_reads_title_author_time_and_every_paragraph_of_every_demo_article(client, demo):
    needs(FIREFOX.exists(), "Firefox's Readability (firefox-esr)")
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
        # A film's captions are not words of the page.
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
