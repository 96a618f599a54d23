"""Notes and suggestions mixed with the acts, in any order: no signed text changes, and nobody sees notes of a text that
they may not read.
"""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from articles import marginal_notes, publishing, review
from articles.duty_assignments import reading
from articles.models import Article, Edition, MarginalNote, Revision, SignOff
from articles.models.revision import content_digest
from articles.refusals import Refusal
from tests.cast import Cast
from tests.undone_machine import UndoneMachine

WORDS = ("三十米", "六米", "通车", "五十米")
WHO = ("writer", "editor", "head", "chief", "culture_editor", "stranger")
who, words, picks = st.sampled_from(WHO), st.sampled_from(WORDS), st.integers(0, 4)


class NotesBesideActs(UndoneMachine):
    def __init__(self):
        super().__init__()
        self.signed = {}

    @initialize()
    def begin(self):
        self.cast = Cast()
        self.cast.let_readers_correct()
        self.key = self.cast.article(by=self.cast.writer, body="<p>桥长三十米，宽六米，今日通车。</p>").pk

    def person(self, name):
        return User.objects.get(pk=getattr(self.cast, name).pk)

    def article(self):
        return Article.objects.select_related("section", "latest", "live", "signed").get(pk=self.key)

    def attempt(self, act, *args, edits=False, **facts):
        """Call an act in its own savepoint; other acts than edits make no revision."""
        revisions = Revision.objects.count()
        try:
            with transaction.atomic():
                act(*args, **facts)
        except (Refusal, PermissionDenied):
            assert Revision.objects.count() == revisions
        assert edits or Revision.objects.count() == revisions

    @rule(name=who, quote=words)
    def write(self, name, quote):
        by = self.person(name)
        self.attempt(marginal_notes.write_marginal_note, self.article(), by=by, quote=quote, text="@林晓舟 核对")

    @rule(name=who, quote=words, replacement=words)
    def suggest(self, name, quote, replacement):
        facts = {"quote": quote, "replacement": replacement}
        self.attempt(marginal_notes.suggest_words, self.article(), by=self.person(name), **facts)

    def chosen(self, pick):
        notes = list(MarginalNote.objects.select_related("article"))
        return notes[pick % len(notes)] if notes else None

    @rule(name=who, pick=picks, act=st.sampled_from(["answer", "close", "decline"]))
    def judge(self, name, pick, act):
        note, by = self.chosen(pick), self.person(name)
        if note and act == "answer":
            self.attempt(marginal_notes.answer_note, note, by=by, text="收到")
        elif note:
            verb = marginal_notes.close_note if act == "close" else marginal_notes.decline_suggestion
            self.attempt(verb, note, by=by)

    @rule(name=who, pick=picks, voiding=st.booleans())
    def take(self, name, pick, voiding):
        note = self.chosen(pick)
        if note:
            self.attempt(marginal_notes.take_suggestion, note, edits=True, by=self.person(name), voiding=voiding)

    @rule(name=st.sampled_from(["writer", "editor", "head", "chief"]))
    def go_on(self, name):
        """Submit, sign or publish: what comes next."""
        article, by = self.article(), self.person(name)
        if not article.stage:
            self.attempt(review.submit_article, article, by=by)
        elif article.stage <= article.stages:
            self.attempt(review.sign_off_reading, article, by=by, revision=article.latest.number)
        else:
            self.attempt(publishing.publish_article, article, by=by)

    @rule(name=who)
    def return_it(self, name):
        self.attempt(review.send_back, self.article(), by=self.person(name), reason="见批注")

    @invariant()
    def what_was_signed_and_published_stays(self):
        if not hasattr(self, "key"):
            return
        for row in [*SignOff.objects.select_related("revision"), *Edition.objects.select_related("revision")]:
            digest = self.signed.setdefault((type(row), row.pk), row.digest)
            assert digest == row.digest == content_digest(row.revision.content)
        article = self.article()
        assert article.signed is None or article.signed.digest == article.latest.digest or article.stage

    @invariant()
    def notes_are_for_those_who_may_read_the_text(self):
        if not hasattr(self, "key"):
            return
        article = self.article()
        for name in WHO:
            user = self.person(name)
            if reading.may_read_article(user, article):
                marginal_notes.notes_of(article, user)
                continue
            assert not marginal_notes.notes_naming(user).exists()
            with pytest.raises(PermissionDenied):
                marginal_notes.notes_of(article, user)


@pytest.mark.django_db
def test_no_sequence_of_acts_breaks_the_rules():
    run_state_machine_as_test(
        NotesBesideActs, settings=settings(max_examples=10, stateful_step_count=15, deadline=None)
    )
