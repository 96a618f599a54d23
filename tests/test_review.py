"""Review decisions: success, refusals, wrong user, repeated calls; a refusal changes nothing."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from articles import audit, publishing, review
from articles.checks import NotReady
from articles.models import AuditEntry, SignOff
from articles.review import CannotDecide, CannotSubmit
from tests.cast import make_user, refused

Decision = SignOff.Decision


@pytest.fixture
def article(cast):
    """A submitted article, pending its first reading."""
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    article.refresh_from_db()
    return article


def sign(article, by, **facts):
    article.refresh_from_db()
    return review.sign_off_reading(article, by=by, revision=article.latest.number, **facts)


def where(article):
    article.refresh_from_db()
    return article.stage, article.signed, article.handed_to, article.on_hold


def last_entry():
    entry = AuditEntry.objects.first()
    return entry.action, entry.actor, entry.details


# --- submit ---------------------------------------------------------------------------------------------------------


def test_submitting_sends_the_newest_revision_to_its_first_reader(cast):
    article = cast.article()
    before = timezone.now()
    with audit.acting_from("203.0.113.7"):
        decision = review.submit_article(article, by=cast.writer)
    article.refresh_from_db()
    assert (article.stage, article.stages, article.signed) == (1, 3, None)
    assert before <= article.submitted_at <= timezone.now()
    assert (decision.decision, decision.stage, decision.revision) == (Decision.SUBMIT, 0, article.latest)
    assert (decision.person, decision.person_name, decision.role) == (cast.writer, "林晓舟", "write")
    assert (decision.digest, decision.address) == (article.latest.digest, "203.0.113.7")
    assert last_entry() == ("article.submitted", cast.writer, {"digest": article.latest.digest, "stages": 3})


@pytest.mark.parametrize("who", ["stranger", "culture_editor"])
def test_submitting_by_the_wrong_person_is_refused(cast, who):
    article = cast.article()
    with refused(PermissionDenied, "Write and edit"):
        review.submit_article(article, by=getattr(cast, who))


def test_submitting_twice_is_refused(cast, article):
    with refused(CannotSubmit, "has been submitted already"):
        review.submit_article(article, by=cast.writer)
    cast.sign(article)
    with refused(CannotSubmit, "has been submitted already"):
        review.submit_article(article, by=cast.writer)


def test_a_text_without_a_body_is_not_submitted(cast):
    article = cast.article(body="")
    with refused(NotReady, "The body is empty") as told:
        review.submit_article(article, by=cast.writer)
    assert [problem.id for problem in told.value.problems] == ["text.body"]


def test_what_readers_see_is_not_submitted(cast):
    article = cast.article()
    cast.publish(article)
    with refused(CannotSubmit, "Readers see this text already"):
        review.submit_article(article, by=cast.writer)


def test_a_text_withdrawn_may_be_submitted_again(cast):
    article = cast.article()
    cast.publish(article)
    publishing.withdraw_article(article, by=cast.editor, reason="待核")
    review.submit_article(article, by=cast.writer)
    assert where(article)[0] == 1


def test_a_rejected_text_must_change_before_it_is_submitted_again(cast, article):
    review.reject_article(article, by=cast.editor, reason="没有新闻性")
    with refused(CannotSubmit, "rejected \\(没有新闻性\\). Change it"):
        review.submit_article(article, by=cast.writer)
    cast.change(article, by=cast.writer, title="换了角度")
    review.submit_article(article, by=cast.writer)
    assert where(article)[0] == 1


# --- sign off -------------------------------------------------------------------------------------------------------


def test_three_people_sign_one_after_the_other(cast, article):
    with audit.acting_from("203.0.113.7"):
        first = sign(article, cast.editor, opinion=" 可发 ")
    assert where(article) == (2, first, None, False)
    assert (first.decision, first.stage, first.stages, first.is_final) == (Decision.PASS, 1, 3, False)
    assert (first.person_name, first.role, first.opinion, first.address) == ("梁静姝", "first", "可发", "203.0.113.7")
    assert last_entry() == (
        "article.signed_off",
        cast.editor,
        {"digest": article.latest.digest, "stage": 1, "stages": 3, "same_person": False},
    )
    second, final = sign(article, cast.head), sign(article, cast.chief)
    assert final.chain() == [first, second, final]
    assert [(link.stage, link.role, link.is_final) for link in final.chain()] == [
        (1, "first", False),
        (2, "second", False),
        (3, "final", True),
    ]
    assert where(article) == (4, final, None, False)
    assert article.is_read_by_all


def test_signing_what_is_not_submitted_is_refused(cast):
    article = cast.article()
    with refused(CannotDecide, "is with its writers"):
        sign(article, cast.editor)


def test_signing_what_all_have_read_is_refused(cast, article):
    cast.sign(article)
    with refused(CannotDecide, "All readings of"):
        sign(article, cast.chief)


@pytest.mark.parametrize("who", ["writer", "head", "chief", "stranger", "culture_editor"])
def test_signing_by_the_wrong_person_is_refused(cast, article, who):
    with refused(CannotDecide, "waits for its “First reading”, which is not among your duties in “要闻”"):
        sign(article, getattr(cast, who))


def test_an_account_that_was_closed_signs_nothing(cast, article):
    cast.editor.is_active = False
    with refused(CannotDecide, "not among your duties"):
        sign(article, cast.editor)


def test_a_text_changed_since_it_was_opened_is_not_signed(cast, article):
    opened = article.latest.number
    cast.change(article, by=cast.writer, title="又改了一个字")
    with refused(CannotDecide, r"changed after you opened it \(revision 2, not 1\)"):
        review.sign_off_reading(article, by=cast.editor, revision=opened)
    assert sign(article, cast.editor).digest == article.latest.digest


def test_problems_are_warnings_until_the_final_reading_which_they_stop(cast):
    cast.let_readers_correct()
    article = cast.article(source=None)
    review.submit_article(article, by=cast.writer)
    first, second = sign(article, cast.editor), sign(article, cast.head)
    for decision in (first, second):
        assert [warning["id"] for warning in decision.warnings] == ["provenance.source"]
        assert decision.warnings[0]["message"]
    with refused(NotReady, "The source is missing") as told:
        sign(article, cast.chief)
    assert [problem.id for problem in told.value.problems] == ["provenance.source"]
    cast.change(article, by=cast.chief, source=cast.own)
    assert sign(article, cast.chief).warnings == []


def test_an_embargo_does_not_stop_the_final_reading(cast):
    article = cast.article(embargo_until=timezone.now() + timedelta(days=1))
    assert cast.sign(article).is_final


def test_an_opinion_is_cut_where_the_column_ends(cast, article):
    assert len(sign(article, cast.editor, opinion="好" * 500).opinion) == 400


# --- send back ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("to_stage", "kept"), [(0, 0), (1, 0), (2, 1)])
def test_sending_back_keeps_the_signatures_before_it(cast, article, to_stage, kept):
    sign(article, cast.editor)
    chain = sign(article, cast.head).chain()
    decision = review.send_back(article, by=cast.chief, reason=" 数据再核 ", to_stage=to_stage)
    assert (decision.decision, decision.stage, decision.to_stage, decision.opinion) == (
        Decision.BACK,
        3,
        to_stage,
        "数据再核",
    )
    assert where(article)[:2] == (to_stage, chain[kept - 1] if kept else None)
    assert (article.submitted_at is None) == (to_stage == 0)
    assert last_entry()[2] == {"digest": article.latest.digest, "to_stage": to_stage, "reason": "数据再核"}


def test_an_article_sent_back_to_a_reader_is_signed_again_by_that_reader(cast, article):
    sign(article, cast.editor)
    sign(article, cast.head)
    review.send_back(article, by=cast.chief, reason="再核", to_stage=1)
    assert cast.sign(article).chain()[0].person == cast.editor


@pytest.mark.parametrize("to_stage", [1, 2, -1])
def test_sending_back_goes_backwards_only(cast, article, to_stage):
    with refused(CannotDecide, "not to the reading it waits for"):
        review.send_back(article, by=cast.editor, reason="x", to_stage=to_stage)


@pytest.mark.parametrize("act", [review.send_back, review.put_on_hold, review.reject_article])
@pytest.mark.parametrize("reason", ["", " 　\n"])
def test_a_decision_against_needs_a_reason(cast, article, act, reason):
    with refused(CannotDecide, "Write the reason"):
        act(article, by=cast.editor, reason=reason)


@pytest.mark.parametrize("act", [review.send_back, review.put_on_hold, review.reject_article])
@pytest.mark.parametrize("who", ["writer", "head", "chief", "stranger", "culture_editor"])
def test_only_the_reader_whose_turn_it_is_decides(cast, article, act, who):
    with refused(CannotDecide, "not among your duties"):
        act(article, by=getattr(cast, who), reason="x")


@pytest.mark.parametrize("act", [review.send_back, review.put_on_hold, review.reject_article])
def test_nothing_is_decided_about_what_is_not_submitted(cast, act):
    article = cast.article()
    with refused(CannotDecide, "is with its writers"):
        act(article, by=cast.chief, reason="x")


@pytest.mark.parametrize("who", ["editor", "chief"])
def test_what_all_have_read_can_still_be_sent_back(cast, article, who):
    """By those who may do the final reading or publish: here an editor who may publish."""
    chain = cast.sign(article).chain()
    review.send_back(article, by=getattr(cast, who), reason="有变", to_stage=3)
    assert where(article)[:2] == (3, chain[1])


@pytest.mark.parametrize("act", [review.put_on_hold, review.reject_article])
def test_what_all_have_read_is_neither_held_nor_rejected(cast, article, act):
    cast.sign(article)
    with refused(CannotDecide, "All readings of"):
        act(article, by=cast.chief, reason="x")


def test_what_all_have_read_is_not_sent_back_by_others(cast, article):
    cast.sign(article)
    with refused(CannotDecide, "All readings of"):
        review.send_back(article, by=cast.head, reason="x")


# --- hold, reject ---------------------------------------------------------------------------------------------------


def test_holding_keeps_an_article_at_its_reading_until_somebody_decides(cast, article):
    decision = review.put_on_hold(article, by=cast.editor, reason="等会议")
    assert decision.decision == Decision.HOLD
    assert where(article) == (1, None, None, True)
    assert last_entry()[0] == "article.held"
    with refused(CannotDecide, "on hold already"):
        review.put_on_hold(article, by=cast.editor, reason="等会议")
    sign(article, cast.editor)
    assert not where(article)[3]


def test_rejecting_gives_the_text_back_to_its_writers(cast, article):
    sign(article, cast.editor)
    decision = review.reject_article(article, by=cast.head, reason="失实")
    assert (decision.decision, decision.opinion) == (Decision.REJECT, "失实")
    assert where(article) == (0, None, None, False)
    assert last_entry()[0] == "article.rejected"
    with refused(CannotDecide, "is with its writers"):
        review.reject_article(article, by=cast.head, reason="失实")


def test_a_long_reason_is_cut_where_the_column_ends(cast, article):
    assert len(review.reject_article(article, by=cast.editor, reason="长" * 500).opinion) == 400


# --- hand on --------------------------------------------------------------------------------------------------------


@pytest.fixture
def colleague(cast):
    return make_user("colleague", ["first"])


def test_a_reading_is_handed_on_to_one_colleague_who_alone_decides(cast, article, colleague):
    review.put_on_hold(article, by=cast.editor, reason="等")
    decision = review.hand_on_reading(article, by=cast.editor, to=colleague, reason="我下乡")
    assert (decision.decision, decision.handed_to) == (Decision.HAND_ON, colleague)
    assert where(article) == (1, None, colleague, False)
    assert last_entry() == ("article.handed_on", cast.editor, {"to": "colleague", "reason": "我下乡"})
    with refused(CannotDecide, "was handed on to colleague, who decides now"):
        sign(article, cast.editor)
    sign(article, colleague)
    assert where(article)[2] is None


def test_a_reading_handed_on_may_be_handed_on_again_by_anyone_with_the_duty(cast, article, colleague):
    review.hand_on_reading(article, by=cast.editor, to=colleague, reason="我下乡")
    review.hand_on_reading(article, by=cast.editor, to=cast.editor, reason="他病了")
    assert where(article)[2] == cast.editor


def test_handing_on_refuses(cast, article, colleague):
    with refused(CannotDecide, "“First reading”, which is not among your duties"):
        review.hand_on_reading(article, by=cast.head, to=colleague, reason="x")
    with refused(CannotDecide, "head cannot do this reading: .*“First reading”"):
        review.hand_on_reading(article, by=cast.editor, to=cast.head, reason="x")
    with refused(CannotDecide, "Write the reason"):
        review.hand_on_reading(article, by=cast.editor, to=colleague, reason=" ")
    colleague.is_active = False
    colleague.save()
    with refused(CannotDecide, "colleague cannot do this reading"):
        review.hand_on_reading(article, by=cast.editor, to=colleague, reason="x")
    colleague.is_active = True
    colleague.save()
    review.hand_on_reading(article, by=cast.editor, to=colleague, reason="x")
    with refused(CannotDecide, "handed on to colleague already"):
        review.hand_on_reading(article, by=cast.editor, to=colleague, reason="x")


def test_whoever_wrote_the_text_may_say_who_reads_it_but_not_take_it_over(cast, colleague):
    article = cast.article(by=cast.editor)
    review.submit_article(article, by=cast.editor)
    with refused(CannotDecide, "cannot do this reading: You wrote this text"):
        review.hand_on_reading(article, by=cast.editor, to=cast.editor, reason="x")
    review.hand_on_reading(article, by=cast.editor, to=colleague, reason="我写的")
    assert where(article)[2] == colleague


def test_nothing_is_handed_on_before_or_after_the_readings(cast, colleague):
    article = cast.article()
    with refused(CannotDecide, "is with its writers"):
        review.hand_on_reading(article, by=cast.editor, to=colleague, reason="x")
    cast.sign(article)
    with refused(CannotDecide, "All readings of"):
        review.hand_on_reading(article, by=cast.chief, to=colleague, reason="x")


# --- opinions and reasons -------------------------------------------------------------------------------------------

LONG, KEPT = " 甲\n" + "乙" * 500, "甲 " + "乙" * 398


def test_opinions_and_reasons_are_kept_in_one_line_of_400_characters(cast, article):
    jack = make_user("jack", ["first"])
    assert review.hand_on_reading(article, by=cast.editor, to=jack, reason=LONG).opinion == KEPT
    assert sign(article, jack, opinion=LONG).opinion == KEPT
    assert review.put_on_hold(article, by=cast.head, reason=LONG).opinion == KEPT
    assert review.send_back(article, by=cast.head, to_stage=1, reason=LONG).opinion == KEPT
    assert review.reject_article(article, by=cast.editor, reason=LONG).opinion == KEPT
    assert last_entry()[2]["reason"] == KEPT
