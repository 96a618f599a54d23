"""Many at once, on the database that lets many in: one edition, one chain, no two articles in one place."""

import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from articles import (
    audit,
    baking,
    change_sets,
    editing,
    keyword_relations,
    publishing,
    qr_short_links,
    review,
    scheduling,
    site_settings,
)
from articles.baking import jobs
from articles.checks import NotReady
from articles.exchange.importing import import_article
from articles.exchange.text import read_printed_page
from articles.models import (
    Article,
    AuditEntry,
    Block,
    ChangeSet,
    Edition,
    Relation,
    ShortLink,
    SiteSettings,
    Slot,
    Tagging,
)
from tests.cast import Cast, make_user
from tests.change_sets import changes_of, propose, publish_texts

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
AT_ONCE = 6


def all_at_once(act):
    """Run act(n) in threads that start together; re-raise the first thing that went wrong."""
    together(*(partial(act, number) for number in range(AT_ONCE)))


def together(*acts):
    """Run the acts in threads that start together; re-raise the first thing that went wrong."""
    gate, wrong = threading.Barrier(len(acts)), []

    def run(act):
        try:
            gate.wait(timeout=60)
            act()
        except BaseException as error:  # noqa: BLE001 (whatever it is, the test must see it)
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=600)
    assert not any(thread.is_alive() for thread in threads)
    if wrong:
        raise wrong[0]


def test_one_article_published_by_many_becomes_one_edition():
    cast = Cast()
    article = cast.article()
    cast.sign(article)
    editor = User.objects.get(username="editor")
    all_at_once(lambda _n: publishing.publish_article(article, by=editor))
    assert Edition.objects.count() == 1
    assert AuditEntry.objects.filter(action="article.published").count() == 1
    assert audit.first_broken_entry() is None


def test_many_articles_published_at_once_get_places_of_their_own():
    cast = Cast()
    articles = [cast.article() for _ in range(AT_ONCE)]
    for article in articles:
        cast.sign(article)
    editor = User.objects.get(username="editor")
    all_at_once(lambda n: publishing.publish_article(articles[n], by=editor))
    assert sorted(Article.objects.values_list("ordinal", flat=True)) == list(range(1, AT_ONCE + 1))
    cast.news.refresh_from_db()
    assert cast.news.last_ordinal == AT_ONCE
    assert audit.first_broken_entry() is None


def test_related_articles_published_again_at_once_wait_for_one_another():
    """Each relates itself to all the others, whose rows the others are writing."""
    cast = Cast()
    articles = [cast.article(keywords="大桥") for _ in range(AT_ONCE)]
    for article in articles:
        cast.publish(article)
    editor = User.objects.get(username="editor")
    for turn in range(2):
        for article in articles:
            cast.change(article, keywords=f"大桥,第{turn}次")
            cast.sign(article, note="关键词有误")
        all_at_once(lambda n: publishing.publish_correction(articles[n], by=editor))
        for article in articles:
            assert Tagging.objects.filter(article=article).count() == 2
            related = Relation.objects.filter(article=article).values("other")
            assert related.count() >= keyword_relations.RELATED_SHOWN
            assert Relation.objects.filter(article__in=related, other=article).count() == related.count()


def test_a_first_audit_entry_written_by_many_starts_one_chain():
    cast = Cast()
    all_at_once(lambda n: audit.record_entry("test.act", cast.news, by=None, number=n))
    assert AuditEntry.objects.count() == AT_ONCE
    assert audit.first_broken_entry() is None


def test_saves_at_once_are_revisions_in_a_row():
    article = Cast().article()
    editor = User.objects.get(username="editor")

    def save(number):
        mine = Article.objects.get(pk=article.pk)
        mine.title = f"第{number}个版本"
        editing.save_article(mine, by=editor)

    all_at_once(save)
    numbers = sorted(article.revisions.values_list("number", flat=True))
    assert numbers == list(range(1, AT_ONCE + 2))


def test_a_save_that_began_before_a_publication_does_not_undo_it():
    cast = Cast()
    article = cast.article()
    stale = Article.objects.get(pk=article.pk)
    edition = cast.publish(article)
    stale.title = "晚到的保存"
    editing.save_article(stale, by=cast.editor)
    article.refresh_from_db()
    assert article.live == edition


def test_scans_at_once_all_count():
    cast = Cast()
    article = cast.article()
    cast.publish(article)
    link = ShortLink.objects.get(code=f"W{article.number}")
    all_at_once(lambda _n: qr_short_links.count_scan(link.code))
    all_at_once(lambda _n: qr_short_links.counted_scans.flush())
    link.refresh_from_db()
    assert link.scans == AT_ONCE


def test_two_workers_publish_what_is_due_each_once():
    cast = Cast()
    articles = [cast.article() for _ in range(AT_ONCE)]
    for article in articles:
        cast.sign(article)
        scheduling.schedule_article(article, by=cast.editor, at=timezone.now() + timedelta(hours=1))
    Article.objects.update(scheduled_for=timezone.now() - timedelta(seconds=1))
    published = []
    all_at_once(lambda _n: published.append(scheduling.publish_due()))
    assert sum(published) == AT_ONCE
    assert sorted(Edition.objects.values_list("article", flat=True)) == sorted(article.pk for article in articles)
    assert AuditEntry.objects.filter(action="article.published").count() == AT_ONCE
    assert audit.first_broken_entry() is None


def test_a_worker_bakes_other_pages_than_those_that_an_act_is_requesting():
    baking.request_bake(["/archive/", "/corrections/", "/topics/"])
    claimed = []
    with transaction.atomic():
        baking.request_bake(["/corrections/"])
        together(lambda: claimed.extend(job.path for job in jobs._claim_jobs(4)))
    assert claimed == ["/archive/", "/topics/"]


def test_one_reading_signed_by_many_is_signed_once():
    cast = Cast()
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    readers = [make_user(f"reader{n}", ["first"]) for n in range(AT_ONCE)]
    signed, refused = [], []

    def sign(number):
        try:
            signed.append(review.sign_off_reading(article, by=readers[number], revision=1))
        except review.CannotDecide as refusal:
            refused.append(refusal)

    all_at_once(sign)
    assert (len(signed), len(refused)) == (1, AT_ONCE - 1)
    article.refresh_from_db()
    assert (article.stage, article.signed) == (2, signed[0])
    assert audit.first_broken_entry() is None


def test_one_person_signing_two_readings_at_once_signs_one():
    cast = Cast()
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    jack = make_user("jack", ["first", "second", "final"])

    def sign(_number):
        with suppress(review.CannotDecide):
            review.sign_off_reading(article, by=User.objects.get(pk=jack.pk), revision=1)

    all_at_once(sign)
    assert article.sign_offs.filter(decision="pass").count() == 1


def test_a_signature_and_an_edit_at_once_never_let_an_unsigned_text_count():
    """Whoever is first, what counts as signed by all is the newest revision, and a reader signs what they have read."""
    cast = Cast()
    articles = [cast.article() for _ in range(AT_ONCE // 2)]
    for article in articles:
        cast.sign(article, times=2)

    def act(number):
        article = Article.objects.get(pk=articles[number // 2].pk)
        if number % 2:
            article.title = "同时改了"
            with suppress(review.WouldVoid):
                editing.save_article(article, by=User.objects.get(username="writer"), voiding=number == 1)
        else:
            with suppress(review.CannotDecide, NotReady):
                review.sign_off_reading(article, by=User.objects.get(username="chief"), revision=1)

    all_at_once(act)
    for article in Article.objects.select_related("signed", "latest"):
        assert (article.stage == 4) == article.is_read_by_all
        assert article.signed is None or article.signed.digest == article.latest.digest
        for final in article.sign_offs.filter(decision="pass", stage=3):
            assert final.digest == final.revision.digest
            assert final.revision.number == 1
    assert audit.first_broken_entry() is None


def test_publishing_and_editing_at_once_never_publish_the_edit():
    cast = Cast()
    article = cast.article()
    signed = cast.sign(article).digest

    def act(number):
        mine = Article.objects.get(pk=article.pk)
        if number % 2:
            mine.title = f"第{number}个改动"
            editing.save_article(mine, by=User.objects.get(username="chief"), voiding=True)
        else:
            with suppress(NotReady):
                publishing.publish_article(mine, by=User.objects.get(username="editor"))

    all_at_once(act)
    assert {edition.digest for edition in Edition.objects.all()} <= {signed}
    assert audit.first_broken_entry() is None


def test_publishing_and_withdrawing_at_once_end_in_one_state():
    cast = Cast()
    article = cast.article()
    cast.publish(article)
    cast.change(article, title="改")
    cast.sign(article)

    def act(number):
        by = User.objects.get(username="editor")
        if number % 2:
            with suppress(publishing.CannotWithdraw):
                publishing.withdraw_article(article, by=by, reason="误")
        else:
            with suppress(NotReady):
                publishing.publish_article(article, by=by)

    all_at_once(act)
    article.refresh_from_db()
    assert (article.live is None) == (article.withdrawn_at is not None)
    last = AuditEntry.objects.first()
    assert last.action == ("article.withdrawn" if article.withdrawn_at else "article.published")
    assert audit.first_broken_entry() is None


def test_an_article_that_waits_for_the_audit_can_be_referred_to():
    """Arranging has the audit's lock and, at its commit, looks at the article that somebody is withdrawing."""
    cast = Cast()
    article = cast.article()
    cast.publish(article)
    arranged, waits = threading.Event(), threading.Event()

    def withdraw():
        arranged.wait(timeout=60)
        with connection.execute_wrapper(waiting(waits)):
            publishing.withdraw_article(article, by=cast.chief, reason="误")

    def arrange():
        with transaction.atomic():
            audit.lock_audit_chain()
            arranged.set()
            waits.wait(timeout=60)
            time.sleep(0.2)  # the statement is on its way
            block = Block.objects.create(kind=Block.Kind.LIST, count=3, position=0)
            Slot.objects.create(block=block, article=article, position=0)

    together(withdraw, arrange)
    assert Slot.objects.filter(article=article, article__withdrawn_at__isnull=False).exists()


def waiting(event):
    """A wrapper of statements that says when the audit's lock is asked for."""

    def wrapped(execute, sql, params, many, context):
        if "pg_advisory_xact_lock" in sql:
            event.set()
        return execute(sql, params, many, context)

    return wrapped


def test_one_change_proposed_by_many_becomes_one_set():
    cast = Cast()
    article = publish_texts(cast, 1)[0]
    changes, by = changes_of(article), make_user("proposer", ["write", "read"])
    refused = []

    def propose_it(_number):
        try:
            propose(by, changes=changes)
        except change_sets.CannotPropose as refusal:
            refused.append(refusal)

    all_at_once(propose_it)
    assert (ChangeSet.objects.count(), len(refused)) == (1, AT_ONCE - 1)


def test_one_file_imported_by_many_becomes_one_article():
    cast = Cast()
    page = read_printed_page("霁川新闻\n大桥通车\n来源：新来源　更新时间：2022-03-25 17:03\n大桥今日通车。\n".encode())
    found = []
    all_at_once(lambda _n: found.append(import_article(page, by=cast.admin, section="news", archive=True)))
    assert sorted(one.already for one in found) == [False] + [True] * (AT_ONCE - 1)
    assert {one.article for one in found} == {Article.objects.get()}
    assert audit.first_broken_entry() is None


def test_the_first_site_settings_are_saved_by_many():
    cast = Cast()
    all_at_once(lambda n: site_settings.save_site_settings(SiteSettings(slogan=f"第{n}句"), by=cast.chief))
    assert SiteSettings.objects.count() == 1
    assert AuditEntry.objects.filter(action__startswith="sitesettings.").count() == AT_ONCE


def test_no_column_that_acts_change_is_a_key_of_an_article():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text FROM pg_index i WHERE i.indrelid = 'articles_article'::regclass "
            "AND i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL"
        )
        assert [name for (name,) in cursor.fetchall()] == ["articles_article_pkey"]
