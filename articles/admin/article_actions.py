"""The acts on an article other than editing: each is a button, a page with a form, and one verb.

`ARTICLE_ACTIONS` is the list from which buttons, addresses and pages (article_action_page.py) are made. The verbs
check permissions and state; the page shows their refusals.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import closing, copying, placing, preview, publishing, review, scheduling
from ..duty_assignments import permissions, reading
from ..duty_assignments.permissions import Duty
from ..models import Article, ArticleIsGone, Edition
from ..models.calendar_days import spell_instant
from ..refusals import Refusal, Sentence
from ..second_factor import ProofNeeded
from .article_action_forms import (
    ActionForm,
    CloseTextForm,
    CorrectionForm,
    PlacingForm,
    ReasonForm,
    ReopenTextForm,
    ScheduleForm,
    SubmissionForm,
    WithdrawalForm,
)

Condition = Callable[[User, Article], bool]


@dataclass(frozen=True)
class ArticleAction:
    """One act: its address, its button, to whom the button is shown, its form and the verb it calls.

    `do` is called as do(article, by=user, **the form's fields). `rank` is the CSS class of the button: "default" for
    the usual next step, "danger" for acts that publish unread text or take something from readers. `confirm` is the
    button of its page, where that is called otherwise. An act that `publishes` shows the note to readers on its page.
    One that `takes_saved_text` sends the text to readers, or on to its readings, as it was last saved.
    """

    name: str
    button: Sentence
    shown: Condition
    do: Callable[..., object]
    done: Sentence
    intro: Sentence = ""
    form: type[ActionForm] = ActionForm
    rank: str = ""
    confirm: Sentence = ""
    publishes: bool = False
    takes_saved_text: bool = False


def _may_do(duty: Duty) -> Condition:
    return lambda user, article: permissions.has_duty(user, duty, article.section)


def _all_conditions(*conditions: Condition) -> Condition:
    return lambda user, article: all(condition(user, article) for condition in conditions)


def _is_new_text(user: User, article: Article) -> bool:
    return article.live is None or article.live.digest != article.newest.digest


def _is_ready(user: User, article: Article) -> bool:
    return article.is_read_by_all and _is_new_text(user, article)


ARTICLE_ACTIONS = [
    ArticleAction(
        "submit",
        gettext_lazy("Submit for reading"),
        _all_conditions(reading.may_write_article, _is_new_text, lambda user, article: not article.stage),
        review.submit_article,
        gettext_lazy("Submitted. %(turn)s"),
        form=SubmissionForm,
        rank="default",
        takes_saved_text=True,
    ),
    ArticleAction(
        "take_back",
        gettext_lazy("Take back the submission"),
        review.may_take_back,
        review.take_back_submission,
        gettext_lazy("Taken back: it is a draft again, and no longer in the readers' queue."),
        intro=gettext_lazy(
            "Nobody has signed it yet. It becomes your draft again with its text as it is, and disappears from the "
            "readers' queue; submit it again when it is right."
        ),
    ),
    ArticleAction(
        "publish",
        gettext_lazy("Publish"),
        _all_conditions(_may_do(Duty.PUBLISH), _is_ready),
        publishing.publish_article,
        gettext_lazy("Published. Readers see it now."),
        rank="default",
        intro=gettext_lazy("All have read and signed this text. Readers see it at once."),
        publishes=True,
        takes_saved_text=True,
    ),
    ArticleAction(
        "correct",
        gettext_lazy("Publish as a correction"),
        _all_conditions(_may_do(Duty.PUBLISH), _is_ready, lambda user, article: article.live is not None),
        closing.publish_closing_correction,
        gettext_lazy("The correction is published; its note is shown on the page."),
        form=CorrectionForm,
        intro=gettext_lazy("For what readers must know was wrong. A typing mistake needs no correction: publish it."),
        publishes=True,
        takes_saved_text=True,
    ),
    ArticleAction(
        "schedule",
        gettext_lazy("Schedule"),
        _all_conditions(_may_do(Duty.PUBLISH), _is_ready),
        scheduling.schedule_article,
        gettext_lazy("Scheduled: it is published automatically at %(at)s."),
        form=ScheduleForm,
        publishes=True,
        takes_saved_text=True,
    ),
    ArticleAction(
        "unschedule",
        gettext_lazy("Take out of the schedule"),
        _all_conditions(_may_do(Duty.PUBLISH), lambda user, article: article.scheduled_for is not None),
        scheduling.unschedule_article,
        gettext_lazy("It is no longer scheduled."),
        intro=gettext_lazy(
            "It is no longer published automatically. Its readings still count: publish or schedule it at any time."
        ),
    ),
    ArticleAction(
        "urgent",
        gettext_lazy("Publish before the readings"),
        _all_conditions(
            _may_do(Duty.URGENT), _is_new_text, lambda user, article: bool(article.stage) and not article.is_read_by_all
        ),
        publishing.publish_urgent,
        gettext_lazy("Published. The readings are still required and have a deadline."),
        form=ReasonForm,
        rank="danger",
        intro=gettext_lazy(
            "For urgent news only. The reason appears on the review sheet, and the missing readings "
            "must be done within the hours set for the section."
        ),
        takes_saved_text=True,
    ),
    ArticleAction(
        "withdraw",
        gettext_lazy("Withdraw"),
        _all_conditions(_may_do(Duty.WITHDRAW), lambda user, article: article.live is not None),
        publishing.withdraw_article,
        gettext_lazy("Withdrawn. Readers now see that it was withdrawn."),
        form=WithdrawalForm,
        rank="danger",
        intro=gettext_lazy(
            "Readers will see at once, on the page, in lists and behind every QR code, that the article "
            "was withdrawn. Text, editions and history are kept. Readers do not see the reason."
        ),
    ),
    ArticleAction(
        "put_back",
        gettext_lazy("Put back"),
        _all_conditions(_may_do(Duty.WITHDRAW), lambda user, article: article.withdrawn_at is not None),
        publishing.put_back_article,
        gettext_lazy("Readers see the last edition again."),
        form=ReasonForm,
        intro=gettext_lazy("Readers see the last edition again, unchanged, at its old address and behind its codes."),
    ),
    ArticleAction(
        "placing",
        gettext_lazy("Pin, expiry, cover"),
        _all_conditions(_may_do(Duty.PUBLISH), lambda user, article: article.withdrawn_at is None),
        placing.set_placing,
        gettext_lazy("Saved. Readers of a published article see it now."),
        form=PlacingForm,
        confirm=gettext_lazy("Save"),
        intro=gettext_lazy("These are not part of the text: they need no readings, and readers see them at once."),
    ),
    ArticleAction(
        "close_text",
        gettext_lazy("Close an older text"),
        _all_conditions(closing.may_close_texts, lambda user, article: closing.texts_to_close(article).exists()),
        closing.close_text,
        gettext_lazy("Closed. Readers no longer see this text; they see that it was closed, and why."),
        form=CloseTextForm,
        rank="danger",
        intro=gettext_lazy(
            "For text that a correction removed and readers must no longer see in the history, for example a "
            "telephone number. The edition, its digest and the reason stay there. It can be opened again."
        ),
    ),
    ArticleAction(
        "reopen_text",
        gettext_lazy("Open a closed text again"),
        _all_conditions(closing.may_close_texts, lambda user, article: closing.closed_texts(article).exists()),
        closing.reopen_text,
        gettext_lazy("Opened. Readers see in the history what was changed."),
        form=ReopenTextForm,
        rank="danger",
    ),
    ArticleAction(
        "offer_template",
        gettext_lazy("Offer as a template"),
        _all_conditions(reading.may_write_article, lambda user, article: not article.is_template),
        copying.offer_as_template,
        gettext_lazy("Everybody who writes in the section can begin articles from it."),
        intro=gettext_lazy(
            "For texts that recur. Write what changes each time as “[To fill in: time]”: "
            "an article with such a place cannot be published."
        ),
    ),
    ArticleAction(
        "stop_template",
        gettext_lazy("No longer a template"),
        _all_conditions(reading.may_write_article, lambda user, article: article.is_template),
        copying.stop_offering_template,
        gettext_lazy("It is no longer offered. The articles begun from it are kept."),
    ),
    ArticleAction(
        "revoke_previews",
        gettext_lazy("Revoke preview links"),
        preview.may_revoke_previews,
        preview.revoke_previews,
        gettext_lazy("All preview links issued so far are now invalid."),
    ),
]


def actions_offered(user: User, article: Article) -> list[ArticleAction]:
    """Return the acts whose buttons this user sees on this article now.

    A scheduled article is published automatically: the usual step is to check the schedule.
    """
    offered = [act for act in ARTICLE_ACTIONS if act.shown(user, article)]
    if article.scheduled_for:
        alter = _("Scheduled %(at)s: alter") % {"at": spell_instant(article.scheduled_for)}
        worded = {"schedule": (alter, "default"), "publish": (_("Publish now"), "")}
        shown = [(act, *worded.get(act.name, (act.button, act.rank))) for act in offered]
        return [replace(act, button=button, rank=rank) for act, button, rank in shown]
    ranks = _ranks_of_usual_step(article)
    ranked = [replace(act, rank=ranks.get(act.name, act.rank)) for act in offered]
    return sorted(ranked, key=lambda act: act.rank != "default") if ranks else offered


def _ranks_of_usual_step(article: Article) -> dict[str, str]:
    """Return the ranks that differ from those of ARTICLE_ACTIONS.

    If an edition is public and a note was signed with the new text, the usual next step is the correction. A withdrawn
    text is put back if at all, as long as it is the one that was read and published last.
    """
    if article.live and article.signed and article.signed.note:
        return {"publish": "", "correct": "default"}
    if article.withdrawn_at and not article.stage:
        edition = article.editions.order_by("-number")[0]
        if edition.basis == Edition.Basis.SIGNED and edition.digest == article.newest.digest:
            return {"submit": "", "put_back": "default"}
    return {}


def publishing_acts(user: User, article: Article) -> list[ArticleAction]:
    """Return the offered acts that publish the text once all readings are signed; none before."""
    return [act for act in actions_offered(user, article) if act.publishes] if article.is_read_by_all else []


def add_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Show what the refusal says at the fields that it is about, or above the form.

    Raises ArticleIsGone again, which the article's screen handles: a deleted article has no page to show the form on;
    and ProofNeeded, for which the site has a page that sends the form again.
    """
    if isinstance(refusal, ArticleIsGone | ProofNeeded):
        raise refusal
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))


def refusal_sentences(refusal: Refusal) -> list[str]:
    """Return one text for each problem of the refusal: its sentence and its hint."""
    return [str(problem) for problem in refusal.problems]
