"""What is shown around the form of an article: its bar with the next act, its state, problems, trail and editions."""

from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from .. import checks, marginal_notes, qr_short_links, reads, review
from ..models import Article, Edition, ShortLink, SiteSettings
from ..models.calendar_days import spell_instant
from .article_actions import ArticleAction, actions_offered
from .error_targets import link_problems
from .marked_copy import revision_choices
from .review_trail import article_trail

SHOWN_REVISIONS = 8  # next to the form; the page of revisions has the others


class ShownState(NamedTuple):
    """The state of an article as the desk shows it: a key for its colour, and a word."""

    key: str
    word: str


class NextAct(NamedTuple):
    """The act that this person does next with this text: a button of the form, or a page (`address`).

    `button` is "_submit" (save, then submit) or "_decide" (save, then read and decide).
    """

    label: str
    button: str = ""
    address: str = ""
    rank: str = "default"


def shown_state(article: Article | None) -> ShownState:
    """Return what readers see of the article, or how far a text is in its readings that they have not seen yet."""
    if article is None:
        return ShownState("draft", _("New article"))
    state = article.state
    if state != Article.State.DRAFT or not article.stage:
        return ShownState(state.value, str(state.label))
    if article.scheduled_for:
        return ShownState("ready", _("Scheduled"))
    if article.stage > article.stages:
        return ShownState("ready", _("Read by all, to be published"))
    return ShownState("reading", _("Being read"))


def card_beside_form(user: User, article: Article | None, *, asked: bool) -> dict[str, Any]:
    """Return the context of the card; nothing but the state for a new article.

    `asked` is True if saving was refused just now because it would void sign-offs. Then the warning, with its check
    box, is not here but in the box of errors, also for the reader who corrects.
    """
    if article is None:
        return {"state": shown_state(None), "next_act": NextAct(_("Save and submit"), "_submit")}
    correcting = review.may_correct(article, user)
    next_act, other_acts = _divide_acts(article, actions_offered(user, article), correcting=correcting)
    return {
        "article": article,
        "state": shown_state(article),
        "reading": reading_state(article),
        "turn": "" if correcting or article.handed_to or article.is_read_by_all else review.sentence_of_turn(article),
        "signed": article.signed.chain() if article.signed else [],
        "last": article.sign_offs.order_by("-pk").first() if not article.stage else None,
        "next_act": next_act,
        "other_acts": other_acts,
        "correction_rule": review.correction_rule(article) if correcting else "",
        "void_warning": "" if asked or correcting else review.void_warning(article),
        "problems": link_problems(article, checks.find_problems(article, checks.CONTENT_CHECKS)),
        "open_notes": [row for row in marginal_notes.notes_of(article, user) if row.note.is_open],
        "trail": article_trail(article),
        "revisions": revision_choices(article)[:SHOWN_REVISIONS],
        "codes": _proved_codes(article.live) if article.live else [],
        "printed": qr_short_links.PRINTED,
        "reads": reads.read_counts(article) if article.first_published_at else None,
    }


def _divide_acts(
    article: Article, acts: list[ArticleAction], *, correcting: bool
) -> tuple[NextAct | None, list[ArticleAction]]:
    """Return the next act, for the bar, and the others, for the panel.

    It is the act of the reader whose turn it is; after a rejection of a public text, its withdrawal; else the usual
    next step. A first text is submitted with the form, a change with a note to readers, on a separate page.
    """
    named = {act.name: act for act in acts}
    # It has its place on the page of preview links.
    others = [act for act in acts if act.name != "revoke_previews"]
    if "submit" in named and not article.first_published_at:
        return NextAct(_("Save and submit"), "_submit"), [act for act in others if act.name != "submit"]
    if correcting:
        return NextAct(_("Save and decide"), "_decide"), others
    usual = next((act for act in acts if act.rank == "default"), None)
    act = named.get("withdraw", usual) if review.rejection_of_public_text(article) else usual
    if act is None:
        return None, others
    address = reverse(f"admin:articles_article_{act.name}", args=[article.pk])
    return NextAct(str(act.button), address=address, rank=act.rank), [other for other in others if other is not act]


def _proved_codes(edition: Edition) -> list[ShortLink]:
    """Return the codes of an edition, each with the proof that it can be read as it is drawn now."""
    codes = qr_short_links.edition_codes(edition)
    qr_short_links.prove_codes(codes, SiteSettings.current().logo)
    return codes


def reading_state(article: Article) -> str:
    """Return the state of the review as a sentence; '' while the text is with its writers."""
    if article.scheduled_for:
        return _("Scheduled for %(at)s") % {"at": spell_instant(article.scheduled_for)}
    if not article.stage:
        return ""
    if article.stage > article.stages:
        return _("Read by all, to be published")
    name = review.stage_name(article.stage, article.stages)
    return (
        _("On hold at “%(reading)s”") % {"reading": name}
        if article.on_hold
        else (_("Waiting for “%(reading)s”") % {"reading": name})
    )
