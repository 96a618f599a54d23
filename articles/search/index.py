"""Keeps the search index up to date in each act's transaction: an article is found exactly while readers may see it."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from .. import sanitising
from ..models import Article, SearchText
from ..models.key_batches import key_batches
from . import index_store, tokens
from .folding import fold_text

ARTICLES_PER_BATCH = 500
MICROSECONDS_PER_SECOND = 1_000_000  # a row's key is its time of publication in microseconds
IndexProgress = Callable[[int, int], None]  # called with the number of articles done and of all


@transaction.atomic(savepoint=False)
def index_article(article: Article) -> None:
    """Index the live edition of the article replacing its earlier index entries."""
    row = _search_text_row(article)
    there = SearchText.objects.filter(Q(article=article) | Q(pk=row.pk)).in_bulk()
    indexed = next((each for each in there.values() if each.article_id == article.pk), None)
    if indexed is None:
        _insert_rows([row], taken=set(there))
    else:  # its key is free only until it is deleted, so it is kept
        index_store.change_row(indexed, title=row.title, text=row.text, marks=row.marks, expires_at=row.expires_at)


@transaction.atomic(savepoint=False)
def remove_from_index(article: Article) -> None:
    """Remove the article from the index."""
    index_store.delete_rows(SearchText.objects.filter(article=article))


def index_missing_articles() -> int:
    """Index public articles that are not in the index, newest first, at most a batch of them; return how many.

    None are missing but after an upgrade that emptied the index.
    """
    missing = Article.objects.with_live_edition().filter(search_text=None).order_by("-number")
    numbers = list(missing.values_list("number", flat=True)[:ARTICLES_PER_BATCH])
    return _rebuild_batch(numbers) if numbers else 0


def rebuild_index(progress: IndexProgress | None = None) -> int:
    """Rebuild the index in batches while everything can still be found; return the number of articles.

    Safe to interrupt, idempotent.
    """
    public = Article.objects.with_live_edition()
    # Articles that are no longer public are included if a row of theirs was left over.
    wanted = Article.objects.with_live_edition() | Article.objects.filter(search_text__isnull=False)
    total, done = public.count(), 0
    for batch in key_batches(wanted, ARTICLES_PER_BATCH):
        done += _rebuild_batch([number for (number,) in batch])
        if progress:
            progress(done, total)
    return done


@transaction.atomic
def _rebuild_batch(numbers: list[int]) -> int:
    # Row locks, so that no concurrent act is overwritten by the older text.
    Article.objects.lock_rows(numbers)
    index_store.delete_rows(SearchText.objects.filter(article__in=numbers))
    public = Article.objects.with_live_edition().filter(number__in=numbers)
    rows = [_search_text_row(article) for article in public.select_related("live__revision").defer("body")]
    taken = set(SearchText.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return _insert_rows(rows, taken)


def _search_text_row(article: Article) -> SearchText:
    """Return the row of an article, as readers see it. _insert_rows() may change its key."""
    edition, at = article.live, article.first_published_at
    if edition is None or at is None:
        raise ValueError(f"article {article.number} is not public")
    content = edition.revision.content
    title, text = fold_text(searchable_title(content)), fold_text(searchable_text(content))
    # Of numbers, too: all that is not made of the stored text is stored, so that old rows can be deleted.
    marks = [*scope_terms(content, edition.section_id), *tokens.number_terms(title, text)]
    return SearchText(
        pk=int(at.timestamp() * MICROSECONDS_PER_SECOND),
        article=article,
        title=title,
        text=text,
        marks=" ".join(marks),
        expires_at=article.expires_at,
    )


def searchable_title(content: dict[str, Any]) -> str:
    """Return the title of a revision's content, with the lines above and below it."""
    return " ".join(part for part in (content["kicker"], content["title"], content["subtitle"]) if part)


def searchable_text(content: dict[str, Any]) -> str:
    """Return the searchable parts of a revision's content except its title, as plain text, a paragraph a line."""
    parts = [
        content["summary"],
        "\n".join(sanitising.text_lines(content["body"])),
        " ".join(content["keywords"]),
        " ".join(dict.fromkeys(credit["name"] for credit in content["credits"])),
        _source_name(content),
        content["original_author"],
    ]
    return "\n".join(" ".join(line.split()) for part in parts for line in part.splitlines() if line.strip())


def scope_terms(content: dict[str, Any], section: int) -> list[str]:
    """Return the terms for the section (its primary key), people, source and keywords of a revision's content."""
    credits, source = [(credit["name"], credit["unit"]) for credit in content["credits"]], _source_name(content)
    marks = [
        tokens.scope_term(tokens.OF_SECTION, str(section)),
        *(tokens.scope_term(tokens.OF_NAME, name) for name, _unit in credits),
        *(tokens.scope_term(tokens.OF_CREDIT, name, unit) for name, unit in credits),
        *([tokens.scope_term(tokens.OF_SOURCE, source)] if source else []),
        *(tokens.scope_term(tokens.OF_KEYWORD, word) for word in content["keywords"]),
    ]
    return list(dict.fromkeys(marks))


def _source_name(content: dict[str, Any]) -> str:
    return content["source"]["name"] if content["source"] else ""


def _insert_rows(rows: list[SearchText], taken: set[int]) -> int:
    """Insert rows, each under its key or, if that is among the `taken`, the next free one; return their number."""
    for row in rows:
        if row.pk in taken:  # published in the same microsecond: imports often know the day only
            end = row.pk + MICROSECONDS_PER_SECOND
            same = SearchText.objects.filter(pk__range=(row.pk, end)).aggregate(last=Max("pk"))["last"]
            row.pk = max(row.pk, same or 0, *(key for key in taken if key <= end)) + 1
        taken.add(row.pk)
    index_store.insert_rows(rows)
    return len(rows)
