"""Random acts and faults: after each one the files on disk equal what the site answers, byte for byte."""

import errno
import pkgutil
from contextlib import suppress
from datetime import timedelta
from unittest import mock

import pytest
from django.db import transaction
from django.test import TestCase
from django.utils import timezone
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from articles import baking, old_paths, publishing, review, sections, worker
from articles.baking import jobs, store
from articles.checks import NotReady
from articles.models import Article, BakeJob, Section, SiteSettings
from tests.baked import assert_disk_matches_site, assert_queue_is_empty
from tests.cast import Cast
from tests.undone_machine import UndoneMachine

which = st.integers(0, 30)
WORDS = st.sampled_from(["一", "二", "三"])
has_articles = precondition(lambda self: self.numbers)
KEYWORDS = st.sampled_from(["", "桥", "路", "桥,路"])
HOURS = st.sampled_from([None, None, 2, 5])


class Killed(BaseException):
    """Raised in place of killing the process while it bakes."""


class Site(UndoneMachine):
    """A small newsroom with two articles per numbered page, so that there are many pages."""

    def __init__(self):
        super().__init__()
        self.hours = 0.0
        self.start = timezone.now() + timedelta(
            days=30
        )  # rows get times of the real clock, and none may be in the future
        self.patches = [
            mock.patch.object(timezone, "now", side_effect=self.now),
            mock.patch("articles.models.section.PAGE_SIZE", 2),
            mock.patch("articles.models.article_queries.PAGE_SIZE", 2),
            mock.patch("articles.public.pages.section.PAGE_SIZE", 2),
            mock.patch("articles.baking.affected_pages.PAGE_SIZE", 2),
            mock.patch("articles.baking.sitemap_files.SITEMAP_SIZE", 4),
            mock.patch("articles.baking.sitemap_files.CONCURRENT_PUBLICATIONS", 0),
            mock.patch("articles.keyword_relations.MOST_RELATIONS", 3),
            mock.patch("articles.public.pages.related_and_adjacent.RELATED_SHOWN", 2),
        ]
        for patch in self.patches:
            patch.start()

    def teardown(self):
        for patch in self.patches:
            patch.stop()
        super().teardown()

    @initialize()
    def open(self):
        self.cast = Cast()
        Section.objects.update(stages=1, same_person_allowed=True)
        for section in (self.cast.news, self.cast.culture, self.cast.towns):
            section.refresh_from_db()
        self.numbers = []
        self.settle()
        baking.request_bake_on_new_version()
        baking.bake_everything(processes=1)
        for section in ("news", "culture"):  # an example has only some of the rules
            self.publish_new(section, None, None, "桥")

    def now(self):
        return self.start + timedelta(hours=self.hours)

    def tick(self):
        """Advance the clock, so that acts have different times."""
        self.hours += 0.01

    def act(self, function):
        """Run an act with its commit and the callbacks after it."""
        self.tick()
        with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
            return function()

    def settle(self):
        """Run the worker until the queue is empty."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            worker.queue_pages_changed_by_time()
        baking.bake_pending()
        if baking.full_bake_is_requested():
            baking.bake_everything(processes=1)

    def article(self, n):
        return Article.objects.get(pk=self.numbers[n % len(self.numbers)])

    # --- acts ---------------------------------------------------------------------------------------------------------

    @rule(section=st.sampled_from(["news", "culture", "towns"]), pin=HOURS, expiry=HOURS, keywords=KEYWORDS)
    def publish_new(self, section, pin, expiry, keywords):
        def publish():
            article = self.cast.article(
                section=Section.objects.get(pk=getattr(self.cast, section).pk),
                keywords=keywords,
                **self.instants(pin, expiry),
            )
            self.numbers.append(article.pk)
            self.cast.publish(article, by=self.cast.admin)

        self.act(publish)

    def instants(self, pin, expiry):
        now = timezone.now()
        return {
            "pinned_until": now + timedelta(hours=pin) if pin else None,
            "expires_at": now + timedelta(hours=expiry + 1) if expiry else None,
        }

    @has_articles
    @rule(
        n=which,
        title=WORDS,
        section=st.sampled_from([None, None, "news", "culture", "towns"]),
        correction=st.booleans(),
        pin=HOURS,
        keywords=KEYWORDS,
    )
    def publish_again(self, n, title, section, correction, pin, keywords="桥"):
        article = self.article(n)

        def again():
            facts = {"title": title, "keywords": keywords, **self.instants(pin, None)}
            if section:
                facts["section"] = getattr(self.cast, section)
            with suppress(NotReady, review.CannotSubmit):  # readers see this text already
                self.cast.change(article, voiding=True, **facts)
                self.cast.sign(article, note="改")
                if correction:
                    publishing.publish_correction(article, by=self.cast.chief)
                else:
                    publishing.publish_article(article, by=self.cast.chief)

        self.act(again)

    @has_articles
    @rule(n=which)
    def withdraw(self, n):
        article = self.article(n)
        if article.live:
            self.act(lambda: publishing.withdraw_article(article, by=self.cast.admin, reason="误"))
            for path in baking.own_pages(article):  # removed before the act returns, even if jobs are queued
                assert jobs.baked_generations().served().read(store.file_name(path)) is None

    @has_articles
    @rule(n=which)
    def put_back(self, n):
        article = self.article(n)
        if article.withdrawn_at:
            self.act(lambda: publishing.put_back_article(article, by=self.cast.admin, reason="核实"))

    @rule(name=WORDS, slug=st.sampled_from(["culture", "wenlv"]))
    def rename_section(self, name, slug):
        def rename():
            section = Section.objects.get(pk=self.cast.culture.pk)
            old = section.get_absolute_url()
            section.name, section.slug = name, slug
            section.save()
            self.cast.culture = section
            if section.get_absolute_url() != old:
                old_paths.record_move(old, section.get_absolute_url())
            baking.request_full_bake()

        self.act(rename)

    @rule(name=WORDS)
    def rename_site(self, name):
        def rename():
            SiteSettings.objects.update_or_create(pk=1, defaults={"name": name})
            baking.request_full_bake()

        self.act(rename)

    @rule()
    def renumber(self):
        self.act(lambda: sections.renumber_section(self.cast.news))

    def something_to_bake(self, n, title, whole):
        if self.numbers:
            self.publish_again(n, title, None, False, None)
        if whole:
            self.rename_site(title)

    # --- time and faults ----------------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 3, 7, -2]))
    def clock_moves(self, hours):
        self.hours += hours

    @rule(n=which, title=WORDS, at=st.integers(1, 12), whole=st.booleans())
    def killed_while_writing(self, n, title, at, whole):
        self.something_to_bake(n, title, whole)
        with fault("os.replace", Killed, at), suppress(Killed):
            self.settle()
        self.hours += 0.01  # its claims expire

    @rule(n=which, title=WORDS, at=st.integers(1, 12), whole=st.booleans())
    def disk_full(self, n, title, at, whole):
        self.something_to_bake(n, title, whole)
        with fault("os.fdopen", OSError(errno.ENOSPC, "No space left on device"), at, more=5), suppress(OSError):
            self.settle()
        self.hours += 1.1  # the pause before the next try

    @rule(n=which, title=WORDS, at=st.integers(1, 6), whole=st.booleans())
    def template_raises(self, n, title, at, whole):
        self.something_to_bake(n, title, whole)
        with fault("django.template.base.Template.render", RuntimeError("broken"), at, more=3):
            self.settle()
        self.hours += 1.1

    @has_articles
    @rule(n=which)
    def withdrawn_while_it_is_baked(self, n):
        """A page is rendered, then withdrawn, then the rendered text is about to be written."""
        article = self.article(n)
        if not article.live:
            return
        self.act(lambda: baking.request_bake([article.get_absolute_url()]))
        ask = jobs.render_page

        def slow(path, shared):
            body = ask(path, shared)
            article.refresh_from_db()
            if path == article.get_absolute_url() and article.live:
                self.act(lambda: publishing.withdraw_article(article, by=self.cast.admin, reason="误"))
            return body

        with mock.patch.object(jobs, "render_page", slow):
            baking.bake_pending()

    @has_articles
    @rule(n=which)
    def two_workers(self, n):
        """One worker renders slowly; at the same time the other one does everything."""
        article = self.article(n)
        self.act(lambda: baking.request_bake(baking.article_pages(article)))
        ask, seen = jobs.render_page, []

        def slow(path, shared):
            body = ask(path, shared)
            if not seen:
                seen.append(path)
                self.hours += 0.02  # longer than a claim
                baking.bake_pending()
            return body

        with mock.patch.object(jobs, "render_page", slow):
            baking.bake_pending()

    @invariant()
    def the_disk_agrees(self):
        if not hasattr(self, "cast"):
            return
        self.tick()
        self.settle()
        for _again in range(3):  # failed jobs wait, then are retried
            if not BakeJob.objects.exists():
                break
            self.hours += 1.1
            self.settle()
        assert_queue_is_empty()
        assert_disk_matches_site()


def fault(where, what, at, more=0):
    """Make the calls number `at` to `at + more` of a function raise."""
    calls = [0]
    real = pkgutil.resolve_name(where)

    def sometimes(*args, **kwargs):
        calls[0] += 1
        if at <= calls[0] <= at + more:
            raise what
        return real(*args, **kwargs)

    return mock.patch(where, sometimes)


@pytest.mark.django_db
def test_whatever_happens_the_disk_agrees_with_the_site():
    run_state_machine_as_test(Site, settings=PROFILE)


# Not shrunk: a failure of a dozen steps is read as it is, and each example bakes the site many times. The first example
# of each run is nearly empty.
PROFILE = settings(max_examples=4, stateful_step_count=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
