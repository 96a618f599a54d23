"""Reports of mistakes (纠错): received from readers, answered or dismissed by the desk before a due date."""

from datetime import date, datetime, time, timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit, encryption, sanitising
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Article, Report
from .refusals import Problem, Refusal

WORKING_DAYS = 5  # to answer simple questions: 《政府网站与政务新媒体检查指标》
CLOSING_TIME = time(18)
# Limits: per address in an hour and in a day, and for all addresses in an hour.
HOURLY, DAILY, HOURLY_OF_ALL = 5, 20, 200
CONTACT_KEPT = timedelta(days=90)
REPORT_SALT = "reporting"
# Any of these duties in the article's section allows answering.
ANSWERING = (Duty.FIRST, Duty.SECOND, Duty.FINAL, Duty.PUBLISH)

NOTHING_SAID = Problem("reporting.nothing_said", _("Please say what is wrong, in a few words."))
REPORT_TOO_LONG = Problem(
    "reporting.too_long",
    _("That is longer than we can take: at most %(most)d characters. Please shorten it."),
)
ARTICLE_NOT_PUBLIC = Problem("reporting.not_public", _("This article can no longer be read here."))
TOO_MANY = Problem(
    "reporting.too_many",
    _("There have been too many reports. Please try again in an hour; your text is still here."),
)
CLOSED_ALREADY = Problem("reporting.closed_already", _("This report is closed already."))
NO_ANSWER = Problem("reporting.no_answer", _("Write an answer: the reader can look it up."))
DISMISSAL_WITHOUT_REASON = Problem("reporting.no_reason", _("Write a reason; readers do not see it."))


class CannotReport(Refusal):
    """Raised, with a message for the reader, when a report is not accepted."""


class CannotClose(Refusal):
    """Raised when a report cannot be answered or dismissed."""


@transaction.atomic
def receive_report(article: Article, *, text: str, quote: str = "", contact: str = "", address: str) -> Report:
    """Store a reader's report on the public edition; returns the existing open report if it has the same text.

    `address` is the reader's IP address; only a hash with a daily salt is stored. Raises CannotReport.
    """
    text, quote, contact = (sanitising.plain_text(part) for part in (text, quote, contact))
    if not text:
        raise CannotReport(NOTHING_SAID)
    for part, most in ((text, 500), (quote, 200), (contact, 80)):
        if len(part) > most:
            raise CannotReport(REPORT_TOO_LONG.filled(most=most))
    article = Article.objects.get_locked(article.pk)
    edition = article.public_edition
    if edition is None:
        raise CannotReport(ARTICLE_NOT_PUBLIC)
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
        contact=encryption.encrypt_text(contact),
        sender=sender,
        received_at=now,
        due_at=answer_due_at(now),
    )
    audit.record_entry(
        "report.received", report, by=None, article=article.pk, due=report.due_at.isoformat(timespec="minutes")
    )
    return report


@transaction.atomic
def answer_report(report: Report, *, by: User, text: str) -> Report:
    """Close a report with an answer that the reader can look up. Raises PermissionDenied or CannotClose."""
    return _close_report(report, by=by, text=text, state=Report.State.ANSWERED, empty=NO_ANSWER)


@transaction.atomic
def dismiss_report(report: Report, *, by: User, reason: str) -> Report:
    """Close a report without an answer, with an internal reason. Raises PermissionDenied or CannotClose."""
    return _close_report(report, by=by, text=reason, state=Report.State.DISMISSED, empty=DISMISSAL_WITHOUT_REASON)


@transaction.atomic
def open_contact(report: Report, *, by: User) -> str:
    """Return the reader's contact, and record that `by` has seen it; '' if unknown.

    Raises PermissionDenied or CannotDecrypt.
    """
    report = Report.objects.select_related("article__section__parent").get(pk=report.pk)
    _require_answering(by, report)
    contact = encryption.decrypt_text(report.contact)
    if contact:
        audit.record_entry("report.contact_opened", report, by=by, article=report.article_id)
    return contact


def contact_hint(report: Report) -> str:
    """Return the report's contact data masked, or why they cannot be decrypted."""
    try:
        return masked_contact(encryption.decrypt_text(report.contact))
    except encryption.CannotDecrypt as refusal:
        return str(refusal)


def masked_contact(contact: str) -> str:
    """The contact data with all but its first three characters hidden; all of them, if they are few."""
    shown = contact[:3] if len(contact) > 6 else ""
    return shown + "•" * (len(contact) - len(shown))


def reports_answerable_by(user: User | AnonymousUser) -> QuerySet[Report]:
    """The reports, open and closed, in the sections where the user may answer."""
    here = Q(pk=None)
    for duty in ANSWERING:
        if permissions.has_duty_everywhere(user, duty):
            return Report.objects.all()
        here |= Q(article__section__in=permissions.sections_with_duty(user, duty).values("pk"))
    return Report.objects.filter(here)


def open_reports_for(user: User | AnonymousUser) -> QuerySet[Report]:
    """The open reports that the user may answer, the most urgent first."""
    rows = reports_answerable_by(user).filter(state=Report.State.OPEN)
    return rows.select_related("article__section").order_by("due_at", "pk")


def may_answer_report(user: User | AnonymousUser, report: Report) -> bool:
    """Return True if the user may review or publish in the article's section."""
    return any(permissions.has_duty(user, duty, report.article.section) for duty in ANSWERING)


def report_token(report: Report) -> str:
    """Return the signed token with which the reader looks up the answer."""
    return signing.Signer(salt=REPORT_SALT).sign(str(report.pk)).replace(":", ".")


def find_report(token: str) -> Report | None:
    """Return the report of a token; None if it is forged or the report is gone."""
    try:
        key = signing.Signer(salt=REPORT_SALT).unsign(token.replace(".", ":"))
    except signing.BadSignature:
        return None
    return Report.objects.select_related("article__live").filter(pk=key).first()


def answer_due_at(instant: datetime) -> datetime:
    """Return when an answer is due: at closing time on the fifth following working day. Public holidays are ignored."""
    day, left = timezone.localdate(instant), WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return timezone.make_aware(datetime.combine(day, CLOSING_TIME))


def forget_contacts() -> int:
    """Erase contact data of reports closed more than CONTACT_KEPT ago; returns how many. Idempotent."""
    old = Report.objects.filter(closed_at__lt=timezone.now() - CONTACT_KEPT)
    return old.exclude(contact="", sender="").update(contact="", sender="")


def _close_report(report: Report, *, by: User, text: str, state: str, empty: Problem) -> Report:
    report = (
        Report.objects.select_for_update(of=("self",), no_key=True)
        .select_related("article__section__parent")
        .get(pk=report.pk)
    )
    _require_answering(by, report)
    text = sanitising.plain_text(text)
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


def _require_answering(user: User, report: Report) -> None:
    if not may_answer_report(user, report):
        raise PermissionDenied(
            _("“%(user)s” may not answer here: they neither review nor publish in “%(section)s”.")
            % {"user": user.get_username(), "section": report.article.section}
        )


def _refuse_a_flood(sender: str, now: datetime) -> None:
    recent = Report.objects.filter(received_at__gt=now - timedelta(hours=1))
    today = Report.objects.filter(received_at__gt=now - timedelta(days=1), sender=sender)
    if recent.filter(sender=sender).count() >= HOURLY or today.count() >= DAILY or recent.count() >= HOURLY_OF_ALL:
        raise CannotReport(TOO_MANY)


def _hashed_sender(address: str) -> str:
    salt = f"{settings.SECRET_KEY}{date.today()}"  # noqa: DTZ011 (any daily change will do)
    return sha256(f"{salt}{address}".encode()).hexdigest()
