"""Related articles: those that share keywords show each other, only a few, and only public ones."""

import re

import pytest
from django.core.management import call_command

from articles import baking, keyword_relations, publishing
from articles.baking.generations import baked_generations
from articles.baking.render import render_page
from articles.baking.store import file_name
from articles.models import BakeJob, Keyword, Relation, Tagging
from tests.baked import assert_disk_matches_site

pytestmark = pytest.mark.django_db


def published(cast, title, keywords):
    article = cast.article(title=title, keywords=keywords)
    cast.publish(article)
    return article


def shown(client, article):
    page = client.get(article.get_absolute_url()).content.decode()
    part = re.search(r'<section class="related".*?</section>', page, re.DOTALL)
    headlines = re.findall(r'class="headline">(?:\s*<b class="mark">[^<]+</b>)?([^<]+)<', part[0]) if part else []
    return [title.strip() for title in headlines]


def corrected(cast, article, **facts):
    cast.correct(article, note="改", by=cast.chief, **facts)


def test_two_articles_with_a_keyword_show_one_another(client, cast):
    first, second = published(cast, "甲稿", "防汛,水库"), published(cast, "乙稿", "水库")
    alone = published(cast, "丙稿", "柑橘")
    assert shown(client, first) == ["乙稿"]
    assert shown(client, second) == ["甲稿"]
    assert shown(client, alone) == []


def test_who_shares_more_words_comes_before_who_is_newer(client, cast, monkeypatch):
    monkeypatch.setattr(keyword_relations, "RELATED_SHOWN", 2)
    published(cast, "同两词", "防汛,水库")
    published(cast, "旧的", "水库")
    published(cast, "新的", "水库")
    article = published(cast, "本稿", "防汛,水库")
    assert sorted(shown(client, article)) == ["同两词", "新的"]


def test_nobody_is_shown_to_be_related_who_cannot_be_read(client, cast):
    first, second = published(cast, "甲稿", "防汛"), published(cast, "乙稿", "防汛")
    publishing.withdraw_article(second, by=cast.editor, reason="核实")
    assert shown(client, first) == []
    publishing.put_back_article(second, by=cast.editor, reason="无误")
    assert shown(client, first) == ["乙稿"]
    cast.change(second, title="还没有发布的标题", keywords="柑橘")
    assert shown(client, first) == ["乙稿"]


def test_other_keywords_relate_anew_and_the_pages_of_both_are_rewritten(client, cast):
    first, second, third = (
        published(cast, title, words) for title, words in (("甲稿", "防汛"), ("乙稿", "柑橘"), ("丙稿", "防汛"))
    )
    BakeJob.objects.all().delete()
    corrected(cast, third, keywords="柑橘")
    asked = set(BakeJob.objects.values_list("path", flat=True))
    assert {article.get_absolute_url() for article in (first, second, third)} <= asked
    assert shown(client, first) == []
    assert shown(client, second) == ["丙稿"]
    assert shown(client, third) == ["乙稿"]
    kept = set(Relation.objects.values_list("pk", flat=True))
    corrected(cast, third, title="另一标题")
    assert shown(client, second) == ["另一标题"]
    assert set(Relation.objects.values_list("pk", flat=True)) == kept


def test_whatever_happens_to_one_the_baked_pages_of_the_others_say_so(cast):
    first = published(cast, "甲稿", "防汛")
    for section in (cast.culture, cast.towns):
        cast.publish(cast.article(section=section), by=cast.chief)  # its section is in the navigation
    baking.bake_everything(processes=1)
    for section in (cast.culture, cast.towns):  # no neighbours of the first one
        other = cast.article(title="乙稿", keywords="防汛", section=section)
        acts = [
            lambda: cast.publish(other, by=cast.chief),  # noqa: B023
            lambda: corrected(cast, other, title="乙稿二"),  # noqa: B023
            lambda: publishing.withdraw_article(other, by=cast.chief, reason="核实"),  # noqa: B023
            lambda: publishing.put_back_article(other, by=cast.chief, reason="无误"),  # noqa: B023
            lambda: corrected(cast, first, keywords="柑橘"),
            lambda: corrected(cast, first, keywords="防汛"),
        ]
        for act in acts:
            act()
            baking.bake_pending()
            path = first.get_absolute_url()
            assert baked_generations().served().read(file_name(path)) == render_page(path)
        assert_disk_matches_site()


def test_however_many_share_a_word_few_pages_are_rewritten(cast, monkeypatch):
    monkeypatch.setattr(keyword_relations, "MOST_RELATIONS", 3)
    articles = [published(cast, f"第{n}稿", "防汛") for n in range(12)]
    assert max(article.relations.count() for article in articles) <= 3
    for article in articles:
        pages = {path for path in baking.article_pages(article) if re.fullmatch("/a/[0-9]+/", path)}
        assert len(pages) <= 1 + 3 + 2  # its own, those of related ones, those of its neighbours


def test_an_article_page_asks_once_for_all_that_are_related(client, cast, django_assert_max_num_queries):
    articles = [published(cast, f"第{n}稿", "防汛,水库") for n in range(4)]
    with django_assert_max_num_queries(6):
        assert len(shown(client, articles[0])) == 3


def test_reindex_relates_what_was_published_before_and_can_be_run_twice(client, cast, capsys):
    first = published(cast, "甲稿", "防汛")
    published(cast, "乙稿", "防汛")
    for model in (Relation, Tagging, Keyword):
        model.objects.all().delete()
    baking.bake_everything(processes=1)
    BakeJob.objects.all().delete()
    call_command("reindex")
    assert shown(client, first) == ["乙稿"]
    assert BakeJob.objects.filter(whole=True).exists()
    baking.bake_everything(processes=1)
    assert_disk_matches_site()
    BakeJob.objects.all().delete()
    call_command("reindex")
    assert not BakeJob.objects.exists()


def test_what_is_not_public_is_related_to_nothing(cast):
    article = cast.article(keywords="防汛")
    with pytest.raises(ValueError, match="not public"):
        keyword_relations.update_relations(article)
    assert not Tagging.objects.exists()
