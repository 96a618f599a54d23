"""What publishing, withdrawing and putting back leave behind: in the audit, the search, on the row and on the edition."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import publishing, review, search, sections
from articles.baking import affected_pages
from articles.models import Article, AuditEntry, BakeJob, Edition, ShortLink, Tagging

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(cast):
    article = cast.article(title="三人受伤")
    cast.publish(article)
    article.refresh_from_db()
    return article


def last_entry():
    entry = AuditEntry.objects.first()
    return entry.action, entry.actor, entry.details


def found(word):
    return [hit.number for hit in search.search_articles(search.SearchQuery(words=(word,))).hits]


def test_the_audit_says_which_edition_of_which_text_and_why(cast, published):
    edition = published.live
    facts = {"edition": 1, "digest": edition.digest}
    assert last_entry() == ("article.published", cast.editor, {**facts, "note": ""})
    publishing.withdraw_article(published, by=cast.chief, reason="待核")
    assert last_entry() == ("article.withdrawn", cast.chief, {**facts, "reason": "待核"})
    publishing.put_back_article(published, by=cast.editor, reason="无误")
    put_back = {**facts, "reason": "无误", "readings_open": False, "closes_review": False}
    assert last_entry() == ("article.put_back", cast.editor, put_back)


def test_the_audit_says_when_readings_of_urgent_news_are_due(cast):
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    edition = publishing.publish_urgent(article, by=cast.chief, reason="洪水")
    due = Article.objects.get(pk=article.pk).readings_due_at.isoformat(timespec="seconds")
    facts = {"edition": 1, "digest": edition.digest, "reason": "洪水", "readings_due": due}
    assert last_entry() == ("article.published_before_readings", cast.chief, facts)


def test_putting_back_the_text_that_all_have_read_closes_its_review_and_says_so(cast, published):
    publishing.withdraw_article(published, by=cast.editor, reason="待核")
    cast.sign(published)
    publishing.put_back_article(published, by=cast.editor, reason="无误")
    published.refresh_from_db()
    assert (published.stage, published.signed, last_entry()[2]["closes_review"]) == (0, None, True)


def test_searches_find_what_is_public_and_nothing_else(cast, published):
    assert found("受伤") == [published.number]
    publishing.withdraw_article(published, by=cast.editor, reason="待核")
    assert found("受伤") == []
    publishing.put_back_article(published, by=cast.editor, reason="无误")
    assert found("受伤") == [published.number]
    cast.change(published, title="五人获救", body="<p>无人伤亡。</p>")
    cast.publish(published)
    assert (found("受伤"), found("获救")) == ([], [published.number])


def test_urgent_news_is_published_over_an_older_edition(cast, published):
    cast.change(published, title="五人受伤")
    review.submit_article(published, by=cast.writer)
    edition = publishing.publish_urgent(published, by=cast.chief, reason="洪水")
    published.refresh_from_db()
    assert (edition.number, edition.kind, edition.basis) == (2, Edition.Kind.UPDATE, Edition.Basis.URGENT)
    assert (edition.title, published.live) == ("五人受伤", edition)


def test_urgent_news_that_readers_see_already_is_not_published_again(cast, published):
    assert publishing.publish_urgent(published, by=cast.chief, reason="") == published.live


def test_each_edition_has_the_facts_of_its_day_and_names_the_text_before(cast):
    facts = {"kicker": "引题", "short_title": "短题", "summary": "摘要"}
    article = cast.article(title="题", **facts)
    first = cast.publish(article, note="首发")
    kept = {
        name: getattr(first, name) for name in (*facts, "title", "note", "section", "previous_digest", "published_by")
    }
    assert kept == {
        **facts,
        "title": "题",
        "note": "首发",
        "section": cast.news,
        "previous_digest": "",
        "published_by": cast.editor,
    }
    cast.change(article, title="新题", section=cast.culture)
    second = cast.publish(article, by=cast.chief)
    assert (second.number, second.title, second.section, second.previous_digest) == (
        2,
        "新题",
        cast.culture,
        first.digest,
    )


def test_each_edition_has_its_code_for_paper_and_the_article_one_for_each_screen(cast, published):
    cast.change(published, title="五人受伤")
    cast.publish(published)
    number = published.number
    codes = {f"W{number}", f"M{number}", f"P{number}-1", f"P{number}-2"}
    assert set(ShortLink.objects.values_list("code", flat=True)) == codes


def test_archived_content_keeps_the_time_of_its_last_update_too(cast):
    at, updated = timezone.now() - timedelta(days=9), timezone.now() - timedelta(days=8)
    article = cast.article()
    edition = publishing.publish_archived(article, by=cast.chief, at=at, updated=updated, origin="旧站")
    article.refresh_from_db()
    assert (article.first_published_at, edition.published_at) == (at, updated)
    assert (edition.kind, edition.basis, edition.note) == (Edition.Kind.ARCHIVE, Edition.Basis.ARCHIVE, "旧站")
    facts = {"edition": 1, "digest": edition.digest, "published_at": at.isoformat(), "origin": "旧站"}
    assert last_entry() == ("article.migrated", cast.chief, facts)


def test_the_archive_closes_the_review_of_a_text_that_all_have_read(cast):
    article = cast.article()
    cast.sign(article)
    at = timezone.now() - timedelta(days=9)
    publishing.publish_archived(article, by=cast.chief, at=at, origin="旧站")
    article.refresh_from_db()
    assert (article.stage, article.signed) == (0, None)


def test_publishing_clears_what_was_due_and_what_went_wrong(cast):
    article = cast.article()
    cast.sign(article)
    Article.objects.filter(pk=article.pk).update(readings_due_at=timezone.now(), schedule_problem="来源已冻结")
    publishing.publish_article(article, by=cast.editor)
    article.refresh_from_db()
    assert (article.readings_due_at, article.schedule_problem, article.stage, article.signed) == (None, "", 0, None)


def test_keywords_relate_an_article_from_its_publication_on(cast):
    article = cast.article(keywords="桥梁,交通")
    assert not Tagging.objects.exists()
    cast.publish(article)
    names = Tagging.objects.filter(article=article).values_list("keyword__name", flat=True)
    assert set(names) == {"桥梁", "交通"}


def test_renumbering_leaves_other_sections_alone(cast):
    first, second = cast.article(section=cast.culture), cast.article(section=cast.culture)
    for article, days in ((first, 1), (second, 2)):
        at = timezone.now() - timedelta(days=days)
        publishing.publish_archived(article, by=cast.chief, at=at, origin="旧站")
    cast.publish(cast.article())
    sections.renumber_section(cast.news)
    assert list(Article.objects.filter(listed_in=cast.culture).order_by("ordinal")) == [first, second]
    cast.culture.refresh_from_db()
    assert cast.culture.last_ordinal == 2


def test_publishing_has_the_images_of_new_codes_baked(cast, published):
    number = published.number
    codes = {f"/q/W{number}.png", f"/q/M{number}.png", f"/q/P{number}-1.png"}
    assert codes == set(BakeJob.objects.filter(path__startswith="/q/").values_list("path", flat=True))


def test_each_act_has_every_page_baked_that_shows_the_article(cast, published):
    cast.change(published, keywords="桥梁", voiding=True)
    cast.publish(published)
    article = cast.article(keywords="桥梁")
    cast.sign(article)
    for act in (
        lambda: publishing.publish_article(article, by=cast.editor),
        lambda: publishing.withdraw_article(article, by=cast.editor, reason="待核"),
        lambda: publishing.put_back_article(article, by=cast.editor, reason="无误"),
    ):
        BakeJob.objects.all().delete()
        act()
        article.refresh_from_db()
        asked = set(BakeJob.objects.values_list("path", flat=True))
        assert (
            affected_pages.article_pages(article) | affected_pages.pages_of_articles([article.number, published.number])
            <= asked
        )
