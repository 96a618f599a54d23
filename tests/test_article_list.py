"""The list of articles: what it shows, how it is narrowed, and what ticks do."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import pictures, reads, review
from articles.models import Article
from tests.cast import make_user, upload

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"


@pytest.fixture
def at_desk(client, cast):
    def log_in(user):
        client.force_login(user)
        return client

    return log_in


def titles(response):
    return [row.article.title for row in response.context["rows"]]


def tick(*articles):
    return [f"{article.pk}-{Article.objects.get(pk=article.pk).latest.number}" for article in articles]


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_draft_is_found_by_a_phrase_of_its_body_in_one_search(at_desk, cast):
    cast.article(title="夜里改稿", body="<p>引桥还在浇筑。</p>")
    cast.article()
    response = at_desk(cast.editor).get(LIST, {"q": "还在浇筑"})
    assert titles(response) == ["夜里改稿"]
    assert "林晓舟" in response.content.decode()


def test_the_last_saved_is_first_and_pages_follow(at_desk, cast, monkeypatch):
    monkeypatch.setattr("articles.admin.article_list.SHOWN", 2)
    first, second, third = (cast.article(title=f"第{n}篇") for n in range(3))
    cast.change(first, body="<p>又改了。</p>")
    response = at_desk(cast.editor).get(LIST)
    assert titles(response) == ["第0篇", "第2篇"]
    assert 'rel="next"' in response.content.decode()
    response = at_desk(cast.editor).get(LIST, {"before": response.context["following"]})
    assert titles(response) == [second.title]
    assert third.title not in titles(response)


def test_sections_are_found_with_those_below(at_desk, cast):
    cast.article(title="乡里的事", section=cast.towns)
    cast.article(title="剧场", section=cast.culture)
    assert titles(at_desk(cast.editor).get(LIST, {"section": cast.news.pk})) == ["乡里的事"]
    assert titles(at_desk(cast.editor).get(LIST, {"section": cast.culture.pk})) == ["剧场"]


@pytest.mark.parametrize(
    "address",
    [
        "during=2026-13-99", "during=昨天", "section=999999", "section=x", "state=nothing", "reading=x", "before=x", "q=%00",
        "before=9999999999999999999", "person=%00", "mine=x", "q=" + "长" * 200,
    ],
)  # fmt: skip
def test_nothing_in_the_address_causes_an_error(at_desk, cast, address):
    cast.article()
    assert at_desk(cast.editor).get(f"{LIST}?{address}").status_code == 200


def test_a_chip_narrows_the_list_keeps_the_search_and_taken_again_widens_it(at_desk, cast):
    html = at_desk(cast.editor).get(LIST, {"q": "大桥", "state": "live", "before": "9"}).content.decode()
    chips = html.partition('<nav class="chips"')[2].partition("</nav>")[0]
    found = re.findall(r'<a (?:class="\w+" )?href="\?([^"]*)" *(aria-current="true")?>', chips)
    words = urlencode({"q": "大桥"})
    assert ("", "") in found
    assert [query for query, current in found if current] == [words]
    assert {f"{words}&amp;state=draft", f"{words}&amp;state=live&amp;mine=1"} <= {query for query, _current in found}


@pytest.mark.parametrize(
    ("value", "is_narrowed"), [("1", True), ("on", True), ("0", False), ("false", False), ("", False)]
)
def test_mine_is_read_in_one_way(at_desk, cast, value, is_narrowed):
    cast.article(by=cast.writer, title="别人的稿")
    response = at_desk(cast.chief).get(LIST, {"mine": value})
    html = response.content.decode()
    assert (titles(response) == []) == is_narrowed
    assert ('<input type="hidden" name="mine" value="1">' in html) == is_narrowed
    assert ('<a href="?" aria-current="true">' in html) == is_narrowed
    assert ('<a href="?mine=1" >' in html) != is_narrowed


def test_who_may_withdraw_begins_it_in_the_row_of_a_public_article(at_desk, cast):
    public, draft = cast.publish(cast.article()).article, cast.article(title="草稿")
    addresses = [reverse("admin:articles_article_withdraw", args=[article.pk]) for article in (public, draft)]
    html = at_desk(cast.chief).get(LIST).content.decode()
    assert [address in html for address in addresses] == [True, False]
    assert addresses[0] not in at_desk(cast.writer).get(LIST).content.decode()


def test_a_day_that_is_none_is_told(at_desk, cast):
    response = at_desk(cast.editor).get(LIST, {"during": "昨天"})
    assert response.context["errors"]


def test_what_was_never_published_is_not_called_a_draft_where_it_may_be_in_its_readings(at_desk, cast):
    cast.sign(cast.article(title="已审待发的稿"))
    response = at_desk(cast.editor).get(LIST, {"state": "draft"})
    assert titles(response) == ["已审待发的稿"]
    assert [label for value, label in response.context["states"] if value == "draft"] != [Article.State.DRAFT.label]
    row = response.content.decode().partition("<tbody>")[2]
    assert row.count(">已审待发<") == 1, "its state and whose turn it is are the same words"


def test_whose_turn_it_is_and_why_it_came_back_is_shown(at_desk, cast):
    waiting, returned = cast.article(title="在审"), cast.article(title="退回")
    review.submit_article(waiting, by=cast.writer)
    review.submit_article(returned, by=cast.writer)
    review.send_back(returned, by=cast.editor, reason="数字没有出处")
    rows = {row.article.title: row for row in at_desk(cast.editor).get(LIST).context["rows"]}
    assert rows["在审"].turn
    assert rows["在审"].state != rows["退回"].state
    assert not rows["在审"].returned
    assert "数字没有出处" in rows["退回"].returned
    cast.publish(waiting)
    for _read in range(3):
        reads.count_read(waiting.pk)
    reads.counted_reads.flush()
    rows = {row.article.title: row for row in at_desk(cast.editor).get(LIST).context["rows"]}
    assert rows["在审"].reads == 3
    assert rows["退回"].reads is None


def test_what_stands_in_every_row_is_read_aloud_with_the_title_and_the_picture_is_not(at_desk, cast):
    picture = pictures.store_picture(upload(), by=cast.writer, alt="桥上的人")
    article = cast.article(title="大桥通车", cover=picture)
    cast.sign(article, times=1)
    html = at_desk(cast.chief).get(LIST).content.decode()
    assert re.search(r'<img class="thumbnail"[^>]* alt="" ', html)
    assert re.search(r'/review/">\s*[^<]+<span class="visually-hidden"> 大桥通车</span>', html)


def test_the_list_takes_as_many_queries_for_many_rows_as_for_few(at_desk, cast, django_assert_max_num_queries):
    for _number in range(4):
        cast.publish(cast.article())
    client = at_desk(cast.editor)
    with django_assert_max_num_queries(22):
        client.get(LIST, {"q": "便民桥"})


def test_ticks_sign_copy_move_and_pin(at_desk, cast):
    articles = [cast.article(by=cast.writer) for _number in range(2)]
    for article in articles:
        review.submit_article(article, by=cast.writer)
    at_desk(cast.editor).post(LIST, {"act": "pass", "article": tick(*articles)})
    assert set(Article.objects.values_list("stage", flat=True)) == {2}
    at_desk(cast.writer).post(LIST, {"act": "copy", "article": tick(*articles)})
    assert Article.objects.count() == 4
    drafts = list(Article.objects.filter(stage=0))
    at_desk(cast.admin).post(LIST, {"act": "move", "article": tick(*drafts), "to": cast.culture.pk})
    assert set(Article.objects.filter(stage=0).values_list("section", flat=True)) == {cast.culture.pk}
    cast.publish(drafts[0])
    at = timezone.localtime(timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    asked = {"act": "pin", "article": tick(drafts[0]), "pinned_until": f"{at:%Y-%m-%dT%H:%M}"}
    at_desk(cast.editor).post(LIST, asked)
    assert Article.objects.get(pk=drafts[0].pk).pinned_until == at


def test_what_is_refused_is_told_with_its_reason_and_the_others_are_done(at_desk, cast):
    draft, public = cast.article(), cast.article()
    cast.publish(public)
    response = at_desk(cast.editor).post(LIST, {"act": "discard", "article": tick(draft, public)}, follow=True)
    assert Article.objects.get(pk=draft.pk).discarded_at
    assert Article.objects.get(pk=public.pk).discarded_at is None
    assert any(sentence.startswith(f"{public.pk} {public.title}") for sentence in said(response))


@pytest.mark.parametrize("sent", [{}, {"act": "explode"}, {"act": "move"}, {"act": "pin"}, {"act": "discard 1"}])
def test_an_act_without_what_it_needs_changes_nothing(at_desk, cast, sent):
    article = cast.article(by=cast.editor)
    response = at_desk(cast.editor).post(LIST, {"article": tick(article), **sent}, follow=True)
    assert said(response)
    article.refresh_from_db()
    assert (article.section, article.discarded_at, article.pinned_until) == (cast.news, None, None)


def test_a_row_of_the_menu_is_copied_and_opened(at_desk, cast):
    article = cast.article()
    response = at_desk(cast.writer).post(LIST, {"act": f"copy {tick(article)[0]}"})
    copy = Article.objects.order_by("-pk")[0]
    assert copy.pk != article.pk
    assert response["Location"] == f"{LIST}{copy.pk}/change/"


def test_ticks_on_what_one_may_not_read_do_nothing_and_tell_nothing(at_desk, cast):
    article = cast.article(title="密稿", credits=[])
    outside = make_user("outside", ["write"], cast.culture)
    response = at_desk(outside).post(LIST, {"act": "copy", "article": tick(article)}, follow=True)
    assert Article.objects.count() == 1
    assert "密稿" not in response.content.decode()
