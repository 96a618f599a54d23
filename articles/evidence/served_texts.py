"""Whether readers get the text that was signed: the baked page of an article against its live edition.

Compared is what can be read: tags and blanks are not, nor the films and recordings that the page makes out of links.
"""

import html
import re
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.urls import reverse

from .. import baking
from ..models import Article, BakeJob, Edition

# What is searched for stops at the next of its kind, so that a page full of beginnings takes no longer than others.
TITLE = re.compile(r"<h1\b[^<>]*>")
TEXT = re.compile(r'<section class="text">')  # texts contain no element of this kind
PLAYER = re.compile(r'<figure class="(?:film|sound)">(?:(?!</?figure\b).)*</figure>', re.DOTALL)
# On the page the words of a link may contain elements: numbers are kept with their units.
_LINKED_FILE = rf'<a href="{re.escape(settings.MEDIA_URL)}[^"<>]*"[^<>]*>(?:(?!</?[ap]\b).)*</a>\s*'
LINKED_FILES = re.compile(rf"<p>\s*(?:{_LINKED_FILE}){{1,2}}</p>", re.DOTALL)
# As browsers read them: a “<” before a blank is text, and what is not closed is not shown.
TAGS_AND_SPACE = re.compile(r"<[a-zA-Z/!?][^>]*(?:>|\Z)|\s+")


class ServedTexts:
    """What readers get of some articles. One query, and a file for each article."""

    def __init__(self, articles: Iterable[int]) -> None:
        rows = Article.objects.public().filter(pk__in=articles)
        self.live = dict(rows.values_list("pk", "live"))

    def faults(self, edition: Edition) -> Iterator[str]:
        """Yield faults of the page on which this edition is shown; nothing if it is not the live one.

        A page without a file is not a fault: the site renders it on request.
        """
        if self.live.get(edition.article_id) != edition.pk:
            return
        path = reverse("article", args=[edition.article_id])
        page = (baking.served_page(path) or b"").decode(errors="replace")
        if page and not _shows(page, edition) and not _is_being_baked(path, edition):
            yield "the page that readers get has another text"


def withdrawn_pages_served() -> Iterator[str]:
    """Yield a sentence for each article that is withdrawn and has a page all the same."""
    withdrawn = Article.objects.filter(withdrawn_at__isnull=False).order_by("pk").values_list("pk", flat=True)
    for number in withdrawn.iterator(chunk_size=2000):
        path = reverse("article", args=[number])
        if baking.served_page(path) is not None and not BakeJob.objects.filter(path=path).exists():
            yield f"Article {number} is withdrawn, and readers get its page."


def _shows(page: str, edition: Edition) -> bool:
    content = edition.revision.content if isinstance(edition.revision.content, dict) else {}
    title, text = _between_tags(TITLE, page, "</h1>"), _between_tags(TEXT, page, "</section>")
    return (
        title is not None
        and text is not None
        and _readable(title) == _readable(html.escape(str(content.get("title"))))
        and _readable(PLAYER.sub("", text)) == _readable(str(content.get("body")))
    )


def _between_tags(opening: re.Pattern[str], page: str, closing: str) -> str | None:
    """Return the text between the first opening tag and the next closing tag; None without them."""
    begin = opening.search(page)
    end = page.find(closing, begin.end()) if begin else -1
    return page[begin.end() : end] if begin and end >= 0 else None


def _readable(markup: str) -> str:
    plain = TAGS_AND_SPACE.sub("", LINKED_FILES.sub("", markup))
    return "".join(html.unescape(plain).split())


def _is_being_baked(path: str, edition: Edition) -> bool:
    """Return True if the page is about to be replaced, or was since the edition was read."""
    is_live = Article.objects.filter(pk=edition.article_id, live=edition.pk).exists()
    return not is_live or BakeJob.objects.filter(path=path).exists()
