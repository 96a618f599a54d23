"""Asks whether the addresses that texts link to still answer: this site's of the database, others over the network.

Politely: one request per site at a time, with a pause in between and a User-Agent that names the newsroom; a
month passes before an address is requested again. Called by the worker only; other sites in a separate thread.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from .. import fetching
from ..models import LinkHost, LinkTarget
from ..models.link_check import LONGEST_HOST, NOT_GIVEN_UP
from ..refusals import Refusal
from .own_site import status_of_own_address
from .register import PAUSE

SECONDS = 15.0  # for one address in all
AGAIN_AFTER = timedelta(days=30)
# After the first and the second time that nothing answered
TRIED_AGAIN_AFTER = (timedelta(hours=1), timedelta(days=1))
NETWORK_IS_THERE = timedelta(hours=2)  # how long an answer of any site proves it
QUESTIONS_PER_CALL, OWN_PER_CALL = 20, 50

Outcome, Finding = LinkTarget.Outcome, LinkTarget.Finding
GONE = {404, 410}


class Answer(NamedTuple):
    """The result of one request: the HTTP status, None without an answer, and the other site that it leads to."""

    outcome: str
    status: int | None
    leads_to: str = ""


def outside_links_are_due() -> bool:
    """Return True if an address of another site is due now; never unless settings.LINK_CHECKS."""
    return settings.LINK_CHECKS and _hosts_due(timezone.now()).exists()


def check_outside_links() -> int:
    """Ask for the addresses of other sites that are due, one site after the other; return how many, a bounded number.

    A network that is away raises nothing.
    """
    for asked in range(QUESTIONS_PER_CALL):
        target = _claim_next(timezone.now())
        if target is None:
            return asked
        _record_answer(target, _ask(target.address), timezone.now())
    return QUESTIONS_PER_CALL


def check_own_links() -> int:
    """Look whether the addresses of this site that are due lead anywhere; return how many, OWN_PER_CALL at most."""
    host = LinkHost.objects.filter(host="", next_at__lte=timezone.now()).first()
    if host is None:
        return 0
    due = list(_due_of(host, timezone.now())[:OWN_PER_CALL])
    for target in due:
        status = status_of_own_address(target.address)
        outcome = Outcome.GONE if status in GONE else Outcome.WORKS
        _record_answer(target, Answer(outcome, status), timezone.now())
    if not due:
        _plan_next(host.pk, timezone.now())
    return len(due)


@transaction.atomic
def _claim_next(now: datetime) -> LinkTarget | None:
    """Return the next address to request, of a site that no other worker is requesting; None if none is due."""
    host = _hosts_due(now).order_by("next_at").select_for_update(skip_locked=True, no_key=True).first()
    if host is None:
        return None
    target = _due_of(host, now).first()
    if target is None:
        _plan_next(host.pk, now)
        return None
    # Whatever becomes of this question, the site is left alone for the pause.
    LinkHost.objects.filter(pk=host.pk).update(next_at=now + timedelta(seconds=SECONDS) + PAUSE)
    return target


def _hosts_due(now: datetime) -> QuerySet[LinkHost]:
    return LinkHost.objects.filter(next_at__lte=now).exclude(host="")


def _due_of(host: LinkHost, now: datetime) -> QuerySet[LinkTarget]:
    return LinkTarget.objects.filter(host=host, due_at__lte=now).order_by("due_at")


def _plan_next(host: int, now: datetime) -> None:
    """Set when the site is asked again: when the first of its addresses is due, but not before the pause is over."""
    first = LinkTarget.objects.filter(host=host, due_at__isnull=False).order_by("due_at").first()
    at = max(first.due_at, now + PAUSE) if first and first.due_at else None
    LinkHost.objects.filter(pk=host).exclude(host="").update(next_at=at)
    LinkHost.objects.filter(pk=host, host="").update(next_at=first.due_at if first else None)


def _ask(address: str) -> Answer:
    agent = f"Newsroom ({settings.SITE_URL}; checks the links of its articles)"
    try:
        probed = fetching.probe_public(address, agent=agent, seconds=SECONDS)
    except Refusal:
        return Answer(Outcome.UNREACHABLE, None)
    leads_to = urlsplit(probed.address).hostname or ""
    leads_to = "" if leads_to == urlsplit(address).hostname else leads_to
    if probed.status in GONE:
        return Answer(Outcome.GONE, probed.status, leads_to)
    if probed.status >= 500:
        return Answer(Outcome.UNREACHABLE, probed.status, leads_to)
    # 401, 403, 429 and the like: it answers, but not to a machine.
    return Answer(Outcome.UNTOLD if probed.status >= 400 else Outcome.WORKS, probed.status, leads_to)


@transaction.atomic
def _record_answer(target: LinkTarget, answer: Answer, now: datetime) -> None:
    """Store the answer, open or close the finding, and schedule the next request."""
    row = LinkTarget.objects.select_for_update(no_key=True).get(pk=target.pk)
    if answer.status is None and not _network_is_there(now):  # says nothing about the address
        LinkTarget.objects.filter(pk=row.pk).update(due_at=now + TRIED_AGAIN_AFTER[0])
        _plan_next(row.host_id, now)
        return
    row.failures = min(row.failures + 1, NOT_GIVEN_UP) if answer.outcome == Outcome.UNREACHABLE else 0
    row.outcome, row.status, row.checked_at = answer.outcome, answer.status, now
    pauses = dict(enumerate(TRIED_AGAIN_AFTER, start=1)) if not row.is_dead else {}
    row.due_at = now + pauses.get(row.failures, AGAIN_AFTER) if row.articles else None
    _open_or_close(row, now)
    row.save()
    # The site's row after the target's, as in the register.
    facts = {"outcome": answer.outcome, "checked_at": now, "leads_to": answer.leads_to[:LONGEST_HOST]}
    LinkHost.objects.filter(pk=row.host_id).update(**facts)
    _plan_next(row.host_id, now)


def _network_is_there(now: datetime) -> bool:
    """Return True if any other site has answered lately; a server whose network is down finds nothing dead."""
    answered = LinkTarget.objects.filter(status__isnull=False, checked_at__gt=now - NETWORK_IS_THERE)
    return answered.exclude(host__host="").exists()


def _open_or_close(row: LinkTarget, now: datetime) -> None:
    if row.is_dead and row.articles and row.finding in ("", Finding.SETTLED):
        row.finding, row.found_at, row.reason, row.by, row.settled_at = Finding.OPEN, now, "", None, None
    elif row.outcome == Outcome.WORKS and row.finding == Finding.OPEN:
        row.finding, row.settled_at = Finding.SETTLED, now
