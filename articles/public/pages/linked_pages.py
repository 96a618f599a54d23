"""The pages that an article page links to by name: people, sources, keywords and topics."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Value
from django.urls import reverse

from ...models import Article, Slot, Topic
from ...models.named_pages import find_named_pages
from ...models.quick_paths import numbered_path
from ..public_facts import live_edition


@dataclass
class LinkedPages:
    """Addresses of pages: of people by (name, unit), of sources and keywords by name.

    Topics (专题) are those in which editors put an article, by its number: (title, address).
    """

    persons: dict[tuple[str, str], str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    keywords: dict[str, str] = field(default_factory=dict)
    topics: dict[int, list[tuple[str, str]]] = field(default_factory=dict)


def find_linked_pages(articles: Iterable[Article]) -> LinkedPages:
    """Return the pages that these articles, which all have a live edition, link to; one query."""
    articles = list(articles)
    slots = Slot.objects.filter(
        article__in=[article.number for article in articles], block__topic__state=Topic.State.OPEN
    )
    topics = slots.annotate(route=Value("topic")).order_by()
    contents = [live_edition(article).revision.content for article in articles]
    pages = LinkedPages()
    for route, key, name, unit in find_named_pages(
        contents, topics.values_list("route", "article", "block__topic__title", "block__topic__slug")
    ):
        if route == "topic":  # `key` is the article's number, `unit` the topic's slug
            pages.topics.setdefault(key, []).append((name, reverse("topic", args=[unit])))
        elif route == "person":
            pages.persons[name, unit] = numbered_path(route, key)
        else:
            by_name = pages.sources if route == "source" else pages.keywords
            by_name[name] = numbered_path(route, key)
    return pages
