"""Related articles (相关阅读), by their keywords.

Two related articles show each other. Relations are computed and stored when an edition is issued, so that a page needs
one query, and publishing renders few other pages again, however many articles share a keyword.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, Value

from . import audit
from .models import Article, Keyword, Relation, Tagging
from .models.key_batches import key_batches

# Related articles that an edition looks for, and that a page shows.
RELATED_SHOWN = 4
# The most relations of an article: all their pages are rendered again with it.
MOST_RELATIONS = 12
# Candidates for each keyword: the newest articles that have it.
CANDIDATES_PER_KEYWORD = 30
REBUILD_BATCH = 100
RebuildProgress = Callable[[int, int], None]


def update_relations(article: Article) -> set[int]:
    """Store the keywords of the live edition; if they changed, find the related articles again.

    Returns the numbers of the articles whose pages changed. Lock ordering: call it in the action's transaction after
    its audit entry, since two related articles write the same rows and could deadlock.
    """
    return _find_changes(article) or set()


def _find_changes(article: Article) -> set[int] | None:
    """As `update_relations`; None if the keywords did not change."""
    edition, at = article.live, article.first_published_at
    if edition is None or at is None:
        raise ValueError(f"article {article.number} is not public")
    names = set(edition.revision.content["keywords"])
    known, names_before, before = _stored_relations(names, article)
    if names == names_before:
        return None
    if before:  # without keywords there are none
        Relation.objects.filter(Q(article=article) | Q(other=article)).delete()
    if names_before:
        Tagging.objects.filter(article=article).delete()
    # Every act that creates keywords has the audit-chain lock, so no other one creates the same now.
    new = Keyword.objects.bulk_create([Keyword(name=name) for name in sorted(names - known.keys())])
    keywords = [*known.values(), *(keyword.pk for keyword in new)]
    Tagging.objects.bulk_create([Tagging(article=article, keyword_id=keyword, at=at) for keyword in keywords])
    others = _related_candidates(article, keywords)
    pairs = [pair for other in others for pair in ((article.pk, other), (other, article.pk))]
    Relation.objects.bulk_create([Relation(article_id=one, other_id=other) for one, other in pairs])
    return before | set(others)


def rebuild_relations(progress: RebuildProgress | None = None) -> int:
    """Store keywords and relations of articles published before these were stored, oldest first.

    Returns how many articles changed. Safe to interrupt, idempotent.
    """
    public = Article.objects.with_live_edition()
    total, changed, done = public.count(), 0, 0
    for batch in key_batches(public, REBUILD_BATCH):
        changed += _rebuild_group([number for (number,) in batch])
        done += len(batch)
        if progress:
            progress(done, total)
    return changed


@transaction.atomic
def _rebuild_group(numbers: list[int]) -> int:
    # Lock ordering as everywhere: first the articles, then the audit chain.
    Article.objects.lock_rows(numbers)
    audit.lock_audit_chain()
    public = Article.objects.with_live_edition().filter(number__in=numbers).order_by("number")
    return sum(_find_changes(article) is not None for article in public.select_related("live__revision").defer("body"))


def _stored_relations(names: set[str], article: Article) -> tuple[dict[str, int], set[str], set[int]]:
    """Return the keys of those of these keywords that exist, the keywords that are stored for the article, and the
    articles related to it; one query.
    """
    known = Keyword.objects.filter(name__in=names).values_list(Value("known"), "name", "pk")
    stored = Keyword.objects.filter(taggings__article=article).values_list(Value("stored"), "name", "pk")
    related = Relation.objects.filter(article=article).values_list(Value("related"), Value(""), "other")
    rows = list(known.union(stored, related))
    return (
        {name: key for of, name, key in rows if of == "known"},
        {name for of, name, _key in rows if of == "stored"},
        {key for of, _name, key in rows if of == "related"},
    )


def _newest_tagged(article: Article, keywords: list[int]) -> Iterable[tuple[int, int, datetime]]:
    """Yield (keyword, article, at) of the newest other articles of each keyword; one query."""
    others = Tagging.objects.exclude(article=article).order_by("-at", "-article")
    newest = [
        # The keys first: SQLite takes no limit in the parts of a union.
        Tagging.objects.filter(pk__in=others.filter(keyword=keyword).values("pk")[:CANDIDATES_PER_KEYWORD])
        .order_by()
        .values_list("keyword", "article", "at")
        for keyword in keywords
    ]
    return newest[0].union(*newest[1:], all=True) if newest else ()


def _related_candidates(article: Article, keywords: list[int]) -> list[int]:
    """The public articles that share most keywords with this one; of those with equally many, the newest first."""
    shared: Counter[int] = Counter()
    times: dict[int, datetime] = {}
    for _keyword, number, at in _newest_tagged(article, keywords):
        shared[number] += 1
        times[number] = at
    ranked = sorted(shared, key=lambda number: (shared[number], times[number], number), reverse=True)[
        :CANDIDATES_PER_KEYWORD
    ]
    free = (
        Article.objects.public()
        .filter(number__in=ranked)
        .annotate(has=Count("relations"))
        .filter(has__lt=MOST_RELATIONS)
    )
    wanted = set(free.values_list("number", flat=True))
    return [number for number in ranked if number in wanted][:RELATED_SHOWN]
