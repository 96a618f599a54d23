"""Lists beside the sections: of people, of sources, of months and days; each exactly what is public."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from articles import baking, publishing
from articles.baking import affected_pages
from articles.models import Article, BakeJob, Credit, Person, Source
from tests.baked import assert_disk_matches_site
from tests.cast import SEARCH_INDEX_QUERIES

pytestmark = pytest.mark.django_db
DAY = datetime(2024, 2, 29, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai


def html(client, path):
    return client.get(path).content.decode()


def of_old(cast, at, title="旧稿"):
    article = cast.article(title=title)
    publishing.publish_archived(article, by=cast.chief, at=at, origin="旧站")
    return article


# --- people and sources ---------------------------------------------------------------------------------------------


def test_a_person_has_the_articles_that_print_the_name_and_unit(client, cast):
    namesake = Person.objects.create(name="林晓舟", unit="望桥乡人民政府")
    others = [(Credit.Role.REPORTER, namesake), (Credit.Role.RESPONSIBLE_EDITOR, cast.liang)]
    first, second = cast.article(title="大桥通车"), cast.article(title="望桥赶集", credits=others)
    for article in (first, second):
        cast.publish(article)
    page = html(client, cast.lin.get_absolute_url())
    assert "大桥通车" in page
    assert "望桥赶集" not in page
    assert "望桥赶集" in html(client, namesake.get_absolute_url())
    assert "大桥通车" in html(client, cast.liang.get_absolute_url())
    assert f'<a href="{cast.lin.get_absolute_url()}">林晓舟</a>' in html(client, first.get_absolute_url())


def test_nobody_has_a_page_before_being_printed_and_after_all_is_withdrawn(client, cast):
    article = cast.article()
    assert client.get(cast.lin.get_absolute_url()).status_code == 404
    cast.publish(article)
    assert client.get(cast.lin.get_absolute_url()).status_code == 200
    publishing.withdraw_article(article, by=cast.editor, reason="核实")
    assert client.get(cast.lin.get_absolute_url()).status_code == 404
    assert client.get(cast.own.get_absolute_url()).status_code == 404
    assert client.get(f"/p/{10**30}/").status_code == 404


def test_a_correction_of_a_credit_rewrites_both_pages(cast):
    article = cast.article()
    cast.publish(article)
    zhu = Person.objects.create(name="祝小满")
    article.refresh_from_db()
    credits = [(Credit.Role.REPORTER, zhu), (Credit.Role.RESPONSIBLE_EDITOR, cast.liang)]
    from articles import editing  # noqa: PLC0415

    editing.save_article(article, by=cast.admin, credits=credits)
    cast.sign(article, note="记者姓名有误。")
    BakeJob.objects.all().delete()
    publishing.publish_correction(article, by=cast.editor)
    asked = set(BakeJob.objects.values_list("path", flat=True))
    assert {cast.lin.get_absolute_url(), zhu.get_absolute_url(), cast.own.get_absolute_url()} <= asked


def test_a_source_leads_to_its_own_site_and_to_older_articles(client, cast, monkeypatch):
    monkeypatch.setattr("articles.public.pages.persons_sources_keywords.NEWEST", 2)
    Source.objects.filter(pk=cast.own.pk).update(url="https://news.example.cn/")
    for n in range(3):
        cast.publish(cast.article(title=f"稿{n}"))
    page = html(client, cast.own.get_absolute_url())
    assert 'href="https://news.example.cn/"' in page
    assert "稿0" not in page
    assert "稿2" in page
    older = f"/search/?source={'%E9%9C%81%E5%B7%9D%E6%96%B0%E9%97%BB%E7%BD%91'}&order=time"
    assert older.replace("&", "&amp;") in page
    assert "稿0" in html(client, older)


@pytest.mark.parametrize("kind", ["lin", "own"])
def test_their_pages_ask_little(client, cast, kind, django_assert_max_num_queries):
    for _ in range(3):
        cast.publish(cast.article())
        with django_assert_max_num_queries(SEARCH_INDEX_QUERIES + 5):
            client.get(getattr(cast, kind).get_absolute_url())


def test_a_new_name_bakes_the_site_where_it_is_printed(client, cast):
    cast.publish(cast.article())
    BakeJob.objects.all().delete()
    client.force_login(cast.admin)
    client.post("/admin/articles/person/add/", {"name": "新人", "unit": ""})
    assert not BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()
    client.post(f"/admin/articles/person/{cast.lin.pk}/change/", {"name": "林晓洲", "unit": cast.lin.unit})
    assert BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()


# --- months and days ------------------------------------------------------------------------------------------------


def test_an_article_stands_on_its_day_in_the_sites_zone(client, cast):
    of_old(cast, DAY, "闰日的稿子")
    of_old(cast, DAY + timedelta(minutes=1), "次日的稿子")
    assert "闰日的稿子" in html(client, "/archive/2024-02-29/")
    assert "次日的稿子" not in html(client, "/archive/2024-02-29/")
    assert "次日的稿子" in html(client, "/archive/2024-03-01/")
    assert 'href="/archive/2024-02-29/"' in html(client, "/archive/2024-02/")
    assert 'href="/archive/2024-02/"' in html(client, "/archive/")
    assert 'href="/archive/2024-03/"' in html(client, "/archive/")


@pytest.mark.parametrize(
    "path",
    [
        "/archive/2024-02-28/",
        "/archive/2024-02-30/",
        "/archive/2024-13/",
        "/archive/2024-01/",
        "/archive/0000-00/",
        "/archive/9999-12/",
        "/archive/9999-12-31/",
        "/archive/2024-2/",
    ],
)
def test_days_without_articles_have_no_page(client, cast, path):
    of_old(cast, DAY)
    assert client.get(path).status_code == 404


def test_the_list_of_months_is_written_anew_for_a_month_that_begins_or_ends(cast):
    first, second = of_old(cast, DAY), of_old(cast, DAY - timedelta(days=1))
    for article, alone in ((first, False), (second, False)):
        assert ("/archive/" in affected_pages.article_pages(article)) is alone
    publishing.withdraw_article(first, by=cast.chief, reason="核实")
    second.refresh_from_db()
    assert "/archive/" in affected_pages.article_pages(second)


def test_a_month_counts_what_readers_may_see(client, cast):
    first, second = of_old(cast, DAY), of_old(cast, DAY)
    months = [client.get("/archive/2024-02/").context["weeks"]]
    for article in (first, second):
        Article.objects.filter(pk=article.pk).update(expires_at=timezone.now() - timedelta(hours=1))
        response = client.get("/archive/2024-02/")
        months += [response.context["weeks"]] if response.status_code == 200 else []
    assert [sum(day.count for week in weeks for day in week) for weeks in months] == [2, 1]
    assert client.get("/archive/2024-02/").status_code == 404


@pytest.mark.parametrize("path", ["/archive/", "/archive/2024-02/", "/archive/2024-02-29/"])
def test_the_archive_asks_little(client, cast, path, django_assert_max_num_queries):
    for _ in range(4):
        of_old(cast, DAY)
        with django_assert_max_num_queries(5):
            assert client.get(path).status_code == 200


def test_all_of_them_are_files_that_agree_with_the_site(cast):
    for group in affected_pages.all_addresses():
        baking.request_bake(group)
    published, old = cast.article(title="大桥通车"), of_old(cast, DAY)
    cast.publish(published)
    baking.bake_pending()
    assert_disk_matches_site()
    publishing.withdraw_article(old, by=cast.chief, reason="核实")
    baking.bake_pending()
    assert_disk_matches_site()
    listed = {path for group in affected_pages.all_addresses() for path in group}
    today = timezone.localdate(Article.objects.get(pk=published.pk).first_published_at)
    assert {f"/archive/{today}/", f"/archive/{today:%Y-%m}/", "/archive/", cast.lin.get_absolute_url()} <= listed
    assert "/archive/2024-02-29/" not in listed
