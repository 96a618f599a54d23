"""An article's keywords lead to the others that have them."""

import re

import pytest

pytestmark = pytest.mark.django_db


def test_a_keyword_leads_to_what_has_it_and_to_nothing_that_only_says_it(client, cast):
    tagged = cast.article(title="甲稿", keywords="防汛,A&B <x>")
    other = cast.article(title="乙稿", keywords="防汛")
    saying = cast.article(title="防汛稿")
    for article in (tagged, other, saying):
        cast.publish(article)
    page = client.get(tagged.get_absolute_url()).content.decode()
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/search/\?keyword=[^"]+)"', page)]
    assert len(links) == 2
    found = client.get(links[0]).content.decode()
    assert "甲稿" in found
    assert "乙稿" in found
    assert "防汛稿" not in found
    assert "甲稿" in client.get(links[1]).content.decode()
