"""Random acts with files: after each one, /media/ answers exactly what public editions and arrangements use.

The model reads the texts themselves. Django, the file server and the store, a folder or a bucket, are compared with it.
"""

import itertools
import re
from contextlib import suppress
from datetime import timedelta
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client, TestCase
from django.utils import timezone
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from articles import (
    attachments,
    baking,
    discarding,
    home_and_topics,
    pictures,
    publishing,
    review,
    site_settings,
    worker,
)
from articles.baking.public_store import public_store
from articles.checks import NotReady
from articles.home_and_topics import ArrangedBlock
from articles.models import Article, Attachment, BakeJob, Block, Picture, Section, SiteSettings, Slot, Topic
from articles.public.pages.page_batch import PageBatch
from articles.public.pages.site_context import SiteContext
from tests.cast import Cast, png, upload
from tests.test_baking_remote import bucket, endpoint  # noqa: F401 (fixtures)
from tests.test_public_files import told_by_the_file_server
from tests.undone_machine import UndoneMachine

which = st.integers(0, 30)
has_articles = precondition(lambda self: self.numbers)
FILES = st.lists(which, max_size=3)
HOURS = st.sampled_from([None, None, 2, 5])
USED = re.compile(r"/media/((?:pictures|attachments)/[0-9a-f]{32}[sw]?)\.")
_sizes = itertools.count(1)


def stem(name):
    return name.rpartition(".")[0]


class Newsroom(UndoneMachine):
    """A newsroom that uploads, uses, corrects, withdraws, puts back, lets expire, arranges and discards."""

    django_settings = None  # the fixture of the test, for the file server

    def __init__(self):
        super().__init__()
        self.hours, self.start = 0.0, timezone.now() + timedelta(days=30)
        self.clock = mock.patch.object(timezone, "now", side_effect=lambda: self.start + timedelta(hours=self.hours))
        self.clock.start()
        for name in list(public_store().names()):  # of the example before
            public_store().remove(name)

    def teardown(self):
        self.clock.stop()
        super().teardown()

    @initialize()
    def open(self):
        self.cast = Cast()
        Section.objects.update(stages=1, same_person_allowed=True)
        self.cast.news.refresh_from_db()
        self.numbers, self.ever_public = [], set()
        self.turns, self.told = itertools.count(), {}  # what each file was answered at last
        self.topic = Topic(title="大桥", slug="bridge")
        self.act(lambda: home_and_topics.save_topic(self.topic, by=self.cast.admin))
        self.uploads = []
        self.settle()
        baking.bake_everything(processes=1)
        for kind in (True, False, True):
            self.upload(kind, who="writer", same=False)
        self.write([0], None, None, True)  # few examples have something public otherwise

    def act(self, function):
        """Run an act with its commit and what follows it at once; the worker has done nothing yet."""
        self.hours += 0.01
        with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
            return function()

    def settle(self):
        with TestCase.captureOnCommitCallbacks(execute=True):
            worker.queue_pages_changed_by_time()

    def article(self, n):
        return Article.objects.get(pk=self.numbers[n % len(self.numbers)])

    def files(self, numbers):
        return list(dict.fromkeys(self.uploads[n % len(self.uploads)] for n in numbers))

    def picture(self, n):
        found = [file for file in self.uploads if isinstance(file, Picture)]
        return found[n % len(found)]

    def body(self, numbers):
        tags = [
            f'<p><img src="{file.url}" alt=""></p>'
            if isinstance(file, Picture)
            else f'<p><a href="{file.url}">附</a></p>'
            for file in self.files(numbers)
        ]
        return "<p>望桥乡的便民桥今日通车。</p>" + "".join(tags)

    # --- acts ---------------------------------------------------------------------------------------------------------

    @rule(is_picture=st.booleans(), who=st.sampled_from(["writer", "editor"]), same=st.booleans())
    def upload(self, is_picture, who, same):
        by = getattr(self.cast, who)
        if is_picture:
            stored = pictures.store_picture(upload(png(8, 8 + (0 if same else next(_sizes)))), by=by)
        else:
            text = "同一份" if same else f"第{next(_sizes)}份"
            stored = attachments.store_attachment(upload(text.encode(), "名单.txt"), by=by)
        if stored not in self.uploads:
            self.uploads.append(stored)

    @rule(files=FILES, cover=st.none() | which, expiry=HOURS, publish=st.booleans())
    def write(self, files, cover, expiry, publish):
        def write():
            article = self.cast.article(
                body=self.body(files),
                cover=None if cover is None else self.picture(cover),
                expires_at=timezone.now() + timedelta(hours=expiry) if expiry else None,
            )
            self.numbers.append(article.pk)
            if publish:
                self.cast.publish(article, by=self.cast.admin)

        self.act(write)

    @has_articles
    @rule(n=which, files=FILES, correction=st.sampled_from([None, True, False]))
    def change(self, n, files, correction):
        """Save other files into the text; publish it, as an update or a correction, or only save it."""
        article = self.article(n)

        def change():
            self.cast.change(article, body=self.body(files), voiding=True)
            if correction is None:
                return
            with suppress(NotReady, review.CannotSubmit):
                self.cast.sign(article, note="改")
                if correction:
                    publishing.publish_correction(article, by=self.cast.admin)
                else:
                    publishing.publish_article(article, by=self.cast.admin)

        self.act(change)

    @has_articles
    @rule(n=which)
    def withdraw(self, n):
        if (article := self.article(n)).live:
            self.act(lambda: publishing.withdraw_article(article, by=self.cast.admin, reason="误"))

    @has_articles
    @rule(n=which)
    def put_back(self, n):
        if (article := self.article(n)).withdrawn_at:
            self.act(lambda: publishing.put_back_article(article, by=self.cast.admin, reason="核实"))

    @has_articles
    @rule(n=which)
    def discard(self, n):
        article = self.article(n)
        with suppress(discarding.CannotDiscard):
            self.act(lambda: discarding.discard_draft(article, by=self.cast.admin))
            self.numbers.remove(article.pk)

    @has_articles
    @rule(n=which, picture=st.none() | which, until=HOURS, on_topic=st.booleans())
    def arrange(self, n, picture, until, on_topic):
        article = self.article(n)
        ends = timezone.now() + timedelta(hours=until) if until else None
        own = None if picture is None else self.picture(picture)
        slots = [Slot(article=article, picture=own, until=ends)]
        topic = self.topic if on_topic else None
        version = home_and_topics.arrangement_version(topic)
        blocks = [ArrangedBlock(Block(kind="list", count=6, fills=True), slots)]
        self.act(lambda: home_and_topics.save_arrangement(topic, blocks, by=self.cast.admin, based_on=version))

    @rule(state=st.sampled_from(Topic.State), banner=st.none() | which)
    def change_topic(self, state, banner):
        self.topic.state, self.topic.banner = state, None if banner is None else self.picture(banner)
        self.act(lambda: home_and_topics.save_topic(self.topic, by=self.cast.admin))

    @rule(logo=st.none() | which)
    def change_logo(self, logo):
        current = SiteSettings.current()
        current.logo = None if logo is None else self.picture(logo)
        self.act(lambda: site_settings.save_site_settings(current, by=self.cast.admin))
        if baking.full_bake_is_requested():  # the pages show the logo before until they are baked
            baking.bake_everything(processes=1)

    @rule(hours=st.sampled_from([1, 3, 7, -2]))
    def clock_moves(self, hours):
        self.hours += hours

    @rule(n=which)
    def somebody_removes_a_file_from_the_store(self, n):
        if not public_store().is_remote:
            file = self.uploads[n % len(self.uploads)]
            for name in file.stored_names:
                public_store().remove(name)
            self.told.pop(stem(file.file.name), None)  # each is put back when it is asked for

    # --- what must hold -----------------------------------------------------------------------------------------------

    def stems_in_use(self):
        """Read from the texts which files readers may have now."""
        now, found, shown = timezone.now(), set(), set()
        for article in Article.objects.exclude(live=None).select_related("live__revision__article"):
            if article.expires_at is None or article.expires_at > now:
                shown.add(article.pk)
                content = article.live.revision.content
                found |= set(USED.findall(content["body"]))
                found |= {stem(content["cover"]["file"])} if content["cover"] else set()
        for slot in Slot.objects.exclude(picture=None).select_related("picture", "block__topic"):
            topic_is_shown = slot.block.topic is None or slot.block.topic.state != "draft"
            if slot.article_id in shown and topic_is_shown and (slot.until is None or slot.until > now):
                found.add(stem(slot.picture.file.name))
        for topic in Topic.objects.exclude(banner=None).exclude(state="draft"):
            found.add(stem(topic.banner.file.name))
        logo = SiteSettings.current().logo
        return found | ({stem(logo.file.name)} if logo else set())

    @invariant()
    def media_answers_what_is_in_use(self):
        if not hasattr(self, "uploads"):
            return
        self.settle()  # time may have passed
        in_use, client = self.stems_in_use(), Client(headers={"host": "testserver"})
        self.ever_public |= in_use
        public, turn = set(), next(self.turns)
        site = SiteContext()  # pages that tell of no file would read settings and sections each time
        for file in self.uploads:
            key = stem(file.file.name)
            wanted = 200 if key in in_use else 410 if key in self.ever_public else 404
            # One rendition in turn if nothing is to change: the store, which has all of them, is read whole below.
            asked = turn % len(file.stored_names)
            for at, name in enumerate(file.stored_names):
                if at == asked or self.told.get(key) != wanted:
                    with mock.patch.object(PageBatch, "site", site):
                        assert client.get(f"/media/{name}").status_code == wanted, name
                assert default_storage.exists(name), "the evidence keeps the bytes"
                public |= {name} if wanted == 200 else set()
            self.told[key] = wanted
        assert set(public_store().names()) == public
        if not public_store().is_remote:
            for file in self.uploads:
                if isinstance(file, Picture):
                    for name in file.stored_names:
                        told = told_by_the_file_server(f"/media/{name}", self.django_settings)
                        assert told == (200 if name in public else None)
        assert not BakeJob.objects.filter(path__startswith="/media/").exists(), "all is done in the act"
        assert Attachment.objects.count() + Picture.objects.count() == len(self.uploads)


# Not shrunk: a failure of a dozen steps is read as it is.
def profile(examples, steps):
    return settings(
        max_examples=examples, stateful_step_count=steps, phases=[Phase.explicit, Phase.reuse, Phase.generate]
    )


@pytest.mark.django_db
def test_whatever_happens_the_folder_has_what_is_public(settings):
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    machine = type("LocalNewsroom", (Newsroom,), {"django_settings": settings})
    run_state_machine_as_test(machine, settings=profile(12, 20))


@pytest.mark.django_db
def test_whatever_happens_the_bucket_has_what_is_public(settings, bucket):  # noqa: F811 (the fixture)
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    run_state_machine_as_test(Newsroom, settings=profile(3, 12))
