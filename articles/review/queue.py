"""The queries behind "my queue" and its counts."""

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User
from django.db.models import Case, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from ..duty_assignments import permissions, reading
from ..models import Article, SignOff
from ..models.section import MOST_STAGES
from .rules import not_the_same_person


def readings_waiting_for(user: User, *, on_hold: bool = False) -> QuerySet[Article]:
    """The articles that wait to be read by the user, in all sections; those that are late first, then urgent news that
    readers see already, then those that were handed to the user, and of each the longest waiting first. With `on_hold`
    those that were read and put on hold, which the user may decide on when they are wanted.

    The same rule as `decision_refusal`, as one query. Loads `section`, `latest` and its author, and who submitted them
    as `submitted_by`, but no texts.
    """
    rows = Article.objects.filter(readings_among_duties(user), stage__gt=0, on_hold=on_hold).filter(
        Q(handed_to__isnull=True) | Q(handed_to=user)
    )
    rank = Case(
        When(readings_due_at__lte=timezone.now(), then=0),
        When(readings_due_at__isnull=False, then=1),
        When(handed_to=user, then=2),
        default=Value(3),
        output_field=IntegerField(),
    )
    return _with_submitter(not_the_same_person(rows, user)).order_by(rank, "submitted_at", "number")


def readings_among_duties(user: User, *, section: str = "section") -> Q:
    """The condition that the pending reading (`stage` of `stages`) is among the user's duties in the row's section."""
    mine = Q(pk__in=[])
    for stages in range(1, MOST_STAGES + 1):
        for stage in range(1, stages + 1):
            duty = permissions.duty_of_stage(stage, stages)
            if permissions.has_duty_anywhere(user, duty):
                sections = permissions.sections_with_duty(user, duty).order_by()
                mine |= Q(stage=stage, stages=stages, **{f"{section}__in": sections.values("pk")})
    return mine


def neighbours_in_queue(user: User, article: Article, *, most: int) -> tuple[int | None, int | None]:
    """The numbers of the texts before and after this one among the first `most` that wait for the user and are not on
    hold; None at the ends. For a text that does not wait for them, the next is the first that does. One query.
    """
    queue = readings_waiting_for(user).select_related(None)
    numbers = list(queue.values_list("pk", flat=True)[:most])
    if article.pk not in numbers:
        return None, next(iter(numbers), None)
    place = numbers.index(article.pk)
    return numbers[place - 1] if place else None, next(iter(numbers[place + 1 :]), None)


def urgent_texts_unread(user: User) -> QuerySet[Article]:
    """Urgent news whose readings are not complete, in the sections where the user may publish such news: they answer
    for it. The earliest due first. Loads what `readings_waiting_for` does.
    """
    sections = permissions.sections_with_duty(user, permissions.Duty.URGENT).values("pk")
    rows = Article.objects.kept().filter(readings_due_at__isnull=False, section__in=sections)
    return _with_submitter(rows).order_by("readings_due_at", "number")


def _with_submitter(rows: QuerySet[Article]) -> QuerySet[Article]:
    submissions = SignOff.objects.filter(article=OuterRef("pk"), decision=SignOff.Decision.SUBMIT).order_by("-pk")
    return (
        rows.select_related("section", "latest__created_by__person")
        .defer("body", "latest__content")
        .annotate(submitted_by=Subquery(submissions.values("person_name")[:1]))
    )


def corrected_since(user: User) -> QuerySet[Article]:
    """Articles that a later reader corrected after the user had signed them, if the user may still read them; the
    newest correction first.
    """
    corrected = Q(pk__in=[])
    link = "signed"
    for _earlier in range(MOST_STAGES):
        corrected |= Q(**{f"{link}__person": user}) & ~Q(**{f"{link}__digest": F("latest__digest")})
        link += "__previous"
    rows = reading.readable_articles(user).filter(corrected, stage__gt=0, signed__isnull=False)
    return (
        rows.select_related("section", "latest__created_by__person")
        .defer("body", "latest__content")
        .order_by("-latest_id")
    )


def last_decisions(numbers: Iterable[int]) -> dict[int, SignOff]:
    """Return the last decision about each of these articles, by the article's number; none without one. One query."""
    last = SignOff.objects.filter(article__in=list(numbers)).order_by().values("article").annotate(last=Max("pk"))
    return {decision.article_id: decision for decision in SignOff.objects.filter(pk__in=last.values("last"))}


def passes_that_count(articles: Sequence[Article]) -> dict[int, list[SignOff]]:
    """Return the sign-offs that count for each article, by its number, first reading first. One query for all."""
    signed = [article.pk for article in articles if article.signed_id]
    rows = {row.pk: row for row in SignOff.objects.filter(article__in=signed).defer("warnings")} if signed else {}
    chains: dict[int, list[SignOff]] = {}
    for article in articles:
        chain, key = chains.setdefault(article.pk, []), article.signed_id
        while key in rows:
            chain.insert(0, rows[key])
            key = rows[key].previous_id
    return chains


def overdue_readings() -> QuerySet[Article]:
    """Articles published before their readings, whose readings are overdue."""
    return (
        Article.objects.filter(readings_due_at__lte=timezone.now())
        .select_related("section")
        .order_by("readings_due_at")
    )


def rejected_while_public() -> QuerySet[Article]:
    """Urgent news whose text a reader rejected while readers see it, the first due first: it may have to be withdrawn.

    Few rows: all articles with late readings are in one small index.
    """
    rejections = SignOff.objects.filter(
        article=OuterRef("pk"), decision=SignOff.Decision.REJECT, digest=OuterRef("live__digest")
    )
    late = Article.objects.with_live_edition().filter(readings_due_at__isnull=False, stage=0)
    return late.filter(Exists(rejections)).select_related("section").order_by("readings_due_at")


def rejection_of_public_text(article: Article) -> SignOff | None:
    """The newest rejection of exactly the text that readers see before its readings; None if there is none."""
    if article.live is None or not article.readings_due_at or article.stage:
        return None
    rejections = article.sign_offs.filter(decision=SignOff.Decision.REJECT, digest=article.live.digest)
    return rejections.order_by("-pk").first()
