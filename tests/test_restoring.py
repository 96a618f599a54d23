"""Restoring a revision: everything it held comes back, sources and people under the names they have now."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from articles import editing, persons, pictures, publishing, restoring, review, sources
from articles.models import Article, AuditEntry, Person, Revision, Source
from articles.models.revision import content_digest
from tests.cast import Role, upload

pytestmark = pytest.mark.django_db


def test_restoring_brings_everything_back_as_a_new_revision(cast):
    article = cast.article(title="原样", body="<p>原文</p>", keywords="桥，路", summary="摘", source=cast.listed)
    first = article.latest
    editing.save_article(article, by=cast.editor, credits=[(Role.PHOTO, cast.liang)])
    cast.change(article, title="改坏", body="", section=cast.culture, source=None, keywords="")
    restored = restoring.restore_revision(first, by=cast.editor)
    article.refresh_from_db()
    assert (restored.number, restored.digest, article.latest) == (4, first.digest, restored)
    assert (article.title, article.body, article.section, article.source) == (
        "原样",
        "<p>原文</p>",
        cast.news,
        cast.listed,
    )
    assert [(c.role, c.person) for c in article.credits.all()] == [
        (Role.REPORTER, cast.lin),
        (Role.RESPONSIBLE_EDITOR, cast.liang),
    ]
    assert AuditEntry.objects.first().action == "article.restored"


def test_restoring_by_the_wrong_person_changes_nothing(cast):
    article = cast.article(title="一")
    first = article.latest
    cast.change(article, title="二")
    with pytest.raises(PermissionDenied):
        restoring.restore_revision(first, by=cast.stranger)
    article.refresh_from_db()
    assert article.title == "二"


def test_a_person_restored_by_name_is_made_again_when_missing(cast):
    article = cast.article(credits=[(Role.REPORTER, Person.objects.create(name="临时", unit="甲"))])
    first = article.latest
    editing.save_article(article, by=cast.editor, credits=[])
    Person.objects.filter(name="临时").delete()
    restoring.restore_revision(first, by=cast.editor)
    assert article.credits.get().person.name == "临时"


def test_restoring_brings_back_the_facts_beside_the_text(cast):
    cover = pictures.store_picture(upload(), by=cast.writer)
    at = datetime(2036, 1, 1, 8, tzinfo=UTC)
    facts = {
        "cover": cover,
        "origin": "reprint",
        "original_url": "https://a.example/",
        "embargo_until": at,
        "original_published_on": date(2026, 1, 2),
        "source": cast.listed,
        "keywords": "桥,路",
    }
    article = cast.article(**facts)
    first = article.latest
    cast.change(
        article,
        cover=None,
        origin="original",
        original_url="",
        embargo_until=None,
        original_published_on=None,
        source=None,
        keywords="",
    )
    restored = restoring.restore_revision(first, by=cast.editor)
    article.refresh_from_db()
    assert {name: getattr(article, name) for name in facts} == facts
    entry = AuditEntry.objects.first()
    assert (entry.actor, entry.details) == (cast.editor, {"revision": 1, "as_revision": restored.number})


def test_a_renamed_source_and_a_person_of_another_unit_are_found_by_their_keys(cast):
    article = cast.article(source=cast.listed)
    first = article.latest
    cast.change(article, source=None, title="改")
    cast.listed.name = "泽南新报"
    sources.save_source(cast.listed, by=cast.chief)
    cast.lin.unit = "霁川县文旅局"
    persons.save_person(cast.lin, by=cast.chief)
    restored = restoring.restore_revision(first, by=cast.editor)
    article.refresh_from_db()
    assert (article.source, restored.removed) == (cast.listed, ())
    assert [credit.person for credit in article.credits.all()] == [cast.lin, cast.liang]
    assert Person.objects.filter(name="林晓舟").count() == 1
    assert restored.content["source"]["name"] == "泽南新报"


def as_version_1(article, **facts):
    """Make the newest revision one as version 1 stored it, with pin and expiry and without keys; return it."""
    content = {name: value for name, value in article.latest.content.items() if name != "version"}
    content |= {"pinned_until": None, "expires_at": "2036-01-01T00:00:00+00:00"}
    content["credits"] = [{name: c[name] for name in ("role", "name", "unit")} for c in content["credits"]]
    content["source"] = {name: content["source"][name] for name in ("name", "url")}
    content |= facts
    old = Revision.objects.create(
        article=article,
        number=article.latest.number + 1,
        content=content,
        digest=content_digest(content),
        created_by=article.created_by,
    )
    Article.objects.filter(pk=article.pk).update(latest=old)
    article.refresh_from_db()
    return old


def test_an_old_revision_is_found_by_names_and_what_is_missing_is_said(cast):
    article = cast.article(source=cast.listed)
    old = as_version_1(article)
    cast.change(article, source=cast.own)
    restored = restoring.restore_revision(old, by=cast.editor)
    article.refresh_from_db()
    assert (article.source, restored.removed) == (cast.listed, ())
    cast.change(article, source=cast.own)
    Source.objects.filter(pk=cast.listed.pk).update(name="泽南新报")
    restored = restoring.restore_revision(old, by=cast.editor)
    article.refresh_from_db()
    assert article.source is None
    (sentence,) = restored.removed
    assert "泽南日报" in sentence


def test_the_desk_shows_what_restoring_did_not_find(client, cast):
    article = cast.article(source=cast.listed)
    old = as_version_1(article, source={"name": "某某旧报", "url": ""})
    cast.change(article, title="改")
    client.force_login(cast.editor)
    response = client.post(f"/admin/articles/article/{article.pk}/revisions/{old.number}/", follow=True)
    assert any("某某旧报" in str(message) for message in response.context["messages"])


# --- what readers see ---------------------------------------------------------------------------------------------


def test_restoring_what_readers_see_ends_unpublished_changes(cast):
    article = cast.article(title="读者所见")
    edition = cast.publish(article)
    cast.change(article, title="改坏")
    article.refresh_from_db()
    assert article.state == Article.State.CHANGED
    assert list(Article.objects.in_state("changed")) == [article]
    restoring.restore_revision(edition.revision, by=cast.writer)
    article = Article.objects.get(pk=article.pk)
    assert (article.state, article.newest.digest, article.stage) == (Article.State.LIVE, edition.digest, 0)
    assert list(Article.objects.in_state("live")) == [article]
    assert not Article.objects.in_state("changed").exists()
    assert publishing.publish_article(article, by=cast.editor) == edition
    with pytest.raises(review.CannotSubmit):
        review.submit_article(article, by=cast.writer)


def test_so_does_typing_it_again(cast):
    article = cast.article(title="读者所见")
    cast.publish(article)
    cast.change(article, title="改坏")
    cast.change(article, title="读者所见")
    assert Article.objects.get(pk=article.pk).state == Article.State.LIVE


@pytest.mark.parametrize("read", [0, 1, 3])
def test_restoring_what_readers_see_ends_a_review_that_had_begun(cast, read):
    article = cast.article()
    edition = cast.publish(article)
    cast.change(article, title="改坏")
    cast.sign(article, times=read)
    if read:
        with pytest.raises(review.WouldVoid):
            restoring.restore_revision(edition.revision, by=cast.writer)
    restoring.restore_revision(edition.revision, by=cast.writer, voiding=True)
    article.refresh_from_db()
    assert (article.stage, article.signed, article.submitted_at) == (0, None, None)
    assert article.state == Article.State.LIVE
    saved = AuditEntry.objects.filter(action="article.saved").first()
    assert saved.details.get("closes_review", False) == (read == 0), "voiding has ended it before"


def test_urgent_text_restored_still_waits_for_its_readings(cast):
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    edition = publishing.publish_urgent(article, by=cast.chief, reason="突发")
    cast.change(article, title="改坏")
    restoring.restore_revision(edition.revision, by=cast.writer)
    article.refresh_from_db()
    assert article.stage == 1
    assert article.readings_due_at


def test_a_text_of_the_old_version_is_not_changed_by_saving_it(cast):
    article = cast.article()
    old = as_version_1(article)
    edition = cast.publish(article)
    assert edition.digest == old.digest
    assert cast.change(article) == old
    cast.change(article, title="改坏")
    restoring.restore_revision(old, by=cast.editor)
    article.refresh_from_db()
    assert (article.state, article.newest.digest) == (Article.State.LIVE, edition.digest)
