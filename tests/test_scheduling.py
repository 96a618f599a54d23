"""Scheduling and the heartbeat: success, refusals, wrong user, repeated calls; a refusal changes nothing."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from articles import publishing, review, scheduling, worker
from articles.models import Article, Assignment, AuditEntry, Edition, Heartbeat, Source
from articles.publishing import CannotPublish
from articles.scheduling import CannotSchedule
from tests.cast import User, all_rows, make_user, refused

HOUR = timedelta(hours=1)


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests can move; ahead of the real one, which stamps new rows."""

    class Clock:
        now = timezone.now() + HOUR

        def forward(self, by):
            self.now += by

    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def article(cast, clock):
    """An article whose readings are complete, not public."""
    article = cast.article()
    cast.sign(article)
    return article


def again(article):
    return Article.objects.get(pk=article.pk)


def test_what_is_scheduled_is_published_when_it_is_due(cast, clock, article):
    at = clock.now + HOUR
    scheduling.schedule_article(article, by=cast.editor, at=at)
    row = again(article)
    assert (row.scheduled_for, row.scheduled_by, row.live) == (at, cast.editor, None)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor) == ("article.scheduled", cast.editor)
    assert entry.details == {"digest": row.latest.digest, "at": at.isoformat(timespec="seconds")}
    clock.forward(HOUR - timedelta(seconds=1))
    assert scheduling.publish_due() == 0
    assert again(article).live is None
    clock.forward(timedelta(seconds=1))
    assert scheduling.publish_due() == 1
    row = again(article)
    assert (row.live.number, row.live.published_by, row.live.published_at) == (1, cast.editor, clock.now)
    assert (row.scheduled_for, row.scheduled_by, row.stage) == (None, None, 0)
    before = all_rows()
    assert scheduling.publish_due() == 0, "each once"
    assert all_rows() == before


@pytest.mark.parametrize("who", ["writer", "head", "stranger", "culture_editor"])
def test_scheduling_and_unscheduling_by_the_wrong_person_is_refused(cast, clock, article, who):
    with refused(PermissionDenied, "Publish and schedule"):
        scheduling.schedule_article(article, by=getattr(cast, who), at=clock.now + HOUR)
    scheduling.schedule_article(article, by=cast.editor, at=clock.now + HOUR)
    with refused(PermissionDenied, "Publish and schedule"):
        scheduling.unschedule_article(article, by=getattr(cast, who))


@pytest.mark.parametrize("late", [timedelta(0), HOUR])
def test_an_instant_that_has_passed_is_refused(cast, clock, article, late):
    with refused(CannotSchedule, "has passed; choose a later time, or publish now"):
        scheduling.schedule_article(article, by=cast.editor, at=clock.now - late)


def test_a_text_not_read_by_all_is_not_scheduled(cast, clock):
    article = cast.article()
    with refused(CannotPublish, "Nobody has read this text yet"):
        scheduling.schedule_article(article, by=cast.editor, at=clock.now + HOUR)
    review.submit_article(article, by=cast.writer)
    cast.sign(article, times=2)
    with refused(CannotPublish, "2 of 3 are signed"):
        scheduling.schedule_article(article, by=cast.editor, at=clock.now + HOUR)


def test_an_embargo_is_measured_at_the_scheduled_instant(cast, clock):
    article = cast.article(embargo_until=clock.now + 2 * HOUR, expires_at=clock.now + 4 * HOUR)
    cast.sign(article)
    with refused(CannotPublish, "under embargo"):
        publishing.publish_article(article, by=cast.editor)
    with refused(CannotPublish, "under embargo"):
        scheduling.schedule_article(article, by=cast.editor, at=clock.now + HOUR)
    with refused(CannotPublish, "already have expired"):
        scheduling.schedule_article(article, by=cast.editor, at=clock.now + 5 * HOUR)
    scheduling.schedule_article(article, by=cast.editor, at=clock.now + 2 * HOUR)
    clock.forward(2 * HOUR)
    assert scheduling.publish_due() == 1


def test_scheduling_again_moves_the_instant_and_the_same_instant_is_nothing(cast, clock, article):
    scheduling.schedule_article(article, by=cast.editor, at=clock.now + HOUR)
    before = all_rows()
    scheduling.schedule_article(article, by=cast.chief, at=clock.now + HOUR)
    assert all_rows() == before
    scheduling.schedule_article(article, by=cast.chief, at=clock.now + 2 * HOUR)
    assert (again(article).scheduled_for, again(article).scheduled_by) == (clock.now + 2 * HOUR, cast.chief)


def test_unscheduling_leaves_it_read_by_all(cast, clock, article):
    scheduling.schedule_article(article, by=cast.editor, at=clock.now + HOUR)
    scheduling.unschedule_article(article, by=cast.chief)
    assert again(article).scheduled_for is None
    assert again(article).is_read_by_all
    assert AuditEntry.objects.first().action == "article.unscheduled"
    before = all_rows()
    scheduling.unschedule_article(article, by=cast.chief)
    assert all_rows() == before
    clock.forward(2 * HOUR)
    assert scheduling.publish_due() == 0


@pytest.mark.parametrize("act", ["edit", "send back", "withdraw"])
def test_what_changes_the_article_takes_it_out_of_the_schedule(cast, clock, act):
    article = cast.article()
    cast.publish(article)
    cast.change(article, title="改", voiding=True)
    cast.sign(article)
    scheduling.schedule_article(article, by=cast.editor, at=clock.now + HOUR)
    if act == "edit":
        cast.change(article, by=cast.writer, title="再改", voiding=True)
    elif act == "send back":
        review.send_back(article, by=cast.chief, reason="再核", to_stage=2)
    else:
        publishing.withdraw_article(article, by=cast.editor, reason="上级通知")
    assert again(article).scheduled_for is None
    clock.forward(2 * HOUR)
    assert scheduling.publish_due() == 0, "above all, what was withdrawn does not come back by itself"
    assert (again(article).live is None) == (act == "withdraw")


def test_put_back_to_the_text_that_waits_takes_it_out_of_the_schedule(cast, clock, article):
    """Withdrawn, reviewed again and scheduled, then put back: that text is public, and nothing is left to do."""
    publishing.publish_article(article, by=cast.editor)
    publishing.withdraw_article(article, by=cast.editor, reason="待核")
    cast.sign(article)
    scheduling.schedule_article(article, by=cast.editor, at=clock.now + HOUR)
    publishing.put_back_article(article, by=cast.editor, reason="无误")
    assert (again(article).stage, again(article).scheduled_for) == (0, None)
    clock.forward(2 * HOUR)
    assert scheduling.publish_due() == 0
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("trouble", ["duty taken away", "account closed", "source frozen"])
def test_what_cannot_be_published_any_more_says_why_and_stops_no_other(cast, clock, article, trouble):
    deputy = make_user("deputy", ["publish"])
    other = cast.article(source=cast.listed)
    cast.sign(other)
    scheduling.schedule_article(article, by=deputy, at=clock.now + HOUR)
    scheduling.schedule_article(other, by=cast.editor, at=clock.now + HOUR)
    match trouble:
        case "duty taken away":
            Assignment.objects.filter(user=deputy).delete()
        case "account closed":
            User.objects.filter(pk=deputy.pk).update(is_active=False)
        case "source frozen":
            Source.objects.filter(pk=cast.own.pk).update(standing="frozen")
    clock.forward(HOUR)
    assert scheduling.publish_due() == 1
    row = again(article)
    assert (row.live, row.scheduled_for, row.scheduled_by) == (None, None, None)
    assert row.schedule_problem
    assert again(other).live.number == 1
    entry = AuditEntry.objects.get(action="article.schedule_failed")
    assert (entry.object_id, entry.actor, entry.details["why"]) == (str(article.pk), deputy, row.schedule_problem)
    assert row.is_read_by_all, "whoever puts the trouble right schedules it again"
    cast.own.standing = "own"
    cast.own.save()
    scheduling.schedule_article(article, by=cast.chief, at=clock.now + HOUR)
    assert again(article).schedule_problem == ""


def test_one_call_takes_a_bounded_number_the_earliest_first(cast, clock, monkeypatch):
    monkeypatch.setattr(scheduling, "DUE_BATCH", 2)
    articles = [cast.article() for _ in range(3)]
    for article, hours in zip(articles, (3, 1, 2), strict=True):
        cast.sign(article)
        scheduling.schedule_article(article, by=cast.editor, at=clock.now + hours * HOUR)
    clock.forward(5 * HOUR)
    assert scheduling.publish_due() == 2
    assert [again(article).live is not None for article in articles] == [False, True, True]
    assert scheduling.publish_due() == 1


def test_the_first_look_at_instants_notices_none_before_it(cast, clock):
    """The worker's sign of life is no look at instants."""
    cast.publish(cast.article(expires_at=clock.now + HOUR))
    worker.record_heartbeat()
    clock.forward(2 * HOUR)
    assert worker.queue_pages_changed_by_time() == 0


def test_a_silent_worker_is_noticed(db, clock, monkeypatch):
    monkeypatch.setattr(worker, "STARTED_AT", clock.now)
    clock.forward(worker.DOWN_AFTER - timedelta(seconds=1))
    assert worker.worker_silent_since() is None, "it may have been started with the desk, a moment ago"
    clock.forward(timedelta(seconds=1))
    never = worker.worker_silent_since()
    assert never.year == 1
    worker.record_heartbeat()
    assert worker.worker_silent_since() is None
    seen = clock.now
    clock.forward(worker.DOWN_AFTER)
    assert worker.worker_silent_since() == seen
    worker.record_heartbeat()
    assert worker.worker_silent_since() is None
    assert Heartbeat.objects.count() == 1
