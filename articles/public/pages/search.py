"""The search page. It is never baked, so that it does not find articles withdrawn a moment ago."""

from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ... import merging, search
from ...models import Article, Person, Section, Source
from ..machines import page_metadata
from .page_batch import PageBatch

PAGE_SIZE, MOST_PAGES = 20, 20
NEWEST = 6  # articles shown if nothing was found
REFINING = ("section", "person", "keyword", "source", "since", "until", "order")  # fields besides the words
DAYS = {"min": "1949-10-01", "max": "2100-12-31"}


class ForgivingDayField(forms.DateField):
    """A day as browsers send it, from 1949 to 2100; others are invalid."""

    widget = forms.DateInput(attrs={"type": "date", **DAYS})

    def to_python(self, value: str | datetime | date | None) -> date | None:
        day = super().to_python(value)
        if day and not date.fromisoformat(DAYS["min"]) <= day <= date.fromisoformat(DAYS["max"]):
            raise forms.ValidationError(self.error_messages["invalid"])
        return day


class SearchForm(forms.Form):
    """The search form; every field may be empty."""

    q = forms.CharField(label=gettext_lazy("Words"), required=False)
    section = forms.ChoiceField(label=gettext_lazy("Section"), required=False)
    person = forms.CharField(label=gettext_lazy("Author or editor"), required=False, max_length=40)
    keyword = forms.CharField(label=gettext_lazy("Keyword"), required=False, max_length=40)
    source = forms.CharField(label=gettext_lazy("Source"), required=False, max_length=80)
    since = ForgivingDayField(
        label=gettext_lazy("From day"),
        required=False,
        error_messages={"invalid": gettext_lazy("This is not a valid date; write it like 2026-05-31.")},
    )
    until = ForgivingDayField(
        label=gettext_lazy("To day"),
        required=False,
        error_messages={"invalid": gettext_lazy("This is not a valid date; write it like 2026-05-31.")},
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[("", gettext_lazy("Best first")), ("time", gettext_lazy("Newest first"))],
    )

    def __init__(self, data: QueryDict, sections: list[Section]) -> None:
        super().__init__(data, label_suffix="")
        self.sections = [section for section in sections if section.last_ordinal]
        names = [(s.slug, "　" * (s.level - 1) + s.name) for s in self.sections]
        cast(forms.ChoiceField, self.fields["section"]).choices = [("", _("All sections")), *names]
        attributes = {"type": "search", "maxlength": search.MAX_QUERY_LENGTH, "enterkeyhint": "search"}
        self.fields["q"].widget = forms.TextInput(attributes)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        since, until = facts.get("since"), facts.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end is before the beginning; swap the two."))
        return facts

    def query(self) -> search.SearchQuery:
        """Return the query of the valid fields; empty and invalid fields are left out."""
        facts = self.cleaned_data
        chosen = [s for s in self.sections if facts.get("section") in {s.slug, *(a.slug for a in _sections_above(s))}]
        return search.SearchQuery(
            words=search.SearchQuery.words_in(facts.get("q") or ""),
            sections=tuple(chosen) if facts.get("section") else (),
            persons=merging.printed_names(Person, facts.get("person") or ""),
            keyword=facts.get("keyword") or "",
            sources=merging.printed_names(Source, facts.get("source") or ""),
            since=facts.get("since"),
            until=facts.get("until"),
            by_time=facts.get("order") == "time",
        )


@never_cache
@require_safe
def search_view(request: HttpRequest) -> HttpResponse:
    """The form and the hits. Errors are shown next to their fields, and the input is kept."""
    site = PageBatch.of_request(request).site
    form = SearchForm(request.GET, site.sections)
    form.is_valid()
    query = form.query()
    number = _page_number(request.GET.get("page", ""))
    found = search.search_articles(query, first=(number - 1) * PAGE_SIZE, most=PAGE_SIZE) if not form.errors else None
    hits = found.hits if found else []
    has_older = found and number < MOST_PAGES and found.total > number * PAGE_SIZE
    words = request.GET.get("q", "")[: search.MAX_QUERY_LENGTH]
    context = {
        "form": form,
        "asked": not query.is_empty or bool(words),
        "found": found,
        "hits": hits,
        "simplified": simplified if (simplified := search.simplified_text(words)) != words else "",
        "refined": any(request.GET.get(name) for name in REFINING),
        "newer": _page_address(request, number - 1) if number > 1 else "",
        "older": _page_address(request, number + 1) if has_older else "",
        "suggestions": search.suggest_searches(query) if found and not hits and number == 1 else [],
        "newest": [] if hits else list(Article.objects.public().for_lists()[:NEWEST]),
        "meta": page_metadata.search_metadata(request.GET.get("q", "")),
    }
    return render(request, "public/search.html", context)


def _sections_above(section: Section) -> list[Section]:
    """Return the parent of a section, its parent, and so on."""
    found = []
    while section.parent:
        section = section.parent
        found.append(section)
    return found


def _page_number(text: str) -> int:
    """Return the number of the page, at most MOST_PAGES; 1 for what is not a number."""
    return min(int(text), MOST_PAGES) if text.isascii() and text.isdigit() and 0 < len(text) < 9 and int(text) else 1


def _page_address(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"{request.path}?{query.urlencode()}"
