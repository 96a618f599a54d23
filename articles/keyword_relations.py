"""Which articles go together (相关阅读), by the keywords that editors gave them.

Two related articles show one another. Who they are is settled when an edition is issued and kept, so that a page costs one
look, and so that publishing rewrites few other pages, however many articles share a word.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from . import audit
from .models import Article, Keyword, Relation, Tagging
from .models.key_batches import key_batches

# An article looks for so many others, and shows so many of those that found one another.
WANTED = 4
# No article is related to more than these, for all of their pages are written anew with it.
MOST = 12
# The newest articles with a keyword among which others are looked for.
LOOKED_AT = 30
BATCH = 100
Progress = Callable[[int, int], None]


def update_relations(article: Article) -> set[int]:
    """Keep the keywords of the edition that readers see, and find the related articles anew where they are others than
    before; the numbers of the articles whose pages show something else now. In the act's transaction, behind its entry in the
    audit: two related articles write the same rows, and would wait for each other.
    """
    return _find_changes(article) or set()


def _find_changes(article: Article) -> set[int] | None:
    """As `update_relations`; None where there was nothing to do."""
    edition, at = article.live, article.first_published_at
    if edition is None or at is None:
        raise ValueError(f"article {article.number} is not public")
    names = set(edition.revision.content["keywords"])
    names_before = set(Tagging.objects.filter(article=article).values_list("keyword__name", flat=True))
    if names == names_before:
        return None
    before: set[int] = set()
    if names_before:  # without keywords no article is related to any
        before = articles_related_to(article)
        if before:
            Relation.objects.filter(Q(article=article) | Q(other=article)).delete()
        Tagging.objects.filter(article=article).delete()
    keywords = _keyword_rows(names)
    Tagging.objects.bulk_create([Tagging(article=article, keyword=keyword, at=at) for keyword in keywords])
    others = _related_candidates(article, keywords)
    pairs = [pair for other in others for pair in ((article.pk, other), (other, article.pk))]
    Relation.objects.bulk_create([Relation(article_id=one, other_id=other) for one, other in pairs])
    return before | set(others)


def articles_related_to(article: Article) -> set[int]:
    """The numbers of the articles that show this one among their related ones, where they can be read; MOST or few more."""
    return set(Relation.objects.filter(article=article).values_list("other", flat=True))


def rebuild_relations(progress: Progress | None = None) -> int:
    """Keep the keywords of the articles that were published before they were kept, and relate them, oldest first; how many
    changed. Can be broken off at any time, and run twice.
    """
    public = Article.objects.with_live_edition()
    total, changed, done = public.count(), 0, 0
    for batch in key_batches(public, BATCH):
        changed += _rebuild_group([number for (number,) in batch])
        done += len(batch)
        if progress:
            progress(done, total)
    return changed


@transaction.atomic
def _rebuild_group(numbers: list[int]) -> int:
    # Held as an act holds them: first the article, then its turn.
    Article.objects.lock_rows(numbers)
    audit.lock_audit_chain()
    public = Article.objects.with_live_edition().filter(number__in=numbers).order_by("number")
    return sum(_find_changes(article) is not None for article in public.select_related("live__revision").defer("body"))


def _keyword_rows(names: set[str]) -> list[Keyword]:
    """The rows of these keywords. Sorted, so that two acts never wait for each other's."""
    Keyword.objects.bulk_create([Keyword(name=name) for name in sorted(names)], ignore_conflicts=True)
    return list(Keyword.objects.filter(name__in=names))


def _related_candidates(article: Article, keywords: list[Keyword]) -> list[int]:
    """Public articles that share most keywords with this one, the newest first among those that share as many."""
    shared: Counter[int] = Counter()
    times: dict[int, datetime] = {}
    for keyword in keywords:
        newest = (
            Tagging.objects.filter(keyword=keyword).exclude(article=article).order_by("-at", "-article")[:LOOKED_AT]
        )
        for number, at in newest.values_list("article", "at"):
            shared[number] += 1
            times[number] = at
    ranked = sorted(shared, key=lambda number: (shared[number], times[number], number), reverse=True)[:LOOKED_AT]
    free = Article.objects.public().filter(number__in=ranked).annotate(has=Count("relations")).filter(has__lt=MOST)
    wanted = set(free.values_list("number", flat=True))
    return [number for number in ranked if number in wanted][:WANTED]
