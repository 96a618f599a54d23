"""The form of a new article: the caret is in the title, and what this person chose last is filled in."""

import re

import pytest
from django.urls import reverse

from articles.models import Article, Credit
from tests.desk_scene import filled

pytestmark = pytest.mark.django_db
ADD = reverse("admin:articles_article_add")


def shown(client, user):
    client.force_login(user)
    context = client.get(ADD).context
    form = context["adminform"].form
    rows = context["inline_admin_formsets"][0].formset.forms
    credits = [(row["role"].value(), row["person"].value()) for row in rows if row["person"].value()]
    return form["section"].value(), form["source"].value(), credits


def own_person(cast, user):
    cast.lin.user = user
    cast.lin.save()
    return cast.lin.pk


def test_section_source_and_one_s_own_credits_of_the_last_article_are_filled_in(client, cast):
    own = own_person(cast, cast.writer)
    cast.article(by=cast.editor, section=cast.news)
    cast.article(
        by=cast.writer,
        section=cast.culture,
        source=cast.listed,
        credits=[("photo", cast.lin), ("reporter", cast.lin), ("responsible_editor", cast.liang)],
    )
    cast.article(by=cast.editor, section=cast.news)
    assert shown(client, cast.writer) == (
        cast.culture.pk,
        cast.listed.pk,
        [("photo", own), ("reporter", own), ("responsible_editor", cast.liang.pk)],
    )


@pytest.mark.parametrize("role", [role for role in Credit.Role.values if role != "responsible_editor"])
def test_nobody_else_is_an_author_without_being_chosen(client, cast, role):
    own = own_person(cast, cast.writer)
    cast.article(by=cast.writer, credits=[(role, cast.liang), ("reporter", cast.lin)])
    assert shown(client, cast.writer)[2] == [("reporter", own)]
    cast.article(by=cast.writer, credits=[(role, cast.liang)])
    assert shown(client, cast.writer)[2] == []


def test_nothing_is_filled_in_for_a_first_article_or_from_a_reprint(client, cast):
    cast.article(by=cast.editor)
    assert shown(client, cast.writer) == (None, None, [])
    cast.article(by=cast.writer, origin=Article.Origin.REPRINT, source=cast.listed)
    assert shown(client, cast.writer) == (None, None, [])


def test_where_nobody_was_responsible_the_section_s_usual_editor_is(client, cast):
    own = own_person(cast, cast.writer)
    cast.publish(cast.article(section=cast.culture, credits=[("responsible_editor", cast.liang)]))
    cast.article(by=cast.writer, section=cast.culture, credits=[("reporter", cast.lin)])
    both = [("reporter", own), ("responsible_editor", cast.liang.pk)]
    assert shown(client, cast.writer)[2] == both
    cast.article(by=cast.writer, section=cast.news, credits=[("reporter", cast.lin)])
    assert shown(client, cast.writer)[2] == both[:1], "nothing is published there"


def test_what_was_filled_in_is_saved_as_it_is_sent(client, cast):
    own = own_person(cast, cast.writer)
    cast.article(by=cast.writer, credits=[("reporter", cast.lin), ("photo", cast.lin)])
    client.force_login(cast.writer)
    page = client.post(
        ADD, {**filled(client.get(ADD)), "title": "第二篇", "body": "<p>正文</p>", "credits-1-DELETE": "on"}
    )
    assert page.status_code == 302, page.context["errors"]
    second = Article.objects.get(title="第二篇")
    assert list(Credit.objects.filter(article=second).values_list("role", "person")) == [("reporter", own)]


def test_the_title_comes_first_and_quiet_lines_are_closed_until_something_is_in_them(client, cast):
    client.force_login(cast.writer)
    page = client.get(ADD).content.decode()
    assert page.count('<details class="on-demand">') == 3
    assert re.search(r'<textarea [^>]*name="title"[^>]* autofocus', page)
    article = cast.article(summary="今日通车。")
    page = client.get(reverse("admin:articles_article_change", args=[article.pk])).content.decode()
    assert page.count('<details class="on-demand">') == 2
    assert page.count('<details class="on-demand" open>') == 1


def test_the_state_of_a_text_in_its_readings_is_not_draft(client, cast):
    def state(article):
        client.force_login(cast.chief)
        article.refresh_from_db()
        page = client.get(reverse("admin:articles_article_change", args=[article.pk]))
        return page.context["state"].word

    article = cast.article()
    assert state(article) == "草稿"
    cast.sign(article, times=0)
    assert state(article) == "审核中"
    cast.sign(article)
    assert state(article) == "已审待发"


def test_it_takes_two_queries_more_than_an_empty_form(client, cast, django_assert_max_num_queries):
    client.force_login(cast.writer)
    for _ in range(3):
        cast.article(by=cast.writer)
    client.get(ADD)
    with django_assert_max_num_queries(16):
        client.get(ADD)
