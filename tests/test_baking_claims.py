"""Workers claim pages to bake, a few at a time, never the same ones, and wait for nobody."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError
from django.utils import timezone

from articles import baking
from articles.baking import jobs
from articles.baking.render import RenderFailed
from articles.models import Article, BakedPage, BakeJob
from tests.baked import assert_queue_is_empty, breaking

pytestmark = pytest.mark.django_db


def claim_paths():
    return [job.path for job in jobs._claim_jobs(4)]


def test_two_workers_never_take_one_page():
    baking.request_bake(["/archive/"])
    claimed = jobs._claim_jobs(4)
    assert [job.path for job in claimed] == ["/archive/"]
    assert claim_paths() == []
    jobs.bake_jobs(claimed)
    assert_queue_is_empty()


@pytest.mark.parametrize("hours", [1, -1])
def test_the_page_of_a_worker_that_died_is_taken_over_wherever_the_clock_went(monkeypatch, hours):
    baking.request_bake(["/"])
    assert claim_paths()
    now = timezone.now() + timedelta(hours=hours)
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert claim_paths()


def test_fronts_are_baked_alone_and_sitemap_files_with_one_another():
    """A front does not wait for others, and nobody for a worker that queues the index of the sitemap."""
    paths = ["/", "/s/news/", "/a/7/", "/archive/", "/sitemap-2026-11.xml", "/sitemap-2026-12.xml", "/topics/"]
    baking.request_bake(paths)
    assert [claim_paths() for _time in range(5)] == [
        ["/"],
        ["/s/news/"],
        ["/a/7/", "/archive/"],
        ["/sitemap-2026-11.xml", "/sitemap-2026-12.xml"],
        ["/topics/"],
    ]


def test_of_many_pages_eight_are_claimed_and_no_more_than_are_asked_for():
    baking.request_bake([f"/a/{number}/" for number in range(1, 12)])
    with mock.patch.object(jobs, "bake_jobs") as bake_jobs:
        assert baking.bake_pending(most=10) == 10
    assert [len(call.args[0]) for call in bake_jobs.call_args_list] == [8, 2]


def test_of_eight_pages_four_are_locked_at_a_time():
    baking.request_bake([f"/a/{number}/" for number in range(1, 9)])
    with mock.patch.object(jobs, "_settle_pages", side_effect=jobs._settle_pages) as settle_pages:
        assert baking.bake_pending() == 8
    assert [len(call.args[0]) for call in settle_pages.call_args_list] == [4, 4]
    assert_queue_is_empty()


def test_one_page_that_cannot_be_rendered_keeps_no_other_back():
    baking.request_bake(["/archive/", "/corrections/", "/topics/"])
    with breaking("/corrections/", RenderFailed("KeyError")):
        baking.bake_pending()
    assert list(BakeJob.objects.values_list("path", "error")) == [("/corrections/", "KeyError")]
    assert set(BakedPage.objects.values_list("path", flat=True)) == {"/archive/", "/topics/"}


def test_a_page_that_ends_its_worker_keeps_the_others_back_once(monkeypatch):
    baking.request_bake(["/archive/", "/corrections/", "/topics/"])
    with breaking("/corrections/", ValueError("nobody thought of it")):
        with pytest.raises(ValueError, match="nobody"):
            baking.bake_pending()
        now = timezone.now() + jobs.CLAIM_DURATION + timedelta(seconds=1)
        monkeypatch.setattr(timezone, "now", lambda: now)
        with pytest.raises(ValueError, match="nobody"):
            baking.bake_pending()
        baking.bake_pending()
    assert set(BakeJob.objects.values_list("path", flat=True)) == {"/corrections/"}


def test_a_read_that_fails_once_takes_no_page_of_the_batch_from_readers(cast):
    articles = [cast.article(title=f"第{place}篇") for place in range(3)]
    for article in articles:
        cast.publish(article)
    baking.bake_pending()
    paths = [article.get_absolute_url() for article in articles]
    fails = iter([OperationalError("canceling statement")])
    read = Article.objects.select_related

    def read_or_fail(*names):
        if "shown_cover" in names and (error := next(fails, None)):
            raise error
        return read(*names)

    baking.request_bake(paths)
    with mock.patch.object(Article.objects, "select_related", read_or_fail):
        baking.bake_pending()
    assert set(BakedPage.objects.filter(path__in=paths).values_list("path", flat=True)) == set(paths)
    assert list(BakeJob.objects.exclude(error="").values_list("path", "error")) == [(min(paths), mock.ANY)]
