"""The characters of the tests (an invented newsroom in a small county), and functions that create rows and files."""

import io
import itertools
import re
from contextlib import closing, contextmanager
from functools import cache

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import translation
from PIL import Image

from articles import editing, placing, preview, publishing, review
from articles.models import Article, Assignment, Credit, DeskSession, Person, Picture, Section, Source

Role = Credit.Role
_counter = itertools.count(1)


def make_section(name="要闻", slug="news", **facts):
    section = Section(name=name, slug=slug, **facts)
    section.full_clean()
    section.save()
    return section


def make_user(username, duties=(), section=None, **facts):
    user = User.objects.create_user(username, password="secret-of-" + username, is_staff=True, **facts)
    for duty in duties:
        Assignment.objects.create(user=user, duty=duty, section=section)
    return user


def all_rows():
    """Every row that an act could change, by table. Equal results before and after mean that nothing has changed."""
    return {table: rows_of(table) for table in watched_tables()}


def rows_of(table):
    """The rows of a table, in the order of their keys.

    With a cursor of the database's own: neither counts of statements nor wrappers see it, and it is fastest.
    """
    connection.ensure_connection()
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{watched_tables()[table]}"')
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@cache
def watched_tables():
    """The tables that an act could change, with the columns of their keys."""
    # Not the sessions: every request writes when one was used.
    models = [model for model in apps.get_app_config("articles").get_models() if model is not DeskSession]
    return {model._meta.db_table: model._meta.pk.column for model in (*models, User)}


class WrittenTables:
    """Wraps the statements of a block, and keeps the rows of each table as they were before the first statement that
    writes to it: reading all tables would take longer than most acts.
    """

    WRITING = re.compile(r"\b(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)

    def __init__(self):
        self.before = {}

    def __call__(self, execute, sql, params, many, context):
        for table in self.WRITING.findall(sql):
            if table in watched_tables():
                self.note(table)
        return execute(sql, params, many, context)

    def note(self, table):
        if table not in self.before:
            self.before[table] = rows_of(table)

    def changed(self):
        """The tables whose rows are not those that were kept."""
        return [table for table, rows in self.before.items() if rows_of(table) != rows]


@contextmanager
def refused(refusal, sentence=None):
    """Assert that the block raises `refusal` and changes no row; `sentence` is a pattern of the English message."""
    written = WrittenTables()
    with (
        translation.override("en"),
        connection.execute_wrapper(written),
        pytest.raises(refusal, match=sentence) as caught,
    ):
        yield caught
    assert {table: rows_of(table) for table in written.before} == written.before


def png(width=600, height=400, colour=(120, 80, 40)):
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


# Queries that one look-up in the search index takes. On PostgreSQL one more estimates how rare the terms are, and inside
# a transaction, as in tests, another one resets the planner's setting.
SEARCH_INDEX_QUERIES = 3 if connection.vendor == "postgresql" else 1


def upload(data=None, name="照片.png"):
    return SimpleUploadedFile(name, png() if data is None else data)


class Cast:
    """The people of one newsroom, named after their duties."""

    # What is published is read once, not by all: three readings take as long as all the rest of most tests.
    reads_once = True

    def __init__(self):
        """Create the rows of each table with one statement, and without the forms' checks: most tests begin here."""
        self.news, self.culture = Section.objects.bulk_create(
            [Section(name="要闻", slug="news"), Section(name="文旅", slug="culture", position=1)]
        )
        self.towns = Section.objects.create(name="乡镇", slug="towns", parent=self.news, level=2)
        self.own, self.listed, self.unlisted = Source.objects.bulk_create(
            [
                Source(name="霁川新闻网", standing=Source.Standing.OWN),
                Source(name="泽南日报", standing=Source.Standing.LISTED),
                Source(name="某某号", standing=Source.Standing.UNLISTED),
            ]
        )
        self._make_users()
        unit = "霁川县融媒体中心"
        self.lin, self.liang = Person.objects.bulk_create(
            [Person(name="林晓舟", unit=unit, user=self.writer), Person(name="梁静姝", unit=unit, user=self.editor)]
        )

    def _make_users(self):
        """Create the accounts with their duties in all sections, or in the section given."""
        reading = ["write", "first", "publish", "withdraw"]
        of_chief = ["write", "final", "publish", "withdraw", "urgent", "arrange", "rules", "roster"]
        cast = [
            ("writer", ["write"], None),
            ("editor", reading, None),
            ("head", ["write", "second"], None),
            ("chief", of_chief, None),
            ("culture-editor", reading, self.culture),
            ("towns-writer", ["write"], self.news),
            ("stranger", [], None),
            ("boss", [], None),
        ]
        users = User.objects.bulk_create(
            User(username=name, password=make_password(f"secret-of-{name}"), is_staff=True, is_superuser=name == "boss")
            for name, _duties, _section in cast
        )
        self.writer, self.editor, self.head, self.chief, *others = users
        self.culture_editor, self.towns_writer, self.stranger, self.admin = others
        Assignment.objects.bulk_create(
            Assignment(user=user, duty=duty, section=section)
            for user, (_name, duties, section) in zip(users, cast, strict=True)
            for duty in duties
        )

    def article(self, *, by=None, credits=None, **facts):
        """Create a draft that is ready to be submitted; `by` saves it, `cast.writer` is credited as reporter."""
        number = next(_counter)
        facts = {
            "title": f"第{number}座便民桥通车",
            "body": "<p>望桥乡的便民桥今日通车。</p>",
            "section": self.news,
            "source": self.own,
            **facts,
        }
        article = Article(**facts)
        if credits is None:
            credits = [(Role.REPORTER, self.lin), (Role.RESPONSIBLE_EDITOR, self.liang)]
        editing.save_article(article, by=by or self.admin, credits=credits)
        return article

    def publish_with(self, *files):
        """Publish a new article with these pictures and attachments in its text, and return it."""
        used = [
            f'<p><img src="{file.url}" alt="图"></p>'
            if isinstance(file, Picture)
            else f'<p><a href="{file.url}">附</a></p>'
            for file in files
        ]
        article = self.article(body="<p>望桥乡的便民桥今日通车。</p>" + "".join(used))
        self.publish(article)
        return article

    def change(self, article, *, by=None, voiding=False, **facts):
        """Save the article with these fields changed, and return the revision."""
        article.refresh_from_db()
        for field, value in facts.items():
            setattr(article, field, value)
        credits = [(credit.role, credit.person) for credit in article.credits.all()]
        return editing.save_article(article, by=by or self.admin, credits=credits, voiding=voiding)

    def preview(self, article, *, by=None, **facts):
        """Make a preview link to the newest revision of the article, and return its path."""
        article.refresh_from_db()
        link = preview.make_preview_link(article.latest, by=by or self.admin, given_to="采访对象", **facts)
        return preview.preview_path(link)

    def let_readers_correct(self):
        """From now on no correction while reading is so large that somebody else must read it again."""
        Section.objects.update(title_is_reread=False, facts_are_reread=False, correction_percent=100)

    def place(self, article, *, by=None, **facts):
        """Change how the article is placed; what is not given stays."""
        article.refresh_from_db()
        now = {"pinned_until": article.pinned_until, "expires_at": article.expires_at, "cover": article.shown_cover}
        placing.set_placing(article, by=by or self.editor, **{**now, **facts})
        article.refresh_from_db()

    def correct(self, article, note="原文有误。", *, by=None, **facts):
        """Change the article, have it read with this note, publish it as a correction, and return the edition."""
        self.change(article, **facts)
        self._have_read(article, note)
        edition = publishing.publish_correction(article, by=by or self.editor)
        article.refresh_from_db()
        return edition

    def readers(self):
        """Return who signs the first, second and final reading."""
        return [self.editor, self.head, self.chief]

    def sign(self, article, *, times=None, by=None, note=""):
        """Submit the article with the note and sign its first `times` readings (default: all); return the last one."""
        article.refresh_from_db()
        if not article.stage:
            review.submit_article(article, by=by or self.admin, note=note)
            article.refresh_from_db()
        decision = None
        readers = self.readers() if article.stages == 3 else [*self.readers()[: article.stages - 1], self.chief]
        for reader in readers[article.stage - 1 : times]:
            decision = review.sign_off_reading(article, by=reader, revision=article.latest.number)
        article.refresh_from_db()
        return decision

    def publish(self, article, *, by=None, note=""):
        """Have the article read (`reads_once`), publish it, and return the edition."""
        self._have_read(article, note)
        return publishing.publish_article(article, by=by or self.editor)

    def _have_read(self, article, note):
        if not self.reads_once:
            self.sign(article, note=note)
            return
        section = Section.objects.filter(pk=article.section_id)
        stages = section.get().stages
        section.update(stages=1)
        try:
            self.sign(article, note=note)
        finally:
            section.update(stages=stages)
