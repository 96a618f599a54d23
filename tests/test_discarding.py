"""The bin: discarding a draft, putting it back, and deleting it for good; a draft in the bin is shown nowhere."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from articles import discarding, editing, publishing, review
from articles.duty_assignments.permissions import Duty
from articles.models import Article, ArticleIsGone, AuditEntry, Revision
from tests.cast import refused

pytestmark = pytest.mark.django_db
BIN = "/admin/articles/article/bin/"


@pytest.fixture
def discarded(cast):
    """A draft that the writer began and the editor discarded."""
    article = cast.article(by=cast.writer, title="误删的稿件")
    discarding.discard_draft(article, by=cast.editor)
    article.refresh_from_db()
    return article


def test_a_draft_may_be_discarded_and_the_audit_remembers(cast):
    article = cast.article(title="不要了")
    number = article.pk
    discarding.discard_draft(article, by=cast.writer)
    assert not Article.objects.kept().exists()
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.object_id, entry.details["title"]) == ("article.discarded", str(number), "不要了")


def test_what_readers_saw_is_never_discarded(cast):
    article = cast.article()
    publishing.publish_archived(article, by=cast.editor, at=timezone.now(), origin="旧站")
    with pytest.raises(discarding.CannotDiscard, match="曾经公开"):
        discarding.discard_draft(article, by=cast.editor)
    publishing.withdraw_article(article, by=cast.editor, reason="误")
    with pytest.raises(discarding.CannotDiscard, match="曾经公开"):
        discarding.discard_draft(article, by=cast.editor)
    assert Article.objects.count() == Revision.objects.count() == 1


def test_what_a_reader_decided_about_is_never_discarded(cast):
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    review.reject_article(article, by=cast.editor, reason="不用")
    with refused(discarding.CannotDiscard, "submitted for review"):
        discarding.discard_draft(article, by=cast.writer)


def test_the_file_that_it_came_from_may_be_imported_again(cast):
    discarding.discard_draft(cast.article(import_digest="a" * 64), by=cast.editor)
    again = cast.article(import_digest="a" * 64)
    assert Article.objects.kept().get() == again


@pytest.mark.parametrize("who", ["stranger", "culture_editor"])
def test_the_wrong_person_discards_nothing(cast, who):
    article = cast.article()
    with refused(PermissionDenied):
        discarding.discard_draft(article, by=getattr(cast, who))


def test_discarding_what_is_in_the_bin_says_that_it_is_gone(cast, discarded):
    with refused(ArticleIsGone):
        discarding.discard_draft(discarded, by=cast.editor)


@pytest.mark.parametrize("who", ["writer", "editor"])
def test_its_owner_and_whoever_discarded_it_put_it_back(cast, discarded, who):
    discarding.put_back_draft(discarded.pk, by=getattr(cast, who))
    assert Article.objects.kept().get() == discarded
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.details) == (
        "article.taken_from_bin",
        getattr(cast, who),
        {"title": "误删的稿件"},
    )
    cast.publish(discarded)
    assert Article.objects.public().get() == discarded


def test_nobody_else_puts_it_back_and_only_once(cast, discarded):
    with refused(PermissionDenied):
        discarding.put_back_draft(discarded.pk, by=cast.chief)
    discarding.put_back_draft(discarded.pk, by=cast.writer)
    with refused(discarding.CannotDiscard, "not in the bin"):
        discarding.put_back_draft(discarded.pk, by=cast.writer)
    with refused(ArticleIsGone):
        discarding.put_back_draft(discarded.pk + 1, by=cast.writer)


def test_no_act_changes_what_is_in_the_bin(cast, discarded):
    with refused(ArticleIsGone):
        editing.save_article(discarded, by=cast.writer)
    with refused(ArticleIsGone):
        review.submit_article(discarded, by=cast.writer)
    with refused(ArticleIsGone):
        publishing.publish_archived(discarded, by=cast.chief, at=timezone.now(), origin="旧站")


def test_it_is_shown_nowhere_but_in_the_bin(client, cast, discarded):
    other = cast.article(by=cast.writer, title="误删的另一篇")
    link = cast.preview(other)
    assert client.get(link).status_code == 200
    discarding.discard_draft(other, by=cast.writer)
    assert client.get(link).status_code == 403
    other = discarding.put_back_draft(other.pk, by=cast.writer)
    cast.publish(other)
    client.force_login(cast.admin)
    change = reverse("admin:articles_article_change", args=[discarded.pk])
    assert client.get(change).status_code == 302
    assert client.get(reverse("draft", args=[discarded.pk, 1])).status_code == 404
    for page in ("review", "revisions", "placing"):
        assert client.get(reverse(f"admin:articles_article_{page}", args=[discarded.pk])).status_code == 404
    assert client.get(f"/admin/articles/article/{discarded.pk}/sheet/").status_code in (302, 404)
    found = client.get("/admin/articles/article/?q=误删").content.decode()
    assert "误删的另一篇" in found
    assert "误删的稿件" not in found
    choices = client.get("/admin/autocomplete/?term=误删&app_label=articles&model_name=slot&field_name=article").json()[
        "results"
    ]
    assert [choice["id"] for choice in choices] == [str(other.pk)]
    assert "误删的稿件" not in client.get("/admin/").content.decode()


def test_who_may_not_read_its_section_any_more_neither_sees_it_nor_puts_it_back(cast, discarded):
    cast.editor.assignments.all().delete()
    cast.editor.assignments.create(duty=Duty.ACCOUNTS)
    editor = User.objects.get(pk=cast.editor.pk)
    assert not discarding.drafts_in_bin(editor).exists()
    with refused(PermissionDenied):
        discarding.put_back_draft(discarded.pk, by=editor)
    assert Article.objects.in_bin().get() == discarded
    assert discarding.drafts_in_bin(cast.writer).get() == discarded


@pytest.mark.parametrize(("who", "shown"), [("writer", True), ("editor", True), ("chief", False)])
def test_its_owner_is_told_on_the_first_page_and_puts_it_back_with_one_click(client, cast, discarded, who, shown):
    client.force_login(getattr(cast, who))
    for page in ("/admin/", BIN):
        assert ("误删的稿件" in client.get(page).content.decode()) == shown
    response = client.post(BIN, {"number": discarded.pk})
    assert response.status_code == (302 if shown else 403)
    assert Article.objects.kept().exists() == shown


def test_the_bin_stands_after_the_drafts_with_quiet_buttons(client, cast, discarded):
    cast.article(by=cast.writer, credits=[])  # of a colleague: the editor's own are in a list further up
    client.force_login(cast.editor)
    page = client.get("/admin/").content.decode()
    assert page.index("?state=draft") < page.index("误删的稿件")
    assert 'class="button default"' not in page.partition("误删的稿件")[2]


@pytest.mark.parametrize("number", ["", "x", "9" * 18, "9" * 40])
def test_a_wrong_number_is_no_server_error(client, cast, number):
    client.force_login(cast.writer)
    assert client.post(BIN, {"number": number}, follow=True).status_code == 200


def test_after_thirty_days_it_is_deleted_for_good(cast, discarded, monkeypatch):
    cast.article()
    digest = discarded.latest.digest
    at = discarded.discarded_at + discarding.KEPT_FOR
    monkeypatch.setattr(timezone, "now", lambda: at - timedelta(seconds=1))
    assert discarding.empty_bin() == 0
    monkeypatch.setattr(timezone, "now", lambda: at)
    assert discarding.empty_bin() == 1
    assert discarding.empty_bin() == 0
    assert not Article.objects.filter(pk=discarded.pk).exists()
    assert Revision.objects.count() == 1
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.object_id, entry.actor) == ("article.deleted", str(discarded.pk), None)
    assert entry.details == {"title": "误删的稿件", "digest": digest}


def test_the_bin_is_emptied_in_batches(cast, monkeypatch):
    for _ in range(3):
        discarding.discard_draft(cast.article(), by=cast.writer)
    at = timezone.now() + discarding.KEPT_FOR
    monkeypatch.setattr(timezone, "now", lambda: at)
    monkeypatch.setattr(discarding, "BIN_BATCH", 2)
    assert [discarding.empty_bin(), discarding.empty_bin()] == [2, 1]


def test_the_page_of_the_bin_takes_few_queries(client, cast, django_assert_max_num_queries):
    for _ in range(5):
        discarding.discard_draft(cast.article(by=cast.writer), by=cast.editor)
    client.force_login(cast.writer)
    with django_assert_max_num_queries(10):
        assert client.get(BIN).content.decode().count('name="number"') == 5


def test_the_desk_says_that_it_moves_to_the_bin_and_shows_it_there(client, cast):
    article = cast.article(title="不要了")
    client.force_login(cast.editor)
    address = reverse("admin:articles_article_delete", args=[article.pk])
    assert "不要了" in client.get(address).content.decode()
    response = client.post(address, {"post": "yes"}, follow=True)
    assert response.redirect_chain == [(BIN, 302)]
    assert [row.title for row in response.context["drafts"]] == ["不要了"]


def test_a_draft_that_was_submitted_meanwhile_is_kept_and_the_reason_shown(client, cast, monkeypatch):
    article = cast.article()

    def refuse(found, *, by):
        raise discarding.CannotDiscard(discarding.WAS_SUBMITTED.filled(title=found))

    monkeypatch.setattr(discarding, "discard_draft", refuse)
    client.force_login(cast.editor)
    address = reverse("admin:articles_article_delete", args=[article.pk])
    response = client.post(address, {"post": "yes"}, follow=True)
    assert response.redirect_chain == [(reverse("admin:articles_article_changelist"), 302)]
    assert [str(message) for message in response.context["messages"]] == [
        str(discarding.WAS_SUBMITTED.filled(title=article))
    ]
    assert Article.objects.filter(pk=article.pk).exists()
