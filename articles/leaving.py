"""Colleagues who leave (离职交接), and unused accounts: closed until somebody reopens them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import accounts, audit, desk_sessions, review, sanitising, search
from .duty_assignments import assigning, permissions
from .duty_assignments.permissions import Duty
from .models import Article, Assignment, AuditEntry
from .models.article import ArticleQuerySet
from .refusals import Problem, Refusal

NAMED_AFTER = timedelta(days=60)  # without a log-in, an account is named on the desk
DORMANT_BATCH = 100  # the most accounts that one call of `close_dormant_accounts` closes
MOST_TRIES = 5  # to lock what an account leaves, while others still give it work
MOST_NAMED = 500  # numbers of articles that the entry about a leaver names

ONESELF = Problem("leaving.oneself", _("You cannot close your own account; ask another system administrator."))
WITHOUT_REASON = Problem("leaving.without_reason", _("Write the reason in a few words."), field="reason")
LAST_ADMINISTRATOR = Problem(
    "leaving.last_administrator",
    _("Without “%(account)s” nobody could open accounts, or nobody could assign duties."),
    _("Give another account this duty first."),
)
NOBODY_NAMED = Problem(
    "leaving.nobody_named",
    _("“%(account)s” leaves drafts, readings or scheduled articles: %(count)d in all."),
    _("Choose the colleague who takes them over."),
    field="to",
)
NO_COLLEAGUE = Problem(
    "leaving.no_colleague", _("“%(account)s” is not in use, or leaves; choose somebody else."), field="to"
)
MAY_NOT_WRITE = Problem(
    "leaving.may_not_write",
    _("“%(account)s” may not write in %(sections)s, where drafts are taken over."),
    _("Choose somebody who writes there, or have the duty assigned first."),
    field="to",
)
MAY_NOT_PUBLISH = Problem(
    "leaving.may_not_publish",
    _("“%(account)s” may not publish in %(sections)s, where articles are scheduled."),
    _("Choose somebody who publishes there, or have these articles taken off the schedule first."),
    field="to",
)
STILL_GIVEN = Problem(
    "leaving.still_given",
    _("“%(account)s” is being given work at this moment; nobody left."),
    _("Wait until it has been handed on, then try again."),
)


class CannotLeave(Refusal):
    """Raised when an account cannot be closed, or its work not be taken over by this colleague."""


@dataclass(frozen=True)
class OpenWork:
    """The numbers of the articles that somebody leaves: unfinished drafts, readings handed to them, scheduled ones."""

    drafts: list[int]
    turns: list[int]
    scheduled: list[int]

    @property
    def numbers(self) -> list[int]:
        return sorted({*self.drafts, *self.turns, *self.scheduled})


def open_work_of(account: User) -> OpenWork:
    """What somebody has to take over when this account leaves. Three queries."""
    return OpenWork(*(list(rows.order_by("number").values_list("number", flat=True)) for rows in _work_of(account)))


def _work_of(account: User) -> tuple[ArticleQuerySet, ArticleQuerySet, ArticleQuerySet]:
    kept = Article.objects.kept()
    own = kept.filter(created_by=account)
    unfinished = own.in_state(Article.State.DRAFT) | own.in_state(Article.State.CHANGED)
    return unfinished, kept.filter(handed_to=account), kept.filter(scheduled_by=account)


@transaction.atomic
def let_go(account: User, *, to: User | None, reason: str, by: User) -> OpenWork:
    """Close the account of a colleague who leaves: sessions and duties end, drafts and turns go to a colleague.

    One act with one entry. Returns what was taken over. An account that has left already stays as it is. Raises
    PermissionDenied or CannotLeave.
    """
    account, to = _lock_accounts(account, to)
    accounts.require_may_change(by, account)
    work = _lock_work_of(account)
    duties = list(account.assignments.select_related("section"))
    if not account.is_active and not duties and not work.numbers:
        return work
    reason = sanitising.plain_text(reason)[:400]
    _refuse_leaving(account, to, work, reason, by)
    if to:
        Article.objects.filter(number__in=work.drafts).update(created_by=to)
        search.index_working_copies(work.drafts)  # the index has whose they are
        Article.objects.filter(number__in=work.scheduled).update(scheduled_by=to)
    review.hand_on_turns(account, to, by=by, reason=reason)
    account.assignments.all().delete()
    account.is_active = False
    account.save(update_fields=["is_active"])
    _record_leaving(account, to, reason, duties, work, by)
    return work


def _record_leaving(
    account: User, to: User | None, reason: str, duties: list[Assignment], work: OpenWork, by: User
) -> None:
    audit.record_entry(
        "user.left",
        account,
        by=by,
        name=account.get_username(),
        reason=reason,
        to=to.get_username() if to else "",
        duties=[f"{held.duty} · {held.section.name}" if held.section else held.duty for held in duties],
        drafts=work.drafts[:MOST_NAMED],
        turns=work.turns[:MOST_NAMED],
        scheduled=work.scheduled[:MOST_NAMED],
        count=len(work.numbers),
        sessions=desk_sessions.end_sessions(account),
    )


def _lock_accounts(account: User, to: User | None) -> tuple[User, User | None]:
    keys = [account.pk, *([to.pk] if to else [])]
    locked = {user.pk: user for user in User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")}
    return locked[account.pk], locked[to.pk] if to else None


def _lock_work_of(account: User) -> OpenWork:
    """Lock the articles that the account leaves, then the audit chain; return them.

    An article that was given to it in between is locked too: for that the audit chain is let go, since whoever has
    locked that article may wait for it. Raises CannotLeave if others go on giving it articles.
    """
    work = open_work_of(account)
    for _try in range(MOST_TRIES):
        before, locked = transaction.savepoint(), set(work.numbers)
        Article.objects.lock_rows(locked)
        audit.lock_audit_chain()
        work = open_work_of(account)
        if locked.issuperset(work.numbers):
            transaction.savepoint_commit(before)
            return work
        transaction.savepoint_rollback(before)
    raise CannotLeave(STILL_GIVEN.filled(account=account.get_username()))


def _refuse_leaving(account: User, to: User | None, work: OpenWork, reason: str, by: User) -> None:
    if account.pk == by.pk:
        raise CannotLeave(ONESELF)
    if not reason:
        raise CannotLeave(WITHOUT_REASON)
    if is_last_administrator(account):
        raise CannotLeave(LAST_ADMINISTRATOR.filled(account=account.get_username()))
    if to is None:
        if work.numbers:
            raise CannotLeave(NOBODY_NAMED.filled(account=account.get_username(), count=len(work.numbers)))
        return
    if not (to.is_active and to.is_staff) or to.pk == account.pk:
        raise CannotLeave(NO_COLLEAGUE.filled(account=audit.account_name(to)))
    for numbers, duty, problem in (
        (work.drafts, Duty.WRITE, MAY_NOT_WRITE),
        (work.scheduled, Duty.PUBLISH, MAY_NOT_PUBLISH),
    ):
        closed = _sections_without(to, duty, numbers)
        if closed:
            raise CannotLeave(problem.filled(account=audit.account_name(to), sections="、".join(closed)))


def _sections_without(user: User, duty: str, numbers: Iterable[int]) -> list[str]:
    """The names of the sections of these articles in which the user lacks the duty."""
    articles = Article.objects.filter(number__in=numbers).select_related("section__parent")
    sections = {article.section for article in articles.only("section__name", "section__parent__name")}
    return sorted(section.name for section in sections if not permissions.has_duty(user, duty, section))


def is_last_administrator(account: User) -> bool:
    """Return True if without this account nobody could open accounts, or nobody could assign duties.

    Call it with the audit-chain lock, so that two administrators do not close each other's accounts at once.
    """
    return any(assigning.is_last_with(account, duty) for duty in assigning.KEPT_SOMEWHERE)


# --- Unused accounts ----------------------------------------------------------------------------------


def dormant_accounts(unused: timedelta) -> QuerySet[User]:
    """The accounts without a log-in for so long, the longest unused first.

    Without superusers, which are for emergencies, and without accounts that an administrator has changed since:
    reopening one is deliberate.
    """
    since = timezone.now() - unused
    changed = AuditEntry.objects.filter(
        object_type="user", object_id=Cast(OuterRef("pk"), CharField()), action="user.changed", at__gt=since
    )
    last_seen = Coalesce("last_login", "date_joined")
    rows = User.objects.filter(~Q(Exists(changed)), is_active=True, is_staff=True, is_superuser=False)
    return rows.annotate(last_seen=last_seen).filter(last_seen__lt=since).select_related("person").order_by("last_seen")


def close_dormant_accounts() -> int:
    """Close accounts unused for settings.DORMANT_ACCOUNT_DAYS; returns how many. 0 days: none.

    The last account that may open accounts or assign duties stays open. At most DORMANT_BATCH.
    """
    days = settings.DORMANT_ACCOUNT_DAYS
    if not days:
        return 0
    due = dormant_accounts(timedelta(days=days)).values_list("pk", flat=True)[:DORMANT_BATCH]
    return sum(_close_dormant(key, timedelta(days=days)) for key in list(due))


@transaction.atomic
def _close_dormant(key: int, unused: timedelta) -> bool:
    """Return True if this call closed it; another worker may have, or somebody may have logged in."""
    User.objects.select_for_update(no_key=True).filter(pk=key).first()
    audit.lock_audit_chain()
    account = dormant_accounts(unused).filter(pk=key).first()
    if account is None or is_last_administrator(account):
        return False
    account.is_active = False
    account.save(update_fields=["is_active"])
    seen = (account.last_login or account.date_joined).isoformat(timespec="minutes")
    audit.record_entry("user.closed", account, by=None, name=account.get_username(), last_seen=seen)
    desk_sessions.end_sessions(account)
    return True
