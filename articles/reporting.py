"""Reports of mistakes (纠错): a reader's words become a task with a due date, and somebody of the desk answers for it."""

from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit, sanitising
from .assignments import permissions
from .assignments.permissions import Duty
from .models import Article, Report
from .refusals import Problem, Refusal

WORKING_DAYS = 5  # in which simple questions are answered: 《政府网站与政务新媒体检查指标》
CLOSING_TIME = time(18)
# From one address in an hour and a day, and from all in an hour: a flood is no correction, and no desk can read more.
HOURLY, DAILY, HOURLY_OF_ALL = 5, 20, 200
CONTACT_KEPT = timedelta(days=90)
SALT = "reporting"
# Who answers: whoever reads or publishes in the article's section.
ANSWERING = (Duty.FIRST, Duty.SECOND, Duty.FINAL, Duty.PUBLISH)


NOTHING_SAID = Problem("reporting.nothing_said", _("Please say what is wrong, in a few words."))
TOO_LONG = Problem(
    "reporting.too_long",
    _("That is longer than we can take: at most %(most)d characters. Please shorten it."),
)
NOT_PUBLIC = Problem("reporting.not_public", _("This article can no longer be read here."))
TOO_MANY = Problem(
    "reporting.too_many",
    _("There have been many reports just now. Please try again in an hour; what you wrote stands here still."),
)
CLOSED_ALREADY = Problem("reporting.closed_already", _("This report is closed already."))
NO_ANSWER = Problem("reporting.no_answer", _("Write an answer: the reader can look it up."))
NO_REASON = Problem("reporting.no_reason", _("Write a reason; it stays inside."))


class CannotReport(Refusal):
    """Raised, with a sentence for the reader, when a report is not taken."""


class CannotClose(Refusal):
    """Raised when a report cannot be answered or dismissed."""


@transaction.atomic
def receive_report(article: Article, *, text: str, quote: str = "", contact: str = "", address: str) -> Report:
    """Take a reader's report of the edition that readers see; the same again where the same words are there already.

    `address` is the network address it came from; only a hash of it is kept, with a salt of the day.
    """
    text, quote, contact = (_single_line(part) for part in (text, quote, contact))
    if not text:
        raise CannotReport(NOTHING_SAID)
    for part, most in ((text, 500), (quote, 200), (contact, 80)):
        if len(part) > most:
            raise CannotReport(TOO_LONG.filled(most=most))
    article = Article.objects.get_locked(article.pk)
    edition = article.public_edition
    if edition is None:
        raise CannotReport(NOT_PUBLIC)
    same = Report.objects.filter(article=article, state=Report.State.OPEN, text=text).first()
    if same:
        return same
    now, sender = timezone.now(), _hashed_sender(address)
    _refuse_a_flood(sender, now)
    report = Report.objects.create(
        article=article,
        edition=edition.number,
        text=text,
        quote=quote,
        contact=contact,
        sender=sender,
        received_at=now,
        due_at=answer_due_at(now),
    )
    audit.record_entry(
        "report.received", report, by=None, article=article.pk, due=report.due_at.isoformat(timespec="minutes")
    )
    return report


@transaction.atomic
def answer_report(report: Report, *, by: Any, text: str) -> Report:
    """Close a report with an answer that the reader can look up."""
    return _close_report(report, by=by, text=text, state=Report.State.ANSWERED, empty=NO_ANSWER)


@transaction.atomic
def dismiss_report(report: Report, *, by: Any, reason: str) -> Report:
    """Close a report that asks for no answer, with a reason that stays inside."""
    return _close_report(report, by=by, text=reason, state=Report.State.DISMISSED, empty=NO_REASON)


def reports_answerable_by(user: Any) -> QuerySet[Report]:
    """The reports, open and closed, of the sections in which the user answers."""
    here = Q(pk=None)
    for duty in ANSWERING:
        if permissions.has_duty_everywhere(user, duty):
            return Report.objects.all()
        here |= Q(article__section__in=permissions.sections_with_duty(user, duty).values("pk"))
    return Report.objects.filter(here)


def open_reports_for(user: Any) -> QuerySet[Report]:
    """The open reports that the user may answer, the most urgent first."""
    rows = reports_answerable_by(user).filter(state=Report.State.OPEN)
    return rows.select_related("article__section").order_by("due_at", "pk")


def may_answer_report(user: Any, report: Report) -> bool:
    """Whether the user reads or publishes in the section of the article."""
    return any(permissions.has_duty(user, duty, report.article.section) for duty in ANSWERING)


def report_token(report: Report) -> str:
    """What the reader keeps, to look the answer up."""
    return signing.Signer(salt=SALT).sign(str(report.pk)).replace(":", ".")


def find_report(token: str) -> Report | None:
    """The report of a token; None where it is not ours."""
    try:
        key = signing.Signer(salt=SALT).unsign(token.replace(".", ":"))
    except signing.BadSignature:
        return None
    return Report.objects.select_related("article__live").filter(pk=key).first()


def answer_due_at(instant: datetime) -> datetime:
    """When an answer is due: at closing time of the fifth working day after. Holidays are not known."""
    day, left = timezone.localdate(instant), WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return timezone.make_aware(datetime.combine(day, CLOSING_TIME))


def forget_contacts() -> int:
    """Blank how to reach the readers of reports that were closed long ago; of how many."""
    old = Report.objects.filter(closed_at__lt=timezone.now() - CONTACT_KEPT)
    return old.exclude(contact="", sender="").update(contact="", sender="")


def _close_report(report: Report, *, by: Any, text: str, state: str, empty: Problem) -> Report:
    report = (
        Report.objects.select_for_update(of=("self",), no_key=True)
        .select_related("article__section__parent")
        .get(pk=report.pk)
    )
    if not may_answer_report(by, report):
        raise PermissionDenied(
            _("“%(user)s” neither reads nor publishes in “%(section)s”, and so does not answer there.")
            % {"user": by.get_username(), "section": report.article.section}
        )
    text = _single_line(text)
    if report.state == state and report.answer == text:
        return report
    if report.state != Report.State.OPEN:
        raise CannotClose(CLOSED_ALREADY)
    if not text:
        raise CannotClose(empty)
    report.state, report.answer, report.closed_by, report.closed_at = state, text[:400], by, timezone.now()
    report.save(update_fields=["state", "answer", "closed_by", "closed_at"])
    audit.record_entry(f"report.{state}", report, by=by, article=report.article_id, answer=report.answer)
    return report


def _refuse_a_flood(sender: str, now: datetime) -> None:
    recent = Report.objects.filter(received_at__gt=now - timedelta(hours=1))
    today = Report.objects.filter(received_at__gt=now - timedelta(days=1), sender=sender)
    if recent.filter(sender=sender).count() >= HOURLY or today.count() >= DAILY or recent.count() >= HOURLY_OF_ALL:
        raise CannotReport(TOO_MANY)


def _hashed_sender(address: str) -> str:
    return sha256(f"{settings.SECRET_KEY}{date.today()}{address}".encode()).hexdigest()  # noqa: DTZ011 (any day will do)


def _single_line(text: str) -> str:
    return sanitising.plain_text(text)
