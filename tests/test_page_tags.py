"""The self-check of page tags: every kind of page, as it is baked; what is missing is said with a way out."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from articles import baking, page_tags
from articles.baking.generations import baked_generations
from articles.baking.store import file_name
from articles.models import Section, SiteSettings, Topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(cast):
    """A site with every kind of page, of which nothing is missing."""
    SiteSettings.objects.create(pk=1, name="霁川新闻网", description="霁川县的新闻", keywords="霁川")
    Section.objects.update(description="县里的大事", keywords="要闻")
    Topic.objects.create(title="大桥", slug="bridge", introduction="从渡船到大桥", state=Topic.State.OPEN)
    article = cast.article(title="大桥“A&B” <通车>", keywords="大桥", summary="今日通车。")
    cast.publish(article)
    baking.bake_everything(processes=1)
    return article


def said(pages):
    with translation.override("en"):
        return {(page.path, problem.id, str(problem)) for page in pages for problem in page.problems}


def replace_in(path, *pairs):
    store, body = baked_generations().served(), baking.served_page(path)
    for old, new in pairs:
        assert old.encode() in body
        body = body.replace(old.encode(), new.encode())
    store.replace(file_name(path), body, {})


def test_a_complete_site_has_nothing_wrong_on_any_kind_of_page(site):
    pages = page_tags.check_page_tags()
    assert said(pages) == set()
    kinds = ("/", "/topics/", "/corrections/", "/archive/", "/s/", "/t/", "/p/", "/o/", "/k/", "/a/")
    assert [kind for kind in kinds if not any(page.path.startswith(kind) for page in pages)] == []
    assert {str(kind.name) for kind in page_tags.page_kinds()} == {str(page.kind) for page in pages}


def test_what_the_newsroom_left_out_is_said_with_where_it_is_filled_in(site, cast):
    SiteSettings.objects.update(description="", keywords="")
    cast.change(site, keywords="", summary="")
    cast.publish(site)
    baking.bake_everything(processes=1)
    with translation.override("en"):
        found = said(page_tags.check_page_tags())
    assert ("/", "page_tags.missing") in {(path, problem) for path, problem, _sentence in found}
    sentences = {sentence for _path, _problem, sentence in found}
    assert "Keywords is missing. Give the article keywords." in sentences
    assert any("Fill in the description of the site in the site settings." in sentence for sentence in sentences)


def test_a_page_that_lost_a_tag_or_says_another_title_is_found(site):
    path = site.get_absolute_url()
    replace_in(
        path,
        ('name="PubDate"', 'name="Date"'),
        ('name="ArticleTitle" content="大桥', 'name="ArticleTitle" content="小桥'),
    )
    found = {(where, problem) for where, problem, _sentence in said(page_tags.check_page_tags())}
    assert found == {(path, "page_tags.missing"), (path, "page_tags.disagrees")}


def test_a_page_of_another_host_is_found(site, settings):
    settings.SITE_URL = "https://news.example.cn"
    found = said(page_tags.check_page_tags())
    assert ("/", "page_tags.disagrees") in {(where, problem) for where, problem, _sentence in found}


def test_a_page_without_a_file_is_said(site):
    baked_generations().served().remove(file_name("/corrections/"))
    assert {(where, problem) for where, problem, _s in said(page_tags.check_page_tags())} == {
        ("/corrections/", "page_tags.not_baked")
    }


def test_the_queries_do_not_grow_with_the_articles(cast, django_assert_max_num_queries):
    for _n in range(2):
        cast.publish(cast.article(keywords="大桥"))
        with django_assert_max_num_queries(10):
            page_tags.check_page_tags()


def test_the_command_lists_what_is_wrong_and_exits_1(site, capsys):
    call_command("check_page_tags")
    assert " 0 have something wrong" in capsys.readouterr().out
    replace_in("/", ('name="SiteName"', 'name="Site"'))
    with pytest.raises(SystemExit) as ended:
        call_command("check_page_tags")
    assert ended.value.code == 1
    assert "/ (" in capsys.readouterr().out


def test_the_desk_shows_it_to_those_who_can_put_it_right(client, site, cast):
    replace_in("/", ('name="SiteName"', 'name="Site"'))
    client.force_login(cast.chief)
    page = client.get("/admin/page-tags/").content.decode()
    assert "SiteName" in page
    assert page.index("SiteName") < page.index("/corrections/")
    assert "/admin/page-tags/" in client.get("/admin/articles/sitesettings/1/change/").content.decode()
    for who in ("writer", "stranger"):
        client.force_login(getattr(cast, who))
        assert client.get("/admin/page-tags/").status_code == 403
    assert Client().get("/admin/page-tags/").status_code == 302
