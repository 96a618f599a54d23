"""The queue: what is late, urgent and handed to me comes first; who submitted it; from one text to the next."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import publishing, review
from articles.admin import review as review_admin
from articles.models import Article
from tests.cast import make_user

pytestmark = pytest.mark.django_db


def submitted(cast, **facts):
    article = cast.article(by=cast.writer, **facts)
    review.submit_article(article, by=cast.writer)
    return article


def urgent(cast, *, hours=1):
    """Urgent news in its first reading, due in so many hours."""
    article = submitted(cast)
    publishing.publish_urgent(article, by=cast.chief, reason="汛情")
    Article.objects.filter(pk=article.pk).update(readings_due_at=timezone.now() + timedelta(hours=hours))
    return article


def test_late_urgent_and_handed_on_texts_come_first_then_the_longest_waiting(cast):
    old, new = submitted(cast), submitted(cast)
    mine = submitted(cast)
    other = make_user("other-editor", ["first"])
    review.hand_on_reading(mine, by=other, to=cast.editor, reason="出差")
    soon, late = urgent(cast, hours=2), urgent(cast, hours=-2)
    assert list(review.readings_waiting_for(cast.editor)) == [late, soon, mine, old, new]


def test_each_row_names_who_submitted_it_and_not_who_saved_last(cast):
    article = submitted(cast)
    cast.change(article, by=cast.admin, title="总编室改过的标题")
    (row,) = review.readings_waiting_for(cast.editor)
    assert row.submitted_by == "林晓舟"
    review.send_back(article, by=cast.editor, reason="补采")
    review.submit_article(article, by=cast.admin)
    (row,) = review.readings_waiting_for(cast.editor)
    assert row.submitted_by == "boss", "the last submission"


def test_the_texts_beside_one_in_the_queue_are_found_with_one_query(cast, django_assert_num_queries):
    first, second, third = (submitted(cast) for _ in range(3))
    held = submitted(cast)
    review.put_on_hold(held, by=cast.editor, reason="等通报")
    editor = type(cast.editor).objects.get(pk=cast.editor.pk)
    review.neighbours_in_queue(editor, first, most=9)  # reads the user's duties
    with django_assert_num_queries(1):
        assert review.neighbours_in_queue(editor, second, most=9) == (first.pk, third.pk)
    assert review.neighbours_in_queue(editor, first, most=9) == (None, second.pk)
    assert review.neighbours_in_queue(editor, third, most=9) == (second.pk, None)
    assert review.neighbours_in_queue(editor, held, most=9) == (None, first.pk)
    assert review.neighbours_in_queue(editor, second, most=2) == (first.pk, None)
    assert review.neighbours_in_queue(cast.writer, second, most=9) == (None, None)


def test_texts_on_hold_have_a_number_of_their_own(client, cast):
    waiting, held = submitted(cast), submitted(cast)
    review.put_on_hold(held, by=cast.editor, reason="等通报")
    client.force_login(cast.editor)
    queue = client.get("/admin/").context["queue"]
    assert (queue["rows"], queue["count"], queue["held"]) == ([waiting], 1, 1)
    page = client.get("/admin/queue/").context
    assert (page["rows"], page["count"], page["held"]) == ([waiting], 1, [held])
    review.sign_off_reading(waiting, by=cast.editor, revision=1)
    assert client.get("/admin/").context["queue"]["count"] == 0


def test_of_more_texts_than_are_shown_all_are_counted(client, cast, monkeypatch):
    monkeypatch.setattr(review_admin, "SHOWN_IN_QUEUE", 2)
    client.force_login(cast.editor)

    def told():
        page = client.get("/admin/queue/", headers={"accept-language": "en"})
        listed = page.context["rows"], page.context["held"]
        count = re.search(r'id="on-hold">On hold <span class="count">(\d+)<', page.content.decode())
        return [len(rows) for rows in listed], count[1], page.content.decode().count("The first hundred are shown.")

    for _ in range(2):
        submitted(cast)
        review.put_on_hold(submitted(cast), by=cast.editor, reason="等通报")
    assert told() == ([2, 2], "2", 0)
    review.put_on_hold(submitted(cast), by=cast.editor, reason="等通报")
    assert told() == ([2, 2], "3", 1)
    submitted(cast)
    assert told() == ([2, 2], "3", 2)


def test_a_decision_leads_to_the_next_text_and_the_last_one_to_the_queue(client, cast):
    first, second = submitted(cast), submitted(cast)
    client.force_login(cast.editor)

    def sign(article):
        address = reverse("admin:articles_article_review", args=[article.pk])
        return client.post(address, {"revision": 1, "decision": "pass", "opinion": ""})["Location"]

    html = client.get(reverse("admin:articles_article_review", args=[first.pk])).content.decode()
    assert f'data-key="j" href="{reverse("admin:articles_article_review", args=[second.pk])}"' in html
    assert 'data-key="k"' not in html
    assert sign(first) == reverse("admin:articles_article_review", args=[second.pk])
    assert sign(second) == reverse("admin:queue")


def test_the_chief_sees_urgent_news_that_waits_for_others(client, cast, django_assert_max_num_queries):
    article = urgent(cast)
    assert list(review.urgent_texts_unread(cast.chief)) == [article]
    assert list(review.urgent_texts_unread(cast.editor)) == []
    client.force_login(cast.chief)
    with django_assert_max_num_queries(20):
        response = client.get("/admin/queue/")
    assert (response.context["rows"], response.context["urgent"]) == ([], [article])
    client.force_login(cast.editor)
    assert client.get("/admin/queue/").context["urgent"] == []
    review.sign_off_reading(article, by=cast.editor, revision=1)
    review.sign_off_reading(article, by=cast.head, revision=1)
    client.force_login(cast.chief)
    response = client.get("/admin/queue/")
    assert (response.context["rows"], response.context["urgent"]) == ([article], []), "each text is listed once"
