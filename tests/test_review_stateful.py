"""Random acts by random people: no sequence of them lets out a text that nobody signed, lets one person sign twice, or
leaves an audit that tells another story than the rows.
"""

from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from articles import audit, closing, discarding, editing, placing, publishing, restoring, review, scheduling, sections
from articles.models import Article, Assignment, AuditEntry, Credit, Edition, Person, Section, SignOff, Source
from articles.models.revision import content_digest
from articles.refusals import Refusal
from tests.undone_machine import UndoneMachine

Role = Credit.Role
REFUSALS = (PermissionDenied, Refusal)
# Who may do what: enough for every act to succeed now and then, and to be refused now and then.
DUTIES = {
    "writer": ["write", "read"],
    "editor": ["write", "first", "second"],
    "deputy": ["first", "second"],
    "head": ["write", "second", "final", "publish"],
    "chief": ["final", "publish", "withdraw", "urgent", "arrange"],
    "boss": [],
}
WORDS = st.sampled_from(["一", "二", "三"])
who = st.sampled_from(sorted(DUTIES))
which = st.integers(0, 1)
picks = st.integers(0, 5)


class Newsroom(UndoneMachine):
    """Two sections, of which one lets people sign twice; two articles; six people, one of them a superuser."""

    def __init__(self):
        super().__init__()
        self.seen = None

    @initialize(stages=st.tuples(st.sampled_from([3, 2, 1]), st.sampled_from([2, 1, 3])))
    def open(self, stages):
        self.sections = [
            Section.objects.create(name="要闻", slug="a", stages=stages[0]),
            Section.objects.create(name="小站", slug="b", stages=stages[1], same_person_allowed=True),
        ]
        self.source = Source.objects.create(name="社", standing="own")
        self.users, self.people = {}, {}
        for name, duties in DUTIES.items():
            user = self.users[name] = User.objects.create(username=name, is_superuser=name == "boss")
            self.people[name] = Person.objects.create(name=name, user=user)
            Assignment.objects.bulk_create(Assignment(user=user, duty=duty) for duty in duties)
        self.now = timezone.now() + timedelta(minutes=1)
        self.numbers = [self.begin_article(writer) for writer in ("writer", "editor")]

    def begin_article(self, writer):
        """The number of a new article."""
        article = Article(title="题", body="<p>文</p>", section=self.sections[0], source=self.source)
        with mock.patch.object(timezone, "now", return_value=self.now):
            editing.save_article(article, by=self.users[writer], credits=self.credits(writer))
        return article.pk

    def whose_turn(self, article, pick):
        """One of the users who may decide about the article now, in a list; an empty one where nobody may."""
        may = [user for user in self.users.values() if not review.decision_refusal(article, user)]
        return [may[pick % len(may)]] if may else []

    def credits(self, author):
        return [(Role.RESPONSIBLE_EDITOR, self.people["boss"]), (Role.REPORTER, self.people[author])]

    def article(self, n):
        return Article.objects.select_related("latest", "live", "signed", "section").get(pk=self.numbers[n])

    def attempt(self, act, n, *args, **facts):
        """An act works, or refuses in its own words; anything else, an IntegrityError above all, fails the test."""
        with mock.patch.object(timezone, "now", return_value=self.now):
            try:
                with transaction.atomic():
                    act(self.article(n), *args, **facts)
            except REFUSALS:
                pass

    # --- what people do -----------------------------------------------------------------------------------------------

    @rule(
        n=which,
        by=who,
        title=WORDS,
        author=st.none() | st.sampled_from(["writer", "editor", "head"]),
        section=st.sampled_from([None, None, None, 0, 1]),
        voiding=st.booleans(),
    )
    def save(self, n, by, title, author, section, voiding):
        def act(article):
            article.title = title
            if section is not None:
                article.section = self.sections[section]
            credits = self.credits(author) if author else kept_credits(article)
            editing.save_article(article, by=self.users[by], credits=credits, voiding=voiding)

        self.attempt(act, n)

    @rule(n=which, by=who, back=st.integers(1, 3), voiding=st.booleans())
    def restore(self, n, by, back, voiding):
        revision = self.article(n).revisions.filter(number=back).first()
        if revision:
            self.attempt(lambda _a: restoring.restore_revision(revision, by=self.users[by], voiding=voiding), n)

    @rule(n=which, title=WORDS, pick=picks)
    def correct_while_reading(self, n, title, pick):
        def act(article):
            for reader in self.whose_turn(article, pick):
                article.title = title + "校"
                editing.save_article(article, by=reader, credits=kept_credits(article))

        self.attempt(act, n)

    @rule(n=which, by=who)
    def submit(self, n, by):
        self.attempt(review.submit_article, n, by=self.users[by])

    @rule(n=which, by=who)
    def take_back(self, n, by):
        signed = list(SignOff.objects.filter(decision="pass").values())
        self.attempt(review.take_back_submission, n, by=self.users[by])
        assert list(SignOff.objects.filter(decision="pass").values()) == signed

    @rule(n=which, by=st.sampled_from(["editor", "deputy", "head", "chief", "boss"]))
    def sign_off(self, n, by):
        revision = self.article(n).latest.number
        self.attempt(review.sign_off_reading, n, by=self.users[by], revision=revision)

    @rule(
        n=which,
        readers=st.lists(picks, min_size=1, max_size=3),
        by=st.sampled_from(["head", "chief", "writer"]),
        then=st.sampled_from(["publish", "", "correct"]),
    )
    def go_its_round(self, n, readers, by, then):
        """Submit, and sign so many readings by people whose turn it is; perhaps publish: what a good day looks like."""

        def sign(article, pick):
            for reader in self.whose_turn(article, pick):
                review.sign_off_reading(article, by=reader, revision=article.latest.number)

        self.attempt(review.submit_article, n, by=self.users["writer"], note="更正")
        for pick in readers:
            self.attempt(sign, n, pick)
        if then == "publish":
            self.attempt(publishing.publish_article, n, by=self.users[by])
        elif then:
            self.attempt(publishing.publish_correction, n, by=self.users[by])

    @rule(
        n=which, by=who, to=who, to_stage=st.integers(0, 3), act=st.sampled_from(["back", "hold", "reject", "hand on"])
    )
    def decide_against(self, n, by, to, to_stage, act):
        by = self.users[by]
        match act:
            case "back":
                self.attempt(review.send_back, n, by=by, reason="再核", to_stage=to_stage)
            case "hold":
                self.attempt(review.put_on_hold, n, by=by, reason="不急")
            case "reject":
                self.attempt(review.reject_article, n, by=by, reason="失实")
            case "hand on":
                self.attempt(review.hand_on_reading, n, by=by, to=self.users[to], reason="出差")

    @rule(n=which, by=st.sampled_from(["chief", "boss", "head"]), urgent=st.booleans())
    def publish(self, n, by, urgent):
        if urgent:
            self.attempt(publishing.publish_urgent, n, by=self.users[by], reason="急")
        else:
            self.attempt(publishing.publish_article, n, by=self.users[by])

    @rule(n=which, by=st.sampled_from(["chief", "boss", "head"]), back=st.booleans())
    def withdraw(self, n, by, back):
        self.attempt(publishing.withdraw_article, n, by=self.users[by], reason="误")
        if back:
            self.attempt(publishing.put_back_article, n, by=self.users[by], reason="无误")

    @rule(n=which, by=st.sampled_from(["chief", "boss", "head"]))
    def put_back(self, n, by):
        self.attempt(publishing.put_back_article, n, by=self.users[by], reason="无误")

    @rule(n=which, by=st.sampled_from(["chief", "head", "writer"]), minutes=st.sampled_from([-1, 1, 2, None]))
    def schedule(self, n, by, minutes):
        if minutes is None:
            self.attempt(scheduling.unschedule_article, n, by=self.users[by])
        else:
            self.attempt(scheduling.schedule_article, n, by=self.users[by], at=self.now + timedelta(minutes=minutes))

    @precondition(lambda self: Article.objects.filter(scheduled_for__isnull=False).exists())
    @rule(minutes=st.integers(0, 2), frozen=st.booleans())
    def time_passes(self, minutes, frozen):
        """And the worker looks what is due; now and then what was scheduled may not be published any more."""
        self.now += timedelta(minutes=minutes)
        Source.objects.update(standing="frozen" if frozen else "own")
        with mock.patch.object(timezone, "now", return_value=self.now):
            scheduling.publish_due()
        Source.objects.update(standing="own")

    @rule(by=who, stages=st.integers(1, 5))
    def loosen_readings(self, by, stages):
        """Nobody who works on texts does, nor a superuser alone."""
        section = Section.objects.get(pk=self.sections[0].pk)
        section.stages, section.same_person_allowed = stages, True
        with pytest.raises(PermissionDenied), transaction.atomic():
            sections.save_section(section, by=self.users[by])

    @precondition(lambda self: not Article.objects.in_bin().exists())
    @rule(n=which, by=st.sampled_from(["writer", "editor", "chief"]))
    def discard(self, n, by):
        """Refused once anything was decided. Whatever people do then to what is in the bin is refused."""
        self.attempt(discarding.discard_draft, n, by=self.users[by])

    @precondition(lambda self: Article.objects.in_bin().exists())
    @rule(n=which, by=who)
    def take_out_of_the_bin(self, n, by):
        self.attempt(lambda article: discarding.put_back_draft(article.pk, by=self.users[by]), n)

    @precondition(lambda self: Article.objects.in_bin().exists())
    @rule(days=st.sampled_from([20, 31]))
    def the_bin_is_emptied(self, days):
        """By the worker, in time; a new article takes the place of the one that went."""
        self.now += timedelta(days=days)
        with mock.patch.object(timezone, "now", return_value=self.now):
            gone = discarding.empty_bin()
        assert gone == (0 if Article.objects.in_bin().exists() else 1)
        for n, number in enumerate(self.numbers):
            if not Article.objects.filter(pk=number).exists():
                assert AuditEntry.objects.filter(action="article.deleted", object_id=number).count() == 1
                self.numbers[n] = self.begin_article("writer")

    @rule(n=which, by=who, hours=st.tuples(st.none() | st.integers(-1, 3), st.none() | st.integers(-1, 3)))
    def place(self, n, by, hours):
        pin, end = (None if hour is None else self.now + timedelta(hours=hour) for hour in hours)
        facts = {"by": self.users[by], "pinned_until": pin, "expires_at": end, "cover": None}
        self.attempt(lambda article: placing.set_placing(article, **facts), n)

    @rule(n=which, by=who, number=st.integers(1, 3), act=st.sampled_from([closing.close_text, closing.reopen_text]))
    def close_or_open(self, n, by, number, act):
        self.attempt(lambda article: act(article, by=self.users[by], edition=number, reason="电话"), n)

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def the_laws_hold(self):
        """Looked at again only when a row or the audit is not what it was at the last look: most acts are refused."""
        seen = (AuditEntry.objects.values_list("pk", flat=True).first(), list(Article.objects.order_by("pk").values()))
        if seen != self.seen:
            self.what_is_public_as_signed_was_signed_by_independent_readers()
            self.the_chain_that_counts_ends_in_what_the_next_reader_reads()
            self.what_is_in_the_bin_is_a_draft_nobody_decided_about()
            self.urgent_news_is_due_until_all_have_read_it()
            self.the_audit_is_one_chain_and_replays_to_the_rows()
            self.seen = seen

    def what_is_public_as_signed_was_signed_by_independent_readers(self):
        for edition in Edition.objects.filter(basis="signed").select_related("sign_off", "revision", "section"):
            final = edition.sign_off
            assert final.is_final
            assert edition.digest == final.digest == edition.revision.digest == content_digest(edition.revision.content)
            chain = final.chain()
            assert [link.stage for link in chain] == list(range(1, final.stages + 1))
            if not edition.section.same_person_allowed:
                assert_independent(chain, edition.revision)
                assert_title_was_read(chain, edition.revision)

    def the_chain_that_counts_ends_in_what_the_next_reader_reads(self):
        for article in Article.objects.select_related("latest", "signed", "live", "section"):
            chain = article.signed.chain() if article.signed else []
            assert len(chain) == max(0, article.stage - 1)
            if not article.section.same_person_allowed:
                assert_independent(chain, article.latest)
            assert (article.stage > article.stages > 0) == article.is_read_by_all
            if article.is_read_by_all:
                assert not article.live or article.live.digest != article.latest.digest, "nothing is left to publish"

    def what_is_in_the_bin_is_a_draft_nobody_decided_about(self):
        for article in Article.objects.in_bin():
            assert not article.stage
            assert not article.editions.exists()
            assert not article.sign_offs.exists()
            assert not article.scheduled_for

    def urgent_news_is_due_until_all_have_read_it(self):
        for article in Article.objects.filter(live__basis__in=["urgent", "break_glass"]).select_related("live"):
            read = article.sign_offs.filter(decision="pass", stage=F("stages"), digest=article.live.digest)
            assert article.readings_due_at or read.exists()

    def the_audit_is_one_chain_and_replays_to_the_rows(self):
        assert audit.first_broken_entry() is None
        for article in Article.objects.select_related("live", "latest"):
            entries = AuditEntry.objects.filter(object_type="article", object_id=article.pk).order_by("pk")
            assert replay(entries) == {
                "stage": article.stage,
                "digest": article.latest.digest,
                "edition": article.live.number if article.live else None,
                "withdrawn": article.withdrawn_at is not None,
                "scheduled": article.scheduled_for and article.scheduled_for.replace(microsecond=0),
                "on_hold": article.on_hold,
                "handed_to": article.handed_to.username if article.handed_to else None,
                "due": article.readings_due_at is not None,
                "in_bin": article.discarded_at is not None,
            }


def kept_credits(article):
    return [(credit.role, credit.person) for credit in article.credits.select_related("person")]


def assert_independent(chain, revision):
    """Each link by another person, and none by whoever wrote the text or is credited as writing it."""
    readers = [link.person_id for link in chain]
    assert len(set(readers)) == len(readers)
    assert not set(readers) & writers_of(revision)
    assert not any(link.same_person for link in chain)


def assert_title_was_read(chain, revision):
    """A title that a reader gave the text was signed since by somebody else."""
    given, before = revision, None
    for earlier in revision.article.revisions.filter(number__lte=revision.number).order_by("number"):
        if earlier.content["title"] != before:
            given, before = earlier, earlier.content["title"]
    if given.stage:
        assert {link.person_id for link in chain if link.revision.number >= given.number} - {given.created_by_id}


def writers_of(revision):
    """Who saved, as a writer, what this revision holds: since the last other text that was answered for."""
    article = revision.article
    answered = [
        edition.revision.number
        for edition in article.editions.filter(revision__number__lt=revision.number).exclude(digest=revision.digest)
        if edition.revision.sign_offs.filter(decision="pass", stage=F("stages")).exists()
    ]
    saved = article.revisions.filter(stage=0, number__lte=revision.number)
    new = saved.filter(number__gt=max(answered, default=0)) | saved.filter(digest=revision.digest)
    names = [credit["name"] for credit in revision.content["credits"] if credit["role"] in Credit.WRITING]
    credited = User.objects.filter(username__in=names).values_list("pk", flat=True)
    return {*new.values_list("created_by", flat=True), *credited}


def replay(entries):
    """The state of an article, from its audit alone."""
    state = {
        "stage": 0,
        "digest": "",
        "edition": None,
        "withdrawn": False,
        "scheduled": None,
        "on_hold": False,
        "handed_to": None,
        "due": False,
        "in_bin": False,
    }
    editions, read = {}, set()  # number → digest; the digests that all have signed

    def move(stage):
        state.update(stage=stage, scheduled=None, on_hold=False, handed_to=None)

    def show(number):
        state.update(edition=number, withdrawn=False)

    for entry in entries:
        facts, act = entry.details, entry.action.removeprefix("article.")
        assert not state["in_bin"] or act == "taken_from_bin", "nothing changes in the bin"
        match act:
            case "saved":
                state["digest"] = facts["digest"]
                if facts.get("closes_review"):
                    move(0)
            case "submitted" | "readings_changed":
                move(1)
            case "signed_off":
                final = facts["stage"] == facts["stages"]
                closes = final and state["edition"] and editions[state["edition"]] == facts["digest"]
                move(0 if closes else facts["stage"] + 1)
                if final:
                    read.add(facts["digest"])
                if closes:
                    state["due"] = False
            case "sent_back" | "reread":
                move(facts["to_stage"])
            case "rejected" | "sign_offs_voided" | "taken_back":
                move(0)
            case "held":
                state["on_hold"] = True
            case "handed_on":
                state.update(handed_to=facts["to"], on_hold=False)
            case "published" | "corrected":
                move(0)
                editions[facts["edition"]] = facts["digest"]
                show(facts["edition"])
                state["due"] = False
            case "published_before_readings" | "glass_broken":
                editions[facts["edition"]] = facts["digest"]
                show(facts["edition"])
                state["due"] = True
            case "withdrawn":
                state.update(edition=None, withdrawn=True, scheduled=None, due=False)
            case "put_back":
                show(facts["edition"])
                state["due"] = facts["readings_open"]
                if facts["closes_review"]:
                    move(0)
            case "scheduled":
                state["scheduled"] = datetime.fromisoformat(facts["at"])
            case "unscheduled" | "schedule_failed":
                state["scheduled"] = None
            case "discarded":
                state["in_bin"] = True
            case "taken_from_bin":
                state["in_bin"] = False
            case "restored" | "placed" | "text_closed" | "text_reopened":
                pass  # the save before it said what was restored; the others change nothing here
            case other:
                raise AssertionError(f"nothing tells how to replay {other}")
    return state


# Each example tries every rule about twice, and every run draws others.
@pytest.mark.django_db
def test_random_acts_by_random_people():
    run_state_machine_as_test(Newsroom, settings=settings(max_examples=25, stateful_step_count=40))
