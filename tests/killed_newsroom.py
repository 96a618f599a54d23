"""Runs in a newsroom's environment: writers that are killed, and what must hold after each kill.

`python -m tests.killed_newsroom FOLDER` reads commands, one a line, and answers with one line: `write SEED` starts a
writer and answers its process id; `check` and `compare` answer "holds", or what does not. Processes are copies of this
one, which has done once what they do: they start in milliseconds, and are killed in their acts, not while they load
templates and patterns.
"""

import os
import random
import signal
import sys
import traceback
from io import StringIO
from pathlib import Path

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402 (Django loads first)
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402

from articles import audit, baking, publication_log, publishing  # noqa: E402
from articles.models import (  # noqa: E402
    Article,
    AuditEntry,
    BakeJob,
    Edition,
    Person,
    Revision,
    Section,
    ShortLink,
    Source,
)
from tests.baked import assert_disk_matches_site, assert_queue_is_empty, rendered_site  # noqa: E402
from tests.cast import Cast  # noqa: E402

MOST_ARTICLES = 60  # later writers work on those that are there


def known_cast():
    """The cast of a newsroom that has it already. All readings are signed: writers are killed between them, and none
    may change a section, which is that of the others, too.
    """
    cast = Cast.__new__(Cast)
    cast.reads_once = False
    cast.news, cast.own = Section.objects.get(slug="news"), Source.objects.get(name="霁川新闻网")
    for name in ("writer", "editor", "head", "chief"):
        setattr(cast, name, User.objects.get(username=name))
    cast.admin = User.objects.get(username="boss")
    cast.lin, cast.liang = Person.objects.get(name="林晓舟"), Person.objects.get(name="梁静姝")
    return cast


def write_until_killed(seed, acknowledged):
    """Act on articles for ever; each line of the file is a save or a publication that was acknowledged."""
    chance, cast = random.Random(seed), known_cast()
    with open(acknowledged, "a", buffering=1) as told:
        while True:
            numbers = list(Article.objects.filter(number__gt=2).values_list("number", flat=True))
            if len(numbers) < MOST_ARTICLES:
                article = cast.article(title=f"稿{seed}-{chance.random()}")
            else:
                article = Article.objects.get(number=chance.choice(numbers))
            if article.withdrawn_at:
                publishing.put_back_article(article, by=cast.chief, reason="无误")
                continue
            told.write(f"revision {cast.change(article, title=f'改{chance.random()}').pk}\n")
            told.write(f"edition {cast.publish(article).pk}\n")
            if chance.random() < 0.3:
                article.refresh_from_db()
                publishing.withdraw_article(article, by=cast.chief, reason="误")


def rehearse():
    """Publish an article, of which nothing stays, and render all pages, so that copies of this process have loaded all."""
    cast = known_cast()
    with transaction.atomic():
        cast.publish(cast.article())
        transaction.set_rollback(True)
    rendered_site()


def assert_acts_are_whole(acknowledged):
    """Every acknowledged row is there, and every edition has all that publishing writes with it."""
    kept = {"revision": set(), "edition": set()}
    for line in acknowledged.read_text().splitlines():
        kind, key = line.split()
        kept[kind].add(int(key))
    assert not kept["revision"] - set(Revision.objects.values_list("pk", flat=True)), "a save was lost"
    assert not kept["edition"] - set(Edition.objects.values_list("pk", flat=True)), "a publication was lost"
    assert audit.first_broken_entry() is None
    codes = set(ShortLink.objects.values_list("code", flat=True))
    actions = ("article.published", "article.corrected")
    recorded = AuditEntry.objects.filter(action__in=actions).values_list("object_id", "details__edition")
    for number, edition in Edition.objects.values_list("article_id", "number"):
        assert {f"W{number}", f"M{number}", f"P{number}-{edition}"} <= codes
        assert (str(number), edition) in set(recorded), f"edition {edition} of {number} is not in the audit"
    for article in Article.objects.select_related("live"):
        newest = article.editions.order_by("-number").first()
        assert bool(newest) == bool(article.first_published_at)
        assert article.live == (None if article.withdrawn_at else newest)


def assert_pages_are_right():
    BakeJob.objects.update(claimed_until=None, due_at=None)  # as if the claims of the killed had run out
    baking.bake_pending()
    assert_queue_is_empty()


def assert_log_and_files_agree():
    """Every edition is as signed, as logged and as served, and both logs are whole."""
    assert_disk_matches_site()
    publication_log.log_audit_entries()  # as the worker does
    baking.bake_pending()
    call_command("verify_audit", stdout=StringIO())


def answer_of(work):
    """Run `work` in a copy of this process, and return "holds" or the last lines of its traceback."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work()
            said = "holds"
        except (AssertionError, CommandError, ValueError, LookupError, OSError):
            said = traceback.format_exc()[-800:].replace("\n", " | ")
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said or "ended without an answer"


def main(folder):
    acknowledged = Path(folder) / "acknowledged"
    acknowledged.touch()
    rehearse()
    connections.close_all()
    children = {
        "check": lambda: assert_acts_are_whole(acknowledged),
        "compare": lambda: (assert_pages_are_right(), assert_log_and_files_agree()),
    }
    print("ready", flush=True)
    for line in sys.stdin:
        command, *seed = line.split()
        if command != "write":
            print(answer_of(children[command]), flush=True)
            continue
        writer = os.fork()
        if writer == 0:
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            write_until_killed(int(seed[0]), acknowledged)
        print(writer, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
