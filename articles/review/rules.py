"""Who may decide on an article now; each reason against it is a `Problem` with a message for the user."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .. import audit, comparing
from ..checks import CONTENT_CHECKS, find_problems
from ..duty_assignments import permissions
from ..models import Article, Credit, Edition, Person, Revision, SignOff
from ..refusals import Problem, Refusal, Sentence
from .measure import Correction, FactKind, measure_correction

NOTHING_TO_DECIDE = Problem(
    "review.not_submitted", _("“%(title)s” is with its writers, so there is nothing to decide.")
)
READ_BY_ALL = Problem("review.read_by_all", _("All readings of “%(title)s” are complete; it can be published."))
NOT_YOUR_DUTY = Problem(
    "review.not_your_duty",
    _("“%(title)s” waits for its “%(duty)s”, which is not among your duties in “%(section)s”."),
)
HANDED_ON = Problem("review.handed_on", _("“%(title)s” was handed on to %(name)s, who decides now."))
SIGNED_BEFORE = Problem(
    "review.signed_before",
    _("You signed the “%(reading)s” of this text; another person must do the next one."),
)
WROTE_IT = Problem("review.wrote_it", _("You wrote this text; another person must read it."))
# The rule about corrections while reading, as the id that messages, sign-offs and the review sheet cite.
CORRECTED_BEYOND = Problem(
    "review.corrected_beyond",
    _("You corrected more of this text than one reader may sign alone: %(what)s."),
    _("If you sign, it goes back to the “%(reading)s”, where somebody else reads your words; then you sign them."),
)
CORRECTED_ALONE = Problem(
    "review.corrected_alone",
    _("You corrected more of this text than one reader may sign alone: %(what)s."),
    _("Hand it on to a colleague, send it back, or restore the original words."),
)
LIST_SEPARATOR = _(", ")
MOST_EXAMPLES, LONGEST_EXAMPLE = 3, 20  # of one kind of facts, that a message names; characters of each
KINDS_OF_FACTS = {
    FactKind.NUMBER: _("numbers (%(which)s)"),
    FactKind.DATE: _("dates (%(which)s)"),
    FactKind.NAME: _("names (%(which)s)"),
    FactKind.LINK: _("links (%(which)s)"),
}


class CannotDecide(Refusal):
    """Raised when the current user may not make this decision now."""


# Editions whose readings are complete, or which were migrated; only text newer than these counts as newly written.
REVIEWED_EDITIONS = Q(basis=Edition.Basis.ARCHIVE) | Q(
    revision__sign_offs__decision=SignOff.Decision.PASS, revision__sign_offs__stage=F("revision__sign_offs__stages")
)


def stage_name(stage: int, stages: int) -> str:
    """The display name of a reading: 初审, 复审, 终审."""
    return str(permissions.duty_of_stage(stage, stages).label)


def decision_refusal(article: Article, user: User) -> str:
    """Why the user may not decide on the pending reading, in one sentence; '' if they may."""
    return str(reason_against(article, user) or "")


def reason_against(article: Article, user: User) -> Problem | None:
    """Why the user may not decide on the pending reading; None if they may."""
    if not article.stage:
        return NOTHING_TO_DECIDE.filled(title=article)
    if article.stage > article.stages:
        return READ_BY_ALL.filled(title=article)
    duty = permissions.duty_of_stage(article.stage, article.stages)
    if not permissions.has_duty(user, duty, article.section):
        return NOT_YOUR_DUTY.filled(title=article, duty=duty.label, section=article.section)
    if article.handed_to and article.handed_to != user:
        return HANDED_ON.filled(title=article, name=audit.account_name(article.handed_to))
    return None if article.section.same_person_allowed else same_person_reason(article, user)


def same_person_reason(article: Article, user: User) -> Problem | None:
    """Why the user is not an independent reader: they wrote this text, or signed another reading of it; else None."""
    for link in article.signed.chain() if article.signed else ():
        if link.person_id == user.pk:
            return SIGNED_BEFORE.filled(reading=stage_name(link.stage, link.stages))
    return WROTE_IT if has_written(article, user) else None


def has_written(article: Article, user: User) -> bool:
    """Return True if the user is credited as a writer or, since the last reviewed edition, saved text as a writer."""
    new = Q(number__gt=_last_reviewed_number(article)) | Q(digest=article.newest.digest)
    return (
        article.revisions.filter(new, stage=0, created_by=user).exists()
        or article.credits.filter(role__in=Credit.WRITING, person__user=user).exists()
    )


def correction_problem(article: Article, user: User) -> Problem | None:
    """Why the user may not sign the pending reading alone; None if they may, or the section lets one person do it all.

    With CORRECTED_BEYOND, signing sends the text back one reading; with CORRECTED_ALONE it is refused, because there is
    no reading before this one, or the user corrected it at a later one.
    """
    return None if article.section.same_person_allowed else beyond_measure(article, user)


def beyond_measure(article: Article, user: User) -> Problem | None:
    """What the user corrected beyond the section's measures, which nobody else has signed; None if nothing.

    A reader who corrected more than the section lets one person sign may sign only after somebody else has
    signed these words. All corrections of the user since the newest sign-off count, in any number of saves.
    """
    if not 0 < article.stage <= article.stages:
        return None
    since = article.signed.revision.number if article.signed else _last_reviewed_number(article)
    own = article.revisions.filter(number__gt=since, stage__gt=0, created_by=user).order_by("number")
    stages = dict(own.values_list("number", "stage"))
    corrected = sum(_measured_corrections(article, stages), Correction())
    exceeded = list(_exceeded_measures(article, corrected))
    if not exceeded:
        return None
    what = str(LIST_SEPARATOR).join(exceeded)
    if article.stage == 1 or max(stages.values()) > article.stage:
        return CORRECTED_ALONE.filled(what=what)
    return CORRECTED_BEYOND.filled(what=what, reading=stage_name(article.stage - 1, article.stages))


def _measured_corrections(article: Article, numbers: Iterable[int]) -> list[Correction]:
    """The corrections made by these revisions, in rising order; revisions that follow each other are one correction."""
    pairs = list(comparing.consecutive_runs(numbers))
    wanted = article.revisions.filter(number__in={number for pair in pairs for number in pair})
    texts = dict(wanted.values_list("number", "content"))
    return [measure_correction(texts[before], texts[after]) for before, after in pairs]


def described_correction(corrections: Iterable[Correction]) -> str:
    """What was changed in all, in words: titles, the share of the words, kinds of facts; '' if nothing."""
    corrected = sum(corrections, Correction())
    found = [str(_("a title"))] if corrected.titles else []
    if corrected.changed:
        found.append(str(_("%(percent)d%% of the words")) % {"percent": corrected.percent})
    return str(LIST_SEPARATOR).join([*found, *_named_facts(corrected)])


def correction_rule(article: Article) -> str:
    """What happens to the pending reader's corrections, in one sentence, for the reader to know before saving."""
    section = article.section
    measures: list[Sentence] = [_("a title")] if section.title_is_reread else []
    measures += [_("a number, name or date")] if section.facts_are_reread else []
    if section.correction_percent < 100:
        measures.append(_("more than %(percent)d%% of the words") % {"percent": section.correction_percent})
    if section.same_person_allowed or not measures:
        return ""
    what = str(_(" or ")).join(str(measure) for measure in measures)
    if article.stage == 1:
        return str(_("If you change %(what)s, somebody else must sign this reading.")) % {"what": what}
    reading = stage_name(article.stage - 1, article.stages)
    sentence = _("If you change %(what)s, the text goes back to the “%(reading)s” when you sign it.")
    return str(sentence) % {"what": what, "reading": reading}


def _exceeded_measures(article: Article, corrected: Correction) -> Iterator[str]:
    """What was changed beyond the section's measures, in words."""
    section = article.section
    if section.title_is_reread and corrected.titles:
        yield str(_("a title"))
    if corrected.percent > section.correction_percent:
        yield str(_("%(percent)d%% of the words")) % {"percent": corrected.percent}
    if section.facts_are_reread:
        yield from _named_facts(corrected)


def _named_facts(corrected: Correction) -> list[str]:
    """What facts were changed, by their kinds: how many files, a few numbers, dates, names and sites as examples."""
    named = []
    for kind in FactKind:
        words = [fact.words for fact in corrected.facts if fact.kind == kind]
        count = len(words)
        if kind == FactKind.PART:
            named += words
        elif kind == FactKind.PICTURE and words:
            named.append(ngettext("%(count)d picture", "%(count)d pictures", count) % {"count": count})
        elif kind == FactKind.ATTACHMENT and words:
            named.append(ngettext("%(count)d attachment", "%(count)d attachments", count) % {"count": count})
        elif words:
            named.append(str(KINDS_OF_FACTS[kind]) % {"which": _examples(words)})
    return named


def _examples(words: list[str]) -> str:
    shown = [word if len(word) <= LONGEST_EXAMPLE else f"{word[:LONGEST_EXAMPLE]}…" for word in words[:MOST_EXAMPLES]]
    more = len(words) - len(shown)
    rest = [str(_("%(count)d more")) % {"count": more}] if more else []
    return str(LIST_SEPARATOR).join([word or str(_("on this site")) for word in shown] + rest)


def _last_reviewed_number(article: Article) -> int:
    """The number of the newest revision, other than today's text, that was published after its readings; 0 if none."""
    if article.first_published_at is None:
        return 0  # it has no edition
    others = article.editions.filter(REVIEWED_EDITIONS).exclude(digest=article.newest.digest)
    return others.aggregate(newest=Max("revision__number"))["newest"] or 0


def was_credited(article: Article, user: User) -> bool:
    """Return True if the newest revision credits the user as a writer, even if an edit removes that credit now."""
    mine = set(Person.objects.filter(Q(user=user) | Q(merged_into__user=user)).values_list("name", "unit"))
    credits = article.newest.content["credits"]
    return any(credit["role"] in Credit.WRITING and (credit["name"], credit["unit"]) in mine for credit in credits)


def credits_a_signer(article: Article) -> bool:
    """Return True if the working copy credits as a writer somebody who signed it; a correction must not do that."""
    signers = [link.person_id for link in article.signed.chain()] if article.signed else []
    return article.credits.filter(role__in=Credit.WRITING, person__user__in=signers).exists()


def newly_written() -> Q:
    """The condition, on revisions, that they are newer than the text that was published last after its readings."""
    answered = (
        Edition.objects.filter(
            REVIEWED_EDITIONS, ~Q(digest=OuterRef("article__latest__digest")), article=OuterRef("article")
        )
        .order_by("-number")
        .values("revision__number")[:1]
    )
    return Q(number__gt=Coalesce(Subquery(answered), Value(0))) | Q(digest=F("article__latest__digest"))


def not_the_same_person(articles: QuerySet[Article], user: User) -> QuerySet[Article]:
    """Exclude articles for which `same_person_reason` finds a reason, except where the section allows it. One query."""
    written = Revision.objects.filter(newly_written(), article=OuterRef("pk"), stage=0, created_by=user)
    credited = Credit.objects.filter(article=OuterRef("pk"), role__in=Credit.WRITING, person__user=user)
    chain = "signed"
    signed = Q()
    for _link in range(4):  # of five readings, at most four are signed while one is pending
        signed |= Q(**{f"{chain}__isnull": False, f"{chain}__person": user})
        chain += "__previous"
    return articles.filter(
        Q(section__same_person_allowed=True) | (~Q(Exists(written)) & ~Q(Exists(credited)) & ~_exists_condition(signed))
    )


def _exists_condition(condition: Q) -> Q:
    """The condition as a subquery: a negated join would lose rows in which a link of the chain is NULL."""
    return Q(Exists(Article.objects.filter(condition, pk=OuterRef("pk"))))


def open_problems(article: Article) -> list[Problem]:
    """The problems of the text itself, at the earliest time it could be published."""
    return find_problems(article, CONTENT_CHECKS, at=earliest_publication(article))


def earliest_publication(article: Article) -> datetime:
    """The earliest time at which the text could be published: now, or the end of its embargo."""
    return max(timezone.now(), article.embargo_until or timezone.now())


def may_correct(article: Article, user: User) -> bool:
    """Return True if an edit by this user now counts as a correction by the current reader."""
    return 0 < article.stage <= article.stages and not decision_refusal(article, user)
