"""The reader's side of the desk: my queue, and the page on which a text is read and decided about."""

import re
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

from .. import audit, comparing, preview, review
from ..assignments import permissions
from ..models import Article, ArticleIsGone, SignOff
from ..refusals import Problem, Refusal
from .article_actions import refusal_sentences

NO_COLLEAGUE = Problem("review.no_colleague", gettext_lazy("Choose the colleague to hand it on to."))
NO_BUTTON = Problem("review.no_button", gettext_lazy("Press one of the buttons to decide."))
SHOWN_IN_QUEUE = 100
# An article as it was ticked: its number, and the revision that was shown.
TICKED = re.compile(r"(?P<number>\d{1,18})-(?P<revision>\d{1,9})")


class DecisionForm(forms.Form):
    """What a reader decides. Which fields a decision needs, the verb says; nothing typed is lost when it refuses."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    opinion = forms.CharField(
        label=gettext_lazy("Opinion, or the reason"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed for everything but signing off."),
    )
    to_stage = forms.TypedChoiceField(label=gettext_lazy("Back to"), coerce=int, required=False, empty_value=0)
    to = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Hand on to"), required=False)

    def __init__(self, article: Article, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [review.stage_name(stage, article.stages) for stage in range(1, article.stage)]
        self.fields["to_stage"].choices = [(0, _("its writers")), *enumerate(names, start=1)]
        self.fields["to"].queryset = eligible_readers(article).exclude(pk=user.pk)
        self.fields["to"].label_from_instance = audit.name_with_account
        self.fields["revision"].initial = article.newest.number

    def clean(self) -> dict[str, Any]:
        """A colleague who lost the duty meanwhile matters only to whoever hands on to them."""
        if self.data.get("decision") != "hand_on":
            self.errors.pop("to", None)
        return super().clean() or {}


def eligible_readers(article: Article) -> Any:
    """Accounts that hold the duty of the reading the article waits for; whether one may, the verb says."""
    if not 0 < article.stage <= article.stages:
        return User.objects.none()
    here = [article.section_id, article.section.parent_id, getattr(article.section.parent, "parent_id", None)]
    duty = permissions.duty_of_stage(article.stage, article.stages)
    held = User.objects.filter(is_active=True, assignments__duty=duty)
    rows = held.filter(assignments__section__in=[pk for pk in here if pk]) | held.filter(assignments__section=None)
    return rows.select_related("person").distinct().order_by("username")


def apply_decision(article: Article, decision: str, facts: dict[str, Any], *, by: Any) -> SignOff:
    """Do what the pressed button says; raises what the verb raises."""
    opinion = facts["opinion"]
    match decision:
        case "pass":
            return review.sign_off_reading(article, by=by, revision=facts["revision"], opinion=opinion)
        case "back":
            return review.send_back(article, by=by, reason=opinion, to_stage=facts.get("to_stage") or 0)
        case "hold":
            return review.put_on_hold(article, by=by, reason=opinion)
        case "reject":
            return review.reject_article(article, by=by, reason=opinion)
        case "hand_on" if facts.get("to"):
            return review.hand_on_reading(article, by=by, to=facts["to"], reason=opinion)
        case "hand_on":
            raise review.CannotDecide(NO_COLLEAGUE)
    raise review.CannotDecide(NO_BUTTON)


def review_view(screen: Any, request: HttpRequest, number: int) -> HttpResponse:
    """Read, see what changed, decide. Whoever may see the article may look; deciding asks again in the verb."""
    article = screen.article(request, number)
    form = DecisionForm(article, request.user, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            decision = apply_decision(article, request.POST.get("decision", ""), form.cleaned_data, by=request.user)
        except ArticleIsGone:
            raise  # there is no page any more to say it on
        except Refusal as refusal:
            for sentence in refusal_sentences(refusal):
                form.add_error(None, sentence)
            status = 403 if isinstance(refusal, review.CannotDecide) else 200
        else:
            screen.message_user(
                request,
                _("%(decision)s: “%(title)s”") % {"decision": decision.get_decision_display(), "title": article},
                messages.SUCCESS,
            )
            return redirect(
                "admin:queue" if may_read_anywhere(request.user) else "admin:articles_article_change",
                *([] if may_read_anywhere(request.user) else [number]),
            )
    before, since = comparison_base(article)
    response = screen.page(
        request,
        article,
        "review",
        _("Reading “%(title)s”") % {"title": article},
        form=form,
        why_not=review.decision_refusal(article, request.user),
        reading=review.stage_name(article.stage, article.stages) if 0 < article.stage <= article.stages else "",
        trail=decision_trail(article),
        before=since,
        changes=comparing.compare_contents(before, article.newest.content) if before else [],
        problems=review.open_problems(article),
        preview_url=preview.preview_path(article.newest),
        may_correct=review.may_correct(article, request.user),
        own=review.has_written(article, request.user),
    )
    response.status_code = status
    return response


def comparison_base(article: Article) -> tuple[dict[str, Any] | None, str]:
    """The content a reader compares with, and its name: what the reader before signed, else what the public sees."""
    if article.signed and article.signed.digest != article.newest.digest:
        link = article.signed
        return link.revision.content, _("what %(name)s signed") % {"name": link.person_name}
    if article.live and article.live.digest != article.newest.digest:
        return article.live.revision.content, _("edition %(number)d, which readers see") % {
            "number": article.live.number
        }
    return None, ""


def decision_trail(article: Article) -> list[dict[str, Any]]:
    """Every decision about the article, oldest first, each with what its reader had corrected."""
    rows = []
    chain = article.signed.chain() if article.signed else []
    seen: SignOff | None = None
    decisions = article.sign_offs.select_related("revision", "handed_to__person").order_by("-pk")[:SHOWN_IN_QUEUE]
    for decision in reversed(decisions):
        corrected = decision.decision == SignOff.Decision.PASS and seen is not None and seen.digest != decision.digest
        changes = (
            comparing.compare_contents(seen.revision.content, decision.revision.content) if corrected and seen else []
        )
        rows.append(
            {
                "decision": decision,
                "reading": review.stage_name(decision.stage, decision.stages) if decision.stage else "",
                "changes": changes,
                "counts": decision in chain,
            }
        )
        seen = decision
    return rows


def may_read_anywhere(user: Any) -> bool:
    """Whether the user reads anything anywhere, so that there is a queue to show."""
    return any(permissions.has_duty_anywhere(user, duty) for duty in permissions.READINGS)


def queue_view(request: HttpRequest) -> HttpResponse:
    """Exactly what the user may decide now; several can be signed at once, each by itself."""
    if not may_read_anywhere(request.user):
        raise PermissionDenied(_("You have no readings to do: none of the reading duties is yours."))
    if request.method == "POST":
        sign_selected(request)
        return redirect("admin:queue")
    waiting = review.readings_waiting_for(request.user)
    rows = list(waiting[: SHOWN_IN_QUEUE + 1])
    for row in rows:
        row.reading = review.stage_name(row.stage, row.stages)
    context = {
        **admin.site.each_context(request),
        "title": _("My queue"),
        "rows": [row for row in rows[:SHOWN_IN_QUEUE] if not row.on_hold],
        "held": [row for row in rows[:SHOWN_IN_QUEUE] if row.on_hold],
        "count": waiting.count() if len(rows) > SHOWN_IN_QUEUE else len(rows),
        "more": len(rows) > SHOWN_IN_QUEUE,
    }
    return TemplateResponse(request, "admin/queue.html", context)


def sign_selected(request: HttpRequest) -> None:
    """Sign the ticked articles, each in a transaction of its own: one that is refused says why and stops no other."""
    ticked = [found for value in request.POST.getlist("article") if (found := TICKED.fullmatch(value))]
    signed = 0
    for tick in ticked[:SHOWN_IN_QUEUE]:
        article = Article.objects.filter(pk=tick["number"]).first()
        if article is None:
            continue
        try:
            review.sign_off_reading(
                article,
                by=request.user,
                revision=int(tick["revision"]),
                opinion=request.POST.get("opinion", "").replace("\0", ""),
            )
        except Refusal as refusal:
            messages.error(request, f"{article.number} {article.title}: {' '.join(refusal_sentences(refusal))}")
        else:
            signed += 1
    if signed:
        messages.success(request, _("Signed off: %(count)d.") % {"count": signed})
    elif not ticked:
        messages.warning(request, _("Tick the articles to sign off."))
