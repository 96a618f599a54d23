"""An article's keywords lead to the others that have them."""

import re

import pytest

from articles import publishing
from articles.models import BakeJob, Keyword

pytestmark = pytest.mark.django_db


def test_a_keyword_leads_to_what_has_it_and_to_nothing_that_only_says_it(client, cast):
    tagged = cast.article(title="甲稿", keywords="防汛,A&B <x>")
    other = cast.article(title="乙稿", keywords="防汛")
    saying = cast.article(title="防汛稿")
    for article in (tagged, other, saying):
        cast.publish(article)
    page = client.get(tagged.get_absolute_url()).content.decode()
    links = re.findall(r'href="(/k/[0-9]+/)"', page)
    assert links == [Keyword.objects.get(name=name).get_absolute_url() for name in ("防汛", "A&B <x>")]
    found = client.get(links[0]).content.decode()
    assert "甲稿" in found
    assert "乙稿" in found
    assert "防汛稿" not in found
    found = client.get(links[1]).content.decode()
    assert "甲稿" in found
    assert "乙稿" not in found
    assert "<h1>A&amp;B &lt;x&gt;</h1>" in found
    assert client.get(f"/k/{10**30}/").status_code == client.get("/k/999/").status_code == 404


def test_a_keywords_page_ends_with_what_has_it_and_is_rewritten_by_a_correction(client, cast):
    article = cast.article(keywords="防汛")
    cast.publish(article)
    old = Keyword.objects.get().get_absolute_url()
    BakeJob.objects.all().delete()
    cast.correct(article, note="改关键词", keywords="抗旱")
    new = Keyword.objects.get(name="抗旱").get_absolute_url()
    assert {old, new} <= set(BakeJob.objects.values_list("path", flat=True))
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    publishing.withdraw_article(article, by=cast.editor, reason="核实")
    assert client.get(new).status_code == 404


def test_only_the_newest_are_listed_and_the_search_has_the_older_ones(
    client, cast, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("articles.public.pages.persons_sources_keywords.NEWEST", 2)
    for title in ("甲稿", "乙稿", "丙稿"):
        cast.publish(cast.article(title=title, keywords="防汛"))
    with django_assert_num_queries(6):
        page = client.get(Keyword.objects.get().get_absolute_url()).content.decode()
    assert "丙稿" in page
    assert "乙稿" in page
    assert "甲稿" not in page
    [older] = re.findall(r'href="(/search/[^"]+)"', page.replace("&amp;", "&").replace('href="/search/"', ""))
    assert "甲稿" in client.get(older).content.decode()
