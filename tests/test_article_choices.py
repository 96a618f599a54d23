"""What the article's screen and the pages that are arranged offer to choose from, without reading the whole table."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import publishing

pytestmark = pytest.mark.django_db
CHOOSE = "/admin/autocomplete/?app_label=articles&model_name=slot&field_name=article&term="


def chosen(client, term):
    return [choice["id"] for choice in client.get(CHOOSE + term).json()["results"]]


def test_articles_are_chosen_by_words_of_their_titles_or_by_number_the_newest_first(cast, client):
    bridge = cast.article(title="望桥乡便民桥通车")
    other = cast.article(title="云台街道便民服务点", body="<p>望桥乡也将有一个。</p>")
    draft = cast.article(title="望桥乡的稿件")
    for article in (bridge, other):
        cast.publish(article)
    client.force_login(cast.chief)
    assert chosen(client, "便民") == [str(other.pk), str(bridge.pk)]
    assert chosen(client, "望桥") == [str(bridge.pk)]
    assert chosen(client, "桥 便民") == [str(bridge.pk)]
    assert chosen(client, str(other.pk)) == [str(other.pk)]
    assert chosen(client, str(draft.pk)) == chosen(client, "99999999") == chosen(client, "，") == []
    assert chosen(client, "") == [str(other.pk), str(bridge.pk)]
    publishing.withdraw_article(bridge, by=cast.chief, reason="待核")
    assert chosen(client, "望桥") == []


def test_no_title_is_compared_with_what_is_typed(cast, client):
    cast.publish(cast.article(title="望桥乡便民桥通车"))
    client.force_login(cast.chief)
    with CaptureQueriesContext(connection) as queries:
        assert chosen(client, "便民")
    assert not [row["sql"] for row in queries if " LIKE " in row["sql"]]


def test_the_section_field_is_filled_without_joining_the_articles(cast, client):
    article = cast.article()
    client.force_login(cast.writer)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse("admin:articles_article_change", args=[article.pk]))
    offered = [section.pk for section in answer.context["adminform"].form.fields["section"].queryset]
    assert article.section_id in offered
    assert len(offered) == len(set(offered))
    assert not [row["sql"] for row in queries if 'FROM "articles_section" LEFT OUTER JOIN "articles_art' in row["sql"]]
