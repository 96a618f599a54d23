"""No act is recorded by a user who has left, or lost the duty, since the act checked their account."""

import threading
import time
from contextlib import suppress
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from articles import audit, leaving, publishing, review
from articles.duty_assignments import assigning, permissions
from articles.models import Article, Assignment, AuditEntry
from articles.review import CannotDecide
from tests.cast import Cast, all_rows, make_user, refused
from tests.test_atomicity import ACTS, ROW_ACTS, draft
from tests.test_races import together

REFUSED = (PermissionDenied, CannotDecide)
OF_THE_MACHINE = ("empty the bin", "publish due", "fail to publish due")
PERSONAL = [name for name in ACTS if name not in OF_THE_MACHINE]
every_act = pytest.mark.parametrize(
    ("start", "act"),
    [
        *[pytest.param(*ACTS[name], id=name) for name in PERSONAL],
        *[pytest.param(draft, lambda cast, _article, act=act: act(cast, 1), id=name) for name, act in ROW_ACTS.items()],
    ],
)


def begin(cast):
    """Make each of the cast read their own duties, as acts and pages do."""
    for user in vars(cast).values():
        if isinstance(user, User):
            permissions.has_duty_anywhere(user, "nothing")


@every_act
def test_nobody_acts_whose_account_was_closed_meanwhile(cast, start, act):
    article = start(cast)
    begin(cast)
    User.objects.update(is_active=False)
    with refused(REFUSED):
        act(cast, article)


@every_act
def test_nobody_acts_whose_duty_was_taken_away_meanwhile(cast, start, act):
    article = start(cast)
    begin(cast)
    Assignment.objects.all().delete()
    User.objects.update(is_superuser=False)
    with refused(REFUSED):
        act(cast, article)


def test_whoever_is_refused_once_is_known_as_they_are(cast):
    begin(cast)
    cast.writer.assignments.all().delete()
    with refused(PermissionDenied, "“writer” was closed or lost a duty"), transaction.atomic():
        audit.record_entry("x.y", cast.news, by=cast.writer)
    assert not permissions.has_duty_anywhere(cast.writer, "write")
    assert audit.record_refusal(cast.writer, page="/admin/", method="POST", reason="x").actor_name == "林晓舟"


def test_a_duty_more_is_no_reason_to_refuse(cast):
    begin(cast)
    Assignment.objects.create(user=cast.writer, duty="read")
    assert audit.record_entry("x.y", cast.news, by=cast.writer).actor == cast.writer


def test_an_account_that_is_gone_cannot_act(cast):
    User.objects.filter(pk=cast.stranger.pk).delete()
    with refused(PermissionDenied), transaction.atomic():
        audit.record_entry("x.y", cast.news, by=cast.stranger)


def test_no_reading_is_handed_on_to_whoever_has_left(cast):
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    colleague = make_user("colleague", ["first"])
    begin(cast)
    assert permissions.has_duty(colleague, "first", cast.news)
    leaving.let_go(colleague, to=None, reason="调走", by=cast.admin)
    with refused(CannotDecide, "colleague"):
        review.hand_on_reading(article, by=cast.editor, to=colleague, reason="值班")


# --- at the same moment ---------------------------------------------------------------------------------------------


def wait_until_somebody_waits():
    """Return as soon as another transaction waits for a lock that this one has."""
    here = "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE datname = current_database()"
    waiting = f"SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN ({here})"
    for _turn in range(3000):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def while_ending(end, act):
    """End something in a transaction that commits once the act, in another one, waits for it; return who was
    refused.
    """
    ended, refusals = threading.Event(), []

    def finish():
        with transaction.atomic():
            audit.lock_audit_chain()
            end()
            ended.set()
            wait_until_somebody_waits()

    def try_act():
        assert ended.wait(timeout=60)
        try:
            act()
        except REFUSED as refusal:
            refusals.append(refusal)

    together(finish, try_act)
    return refusals


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
class TestAtTheSameMoment:
    @pytest.mark.parametrize(
        "name", ["save", "hand on", "publish", "correct", "withdraw", "put back", "schedule", *ROW_ACTS]
    )
    def test_an_act_that_saw_the_duty_is_refused_if_it_ends_first(self, name):
        """The act has seen the account as it was, and waits for the audit."""
        cast = Cast()
        start, act = ACTS.get(name) or (draft, lambda cast, _article: ROW_ACTS[name](cast, 1))
        article = start(cast)
        written = {
            table: rows for table, rows in all_rows().items() if table not in ("auth_user", "articles_assignment")
        }

        def end():
            Assignment.objects.all().delete()
            User.objects.update(is_active=False)

        assert while_ending(end, lambda: act(cast, article))
        assert written == {table: rows for table, rows in all_rows().items() if table in written}

    def test_whoever_leaves_has_left_and_their_signature_does_not_follow(self):
        cast = Cast()
        article = cast.article()
        review.submit_article(article, by=cast.writer)
        leaver = make_user("leaver", ["write", "first"])
        leave = partial(leaving.let_go, User.objects.get(pk=leaver.pk), to=None, reason="调走", by=cast.admin)
        assert while_ending(leave, lambda: review.sign_off_reading(article, by=leaver, revision=1))
        assert Article.objects.get(pk=article.pk).stage == 1
        assert AuditEntry.objects.order_by("-pk")[0].action == "user.left"

    def test_no_reading_is_handed_on_to_whoever_is_just_leaving(self):
        cast = Cast()
        article = cast.article()
        review.submit_article(article, by=cast.writer)
        leaver = make_user("leaver", ["write", "first"])
        leave = partial(leaving.let_go, User.objects.get(pk=leaver.pk), to=None, reason="调走", by=cast.admin)
        hand_on = partial(review.hand_on_reading, article, by=cast.editor, to=leaver, reason="值班")
        assert permissions.has_duty(leaver, "first", cast.news)
        assert while_ending(leave, hand_on)
        assert Article.objects.get(pk=article.pk).handed_to is None

    def test_duties_are_taken_away_while_their_holder_publishes(self):
        """Whichever comes first; a publication is never after its publisher's duty in the audit."""
        cast = Cast()
        for _turn in range(3):
            article = cast.article()
            cast.sign(article)
            publisher = make_user(f"publisher{article.pk}", ["publish"])
            done = []

            def publish(article=article, by=publisher, done=done):
                with suppress(PermissionDenied):
                    done.append(publishing.publish_article(article, by=by))

            together(publish, partial(assigning.revoke_duty, publisher.assignments.get(), by=cast.admin))
            acts = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
            assert acts.count("duty.revoked") == _turn + 1
            if done:
                assert acts[-2:] == ["article.published", "duty.revoked"]
