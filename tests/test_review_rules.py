"""Three readings of one text by three people: who is independent, what an edit voids, what the queue contains."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from articles import editing, publishing, restoring, review
from articles.duty_assignments.permissions import Duty, duty_of_stage
from articles.models import Article, Assignment, AuditEntry, Person, SignOff
from articles.review import CannotDecide, WouldVoid
from tests.cast import Role, User, make_section, make_user, refused
from tests.test_review import sign

WROTE = "You wrote this text; another person must read it"
READINGS = [Duty.FIRST, Duty.SECOND, Duty.THIRD, Duty.FOURTH, Duty.FINAL]


def submitted(cast, *, times=0, by=None, **facts):
    article = cast.article(by=by, **facts)
    review.submit_article(article, by=by or cast.admin)
    if times:
        cast.sign(article, times=times)
    article.refresh_from_db()
    return article


def chain_of(article):
    article.refresh_from_db()
    return [link.person for link in article.signed.chain()] if article.signed else []


# --- one person, one signature --------------------------------------------------------------------------------------


def test_no_one_signs_two_readings(cast):
    jack = make_user("jack", ["first", "second", "final"])
    article = submitted(cast)
    sign(article, jack)
    with refused(CannotDecide, "You signed the “First reading” of this text; another person must do the next one"):
        sign(article, jack)
    sign(article, cast.head)
    with refused(CannotDecide, "You signed the “First reading”"):
        sign(article, jack)


def test_a_superuser_signs_two_readings_no_more_than_others(cast):
    article = submitted(cast, by=cast.writer)
    sign(article, cast.admin)
    with refused(CannotDecide, "You signed the “First reading”"):
        sign(article, cast.admin)


@pytest.mark.parametrize("who", ["editor", "admin"])
def test_no_one_signs_a_text_of_which_they_saved_any_revision(cast, who):
    user = getattr(cast, who)
    article = submitted(cast, by=user)
    with refused(CannotDecide, WROTE):
        sign(article, user)
    another = cast.article(by=cast.writer)
    cast.change(another, by=user, title="帮忙改题")
    cast.change(another, by=cast.writer, title="又改")
    review.submit_article(another, by=cast.writer)
    with refused(CannotDecide, WROTE):
        sign(another, user)


@pytest.mark.parametrize("role", ["author", "reporter", "correspondent", "text", "text_photo"])
def test_no_one_signs_a_text_that_credits_them_as_writing_it(cast, role):
    article = submitted(cast, credits=[(role, cast.liang), (Role.RESPONSIBLE_EDITOR, cast.lin)])
    with refused(CannotDecide, WROTE):
        sign(article, cast.editor)


@pytest.mark.parametrize("role", ["responsible_editor", "photo", "editor", "proofreader", "reviewer"])
def test_a_credit_for_other_work_keeps_no_one_from_reading(cast, role):
    article = submitted(cast, credits=[(role, cast.liang)])
    assert sign(article, cast.editor).person == cast.editor


def test_a_credit_is_not_edited_away_to_become_the_reader(cast):
    """A reader who removes their own credit during their reading makes an ordinary edit, not a correction."""
    zhao = Person.objects.create(name="赵", unit="", user=cast.head)
    article = submitted(cast, times=1, credits=[(Role.REPORTER, zhao)])
    with refused(WouldVoid, "梁静姝"):
        editing.save_article(article, by=cast.head, credits=[(Role.REPORTER, cast.lin)])
    editing.save_article(article, by=cast.head, credits=[(Role.REPORTER, cast.lin)], voiding=True)
    assert (article.latest.stage, chain_of(article)) == (0, [])


def test_a_reader_without_the_duty_to_write_cannot_void(cast):
    """A reader who credits themself is no longer independent; saving is then an edit, which requires a duty."""
    reader = make_user("reader", ["second"])
    me = Person.objects.create(name="钱", unit="", user=reader)
    article = submitted(cast, times=1)
    with refused(PermissionDenied, "Write and edit"):
        editing.save_article(article, by=reader, credits=[(Role.REPORTER, me)], voiding=True)


def test_a_section_may_let_one_person_do_it_all_and_the_sign_offs_say_so(cast):
    section = make_section("小站", "small", same_person_allowed=True)
    jack = make_user("jack", ["write", "first", "second", "final"])
    article = submitted(cast, by=jack, section=section)
    decisions = [sign(article, jack) for _reading in range(3)]
    assert [decision.same_person for decision in decisions] == [True, True, True]
    assert AuditEntry.objects.first().details["same_person"] is True
    other = submitted(cast, by=cast.writer, section=section)
    assert [sign(other, who).same_person for who in (jack, cast.head, jack)] == [False, False, True]


@pytest.mark.parametrize(("how", "may"), [("archived", True), ("signed", True), ("urgent", False), ("late", True)])
def test_text_that_was_answered_for_is_nobody_s_own(cast, how, may):
    """The writer of a reviewed edition may review another person's later changes to it."""
    article = cast.article(by=cast.editor)
    readers = [make_user("jack", ["first"]), cast.head, cast.chief]
    if how == "archived":
        publishing.publish_archived(article, by=cast.chief, at=article.created_at, origin="旧站")
    else:
        review.submit_article(article, by=cast.editor)
        if how != "signed":
            publishing.publish_urgent(article, by=cast.chief, reason="洪水")
        for reader in readers if how != "urgent" else []:
            sign(article, reader)
        if how == "signed":
            publishing.publish_article(article, by=cast.chief)
    cast.change(article, by=cast.writer, title="更新", voiding=True)
    article.refresh_from_db()
    if not article.stage:
        review.submit_article(article, by=cast.writer)
    assert (article in review.readings_waiting_for(cast.editor)) == may
    if may:
        assert sign(article, cast.editor).person == cast.editor
    else:
        with refused(CannotDecide, WROTE):
            sign(article, cast.editor)


def test_a_published_text_read_once_more_is_still_its_writers(cast):
    jack = make_user("jack", ["first"])
    article = submitted(cast, by=cast.editor)
    for reader in (jack, cast.head, cast.chief):
        sign(article, reader)
    publishing.publish_article(article, by=cast.chief)
    publishing.withdraw_article(article, by=cast.chief, reason="待核")
    review.submit_article(article, by=cast.writer)
    with refused(CannotDecide, WROTE):
        sign(article, cast.editor)
    assert article not in review.readings_waiting_for(cast.editor)


def test_a_text_restored_is_still_its_writers(cast):
    jack = make_user("jack", ["first"])
    article = submitted(cast, by=cast.editor)
    first = article.latest
    for reader in (jack, cast.head, cast.chief):
        sign(article, reader)
    publishing.publish_article(article, by=cast.chief)
    cast.change(article, by=cast.writer, title="新")
    cast.publish(article)
    restoring.restore_revision(first, by=cast.writer)
    review.submit_article(article, by=cast.writer)
    with refused(CannotDecide, WROTE):
        sign(article, cast.editor)
    assert article not in review.readings_waiting_for(cast.editor)


# --- corrections, and what voids ------------------------------------------------------------------------------------


def test_the_reader_whose_turn_it_is_corrects_and_earlier_signatures_stay(cast):
    cast.let_readers_correct()
    reader = make_user("reader", ["second"])
    article = submitted(cast, times=1)
    before = article.latest.digest
    revision = cast.change(article, by=reader, title="改了一个字")
    article.refresh_from_db()
    assert (revision.stage, revision.created_by, article.stage, chain_of(article)) == (2, reader, 2, [cast.editor])
    second, final = sign(article, reader), sign(article, cast.chief)
    assert second.previous.digest == before != second.digest == final.digest
    assert not second.same_person
    assert publishing.publish_article(article, by=cast.editor).digest == final.digest


@pytest.mark.parametrize("who", ["writer", "editor", "chief", "admin"])
def test_any_other_edit_says_whose_signatures_it_voids_before_it_does(cast, who):
    user = getattr(cast, who)
    article = submitted(cast, times=2 if who == "editor" else 1, by=cast.admin)
    names = "梁静姝（First reading）" + (", head（Second reading）" if who == "editor" else "")
    with refused(WouldVoid, f"signed by {names}. Saving a change voids"):
        cast.change(article, by=user, title="别人来改")
    with translation.override("en"):
        assert names in review.void_warning(article)
    cast.change(article, by=user, title="别人来改", voiding=True)
    article.refresh_from_db()
    assert (article.stage, article.signed, article.submitted_at, article.latest.stage) == (0, None, None, 0)
    voided = article.sign_offs.last()
    assert (voided.decision, voided.person, voided.revision.number) == (SignOff.Decision.VOID, user, 1)
    entries = AuditEntry.objects.filter(object_id=article.pk)[:2]
    assert [entry.action for entry in entries] == ["article.saved", "article.sign_offs_voided"]
    assert "梁静姝" in entries[1].details["whose"]
    assert review.void_warning(article) == ""


@pytest.mark.parametrize("who", ["chief", "head", "writer", "admin"])
def test_after_the_last_signature_every_edit_voids(cast, who):
    article = submitted(cast, times=3)
    with refused(WouldVoid, "Final reading"):
        cast.change(article, by=getattr(cast, who), title="签后又改")
    cast.change(article, by=getattr(cast, who), title="签后又改", voiding=True)
    assert chain_of(article) == []


def test_a_save_that_changes_nothing_voids_nothing(cast):
    article = submitted(cast, times=3)
    cast.change(article, by=cast.writer)
    assert len(chain_of(article)) == 3


def test_an_edit_before_the_first_signature_voids_nothing_and_keeps_its_place(cast):
    article = submitted(cast)
    since = article.submitted_at
    assert cast.change(article, by=cast.writer, title="补一句").stage == 0
    article.refresh_from_db()
    assert (article.stage, article.submitted_at) == (1, since)


def test_moving_to_another_section_is_no_correction(cast):
    article = submitted(cast, times=1)
    with refused(WouldVoid, "梁静姝"):
        cast.change(article, by=cast.head, section=cast.culture)
    cast.change(article, by=cast.head, section=cast.culture, voiding=True)
    assert (article.latest.stage, chain_of(article)) == (0, [])


def test_a_reader_who_may_not_write_moves_nothing(cast):
    reader = make_user("reader", ["second"])
    article = submitted(cast, times=1)
    with refused(PermissionDenied, "Write and edit"):
        cast.change(article, by=reader, section=cast.culture, voiding=True)


def test_a_text_moved_before_its_first_reading_is_read_as_often_as_its_new_section_says(cast):
    short = make_section("短讯", "short", stages=1)
    article = submitted(cast, section=short)
    cast.change(article, by=cast.writer, section=cast.news)
    article.refresh_from_db()
    assert (article.stage, article.stages) == (1, 3)


def test_restoring_an_older_text_voids_like_any_edit(cast):
    article = cast.article()
    first = article.latest
    cast.change(article, title="二")
    cast.sign(article)
    with refused(WouldVoid):
        restoring.restore_revision(first, by=cast.writer)
    restoring.restore_revision(first, by=cast.writer, voiding=True)
    assert chain_of(article) == []


# --- one to five readings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stages", [1, 2, 3, 4, 5])
def test_a_section_has_one_to_five_readings_the_last_of_which_is_final(cast, stages):
    article = submitted(cast, section=make_section("某栏", "some", stages=stages))
    readers = [make_user(f"reader{n}", [duty_of_stage(n, stages)]) for n in range(1, stages + 1)]
    for number, reader in enumerate(readers, start=1):
        for other in readers[number:]:
            with refused(CannotDecide, "not among your duties"):
                sign(article, other)
        assert not article.is_read_by_all
        decision = sign(article, reader)
        assert (decision.stage, decision.stages, decision.is_final) == (number, stages, number == stages)
        article.refresh_from_db()
    assert decision.role == Duty.FINAL
    assert chain_of(article) == readers
    assert publishing.publish_article(article, by=cast.editor).sign_off == decision


def test_the_number_of_readings_is_that_of_the_day_of_submission(cast):
    article = submitted(cast)
    cast.news.stages = 1
    cast.news.save()
    with refused(CannotDecide, "waits for its “First reading”"):
        sign(article, cast.chief)


def test_readings_are_named_as_the_field_names_them():
    with translation.override("en"):
        assert [
            [review.stage_name(stage, stages).split()[0] for stage in range(1, stages + 1)] for stages in (1, 3, 5)
        ] == [["Final"], ["First", "Second", "Final"], ["First", "Second", "Third", "Fourth", "Final"]]


# --- the queue is the rule ------------------------------------------------------------------------------------------

USERS, SECTIONS = 4, 3
indexes = st.integers(0, USERS - 1)
assignments = st.lists(st.tuples(indexes, st.sampled_from(READINGS), st.sampled_from([None, 0, 1, 2])), max_size=14)
stories = st.fixed_dictionaries(
    {
        "section": st.integers(0, SECTIONS - 1),
        "writer": indexes,
        "credited": st.none() | indexes,
        "signers": st.lists(indexes, max_size=5),
        "handed_to": st.none() | indexes,
        "corrected_by": st.none() | indexes,
        "published_by": st.none() | indexes,
    }
)


class QueueTest(TestCase):
    @settings(max_examples=15)  # every run draws others
    @given(
        stages=st.tuples(*[st.integers(1, 5)] * SECTIONS),
        lax=st.integers(-1, SECTIONS - 1),
        duties=assignments,
        stories=st.lists(stories, min_size=1, max_size=3),
        superuser=st.none() | indexes,
        closed=st.none() | indexes,
    )
    def test_a_queue_holds_exactly_what_its_owner_may_decide(self, stages, lax, duties, stories, superuser, closed):
        sections = [make_section(f"栏{n}", f"s{n}", stages=stages[n]) for n in range(2)]
        sections.append(make_section("栏2", "s2", stages=stages[2], parent=sections[0]))
        if lax >= 0:
            sections[lax].same_person_allowed = True
            sections[lax].save()
        users = [User.objects.create(username=f"u{n}", is_superuser=n == superuser) for n in range(USERS)]
        people = [Person.objects.create(name=f"人{n}", user=user) for n, user in enumerate(users)]
        for user, duty, section in set(duties):
            Assignment.objects.create(
                user=users[user], duty=duty, section=None if section is None else sections[section]
            )
        for user in users:
            Assignment.objects.bulk_create(Assignment(user=user, duty=duty) for duty in ("write", "read"))
        for story in stories:
            self.play(story, sections, users, people)
        if closed is not None:
            User.objects.filter(pk=users[closed].pk).update(is_active=False)
        for user in User.objects.all():
            may = {article for article in Article.objects.all() if review.decision_refusal(article, user) == ""}
            queue = [*review.readings_waiting_for(user), *review.readings_waiting_for(user, on_hold=True)]
            assert (len(queue), set(queue)) == (len(may), may)

    def play(self, story, sections, users, people):
        """Advance an article as far as these people may; skip what is refused."""
        writer = users[story["writer"]]
        credits = [] if story["credited"] is None else [(Role.AUTHOR, people[story["credited"]])]
        article = Article(title="题", body="<p>文</p>", section=sections[story["section"]])
        editing.save_article(article, by=writer, credits=credits)
        if story["published_by"] is not None:
            chief = User.objects.create(username=f"chief-of-{article.pk}", is_superuser=True)
            publishing.publish_archived(article, by=chief, at=article.created_at, origin="旧站")
            article.title = "新"
            editing.save_article(article, by=users[story["published_by"]], credits=credits)
        review.submit_article(article, by=writer)
        for signer in story["signers"]:
            self.attempt(lambda a, by: sign(a, by), article, users[signer])
        if story["corrected_by"] is not None:
            self.attempt(self.correct, article, users[story["corrected_by"]])
        if story["handed_to"] is not None:
            boss = User.objects.create(username=f"boss-of-{article.pk}", is_superuser=True)
            to = users[story["handed_to"]]
            self.attempt(lambda a, by: review.hand_on_reading(a, by=by, to=to, reason="转"), article, boss)

    def attempt(self, act, article, user):
        try:
            act(article, user)
        except (CannotDecide, review.WouldVoid, review.CannotSubmit, publishing.NotReady):
            article.refresh_from_db()

    def correct(self, article, user):
        article.refresh_from_db()
        article.title += "改"
        editing.save_article(
            article, by=user, credits=[(credit.role, credit.person) for credit in article.credits.all()]
        )


def test_a_queue_is_one_query_whatever_is_in_it_and_holds_the_longest_waiting_first(cast):
    def queries():
        with CaptureQueriesContext(connection) as queries:
            rows = list(review.readings_waiting_for(User.objects.get(username="editor")))
            names = [(row.section.name, row.latest.number, row.latest.created_by.username) for row in rows]
        return rows, len(queries), names

    late, early = cast.article(), cast.article()
    for article in (early, late):
        review.submit_article(article, by=cast.writer)
    rows, count, _names = queries()
    assert rows == [early, late]
    for _number in range(8):
        review.submit_article(cast.article(section=cast.towns), by=cast.writer)
    rows, again, _names = queries()
    assert (len(rows), again) == (10, count)
    assert count <= 4, "the account, its duties, its sections, the queue"


def test_a_held_article_stays_in_the_queue(cast):
    article = submitted(cast)
    review.put_on_hold(article, by=cast.editor, reason="等")
    assert list(review.readings_waiting_for(cast.editor, on_hold=True)) == [article]


def test_a_correction_makes_nobody_a_writer_who_has_signed(cast):
    """Found by test_review_stateful: the second reader credited the first one, whose sign-off stayed in the chain."""
    article = cast.article()
    cast.sign(article, times=1)
    reader = Person.objects.get(user=cast.editor)
    credits = [(Role.REPORTER, reader), (Role.RESPONSIBLE_EDITOR, cast.liang)]
    article.title = "改过的题"
    with refused(review.WouldVoid):
        editing.save_article(article, by=cast.head, credits=credits)
    article.refresh_from_db()
    article.title = "改过的题"
    editing.save_article(article, by=cast.head, credits=credits, voiding=True)
    article.refresh_from_db()
    assert (article.stage, article.signed) == (0, None)
