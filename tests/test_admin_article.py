"""The article's screen: an editor's work through the real forms, and permissions at every address."""

import re
from contextlib import ExitStack
from unittest import mock

import pytest
from django.urls import reverse

from articles import discarding, publishing, sanitising
from articles.models import Article, AuditEntry, Revision
from articles.models.article import ArticleQuerySet

pytestmark = pytest.mark.django_db


def login(client, user):
    client.force_login(user)
    return client


def form(cast, article=None, **facts):
    data = {
        "title": "大桥通车",
        "body": "<p>正文。</p>",
        "section": cast.news.pk,
        "source": cast.own.pk,
        "origin": "own",
        "based_on": article.latest.number if article else "",
        "credits-TOTAL_FORMS": "1",
        "credits-INITIAL_FORMS": "0",
        "credits-MIN_NUM_FORMS": "0",
        "credits-MAX_NUM_FORMS": "1000",
        "credits-0-role": "responsible_editor",
        "credits-0-person": cast.liang.pk,
        "credits-0-position": "0",
    }
    if article:
        credits = list(article.credits.all())
        data |= {"credits-TOTAL_FORMS": len(credits), "credits-INITIAL_FORMS": len(credits)}
        for index, credit in enumerate(credits):
            data |= {
                f"credits-{index}-id": credit.pk,
                f"credits-{index}-article": article.pk,
                f"credits-{index}-role": credit.role,
                f"credits-{index}-person": credit.person_id,
                f"credits-{index}-position": credit.position,
            }
    return {**data, **facts}


def change_url(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


ADD = "/admin/articles/article/add/"


def test_write_save_publish_correct_withdraw(client, cast):
    login(client, cast.writer)
    client.post(ADD, form(cast))
    article = Article.objects.get()
    assert (article.created_by, article.latest.number, article.state) == (cast.writer, 1, "draft")
    client.post(change_url(article), form(cast, article, title="大桥今日通车", _submit="1"))
    article.refresh_from_db()
    assert (article.state, article.stage) == ("draft", 1)
    read_by_all(client, cast, article)
    client.post(reverse("admin:articles_article_publish", args=[article.pk]))
    article.refresh_from_db()
    assert (article.state, article.live.title) == ("live", "大桥今日通车")
    login(client, cast.writer)
    client.post(change_url(article), form(cast, article, title="大桥通车一周"))
    article.refresh_from_db()
    assert (article.state, article.live.title) == ("changed", "大桥今日通车")
    client.post(reverse("admin:articles_article_submit", args=[article.pk]), {"note": "标题“今日”应为“一周”。"})
    read_by_all(client, cast, article)
    client.post(reverse("admin:articles_article_correct", args=[article.pk]))
    article.refresh_from_db()
    assert article.live.title == "大桥通车一周"
    client.post(reverse("admin:articles_article_withdraw", args=[article.pk]), {"reason": "待核"})
    article.refresh_from_db()
    assert article.state == "withdrawn"
    client.post(reverse("admin:articles_article_put_back", args=[article.pk]), {"reason": "核实无误"})
    article.refresh_from_db()
    assert article.state == "live"
    read = ["article.submitted", *["article.signed_off"] * 3]
    assert [e.action for e in AuditEntry.objects.order_by("pk") if e.action.startswith("article.")] == [
        "article.saved",
        "article.saved",
        *read,
        "article.published",
        "article.saved",
        *read,
        "article.corrected",
        "article.withdrawn",
        "article.put_back",
    ]


def read_by_all(client, cast, article):
    """Let the three readers sign off on their page, then log the editor in again."""
    for reader in cast.readers():
        login(client, reader)
        article.refresh_from_db()
        client.post(
            reverse("admin:articles_article_review", args=[article.pk]),
            {"revision": article.latest.number, "decision": "pass", "opinion": ""},
        )
    article.refresh_from_db()
    assert article.is_read_by_all
    login(client, cast.editor)


def test_a_crafted_form_cannot_set_the_clock_or_what_is_public(client, cast):
    article = cast.article()
    login(client, cast.editor).post(
        change_url(article),
        form(
            cast,
            article,
            first_published_at="2020-01-01 00:00:00",
            migrated="on",
            live="1",
            ordinal="1",
            created_by=cast.admin.pk,
            withdrawn_at="2020-01-01",
        ),
    )
    article.refresh_from_db()
    assert (article.title, article.first_published_at, article.migrated, article.live) == (
        "大桥通车",
        None,
        False,
        None,
    )


def test_the_editor_is_told_what_the_sanitiser_removed(client, cast):
    response = login(client, cast.writer).post(
        ADD,
        form(cast, body='<p style="color:red">正文</p><script>alert(1)</script><img src="https://x.example/a.jpg">'),
        follow=True,
    )
    assert Article.objects.get().body == "<p>正文</p>"
    assert len(response.context["messages"]) >= 3


def test_a_body_is_sanitised_once_for_a_save(client, cast):
    article = cast.article()
    with mock.patch.object(sanitising, "_gate", wraps=sanitising._gate) as gate:
        body = '<p style="color:red">改过的正文</p>'
        response = login(client, cast.writer).post(change_url(article), form(cast, article, body=body), follow=True)
        bodies = [call for call in gate.clean.call_args_list if "改过的正文" in call.args[0]]
    assert article.revisions.get(number=2).content["body"] == "<p>改过的正文</p>"
    assert len(response.context["messages"]) == 2  # one about what was removed, one about saving
    assert len(bodies) == 1


def test_a_save_sanitises_the_body_once(client, cast, monkeypatch):
    seen = []
    sanitise = sanitising.sanitise
    monkeypatch.setattr(sanitising, "sanitise", lambda html: seen.append(html) or sanitise(html))
    login(client, cast.writer).post(ADD, form(cast))
    assert seen == ["<p>正文。</p>"]
    article = Article.objects.get()
    client.post(change_url(article), form(cast, article, body="<p>改过。</p>"))
    assert seen == ["<p>正文。</p>", "<p>改过。</p>"]


def test_a_body_that_is_too_long_gets_an_error_and_is_kept_in_the_form(client, cast, monkeypatch):
    def refuse(html):
        raise sanitising.BodyTooLong("太长了")

    monkeypatch.setattr(sanitising, "sanitise", refuse)
    response = login(client, cast.writer).post(ADD, form(cast, body="<p>很长的正文</p>"))
    assert response.context["adminform"].form.errors["body"] == ["太长了"]
    assert "很长的正文" in response.content.decode()
    assert not Article.objects.exists()


def test_problems_are_listed_and_do_not_prevent_saving(client, cast):
    response = login(client, cast.editor).post(ADD, form(cast, body="", _submit="1"), follow=True)
    article = Article.objects.get()
    assert article.state == "draft"
    assert Revision.objects.count() == 1
    assert article.stage == 0
    assert "正文" in said(response)


def test_two_editors_of_one_text_lose_nothing(client, cast):
    article = cast.article(title="原题")
    opened = form(cast, article, title="我的版本", body="<p>我写的</p>")
    cast.change(article, by=cast.editor, title="别人的版本")
    response = login(client, cast.writer).post(change_url(article), opened)
    article.refresh_from_db()
    assert article.title == "别人的版本"
    html = response.content.decode()
    assert "我的版本" in html
    assert "我写的" in html
    assert "梁静姝" in html


@pytest.mark.parametrize("who", ["stranger", "culture_editor"])
def test_users_without_the_duty_cannot_change_an_article(client, cast, who):
    article = cast.article(title="原题")
    response = login(client, getattr(cast, who)).post(change_url(article), form(cast, article))
    assert response.status_code == 403
    article.refresh_from_db()
    assert article.title == "原题"


def test_a_section_the_user_may_not_write_in_is_neither_offered_nor_accepted(client, cast):
    login(client, cast.culture_editor)
    html = client.get(ADD).content.decode()
    assert "文旅" in html
    assert not re.search(r"<option[^>]*>要闻", html)
    client.post(ADD, form(cast, section=cast.news.pk))
    assert not Article.objects.exists()


@pytest.mark.parametrize("act", ["publish", "withdraw"])
@pytest.mark.parametrize("who", ["writer", "culture_editor", "stranger"])
def test_acts_check_permissions_themselves(client, cast, act, who):
    article = cast.article()
    if act == "withdraw":
        cast.publish(article)
    login(client, getattr(cast, who))
    response = client.post(reverse(f"admin:articles_article_{act}", args=[article.pk]), {"reason": "x"})
    article.refresh_from_db()
    assert response.status_code in (302, 403, 404)
    assert article.state == ("live" if act == "withdraw" else "draft")


@pytest.mark.parametrize("act", ["publish", "withdraw"])
def test_a_get_request_changes_nothing(client, cast, act):
    article = cast.article()
    if act == "withdraw":
        cast.publish(article)
    client = login(client, cast.editor)
    client.get(reverse(f"admin:articles_article_{act}", args=[article.pk]))
    article.refresh_from_db()
    assert article.state == ("live" if act == "withdraw" else "draft")


def test_withdrawing_requires_a_reason(client, cast):
    article = cast.article()
    cast.publish(article)
    response = login(client, cast.editor).post(
        reverse("admin:articles_article_withdraw", args=[article.pk]), {"reason": " "}
    )
    assert response.status_code == 200
    assert response.context["form"].errors["reason"]
    article.refresh_from_db()
    assert article.state == "live"


def test_revisions_can_be_read_and_restored(client, cast):
    article = cast.article(title="第一稿")
    cast.change(article, title="第二稿")
    cast.publish(article)
    login(client, cast.editor)
    assert client.get(reverse("admin:articles_article_revisions", args=[article.pk])).status_code == 200
    first = reverse("admin:articles_article_revision", args=[article.pk, 1])
    assert client.get(first).status_code == 200
    client.post(first)
    article.refresh_from_db()
    assert (article.title, article.latest.number, article.live.title) == ("第一稿", 3, "第二稿")
    assert client.get(reverse("admin:articles_article_revision", args=[article.pk, 9])).status_code == 404


def post_while_it_is_discarded(client, cast, article, act, posted):
    """Post an act on an article that is discarded after the view has loaded it, before the act locks it."""
    login(client, cast.admin)
    with ExitStack() as patched:

        def late(rows, number):
            patched.close()
            discarding.discard_draft(Article.objects.get(pk=number), by=cast.admin)
            return rows.get_locked(number)

        patched.enter_context(mock.patch.object(ArticleQuerySet, "get_locked", late))
        return client.post(reverse(f"admin:articles_article_{act}", args=[article.pk]), posted, follow=True)


def test_submitting_a_draft_that_was_just_discarded_redirects_with_a_message(client, cast):
    response = post_while_it_is_discarded(client, cast, cast.article(), "submit", {})
    assert response.redirect_chain == [("/admin/", 302)]
    assert "可能已经被删除了" in said(response)


def test_saving_a_draft_that_was_just_discarded_is_refused_and_keeps_the_text(client, cast):
    article = cast.article()
    response = post_while_it_is_discarded(client, cast, article, "change", form(cast, article, title="晚了一步"))
    assert response.redirect_chain == []
    assert [error.code for error in response.context["adminform"].form.non_field_errors().as_data()] == ["gone"]
    assert "晚了一步" in response.content.decode()
    assert not Revision.objects.filter(number=2).exists()


def test_a_draft_can_be_discarded_but_no_published_article(client, cast):
    draft, live = cast.article(), cast.article()
    cast.publish(live)
    login(client, cast.editor)
    for article in (draft, live):
        client.post(reverse("admin:articles_article_delete", args=[article.pk]), {"post": "yes"})
    assert list(Article.objects.kept()) == [live]


def test_the_card_shows_state_address_codes_and_problems(client, cast):
    article = cast.article()
    cast.publish(article)
    cast.change(article, source=None)
    html = login(client, cast.editor).get(change_url(article)).content.decode()
    assert article.public_url in html
    for code in (f"W{article.number}", f"M{article.number}", f"P{article.number}-1"):
        assert f"/q/{code}.svg" in html
    assert f'href="{change_url(article)}#id_source"' in html
    assert f"/{article.pk}/revisions/2/text/" in html
    assert 'href="/preview/' not in html, "a link for others is made by a button"


def test_publishers_who_may_not_write_see_the_form_read_only_with_the_act(client, cast):
    from tests.cast import make_user  # noqa: PLC0415

    article = cast.article()
    cast.sign(article)
    publisher = make_user("publisher", ["publish"])
    html = login(client, publisher).get(change_url(article)).content.decode()
    publish = reverse("admin:articles_article_publish", args=[article.pk])
    assert f'class="button next default" href="{publish}"' in html
    assert 'name="_save"' not in html
    client.post(publish)
    article.refresh_from_db()
    assert article.state == "live"


def test_the_list_filters_by_state_with_few_queries(client, cast, django_assert_max_num_queries):
    for _ in range(30):
        cast.publish(cast.article())
    cast.change(Article.objects.last(), title="改过")
    publishing.withdraw_article(Article.objects.first(), by=cast.editor, reason="误")
    cast.article()
    login(client, cast.editor)
    counts = {}
    for state in ("draft", "live", "changed", "expired", "withdrawn", ""):
        with django_assert_max_num_queries(27):
            response = client.get("/admin/articles/article/", {"state": state} if state else {})
        counts[state] = len(response.context["rows"])
    assert counts == {"draft": 1, "live": 28, "changed": 1, "expired": 0, "withdrawn": 1, "": 31}


@pytest.mark.parametrize("query", ["通车", "1", "%", "'", "　", "\x00"])
def test_no_search_term_causes_an_error(client, cast, query):
    cast.article()
    assert login(client, cast.editor).get("/admin/articles/article/", {"q": query}).status_code == 200


@pytest.mark.parametrize("path", ["999999", "abc", "1%27", "99999999999999999999999"])
def test_a_missing_article_causes_no_server_error(client, cast, path):
    assert login(client, cast.editor).get(f"/admin/articles/article/{path}/change/").status_code in (302, 404)


def test_anonymous_visitors_are_asked_to_log_in_everywhere(client, cast):
    article = cast.article()
    for name, args in [
        ("change", [article.pk]),
        ("publish", [article.pk]),
        ("withdraw", [article.pk]),
        ("revisions", [article.pk]),
        ("revision", [article.pk, 1]),
        ("changelist", []),
        ("add", []),
    ]:
        for method in (client.get, client.post):
            response = method(reverse(f"admin:articles_article_{name}", args=args))
            assert response.status_code == 302, name
            assert "/admin/login/" in response["Location"]
    assert Article.objects.get().state == "draft"


def test_a_conflicting_save_shows_both_texts_and_offers_a_choice(client, cast):
    article = cast.article(title="原题", body="<p>桥长三十米。</p>")
    opened = form(cast, article, title="我的版本", body="<p>桥长五十米。</p>")
    cast.change(article, by=cast.editor, body="<p>桥长四十米。</p>")
    login(client, cast.writer)
    html = client.post(change_url(article), opened).content.decode()
    assert "桥长<del>四</del>十米。" in html
    assert "桥长<ins>五</ins>十米。" in html
    assert 'name="_over" value="2"' in html
    cast.change(article, by=cast.editor, body="<p>桥长六十米。</p>")
    client.post(change_url(article), {**opened, "_over": "2"})
    article.refresh_from_db()
    assert article.body == "<p>桥长六十米。</p>", "a third version came in between: asked again"
    client.post(change_url(article), {**opened, "_over": "3"})
    article.refresh_from_db()
    assert (article.title, article.body, article.latest.number) == ("我的版本", "<p>桥长五十米。</p>", 4)


@pytest.mark.parametrize("facts", [{"title": "动一个字"}, {"credits-0-role": "editor"}])
def test_an_edit_that_voids_sign_offs_needs_confirmation(client, cast, facts):
    article = cast.article()
    cast.sign(article, times=2)
    login(client, cast.writer)
    html = client.get(change_url(article)).content.decode()
    assert 'name="voiding"' in html
    changed = form(cast, article, title=article.title, body=article.body) | facts
    response = client.post(change_url(article), changed)
    article.refresh_from_db()
    assert response.status_code == 200
    assert (article.stage, article.latest.number) == (3, 1)
    client.post(change_url(article), {**changed, "voiding": "1"})
    article.refresh_from_db()
    assert (article.stage, article.signed, article.latest.number) == (0, None, 2)


def test_saving_without_a_change_voids_nothing_and_needs_no_confirmation(client, cast):
    article = cast.article()
    cast.sign(article, times=2)
    login(client, cast.writer)
    client.post(change_url(article), form(cast, article, title=article.title, body=article.body))
    article.refresh_from_db()
    assert (article.stage, article.latest.number) == (3, 1)


def test_the_reader_who_may_decide_now_corrects_on_the_form(client, cast):
    article = cast.article()
    cast.sign(article, times=1)
    for duty in ("write",):
        cast.head.assignments.filter(duty=duty).delete()
    login(client, cast.head)
    client.post(change_url(article), form(cast, article, title="改一个字"))
    article.refresh_from_db()
    assert (article.title, article.stage, article.latest.stage, article.signed.stage) == ("改一个字", 2, 2, 1)
    moved = client.post(change_url(article), form(cast, article, section=cast.culture.pk))
    article.refresh_from_db()
    assert moved.status_code == 200
    assert article.section == cast.news
