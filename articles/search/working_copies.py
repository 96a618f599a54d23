"""The index of working copies: what the desk finds, drafts included, by those who may read them (law 8).

Every filter of the desk's list is a term of the index, so no combination of filters scans the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from ..duty_assignments import reading
from ..models import Article, WorkingText
from ..models.article import ArticleQuerySet
from ..models.key_batches import in_groups, key_batches
from . import index_store, tokens
from .finding import ALL_TIME, holds_exactly
from .folding import fold_text
from .index import ARTICLES_PER_BATCH, IndexProgress, scope_terms, searchable_text, searchable_title

MAX_CANDIDATES = 200
MAX_ROUNDS = 5  # of reading more candidates for one page
# The most articles in a state of the readings, or expired, that a list looks through.
MOST_AMONG = 2000
CHANGED_BY_PUBLISHING = (tokens.OF_STATE, tokens.OF_DAY, tokens.OF_MONTH)
DAY_LENGTH = len("2026-11-28")

State = Article.State


@dataclass(frozen=True)
class WorkingCopyQuery:
    """What to look for among working copies. `words` are folded strings that the text must all contain.

    `persons` are names, of which one must be credited; `during` is a day (2026-11-28), a month (2026-11) or "": of the
    first publication, or of the last save before it.
    """

    words: tuple[str, ...] = ()
    sections: tuple[int, ...] = ()
    persons: tuple[str, ...] = ()
    mine: bool = False
    state: str = ""
    readings: str = ""
    during: str = ""

    def groups(self, user: User) -> list[list[str]]:
        """Return the terms for the index, with those of what the user may read: a row must have one of every group."""
        found = tokens.query_groups(self.words)
        if self.sections:
            found.append([tokens.scope_term(tokens.OF_SECTION, str(key)) for key in self.sections])
        if self.persons:
            found.append([tokens.scope_term(tokens.OF_NAME, name) for name in self.persons])
        if self.state and self.state != State.EXPIRED:
            found.append([tokens.OF_STATE + self.state])
        if self.during:
            mark = tokens.OF_DAY if len(self.during) == DAY_LENGTH else tokens.OF_MONTH
            found.append([mark + self.during.replace("-", "")])
        readable = reading.reading_sections(user)
        if self.mine or readable is not None:
            own = _terms_of_user(user)
            found += [own] if self.mine else []
            if readable is not None:
                if self.sections:  # or two common terms that no text has both of would be looked for in all of them
                    readable = [key for key in readable if key in self.sections]
                found.append(own + [tokens.scope_term(tokens.OF_SECTION, str(key)) for key in readable])
        return found

    def narrow(self, rows: ArticleQuerySet) -> ArticleQuerySet:
        """Return those of the rows that are in the states that are looked for."""
        rows = rows.in_state(self.state) if self.state else rows
        return rows.in_readings(self.readings) if self.readings else rows


@dataclass(frozen=True)
class WorkingCopyPage:
    """Numbers of articles, the last saved first. `following` is where the next page begins, or None."""

    numbers: list[int]
    following: int | None


def find_working_copies(
    query: WorkingCopyQuery, *, by: User, before: int | None = None, most: int = 50
) -> WorkingCopyPage:
    """Return at most `most` articles whose working copy `by` may read and that the query asks for, last saved first.

    `before` is the `following` of the previous page. A page may be short, even empty, although more follow: a phrase is
    searched in a limited number of texts at a time.
    """
    rows = query.narrow(reading.readable_articles(by))
    among = _few_keys(query, rows) if query.readings or query.state == State.EXPIRED else None
    groups = query.groups(by)
    end = ALL_TIME[1] if before is None else before - 1
    found: list[tuple[int, int]] = []  # keys of revisions, and numbers of articles
    for _round in range(MAX_ROUNDS):
        wanted = max(most + 1, MAX_CANDIDATES if query.words else 0)
        keys = _newest_keys(rows, groups, end, wanted, among)
        exact = _keys_holding(keys, query.words)
        shown = rows.filter(latest__in=exact).order_by("-latest_id").values_list("latest_id", "number")
        found += list(shown) if exact else []
        if len(found) > most:
            return WorkingCopyPage([number for _key, number in found[:most]], found[most - 1][0])
        if len(keys) < wanted:
            return WorkingCopyPage([number for _key, number in found], None)
        end = keys[-1] - 1
    return WorkingCopyPage([number for _key, number in found], end + 1)


def _newest_keys(
    rows: ArticleQuerySet, groups: list[list[str]], end: int, most: int, among: list[int] | None
) -> list[int]:
    """Return the keys of the last saved texts up to `end`. Without terms, the articles themselves are the index."""
    if groups:
        return index_store.matching_rows(WorkingText, groups, first=ALL_TIME[0], last=end, most=most, among=among)
    if among is not None:
        return [key for key in among if key <= end][:most]
    return list(rows.filter(latest__lte=end).order_by("-latest_id").values_list("latest_id", flat=True)[:most])


def _few_keys(query: WorkingCopyQuery, readable: ArticleQuerySet) -> list[int]:
    """Return the newest revisions of these few articles, as far as they are `readable`, newest first.

    Not ordered by the database, which would read all articles in this order instead of the index of the few. Asked in
    two steps, or SQLite would begin with all that are readable.
    """
    few = list(query.narrow(Article.objects.kept()).order_by().values_list("latest_id", flat=True)[:MOST_AMONG])
    rows = readable.filter(latest__in=few) if len(few) < MOST_AMONG else readable
    return sorted(rows.order_by().values_list("latest_id", flat=True)[:MOST_AMONG], reverse=True)


def _keys_holding(keys: list[int], words: tuple[str, ...]) -> list[int]:
    """Return those of the keys whose text contains all words as they were typed."""
    if all(tokens.is_indexed_whole(word) for word in words):
        return keys
    return [row.pk for row in WorkingText.objects.filter(pk__in=keys) if holds_exactly(row, words)]


def _terms_of_user(user: User) -> list[str]:
    """Return the terms of the texts that the user began or is credited on."""
    person = getattr(user, "person", None)
    persons = [person.pk, *person.doubles.values_list("pk", flat=True)] if person else []
    return [f"{tokens.OF_ACCOUNT}{user.pk}", *(f"{tokens.OF_PERSON}{key}" for key in persons)]


@transaction.atomic(savepoint=False)
def index_working_copy(article: Article) -> None:
    """Index the working copy replacing its earlier index entries; one in the bin is not found.

    Called in the transaction of every act that saves it, while its row is locked.
    """
    _rebuild_batch([article.pk])


def index_working_copies(numbers: Sequence[int]) -> None:
    """Re-index these working copies, in the transaction of an act that has locked them."""
    for batch in in_groups(numbers, ARTICLES_PER_BATCH):
        _rebuild_batch(batch)


def restate_working_copy(article: Article) -> None:
    """Index the state and the day of an article whose text is indexed as it is, in the transaction of an act."""
    row = WorkingText.objects.filter(article=article).first()
    if row is None:  # an upgrade added the index, and the worker has not reached this article
        return
    kept = [term for term in row.marks.split() if term[0] not in CHANGED_BY_PUBLISHING]
    index_store.change_row(row, marks=" ".join([*kept, *_state_terms(article)]))


def index_missing_working_copies() -> int:
    """Index a batch of working copies that are not in the index, last first; return how many.

    None are missing but after an upgrade that brought the index.
    """
    missing = Article.objects.kept().filter(working_text=None, latest__isnull=False).order_by("-number")
    numbers = list(missing.values_list("number", flat=True)[:ARTICLES_PER_BATCH])
    if numbers:
        _rebuild_locked(numbers)
    return len(numbers)


def is_working_index_complete() -> bool:
    """Return False while older articles are not in the index yet: the first one is indexed last."""
    kept = Article.objects.kept().filter(latest__isnull=False).order_by("number")
    return None not in kept.values_list("working_text", flat=True)[:1]


def rebuild_working_copies(progress: IndexProgress | None = None) -> int:
    """Rebuild the index in batches while everything can still be found; return the number of articles.

    Safe to interrupt, idempotent.
    """
    total, done = Article.objects.count(), 0
    for batch in key_batches(Article.objects.all(), ARTICLES_PER_BATCH):
        _rebuild_locked([number for (number,) in batch])
        done += len(batch)
        if progress:
            progress(done, total)
    return done


@transaction.atomic
def _rebuild_locked(numbers: list[int]) -> None:
    Article.objects.lock_rows(numbers)
    _rebuild_batch(numbers)


def _rebuild_batch(numbers: list[int]) -> None:
    index_store.delete_rows(WorkingText.objects.filter(article__in=numbers))
    kept = Article.objects.kept().filter(number__in=numbers, latest__isnull=False)
    rows = kept.select_related("latest", "live").prefetch_related("credits").defer("body")
    index_store.insert_rows([_working_text_row(article) for article in rows])


def _working_text_row(article: Article) -> WorkingText:
    content = article.newest.content
    title, text = fold_text(searchable_title(content)), fold_text(searchable_text(content))
    marks = [*scope_terms(content, article.section_id), *_desk_terms(article), *tokens.number_terms(title, text)]
    return WorkingText(
        pk=article.latest_id, article=article, title=title, text=text, marks=" ".join(dict.fromkeys(marks))
    )


def _desk_terms(article: Article) -> list[str]:
    return [
        str(article.number),
        f"{tokens.OF_ACCOUNT}{article.created_by_id}",
        *(f"{tokens.OF_PERSON}{credit.person_id}" for credit in article.credits.all()),
        *_state_terms(article),
    ]


def _state_terms(article: Article) -> list[str]:
    day = timezone.localdate(article.first_published_at or article.newest.created_at)
    state = tokens.OF_STATE + _stored_state(article)
    return [state, f"{tokens.OF_DAY}{day:%Y%m%d}", f"{tokens.OF_MONTH}{day:%Y%m}"]


def _stored_state(article: Article) -> str:
    """Return the state without what changes only with time: an expired article is stored as what it was before."""
    if article.live is None:
        return State.WITHDRAWN if article.withdrawn_at else State.DRAFT
    return State.LIVE if article.live.digest == article.newest.digest else State.CHANGED
