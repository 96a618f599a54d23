"""Which sitemap files there are, what each holds, and which of them an article may change."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from ..models import Article, BakedPage, Keyword, Person, Source
from ..models.article import ArticleQuerySet
from ..models.expiry import unexpired
from .generations import baked_generations

# Articles of a month in one sitemap file. The protocol allows 50,000; each publication rewrites one such file.
SITEMAP_SIZE = 1000
# The range of keys whose names are in one sitemap file.
KEYS_PER_FILE = 1000
# Concurrent transactions do not see one another: this close to the end of a file, the next one is rewritten, too.
CONCURRENT_PUBLICATIONS = 10
# The kinds of names: the route of their pages, the name of their files, and the rows.
NAMES: dict[str, tuple[str, type[Person] | type[Source] | type[Keyword]]] = {
    "person": ("people", Person),
    "source": ("sources", Source),
    "keyword": ("keywords", Keyword),
}
_NAMED_BY = {"person": "credits__person", "source": "source", "keyword": "taggings__keyword"}


def sitemap_addresses() -> Iterator[str]:
    """Yield the sitemap file of the lists, those of names, then those of each month, newest month first.

    Two index look-ups a month, one for each thousand names.
    """
    yield reverse("sitemap_lists")
    yield from _names_addresses()
    live = Article.objects.with_live_edition()
    for day in _months_of(live):
        yield from (
            _sitemap_address(day, part)
            for part in range(-(-live.first_published_in_month(day).count() // SITEMAP_SIZE))
        )


def sitemap_articles(day: date, part: int) -> QuerySet[Article]:
    """Return the articles of one sitemap file of a month; `part` counts from 0.

    Expired articles are included, so that none moves to another file when one expires.
    """
    rows = Article.objects.order_by("first_published_at", "number")
    live = rows.with_live_edition().first_published_in_month(day)[part * SITEMAP_SIZE : (part + 1) * SITEMAP_SIZE]
    # Keys first: with the editions joined, the database would read the editions of all earlier parts, too.
    return rows.filter(pk__in=live.values("pk"))


def index_to_rewrite(baked: Mapping[str, bool]) -> list[str]:
    """Return the address of the index if a sitemap file was not served before and is now, or the other way round.

    `baked` says of each address that is baked whether it has a page; the manifest knows which had one. One query, none
    without sitemap files.
    """
    maps = {path: exists for path, exists in baked.items() if is_sitemap_file(path)}
    if not maps:
        return []
    manifest = BakedPage.objects.filter(generation=baked_generations().served().generation)
    served = set(manifest.filter(path__in=maps).values_list("path", flat=True))
    return [reverse("sitemap")] if any(exists != (path in served) for path, exists in maps.items()) else []


def is_sitemap_file(path: str) -> bool:
    """Return True for the files that the index of the sitemap lists."""
    return path.startswith("/sitemap-")


def _sitemap_address(day: date, part: int) -> str:
    """Return the address of a part of a month, counted from 0; the first one has no part number."""
    return reverse("sitemap_month", args=[f"{day:%Y-%m}", *([part + 1] if part else [])])


def month_pages(article: Article) -> set[str]:
    """Return the pages of the day and month of first publication, and the sitemap files, that publishing or withdrawing
    the article may change; the archive and the sitemap of lists, too, if the month has no other article. One query.

    The files are the one that contains it and those of later articles of its month, which move up or down. The index
    follows when a file begins or ends (`jobs.py`).
    """
    at = article.first_published_at
    if at is None:
        return set()
    day = timezone.localdate(at)
    earlier = Q(first_published_at__lt=at) | Q(first_published_at=at, number__lt=article.number)
    month = Article.objects.with_live_edition().first_published_in_month(day).order_by()
    shown = month.filter(unexpired("expires_at")).exclude(pk=article.pk)
    # Each by itself, so that the index alone is read to count, however many articles a month has.
    found_of = Article.objects.filter(pk=article.pk).values_list(
        _counted(month), _counted(month.filter(earlier)), Exists(shown)
    )
    every, before, has_others = found_of[0]
    first = max(0, before - CONCURRENT_PUBLICATIONS) // SITEMAP_SIZE
    last = (every + CONCURRENT_PUBLICATIONS) // SITEMAP_SIZE
    found = {_sitemap_address(day, part) for part in range(first, last + 1)}
    found |= {reverse("day", args=[day.isoformat()]), reverse("month", args=[f"{day:%Y-%m}"])}
    if not has_others:
        found |= {reverse("archive"), reverse("sitemap_lists")}
    if article.ordinal == 1:  # the first article of its section, which has a page now
        found.add(reverse("sitemap_lists"))
    return found


def _counted(rows: ArticleQuerySet) -> Coalesce:
    """Return the number of rows as an expression."""
    counts = rows.annotate(of=Value(1)).values("of").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts), 0)


def listed_names(route: str) -> QuerySet[Any]:
    """Return the people, sources or keywords of public articles, by key, without doubles.

    People and sources are taken from the working copies, which have an index; they seldom differ from what is
    printed, and saving one requests the files that list what it changed.
    """
    _name, model = NAMES[route]
    articles = Article.objects.public().filter(**{_NAMED_BY[route]: OuterRef("pk")})
    rows: QuerySet[Any] = model._default_manager.filter(Exists(articles)).order_by("pk")
    return rows if model is Keyword else rows.filter(merged_into=None)


def listed_names_of(article: Article, people: Iterable[int] | None = None) -> set[tuple[str, int]]:
    """Return (route, key) of the people and the source that are listed if this article is public. One query, unless
    the keys of the `people` who are credited are given.
    """
    if people is None:
        people = article.credits.order_by().values_list("person", flat=True)
    return {("person", key) for key in people} | ({("source", article.source_id)} if article.source_id else set())


def names_in_sitemap(route: str, part: int) -> QuerySet[Any]:
    """Return the names in one file, which holds a range of KEYS_PER_FILE keys; `part` counts from 0."""
    return listed_names(route).filter(pk__gt=part * KEYS_PER_FILE, pk__lte=(part + 1) * KEYS_PER_FILE)


def sitemaps_of_names(named: Iterable[tuple[str, int]]) -> set[str]:
    """Return the files that hold these names, (route, key)."""
    return {_names_address(route, (key - 1) // KEYS_PER_FILE) for route, key in named}


def _names_addresses() -> Iterator[str]:
    """Yield the files of names that hold any; an index look-up for each thousand keys."""
    for route, (_name, model) in NAMES.items():
        last = model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
        for part in range(-(-last // KEYS_PER_FILE)):
            if names_in_sitemap(route, part).exists():
                yield _names_address(route, part)


def _names_address(route: str, part: int) -> str:
    return reverse("sitemap_names", args=[NAMES[route][0], *([part + 1] if part else [])])


def month_addresses() -> Iterator[str]:
    """Yield the page of every month with a publication, newest first; an index lookup for each."""
    return (reverse("month", args=[f"{day:%Y-%m}"]) for day in _months_of(Article.objects.public()))


def _months_of(articles: ArticleQuerySet) -> Iterator[date]:
    """Yield the last day of first publication in each month, newest first; an index lookup for each."""
    day = articles.newest_publication_day()
    while day:
        yield day
        day = articles.newest_publication_day(before=day.replace(day=1))
