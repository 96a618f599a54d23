"""Colleagues who leave hand everything on in one act; unused accounts are listed, then closed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from articles import accounts, audit, leaving, review, scheduling
from articles.leaving import CannotLeave
from articles.management.commands import work
from articles.models import Article, Assignment, AuditEntry, Credit, DeskSession, SignOff
from tests.cast import all_rows, make_user, refused

WHY = "调往市里"


@pytest.fixture
def system(cast):
    return make_user("system", ["accounts"])


def let_go(user, to, by, reason=WHY):
    return leaving.let_go(User.objects.get(pk=user.pk), to=to, reason=reason, by=by)


def handed_to(cast, reader):
    """An article whose first reading was handed to the reader by name."""
    article = cast.article(by=cast.towns_writer, credits=[(Credit.Role.RESPONSIBLE_EDITOR, cast.liang)])
    review.submit_article(article, by=cast.admin)
    review.hand_on_reading(Article.objects.get(pk=article.pk), by=cast.admin, to=reader, reason="值班")
    return article


# --- Leaving --------------------------------------------------------------------------------------------------------


def test_a_colleague_leaves_and_another_has_everything(cast, system):
    leaver = make_user("leaver", ["write", "first", "publish", "withdraw"])
    draft, changed = cast.article(by=leaver), cast.article(by=leaver)
    cast.publish(changed)
    cast.change(changed, title="又通一桥")
    public, theirs = cast.article(by=leaver), cast.article(by=cast.writer)
    cast.publish(public)
    turn = handed_to(cast, leaver)
    second = make_user("second-editor", ["write", "first", "publish"])
    client = Client()
    client.force_login(leaver)
    other = Client()
    other.force_login(cast.chief)

    work = let_go(leaver, second, system)

    leaver = User.objects.get(pk=leaver.pk)
    assert not leaver.is_active
    assert not leaver.assignments.exists()
    assert client.get("/admin/").status_code == 302
    assert other.get("/admin/").status_code == 200
    assert DeskSession.objects.count() == 1
    owners = dict(Article.objects.values_list("number", "created_by"))
    assert {owners[draft.pk], owners[changed.pk]} == {second.pk}
    assert owners[public.pk] == leaver.pk, "what is finished stays as it was begun"
    assert owners[theirs.pk] == cast.writer.pk
    turn.refresh_from_db()
    assert (turn.handed_to, turn.stage) == (second, 1)
    decision = SignOff.objects.order_by("-pk").first()
    assert (decision.decision, decision.handed_to, decision.person, decision.opinion) == (
        "hand_on",
        second,
        system,
        WHY,
    )
    assert decision.role_name
    entry = AuditEntry.objects.get(action="user.left")
    assert (entry.actor, entry.object_id) == (system, str(leaver.pk))
    assert entry.details == {
        "name": "leaver",
        "reason": WHY,
        "to": "second-editor",
        "duties": ["first", "publish", "withdraw", "write"],
        "drafts": [draft.pk, changed.pk],
        "turns": [turn.pk],
        "scheduled": [],
        "count": 3,
        "sessions": 1,
    }
    assert len(work.numbers) == 3
    assert AuditEntry.objects.first() == entry, "one entry for the whole act"
    assert audit.first_broken_entry() is None


def test_a_successor_does_not_become_the_writer_of_the_text(cast, system):
    """Whoever takes over a draft may still read it for somebody else: the revisions say who wrote it."""
    draft = cast.article(by=cast.writer, credits=[(Credit.Role.RESPONSIBLE_EDITOR, cast.liang)])
    let_go(cast.writer, cast.editor, system)
    review.submit_article(Article.objects.get(pk=draft.pk), by=cast.editor)
    assert review.decision_refusal(Article.objects.get(pk=draft.pk), cast.editor) == ""


def test_a_reading_that_the_colleague_may_not_do_waits_for_everybody(cast, system):
    reader = make_user("reader", ["first"])
    turn = handed_to(cast, reader)
    let_go(reader, cast.writer, system)
    turn.refresh_from_db()
    assert turn.handed_to is None
    assert turn in review.readings_waiting_for(cast.editor)


def test_a_scheduled_article_is_published_by_the_colleague(cast, system, monkeypatch):
    article = cast.article()
    cast.sign(article)
    publisher = make_user("publisher", ["publish"])
    at = timezone.now() + timedelta(hours=1)
    scheduling.schedule_article(article, by=publisher, at=at)
    with refused(CannotLeave, "may not publish in 要闻"):
        let_go(publisher, cast.writer, system)
    let_go(publisher, cast.editor, system)
    monkeypatch.setattr(timezone, "now", lambda: at + timedelta(minutes=1))
    assert scheduling.publish_due() == 1
    assert AuditEntry.objects.get(action="article.published").actor == cast.editor


def test_without_open_work_nobody_needs_to_be_named(cast, system):
    let_go(cast.stranger, None, system)
    assert not User.objects.get(pk=cast.stranger.pk).is_active


def test_who_has_left_already_stays_so(cast, system):
    let_go(cast.stranger, None, system)
    before = all_rows()
    let_go(cast.stranger, None, system, reason="")
    assert all_rows() == before


def test_an_account_that_was_closed_before_is_emptied_too(cast, system):
    account = User.objects.get(pk=cast.head.pk)
    account.is_active = False
    accounts.save_account(account, by=system)
    let_go(cast.head, None, system)
    assert not Assignment.objects.filter(user=cast.head).exists()


def test_it_is_refused_while_others_go_on_giving_work(cast, system, monkeypatch):
    more = iter(range(100, 1000))
    given = []

    def work_of(_account):
        given.append(next(more))
        return leaving.OpenWork(list(given), [], [])

    monkeypatch.setattr(leaving, "open_work_of", work_of)
    with refused(CannotLeave, "given work at this moment"):
        let_go(cast.stranger, cast.editor, system)
    assert len(given) == 1 + leaving.MOST_TRIES


@pytest.mark.parametrize("who", ["chief", "writer", "stranger", "security", "auditor"])
def test_the_wrong_person_lets_nobody_go(cast, who):
    by = getattr(cast, who, None) or make_user(who, [{"security": "grant", "auditor": "audit"}[who]])
    with refused(PermissionDenied, "accounts"):
        let_go(cast.head, cast.editor, by)


@pytest.mark.parametrize("duty", ["grant", "audit", None])
def test_an_account_that_may_more_is_left_alone(cast, system, duty):
    theirs = make_user("other", [duty]) if duty else cast.admin
    with refused(PermissionDenied, "may do more"):
        let_go(theirs, None, system)


def test_what_stands_against_leaving_is_said(cast, system):
    cast.article(by=cast.writer)
    with refused(CannotLeave, "close your own account"):
        let_go(system, cast.editor, system)
    with refused(CannotLeave, "reason"):
        let_go(cast.writer, cast.editor, system, reason=" \u200b")
    with refused(CannotLeave, "1 in all"):
        let_go(cast.writer, None, system)
    closed = make_user("closed", ["write"], is_active=False)
    for nobody in (closed, cast.writer):
        with refused(CannotLeave, "choose somebody else"):
            let_go(cast.writer, nobody, system)
    for colleague in (cast.stranger, cast.culture_editor):
        with refused(CannotLeave, "may not write in 要闻"):
            let_go(cast.writer, colleague, system)


@pytest.mark.parametrize(("duty", "is_last"), [("accounts", True), ("grant", True), ("audit", False)])
def test_the_last_administrator_does_not_leave(cast, duty, is_last):
    account = make_user("only", [duty])
    assert not leaving.is_last_administrator(account), "a superuser is there"
    User.objects.filter(pk=cast.admin.pk).update(is_active=False)
    assert leaving.is_last_administrator(account) is is_last
    if is_last:
        with refused(CannotLeave, "nobody could open accounts"):
            let_go(account, None, cast.admin)
        make_user("second", [duty])
        assert not leaving.is_last_administrator(account)


def test_the_last_superuser_does_not_leave(cast):
    other = make_user("other-boss", is_superuser=True)
    let_go(cast.admin, None, other)
    assert leaving.is_last_administrator(other)
    accounts.find_or_open_command_line()
    assert leaving.is_last_administrator(other), "nobody can log in to the command line's account"
    make_user("a", ["accounts"])
    assert leaving.is_last_administrator(other)
    make_user("g", ["grant"])
    assert not leaving.is_last_administrator(other)


def test_asking_for_open_work_costs_three_queries(cast, django_assert_num_queries):
    for _ in range(3):
        cast.article(by=cast.writer)
    with django_assert_num_queries(3):
        assert len(leaving.open_work_of(cast.writer).numbers) == 3


# --- Unused accounts ------------------------------------------------------------------------------------------------


def unused(user, days):
    then = timezone.now() - timedelta(days=days)
    User.objects.filter(pk=user.pk).update(last_login=then, date_joined=then)


@pytest.fixture
def everybody_is_here(cast):
    User.objects.update(last_login=timezone.now(), date_joined=timezone.now() - timedelta(days=400))


def test_an_account_is_named_after_sixty_days_and_closed_when_the_setting_says_so(cast, everybody_is_here, settings):
    unused(cast.writer, 59)
    unused(cast.head, 61)
    unused(cast.editor, 91)
    unused(cast.admin, 400)
    assert list(leaving.dormant_accounts(leaving.NAMED_AFTER)) == [cast.editor, cast.head]
    assert leaving.close_dormant_accounts() == 0
    settings.DORMANT_ACCOUNT_DAYS = 90
    client = Client()
    client.force_login(cast.editor)
    unused(cast.editor, 91)
    work.Command().do_daily_work()
    assert set(User.objects.filter(is_active=False)) == {cast.editor}
    assert not DeskSession.objects.exists()
    entry = AuditEntry.objects.get(action="user.closed")
    assert (entry.actor, entry.object_id, entry.details["name"]) == (None, str(cast.editor.pk), "editor")
    assert entry.details["last_seen"].startswith(f"{timezone.now() - timedelta(days=91):%Y-%m-%d}")
    assert leaving.close_dormant_accounts() == 0


def test_an_account_that_was_never_used_counts_from_its_opening(cast, everybody_is_here):
    User.objects.filter(pk=cast.writer.pk).update(last_login=None)
    assert list(leaving.dormant_accounts(leaving.NAMED_AFTER)) == [cast.writer]


def test_the_last_administrator_and_superusers_stay_open(cast, everybody_is_here, settings):
    settings.DORMANT_ACCOUNT_DAYS = 90
    User.objects.filter(pk=cast.admin.pk).update(is_superuser=False)
    security, spare = make_user("security", ["grant"]), make_user("spare", ["grant"])
    for user in (security, spare):
        unused(user, 100)
    assert leaving.close_dormant_accounts() == 1
    assert User.objects.filter(pk__in=[security.pk, spare.pk], is_active=True).count() == 1


def test_an_account_that_is_opened_again_is_not_closed_at_once(cast, everybody_is_here, system, settings):
    settings.DORMANT_ACCOUNT_DAYS = 90
    unused(cast.editor, 91)
    leaving.close_dormant_accounts()
    account = User.objects.get(pk=cast.editor.pk)
    account.is_active = True
    accounts.save_account(account, by=system)
    assert leaving.close_dormant_accounts() == 0
    assert User.objects.get(pk=cast.editor.pk).is_active


def test_closing_is_done_in_small_batches(cast, settings, monkeypatch):
    settings.DORMANT_ACCOUNT_DAYS = 90
    User.objects.update(date_joined=timezone.now() - timedelta(days=100))
    monkeypatch.setattr(leaving, "DORMANT_BATCH", 2)
    assert leaving.close_dormant_accounts() == 2


def test_somebody_who_logs_in_meanwhile_keeps_the_account(cast, everybody_is_here, settings):
    settings.DORMANT_ACCOUNT_DAYS = 90
    before = all_rows()
    assert not leaving._close_dormant(cast.writer.pk, timedelta(days=90))
    assert all_rows() == before
