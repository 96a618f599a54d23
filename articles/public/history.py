"""The readers' view of what an article said before: its editions, its corrections, and what they changed."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import comparing
from ..comparing import Change, Line, Span
from ..models import Article, AuditEntry, Edition
from . import metadata, views
from .page import breadcrumb, note_of, seen_of

SHOWN_EDITIONS = 50
# Lines shown of one part that changed, and characters kept of the unchanged text on either side of a change.
SHOWN_LINES = 40
AROUND = 24
# Characters of text compared for one page; the oldest editions beyond are listed without what they changed.
MOST_COMPARED = 500_000


@dataclass(frozen=True)
class Part:
    """One part of an article that an edition changed: the changed lines, and how many more there are."""

    label: str
    lines: tuple[Line, ...]
    more: int


@dataclass
class Row:
    """One edition as readers are told of it; `hidden` is a sentence where they may not see what it changed."""

    edition: Edition
    note: str
    changes: tuple[Part, ...] = ()
    hidden: str = ""


@require_safe
def history(request: HttpRequest, number: int) -> HttpResponse:
    """The newest editions, newest first, each with what it changed where its section lets readers see that.

    An article of one edition has no history; the address leads to the article.
    """
    article = views.published(request, number)
    if not article.is_public:
        return views.gone(request, article.state)
    if article.live.number == 1:
        return redirect(article.get_absolute_url())
    context = {
        "article": article,
        "rows": _rows(article),
        "older": max(0, article.live.number - SHOWN_EDITIONS),
        "crumbs": breadcrumb(article.live.section),
        "meta": metadata.for_history(article),
    }
    return render(request, "public/history.html", context)


def _rows(article: Article) -> list[Row]:
    editions = list(article.editions.select_related("revision", "section").order_by("-number")[: SHOWN_EDITIONS + 1])
    rows = [Row(edition, note_of(edition)) for edition in editions[:SHOWN_EDITIONS]]
    taken_back = _taken_back(article) if len(editions) > 1 else set()
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
            row.changes = tuple(_part(change) for change in _changes(before, row.edition))
    return rows


def _taken_back(article: Article) -> set[int]:
    """The numbers of editions that were withdrawn and not put back: no comparison may say again what they said."""
    acts = AuditEntry.objects.filter(
        object_type="article", object_id=str(article.pk), action__in=["article.withdrawn", "article.put_back"]
    )
    numbers: set[int] = set()
    for action, number in acts.order_by("pk").values_list("action", "details__edition"):
        (numbers.add if action == "article.withdrawn" else numbers.discard)(number)
    return numbers


def _changes(before: Edition, after: Edition) -> list[Change]:
    names: dict[str, str] = {}
    return comparing.compare(_named(seen_of(before), names), _named(seen_of(after), names))


def _named(content: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
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


def _part(change: Change) -> Part:
    lines = change.changed_lines
    return Part(change.label, tuple(map(_shortened, lines[:SHOWN_LINES])), max(0, len(lines) - SHOWN_LINES))


def _shortened(line: Line) -> Line:
    """The line with some words around each change, and … for the rest."""
    last = len(line.spans) - 1
    spans = []
    for place, span in enumerate(line.spans):
        text = span.text
        if span.kind == "same":
            head, tail = text[:AROUND] if place else "", text[-AROUND:] if place < last else ""
            text = text if len(head + tail) >= len(text) else f"{head}…{tail}"
        spans.append(Span(span.kind, text))
    return Line(tuple(spans))
