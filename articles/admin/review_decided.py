"""Messages after a decision about a text, with the next act, and the redirect after a rejection of a public text."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from .. import review
from ..duty_assignments import permissions
from ..models import SignOff
from ..refusals import join_sentences
from .acting_user import acting_user
from .article_actions import publishing_acts
from .article_screen import ArticleScreen


def sentence_of_decision(decision: SignOff, user: User) -> str:
    """Return what was decided about which text, and whose turn it is now; with links for users who may publish it."""
    article = decision.article
    facts = {
        "decision": decision.get_decision_display(),
        "reading": review.stage_name(decision.stage, decision.stages),
        "title": article,
    }
    done = _("%(decision)s (%(reading)s): “%(title)s”.") % facts
    sentence = join_sentences([done, review.sentence_of_turn(article)])
    acts = [
        (reverse(f"admin:articles_article_{act.name}", args=[article.pk]), act.button)
        for act in publishing_acts(user, article)
    ]
    links = format_html_join(" · ", '<a href="{}">{}</a>', acts)
    return format_html("{} {}", sentence, links) if acts else sentence


def propose_withdrawal(screen: ArticleScreen, request: HttpRequest, rejection: SignOff) -> HttpResponse:
    """After public urgent news was rejected: redirect to its withdrawal, or say who has to be told."""
    article = rejection.article
    if permissions.has_duty(acting_user(request), permissions.Duty.WITHDRAW, article.section):
        screen.message_user(
            request, _("Readers still see this text. Withdraw it here, if they must not."), messages.WARNING
        )
        return redirect("admin:articles_article_withdraw", article.pk)
    sentence = _("Readers still see this text. Those who may withdraw it find it on their first page; call them.")
    screen.message_user(request, sentence, messages.WARNING)
    return redirect("admin:articles_article_change", article.pk)
