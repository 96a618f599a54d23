"""Change sets mixed with the acts, in any order: no signed text changes, and none is published that nobody else
read.
"""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from articles import change_sets, publishing, review
from articles.change_sets import Replacement, TextChange
from articles.models import Article, ChangeSet, ChangeSetItem, ChangeSetReading, Edition, SignOff
from articles.models.revision import content_digest
from articles.refusals import Refusal
from tests.cast import Cast
from tests.undone_machine import UndoneMachine

WHO = ("writer", "editor", "head", "chief", "admin")
who, picks = st.sampled_from(WHO), st.integers(0, 4)


class SetsBesideActs(UndoneMachine):
    def __init__(self):
        super().__init__()
        self.signed = {}

    @initialize()
    def begin(self):
        self.cast = Cast()
        self.cast.reads_once = False
        self.cast.let_readers_correct()
        articles = [self.cast.article(body=f"<p>县长第{n}次调研。</p>") for n in range(2)]
        self.keys = [article.pk for article in articles]
        for article in articles:
            self.cast.publish(article)

    def person(self, name):
        return User.objects.get(pk=getattr(self.cast, name).pk)

    def articles(self):
        rows = Article.objects.select_related("section", "latest", "live", "signed")
        return list(rows.filter(pk__in=self.keys).order_by("pk"))

    def attempt(self, act, *args, **facts):
        """Call an act in its own savepoint; what it refuses makes no edition."""
        editions = Edition.objects.count()
        try:
            with transaction.atomic():
                act(*args, **facts)
        except (Refusal, PermissionDenied):
            assert Edition.objects.count() == editions

    def chosen(self, pick):
        sets = list(ChangeSet.objects.all())
        return sets[pick % len(sets)] if sets else None

    @rule(name=who, words=st.sampled_from([("县长", "市长"), ("市长", "县长"), ("调研", "视察")]))
    def propose(self, name, words):
        asked = Replacement(*words)
        changes = [
            TextChange(row.pk, row.latest.number, asked.changed_texts(row.latest.content)) for row in self.articles()
        ]
        facts = {"about": "→".join(words), "reason": "任职变动", "note": "职务有误。"}
        self.attempt(change_sets.propose_change_set, ChangeSet.Kind.WORDS, changes, by=self.person(name), **facts)

    @rule(name=who, pick=picks, left_out=st.booleans())
    def read(self, name, pick, left_out):
        change_set, by = self.chosen(pick), self.person(name)
        if change_set:
            keys = list(change_sets.items_waiting_for(by).filter(change_set=change_set).values_list("pk", flat=True))
            facts = {"items": keys[left_out:], "left_out": keys[:left_out]}
            self.attempt(change_sets.read_items, change_set, by=by, **facts)

    @rule(pick=picks)
    def read_by_all(self, pick):
        for name in ("editor", "head", "chief"):
            self.read(name, pick, False)

    @rule(name=who, pick=picks, ticked=st.booleans())
    def tick(self, name, pick, ticked):
        if change_set := self.chosen(pick):
            keys = list(change_set.items.values_list("pk", flat=True))[:1]
            self.attempt(change_sets.tick_items, change_set, by=self.person(name), items=keys, ticked=ticked)

    @rule(name=who, pick=picks)
    def start_or_stop(self, name, pick):
        if change_set := self.chosen(pick):
            running = change_set.state == ChangeSet.State.RUNNING
            act = change_sets.stop_change_set if running else change_sets.carry_out_change_set
            self.attempt(act, change_set, by=self.person(name))

    @rule()
    def work(self):
        change_sets.continue_change_sets(1)

    @rule(name=who, pick=picks)
    def end(self, name, pick):
        if change_set := self.chosen(pick):
            self.attempt(change_sets.end_change_set, change_set, by=self.person(name), reason="不改")

    @rule(pick=st.integers(0, 1))
    def edit(self, pick):
        article = self.articles()[pick]
        self.attempt(self.cast.change, article, by=self.person("writer"), title=f"{article.title[:20]}改")

    @rule(name=who, pick=st.integers(0, 1))
    def go_on(self, name, pick):
        """Submit, sign or publish: what comes next."""
        article, by = self.articles()[pick], self.person(name)
        if not article.stage:
            self.attempt(review.submit_article, article, by=by, note="更正")
        elif article.stage <= article.stages:
            self.attempt(review.sign_off_reading, article, by=by, revision=article.latest.number)
        else:
            self.attempt(publishing.publish_article, article, by=by)

    @invariant()
    def what_was_signed_stays(self):
        signed = [*SignOff.objects.select_related("revision"), *Edition.objects.select_related("revision")]
        for row in signed:
            digest = self.signed.setdefault((type(row), row.pk), row.digest)
            assert digest == row.digest == content_digest(row.revision.content)
        for reading in ChangeSetReading.objects.select_related("item"):
            assert reading.digest == content_digest(reading.item.content)

    @invariant()
    def each_edition_was_read_by_three_others(self):
        for edition in Edition.objects.select_related("revision", "sign_off"):
            chain = edition.sign_off.chain()
            assert len({row.person_id for row in chain} | {edition.revision.created_by_id}) == 4
            assert {row.digest for row in chain} == {edition.digest}

    @invariant()
    def each_item_is_one_edition(self):
        done = ChangeSetItem.objects.filter(state=ChangeSetItem.State.DONE)
        editions = list(done.values_list("edition", flat=True))
        assert None not in editions
        assert len(set(editions)) == len(editions)


@pytest.mark.django_db
def test_no_sequence_of_acts_breaks_the_rules():
    run_state_machine_as_test(SetsBesideActs, settings=settings(max_examples=12, stateful_step_count=15, deadline=None))
