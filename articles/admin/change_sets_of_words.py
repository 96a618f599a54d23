"""批量替换: words to be replaced in many articles; each place is shown, ticked or not, and the rest is a change set."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import change_sets, search
from ..change_sets import REPLACED_TEXTS, FoundWords, Replacement, TextChange
from ..duty_assignments import permissions, reading
from ..duty_assignments.permissions import Duty
from ..models import Article, ChangeSet, Section
from ..refusals import Problem, Refusal
from ..search import SearchQuery, WorkingCopyQuery
from .acting_user import acting_user
from .article_list_acts import TICKED
from .form_fields import NUMBER

SHOWN = 50  # articles of a page


class ReplaceForm(forms.Form):
    """Which words, by which, where."""

    words = forms.CharField(label=gettext_lazy("Words to be replaced"), max_length=60)
    replacement = forms.CharField(label=gettext_lazy("Words in their place"), max_length=120, required=False)
    longer = forms.CharField(
        label=gettext_lazy("Not where they are part of these longer words (one per line)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    section = forms.ModelChoiceField(
        Section.objects.all(), label=gettext_lazy("section"), required=False, empty_label=gettext_lazy("All sections")
    )
    texts = forms.MultipleChoiceField(
        label=gettext_lazy("Where"), choices=list(REPLACED_TEXTS.items()), widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("words") and not self.replacement_of(facts).words:
            self.add_error("words", _("Enter at least one visible character."))
        return facts

    def replacement_of(self, facts: dict[str, Any]) -> Replacement:
        """Return the search in the valid fields."""
        texts = tuple(facts.get("texts") or ())
        return Replacement.of_typed(facts["words"], facts.get("replacement", ""), texts, facts.get("longer", ""))

    def query(self) -> WorkingCopyQuery:
        """Return the search for articles that may have the words."""
        section: Section | None = self.cleaned_data["section"]
        sections = [row.pk for row in section.with_all_below()] if section else []
        words = SearchQuery.words_in(f"“{self.cleaned_data['words']}”")
        return WorkingCopyQuery(words=words, sections=tuple(sections))


@dataclass(frozen=True)
class ReplaceRow:
    """An article with the places of the words, and why it cannot be changed, if so."""

    article: Article
    found: list[FoundWords]
    problem: Problem | None

    @property
    def tick(self) -> str:
        """The value of its check box: its number and the revision that is shown."""
        return f"{self.article.number}-{self.article.newest.number}"


def replace_words_view(request: HttpRequest) -> HttpResponse:
    """Show the places page by page; POST goes to the next page with the ticked places, or proposes them."""
    user = acting_user(request)
    permissions.require_duty_anywhere(user, Duty.WRITE)
    asked = "words" in request.GET
    form = ReplaceForm(request.GET if asked else None, initial={"texts": list(REPLACED_TEXTS)})
    is_valid = asked and form.is_valid()
    problems: list[str] = []
    chosen = _ticked_places(request)
    if request.method == "POST" and request.POST.get("act") not in ("more", "propose"):
        raise PermissionDenied
    if is_valid and request.POST.get("act") == "propose":
        try:
            change_set = _propose(request, form, chosen, by=user)
        except Refusal as refusal:
            problems = [str(problem) for problem in refusal.problems]
        else:
            messages.success(request, _("Proposed. Those whose reading it waits for find it on their first page."))
            return redirect("admin:change_set", change_set.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Replace in many"),
        "form": form,
        "problems": problems,
        "most": change_sets.MOST_ITEMS,
        **(_words_page(request, form, user, chosen) if is_valid else {}),
    }
    return TemplateResponse(request, "admin/change_sets/replace.html", context)


def _words_page(request: HttpRequest, form: ReplaceForm, user: User, chosen: list[str]) -> dict[str, Any]:
    """What is found on the page; after a refusal, that is the page that was open."""
    proposing = request.POST.get("act") == "propose"
    before = request.POST.get("here" if proposing else "following", "")
    page = search.find_working_copies(
        form.query(), by=user, before=int(before) if NUMBER.fullmatch(before) else None, most=SHOWN
    )
    rows = _rows(page.numbers, form.replacement_of(form.cleaned_data), user)
    here = {row.tick for row in rows}
    return {
        "rows": rows,
        "replacement": form.cleaned_data["replacement"],
        "here": before,
        "following": page.following,
        "earlier": [tick for tick in chosen if tick not in here],
        "ticked": set(chosen) if proposing else here,
        "reason": request.POST.get("reason", ""),
        "note": request.POST.get("note", ""),
    }


def _rows(numbers: list[int], asked: Replacement, user: User) -> list[ReplaceRow]:
    """The articles of a page in which words would be replaced, in its order. One query."""
    articles = Article.objects.select_related("section__parent", "live", "latest").defer("body").in_bulk(numbers)
    rows = []
    for article in (articles[number] for number in numbers if number in articles):
        if found := asked.find_words(article.newest.content):
            rows.append(ReplaceRow(article, found, change_sets.reason_against_change(article, user)))
    return rows


def _ticked_places(request: HttpRequest) -> list[str]:
    """What is ticked on this page and on those before it: numbers of articles with revisions."""
    values = [*request.POST.getlist("chosen"), *request.POST.getlist("article")]
    return list(dict.fromkeys(value for value in values if TICKED.fullmatch(value)))


def _propose(request: HttpRequest, form: ReplaceForm, chosen: list[str], *, by: User) -> ChangeSet:
    asked = form.replacement_of(form.cleaned_data)
    ticks = {int(number): int(revision) for number, _dash, revision in (tick.partition("-") for tick in chosen)}
    shown = list(ticks)[: change_sets.MOST_ITEMS + 1]  # one more is refused
    articles = reading.readable_articles(by).select_related("latest").defer("body").in_bulk(shown)
    changes = [
        TextChange(number, ticks[number], asked.changed_texts(articles[number].newest.content))
        for number in shown
        if number in articles
    ]
    return change_sets.propose_change_set(
        ChangeSet.Kind.WORDS,
        changes,
        by=by,
        about=f"{asked.words} → {asked.replacement}",
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", ""),
    )
