"""The readers' view of what an article said before: its editions, its corrections, and what they changed."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ... import comparing
from ...comparing import ComparedLine, ContentChange, TextSpan
from ...models import Article, AuditEntry, Edition
from ..machines import page_metadata
from . import views
from .article_page import edition_note, public_content, section_breadcrumb

SHOWN_EDITIONS = 50
# Lines shown of one part that changed, and characters kept of the unchanged text on either side of a change.
SHOWN_LINES = 40
AROUND = 24
# Characters of text compared for one page; the oldest editions beyond are listed without what they changed.
MOST_COMPARED = 500_000


@dataclass(frozen=True)
class HistoryPart:
    """One part of an article that an edition changed: the changed lines, and how many more there are."""

    label: str
    lines: tuple[ComparedLine, ...]
    more: int


@dataclass
class HistoryRow:
    """One edition as readers are told of it; `hidden` is a sentence where they may not see what it changed."""

    edition: Edition
    note: str
    changes: tuple[HistoryPart, ...] = ()
    hidden: str = ""


@require_safe
def history_view(request: HttpRequest, number: int) -> HttpResponse:
    """The newest editions, newest first, each with what it changed where its section lets readers see that.

    An article of one edition has no history; the address leads to the article.
    """
    article = views.published_article(request, number)
    if not article.is_public:
        return views.gone_response(request, article.state)
    if article.live.number == 1:
        return redirect(article.get_absolute_url())
    context = {
        "article": article,
        "rows": _history_rows(article),
        "older": max(0, article.live.number - SHOWN_EDITIONS),
        "crumbs": section_breadcrumb(article.live.section),
        "meta": page_metadata.history_metadata(article),
    }
    return render(request, "public/history.html", context)


def _history_rows(article: Article) -> list[HistoryRow]:
    editions = list(article.editions.select_related("revision", "section").order_by("-number")[: SHOWN_EDITIONS + 1])
    rows = [HistoryRow(edition, edition_note(edition)) for edition in editions[:SHOWN_EDITIONS]]
    taken_back = _withdrawn_editions(article) if len(editions) > 1 else set()
    compared = 0
    for row, before in zip(rows, editions[1:], strict=False):
        if not row.edition.section.shows_changes or row.edition.digest == before.digest:
            continue
        compared += len(before.revision.content["body"]) + len(row.edition.revision.content["body"])
        if before.number in taken_back:
            row.hidden = _("The text before was withdrawn, so it is not shown here again.")
        elif compared > MOST_COMPARED:
            row.hidden = _("What this edition changed is too long to be shown here.")
        else:
            row.changes = tuple(_history_part(change) for change in _edition_changes(before, row.edition))
    return rows


def _withdrawn_editions(article: Article) -> set[int]:
    """The numbers of editions that were withdrawn and not put back: no comparison may say again what they said."""
    acts = AuditEntry.objects.filter(
        object_type="article", object_id=str(article.pk), action__in=["article.withdrawn", "article.put_back"]
    )
    numbers: set[int] = set()
    for action, number in acts.order_by("pk").values_list("action", "details__edition"):
        (numbers.add if action == "article.withdrawn" else numbers.discard)(number)
    return numbers


def _edition_changes(before: Edition, after: Edition) -> list[ContentChange]:
    names: dict[str, str] = {}
    return comparing.compare_contents(
        _with_file_names(public_content(before), names), _with_file_names(public_content(after), names)
    )


def _with_file_names(content: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The content with its files called picture 1, picture 2 … in place of their hashes; `names` is shared by both."""

    def named(file: dict[str, Any], name: str) -> dict[str, Any]:
        count = sum(known.startswith(name) for known in names.values()) + 1
        return {**file, "sha256": names.setdefault(file["sha256"], f"{name} {count}")}

    return {
        **content,
        "pictures": [named(picture, _("picture")) for picture in content["pictures"]],
        "cover": named(content["cover"], _("picture")) if content["cover"] else None,
        "attachments": [named(attachment, _("file")) for attachment in content["attachments"]],
    }


def _history_part(change: ContentChange) -> HistoryPart:
    lines = change.changed_lines
    return HistoryPart(change.label, tuple(map(_shortened_line, lines[:SHOWN_LINES])), max(0, len(lines) - SHOWN_LINES))


def _shortened_line(line: ComparedLine) -> ComparedLine:
    """The line with some words around each change, and … for the rest."""
    last = len(line.spans) - 1
    spans = []
    for place, span in enumerate(line.spans):
        text = span.text
        if span.kind == "same":
            head, tail = text[:AROUND] if place else "", text[-AROUND:] if place < last else ""
            text = text if len(head + tail) >= len(text) else f"{head}…{tail}"
        spans.append(TextSpan(span.kind, text))
    return ComparedLine(tuple(spans))
