"""The addresses that a change may affect: the one list of which pages show what."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Max, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from .. import appearance, keyword_relations
from ..models import Article, Edition, Keyword, Person, Picture, Section, ShortLink, Source, Topic
from ..models.key_batches import in_groups, key_batches
from ..models.named_pages import find_named_pages
from ..models.section import PAGE_SIZE
from .log_files import all_log_files
from .public_files import file_addresses, picture_addresses, slot_picture_addresses
from .sitemap_files import listed_names_of, sitemap_addresses, sitemaps_of_article, sitemaps_of_names

NEWS_SITEMAP_AGE = timedelta(days=2)  # Google's limit for articles in /news-sitemap.xml
ADDRESSES_PER_GROUP = 500


class SectionPlace(NamedTuple):
    """The place of an article before it was moved: a section and the ordinal in it."""

    section: Section
    ordinal: int


def article_pages(article: Article, *, moved_from: SectionPlace | None = None) -> set[str]:
    """Return every address that may show the article: its own pages and files, its neighbours', lists that contain it.

    Their number depends on how often the article was published, never on the size of the archive.
    """
    editions = _newest_editions(article)
    named = _named_rows(editions)
    found = {
        *_own_pages(article.number, editions[0].number if editions else 0),
        reverse("home"),
        reverse("news_sitemap"),
        *_feed_addresses("feed_all"),
        *sitemaps_of_article(article),
        *_archive_pages(article),
        *(reverse(route, args=[key]) for route, key in named),
        *_topic_pages_showing(article, editions),
        *file_addresses(*(edition.revision.content for edition in editions)),
        *slot_picture_addresses(article=article),
        *pages_of_articles(keyword_relations.articles_related_to(article)),
    }
    if article.listed_in_id and article.ordinal:
        found |= _neighbour_pages(article.listed_in_id, article.ordinal)
    if article.first_published_at:
        found |= sitemaps_of_names(listed_names_of(article) | {row for row in named if row[0] == "keyword"})
    if article.corrected_at:
        found.add(reverse("corrections"))
    if moved_from:
        found |= _neighbour_pages(moved_from.section.pk, moved_from.ordinal)
    return found


def _newest_editions(article: Article) -> list[Edition]:
    """Return the edition that readers see, or saw last, and the one before it, whose text may be on other pages."""
    if article.live and article.live.number == 1:
        return [article.live]
    editions = article.editions.select_related("revision", "section__parent__parent").order_by("-number")
    if article.live:
        return [article.live, *editions.filter(number__lt=article.live.number)[:1]]
    return list(editions[:2])


def topic_pages(topic: Topic | None) -> set[str]:
    """Return the addresses that show the arrangement of a topic, and its pictures; None means the home page."""
    pictures = slot_picture_addresses(block__topic=topic)
    if topic is None:
        return {reverse("home"), *pictures}
    pictures |= picture_addresses(topic.banner)
    return {topic.get_absolute_url(), *_feed_addresses("feed_topic", topic.slug), reverse("topics"), *pictures}


def pages_of_articles(numbers: Iterable[int]) -> set[str]:
    """Return the addresses of articles by their numbers."""
    return {reverse("article", args=[number]) for number in numbers}


def pages_with_picture_text(picture: Picture) -> set[str]:
    """Return the pages that show the library's text about a picture: about a slot's own one, or a topic's banner."""
    topics = Topic.objects.public().filter(Q(banner=picture) | Q(blocks__slots__picture=picture)).distinct()
    return {reverse("home"), *(topic.get_absolute_url() for topic in topics)}


def _topic_pages_showing(article: Article, editions: list[Edition]) -> set[str]:
    """Return the pages of topics that may show the article: in a slot, or by its sections or keywords."""
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
    topics = Topic.objects.public().filter(Q(blocks__slots__article=article) | filled).distinct()
    return {
        address
        for topic in topics
        for address in (topic.get_absolute_url(), *_feed_addresses("feed_topic", topic.slug))
    }


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
        yield [topic.get_absolute_url(), *_feed_addresses("feed_topic", topic.slug)]
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


def _neighbour_pages(section: int, ordinal: int) -> set[str]:
    """Return the pages of the neighbours of a place in a section (its primary key), and the section's lists."""
    public = Article.objects.public().filter(listed_in=section)
    before = public.filter(ordinal__lt=ordinal).order_by("-ordinal").values("ordinal")[:1]
    after = public.filter(ordinal__gt=ordinal).order_by("ordinal").values("ordinal")[:1]
    beside = Article.objects.filter(Q(ordinal=Subquery(before)) | Q(ordinal=Subquery(after)), listed_in=section)
    return pages_of_articles(beside.values_list("number", flat=True)) | _section_lists(section, ordinal)


def _section_lists(key: int, ordinal: int) -> set[str]:
    section = Section.objects.select_related("parent__parent").get(pk=key)
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


def _archive_pages(article: Article) -> set[str]:
    """Return the pages of the day and month of first publication, and the archive if the month has no other article."""
    if article.first_published_at is None:
        return set()
    day = timezone.localdate(article.first_published_at)
    found = {reverse("day", args=[day.isoformat()]), reverse("month", args=[f"{day:%Y-%m}"])}
    others = Article.objects.public().first_published_in_month(day).exclude(pk=article.pk)
    return found if others.exists() else found | {reverse("archive"), reverse("sitemap_lists")}


def _named_rows(editions: list[Edition]) -> set[tuple[str, int]]:
    """Return (URL name, key) of the people, sources and keywords that these editions name."""
    contents = [edition.revision.content for edition in editions]
    credits = {(credit["name"], credit["unit"]) for content in contents for credit in content["credits"]}
    return {
        (route, key)
        for route, key, name, unit in find_named_pages(contents)
        if route != "person" or (name, unit) in credits
    }


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
