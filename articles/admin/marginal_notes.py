"""Marginal notes and suggestions at the desk: the page of an article's notes, which works without scripts, too."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import marginal_notes, review
from ..models import Article, MarginalNote
from ..refusals import Problem, Refusal
from .acting_user import acting_user
from .article_actions import add_refusal
from .article_screen import ArticleScreen
from .form_fields import NUMBER

NO_ACT = Problem("marginal_notes.no_act", gettext_lazy("Press one of the buttons."))
ANSWERS = "answer", "done", "take", "decline"


class NoteForm(forms.Form):
    """A new note or suggestion. The verbs check what either needs; a script fills in the surroundings of the words."""

    quote = forms.CharField(
        label=gettext_lazy("Words of the text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Select them in the text, or copy them here."),
    )
    text = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    replacement = forms.CharField(
        label=gettext_lazy("Other words for them"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    before = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    after = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)


def notes_context(article: Article, user: User, form: NoteForm | None = None) -> dict[str, Any]:
    """Return what the panel of notes shows: the notes, the form of a new one, and what this user may do with them."""
    return {
        "notes": marginal_notes.notes_of(article, user),
        "note_form": form or NoteForm(),
        "may_judge": marginal_notes.may_judge_suggestions(user, article),
        "void_warning": "" if review.may_correct(article, user) else review.void_warning(article),
    }


def notes_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """Show the notes of an article; POST writes, answers or closes one, and redirects to the page it came from."""
    article = screen.get_article(request, number)
    user = acting_user(request)
    form = NoteForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            _do(article, request, form.cleaned_data, by=user)
        except Refusal as refusal:
            add_refusal(form, refusal)
            status = HTTPStatus.CONFLICT
        except ValidationError as refusal:
            form.add_error(None, refusal)
            status = HTTPStatus.CONFLICT
        else:
            screen.message_user(request, _("Done; the note is next to the text."), messages.SUCCESS)
            page = "review" if request.POST.get("page") == "review" else "notes"
            return redirect(f"admin:articles_article_{page}", number)
    title = _("Notes on “%(title)s”") % {"title": article}
    response = screen.render_page(request, article, "marginal_notes", title, **notes_context(article, user, form))
    response.status_code = status
    return response


def _do(article: Article, request: HttpRequest, facts: dict[str, Any], *, by: User) -> None:
    """Call the verb of the pressed button. Raises what it raises; CannotNote without a button."""
    quoted = {"quote": facts["quote"], "text": facts["text"], "prefix": facts["before"], "suffix": facts["after"]}
    act = request.POST.get("act", "")
    if act == "note":
        marginal_notes.write_marginal_note(article, by=by, **quoted)
    elif act == "suggest":
        marginal_notes.suggest_words(article, by=by, replacement=facts["replacement"], **quoted)
    elif act in ANSWERS:
        _answer(_chosen_note(article, request.POST.get("note", "")), act, request, by=by)
    else:
        raise marginal_notes.CannotNote(NO_ACT)


def _answer(note: MarginalNote, act: str, request: HttpRequest, *, by: User) -> None:
    match act:
        case "answer":
            marginal_notes.answer_note(note, by=by, text=request.POST.get("answer", ""))
        case "done":
            marginal_notes.close_note(note, by=by)
        case "take":
            marginal_notes.take_suggestion(note, by=by, voiding="voiding" in request.POST)
        case "decline":
            marginal_notes.decline_suggestion(note, by=by)


def _chosen_note(article: Article, key: str) -> MarginalNote:
    """Return a note of this article. Raises Http404."""
    notes = MarginalNote.objects.filter(article=article).select_related("article")
    note = notes.filter(pk=key).first() if NUMBER.fullmatch(key) else None
    if note is None:
        raise Http404
    return note
