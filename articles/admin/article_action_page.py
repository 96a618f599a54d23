"""The page of an act on an article: what must be known before it is done, its form, and what it refused."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from .. import review, unsaved_texts
from ..models import Article
from ..models.calendar_days import spell_instant
from ..refusals import Refusal, join_sentences
from .acting_user import acting_user
from .article_actions import ArticleAction, add_refusal
from .article_screen import ArticleScreen
from .error_targets import link_problems


def action_view(screen: ArticleScreen, request: HttpRequest, number: int, act: ArticleAction) -> HttpResponse:
    """The page of one act: GET shows its form, POST calls the verb and shows the form again if it refuses."""
    article, user = screen.get_article(request, number), acting_user(request)
    act = _act_on_scheduled(article, act) if article.scheduled_for else act
    form = act.form(article, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            act.do(article, by=user, **form.cleaned_data)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            screen.message_user(request, str(act.done) % form.done_facts(), messages.SUCCESS)
            return redirect("admin:articles_article_change", number)
    title = _("%(act)s: “%(title)s”") % {"act": act.button, "title": article}
    facts = _facts_before(article, act, user)
    return screen.render_page(request, article, "act_form", title, act=act, form=form, **facts)


def _act_on_scheduled(article: Article, act: ArticleAction) -> ArticleAction:
    """Return the act as its page words it for a scheduled article: another time is set, or the schedule falls away."""
    at = {"at": spell_instant(article.scheduled_for)} if article.scheduled_for else {}
    if act.name == "schedule":
        return replace(act, button=_("Alter the time of publication (now %(at)s)") % at, confirm=_("Set this time"))
    if not act.publishes:
        return act
    falls_away = _("It was to be published automatically at %(at)s; it is published now, and the schedule is dropped.")
    button = _("Publish now") if act.name == "publish" else act.button
    return replace(act, button=button, intro=join_sentences([falls_away % at, act.intro]))


def _facts_before(article: Article, act: ArticleAction, user: User) -> dict[str, Any]:
    """Return what this person must know before the act: problems, warnings, and that what they typed is not in it."""
    mine = unsaved_texts.unsaved_texts_of(user).filter(article=article)
    return {
        "problems": link_problems(article, review.open_problems(article)) if act.name == "submit" else [],
        "warnings": review.unsettled_problems(article) if act.publishes else [],
        "unsaved": mine.first() if act.takes_saved_text else None,
    }
