"""The history of an article for readers: its editions, its corrections, and what each of them changed."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ... import closing, comparing, publication_log
from ...comparing import ComparedLine, ContentChange, TextSpan
from ...models import Article, ClosedText, Edition
from ..machines import page_metadata
from ..public_facts import live_edition
from .article import find_published_article
from .article_page import edition_note, public_content, section_breadcrumb
from .errors import gone_response
from .typesetting import typeset_line

SHOWN_EDITIONS = 50
# Lines shown of one part that changed, and characters kept of the unchanged text on either side of a change.
SHOWN_LINES = 40
AROUND = 24
# Characters of text compared for one page; older editions beyond it are listed without their changes.
MOST_COMPARED = 500_000


@dataclass(frozen=True)
class HistoryPart:
    """One part of an article that an edition changed: the changed lines, and how many more there are."""

    label: str
    lines: tuple[ComparedLine, ...]
    more: int


@dataclass
class HistoryRow:
    """One edition in the list; `hidden` is a sentence if readers may not see what it changed, otherwise "".

    `closed` says that its text was closed, and why; None if it was not. `logged` is its number in the public log.
    """

    edition: Edition
    note: str
    closed: ClosedText | None
    logged: int | None = None
    changes: tuple[HistoryPart, ...] = ()
    hidden: str = ""


@require_safe
def history_view(request: HttpRequest, number: int) -> HttpResponse:
    """The newest editions, newest first, each with its changes if its section shows changes to readers.

    Redirects to the article if it has only one edition.
    """
    article = find_published_article(request, number)
    if not article.is_public:
        return gone_response(request, article.state)
    edition = live_edition(article)
    if edition.number == 1:
        return redirect(article.get_absolute_url())
    context = {
        "article": article,
        "rows": _history_rows(article),
        "older": max(0, edition.number - SHOWN_EDITIONS),
        "crumbs": section_breadcrumb(edition.section),
        "meta": page_metadata.history_metadata(article),
    }
    return render(request, "public/history.html", context)


def _history_rows(article: Article) -> list[HistoryRow]:
    editions = list(
        article.editions.select_related("revision", "section", "closed_text").order_by("-number")[: SHOWN_EDITIONS + 1]
    )
    shown = editions[:SHOWN_EDITIONS]
    numbers = publication_log.log_numbers(shown)
    rows = [HistoryRow(e, typeset_line(edition_note(e)), _closed_text(e), numbers.get(e.pk)) for e in shown]
    withdrawn = closing.withdrawn_editions(article) if len(editions) > 1 else set()
    compared = 0
    for row, before in zip(rows, editions[1:], strict=False):
        if not row.edition.section.shows_changes or row.edition.digest == before.digest:
            continue
        if row.closed or _closed_text(before):
            row.hidden = "" if row.closed else _("The text before was closed, so it is not shown here again.")
            continue
        compared += len(before.revision.content["body"]) + len(row.edition.revision.content["body"])
        if before.number in withdrawn:
            row.hidden = _("The text before was withdrawn, so it is not shown here again.")
        elif compared > MOST_COMPARED:
            row.hidden = _("What this edition changed is too long to be shown here.")
        else:
            row.changes = tuple(_history_part(change) for change in _edition_changes(before, row.edition))
    return rows


def _closed_text(edition: Edition) -> ClosedText | None:
    """Return why the edition's text was closed, loaded with it; None if it is open."""
    return getattr(edition, "closed_text", None)


def _edition_changes(before: Edition, after: Edition) -> list[ContentChange]:
    names: dict[str, str] = {}
    return comparing.compare_contents(
        _with_file_names(public_content(before), names), _with_file_names(public_content(after), names)
    )


def _with_file_names(content: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return the content with file hashes replaced by names such as “picture 1”.

    `names` maps hashes to names; both contents of a comparison share it.
    """

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
    """Return the line with AROUND characters on either side of each change, and … for the rest."""
    last = len(line.spans) - 1
    spans = []
    for position, span in enumerate(line.spans):
        text = span.text
        if span.kind == "same":
            head, tail = text[:AROUND] if position else "", text[-AROUND:] if position < last else ""
            text = text if len(head + tail) >= len(text) else f"{head}…{tail}"
        spans.append(TextSpan(span.kind, text))
    return ComparedLine(tuple(spans))
