"""Each act happens completely or not at all, whichever statement fails, and wherever the process dies."""

import itertools
import os
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone

from articles import (
    accounts,
    closing,
    discarding,
    editing,
    home_and_topics,
    old_paths,
    passwords,
    persons,
    placing,
    publishing,
    restoring,
    review,
    scheduling,
    sections,
    site_settings,
    sources,
)
from articles.models import Article, OldPath, Person, SiteSettings, Topic
from tests.cast import Role, WrittenTables
from tests.prepared import migrated_database

# --- what each act starts from --------------------------------------------------------------------------------------


def draft(cast):
    return cast.article()


def submitted(cast):
    article = cast.article(by=cast.writer)
    review.submit_article(article, by=cast.writer)
    return article


def read_twice(cast):
    article = submitted(cast)
    cast.sign(article, times=2)
    return article


def read_by_all(cast):
    article = cast.article()
    cast.sign(article)
    return article


def scheduled(cast):
    article = read_by_all(cast)
    scheduling.schedule_article(article, by=cast.editor, at=timezone.now() + timedelta(hours=1))
    return article


def due(cast):
    article = scheduled(cast)
    Article.objects.update(scheduled_for=timezone.now() - timedelta(hours=1))
    return article


def due_but_frozen(cast):
    article = due(cast)
    cast.own.standing = "frozen"
    cast.own.save()
    return article


def published(cast):
    article = cast.article()
    cast.publish(article)
    return article


def changed(cast):
    article = published(cast)
    cast.change(article, title="改过的标题")
    cast.sign(article, note="更正")
    return article


def changed_and_published(cast):
    article = changed(cast)
    publishing.publish_article(article, by=cast.editor)
    return article


def closed(cast):
    article = changed_and_published(cast)
    closing.close_text(article, by=cast.editor, edition=1, reason="电话")
    return article


def discarded(cast):
    article = draft(cast)
    discarding.discard_draft(article, by=cast.writer)
    return article


def discarded_long_ago(cast):
    article = discarded(cast)
    Article.objects.update(discarded_at=timezone.now() - discarding.KEPT_FOR)
    return article


def urgent_read_twice(cast):
    article = submitted(cast)
    publishing.publish_urgent(article, by=cast.chief, reason="洪水")
    cast.sign(article, times=2)
    return article


def withdrawn(cast):
    article = published(cast)
    publishing.withdraw_article(article, by=cast.chief, reason="待核")
    return article


def withdrawn_and_scheduled(cast):
    article = withdrawn(cast)
    cast.sign(article)
    scheduling.schedule_article(article, by=cast.editor, at=timezone.now() + timedelta(hours=1))
    return article


def sign(article, by):
    return review.sign_off_reading(article, by=by, revision=Article.objects.get(pk=article.pk).latest.number)


def change(row, **facts):
    """The row as it is now, with these facts changed in memory."""
    mine = type(row).objects.get(pk=row.pk)
    for name, value in facts.items():
        setattr(mine, name, value)
    return mine


def save(article, by, voiding=False):
    mine = Article.objects.get(pk=article.pk)
    mine.title = "换一个标题"
    credits = [(credit.role, credit.person) for credit in mine.credits.all()]
    return editing.save_article(mine, by=by, credits=[*credits, (Role.PHOTO, credits[0][1])], voiding=voiding)


ACTS = {
    "save": (draft, lambda cast, a: save(a, cast.writer)),
    "save that voids": (read_twice, lambda cast, a: save(a, cast.writer, voiding=True)),
    "correct while reading": (read_twice, lambda cast, a: save(a, cast.chief)),
    "restore": (changed, lambda cast, a: restoring.restore_revision(a.revisions.last(), by=cast.writer, voiding=True)),
    "discard": (draft, lambda cast, a: discarding.discard_draft(a, by=cast.writer)),
    "put back from the bin": (discarded, lambda cast, a: discarding.put_back_draft(a.pk, by=cast.writer)),
    "empty the bin": (discarded_long_ago, lambda cast, a: discarding.empty_bin()),
    "submit": (draft, lambda cast, a: review.submit_article(a, by=cast.writer)),
    "take back": (submitted, lambda cast, a: review.take_back_submission(a, by=cast.writer)),
    "sign off": (submitted, lambda cast, a: sign(a, cast.editor)),
    "sign off, the last": (read_twice, lambda cast, a: sign(a, cast.chief)),
    "sign off, late": (urgent_read_twice, lambda cast, a: sign(a, cast.chief)),
    "send back": (read_twice, lambda cast, a: review.send_back(a, by=cast.chief, reason="x", to_stage=2)),
    "hold": (submitted, lambda cast, a: review.put_on_hold(a, by=cast.editor, reason="x")),
    "reject": (read_twice, lambda cast, a: review.reject_article(a, by=cast.chief, reason="x")),
    "hand on": (submitted, lambda cast, a: review.hand_on_reading(a, by=cast.editor, to=cast.admin, reason="x")),
    "publish": (read_by_all, lambda cast, a: publishing.publish_article(a, by=cast.editor)),
    "publish an update": (changed, lambda cast, a: publishing.publish_article(a, by=cast.editor)),
    "correct": (changed, lambda cast, a: publishing.publish_correction(a, by=cast.editor)),
    "publish first": (submitted, lambda cast, a: publishing.publish_urgent(a, by=cast.chief, reason="洪水")),
    "break the glass": (submitted, lambda cast, a: publishing.publish_urgent(a, by=cast.admin, reason="洪水")),
    "publish archived": (
        draft,
        lambda cast, a: publishing.publish_archived(a, by=cast.chief, at=timezone.now(), origin="旧站"),
    ),
    "withdraw": (published, lambda cast, a: publishing.withdraw_article(a, by=cast.chief, reason="误")),
    "put back": (withdrawn, lambda cast, a: publishing.put_back_article(a, by=cast.chief, reason="无误")),
    "put back what waits": (
        withdrawn_and_scheduled,
        lambda cast, a: publishing.put_back_article(a, by=cast.chief, reason="x"),
    ),
    "place": (
        published,
        lambda cast, a: placing.set_placing(
            a, by=cast.editor, pinned_until=None, expires_at=timezone.now() + timedelta(hours=1), cover=None
        ),
    ),
    "correct and close": (
        changed,
        lambda cast, a: closing.publish_closing_correction(a, by=cast.editor, close_reason="电话"),
    ),
    "close a text": (
        changed_and_published,
        lambda cast, a: closing.close_text(a, by=cast.editor, edition=1, reason="电话"),
    ),
    "open a text": (
        closed,
        lambda cast, a: closing.reopen_text(a, by=cast.editor, edition=1, reason="无误"),
    ),
    "restore what readers see": (
        changed,
        lambda cast, a: restoring.restore_revision(a.live.revision, by=cast.writer, voiding=True),
    ),
    "schedule": (
        read_by_all,
        lambda cast, a: scheduling.schedule_article(a, by=cast.editor, at=timezone.now() + timedelta(hours=1)),
    ),
    "unschedule": (scheduled, lambda cast, a: scheduling.unschedule_article(a, by=cast.editor)),
    "publish due": (due, lambda cast, a: scheduling.publish_due()),
    "fail to publish due": (due_but_frozen, lambda cast, a: scheduling.publish_due()),
}


class FailsOnce:
    """Makes statement number `at` of an act fail, as a database does that went away."""

    def __init__(self, at):
        self.left = at

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == -1:
            raise OperationalError("the database went away")
        return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ACTS)
def test_whatever_statement_fails_nothing_happened_and_the_act_can_be_done_again(cast, name):
    """No transaction but the act's own, so that it alone can undo what it began."""
    start, act = ACTS[name]
    article = start(cast)
    written = WrittenTables()
    for statement in itertools.count():
        fails = FailsOnce(at=statement)
        try:
            with connection.execute_wrapper(written), connection.execute_wrapper(fails):
                act(cast, article)
        except DatabaseError:
            assert not written.changed(), f"statement {statement}"
        if fails.left >= 0:
            break  # the act has fewer statements: this time none failed
    assert statement >= 5
    assert written.changed()


# Each saves another value at each turn, since one turn may be survived.
ROW_ACTS = {
    "section": lambda cast, n: sections.save_section(change(cast.news, slug=f"s{n}"), by=cast.chief),
    "source": lambda cast, n: sources.save_source(change(cast.own, name=f"源{n}"), by=cast.chief),
    "person": lambda cast, n: persons.save_person(change(cast.lin, name=f"名{n}"), by=cast.chief),
    "settings": lambda cast, n: site_settings.save_site_settings(SiteSettings(name=f"网{n}"), by=cast.chief),
    "topic": lambda cast, n: home_and_topics.save_topic(Topic(title="桥", slug=f"t{n}"), by=cast.chief),
    "old path": lambda cast, n: old_paths.save_old_path(OldPath(path=f"/x{n}"), by=cast.chief),
    "new account": lambda cast, n: accounts.open_account(
        User(username=f"u{n}"), by=cast.admin, person=Person(name=f"名{n}")
    ),
    "account": lambda cast, n: accounts.save_account(change(cast.head, email=f"x{n}@x.cn"), by=cast.admin),
    "password": lambda cast, n: passwords.set_password_on_server(cast.head, f"y{n}", must_change=False, by=cast.admin),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ROW_ACTS)
def test_whatever_statement_fails_a_row_is_saved_whole_or_not_at_all(cast, name):
    """Django survives, with a warning, a failure of the statement by which it tries a constraint before writing."""
    failed = 0
    for statement in itertools.count():
        written, fails = WrittenTables(), FailsOnce(at=statement)
        try:
            with connection.execute_wrapper(written), connection.execute_wrapper(fails):
                ROW_ACTS[name](cast, statement)
        except DatabaseError:
            failed += 1
            assert not written.changed(), f"statement {statement}"
        else:
            assert written.changed()
        if fails.left >= 0:
            break
    assert failed > 5


# --- a process that dies --------------------------------------------------------------------------------------------

# Django starts once, and forks for each process: the start would take longer than everything else.
PROCESSES = """
import os, sys, traceback
import django; django.setup()
from django.contrib.auth.models import User
from django.db import connection
from articles import audit, publishing
from articles.models import Article, AuditEntry, Edition, Section, ShortLink
from tests.cast import Cast

def prepare():
    cast = Cast()
    cast.sign(cast.article())

def publish(dying_at):
    def die(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if dying_at and sql.startswith(dying_at):
            os._exit(9)
        return result

    with connection.execute_wrapper(die):
        publishing.publish_article(Article.objects.get(), by=User.objects.get(username="editor"))

def look():
    article = Article.objects.get()
    print(article.live_id is not None, article.stage, article.ordinal, Edition.objects.count(),
          ShortLink.objects.count(), Section.objects.get(slug="news").last_ordinal,
          AuditEntry.objects.filter(action="article.published").count(), audit.first_broken_entry(), flush=True)

def in_process(act, *arguments):
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        act(*arguments)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)

ended = [in_process(prepare), in_process(look)]
for statement in [*sys.argv[1:], None]:
    ended += [in_process(publish, statement), in_process(look)]
print(*ended)
"""
NOTHING, ALL = "False 4 None 0 0 0 0 None", "True 0 1 1 3 1 1 None"


def test_a_process_that_dies_while_publishing_leaves_all_of_it_or_nothing(tmp_path):
    """Dead after the edition is written, after readers would see it, and before the commit: real processes, one
    file.
    """
    shutil.copy(migrated_database(), tmp_path)
    database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'newsroom.sqlite3'}", "DATA_DIR": str(tmp_path)}
    statements = [
        'INSERT INTO "articles_edition"',
        'UPDATE "articles_article" SET "shown_cover_id" = ',
        'INSERT INTO "articles_auditentry"',
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROCESSES, *statements],
        cwd=settings.BASE_DIR,
        env={**os.environ, **database},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    *seen, ended = done.stdout.splitlines()
    assert seen == [NOTHING, NOTHING, NOTHING, NOTHING, ALL], done.stderr
    assert ended == "0 0 9 0 9 0 9 0 0 0", done.stderr
