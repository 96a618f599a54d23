"""The list of articles: one search box over all texts that a person may read, chips, ticks, pages that follow a key."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import kept_views, presence, reads, review, search
from ..duty_assignments import permissions, reading
from ..duty_assignments.permissions import Duty
from ..models import Article, Credit, KeptView, Section, SignOff
from ..search import SearchQuery, WorkingCopyQuery
from .acting_user import acting_user
from .article_card import ShownState, reading_state, shown_state
from .article_list_acts import do_ticked, ticks_offered
from .article_screen import ArticleScreen
from .form_fields import NUMBER
from .kept_view import change_kept_views
from .picture_thumbnail import picture_thumbnail
from .presence import sentence_for_list
from .word import WordFilesForm

SHOWN = 50
RETURNED = (SignOff.Decision.BACK, SignOff.Decision.REJECT, SignOff.Decision.VOID)


class ListForm(forms.Form):
    """What is looked for, as the address has it. A field that is not valid narrows nothing, and says why."""

    q = forms.CharField(
        label=gettext_lazy("Words of the text, a person, a source, or a number"), required=False, max_length=100
    )
    state = forms.ChoiceField(choices=Article.State.choices, required=False)
    reading = forms.ChoiceField(choices=Article.Readings.choices, required=False)
    section = forms.ModelChoiceField(
        Section.objects.none(), label=gettext_lazy("section"), required=False, empty_label=gettext_lazy("All sections")
    )
    person = forms.CharField(label=gettext_lazy("Person credited"), required=False, max_length=40)
    during = forms.CharField(
        label=gettext_lazy("Day or month"),
        required=False,
        validators=[
            RegexValidator(
                r"^(19|20)\d\d-[01]\d(-[0-3]\d)?\Z",
                gettext_lazy("Write a day as 2026-11-28, or a month as 2026-11."),
            )
        ],
        widget=forms.TextInput(attrs={"placeholder": "2026-11", "size": 10}),
    )
    mine = forms.BooleanField(label=gettext_lazy("Mine"), required=False, widget=forms.TextInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = Section.objects.tree()
        field = self.fields["section"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Section.objects.all()
            field.choices = [("", field.empty_label), *((row.pk, row.name) for row in self.sections)]
        self.fields["q"].widget.attrs |= {"type": "search", "autocomplete": "off"}

    def address(self) -> str:
        """Return the query string of the fields that are valid and not empty."""
        self.full_clean()
        return urlencode({name: self.data[name] for name, value in self.cleaned_data.items() if value})

    def query(self) -> WorkingCopyQuery:
        """Return the query of the valid fields."""
        self.full_clean()
        facts = self.cleaned_data
        section, person = facts.get("section"), facts.get("person", "")
        return WorkingCopyQuery(
            words=SearchQuery.words_in(facts.get("q", "")),
            sections=tuple(row.pk for row in self.sections if section in (row, row.parent, _grandparent(row)))
            if section
            else (),
            persons=(person,) if person else (),
            mine=facts.get("mine", False),
            state=facts.get("state", ""),
            readings=facts.get("reading", ""),
            during=facts.get("during", ""),
        )


def _grandparent(section: Section) -> Section | None:
    return section.parent.parent if section.parent else None


@dataclass(frozen=True)
class ListRow:
    """An article as the list prints it.

    `returned` is why it is with its writers again, `written_by` who else has its form open; '' for neither.
    """

    article: Article
    thumbnail: SafeString | str
    byline: str
    state: ShownState
    turn: str
    returned: str
    written_by: str
    reads: int | None
    may_write: bool
    may_place: bool
    may_withdraw: bool

    @property
    def tick(self) -> str:
        """The value of its check box: its number and the revision that is listed."""
        return f"{self.article.number}-{self.article.newest.number}"


def article_list_view(screen: ArticleScreen, request: HttpRequest) -> HttpResponse:
    """Show a page of the list; POST does an act with the ticked articles, each by itself."""
    if not screen.has_view_permission(request):
        raise PermissionDenied
    user = acting_user(request)
    if request.method == "POST":
        opened = None if change_kept_views(request, ListForm(request.GET).address()) else do_ticked(request)
        return redirect("admin:articles_article_change", opened) if opened else redirect(request.get_full_path())
    form = ListForm(request.GET)
    before = request.GET.get("before", "")
    page = search.find_working_copies(
        form.query(), by=user, before=int(before) if NUMBER.fullmatch(before) else None, most=SHOWN
    )
    may_write = screen.has_add_permission(request)
    context = {
        **screen.admin_site.each_context(request),
        "title": _("Articles"),
        "opts": screen.opts,
        "form": form,
        "errors": [error for name, errors in form.errors.items() if name != "before" for error in errors],
        "states": [(Article.State.DRAFT.value, _("Never published")), *Article.State.choices[1:]],
        "readings": Article.Readings.choices,
        "rows": list_rows(page.numbers, user),
        "following": page.following,
        "kept": list(KeptView.objects.filter(user=user)[: kept_views.MOST_VIEWS]),
        "is_complete": search.is_working_index_complete(),
        "may_write": may_write,
        "templates": list(reading.templates_for(user).select_related("latest").defer("body", "latest__content")[:SHOWN])
        if may_write
        else [],
        "ticks": ticks_offered(user),
        "word_form": WordFilesForm(request) if may_write else None,
    }
    return TemplateResponse(request, "admin/articles/article/list.html", context)


def list_rows(numbers: list[int], user: User) -> list[ListRow]:
    """Return the rows of these articles, in this order. A few queries, whatever the number of articles."""
    articles = Article.objects.select_related(
        "section__parent", "live", "latest__created_by__person", "cover", "shown_cover", "handed_to__person"
    ).defer("body", "latest__content")
    found = articles.in_bulk(numbers)
    counted, decisions, bylines = reads.reads_since_yesterday(found), review.last_decisions(found), _bylines(found)
    own, present = _own_articles(user, found), presence.people_present(found, but=user)
    rows = []
    for article in (found[number] for number in numbers if number in found):
        picture = article.shown_cover or article.cover
        rows.append(
            ListRow(
                article=article,
                thumbnail=picture_thumbnail(picture, beside_its_words=True) if picture else "",
                byline=bylines.get(article.pk, ""),
                state=shown_state(article),
                turn=turn_of(article),
                returned=reason_of_return(article, decisions.get(article.pk)),
                written_by=sentence_for_list(present.get(article.pk, [])),
                reads=counted.get(article.pk, 0) if article.live else None,
                may_write=permissions.has_duty(user, Duty.WRITE, article.section)
                and (article.pk in own or reading.may_read_section(user, article.section)),
                may_place=permissions.has_duty(user, Duty.PUBLISH, article.section),
                may_withdraw=bool(article.live) and permissions.has_duty(user, Duty.WITHDRAW, article.section),
            )
        )
    return rows


def _own_articles(user: User, found: dict[int, Article]) -> set[int]:
    """Return which of the articles are the user's own; asks only about those that they read for no other reason."""
    others = [number for number, article in found.items() if not reading.may_read_section(user, article.section)]
    return reading.own_articles(user, others) if others else set()


def turn_of(article: Article) -> str:
    """Return whose turn it is with this article; '' where nothing is to be done."""
    state = reading_state(article)
    if state and article.handed_to and not article.scheduled_for:
        return _("%(reading)s, handed to %(name)s") % {"reading": state, "name": article.handed_to}
    if state or article.state in (Article.State.LIVE, Article.State.WITHDRAWN, Article.State.EXPIRED):
        return state
    return _("With its writers")


def reason_of_return(article: Article, decision: SignOff | None) -> str:
    """Return who sent the text back to its writers and why, while it is with them; '' otherwise."""
    if article.stage or decision is None or decision.decision not in RETURNED:
        return ""
    facts = {"decision": decision.get_decision_display(), "name": decision.person_name, "why": decision.opinion}
    return (_("%(decision)s by %(name)s: %(why)s") if decision.opinion else _("%(decision)s by %(name)s")) % facts


def _bylines(numbers: Iterable[int]) -> dict[int, str]:
    """Return the names of those who wrote each article."""
    names: dict[int, list[str]] = {}
    writing = Credit.objects.filter(article__in=list(numbers), role__in=Credit.WRITING).order_by("position", "pk")
    for number, name in writing.values_list("article", "person__name"):
        names.setdefault(number, []).append(name)
    return {number: " ".join(dict.fromkeys(found)) for number, found in names.items()}
