"""Acts on ticked articles of the list: the ordinary acts, each article in its own transaction.

A refusal is shown with the article's number and title, and does not stop the others.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import copying, discarding, editing, placing, review
from ..duty_assignments import permissions, reading
from ..duty_assignments.permissions import Duty
from ..models import Article, Section
from ..refusals import Refusal, Sentence, join_sentences
from .acting_user import acting_user

# The value of a check box: the article's number and the revision that was listed.
TICKED = re.compile(r"(?P<number>\d{1,18})-(?P<revision>\d{1,9})")
MOST_TICKED = 50


class ActForm(forms.Form):
    """Input of some acts in addition to the ticks."""

    to = forms.ModelChoiceField(Section.objects.all(), required=False)
    pinned_until = forms.DateTimeField(required=False)


def _pass(article: Article, revision: int, by: User, _facts: dict[str, Any]) -> None:
    review.sign_off_reading(article, by=by, revision=revision)


def _copy(article: Article, _revision: int, by: User, _facts: dict[str, Any]) -> int:
    return copying.copy_article(article, by=by).pk


def _discard(article: Article, _revision: int, by: User, _facts: dict[str, Any]) -> None:
    discarding.discard_draft(article, by=by)


def _move(article: Article, revision: int, by: User, facts: dict[str, Any]) -> None:
    if not facts.get("to"):
        raise ValidationError(_("Choose the section to move it to."))
    editing.move_article(article, to=facts["to"], by=by, based_on=revision)


def _pin(article: Article, _revision: int, by: User, facts: dict[str, Any]) -> None:
    if not facts.get("pinned_until"):
        raise ValidationError(_("Say until when it is pinned."))
    placing.pin_article(article, by=by, until=facts["pinned_until"])


@dataclass(frozen=True)
class TickedAct:
    """An act on ticked articles: its button, the duty required to see it, and its function for one article.

    `do` may return the number of an article to open, which happens if there was only one tick.
    """

    button: Sentence
    duties: tuple[Duty, ...]
    do: Callable[[Article, int, User, dict[str, Any]], int | None]


TICKED_ACTS = {
    "pass": TickedAct(gettext_lazy("Sign off"), permissions.READINGS, _pass),
    "copy": TickedAct(gettext_lazy("Copy as a new article"), (Duty.WRITE,), _copy),
    "move": TickedAct(gettext_lazy("Move to the section"), (Duty.WRITE,), _move),
    "pin": TickedAct(gettext_lazy("Pin until"), (Duty.PUBLISH,), _pin),
    "discard": TickedAct(gettext_lazy("Move to the bin"), (Duty.WRITE,), _discard),
}


def ticks_offered(user: User) -> dict[str, TickedAct]:
    """Return the acts whose buttons this user sees, by their names."""
    return {name: act for name, act in TICKED_ACTS.items() if permissions.has_duty_anywhere(user, *act.duties)}


def do_ticked(request: HttpRequest) -> int | None:
    """Do the act of the pressed button with each ticked article, and report refusals with their reasons.

    Returns the number of an article to open, or None. The button of a row's menu names its article itself.
    """
    name, _space, of_row = request.POST.get("act", "").partition(" ")
    act = TICKED_ACTS.get(name)
    values = [of_row] if of_row else request.POST.getlist("article")
    ticked = [found for value in values if (found := TICKED.fullmatch(value))][:MOST_TICKED]
    if act is None or not ticked:
        messages.warning(request, _("Tick articles, then press a button."))
        return None
    form = ActForm(request.POST)
    form.full_clean()
    user = acting_user(request)
    numbers = [int(tick["number"]) for tick in ticked]
    articles = reading.readable_articles(user).in_bulk(numbers)
    if name == "copy":
        articles |= reading.templates_for(user).in_bulk(numbers)
    done: list[int | None] = []
    for tick in ticked:
        article = articles.get(int(tick["number"]))
        if article is None:
            continue
        try:
            done.append(act.do(article, int(tick["revision"]), user, form.cleaned_data))
        except (Refusal, PermissionDenied, ValidationError) as refusal:
            messages.error(request, f"{article.number} {article.title}: {sentence_of(refusal)}")
    if done:
        sentence = ngettext("%(act)s: %(count)d article.", "%(act)s: %(count)d articles.", len(done))
        messages.success(request, sentence % {"act": act.button, "count": len(done)})
    return done[0] if len(ticked) == len(done) == 1 else None


def sentence_of(refusal: Exception) -> str:
    """Return what an act says that refused."""
    return join_sentences(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
