"""Discarding a draft at the desk, when somebody else has acted on it a moment before."""

import pytest
from django.urls import reverse

from articles import editing
from articles.models import Article

pytestmark = pytest.mark.django_db


def test_a_draft_that_was_submitted_meanwhile_is_kept_and_the_reason_shown(client, cast, monkeypatch):
    article = cast.article()

    def refuse(found, *, by):
        raise editing.CannotDiscard(editing.WAS_SUBMITTED.filled(title=found))

    monkeypatch.setattr(editing, "discard_draft", refuse)
    client.force_login(cast.editor)
    address = reverse("admin:articles_article_delete", args=[article.pk])
    response = client.post(address, {"post": "yes"}, follow=True)
    assert response.redirect_chain == [(reverse("admin:articles_article_changelist"), 302)]
    assert [str(message) for message in response.context["messages"]] == [
        str(editing.WAS_SUBMITTED.filled(title=article))
    ]
    assert Article.objects.filter(pk=article.pk).exists()
