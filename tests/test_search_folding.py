"""Search finds what a reader means, however exactly the text or the query was typed."""

import re
from importlib import import_module

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from articles import editing, search
from articles.models import Article, Credit, Person, SearchText
from articles.search import index_store, tokens
from articles.search.finding import holds_exactly
from articles.search.folding import fold_text

upgrade = import_module("articles.migrations.0014_folded_search_texts")
TEXT = (
    "<p>入选：李　明、王 芳，阿依古丽·买买提（U+00B7）、迪丽努尔•艾山。</p>"
    "<p>全县建成5G 基站 128 座，投资 3000 万元，增长 8.5 %，2026 年底完工。望桥乡—白苇镇公路通车。</p>"
    "<p>《霁川县河道管理条例》“回头看”工作（第二批）在葛󠄀城、隆隆德启动，New York 来信。</p>"
)


def find_numbers(typed, **facts):
    query = search.SearchQuery(words=search.SearchQuery.words_in(typed), **facts)
    return [hit.number for hit in search.search_articles(query).hits]


@pytest.fixture
def published(cast):
    article = cast.article(title="⽔库⼤坝安全检查", body=TEXT)
    cast.publish(article)
    return article


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        *("水库大坝", "水库", "⽔库", "水庫", "水庫大壩"),
        *("李明", "王芳", "李 明", "王　芳"),
        *(
            "阿依古丽·买买提",
            "阿依古丽•买买提",
            "阿依古丽・买买提",
            "阿依古丽‧买买提",
            "阿依古丽.买买提",
            "阿依古丽買買提",
        ),
        *("迪丽努尔·艾山", "迪丽努尔艾山", "迪丽努尔∙艾山"),
        *("3000万元", "３０００万元", "128座", "2026年底", "增长8.5%", "增长８.５％", "5G基站", "５ｇ基站", "5g 基站"),
        *("望桥乡-白苇镇", "望桥乡－白苇镇", "望桥乡——白苇镇", "望桥乡–白苇镇"),
        *("河道管理条例“回头看”", "条例回头看工作", "「回头看」工作", "(第二批)", "工作（第二批）在", "【第二批】"),
        *("葛城", "隆德", "葛󠄀城", "new york", "“New York 来信”", "York来信"),
    ],
)
def test_it_does_not_matter_how_words_are_typed(published, typed):
    assert find_numbers(typed) == [published.number]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["newyork", "李芳", "128万元", "望桥乡白苇镇", "通车条例"])
def test_what_is_not_in_the_text_is_not_found(published, typed):
    assert find_numbers(typed) == []


# --- numbers with commas ------------------------------------------------------------------------------------------------


def is_found(typed, text):
    """Return True if a text is among those that the index yields for a word, and holds it."""
    (word,) = search.SearchQuery.words_in(typed)
    row = SearchText(title="", text=fold_text(text), marks=" ".join(tokens.number_terms("", fold_text(text))))
    held = index_store.row_terms(row)
    wanted = [
        [term for term in held if term in group or f"{term[0]}*" in group] for group in tokens.query_groups([word])
    ]
    return all(wanted) and holds_exactly(row, [word])


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("新建3,000栋", "3000 3,000 3，000 3000栋 3,000栋"),
        ("开行2,000次列车", "2000 2,000 2000次列车 2,000次列车"),
        ("12,000班次，1,000期，2,000房", "12000 1000 2000 12,000 1000期 2,000房"),
        ("人均GDP12,000美元", "12000 12,000 GDP12000 gdp12,000美元 12000美元"),
        ("RMB3,000，长3,000km", "3000 RMB3000 RMB3,000 3000km 3,000km"),
        ("新增1,256栋住房", "1256 1,256 1256栋 1,256栋"),
        ("第1,234期", "1234 1,234 第1,234期 第1234期"),
        ("办结3，500项", "3500 3，500 3,500 3500项 3，500项 3,500项"),
        ("办结3500项", "3500 3，500 3,500 3500项 3，500项 3,500项"),
        ("共1,234,567.5元", "1234567 1,234,567 1234567.5元 1,234,567.5元 234,567.5"),
        ("在2,000,3,000元之间", "2000 3000 2,000 3,000元"),
        ("从3000元到2,000元", "3,000元到2000元 3000元到2,000元 3,000元到2,000元"),
        ("乘201,202,203路", "201 202 203 201,202 202,203路 203路 201,202,203路"),
        ("K101,102次列车", "K101 102 K101,102 K101,102次 102次列车"),
        ("1,101,102,103,104,105,106室", "1 101 106 103,104 1,101,102,103,104,105,106室"),
        ("1,2,300", "1 2 300 2,300 1,2,300"),
        ("2026,300", "2026 300 2026,300"),
        ("3月12，500人参加", "12 500 500人参加 3月12，500人"),
        ("on may 12, 500 people", "500 “12, 500” “500 people”"),
    ],
)
def test_a_number_is_found_with_and_without_commas(text, typed):
    words = re.findall("“[^”]*”|[^ ]+", typed)
    assert [word for word in words if not is_found(word, text)] == []


@pytest.mark.parametrize(
    ("text", "typed"), [("3,500元", "35"), ("3,500元", "4,500"), ("3元和500元", "3,500"), ("13,500元", "3500元")]
)
def test_other_numbers_are_not_found(text, typed):
    assert not is_found(typed, text)


@given(st.text("12０,，K元 ", min_size=1, max_size=24), st.data())
def test_a_number_typed_as_in_the_text_is_found(text, data):
    numbers = re.findall(r"(?<![0-9k])[0-9]+(?:[,，][0-9]+)*(?![0-9k])", fold_text(text))
    if numbers:
        assert is_found(data.draw(st.sampled_from(numbers)), text)


def test_rows_of_earlier_versions_have_the_terms_with_which_they_were_indexed():
    assert index_store.row_terms(SearchText(title="", text="3,500", marks="")) == {"3", "500"}


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["3500元", "3，500", "202,203路", "3500 203"])
def test_hits_show_numbers_as_they_were_written(cast, typed):
    article = cast.article(title="票价3,500元", body="<p>乘公交201,202,203路，3,500元。</p>")
    cast.publish(article)
    (hit,) = search.search_articles(search.SearchQuery(words=search.SearchQuery.words_in(typed))).hits
    shown = [part.text for part in (*hit.title, *hit.snippet) if part.found]
    assert (
        shown
        == {
            "3500元": ["3,500元", "3,500元"],
            "3，500": ["3,500", "3,500"],
            "202,203路": ["202,203路"],
            "3500 203": ["3,500", "203", "3,500"],
        }[typed]
    )
    assert search.numbers_titled(search.SearchQuery.words_in("3500元")) == [article.number]
    found = search.find_working_copies(search.WorkingCopyQuery(words=search.SearchQuery.words_in(typed)), by=cast.chief)
    assert found.numbers == [article.number]


@pytest.mark.django_db
def test_a_person_is_found_whichever_dot_was_typed(published, cast):
    named = Person.objects.create(name="阿依古丽·买买提")
    credits = [(Credit.Role.REPORTER, named), (Credit.Role.RESPONSIBLE_EDITOR, cast.liang)]
    article = cast.article(title="署名", credits=credits)
    cast.publish(article)
    assert find_numbers("", persons=("阿依古丽・买买提",)) == [article.number]


@pytest.mark.django_db
def test_hits_show_the_text_as_it_was_written(cast):
    cast.publish(cast.article(title="在5G 基站旁", body=TEXT))
    query = search.SearchQuery(words=search.SearchQuery.words_in("5G基站 望桥乡-白苇镇"))
    hit = search.search_articles(query).hits[0]
    assert [part.text for part in hit.title if part.found] == ["5G 基站"]
    assert [part.text for part in hit.snippet if part.found] == ["5G 基站", "望桥乡—白苇镇"]
    assert "".join(part.text for part in hit.snippet).startswith("…全县建成5G 基站 128 座")


@pytest.mark.django_db
def test_the_page_says_that_traditional_characters_are_found_as_simplified_ones(published, client):
    assert "水库大坝" in client.get("/search/?q=水庫大壩").content.decode()
    assert "简体、繁体" not in client.get("/search/?q=水库").content.decode()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("A 县 ——  B 县", "a县-b县"),
        ("end. Next", "end.next"),
        ("“两会”时间", '"两会时间'),
        ("GDP(亿元)", "gdp(亿元)"),
        ("1,200,000元", "1,200,000元"),
        ("128, 000元", "128,000元"),
        ("3，500元", "3，500元"),
        ("３,５００元", "3,500元"),
        ("3\u200b,5\u200b00元", "3,500元"),
        ("乘公交201,202,203路", "乘公交201,202,203路"),
        ("10：30！＃桥通了＃ ￥3，500", "10:30!#桥通了#¥3，500"),
        ("甲\n乙", "甲\n乙"),
        ("臺灣", "台湾"),
        ("", ""),
    ],
)
def test_the_folded_form(text, folded):
    assert fold_text(text) == folded


# --- saving -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_radicals_are_replaced_when_a_text_is_saved_and_the_editor_is_told(cast):
    article = Article(title="⽔库", body="<p>县⼈⺠⼴场</p>", section=cast.news)
    removed = editing.save_article(article, by=cast.writer).removed
    assert [sentence for sentence in removed if "4" in sentence and "部首" in sentence]
    article.refresh_from_db()
    assert (article.title, article.body) == ("水库", "<p>县人民广场</p>")


@pytest.mark.django_db
def test_private_use_characters_stay_and_the_editor_is_told_where(cast):
    article = Article(title="望桥乡", body="<p>老人\ue5f1来到</p>", section=cast.news)
    removed = editing.save_article(article, by=cast.writer).removed
    assert [sentence for sentence in removed if "老人\ue5f1" in sentence]
    article.refresh_from_db()
    assert "\ue5f1" in article.body


# --- after an upgrade ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_articles_that_lost_their_index_are_indexed_by_the_worker(published, cast, django_assert_num_queries):
    others = [cast.article(title=f"大桥{n}") for n in range(3)]
    for article in others:
        cast.publish(article)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for no pending foreign keys
        for statement in upgrade.EMPTY[connection.vendor]:
            cursor.execute(statement)
    assert not SearchText.objects.exists()
    assert find_numbers("大桥1") == []
    assert search.index_missing_articles() == 4
    assert find_numbers("水库") == [published.number]
    with django_assert_num_queries(1):
        assert search.index_missing_articles() == 0


def test_wide_and_narrow_spaces_are_spaces():
    for space in "\u2002\u2003\u2009\u202f\u3000":
        assert fold_text(f"王{space}芳") == "王芳"
        assert fold_text(f"open{space}day") == "open day"
