"""Links to other sites open as the site's settings say: in the window that is read in, or in a new one."""

import re

import pytest

from articles.models import SiteSettings, Source

pytestmark = pytest.mark.django_db
LINK_AWAY = re.compile(r'<a href="https?://(?!127\.0\.0\.1)[^>]*>')


@pytest.fixture
def pages(client, cast):
    """The pages that have links to other sites: in a text, its source and original, a source's own page."""
    Source.objects.filter(pk=cast.own.pk).update(url="https://news.example.cn/")
    body = '<p><a href="https://tickets.example.cn/">购票</a>，<a href="/a/1/">前文</a> rel="noopener"&gt;</p>'
    article = cast.article(body=body, original_url="https://paper.example.cn/1", original_title="原题")
    cast.publish(article)
    paths = (article.get_absolute_url(), cast.own.get_absolute_url())
    return lambda: "".join(client.get(path).content.decode() for path in paths)


@pytest.mark.parametrize("new_window", [False, True])
def test_links_to_other_sites_open_as_the_settings_say(pages, new_window):
    SiteSettings.objects.create(pk=1, opens_new_windows=new_window, find_error_url="https://error.example.cn/")
    page = pages()
    links = [link for link in LINK_AWAY.findall(page) if "nofollow" not in link]
    hosts = {host for link in links for host in re.findall(r"//(\w+)\.example", link)}
    assert hosts == {"tickets", "news", "paper", "error"}
    assert all('rel="noopener"' in link for link in links)
    assert {('target="_blank"' in link, "title=" in link) for link in links} == {(new_window, new_window)}
    assert '<a href="/a/1/">前文</a> rel="noopener"&gt;' in page, "neither links within the site nor words change"
