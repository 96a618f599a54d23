"""Baking: a requested page is baked once, atomically, by one worker; a failed job keeps its error and is retried."""

import errno
import os
from datetime import timedelta
from unittest import mock

import pytest
from django.test import TestCase
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from articles import baking, publishing, worker
from articles.baking import affected_pages, jobs, store
from articles.baking.generations import baked_generations
from articles.baking.render import RenderFailed, render_page
from articles.models import Article, BakeJob, Section
from tests.baked import assert_disk_matches_site, assert_queue_is_empty, breaking, files_on_disk
from tests.cast import Cast, make_section

pytestmark = pytest.mark.django_db

COMMITTED = TestCase.captureOnCommitCallbacks


@pytest.fixture
def site(cast):
    """A newsroom with one public article, baked."""
    cast.shown = cast.article()
    cast.publish(cast.shown)
    baking.bake_everything(processes=1)
    return cast


def said(path):
    return baked_generations().served().read(store.file_name(path))


def later(monkeypatch, **much):
    now = timezone.now() + timedelta(**much)
    monkeypatch.setattr(timezone, "now", lambda: now)


# --- what an act requests -------------------------------------------------------------------------------------------


def test_what_readers_open_first_is_baked_first():
    asked = ["/archive/", "/a/12/history/", "/s/news/", "/feeds/all.atom", "/a/12/", "/s/news/3/", "/", "/a/7/"]
    baking.request_bake(asked)
    baked = []
    with mock.patch.object(jobs, "bake_jobs", side_effect=lambda rows, _most: baked.extend(row.path for row in rows)):
        baking.bake_pending(most=5)
    assert baked == ["/", "/s/news/", "/a/12/", "/a/7/", "/a/12/history/"]


def test_a_published_article_stands_on_every_page_that_shows_it(site):
    article = site.article(title="霁川大桥合龙")
    site.publish(article)
    assert BakeJob.objects.filter(path=article.get_absolute_url(), whole=False).exists()
    baking.bake_pending()
    for path in (
        article.get_absolute_url(),
        "/",
        "/s/news/",
        "/s/news/1/",
        "/feeds/all.atom",
        "/feeds/news.atom",
        site.shown.get_absolute_url(),
    ):
        assert "霁川大桥合龙" in said(path).decode(), path
    assert f"/a/{article.number}/" in said(f"/sitemap-{timezone.localdate():%Y-%m}.xml").decode()
    assert said(f"/q/P{article.number}-1.png")
    assert_queue_is_empty()
    assert_disk_matches_site()


def test_how_many_pages_a_publication_rewrites_does_not_depend_on_the_archive(cast, monkeypatch):
    monkeypatch.setattr("articles.baking.affected_pages.PAGE_SIZE", 2)
    monkeypatch.setattr("articles.models.section.PAGE_SIZE", 2)
    counts = []
    for article in [cast.article() for _ in range(12)]:
        cast.publish(article)
        counts.append(len(affected_pages.article_pages(Article.objects.get(pk=article.pk))))
    assert len(set(counts[5:])) == 1
    assert counts[-1] < 30


def test_the_maps_that_an_act_rewrites(cast, monkeypatch):
    """The article's sitemap and those of later articles of its month."""
    monkeypatch.setattr("articles.baking.affected_pages.sitemaps_of_names", lambda _named: set())
    monkeypatch.setattr("articles.baking.sitemap_files.SITEMAP_SIZE", 4)
    month = f"{timezone.localdate():%Y-%m}"
    first, second, third = (f"/sitemap-{month}{part}.xml" for part in ("", "-2", "-3"))
    articles = [cast.article() for _ in range(8)]

    def maps(article):
        return {
            path
            for path in affected_pages.article_pages(Article.objects.get(pk=article.pk))
            if path.startswith("/sitemap")
        }

    for at_once, expected in (
        (0, [{first}, {first}, {first}, {first, second}, {second}, {second}, {second}]),
        (1, [{second, third}]),
    ):
        monkeypatch.setattr("articles.baking.sitemap_files.CONCURRENT_PUBLICATIONS", at_once)
        for then in expected:
            article = articles.pop(0)
            cast.publish(article)
            assert maps(article) - {"/sitemap-lists.xml"} == then
    assert maps(Article.objects.order_by("number")[0]) >= {first, second, "/sitemap-lists.xml"}
    assert maps(cast.article()) == set()


def test_the_index_of_sitemaps_is_rewritten_when_a_file_begins_or_ends(cast, site, monkeypatch):
    monkeypatch.setattr("articles.baking.sitemap_files.SITEMAP_SIZE", 2)
    replace = store.LocalFiles.replace
    written = []

    def replaced(self, name, *args, **facts):
        written.append(name)
        replace(self, name, *args, **facts)

    monkeypatch.setattr(store.LocalFiles, "replace", replaced)

    def rewrites_index(act):
        written.clear()
        act()
        baking.bake_pending()
        assert_disk_matches_site()
        return "sitemap.xml" in written

    second, third = cast.article(), cast.article()
    assert not rewrites_index(lambda: cast.publish(second))
    assert rewrites_index(lambda: cast.publish(third))
    article = Article.objects.get(pk=third.pk)
    assert rewrites_index(lambda: publishing.withdraw_article(article, by=cast.chief, reason="核实"))


def test_a_burst_of_changes_bakes_each_address_once(site):
    for number in range(5):
        site.change(site.shown, title=f"第{number}稿")
        site.publish(Article.objects.get(pk=site.shown.pk))
    asked = []
    with mock.patch.object(jobs, "render_page", lambda path, _shared: asked.append(path)):
        baking.bake_pending()
    assert len(asked) == len(set(asked))
    assert site.shown.get_absolute_url() in asked


def test_a_withdrawn_page_is_gone_before_the_act_has_answered(site):
    path = site.shown.get_absolute_url()
    assert said(path)
    with COMMITTED(execute=True):
        publishing.withdraw_article(site.shown, by=site.editor, reason="误")
    assert said(path) is None
    assert not [name for name in files_on_disk()[1] if name.startswith(store.file_name(path))]
    baking.bake_pending()
    assert_disk_matches_site()


def test_the_file_goes_even_when_the_database_fails_after_the_commit(site):
    path = site.shown.get_absolute_url()
    with mock.patch.object(jobs, "_remove_file", side_effect=jobs.DatabaseError("away")), COMMITTED(execute=True):
        publishing.withdraw_article(site.shown, by=site.editor, reason="误")
    assert said(path) is None
    assert BakeJob.objects.filter(path=path).exists()


def test_pages_change_by_themselves_when_an_article_expires_or_a_pin_ends(cast, monkeypatch):
    now = timezone.now()
    article = cast.article(expires_at=now + timedelta(hours=3), pinned_until=now + timedelta(hours=1))
    cast.publish(article)
    baking.bake_everything(processes=1)
    worker.queue_pages_changed_by_time()
    pinned = said("/s/news/")
    later(monkeypatch, hours=2)
    assert worker.queue_pages_changed_by_time() == 1
    baking.bake_pending()
    assert said("/s/news/") != pinned
    assert_disk_matches_site()
    later(monkeypatch, hours=2)
    with COMMITTED(execute=True):
        assert worker.queue_pages_changed_by_time() == 1
    assert said(article.get_absolute_url()) is None
    baking.bake_pending()
    assert_disk_matches_site()
    assert worker.queue_pages_changed_by_time() == 0
    later(monkeypatch, hours=-3)  # the clock was corrected: the article is public again
    worker.queue_pages_changed_by_time()
    baking.bake_pending()
    assert said(article.get_absolute_url())
    assert_disk_matches_site()


# --- one worker, one step -------------------------------------------------------------------------------------------


def meanwhile(path, act):
    """Render as usual, but at the address `path` run the act after rendering and before the file is written."""
    ask, done = jobs.render_page, []

    def slow(asked, shared):
        body = ask(asked, shared)
        if asked == path and not done:
            done.append(path)
            act()
        return body

    return mock.patch.object(jobs, "render_page", slow)


def test_a_text_that_was_rendered_before_it_was_withdrawn_is_not_put_in_place(site):
    path = site.shown.get_absolute_url()

    def withdraw():
        with COMMITTED(execute=True):
            publishing.withdraw_article(site.shown, by=site.editor, reason="误")

    job = BakeJob.objects.create(path=path)
    with meanwhile(path, withdraw):
        assert jobs.bake_jobs([job]) == 0
    assert said(path) is None
    assert BakeJob.objects.filter(path=path, claimed_until=None).exists()


def test_what_a_slow_worker_rendered_is_dropped_when_another_was_quicker(site):
    path = site.shown.get_absolute_url()
    BakeJob.objects.all().delete()
    job = BakeJob.objects.create(path=path)

    def other():
        site.change(site.shown, title="新题")
        site.publish(Article.objects.get(pk=site.shown.pk))
        baking.bake_pending()

    with meanwhile(path, other):
        jobs.bake_jobs([job])
    assert "新题" in said(path).decode()
    assert_disk_matches_site()


# --- failures -------------------------------------------------------------------------------------------------------


def test_a_page_that_fails_says_why_waits_longer_each_time_and_stops_no_other(site, monkeypatch):
    path = site.shown.get_absolute_url()
    before = said(path)
    site.change(site.shown, title="新题")
    site.publish(Article.objects.get(pk=site.shown.pk))
    pauses = []
    later(monkeypatch, seconds=0)  # on a slow machine a page would be due again before the others are done
    with breaking(path, RenderFailed("The site answered 500. KeyError: 'x'")):
        for _try in range(14):
            baking.bake_pending()
            job = BakeJob.objects.get()
            assert (job.path, job.error) == (path, "The site answered 500. KeyError: 'x'")
            pauses.append(job.due_at - timezone.now())
            later(monkeypatch, seconds=pauses[-1].total_seconds() + 1)
    assert pauses == sorted(pauses)
    assert (pauses[0] <= timedelta(seconds=5), pauses[-1] <= timedelta(hours=1)) == (True, True)
    assert said(path) == before
    assert "新题" in said("/").decode()
    baking.retry_failed(BakeJob.objects.all())
    baking.bake_pending()
    assert_queue_is_empty()
    assert_disk_matches_site()


def test_a_page_that_cannot_be_written_is_answered_by_the_site(site):
    path = site.shown.get_absolute_url()
    site.change(site.shown, title="新题")
    site.publish(Article.objects.get(pk=site.shown.pk))
    replace, full = store.LocalFiles.replace, OSError(errno.ENOSPC, "No space left on device")

    def fails(self, name, *rest, **facts):
        if name == store.file_name(path):
            raise full
        replace(self, name, *rest, **facts)

    with mock.patch.object(store.LocalFiles, "replace", fails):
        baking.bake_pending()
    assert said(path) is None
    assert "No space left" in BakeJob.objects.get().error


def test_a_site_that_refuses_its_own_address_loses_no_page(site, settings):
    settings.ALLOWED_HOSTS = ["elsewhere.example.cn"]
    baking.request_bake(["/"])
    baking.bake_pending()
    assert said("/")
    assert "400" in BakeJob.objects.get(path="/").error


# --- files ----------------------------------------------------------------------------------------------------------

SEGMENTS = st.lists(st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True), max_size=4)


@given(SEGMENTS, st.sampled_from(["", "index.xml", "all.atom", "W12.png"]))
def test_an_address_and_its_file_name_one_another(segments, last):
    path = "/" + "".join(f"{segment}/" for segment in segments) + last
    assert store.page_path(store.file_name(path)) == path


@given(st.text(alphabet="/.a\\\0%-~", max_size=12) | st.text(max_size=12))
def test_no_address_leads_out_of_the_folder(text):
    try:
        name = store.file_name(f"/{text}")
    except ValueError:
        return
    assert os.path.normpath(name) == name
    assert not name.startswith((".", "/"))


def test_every_rewrite_has_a_later_time_and_its_copies_the_same(tmp_path):
    files = store.LocalFiles(tmp_path)
    seen = set()
    for text in ("一", "二", "一"):
        body = (text * 300).encode()
        files.replace("a/1/index.html", body, store.compressed_copies("a/1/index.html", body))
        times = {os.stat(tmp_path / f"a/1/index.html{suffix}").st_mtime for suffix in ("", ".br", ".gz")}
        assert len(times) == 1
        assert times.isdisjoint(seen)
        seen |= times
        files.replace("a/1/index.html", body, store.compressed_copies("a/1/index.html", body))
        assert os.stat(tmp_path / "a/1/index.html").st_mtime in times  # the same text is the same file
    files.remove("a/1/index.html")
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_became_short_leaves_no_copy_of_the_long_one(tmp_path):
    files = store.LocalFiles(tmp_path)
    for body in (b"x" * 1000, b"x"):
        files.replace("x.txt", body, store.compressed_copies("x.txt", body))
    assert [file.name for file in tmp_path.iterdir()] == ["x.txt"]


# --- the desk's changes ---------------------------------------------------------------------------------------------


def test_changes_of_sections_and_settings_on_the_desk_have_the_whole_site_baked(client, site):
    BakeJob.objects.all().delete()
    client.force_login(site.admin)
    section = {"name": "时政", "slug": "news", "position": 0, "kind": "工作动态", "stages": 3, "late_reading_hours": 24}
    client.post(f"/admin/articles/section/{site.news.pk}/change/", section)
    assert Section.objects.get(pk=site.news.pk).name == "时政"
    assert baking.full_bake_is_requested()
    baking.bake_everything(processes=1)
    assert not baking.full_bake_is_requested()
    assert "时政" in said(site.shown.get_absolute_url()).decode()
    client.post("/admin/articles/section/add/", {**section, "name": "体育", "slug": "sports"})
    assert said("/s/sports/") is None
    baking.bake_pending()
    assert said("/s/sports/")
    assert_disk_matches_site()


def test_a_new_section_from_an_import_has_its_pages(db):
    cast = Cast()
    make_section("新栏", "fresh", position=9)
    baking.request_bake(baking.section_pages(Section.objects.get(slug="fresh")))
    cast.publish(cast.article())
    baking.bake_everything(processes=1)
    assert_disk_matches_site()


def test_an_address_without_a_page_costs_baking_no_error_page(django_assert_num_queries):
    with django_assert_num_queries(1):  # whether it has moved
        assert render_page("/log/checkpoint") is None
