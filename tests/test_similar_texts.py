"""Texts that readers have already: equal titles within thirty days, nearly equal words, and both side by side."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from articles import publishing, similar_texts
from articles.checks import hits
from articles.models import Article, TextPrint
from articles.similar_texts import find_similar_texts, text_bits
from tests.bench.archive_text import text_of
from tests.cast import all_rows

pytestmark = pytest.mark.django_db
LONG = text_of(1).body
CHANGED = LONG.replace("，", "、", 2)[: -len("</p>")] + "大家都很高兴。</p>"


def distance(one, other):
    return (text_bits(one) ^ text_bits(other)).bit_count()


def found(article):
    return [
        (hit.rule.name, hit.other)
        for hit in hits.machine_record(article).noticed
        if hit.rule.name in ("title_published_before", "text_published_before")
    ]


def published(cast, **facts):
    article = cast.article(**facts)
    cast.publish(article)
    return article


def test_a_text_that_readers_have_already_is_told(cast):
    old = published(cast, body=LONG)
    new = cast.article(body=CHANGED)
    assert found(new) == [("text_published_before", old.pk)]
    assert found(cast.article(body=text_of(2).body)) == []
    assert found(Article.objects.get(pk=old.pk)) == []


def test_an_equal_title_is_told_for_thirty_days(cast):
    old = published(cast, title="望桥乡的桥，通车了")
    new = cast.article(title="望桥乡的桥通车了！")
    assert found(new) == [("title_published_before", old.pk)]
    later = timezone.now() + timedelta(days=31)
    assert [each.pk for each in find_similar_texts(new, at=later - timedelta(days=2)).same_title] == [old.pk]
    assert find_similar_texts(new, at=later).same_title == []


def test_nobody_learns_of_the_unpublished_changes_of_a_public_text(cast):
    public = published(cast, title="望桥乡的桥通车了", body=LONG)
    similar_title, similar_words = cast.article(title="两人因涉嫌受贿被查"), cast.article(body=text_of(2).body)
    cast.change(public, title="两人因涉嫌受贿被查", body=text_of(2).body)
    assert found(similar_title) == found(similar_words) == []
    cast.publish(public)
    assert found(similar_title) == [("title_published_before", public.pk)]
    assert found(similar_words) == [("text_published_before", public.pk)]


def test_nobody_learns_of_what_is_not_public(cast):
    cast.article(title="望桥乡的桥通车了", body=LONG)
    new = cast.article(title="望桥乡的桥通车了", body=LONG)
    assert found(new) == []
    old = published(cast, title="望桥乡的桥通车了", body=LONG)
    assert found(new) == [("title_published_before", old.pk), ("text_published_before", old.pk)]
    publishing.withdraw_article(old, by=cast.chief, reason="重复")
    assert found(new) == []


def test_short_texts_are_like_no_others(cast):
    published(cast, body="<p>望桥乡的便民桥今日通车。</p>")
    assert found(cast.article(body="<p>望桥乡的便民桥今日通车。</p>")) == []


def test_articles_from_before_get_their_prints_by_a_command_once(cast):
    old, new = published(cast, body=LONG), cast.article(body=CHANGED)
    kept = list(TextPrint.objects.order_by("pk").values())
    TextPrint.objects.all().delete()
    assert found(new) == []
    call_command("index_similar_texts")
    assert list(TextPrint.objects.order_by("pk").values()) == kept
    assert found(new) == [("text_published_before", old.pk)]
    before = all_rows()
    assert similar_texts.keep_missing_prints(10) == 0
    assert all_rows() == before


def test_a_search_takes_few_queries_however_many_texts_there_are(cast, django_assert_num_queries):
    for _each in range(7):
        published(cast, title="桥通车了", body=LONG)
    new = cast.article(title="桥通车了", body=LONG)
    with django_assert_num_queries(4):
        found_texts = find_similar_texts(new, at=timezone.now())
    assert [len(each) for each in found_texts] == [5, 5]


def test_both_stand_side_by_side_for_who_may_read_the_draft(cast, client):
    old, new = published(cast, body=LONG), cast.article(body=CHANGED)
    address = reverse("admin:articles_article_beside", args=[new.pk, old.pk])
    client.force_login(cast.editor)
    client.cookies["django_language"] = "en"
    assert address in client.get(reverse("admin:articles_article_review", args=[new.pk])).content.decode()
    page = client.get(address).content.decode()
    assert "大家都很高兴" in page
    assert f"Article {old.pk}" in page
    hidden = cast.article(body=CHANGED)
    assert client.get(reverse("admin:articles_article_beside", args=[new.pk, hidden.pk])).status_code == 404
    client.force_login(cast.culture_editor)
    assert client.get(address).status_code == 403


def test_a_few_changed_words_change_few_bits_and_another_text_many():
    texts = [text_of(n).body for n in range(40)]
    assert max(distance(text, text.replace("，", "、").replace("的", "之", 1)) for text in texts) <= 10
    assert min(distance(one, other) for n, one in enumerate(texts) for other in texts[:n]) > 10


@given(st.text(max_size=300))
def test_marks_tags_and_blanks_change_no_bit(text):
    words = "".join(text.split()).replace("<", "").replace("&", "").replace(">", "")
    spread = "".join(f"{each}<b>，</b> " for each in words)
    assert text_bits(f"<p>{words}</p>") == text_bits(f"<p>{spread}</p>")


def test_the_title_and_what_is_told_are_in_words(cast):
    old = published(cast, body=LONG)
    (hit,) = [hit for hit in hits.machine_record(cast.article(body=LONG)).noticed if hit.other]
    with translation.override("en"):
        assert hit.reason == f"Article {old.pk} has nearly the same words, and is published."


def test_of_texts_that_share_a_band_only_the_near_ones_are_told_and_so_many_are_compared(cast, monkeypatch):
    others = [published(cast, body=LONG), published(cast, body=text_of(2).body), published(cast, body=LONG)]
    new = cast.article(body=CHANGED)
    assert find_similar_texts(new, at=timezone.now()).same_words == [others[2], others[0]]
    for most in (1, 0):
        monkeypatch.setattr(similar_texts, "MOST_CANDIDATES", most)
        assert len(find_similar_texts(new, at=timezone.now()).same_words) == most


def test_missing_prints_are_made_in_steps(cast):
    for body in (LONG, CHANGED):
        cast.article(body=body)
    TextPrint.objects.all().delete()
    assert [similar_texts.keep_missing_prints(1) for _step in range(3)] == [1, 1, 0]


def test_a_text_is_found_by_any_one_of_its_bands_and_not_without(cast):
    old, new = published(cast, body=LONG), cast.article(body=LONG)
    own = TextPrint.objects.values("band1", "band2", "band3", "band4").get(article=new)
    other = {band: bits ^ 1 for band, bits in own.items()}
    for shared in ("band1", "band2", "band3", "band4", None):
        TextPrint.objects.filter(article=old).update(**{**other, **({shared: own[shared]} if shared else {})})
        assert find_similar_texts(new, at=timezone.now()).same_words == ([old] if shared else []), shared
