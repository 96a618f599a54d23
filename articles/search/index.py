"""What can be found: kept in each act's transaction, so that a search shows an article exactly while readers may see it."""

import html
import re
from collections.abc import Callable

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.html import strip_tags

from ..models import Article, SearchText
from ..models.key_batches import key_batches
from . import index_store, tokens

BATCH = 500
SECOND = 1_000_000  # microseconds
_BLOCK_ENDS = re.compile(r"</(?:p|h\d|li|td|th|caption|figcaption|blockquote)>|<br\s*/?>")
Progress = Callable[[int, int], None]


@transaction.atomic(savepoint=False)
def index_article(article: Article) -> None:
    """Have the article found by the text of the edition that readers see; whatever was there of it goes."""
    _delete_rows(SearchText.objects.filter(article=article))
    _insert_rows([_search_text_row(article)])


@transaction.atomic(savepoint=False)
def remove_from_index(article: Article) -> None:
    """Have the article found no more."""
    _delete_rows(SearchText.objects.filter(article=article))


def rebuild_index(progress: Progress | None = None) -> int:
    """Make the index anew, some hundred articles at a time while everything stays findable; how many articles there are.

    Can be broken off at any time, and run twice.
    """
    public = Article.objects.with_live_edition()
    # Those that readers see no more too, where a row of theirs was left.
    wanted = Article.objects.with_live_edition() | Article.objects.filter(search_text__isnull=False)
    total, done = public.count(), 0
    for batch in key_batches(wanted, BATCH):
        done += _rebuild_batch([number for (number,) in batch])
        if progress:
            progress(done, total)
    return done


@transaction.atomic
def _rebuild_batch(numbers: list[int]) -> int:
    # Held, so that no act that changes one of them is overtaken by its older text.
    Article.objects.lock_rows(numbers)
    _delete_rows(SearchText.objects.filter(article__in=numbers))
    public = Article.objects.with_live_edition().filter(number__in=numbers)
    return _insert_rows(
        [_search_text_row(article) for article in public.select_related("live__revision").defer("body")]
    )


def _delete_rows(found: QuerySet[SearchText]) -> None:
    rows = list(found)
    if rows:
        index_store.drop_rows(rows)
        SearchText.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _search_text_row(article: Article) -> SearchText:
    """The article's text as readers see it. The key is settled when it is inserted."""
    edition, at = article.live, article.first_published_at
    if edition is None or at is None:
        raise ValueError(f"article {article.number} is not public")
    content = edition.revision.content
    credits = [(credit["name"], credit["unit"]) for credit in content["credits"]]
    body = html.unescape(strip_tags(_BLOCK_ENDS.sub("\n", content["body"])))
    source = content["source"]["name"] if content["source"] else ""
    lines = [
        content["summary"],
        body,
        " ".join(content["keywords"]),
        " ".join(dict.fromkeys(name for name, _unit in credits)),
        source,
        content["original_author"],
    ]
    marks = [
        tokens.scope_term(tokens.OF_SECTION, str(edition.section_id)),
        *(tokens.scope_term(tokens.OF_NAME, name) for name, _unit in credits),
        *(tokens.scope_term(tokens.OF_CREDIT, name, unit) for name, unit in credits),
        *([tokens.scope_term(tokens.OF_SOURCE, source)] if source else []),
        *(tokens.scope_term(tokens.OF_KEYWORD, word) for word in content["keywords"]),
    ]
    return SearchText(
        pk=int(at.timestamp() * SECOND),
        article=article,
        title=" ".join(part for part in (content["kicker"], content["title"], content["subtitle"]) if part),
        text="\n".join(" ".join(line.split()) for part in lines for line in part.splitlines() if line.strip()),
        marks=" ".join(dict.fromkeys(marks)),
        expires_at=edition.expires_at,
    )


def _insert_rows(rows: list[SearchText]) -> int:
    """Write rows, each under its key or the next free one; how many."""
    taken = set(SearchText.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    for row in rows:
        if row.pk in taken:  # published in one microsecond: imports know the day alone
            same = SearchText.objects.filter(pk__range=(row.pk, row.pk + SECOND)).aggregate(last=Max("pk"))["last"]
            row.pk = max(row.pk, same or 0, *(key for key in taken if key <= row.pk + SECOND)) + 1
        taken.add(row.pk)
    if rows:
        index_store.insert_rows(rows)
    return len(rows)
