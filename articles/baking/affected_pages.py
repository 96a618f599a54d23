"""The addresses that a change may affect: the only list of which pages show what."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, Max, Q, QuerySet, Subquery, Value
from django.urls import reverse

from .. import appearance
from ..models import (
    Article,
    Credit,
    Edition,
    Keyword,
    Person,
    Picture,
    Relation,
    Section,
    ShortLink,
    Slot,
    Source,
    Topic,
)
from ..models.key_batches import in_groups, key_batches
from ..models.named_pages import find_named_pages
from ..models.section import PAGE_SIZE
from .log_files import all_log_files
from .public_files import file_addresses, picture_addresses, slot_picture_addresses
from .sitemap_files import NAMES, listed_names_of, month_pages, sitemap_addresses, sitemaps_of_names

NEWS_SITEMAP_AGE = timedelta(days=2)  # Google's limit for articles in /news-sitemap.xml
ADDRESSES_PER_GROUP = 500


class SectionPlace(NamedTuple):
    """The place of an article before it was moved: a section and the ordinal in it."""

    section: Section
    ordinal: int


def article_pages(
    article: Article, *, moved_from: SectionPlace | None = None, before: Edition | None = None
) -> set[str]:
    """Return every address that may show the article: its own pages and files, its neighbours', lists that contain it.

    `before` is the edition before the live one, if the caller has read it.

    Their number depends on how often the article was published, never on the size of the archive.
    """
    editions = _newest_editions(article, before)
    rows = _rows_showing(article, editions)
    named = {(route, key) for route in NAMES for key, _text in rows[route]}
    found = {
        *_own_pages(article.number, editions[0].number if editions else 0),
        reverse("home"),
        reverse("news_sitemap"),
        *_feed_addresses("feed_all"),
        *month_pages(article),
        *(reverse(route, args=[key]) for route, key in named),
        *(address for _key, slug in rows["topic"] for address in _topic_addresses(slug)),
        *file_addresses(*(edition.revision.content for edition in editions)),
        *(settings.MEDIA_URL + file for _key, file in rows["picture"]),
        *pages_of_articles(number for number, _text in rows["related"]),
    }
    places = [moved_from] if moved_from else []
    if article.listed_in and article.ordinal:
        places.append(SectionPlace(article.listed_in, article.ordinal))
    if places:
        found |= _neighbour_pages(places)
    if article.first_published_at:
        credited = listed_names_of(article, [person for person, _text in rows["credited"]])
        found |= sitemaps_of_names(credited | {row for row in named if row[0] == "keyword"})
    if article.corrected_at:
        found.add(reverse("corrections"))
    return found


def _newest_editions(article: Article, before: Edition | None) -> list[Edition]:
    """Return the edition that readers see, or saw last, and the one before it, whose text may be on other pages."""
    if article.live and article.live.number == 1:
        return [article.live]
    if article.live and before:
        return [article.live, before]
    editions = article.editions.select_related("revision", "section__parent__parent").order_by("-number")
    if article.live:
        return [article.live, *editions.filter(number__lt=article.live.number)[:1]]
    return list(editions[:2])


def topic_pages(topic: Topic | None) -> set[str]:
    """Return the addresses that show the arrangement of a topic, and its pictures; None means the home page."""
    pictures = slot_picture_addresses(topic)
    if topic is None:
        return {reverse("home"), *pictures}
    pictures |= picture_addresses(topic.banner)
    return _topic_addresses(topic.slug) | {reverse("topics"), *pictures}


def pages_of_articles(numbers: Iterable[int]) -> set[str]:
    """Return the addresses of articles by their numbers."""
    return {reverse("article", args=[number]) for number in numbers}


def pages_with_picture_text(picture: Picture) -> set[str]:
    """Return the pages that show the library's text about a picture: about a slot's own one, or a topic's banner."""
    topics = Topic.objects.public().filter(Q(banner=picture) | Q(blocks__slots__picture=picture)).distinct()
    return {reverse("home"), *(topic.get_absolute_url() for topic in topics)}


def _topic_addresses(slug: str) -> set[str]:
    return {reverse("topic", args=[slug]), *_feed_addresses("feed_topic", slug)}


def _topics_showing(article: Article, editions: list[Edition]) -> QuerySet[Topic]:
    """Return the topics that may show the article: in a slot, or by its sections or keywords."""
    sections: set[int] = set()
    keywords: set[str] = set()
    for edition in editions:
        keywords.update(edition.revision.content["keywords"])
        here: Section | None = edition.section
        while here:
            sections.add(here.pk)
            here = here.parent
    filled = Q(blocks__fills=True) & (
        Q(blocks__section__in=sections) | Q(blocks__keyword__in=keywords) | Q(blocks__section=None, blocks__keyword="")
    )
    return Topic.objects.public().filter(Q(blocks__slots__article=article) | filled)


def own_pages(article: Article) -> set[str]:
    """Return the addresses that belong to the article alone; a withdrawal removes them."""
    last = article.live.number if article.live else article.editions.aggregate(last=Max("number"))["last"]
    return _own_pages(article.number, last or 0)


def _own_pages(number: int, last_edition: int) -> set[str]:
    return {
        reverse("article", args=[number]),
        reverse("history", args=[number]),
        *(reverse("since", args=[number, edition]) for edition in range(1, last_edition)),
    }


def code_images(codes: Iterable[str]) -> set[str]:
    """Return the addresses of the images of these codes. They depend on the code and the logo, not on the article."""
    return {reverse("qr_image", args=[code, "png"]) for code in codes}


def section_pages(section: Section) -> set[str]:
    """Return the addresses of a section that has no articles yet."""
    return {
        section.get_absolute_url(),
        *_feed_addresses("feed_section", section.slug),
        reverse("section_page", args=[section.slug, 1]),
    }


def all_addresses() -> Iterator[list[str]]:
    """Yield every address that has a file, in groups of a few hundred, so memory use does not grow with the archive."""
    sections = Section.objects.tree()
    single = ("home", "sitemap", "news_sitemap", "robots", "archive", "topics", "corrections", "back_soon")
    yield [reverse(name) for name in single]
    yield sorted(_feed_addresses("feed_all"))
    yield appearance.style_sheet_files()
    yield from group_addresses(all_log_files())
    yield from group_addresses(_all_archive_pages())
    for topic in Topic.objects.public():
        yield sorted(_topic_addresses(topic.slug))
    yield from group_addresses(name_addresses())
    yield [address for s in sections for address in (s.get_absolute_url(), *_feed_addresses("feed_section", s.slug))]
    for section in sections:
        yield from group_addresses(
            reverse("section_page", args=[section.slug, n]) for n in range(1, section.last_page + 1)
        )
    yield from group_addresses(sitemap_addresses())
    live = Article.objects.with_live_edition()
    for editions in key_batches(live, ADDRESSES_PER_GROUP, "live__number"):
        yield from group_addresses(
            address for number, edition in editions for address in _edition_pages(number, edition)
        )
    for codes in key_batches(ShortLink.objects.all(), ADDRESSES_PER_GROUP, "code"):
        yield [reverse("qr_image", args=[code, "png"]) for _key, code in codes]


def _edition_pages(number: int, edition: int) -> Iterator[str]:
    yield reverse("article", args=[number])
    if edition > 1:
        yield reverse("history", args=[number])
        yield from (reverse("since", args=[number, older]) for older in range(1, edition))


def _neighbour_pages(places: Sequence[SectionPlace]) -> set[str]:
    """Return the pages of these places and of their neighbours, and the lists of their sections. One query, and some
    more for a section that has no article here any more.
    """
    near = Q()
    for section, ordinal in places:
        public = Article.objects.public().filter(listed_in=section)
        before = public.filter(ordinal__lt=ordinal).order_by("-ordinal").values("ordinal")[:1]
        after = public.filter(ordinal__gt=ordinal).order_by("ordinal").values("ordinal")[:1]
        for each in (ordinal, Subquery(before), Subquery(after)):  # each is found in the index
            near |= Q(listed_in=section, ordinal=each)
    rows = list(Article.objects.filter(near).select_related("listed_in__parent__parent").defer("body"))
    sections = {row.listed_in_id: row.listed_in for row in rows}
    lists = (_section_lists(sections.get(section.pk) or section, ordinal) for section, ordinal in places)
    return pages_of_articles(row.number for row in rows).union(*lists)


def _section_lists(section: Section, ordinal: int) -> set[str]:
    last = section.last_page
    # The page before the newest gets its link to it when the newest is begun.
    numbers = {last, max(1, last - 1), -(-ordinal // PAGE_SIZE)}
    found = {reverse("section_page", args=[section.slug, number]) for number in numbers}
    found |= _feed_addresses("feed_section", section.slug)
    here: Section | None = section
    while here:  # the first page of a section shows blocks of the sections below it
        found.add(here.get_absolute_url())
        here = here.parent
    return found


def _rows_showing(article: Article, editions: list[Edition]) -> defaultdict[str, list[tuple[int, str]]]:
    """Return (key, text) of the rows whose pages show the article, by kind; one query.

    `person`, `source` and `keyword`: what these editions name; `topic`: with its slug; `picture`: its slots' own
    pictures, with their files; `related`: the numbers of articles; `credited`: the people of the working copy.
    """
    contents = [edition.revision.content for edition in editions]
    credits = {(credit["name"], credit["unit"]) for content in contents for credit in content["credits"]}
    others: dict[str, tuple[QuerySet[Any], str, str]] = {
        "topic": (_topics_showing(article, editions), "pk", "slug"),
        "picture": (Slot.objects.filter(article=article, picture__isnull=False), "picture", "picture__file"),
        "related": (Relation.objects.filter(article=article), "other", ""),
        "credited": (Credit.objects.filter(article=article), "person", ""),
    }
    found = find_named_pages(
        contents,
        *(
            rows.order_by()
            .annotate(route=Value(route), text=F(text) if text else Value(""), unit=Value(""))
            .values_list("route", key, "text", "unit")
            for route, (rows, key, text) in others.items()
        ),
    )
    by_kind: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for route, key, text, unit in found:
        if route != "person" or (text, unit) in credits:
            by_kind[route].append((key, text))
    return by_kind


def _all_archive_pages() -> Iterator[str]:
    """Yield the pages of every day and month with a publication, newest first; one index lookup for each."""
    public = Article.objects.public()
    day, month = public.newest_publication_day(), ""
    while day:
        if month != f"{day:%Y-%m}":
            month = f"{day:%Y-%m}"
            yield reverse("month", args=[month])
        yield reverse("day", args=[day.isoformat()])
        day = public.newest_publication_day(before=day)


def name_addresses() -> Iterator[str]:
    """Yield the pages of people, sources and keywords, without those of doubles, which lead to others."""
    for rows in (
        Person.objects.filter(merged_into=None),
        Source.objects.filter(merged_into=None),
        Keyword.objects.all(),
    ):
        yield from (row.get_absolute_url() for row in rows.order_by("pk").iterator(2000))


def _feed_addresses(name: str, *slug: str) -> set[str]:
    """Return the feeds of the whole site, a section or a topic, in every format."""
    return {reverse(f"{name}{form}", args=slug) for form in ("", "_rss", "_json")}


def group_addresses(addresses: Iterable[str]) -> Iterator[list[str]]:
    """Yield the addresses in lists of at most ADDRESSES_PER_GROUP."""
    return in_groups(addresses, ADDRESSES_PER_GROUP)
