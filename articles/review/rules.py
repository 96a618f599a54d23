"""Who may decide about an article now, and if not, why: each condition is a sentence for whoever asks."""

from django.contrib.auth.models import User
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from .. import audit
from ..assignments import permissions
from ..models import Article, Credit, Edition, Person, Revision, SignOff
from ..refusals import Problem

NOT_SUBMITTED = Problem("review.not_submitted", _("“%(title)s” has not been submitted, so there is nothing to decide."))
READ_BY_ALL = Problem("review.read_by_all", _("“%(title)s” has been read by all; it waits to be published."))
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

# Editions whose text was read by all, or came from an older archive; what was written after the newest is new text.
ANSWERED_FOR = Q(basis=Edition.Basis.ARCHIVE) | Q(
    revision__sign_offs__decision=SignOff.Decision.PASS, revision__sign_offs__stage=F("revision__sign_offs__stages")
)


def stage_name(stage: int, stages: int) -> str:
    """The name of a reading as the field has it: 初审, 复审, 终审."""
    return str(permissions.duty_of_stage(stage, stages).label)


def decision_refusal(article: Article, user: User) -> str:
    """Why the user may not decide about the reading the article waits for; '' when they may."""
    return str(reason_against(article, user) or "")


def reason_against(article: Article, user: User) -> Problem | None:
    """Why the user may not decide about the reading the article waits for; None when they may."""
    if not article.stage:
        return NOT_SUBMITTED.filled(title=article)
    if article.stage > article.stages:
        return READ_BY_ALL.filled(title=article)
    duty = permissions.duty_of_stage(article.stage, article.stages)
    if not permissions.has_duty(user, duty, article.section):
        return NOT_YOUR_DUTY.filled(title=article, duty=duty.label, section=article.section)
    if article.handed_to and article.handed_to != user:
        return HANDED_ON.filled(title=article, name=audit.account_name(article.handed_to))
    return None if article.section.same_person_allowed else same_person_reason(article, user)


def same_person_reason(article: Article, user: User) -> Problem | None:
    """Why the user is no independent reader of this text: wrote it, or signed another reading of it; None otherwise."""
    for link in article.signed.chain() if article.signed else ():
        if link.person_id == user.pk:
            return SIGNED_BEFORE.filled(reading=stage_name(link.stage, link.stages))
    return WROTE_IT if has_written(article, user) else None


def has_written(article: Article, user: User) -> bool:
    """Whether the user saved the text as its writer since another was answered for, or is credited as writing it."""
    text = article.newest.digest
    answered = article.editions.filter(ANSWERED_FOR).exclude(digest=text).aggregate(newest=Max("revision__number"))
    new = Q(number__gt=answered["newest"] or 0) | Q(digest=text)
    return (
        article.revisions.filter(new, stage=0, created_by=user).exists()
        or article.credits.filter(role__in=Credit.WRITING, person__user=user).exists()
    )


def was_credited(article: Article, user: User) -> bool:
    """Whether the newest revision credits the user as writing it: so that nobody edits that away to become its reader."""
    mine = set(Person.objects.filter(user=user).values_list("name", "unit"))
    credits = article.newest.content["credits"]
    return any(credit["role"] in Credit.WRITING and (credit["name"], credit["unit"]) in mine for credit in credits)


def credits_a_signer(article: Article) -> bool:
    """Whether the working copy credits somebody as writing it who has signed it: a correction may make nobody that."""
    signers = [link.person_id for link in article.signed.chain()] if article.signed else []
    return article.credits.filter(role__in=Credit.WRITING, person__user__in=signers).exists()


def not_the_same_person(articles: QuerySet[Article], user: User) -> QuerySet[Article]:
    """Those of the articles for which `same_person_reason` finds nothing, or whose section does not ask; the same as a query."""
    answered = (
        Edition.objects.filter(
            ANSWERED_FOR, ~Q(digest=OuterRef("article__latest__digest")), article=OuterRef("article")
        )
        .order_by("-number")
        .values("revision__number")[:1]
    )
    new = Q(number__gt=Coalesce(Subquery(answered), Value(0))) | Q(digest=F("article__latest__digest"))
    written = Revision.objects.filter(new, article=OuterRef("pk"), stage=0, created_by=user)
    credited = Credit.objects.filter(article=OuterRef("pk"), role__in=Credit.WRITING, person__user=user)
    chain = "signed"
    signed = Q()
    for _link in range(4):  # of five readings, four can be signed before one waits
        signed |= Q(**{f"{chain}__isnull": False, f"{chain}__person": user})
        chain += "__previous"
    return articles.filter(
        Q(section__same_person_allowed=True) | (~Q(Exists(written)) & ~Q(Exists(credited)) & ~_exists_condition(signed))
    )


def _exists_condition(condition: Q) -> Q:
    """The condition as a subquery: a negated join would lose the rows in which a link of the chain is NULL."""
    return Q(Exists(Article.objects.filter(condition, pk=OuterRef("pk"))))


def may_correct(article: Article, user: User) -> bool:
    """Whether an edit by this user, now, is the correction of the reader whose turn it is."""
    return 0 < article.stage <= article.stages and not decision_refusal(article, user)
