"""The reading (sign-off) pages of the desk: the queue, and the page on which a text is read and decided about."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import change_sets, review, second_factor
from ..checks import hit, hits, provenance
from ..checks.rules import Severity
from ..checks.seen import place_hits
from ..duty_assignments import permissions, reading
from ..models import Article, SetAside, SignOff
from ..refusals import Problem, Refusal
from .account_choice import AccountChoiceField
from .acting_user import acting_user
from .article_actions import add_refusal, publishing_acts, refusal_sentences
from .article_screen import ArticleScreen
from .marginal_notes import notes_context
from .marked_copy import copy_for_reading
from .masking import may_mask
from .reprint import original_for_reading
from .review_decided import propose_withdrawal, sentence_of_decision
from .review_trail import article_trail

NO_COLLEAGUE = Problem("review.no_colleague", gettext_lazy("Choose the colleague to hand it on to."))
NO_BUTTON = Problem("review.no_button", gettext_lazy("Press one of the buttons to decide."))
SHOWN_IN_QUEUE = 100
# The value of a check box in the queue: the article's number and the revision that was shown.
TICKED = re.compile(r"(?P<number>\d{1,18})-(?P<revision>\d{1,9})")


class DecisionForm(forms.Form):
    """A reader's decision. The verbs check which fields a decision needs."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    opinion = forms.CharField(
        label=gettext_lazy("Opinion, or the reason"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed for everything but signing off."),
    )
    note = forms.CharField(
        label=gettext_lazy("What readers are told about this change"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Readers see another text now. A correction needs this note; it is signed with the first reading, or goes "
            "back there with the text."
        ),
    )
    to_stage = forms.TypedChoiceField(label=gettext_lazy("Back to"), coerce=int, required=False, empty_value=None)
    to = AccountChoiceField(User.objects.none(), label=gettext_lazy("Hand on to"), required=False)

    def __init__(self, article: Article, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [review.stage_name(stage, article.stages) for stage in range(1, article.stage)]
        stages = [(0, _("its writers")), *enumerate(names, start=1)]
        cast(forms.TypedChoiceField, self.fields["to_stage"]).choices = stages
        cast(AccountChoiceField, self.fields["to"]).queryset = review.accounts_with_reading_duty(article).exclude(
            pk=user.pk
        )
        self.fields["revision"].initial = article.newest.number
        self.fields["note"].initial = article.note
        if not review.may_write_note(article):
            del self.fields["note"]

    def clean(self) -> dict[str, Any]:
        """Ignore errors of the colleague's field unless the decision is to hand the reading on.

        A note that was not sent is left as it is; one that was sent empty is removed.
        """
        if self.data.get("decision") != "hand_on":
            self.errors.pop("to", None)
        if "note" not in self.data:
            self.cleaned_data.pop("note", None)
        return super().clean() or {}


def apply_decision(article: Article, decision: str, facts: dict[str, Any], *, by: User) -> SignOff:
    """Call the verb of the button that was pressed. Raises what the verb raises; CannotDecide for no button."""
    opinion = facts["opinion"]
    match decision:
        case "pass":
            return review.sign_off_reading(
                article, by=by, revision=facts["revision"], opinion=opinion, note=facts.get("note")
            )
        case "back":
            to_stage = facts.get("to_stage") or 0
            return review.send_back(article, by=by, reason=opinion, to_stage=to_stage, note=facts.get("note"))
        case "hold":
            return review.put_on_hold(article, by=by, reason=opinion)
        case "reject":
            return review.reject_article(article, by=by, reason=opinion)
        case "hand_on" if facts.get("to"):
            return review.hand_on_reading(article, by=by, to=facts["to"], reason=opinion, note=facts.get("note"))
        case "hand_on":
            raise review.CannotDecide(NO_COLLEAGUE)
    raise review.CannotDecide(NO_BUTTON)


def review_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """Show the text, what changed in it and the decision form; POST decides, and leads to the next text in the queue.

    Everybody who may see the article may open the page; the verbs check who may decide.
    """
    article = screen.get_article(request, number)
    user = acting_user(request)
    previous, following = review.neighbours_in_queue(user, article, most=SHOWN_IN_QUEUE)
    beside = {"previous": previous, "following": following}
    form = DecisionForm(article, user, request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            decision = apply_decision(article, request.POST.get("decision", ""), form.cleaned_data, by=user)
        except Refusal as refusal:
            add_refusal(form, refusal)
            status = HTTPStatus.FORBIDDEN if isinstance(refusal, review.CannotDecide) else HTTPStatus.OK
        else:
            screen.message_user(request, sentence_of_decision(decision, user), messages.SUCCESS)
            if review.rejection_of_public_text(decision.article):
                return propose_withdrawal(screen, request, decision)
            return _after_decision(user, number, following)
    title = _("Reading “%(title)s”") % {"title": article}
    context = {**_review_context(article, user), **beside}
    response = screen.render_page(request, article, "review", title, form=form, **context)
    response.status_code = status
    return response


def _after_decision(user: User, number: int, following: int | None) -> HttpResponse:
    """Redirect to the next text of the queue, to the queue if there is none, or, for other people, to the article."""
    if following:
        return redirect("admin:articles_article_review", following)
    return redirect("admin:queue") if may_read_anywhere(user) else redirect("admin:articles_article_change", number)


def _review_context(article: Article, user: User) -> dict[str, Any]:
    """Return what the page shows next to the form: the text, what changed, its problems and its decisions."""
    before, before_name = review.text_seen_before(article, user)
    is_waiting = 0 < article.stage <= article.stages
    why_not = review.decision_refusal(article, user)
    problems = review.open_problems(article)
    found = hits.hits_to_show(article)
    return {
        "why_not": why_not,
        "turn": review.sentence_of_turn(article) if why_not and is_waiting else "",
        "reading": review.stage_name(article.stage, article.stages) if is_waiting else "",
        "trail": article_trail(article),
        "before": before_name,
        "before_revision": before.number if before and before.digest != article.newest.digest else None,
        "copy": copy_for_reading(article, before),
        **notes_context(article, user),
        **original_for_reading(article),
        "problems": [
            *(problem for problem in problems if problem.id != hit.TO_SET_ASIDE.id),
            *review.unsettled_problems(article),
        ],
        "hits": place_hits(found, article.newest.content),
        "warned": sum(1 for hit in found if hit.rule.severity != Severity.INFO),
        "set_aside": SetAside.objects.filter(article=article).select_related("by__person")[:SHOWN_IN_QUEUE],
        "may_mask": may_mask(user, article),
        "void_warning": "" if review.may_correct(article, user) else review.void_warning(article),
        "may_set_aside": review.may_set_aside(user, article),
        "may_ignore": review.may_ignore(user, article),
        "may_allow_source": any(problem.id in provenance.MAY_BE_ALLOWED for problem in problems)
        and review.may_allow_source(user, article),
        "correction_rule": "" if why_not else review.correction_rule(article),
        "corrected": None if why_not else review.correction_problem(article, user),
        "publishing_acts": publishing_acts(user, article),
        "own": not why_not and review.has_written(article, user),
    }


def may_read_anywhere(user: User) -> bool:
    """Return True if the user has a reading duty in any section."""
    return permissions.has_duty_anywhere(user, *permissions.READINGS)


def with_reading_names(articles: Iterable[Article]) -> list[Article]:
    """Return the articles, each with an attribute `reading` for the template: the name of the reading it waits for."""
    rows = list(articles)
    for row in rows:
        waits = 0 < row.stage <= row.stages
        row.reading = review.stage_name(row.stage, row.stages) if waits else ""  # type: ignore[attr-defined]
    return rows


def first_rows(waiting: QuerySet[Article], most: int) -> tuple[list[Article], int]:
    """Return the first `most` of the waiting texts, as `with_reading_names` does, and the number of all of them."""
    rows = with_reading_names(waiting[: most + 1])
    return rows[:most], waiting.count() if len(rows) > most else len(rows)


def queue_view(request: HttpRequest) -> HttpResponse:
    """Show the articles the user may decide about now; POST signs off the ticked ones."""
    user = acting_user(request)
    if not may_read_anywhere(user):
        raise PermissionDenied(_("You have no readings to do: you do not have a reading duty."))
    if request.method == "POST":
        sign_selected(request)
        return redirect("admin:queue")
    rows, count = first_rows(review.readings_waiting_for(user), SHOWN_IN_QUEUE)
    held, held_count = first_rows(review.readings_waiting_for(user, on_hold=True), SHOWN_IN_QUEUE)
    context = {
        **admin.site.each_context(request),
        "title": _("My queue"),
        "rows": rows,
        "count": count,
        "held": held,
        "held_count": held_count,
        "change_sets": change_sets.change_sets_to_act_on(user).select_related("proposed_by__person")[:SHOWN_IN_QUEUE],
        "urgent": _urgent_rows(user, {row.pk for row in (*rows, *held)}),
    }
    return TemplateResponse(request, "admin/review_queue.html", context)


def _urgent_rows(user: User, shown: set[int]) -> list[Article]:
    """Return the urgent news the user answers for that waits for others, without the rows that are shown anyway."""
    if not permissions.has_duty_anywhere(user, permissions.Duty.URGENT):
        return []
    return [row for row in with_reading_names(review.urgent_texts_unread(user)[:SHOWN_IN_QUEUE]) if row.pk not in shown]


def sign_selected(request: HttpRequest) -> None:
    """Sign off the ticked articles, each in its own transaction; a refusal is shown and does not stop the others."""
    ticked = [found for value in request.POST.getlist("article") if (found := TICKED.fullmatch(value))]
    opinion = request.POST.get("opinion", "")
    user = acting_user(request)
    signed = 0
    for tick in ticked[:SHOWN_IN_QUEUE]:
        article = reading.readable_articles(user).filter(pk=tick["number"]).first()
        if article is None:
            continue
        try:
            decision = review.sign_off_reading(article, by=user, revision=int(tick["revision"]), opinion=opinion)
        except second_factor.ProofNeeded:
            raise  # those before it are signed, and are refused when the form is sent again
        except Refusal as refusal:
            messages.error(request, f"{article.number} {article.title}: {' '.join(refusal_sentences(refusal))}")
        else:
            if decision.decision == SignOff.Decision.PASS:
                signed += 1
            else:
                messages.warning(request, f"{article.number} {article.title}: {decision.get_decision_display()}")
    if signed:
        messages.success(request, _("Signed off: %(count)d.") % {"count": signed})
    elif not ticked:
        messages.warning(request, _("Tick the articles to sign off."))
