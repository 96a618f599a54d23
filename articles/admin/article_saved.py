"""Messages after an article was saved with its form, and the redirect: submitted, to its decision, or back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from .. import review
from ..models import Article, Revision, SignOff
from ..reconciling import JointSave
from ..refusals import Refusal, join_sentences
from .acting_user import acting_user
from .article_actions import refusal_sentences
from .article_screen import ArticleScreen
from .reconciling import sentence_of_joint_save


def respond_to_save(screen: ArticleScreen, request: HttpRequest, saved: JointSave) -> HttpResponse:
    """Report what was removed or merged, submit the article if requested, and redirect to its form."""
    revision, user = saved.revision, acting_user(request)
    for sentence in revision.removed:
        screen.message_user(request, sentence, messages.WARNING)
    submission, refused = None, ""
    if "_submit" in request.POST:
        try:
            submission = review.submit_article(revision.article, by=user)
        except Refusal as refusal:
            refused = join_sentences([_("Not submitted:"), *refusal_sentences(refusal)])
    screen.message_user(request, _sentence_of_save(revision, submission), messages.SUCCESS)
    if saved.names:
        screen.message_user(request, sentence_of_joint_save(saved), messages.WARNING)
    if refused:
        screen.message_user(request, refused, messages.ERROR)
    article = revision.article
    if revision.stage:
        article.refresh_from_db()
        corrected = review.correction_problem(article, user)
        if corrected:
            screen.message_user(request, str(corrected), messages.WARNING)
    if submission:
        _warn_of_problems(screen, request, article)
    if "_decide" in request.POST and review.may_correct(article, user):
        return redirect("admin:articles_article_review", revision.article_id)
    return redirect("admin:articles_article_change", revision.article_id)


def _sentence_of_save(revision: Revision, submission: SignOff | None) -> str:
    """Return the one sentence about a save: as which revision, and if it was submitted, whose turn it is."""
    if submission is None:
        sentence = _("Saved as revision %(number)d. Readers see it once it is published.")
        return sentence % {"number": revision.number}
    sentence = _("Revision %(number)d is saved and submitted.") % {"number": revision.number}
    return join_sentences([sentence, review.sentence_of_turn(submission.article)])


def _warn_of_problems(screen: ArticleScreen, request: HttpRequest, article: Article) -> None:
    """Say what will keep a submitted article from being published, while its writer can still put it right."""
    article.refresh_from_db()
    if problems := [str(problem) for problem in review.open_problems(article)]:
        sentences = [_("It cannot be published like this:"), *problems]
        screen.message_user(request, join_sentences(sentences), messages.WARNING)
