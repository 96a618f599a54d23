"""The desk finds working copies, drafts included: by every word and filter, and only those that a person may read."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from articles import discarding, leaving, placing, publishing, review, search
from articles.models import Article, Credit, Person, WorkingText
from articles.search import WorkingCopyQuery, find_working_copies, index_store, tokens
from articles.search.tokens import OF_SECTION, scope_term
from articles.search.working_copies import MAX_CANDIDATES
from tests.cast import SEARCH_INDEX_QUERIES, make_user

pytestmark = pytest.mark.django_db


def found(by, text="", **facts):
    """Return the titles of what a person finds, last saved first."""
    query = WorkingCopyQuery(words=search.SearchQuery.words_in(text), **facts)
    numbers = find_working_copies(query, by=by).numbers
    titles = dict(Article.objects.filter(pk__in=numbers).values_list("pk", "title"))
    return [titles[number] for number in numbers]


@pytest.fixture
def desk(cast):
    """Four texts, by the cast's writer, each in another state."""
    made = {title: cast.article(title=title, body=f"<p>{body}</p>") for title, body in TEXTS.items()}
    cast.publish(made["大桥通车"])
    cast.publish(made["大桥改过"])
    cast.change(made["大桥改过"], body="<p>渡口仍有渡船。</p>")
    cast.publish(made["大桥撤回"])
    publishing.withdraw_article(Article.objects.get(pk=made["大桥撤回"].pk), by=cast.editor, reason="误")
    return made


TEXTS = {
    "大桥通车": "望桥乡的老人走上大桥。",
    "大桥改过": "渡船停航。",
    "大桥撤回": "桥下水位回落。",
    "大桥在写": "引桥还在浇筑，ABC 公司承建。",
}


def test_a_draft_is_found_by_a_phrase_of_its_body_its_number_its_people_and_its_source(cast, desk):
    draft = desk["大桥在写"]
    assert found(cast.editor, "还在浇筑") == ["大桥在写"]
    assert found(cast.editor, "abc") == ["大桥在写"]
    assert found(cast.editor, "还在 引桥") == ["大桥在写"]
    assert "大桥在写" in found(cast.editor, str(draft.pk))
    assert len(found(cast.editor, draft.source.name)) == 4
    assert found(cast.editor, "渡船停航") == []  # the working copy says something else now
    assert found(cast.editor, "渡口仍有") == ["大桥改过"]
    assert found(cast.editor, "桥梁") == []


@pytest.mark.parametrize(
    ("state", "titles"),
    [
        ("draft", ["大桥在写"]),
        ("live", ["大桥通车"]),
        ("changed", ["大桥改过"]),
        ("withdrawn", ["大桥撤回"]),
        ("expired", []),
    ],
)
def test_states_are_found_with_and_without_words(cast, desk, state, titles):
    assert found(cast.editor, state=state) == titles
    assert found(cast.editor, "大桥", state=state) == titles


def test_what_expires_is_found_as_expired_and_no_more_as_published(cast, desk):
    article = desk["大桥通车"]
    at = timezone.now() + timedelta(hours=1)
    placing.set_placing(article, by=cast.editor, pinned_until=None, expires_at=at, cover=None)
    Article.objects.filter(pk=article.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    assert found(cast.editor, "老人", state="expired") == ["大桥通车"]
    assert found(cast.editor, "船", state="expired") == []
    assert found(cast.editor, state="live") == []


def test_readings_sections_days_persons_and_ones_own_narrow_a_search(cast, desk):
    other = cast.article(title="大桥旁的剧场", section=cast.culture, by=cast.chief, credits=[])
    review.submit_article(desk["大桥在写"], by=cast.writer)
    assert found(cast.chief, "大桥", readings="waiting") == ["大桥在写"]
    assert found(cast.chief, readings="waiting") == ["大桥在写"]
    assert found(cast.chief, readings="scheduled") == []
    assert found(cast.chief, "大桥", sections=(cast.culture.pk,)) == [other.title]
    assert found(cast.chief, mine=True) == [other.title]
    today = timezone.localdate()
    assert len(found(cast.chief, "大桥", during=f"{today:%Y-%m-%d}")) == 5
    assert len(found(cast.chief, during=f"{today:%Y-%m}")) == 5
    assert found(cast.chief, during="1999-12") == []
    name = Credit.objects.filter(article=desk["大桥在写"]).first().person.name
    assert other.title not in found(cast.chief, "大桥", persons=(name,))


def test_each_sees_what_they_may_read_and_nothing_else(cast, desk):
    secret = cast.article(title="大桥旁的剧场", section=cast.culture, by=cast.chief, credits=[])
    outside = make_user("outside", ["write"], cast.culture)
    assert found(outside, "大桥") == []
    assert found(outside) == []
    Person.objects.create(name="韦桥生", user=outside)
    credited = cast.article(title="大桥来稿", section=cast.news, credits=[("reporter", outside.person)])
    assert found(outside, "大桥") == [credited.title]
    assert found(outside) == [credited.title]
    reader = make_user("reader", ["first"], cast.culture)
    assert found(reader, "大桥") == [secret.title]
    assert found(make_user("nobody"), "大桥") == []


def test_drafts_that_a_colleague_takes_over_are_their_own(cast, desk):
    leaver, heir = make_user("leaver", ["write"]), make_user("heir", ["write"])
    cast.article(title="大桥夜景", by=leaver, credits=[])
    administrator = make_user("accounts", ["accounts"])
    leaving.let_go(leaver, to=heir, reason="调离", by=administrator)
    assert found(heir, "夜景", mine=True) == ["大桥夜景"]
    assert found(heir) == ["大桥夜景"]


def test_the_bin_is_not_searched_until_a_draft_is_back(cast, desk):
    discarding.discard_draft(desk["大桥在写"], by=cast.writer)
    assert found(cast.editor, "浇筑") == []
    assert "大桥在写" not in found(cast.editor)
    discarding.put_back_draft(desk["大桥在写"].pk, by=cast.writer)
    assert found(cast.editor, "浇筑") == ["大桥在写"]


def test_pages_follow_one_another_without_gap_or_double(cast, monkeypatch):
    monkeypatch.setattr("articles.search.working_copies.MAX_CANDIDATES", 3)
    numbers = [cast.article(title="桥" if n % 4 else "桥头堡").pk for n in range(13)]
    for words, wanted in ((), numbers), (("桥头堡",), numbers[::4]):
        seen, before = [], None
        while True:
            page = find_working_copies(WorkingCopyQuery(words=words), by=cast.editor, before=before, most=2)
            seen += page.numbers
            before = page.following
            if before is None:
                break
        assert seen == wanted[::-1]
    assert MAX_CANDIDATES > 3


def test_a_page_takes_few_queries_whatever_it_asks_for(cast, desk, django_assert_max_num_queries):
    for facts in (
        {},
        {"words": ("大桥",)},
        {"words": ("还在浇筑",), "state": "draft", "mine": True},
        {"readings": "waiting"},
    ):
        with django_assert_max_num_queries(SEARCH_INDEX_QUERIES + 7):
            find_working_copies(WorkingCopyQuery(**facts), by=type(cast.editor).objects.get(pk=cast.editor.pk))


def test_the_index_is_filled_again_after_an_upgrade_and_says_so_meanwhile(cast, desk):
    before = list(WorkingText.objects.order_by("pk").values())
    index_store.delete_rows(WorkingText.objects.all())
    assert found(cast.editor, "浇筑") == []
    assert not search.is_working_index_complete()
    publishing.put_back_article(Article.objects.get(pk=desk["大桥撤回"].pk), by=cast.editor, reason="误撤")
    assert search.index_missing_working_copies() == 4
    assert search.index_missing_working_copies() == 0
    assert search.is_working_index_complete()
    assert found(cast.editor, "浇筑") == ["大桥在写"]
    publishing.withdraw_article(Article.objects.get(pk=desk["大桥撤回"].pk), by=cast.editor, reason="误")
    assert marks(WorkingText.objects.order_by("pk").values()) == marks(before)
    call_command("reindex")
    assert marks(WorkingText.objects.order_by("pk").values()) == marks(before)


def marks(rows):
    return [{**row, "marks": set(row["marks"].split())} for row in rows]


def test_a_section_is_not_looked_for_beside_other_sections_that_its_reader_reads(cast):
    """Both would be common, and no text has both: PostgreSQL would look through all texts for one."""
    reader = make_user("reader", ["read"], section=cast.news)
    theirs, asked = (scope_term(OF_SECTION, str(section.pk)) for section in (cast.news, cast.culture))
    groups = WorkingCopyQuery(sections=(cast.culture.pk,)).groups(reader)
    assert [asked] in groups
    assert not [group for group in groups if theirs in group]
    assert [group for group in WorkingCopyQuery(sections=(cast.news.pk,)).groups(reader) if theirs in group]


@pytest.mark.parametrize("patience", [0, 1, 1000])
def test_what_the_newest_rows_do_not_hold_is_read_from_the_index(cast, desk, monkeypatch, patience):
    """PostgreSQL begins with a scan here, whatever it estimates, which finds nothing, or something, or all."""
    monkeypatch.setattr(index_store, "BREAK_EVEN", 0)
    monkeypatch.setattr(index_store, "PATIENCE", patience)
    last_saved_first = Article.objects.order_by("-latest_id").values_list("title", flat=True)
    assert found(cast.editor, "大桥") == list(last_saved_first)
    for state, title in zip(("live", "changed", "withdrawn", "draft"), TEXTS, strict=True):
        assert found(cast.editor, state=state) == [title]
    assert found(cast.editor, "渡船", state="draft") == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite reads each state in the order of the rows")
@pytest.mark.parametrize("state", ["live", "draft"])
def test_a_scan_of_one_state_meets_no_row_of_another(cast, desk, state):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        only = index_store.state_clause([["大桥"], [tokens.OF_STATE + state]])
        scan = index_store.SCAN_SQL.format(words=WorkingText.words_table, state=only)
        cursor.execute(f"EXPLAIN {scan}", [0, 2**62, 10, "'大桥'", 10])
        assert f"using articles_workingwords_{state}" in str(cursor.fetchall())
