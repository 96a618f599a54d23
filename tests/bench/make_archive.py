"""Makes a believable archive of N public articles, fast: for measuring, on a machine without readers.

    python -m tests.bench.make_archive N --drafts M --no-readers

They come on top of what there is, the drafts last. `manage.py reindex` makes them findable, `manage.py bake --all`
writes their pages. The audit gets one entry for all of them.
"""

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles import audit, worker  # noqa: E402
from articles.editing import revision_content  # noqa: E402
from articles.models import (  # noqa: E402
    Article,
    Credit,
    Edition,
    Person,
    Revision,
    Section,
    ShortLink,
    SiteSettings,
    Source,
)
from tests.bench import archive_text  # noqa: E402

BATCH = 5000
ONE_WAITING_IN = 400  # drafts: so many of them wait for their first reading
YEARS = 10
MAKER = "archive-maker"


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the archive described by the command line, and print how many articles a second were made.

    Exits with a sentence where the newsroom may have readers.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.bench.make_archive", description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, metavar="N", help="how many articles; they come on top of what there is")
    parser.add_argument("--drafts", type=int, default=0, metavar="M", help="how many drafts, saved after the articles")
    parser.add_argument(
        "--no-readers", action="store_true", help="this newsroom is for trying out, although DEBUG is off"
    )
    asked = parser.parse_args(arguments)
    if not settings.DEBUG and not asked.no_readers:
        sys.exit(
            "This fills the newsroom with made-up articles, and nothing takes them out again. On a machine that is "
            "for trying out, say --no-readers."
        )
    begun = time.monotonic()
    archive = Archive(asked.count, asked.drafts)
    done = 0
    for size in archive.batches():
        done += size
        if sys.stdout.isatty():
            rate = done / (time.monotonic() - begun)
            print(f"\r{done:,}/{archive.total:,} {rate:,.0f} articles/s \x1b[K", end="", flush=True)
    archive.finish()
    rate = archive.total / max(time.monotonic() - begun, 0.001)
    print(f"\rMade {archive.total:,} articles, {rate:,.0f} a second. `manage.py reindex` has them found.")


class Rows:
    """Rows of one table on their way into it: by COPY on PostgreSQL, else by many-valued INSERTs.

    A row is the defaults of its model with some values set; what Django's ORM does for each of them would take longer
    than everything else together.
    """

    def __init__(self, model: type[models.Model], **same: Any) -> None:
        self.table = model._meta.db_table
        fields = [field for field in model._meta.concrete_fields if field.attname in same or not field.primary_key]
        self.columns = [field.column for field in fields]
        self.at = {field.attname: place for place, field in enumerate(fields)}
        self.usual = [None if field.null else field.get_default() for field in fields]
        for name, value in same.items():
            self.usual[self.at[name]] = value
        self.rows: list[list[Any]] = []

    def add(self, **values: Any) -> None:
        row = self.usual.copy()
        for name, value in values.items():
            row[self.at[name]] = value
        self.rows.append(row)

    def taken(self) -> tuple[str, Any]:
        """The statement that writes the rows so far, and its text or its rows; there are none after it."""
        rows, self.rows = self.rows, []
        names = ", ".join(f'"{column}"' for column in self.columns)
        if connection.vendor == "postgresql":
            text = "".join("\t".join(map(_copied, row)) + "\n" for row in rows)
            return f'COPY "{self.table}" ({names}) FROM STDIN', io.StringIO(text)
        marks = ", ".join(["%s"] * len(self.columns))
        return f'INSERT INTO "{self.table}" ({names}) VALUES ({marks})', rows


def _copied(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.replace("\\", "\\\\") if "\\" in value else value
    return str(value)


@transaction.atomic
def _write(batch: list[tuple[str, Any]], lasts: dict[int, int]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Whether each row's twenty references lead somewhere takes the server longer than the rows; these do, and
            # one who may say so says it.
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone() == (True,):
                cursor.execute("SET LOCAL session_replication_role = replica")
        for statement, rows in batch:
            if connection.vendor == "postgresql":
                cursor.copy_expert(statement, rows)
            else:
                cursor.executemany(statement, rows)
    for section, last in lasts.items():
        Section.objects.filter(pk=section).update(last_ordinal=last)


class Archive:
    """What publishing.publish_archived would have left, for many articles at once, oldest first, and drafts after
    them.
    """

    def __init__(self, count: int, drafts: int = 0) -> None:
        self.count = count
        self.total = count + drafts
        self.by = User.objects.filter(username=MAKER).first() or User.objects.create(username=MAKER, is_active=False)
        self.source = Source.objects.get_or_create(name="霁川新闻网", defaults={"standing": Source.Standing.OWN})[0]
        self.sections = [self._section(name, slug, place) for place, (name, slug) in enumerate(archive_text.SECTIONS)]
        self.people = self._people()
        self.article = (Article.objects.aggregate(last=models.Max("number"))["last"] or 0) + 1
        self.revision = (Revision.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
        self.edition = (Edition.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
        self.now = timezone.now()
        made = {"created_by_id": self.by.pk}
        self.articles = Rows(Article, number=0, source_id=self.source.pk, created_at=self._at(self.now), **made)
        self.revisions = Rows(Revision, id=0, number=1, created_at=self._at(self.now), **made)
        self.editions = Rows(
            Edition,
            id=0,
            number=1,
            kind=Edition.Kind.ARCHIVE,
            basis=Edition.Basis.ARCHIVE,
            note="make_archive",
            published_by_id=self.by.pk,
        )
        self.credits = Rows(Credit)
        self.links = Rows(ShortLink, created_at=self._at(self.now))
        # Every key of a revision's content, as editing makes it.
        self.content = revision_content(Article(section=self.sections[0], source=self.source, pk=0))

    def _section(self, name: str, slug: str, place: int) -> Section:
        return Section.objects.filter(slug=slug).first() or Section.objects.create(name=name, slug=slug, position=place)

    @staticmethod
    def _people() -> dict[tuple[str, str], int]:
        def known() -> dict[tuple[str, str], int]:
            rows = Person.objects.filter(name__in=[name for name, _unit in archive_text.PEOPLE])
            return {(name, unit): key for name, unit, key in rows.values_list("name", "unit", "pk")}

        there = known()
        Person.objects.bulk_create(
            Person(name=name, unit=unit) for name, unit in archive_text.PEOPLE if (name, unit) not in there
        )
        return known()

    @staticmethod
    def _at(instant: Any) -> Any:
        """An instant as the database's driver takes it."""
        return str(connection.ops.adapt_datetimefield_value(instant))

    def batches(self) -> Iterator[int]:
        """Make the archive, batch after batch, each in a transaction of its own; the size of each that was written.

        A batch is written while the next one is made: the database works on another core. Inside a transaction of the
        caller's there is but one connection, and one thing at a time.
        """
        step = timedelta(days=365 * YEARS) / max(self.count, 1)
        start = self.now - timedelta(days=365 * YEARS)
        alone = connection.in_atomic_block
        with ThreadPoolExecutor(1) as writer:
            written: Future[None] | None = None
            for first in range(0, self.total, BATCH):
                size = min(BATCH, self.total - first)
                for n in range(first, first + size):
                    if n < self.count:
                        self._add_published(self.article + n, self.revision + n, self.edition + n, start + step * n)
                    else:
                        self._add_draft(self.article + n, self.revision + n)
                # Each row names rows of tables that come after it: the database checks at the end of the transaction.
                batch = [
                    rows.taken() for rows in (self.revisions, self.editions, self.articles, self.credits, self.links)
                ]
                lasts = {section.pk: section.last_ordinal for section in self.sections}
                if written:
                    written.result()
                if alone:
                    _write(batch, lasts)
                else:
                    written = writer.submit(_write, batch, lasts)
                yield size
            if written:
                written.result()
            writer.submit(connection.close)

    def _add_published(self, number: int, revision: int, edition: int, at: Any) -> None:
        text = archive_text.text_of(number)
        section = self.sections[text.section]
        section.last_ordinal += 1
        at = self._at(at)
        digest = self._add_text(
            number,
            revision,
            text,
            migrated=True,
            listed_in_id=section.pk,
            ordinal=section.last_ordinal,
            live_id=edition,
            first_published_at=at,
        )
        self.editions.add(
            id=edition,
            article_id=number,
            revision_id=revision,
            published_at=at,
            digest=digest,
            section_id=section.pk,
            title=text.title,
            summary=text.summary,
        )
        for purpose in "WM":
            self.links.add(code=f"{purpose}{number}", article_id=number, purpose=purpose)
        self.links.add(code=f"P{number}-1", article_id=number, purpose="P", edition_id=edition)

    def _add_draft(self, number: int, revision: int) -> None:
        waiting = {} if number % ONE_WAITING_IN else {"stage": 1, "stages": 3, "submitted_at": self._at(self.now)}
        self._add_text(number, revision, archive_text.text_of(number), **waiting)

    def _add_text(self, number: int, revision: int, text: archive_text.Text, **facts: Any) -> str:
        """Add a working copy with its revision, and return the revision's digest. `facts` are columns of the
        article.
        """
        section = self.sections[text.section].pk
        credits = [(Credit.Role.REPORTER, *text.writer), (Credit.Role.RESPONSIBLE_EDITOR, *text.editor)]
        content = {
            **self.content,
            "title": text.title,
            "summary": text.summary,
            "body": text.body,
            "keywords": text.keywords,
            "section": section,
            "credits": [{"role": r, "name": n, "unit": u} for r, n, u in credits],
        }
        # As models.revision.digest_of spells it.
        spelled = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = sha256(spelled.encode()).hexdigest()
        self.revisions.add(id=revision, article_id=number, content=spelled, digest=digest)
        self.articles.add(
            number=number,
            title=text.title,
            summary=text.summary,
            body=text.body,
            keywords=",".join(text.keywords),
            section_id=section,
            latest_id=revision,
            **facts,
        )
        for position, (role, name, unit) in enumerate(credits):
            self.credits.add(article_id=number, role=role, person_id=self.people[name, unit], position=position)
        return digest

    def finish(self) -> None:
        """Let the keys go on from here, the planner know what there is, and the audit say what was done."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                for model in (Article, Revision, Edition):
                    table, key = model._meta.db_table, model._meta.pk.column
                    cursor.execute(  # our own names, no input
                        f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), (SELECT max({key}) FROM {table}))"
                    )
                cursor.execute("ANALYZE")
        worker.refresh_planner_statistics()
        audit.record_entry("article.archive_made", SiteSettings.current(), by=self.by, count=self.total)


if __name__ == "__main__":
    main()
