"""Mistyped and hostile input at the desk: no address and no field causes a server error or bypasses a check."""

import pytest
from django.urls import reverse

from articles import attachments, review
from articles.models import Article, Person
from tests.cast import Role, upload
from tests.test_admin_article import change_url, form

pytestmark = pytest.mark.django_db

ADD = "/admin/articles/article/add/"


def test_invisible_characters_are_removed_from_names_and_feeds_stay_valid(client, cast):
    client.force_login(cast.writer)
    client.post("/admin/articles/person/add/", {"name": "王\x0b五\u200b\x01", "unit": "\x02站"})
    person = Person.objects.get(unit="站")
    assert person.name == "王 五"
    raw = Person.objects.create(name="赵\x01六")  # a row that was not saved through the desk
    cast.publish(
        cast.article(credits=[(Role.AUTHOR, person), (Role.PHOTO, raw), (Role.RESPONSIBLE_EDITOR, cast.liang)])
    )
    for path in ("/feeds/all.atom", "/feeds/news.atom"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("title", ["\x01", "\u200b", " \u3000", "\ufeff\x02"])
def test_an_invisible_title_is_refused(client, cast, title):
    client.force_login(cast.writer)
    response = client.post(ADD, form(cast, title=title))
    assert response.context["errors"]
    assert not Article.objects.exists()


def test_an_incomplete_year_gets_an_error(client, cast):
    client.force_login(cast.writer)
    response = client.post(ADD, form(cast, embargo_until="0001-01-01T00:00"))
    assert response.context["errors"]


@pytest.mark.parametrize("value", ["x", "9" * 30, "9" * 5000, "²", "-1"])
@pytest.mark.parametrize("key", ["source", "cover", "credits-0-person", "section", "_over", "based_on"])
def test_invalid_choices_and_numbers_cause_no_server_error(client, cast, key, value):
    client.force_login(cast.writer)
    assert client.post(ADD, form(cast, **{key: value})).status_code in (200, 302)
    article = cast.article()
    assert client.post(change_url(article), form(cast, article, **{key: value})).status_code in (200, 302)
    assert client.get(ADD, {key: value, "expires_at": "0001-01-01"}).status_code == 200


@pytest.mark.parametrize("who", ["writer", "admin", "stranger"])
@pytest.mark.parametrize("key", ["²", "9" * 30, "9" * 5000, "x"])
def test_impossible_article_numbers_cause_no_server_error(client, cast, who, key):
    client.force_login(getattr(cast, who))
    assert client.get(f"/admin/articles/article/{key}/change/").status_code in (302, 403, 404)


def test_a_day_outside_the_calendar_causes_no_server_error(client, cast):
    client.force_login(cast.admin)
    response = client.get("/admin/articles/auditentry/", {"at__gte": "0001-01-01", "at__lt": "9999-12-31"})
    assert response.status_code in (200, 302)


def asked(response):
    return "would_void" in [e.code for e in response.context["adminform"].form.non_field_errors().as_data()]


def test_a_reader_who_credits_herself_must_confirm_and_loses_nothing(client, cast):
    article = cast.article()
    cast.sign(article, times=1)
    her = Person.objects.create(name="苏怀瑾", user=cast.head)
    client.force_login(cast.head)
    changed = form(cast, article, title="她改的题目")
    number = int(changed["credits-TOTAL_FORMS"])
    changed |= {
        "credits-TOTAL_FORMS": number + 1,
        f"credits-{number}-role": "author",
        f"credits-{number}-person": her.pk,
        f"credits-{number}-position": number,
    }
    response = client.post(change_url(article), changed)
    article.refresh_from_db()
    assert asked(response)
    assert "她改的题目" in response.content.decode()
    assert (article.stage, article.latest.number) == (2, 1)
    client.post(change_url(article), {**changed, "voiding": "on"})
    article.refresh_from_db()
    assert (article.stage, article.title) == (0, "她改的题目")


def test_voiding_by_a_name_changed_elsewhere_needs_confirmation(client, cast):
    article = cast.article()
    cast.sign(article, times=1)
    cast.own.name = "霁川新闻网（新）"
    cast.own.save()
    client.force_login(cast.writer)
    same = form(cast, article, title=article.title, body=article.body)
    for said in ({}, {"voiding": "false"}):
        assert asked(client.post(change_url(article), {**same, **said}))
    article.refresh_from_db()
    assert (article.stage, article.latest.number) == (2, 1)


def test_only_the_uploader_renames_a_file_and_it_keeps_its_type(client, cast):
    paper = attachments.store_attachment(
        upload(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "通知.pdf"), by=cast.writer
    )
    address = f"/admin/articles/attachment/{paper.pk}/change/"
    client.force_login(cast.towns_writer)
    assert client.post(address, {"name": "假通知.exe"}).status_code == 403
    client.force_login(cast.writer)
    client.post(address, {"name": "通知.exe"})
    response = client.get(f"/admin{paper.url}")
    assert response["Content-Disposition"].endswith(".exe.pdf")
    response.close()


def test_a_colleague_who_lost_the_duty_does_not_block_other_decisions(client, cast):
    article = cast.article()
    review.submit_article(article, by=cast.admin)
    client.force_login(cast.editor)
    address = reverse("admin:articles_article_review", args=[article.pk])
    client.post(address, {"revision": 1, "decision": "pass", "opinion": "", "to": cast.stranger.pk})
    article.refresh_from_db()
    assert article.stage == 2


def test_five_thousand_credits_are_refused_without_building_as_many_rows(client, cast, django_assert_max_num_queries):
    client.force_login(cast.writer)
    with django_assert_max_num_queries(40):
        response = client.post(ADD, form(cast, **{"credits-TOTAL_FORMS": "5000"}))
    formset = response.context["inline_admin_formsets"][0].formset
    assert len(formset.forms) == 100
    assert formset.non_form_errors()
    assert not Article.objects.exists()
