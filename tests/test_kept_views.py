"""Kept views: what a person narrows the list of articles to, under a name of their own."""

import pytest

from articles import kept_views
from articles.models import KeptView
from tests.cast import refused

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"


def test_a_view_is_kept_shown_and_forgotten_on_the_list(client, cast):
    client.force_login(cast.editor)
    narrowed = f"{LIST}?q=停水&state=draft&mine=&during=昨天&before=7"
    client.post(narrowed, {"act": "keep", "name": " 停水草稿 "})
    view = KeptView.objects.get()
    assert (view.user, view.name, view.query) == (cast.editor, "停水草稿", "q=%E5%81%9C%E6%B0%B4&state=draft")
    assert 'href="?q=%E5%81%9C%E6%B0%B4&amp;state=draft"' in client.get(LIST).content.decode()
    client.force_login(cast.chief)
    assert "停水草稿" not in client.get(LIST).content.decode()
    assert forgotten(client, view) == []
    assert KeptView.objects.exists()
    client.force_login(cast.editor)
    assert forgotten(client, view) == ["“停水草稿” is removed."]
    assert not KeptView.objects.exists()
    assert forgotten(client, view) == []


def forgotten(client, view):
    """What the desk says when the view's button is pressed."""
    answer = client.post(LIST, {"act": f"forget {view.pk}"}, follow=True, headers={"accept-language": "en"})
    return [str(message) for message in answer.context["messages"]]


def test_the_same_name_keeps_the_newer_view(cast):
    kept_views.keep_view("会议", "q=1", by=cast.editor)
    kept_views.keep_view("会议", "q=2", by=cast.editor)
    assert [view.query for view in KeptView.objects.all()] == ["q=2"]


def test_without_name_or_filter_or_above_the_limit_nothing_is_kept(client, cast):
    for name, query in (("", "q=1"), (" \u200b", "q=1"), ("长" * 41, "q=1"), ("会议", ""), ("会议", "q" * 1001)):
        with refused(kept_views.CannotKeep):
            kept_views.keep_view(name, query, by=cast.editor)
    for number in range(kept_views.MOST_VIEWS):
        kept_views.keep_view(f"第{number}个", "q=1", by=cast.editor)
    with refused(kept_views.CannotKeep):
        kept_views.keep_view("还有一个", "q=1", by=cast.editor)
    assert kept_views.keep_view("第0个", "q=2", by=cast.editor).query == "q=2"
    client.force_login(cast.editor)
    response = client.post(LIST, {"act": "keep", "name": "会议"}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [str(kept_views.NOTHING)]
