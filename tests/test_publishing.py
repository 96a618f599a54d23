"""Publishing and withdrawing: success, refusals, wrong user, repeated calls; a refusal changes nothing."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles import publishing, review, sections
from articles.checks import CONTENT_CHECKS, find_problems
from articles.models import Article, AuditEntry, Credit, Edition
from articles.publishing import CannotPublish, CannotWithdraw
from tests.cast import all_rows, refused


def test_publishing_shows_readers_the_newest_revision(cast):
    article = cast.article(title="大桥通车")
    before = timezone.now()
    edition = cast.publish(article, note="首发")
    article.refresh_from_db()
    assert (article.live, edition.number, edition.kind) == (edition, 1, Edition.Kind.FIRST)
    assert edition.revision == article.latest
    assert edition.digest == article.latest.digest
    assert before <= article.first_published_at == edition.published_at <= timezone.now()
    assert (article.listed_in, article.ordinal) == (cast.news, 1)
    assert Article.objects.public().get() == article
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.object_id) == ("article.published", cast.editor, str(article.pk))


def test_what_is_published_already_is_not_published_again(cast):
    article = cast.article()
    edition = cast.publish(article)
    before = all_rows()
    assert publishing.publish_article(article, by=cast.editor) == edition
    assert all_rows() == before


def test_problems_refuse_and_nothing_happens(cast):
    article = cast.article(body="", credits=[])
    before = all_rows()
    with pytest.raises(CannotPublish) as refusal:
        publishing.publish_article(article, by=cast.editor)
    assert {p.id for p in refusal.value.problems} == {
        "text.body",
        "provenance.responsible_editor",
        "readings.not_submitted",
    }
    assert all_rows() == before


@pytest.mark.parametrize("signed", [0, 1, 2])
def test_a_text_not_read_by_all_is_not_published(cast, signed):
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    cast.sign(article, times=signed)
    before = all_rows()
    with pytest.raises(CannotPublish) as refusal:
        publishing.publish_article(article, by=cast.editor)
    assert [p.id for p in refusal.value.problems] == ["readings.incomplete"]
    assert all_rows() == before


def test_a_text_changed_after_the_last_signature_is_not_published(cast):
    article = cast.article()
    cast.sign(article)
    cast.change(article, by=cast.chief, title="签后又改", voiding=True)
    before = all_rows()
    with pytest.raises(CannotPublish) as refusal:
        publishing.publish_article(article, by=cast.chief)
    assert [p.id for p in refusal.value.problems] == ["readings.not_submitted"]
    assert all_rows() == before


@pytest.mark.parametrize("who", ["writer", "stranger", "culture_editor"])
def test_the_wrong_person_is_refused_and_nothing_happens(cast, who):
    article = cast.article()
    cast.sign(article)
    before = all_rows()
    with pytest.raises(PermissionDenied, match="要闻"):
        publishing.publish_article(article, by=getattr(cast, who))
    assert all_rows() == before


def test_an_editor_of_a_section_publishes_there(cast):
    article = cast.article(section=cast.culture)
    assert cast.publish(article, by=cast.culture_editor).section == cast.culture


def test_editing_a_live_article_changes_nothing_that_readers_see(cast):
    article = cast.article(title="旧题", body="<p>旧文。</p>")
    first = cast.publish(article)
    cast.change(article, title="新题", body="<p>新文。</p>", section=cast.culture)
    article.refresh_from_db()
    assert article.live == first
    assert article.live.title == "旧题"
    assert article.live.revision.content["body"] == "<p>旧文。</p>"
    assert article.listed_in == cast.news
    assert article.state == Article.State.CHANGED


def test_publishing_again_makes_the_next_edition_and_keeps_the_first_time(cast):
    article = cast.article()
    first = cast.publish(article)
    cast.change(article, title="改过的标题")
    second = cast.publish(article)
    article.refresh_from_db()
    assert (second.number, second.kind, second.previous_digest) == (2, Edition.Kind.UPDATE, first.digest)
    assert article.first_published_at == first.published_at
    assert article.ordinal == 1, "a correction does not move an article up its section"
    assert article.state == Article.State.LIVE


def test_moving_to_another_section_takes_the_next_place_there(cast):
    article = cast.article()
    cast.publish(article)
    cast.publish(cast.article(section=cast.culture))
    cast.change(article, section=cast.culture)
    cast.publish(article)
    article.refresh_from_db()
    assert (article.listed_in, article.ordinal) == (cast.culture, 2)


def test_an_expired_article_is_not_public(cast):
    article = cast.article(expires_at=timezone.now() + timedelta(hours=1))
    cast.publish(article)
    assert Article.objects.public().exists()
    assert not Article.objects.public(at=timezone.now() + timedelta(hours=2)).exists()


def test_an_article_that_would_have_expired_is_refused(cast):
    article = cast.article(expires_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(CannotPublish) as refusal:
        publishing.publish_article(article, by=cast.editor)
    assert [p.id for p in refusal.value.problems] == ["text.expiry", "readings.not_submitted"]


def test_withdrawing_takes_it_from_readers_and_keeps_the_evidence(cast):
    article = cast.article()
    edition = cast.publish(article)
    publishing.withdraw_article(article, by=cast.editor, reason=" 数据待核 ")
    article.refresh_from_db()
    assert (article.live, article.withdrawal_reason, article.state) == (None, "数据待核", Article.State.WITHDRAWN)
    assert not Article.objects.public().exists()
    assert article.editions.get() == edition
    assert article.first_published_at == edition.published_at
    assert AuditEntry.objects.first().details["reason"] == "数据待核"


@pytest.mark.parametrize("reason", ["", "  　\n"])
def test_withdrawing_needs_a_reason(cast, reason):
    article = cast.article()
    cast.publish(article)
    before = all_rows()
    with pytest.raises(CannotWithdraw):
        publishing.withdraw_article(article, by=cast.editor, reason=reason)
    assert all_rows() == before


def test_what_is_not_public_cannot_be_withdrawn(cast):
    article = cast.article()
    before = all_rows()
    with pytest.raises(CannotWithdraw):
        publishing.withdraw_article(article, by=cast.editor, reason="误")
    assert all_rows() == before


def test_withdrawing_by_the_wrong_person_is_refused(cast):
    article = cast.article()
    cast.publish(article)
    before = all_rows()
    with pytest.raises(PermissionDenied):
        publishing.withdraw_article(article, by=cast.writer, reason="误")
    assert all_rows() == before


def test_withdrawing_twice_is_withdrawing_once(cast):
    article = cast.article()
    cast.publish(article)
    publishing.withdraw_article(article, by=cast.editor, reason="一")
    before = all_rows()
    publishing.withdraw_article(article, by=cast.editor, reason="二")
    assert all_rows() == before


def test_publishing_puts_a_withdrawn_article_back_where_it_stood(cast):
    article = cast.article()
    first = cast.publish(article)
    cast.publish(cast.article())
    publishing.withdraw_article(article, by=cast.editor, reason="待核")
    second = cast.publish(article)
    article.refresh_from_db()
    assert (article.live, second.number, article.ordinal) == (second, 2, 1)
    assert article.first_published_at == first.published_at
    assert (article.withdrawn_at, article.withdrawal_reason) == (None, "")


def test_archived_content_keeps_its_own_time_and_says_so(cast):
    at = timezone.now() - timedelta(days=1000)
    article = cast.article(source=None, credits=[])
    edition = publishing.publish_archived(article, by=cast.chief, at=at, origin="旧站")
    article.refresh_from_db()
    assert (article.first_published_at, edition.published_at, article.migrated) == (at, at, True)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.details["origin"]) == ("article.migrated", "旧站")
    before = all_rows()
    assert publishing.publish_archived(article, by=cast.chief, at=timezone.now(), origin="again") == edition
    assert all_rows() == before


def test_no_other_way_to_a_time_in_the_past(cast):
    """The database refuses a first publication before the row was created, unless it is marked as migrated (law 3)."""
    article = cast.article()
    cast.publish(article)
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(first_published_at=timezone.now() - timedelta(days=1))


def test_renumbering_puts_a_section_in_the_order_of_its_times(cast):
    now = timezone.now()
    articles = [cast.article() for _ in range(5)]
    for article, days in zip(articles, (5, 1, 4, 2, 3), strict=True):
        publishing.publish_archived(article, by=cast.chief, at=now - timedelta(days=days), origin="t")
    sections.renumber_section(cast.news)
    by_ordinal = Article.objects.order_by("ordinal").values_list("number", flat=True)
    assert list(by_ordinal) == [articles[i].number for i in (0, 2, 4, 3, 1)]
    assert list(Article.objects.order_by("ordinal").values_list("ordinal", flat=True)) == [1, 2, 3, 4, 5]
    cast.news.refresh_from_db()
    assert cast.news.last_ordinal == 5


REPRINT = {
    **{"origin": "reprint", "original_title": "题", "original_author": "甲"},
    **{"original_url": "https://a.example/1", "original_published_on": date(2026, 11, 1)},
}


def problems_of_the_text(article):
    return {problem.id for problem in find_problems(article, CONTENT_CHECKS)}


@pytest.mark.parametrize(
    ("facts", "ids"),
    [
        ({**REPRINT}, set()),
        ({**REPRINT, "original_title": ""}, {"provenance.original_title"}),
        ({**REPRINT, "original_author": " "}, {"provenance.original_author"}),
        ({**REPRINT, "original_url": ""}, {"provenance.original_url"}),
        ({**REPRINT, "original_published_on": None}, {"provenance.original_published_on"}),
        ({**REPRINT, "source": "unlisted"}, {"provenance.source_not_listed"}),
        ({"source": None}, {"provenance.source"}),
        ({"source": "unlisted"}, set()),
    ],
)
def test_provenance_that_is_missing_is_named(cast, facts, ids):
    facts = {"source": "listed", **facts}
    facts["source"] = getattr(cast, facts["source"]) if facts["source"] else None
    assert problems_of_the_text(cast.article(**facts)) == ids


def test_a_frozen_source_is_refused(cast):
    cast.unlisted.standing = "frozen"
    cast.unlisted.save()
    article = cast.article(source=cast.unlisted)
    assert problems_of_the_text(article) == {"provenance.source_frozen"}


def test_each_problem_says_what_and_how_and_where(cast):
    article = cast.article(body="", source=None, credits=[(Credit.Role.REPORTER, cast.lin)], origin="reprint")
    problems = find_problems(article)
    assert len(problems) == 8
    for problem in problems:
        assert problem.message
        assert problem.hint
        assert problem.field or problem.id.startswith("readings.")


# --- correcting -----------------------------------------------------------------------------------------------------


@pytest.fixture
def published(cast):
    article = cast.article(title="三人受伤")
    cast.publish(article)
    return article


def corrected(cast, article, *, title="五人受伤", note=" “三人”应为“五人” "):
    """Change the text and complete its readings."""
    cast.change(article, title=title, voiding=True)
    cast.sign(article, note=note)


def test_a_correction_tells_readers_what_was_wrong(cast, published):
    first = Article.objects.get(pk=published.pk).live
    corrected(cast, published)
    assert Article.objects.get(pk=published.pk).live == first, "readers keep the old text while it goes its round"
    edition = publishing.publish_correction(published, by=cast.editor)
    assert (edition.number, edition.kind, edition.note) == (2, Edition.Kind.CORRECTION, "“三人”应为“五人”")
    assert (edition.basis, edition.sign_off.digest) == (Edition.Basis.SIGNED, edition.digest)
    published.refresh_from_db()
    assert (published.live, published.stage, published.first_published_at) == (edition, 0, first.published_at)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.details["note"]) == ("article.corrected", "“三人”应为“五人”")
    before = all_rows()
    assert publishing.publish_correction(published, by=cast.editor) == edition
    assert all_rows() == before


def test_correcting_refuses(cast, published):
    with refused(CannotPublish, "Readers see this text already"):
        publishing.publish_correction(published, by=cast.editor)
    cast.change(published, title="五人受伤")
    with refused(CannotPublish, "Nobody has read this text yet"):
        publishing.publish_correction(published, by=cast.editor)
    cast.sign(published, note=" 　")
    with refused(CannotPublish, "needs a note for readers"):
        publishing.publish_correction(published, by=cast.editor)
    with refused(PermissionDenied, "Publish and schedule"):
        publishing.publish_correction(published, by=cast.writer)
    publishing.withdraw_article(published, by=cast.editor, reason="误")
    with refused(CannotPublish, "nothing to correct"):
        publishing.publish_correction(published, by=cast.editor)
    draft = cast.article()
    with refused(CannotPublish, "nothing to correct"):
        publishing.publish_correction(draft, by=cast.editor)


# --- putting back ---------------------------------------------------------------------------------------------------


def test_putting_back_shows_the_same_edition_again(cast, published):
    edition = published.editions.get()
    publishing.withdraw_article(published, by=cast.editor, reason="待核")
    assert publishing.put_back_article(published, by=cast.editor, reason=" 核实无误 ") == edition
    published.refresh_from_db()
    assert (published.live, published.withdrawn_at, published.withdrawal_reason) == (edition, None, "")
    assert (published.readings_due_at, published.editions.count()) == (None, 1)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.details["reason"], entry.details["edition"]) == ("article.put_back", "核实无误", 1)
    before = all_rows()
    assert publishing.put_back_article(published, by=cast.editor, reason="again") == edition
    assert all_rows() == before


def test_putting_back_refuses(cast, published):
    draft = cast.article()
    with refused(CannotWithdraw, "was not withdrawn"):
        publishing.put_back_article(draft, by=cast.editor, reason="x")
    publishing.withdraw_article(published, by=cast.editor, reason="待核")
    with refused(CannotWithdraw, "Putting back needs a reason"):
        publishing.put_back_article(published, by=cast.editor, reason=" ")
    with refused(PermissionDenied, "Withdraw and put back"):
        publishing.put_back_article(published, by=cast.writer, reason="x")


# --- notes ----------------------------------------------------------------------------------------------------------

LONG, KEPT = " 甲\n" + "乙" * 500, "甲 " + "乙" * 398


def test_notes_and_reasons_are_kept_in_one_line_of_400_characters(cast, published):
    assert cast.publish(cast.article(), note=LONG).note == KEPT
    corrected(cast, published, note=LONG)
    assert publishing.publish_correction(published, by=cast.editor).note == KEPT
    publishing.withdraw_article(published, by=cast.editor, reason=LONG)
    published.refresh_from_db()
    assert published.withdrawal_reason == KEPT == AuditEntry.objects.first().details["reason"]
    publishing.put_back_article(published, by=cast.editor, reason=LONG)
    assert AuditEntry.objects.first().details["reason"] == KEPT
    urgent = cast.article()
    review.submit_article(urgent, by=cast.writer)
    assert publishing.publish_urgent(urgent, by=cast.chief, reason=LONG).note == KEPT


def test_with_the_clock_set_back_the_first_publication_waits_and_a_later_one_does_not(cast, monkeypatch):
    article = cast.article()
    cast.sign(article)
    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now - timedelta(hours=1))
        with refused(CannotPublish, "clock of the server"):
            publishing.publish_article(article, by=cast.editor)
    publishing.publish_article(article, by=cast.editor)
    cast.change(article, title="又改了")
    cast.sign(article, note="更正")
    monkeypatch.setattr(timezone, "now", lambda: now - timedelta(hours=1))
    assert publishing.publish_correction(article, by=cast.chief).number == 2
