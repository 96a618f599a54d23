"""What people do at one text at the same time, beside notes and acts, in any order: forms that are open, what is kept of
them, saving over one another, change sets. No text is lost, no signed text changes, and nobody sees what they may not
read.
"""

import itertools
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from articles import change_sets, presence, publishing, review, unsaved_texts
from articles.change_sets import Replacement, TextChange
from articles.duty_assignments import reading
from articles.models import Article, ChangeSet, ChangeSetItem, UnsavedText
from articles.reconciling import ChangedByBoth, save_beside_others
from articles.refusals import Refusal
from articles.unsaved_texts import OpenedForm
from tests.test_marginal_notes_stateful import WHO, NotesBesideActs, picks, who

# A paragraph that somebody typed; each has a number of its own.
TYPED = re.compile(r"<p>第\d+句。</p>")
DAYS = ("今日", "昨日")
OUTSIDERS = ("culture_editor", "stranger")
writers = st.sampled_from(["writer", "editor", "head", "chief"])


class FormsBesideActs(NotesBesideActs):
    def __init__(self):
        super().__init__()
        self.forms = []
        self.numbers = itertools.count(1)

    def credits(self):
        return [(credit.role, credit.person) for credit in self.article().credits.select_related("person")]

    @precondition(lambda self: len(self.forms) < 3)
    @rule(names=st.tuples(writers, writers), at_the_end=st.booleans())
    def open_forms(self, names, at_the_end):
        """Two people, or one in two windows, open the text at the same time and begin to write."""
        article = self.article()
        for name in names:
            key = f"{next(self.numbers):032x}"
            self.forms.append({"name": name, "key": key, "based_on": article.latest.number, "body": article.body})
            self.type_into(self.forms[-1], at_the_end)

    @precondition(lambda self: self.forms)
    @rule(pick=picks, at_the_end=st.booleans())
    def type_into_it(self, pick, at_the_end):
        self.type_into(self.forms[pick % len(self.forms)], at_the_end)

    def type_into(self, form, at_the_end):
        words = f"<p>第{next(self.numbers)}句。</p>"
        form["body"] = form["body"] + words if at_the_end else words + form["body"]
        by, article = self.person(form["name"]), self.article()
        fields = [("title", article.title), ("body", form["body"])]
        self.attempt(unsaved_texts.keep_text, OpenedForm(form["key"]), fields, by=by, article=article)

    @rule(name=who, taking_over=st.booleans(), reads=st.booleans())
    def tell_presence(self, name, taking_over, reads):
        by, article = self.person(name), self.article()
        taking_over = taking_over and not reads
        try:
            with transaction.atomic():
                here = presence.note_presence(self.key, by=by, taking_over=taking_over, reads=reads)
        except PermissionDenied:
            assert not (reading.may_read_article if reads else reading.may_write_article)(by, article)
        else:
            assert reading.may_read_article(by, article)
            assert by in [one.user for one in here]
            assert not taking_over or here[0].user == by

    @precondition(lambda self: self.forms)
    @rule(pick=picks, voiding=st.booleans())
    def save_it(self, pick, voiding):
        """Save a form over whatever was saved since; of what both changed, keep both."""
        form = self.forms[pick % len(self.forms)]
        before = self.article().body
        choices = {}
        try:
            with transaction.atomic():
                saved = self.save(form, voiding, choices)
        except ChangedByBoth as refusal:
            choices = {one.key: "both" if one.may_keep_both else "mine" for one in refusal.passages}
        except (Refusal, PermissionDenied):
            return
        if choices:
            try:
                with transaction.atomic():
                    saved = self.save(form, voiding, choices)
            except (review.WouldVoid, PermissionDenied):
                return
        self.forms.remove(form)
        body = self.article().body
        assert saved.revision.content["body"] == body
        assert set(TYPED.findall(body)) == {*TYPED.findall(before), *TYPED.findall(form["body"])}
        assert not UnsavedText.objects.filter(key=form["key"]).exists()

    def save(self, form, voiding, choices):
        article = self.article()
        article.body = form["body"]
        return save_beside_others(
            article,
            by=self.person(form["name"]),
            based_on=form["based_on"],
            credits=self.credits(),
            choices=choices,
            voiding=voiding,
            form=OpenedForm(form["key"]),
        )

    @rule(readings=st.integers(1, 3))
    def go_its_round(self, readings):
        """Submit, and sign with those whose turn it is; then publish what readers see or its correction."""
        self.attempt(review.submit_article, self.article(), by=self.person("writer"), note="更正")
        for name in ("editor", "head", "chief")[:readings]:
            self.attempt(
                review.sign_off_reading, self.article(), by=self.person(name), revision=self.article().latest.number
            )
        act = publishing.publish_correction if self.article().live else publishing.publish_article
        self.attempt(act, self.article(), by=self.person("chief"))

    @rule(name=st.sampled_from(["writer", "admin"]), readings=st.sampled_from([3, 3, 2]))
    def propose_in_set(self, name, readings):
        """Propose a change of the public text, and sign it with those whose turn it is."""
        self.go_its_round(3)
        newest = self.article().latest
        asked = Replacement(*DAYS if DAYS[0] in newest.content["body"] else reversed(DAYS))
        changes = [TextChange(self.key, newest.number, asked.changed_texts(newest.content))]
        facts = {"about": "日期", "reason": "日期有误", "note": "更正日期。"}
        by = self.person(name)
        self.attempt(change_sets.propose_change_set, ChangeSet.Kind.WORDS, changes, by=by, **facts)
        for reader in ("editor", "head", "chief")[:readings]:
            by = self.person(reader)
            for item in change_sets.items_waiting_for(by).select_related("change_set"):
                self.attempt(change_sets.read_items, item.change_set, by=by, items=[item.pk], left_out=[])

    @rule(name=st.sampled_from(["editor", "chief"]))
    def carry_out_sets(self, name):
        """The worker saves and publishes; what somebody saved meanwhile is not overwritten."""
        for change_set in ChangeSet.objects.all():
            self.attempt(change_sets.carry_out_change_set, change_set, by=self.person(name))
        before, kept = self.article().latest, list(UnsavedText.objects.order_by("pk").values())
        change_sets.continue_change_sets(1)
        after = self.article().latest
        assert TYPED.findall(after.content["body"]) == TYPED.findall(before.content["body"])
        assert list(UnsavedText.objects.order_by("pk").values()) == kept
        done = ChangeSetItem.objects.filter(state=ChangeSetItem.State.DONE).select_related("edition__revision")
        for item in done:
            assert item.digest == item.edition.digest == item.edition.revision.digest
            assert {row.digest for row in item.readings.all()} == {item.digest}

    @rule(back=st.booleans())
    def withdraw(self, back):
        act = publishing.put_back_article if back else publishing.withdraw_article
        self.attempt(act, self.article(), by=self.person("chief"), reason="误")

    @invariant()
    def what_is_kept_is_what_was_typed_and_for_its_writer_alone(self):
        for form in self.forms:
            kept = UnsavedText.objects.filter(key=form["key"]).first()
            if kept is None:
                continue
            assert set(TYPED.findall(dict(kept.fields)["body"])) <= set(TYPED.findall(form["body"]))
            for name in WHO:
                found = unsaved_texts.find_unsaved_text(form["key"], by=self.person(name), article=kept.article)
                assert bool(found) == (name == form["name"])

    @invariant()
    def who_may_not_read_the_text_meets_nobody_in_it(self):
        if not hasattr(self, "key"):
            return
        article = self.article()
        for name in OUTSIDERS:
            by = self.person(name)
            if not reading.may_read_article(by, article):
                for reads in (False, True):
                    with pytest.raises(PermissionDenied):
                        presence.note_presence(self.key, by=by, reads=reads)
                assert not change_sets.change_sets_for(by).exists()
                assert not change_sets.items_waiting_for(by).exists()
                with pytest.raises(PermissionDenied):
                    save_beside_others(Article.objects.get(pk=self.key), by=by, based_on=0)


# Few examples, since every run draws others.
@pytest.mark.django_db
def test_no_sequence_of_acts_and_saves_breaks_the_rules():
    run_state_machine_as_test(FormsBesideActs, settings=settings(max_examples=8, stateful_step_count=15, deadline=None))
