"""Search: a public article is found by any part of its text, and nothing else is found."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from articles import publishing, scheduling, search
from articles.models import Article, Credit, Person, SearchText
from articles.search import folding, tokens
from tests.cast import SEARCH_INDEX_QUERIES

pytestmark = pytest.mark.django_db


def found(text, **facts):
    """Return the numbers of the articles that a search finds, best first."""
    return [
        hit.number
        for hit in search.search_articles(
            search.SearchQuery(words=search.SearchQuery.words_in(text), **facts), most=100
        ).hits
    ]


def written(parts):
    return "".join(f"[{part.text}]" if part.found else part.text for part in parts)


# --- words ----------------------------------------------------------------------------------------------------------


@given(st.text(alphabet="霁川大桥通车A１b2 ，“\n𠀀", max_size=30), st.data())
@example("Ａ县１号", None)
def test_every_piece_of_a_text_is_in_the_index(text, data):
    held = tokens.index_terms(folding.fold_text(text))
    start = data.draw(st.integers(0, len(text))) if data else 0
    piece = text[start : data.draw(st.integers(start, len(text)))] if data else text
    for run in tokens.text_runs(folding.fold_text(piece)):
        if tokens.is_chinese_run(run):
            for word in tokens.query_terms(run):
                assert any(one.startswith(word[:-1]) if word.endswith("*") else one == word for one in held), (
                    word,
                    held,
                )


@given(st.text())
def test_folding_knows_where_every_character_was(text):
    folded, positions = folding.fold_with_positions(text)
    assert folded == folding.fold_text(text)
    assert len(positions) == len(folded) + 1
    assert positions == sorted(positions)
    assert folding.fold_text(folded) == folded


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("大桥 通车", ("大桥", "通车")),
        ("“大桥 通车”", ("大桥通车",)),
        ('"G85 高速"停运', ("g85高速", "停运")),
        ("，。！", ()),
        ("Ｇ８５", ("g85",)),
        ("大桥 大桥", ("大桥",)),
        ("", ()),
        ("\x00桥%_'\\", ("桥",)),
        ("一 二 三 四 五 六 七 八 九", ("一", "二", "三", "四", "五", "六", "七", "八")),
    ],
)
def test_what_is_typed_becomes_words(typed, words):
    assert search.SearchQuery.words_in(typed) == words


# --- finding --------------------------------------------------------------------------------------------------------

TEXTS = [
    ("霁川大桥通车", "<p>望桥乡的老人走上霁川大桥。</p>"),
    ("大桥值守", "<p>防汛值守员李大川说，桥下水位<b>回</b>落。</p>"),
    ("G85高速通车", "<p>通车首日，车流平稳。</p><h2>桥</h2><p>梁</p>"),
    ("川上曰", "<p>逝者如斯夫，不舍昼夜。ABC News 12.5%</p>"),
]


@pytest.fixture
def archive(cast):
    made = [cast.article(title=title, body=body) for title, body in TEXTS]
    for article in made:
        cast.publish(article)
    return made


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(alphabet="霁川大桥通车值守员回落G85高abc。", min_size=1, max_size=5), min_size=1, max_size=3))
def test_a_search_finds_exactly_the_texts_that_hold_all_its_words(archive, words):
    texts = {row.article_id: f"{row.title}\n{row.text}" for row in SearchText.objects.all()}
    asked = search.SearchQuery.words_in(" ".join(words))
    latin = [run for word in asked for run in tokens.text_runs(word) if not tokens.is_chinese_run(run)]
    wanted = {
        number
        for number, text in texts.items()
        if asked and all(word in text for word in asked) and all(run in set(tokens.text_runs(text)) for run in latin)
    }
    assert set(found(" ".join(words))) == wanted


def test_one_character_a_phrase_a_name_and_a_number_are_found(archive):
    bridge, duty, road, river = [article.number for article in archive]
    assert set(found("桥")) == {bridge, duty, road}
    assert found("防汛值守员") == [duty]
    assert found("桥梁") == []  # a heading and the line after it are two
    assert set(found("林晓舟")) == {bridge, duty, road, river}
    assert found("g85") == [road]
    assert found("abc news") == [river]
    assert found("“望桥乡的老人”") == [bridge]
    assert found("回落") == [duty]  # markup within a word is none


def test_a_title_counts_more_than_the_text_and_the_newest_first_when_asked(archive):
    bridge, duty, road, _river = [article.number for article in archive]
    assert found("大桥")[0] in (bridge, duty)
    assert found("通车", by_time=True) == [road, bridge]
    assert found("桥", by_time=True) == [road, duty, bridge]


def test_by_section_person_and_day(archive, cast):
    zhu = Person.objects.create(name="祝小满", unit="霁川县融媒体中心")
    credits = [(Credit.Role.REPORTER, zhu), (Credit.Role.RESPONSIBLE_EDITOR, zhu)]
    other = cast.article(title="大桥灯会", section=cast.culture, credits=credits)
    cast.publish(other, by=cast.chief)
    bridge, duty, _road, _river = [article.number for article in archive]
    today = timezone.localdate()
    assert found("大桥", sections=(cast.culture,)) == [other.number]
    assert set(found("大桥", sections=(cast.news, cast.culture))) == {bridge, duty, other.number}
    assert found("", sections=(cast.culture,)) == [other.number]
    assert set(found("大桥", persons=("林 晓舟",))) == {bridge, duty}
    assert len(found("大桥", since=today, until=today)) == 3
    assert found("大桥", until=today - timedelta(days=1)) == []
    assert found("大桥", since=today + timedelta(days=1)) == []
    assert len(found("", since=today)) == 5
    assert found("") == []


def test_hits_are_marked_where_they_stand(archive):
    hit = search.search_articles(search.SearchQuery(words=("大桥", "乡")), most=1).hits[0]
    assert written(hit.title) == "霁川[大桥]通车"
    assert written(hit.snippet).startswith("望桥[乡]的老人走上霁川[大桥]。")
    assert written(search.search_articles(search.SearchQuery(words=("g85",))).hits[0].title) == "[G85]高速通车"


def test_the_piece_that_is_shown_is_about_what_was_looked_for(cast):
    cast.publish(
        cast.article(title="长文", body=f"<p>{'很长的开头。' * 100}水位回落到安全线以下。{'后面还有。' * 50}</p>")
    )
    snippet = written(search.search_articles(search.SearchQuery(words=("安全线",))).hits[0].snippet)
    assert "水位回落到[安全线]以下。" in snippet
    assert snippet.startswith("…")
    assert snippet.endswith("…")


def test_when_nothing_is_found_shorter_searches_are_offered(archive):
    asked = lambda text: search.SearchQuery(words=search.SearchQuery.words_in(text))  # noqa: E731
    assert search.suggest_searches(asked("大桥 龙舟")) == ["大桥"]
    assert search.suggest_searches(asked("防汛检查大桥")) == ["防汛", "大桥"]
    assert search.suggest_searches(asked("龙舟")) == []


# --- exactly while readers may see it ----------------------------------------------------------------------------------


def test_the_index_follows_every_act(cast):
    article = cast.article(title="渡口旧闻")
    cast.sign(article)
    assert found("渡口旧闻") == []
    publishing.publish_article(article, by=cast.editor)
    assert found("渡口旧闻") == [article.number]
    cast.change(article, title="渡口新闻")
    assert found("渡口旧闻") == [article.number]  # the working copy is not found
    cast.sign(article, note="标题改正。")
    publishing.publish_correction(article, by=cast.editor)
    assert found("渡口旧闻") == []
    assert found("渡口新闻") == [article.number]
    publishing.withdraw_article(article, by=cast.editor, reason="核实")
    assert found("渡口") == []
    assert not SearchText.objects.exists()
    publishing.put_back_article(article, by=cast.editor, reason="属实")
    assert found("渡口新闻") == [article.number]


def test_what_expires_is_found_no_more_without_anybody_doing_anything(cast, monkeypatch):
    article = cast.article(title="限时公告", expires_at=timezone.now() + timedelta(hours=1))
    cast.publish(article)
    assert found("限时公告") == [article.number]
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert found("限时公告") == []


def test_what_is_scheduled_is_found_from_its_minute_on(cast):
    article = cast.article(title="定时公告")
    cast.sign(article)
    scheduling.schedule_article(article, by=cast.editor, at=timezone.now() + timedelta(hours=1))
    assert found("定时公告") == []


def test_the_index_made_anew_is_the_same_and_loses_what_should_not_be_there(archive, cast, capsys):
    before = list(SearchText.objects.order_by("article_id").values("article_id", "title", "text", "marks"))
    publishing.withdraw_article(archive[0], by=cast.editor, reason="核实")
    search.index_article(Article.objects.get(pk=archive[1].number))
    # A row of an article that is no longer public, as a fault might leave it.
    stale = SearchText.objects.get(article=archive[2].number)
    SearchText.objects.filter(pk=stale.pk).update(title="旧")
    call_command("reindex")
    assert "Indexed 3 articles." in capsys.readouterr().out
    after = SearchText.objects.order_by("article_id").values("article_id", "title", "text", "marks")
    assert list(after) == before[1:]
    assert set(found("大桥")) == {archive[1].number}
    assert found("高速") == [archive[2].number]


def test_articles_of_one_instant_are_all_found(cast):
    at = timezone.now() - timedelta(days=400)
    made = [cast.article(title=f"旧稿{n}") for n in range(4)]
    for article in made:
        publishing.publish_archived(article, by=cast.chief, at=at, origin="旧站")
    assert set(found("旧稿")) == {article.number for article in made}
    call_command("reindex")
    assert set(found("旧稿")) == {article.number for article in made}


def test_common_words_are_looked_for_among_the_newest_and_in_titles(archive, monkeypatch):
    monkeypatch.setattr("articles.search.finding.MAX_CANDIDATES", 1)
    bridge, duty, road, _river = [article.number for article in archive]
    result = search.search_articles(search.SearchQuery(words=("桥",)))
    assert result.more
    assert road in {hit.number for hit in result.hits}
    assert {bridge, duty} <= {hit.number for hit in result.hits}  # the word is in their titles
    assert found("望桥乡的老人") == [bridge]  # few articles contain the pairs of the phrase


def test_a_search_asks_little(archive, django_assert_num_queries):
    with django_assert_num_queries(SEARCH_INDEX_QUERIES + 2):  # the index, the folded texts, the texts as written
        found("大桥")
