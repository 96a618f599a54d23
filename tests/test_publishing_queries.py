"""Publishing asks the database little, repeats no query, and runs no DELETE without rows."""

import io
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import (
    attachments,
    baking,
    home_and_topics,
    link_checks,
    pictures,
    publishing,
    reprint_rights,
    review,
    scheduling,
)
from articles.checks import hits
from articles.checks.rules import Severity
from articles.home_and_topics import ArrangedBlock
from articles.models import (
    Article,
    Block,
    CheckRule,
    LinkTarget,
    OutsideReading,
    RosterEntry,
    Section,
    Slot,
    Source,
    Topic,
)
from tests.cast import upload
from tests.test_films import a_film

DEAD = "https://example.com/gone"


@pytest.fixture
def signed(cast):
    """An article between others, sharing keywords with them; its readings are complete, and it is not public yet."""
    for _ in range(3):
        cast.publish(cast.article(keywords="桥,路"))
    article = cast.article(keywords="桥,路")
    cast.sign(article)
    return article


def asked(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return [query["sql"] for query in queries.captured_queries]


def of_editions(queries):
    return [sql for sql in queries if sql.startswith("SELECT") and 'FROM "articles_edition"' in sql]


# What each was seen to take on the database on which it takes more.
@pytest.mark.parametrize(
    ("change", "queries"),
    [(None, 32), ({"title": "第二次的题目"}, 27), ({"keywords": "水库"}, 32), ({"section": "culture"}, 29)],
    ids=["first", "again", "other keywords", "other section"],
)
def test_publishing_asks_the_database_little(cast, change, queries, django_assert_max_num_queries):
    for _number in range(3):
        cast.publish(cast.article(keywords="桥,路"))
    article = cast.article(keywords="桥,路")
    if change:
        cast.publish(article)
        cast.change(article, **{field: getattr(cast, value, value) for field, value in change.items()})
    cast.sign(article)
    editor = User.objects.get(pk=cast.editor.pk)  # as a request brings one: nothing is known of them yet
    with django_assert_max_num_queries(queries):
        edition = publishing.publish_article(article, by=editor)
    assert edition.number == (2 if change else 1)
    article.refresh_from_db()
    assert article.live == edition


def an_empty_section(cast):
    number = Section.objects.count()
    return Section.objects.create(name=f"栏目{number}", slug=f"section-{number}", parent=cast.news, level=2)


@pytest.fixture
def heavy(cast, settings):
    """An article with all that publishing looks at: rules and a roster, an outside checker and what it found, files and
    a film, a dead link, the source and right of a reprint, keywords of many others, another's turn on the home page.
    """
    settings.OUTSIDE_CHECKER = "https://checker.example/"
    call_command("make_log_key", stdout=io.StringIO())
    CheckRule.objects.create(
        name="寒暄", pattern="寒喧", advice="错字", state="live", severity=Severity.BLOCK, changed_at=timezone.now()
    )
    RosterEntry.objects.create(name="方志远", changed_at=timezone.now())
    for section in (cast.towns, cast.culture, cast.news):
        cast.publish(cast.article(keywords="桥,路,水,电,河", section=section))
    picture = pictures.store_picture(upload(), by=cast.writer, alt="桥")
    files = [("名单.csv", "姓名,单位\n甲,乙\n".encode()), ("附表.csv", "甲,方志远\n".encode()), ("桥.mp4", a_film())]
    table, other, film = [attachments.store_attachment(upload(data, name), by=cast.writer) for name, data in files]
    body = (
        f'<p>寒喧。见<a href="{DEAD}">通知</a>。</p><p><img src="{picture.url}" alt="桥"></p>'
        f'<p><a href="{table.url}">名单</a></p><p><a href="{other.url}">附表</a></p><p><a href="{film.url}">片子</a></p>'
    )
    reprinted = {"origin": "reprint", "source": Source.objects.create(name="邻县报")}
    original = {"title": "题", "author": "甲", "url": "https://a.example/1", "published_on": date(2026, 11, 1)}
    reprinted |= {f"original_{field}": value for field, value in original.items()}
    article = cast.article(keywords="桥,路,水", section=an_empty_section(cast), cover=picture, body=body, **reprinted)
    link_checks.continue_register()
    LinkTarget.objects.filter(address=DEAD).update(outcome=LinkTarget.Outcome.GONE, status=404)
    reprint_rights.set_reprint_right(article, by=cast.writer, basis="agreement", until=None, terms="2026年第7号协议")
    review.allow_unlisted_source(article, by=cast.chief, reason="独家授权")
    return article


def have_read(cast, article):
    """Have it read as it is, with what the outside checker says of it, and what a rule finds set aside."""
    wrong = {"field": "title", "start": 0, "end": 1, "reason": "错字", "suggestion": "第"}
    OutsideReading.objects.create(digest=article.newest.digest, found=[wrong])
    for hit in hits.open_hits(hits.Candidate(article, timezone.now())):
        review.set_hit_aside(article, by=cast.chief, key=hit.key, reason="引语")
    cast.sign(article, note="题目有误。")


# What each was seen to take on PostgreSQL, which takes more.
@pytest.mark.parametrize(("state", "queries"), [("first", 36), ("corrected", 39), ("withdrawn", 40)])
def test_publishing_asks_at_most_forty_times_whatever_comes_together(
    cast, heavy, state, queries, django_assert_max_num_queries
):
    """The first article of its section, scheduled; then again, the first one of another section, with other keywords,
    on the home page and in a topic, pinned and with its end set; as a correction, or after a withdrawal.
    """
    have_read(cast, heavy)
    publish = publishing.publish_article
    if state == "first":
        scheduling.schedule_article(heavy, by=cast.editor, at=timezone.now() + timedelta(days=1))
    else:
        publishing.publish_article(heavy, by=cast.editor)
        now = timezone.now()
        cast.place(heavy, pinned_until=now + timedelta(days=1), expires_at=now + timedelta(days=2))
        for topic in (None, Topic.objects.create(title="大桥建成", slug="bridge", state=Topic.State.OPEN)):
            placed = ArrangedBlock(Block(kind=Block.Kind.LIST, count=3), [Slot(article=heavy)])
            home_and_topics.save_arrangement(topic, [placed], by=cast.chief, based_on=0)
        if state == "withdrawn":
            publishing.withdraw_article(heavy, by=cast.admin, reason="待核")
        else:
            publish = publishing.publish_correction
        cast.change(heavy, title="第二次的题目", keywords="桥,电,河,新桥", section=an_empty_section(cast))
        have_read(cast, heavy)
    editor = User.objects.get(pk=cast.editor.pk)  # as a request brings one: nothing is known of them yet
    with django_assert_max_num_queries(queries):
        edition = publish(heavy, by=editor)
    assert edition.number == (1 if state == "first" else 2)
    assert edition.article.ordinal == 1


def test_a_first_publication_deletes_nothing(cast, signed):
    queries = asked(lambda: publishing.publish_article(signed, by=cast.editor))
    # The state of the working copy changes in the index of the desk; a row of SQLite's cannot be changed in its place.
    told = [sql for sql in queries if "articles_workingwords" not in sql]
    assert not [sql for sql in told if sql.startswith("DELETE") or "'delete'" in sql]


def test_the_edition_before_is_read_with_the_article(cast, signed):
    assert not of_editions(asked(lambda: publishing.publish_article(signed, by=cast.editor)))
    cast.change(signed, title="第二次的题目", voiding=True)
    cast.sign(signed)
    assert not of_editions(asked(lambda: publishing.publish_article(signed, by=cast.editor)))


@pytest.mark.parametrize(("editions", "queries"), [(1, 4), (2, 5), (3, 5)])
def test_the_pages_that_show_an_article_are_told_in_few_queries(
    cast, signed, django_assert_num_queries, editions, queries
):
    cast.publish(signed)
    for number in range(2, editions + 1):
        cast.change(signed, title=f"第{number}次的题目", keywords="水", voiding=True)
        cast.publish(signed)
    article = Article.objects.select_related("live__revision", "live__section__parent__parent").get(pk=signed.pk)
    # The month, what is named and what shows it, the neighbours, the section; the edition before.
    with django_assert_num_queries(queries):
        addresses = baking.article_pages(article)
    assert {f"/a/{number}/" for number in (signed.pk - 1, signed.pk)} <= addresses
    keys = set(Article.objects.get(pk=signed.pk).taggings.values_list("keyword", flat=True))
    assert {f"/k/{key}/" for key in keys} <= addresses
    assert f"/p/{cast.liang.pk}/" in addresses
    assert (f"/a/{signed.pk}/since/{editions - 1}/" in addresses) == (editions > 1)


def test_what_is_withdrawn_has_the_same_pages(cast, signed):
    cast.publish(signed)
    cast.change(signed, title="第二次的题目", keywords="水", voiding=True)
    cast.publish(signed)
    before = (
        baking.article_pages(Article.objects.get(pk=signed.pk)),
        baking.own_pages(Article.objects.get(pk=signed.pk)),
    )
    publishing.withdraw_article(signed, by=cast.admin, reason="待核")
    gone = Article.objects.get(pk=signed.pk)
    assert (baking.article_pages(gone), baking.own_pages(gone)) == before
