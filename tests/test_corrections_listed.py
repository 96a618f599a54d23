"""Corrections are marked in every list, and the newest of them have a page."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import home_and_topics, publishing
from articles.home_and_topics import ArrangedBlock
from articles.models import BakeJob, Block, Edition, Slot, Topic
from articles.public.pages import corrections
from tests.test_corrections_public import live, update

pytestmark = pytest.mark.django_db
MARK = re.compile(r'<b class="mark">更正</b>')
PAGE = "/corrections/"


@pytest.fixture
def corrected(cast):
    article = live(cast, title="三座便民桥通车", keywords="便民桥", body="<p>三座。</p>")
    cast.correct(article, "“三座”应为“四座”。", title="四座便民桥通车", body="<p>四座。</p>")
    return article


def page(client, path=PAGE):
    return client.get(path).content.decode()


@pytest.mark.parametrize("path", ["/", "/s/news/", "/s/news/1/", "/archive/{day}/", "/search/?q=便民桥", "/k/{key}/"])
def test_it_is_marked_in_every_list_and_nothing_else_is(client, cast, corrected, path):
    key = corrected.taggings.get().keyword_id
    path = path.format(day=timezone.localdate(corrected.first_published_at).isoformat(), key=key)
    assert MARK.search(page(client, path))
    publishing.withdraw_article(corrected, by=cast.editor, reason="误")
    live(cast, title="另一座便民桥", keywords="便民桥")
    shown = page(client, path)
    assert "另一座便民桥" in re.sub("</?mark>", "", shown)
    assert not MARK.search(shown)


def test_it_is_marked_among_related_articles(client, cast, corrected):
    other = live(cast, title="便民桥回访", keywords="便民桥")
    related = re.search(r'<section class="related".*?</section>', page(client, f"/a/{other.number}/"), re.DOTALL)[0]
    assert MARK.search(related)


@pytest.mark.parametrize("kind", list(Block.Kind))
def test_it_is_marked_where_editors_placed_it(client, cast, corrected, kind):
    other = live(cast, title="另一篇")
    topic = Topic(title="桥", slug="bridges", state=Topic.State.OPEN)
    home_and_topics.save_topic(topic, by=cast.chief)
    block = Block(kind=kind, count=2, fills=False)
    for order in ([corrected, other], [other, corrected]):
        slots = [Slot(article=article) for article in order]
        version = home_and_topics.arrangement_version(topic)
        home_and_topics.save_arrangement(topic, [ArrangedBlock(block, slots)], by=cast.chief, based_on=version)
        assert len(MARK.findall(page(client, "/t/bridges/"))) == 1


def test_a_later_update_does_not_take_the_mark_away(client, cast, corrected):
    update(cast, corrected, body="<p>四座，已通车。</p>")
    assert MARK.search(page(client, "/s/news/"))
    assert "“三座”应为“四座”。" in page(client)


def test_the_page_has_the_newest_corrections_first_with_note_and_title(client, cast, corrected, monkeypatch):
    assert "四座便民桥通车" in page(client)
    other = live(cast, title="两人到场")
    cast.correct(other, "“两人”应为“三人”。", title="三人到场")
    shown = page(client).replace('<span class="n">', "").replace("</span>", "")
    assert shown.index("“两人”应为“三人”。") < shown.index("“三座”应为“四座”。")
    assert shown.index("三人到场") < shown.index("四座便民桥通车")
    monkeypatch.setattr(corrections, "MOST_CORRECTIONS_LISTED", 1)
    assert "四座便民桥通车" not in page(client)


def test_what_readers_do_not_see_is_not_listed(client, cast, corrected):
    urgent = live(cast, title="未审即发")
    cast.change(urgent, title="未审即发二")
    cast.place(corrected, expires_at=timezone.now() + timedelta(hours=1))
    later = timezone.now() + timedelta(hours=2)
    assert "四座便民桥通车" in page(client)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        assert "四座便民桥通车" not in page(client)
    publishing.withdraw_article(corrected, by=cast.editor, reason="误")
    assert "四座便民桥通车" not in page(client)


def test_an_act_bakes_the_page_of_what_was_corrected_alone(cast, corrected):
    assert PAGE in set(BakeJob.objects.values_list("path", flat=True))
    BakeJob.objects.all().delete()
    live(cast)
    assert PAGE not in set(BakeJob.objects.values_list("path", flat=True))
    publishing.withdraw_article(corrected, by=cast.editor, reason="误")
    assert PAGE in set(BakeJob.objects.values_list("path", flat=True))


def test_it_is_found_from_every_page_and_in_the_sitemap(client, cast, corrected):
    for path in ("/", f"/a/{corrected.number}/", PAGE):
        assert f'href="{PAGE}"' in page(client, path)
    assert f"{PAGE}</loc>" in page(client, "/sitemap-lists.xml")


def test_more_corrections_cost_no_more_queries(client, cast, corrected, django_assert_num_queries):
    for number in range(3):
        with django_assert_num_queries(3):
            page(client)
        cast.correct(corrected, body=f"<p>第{number}稿。</p>")
    assert Edition.objects.filter(kind=Edition.Kind.CORRECTION).count() == 4
