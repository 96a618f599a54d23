"""Links that lead nowhere, and those to sites that the newsroom has put out of use (LINK-01, EXT-01).

What is known about an address is the result of its last check and its age; no request is sent from here.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.db.models import DateTimeField, IntegerField, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ..link_checks import MOST_LINKS, FoundLink, address_digest, find_links
from ..models import LinkHost, LinkTarget
from .rules import Rule, Severity, SourceMatch

LINKS = _("Links")
DEAD_LINK = Rule(
    "link_dead",
    LINKS,
    Severity.WARN,
    _("A link leads nowhere: %(words)s."),
    _("Correct the address, or remove the link and keep its words."),
)
SUSPENDED_SITE = Rule(
    "link_to_suspended_site",
    LINKS,
    Severity.WARN,
    _("A link leads to a site that is suspended: %(words)s."),
    _("Remove the link, or link to another site."),
)
HIJACKED_SITE = Rule(
    "link_to_hijacked_site",
    LINKS,
    Severity.BLOCK,
    _("A link leads to a site that others have taken over: %(words)s."),
    _("Remove the link and keep its words."),
)
TOO_MANY_LINKS = Rule(
    "too_many_links",
    LINKS,
    Severity.BLOCK,
    _("The text has more links than are checked; the first unchecked one is %(words)s."),
    _("Divide the list into several articles, or attach it as a file."),
)

_SHOWN = 40  # characters of an address
_OUT_OF_USE = {LinkHost.State.SUSPENDED: SUSPENDED_SITE, LinkHost.State.HIJACKED: HIJACKED_SITE}

# Of an address that failed; of a site, its name and state are in the columns of the first two.
_FACTS = ("address", "outcome", "failures", "status", "checked_at")
_NO_FACTS = (Value(0), Value(None, IntegerField()), Value(None, DateTimeField()))


def find_wrong_links(content: Mapping[str, Any]) -> Iterator[SourceMatch]:
    """Yield the links of a revision's content that are dead or lead to sites out of use.

    One query, or none without links.
    """
    links = list(islice(find_links(content["body"]), MOST_LINKS + 1))
    if not links:
        return
    for link in links[MOST_LINKS:]:
        yield _match_of(TOO_MANY_LINKS, link, link.address[:_SHOWN])
    del links[MOST_LINKS:]
    sites = LinkHost.objects.filter(host__in={link.host for link in links}).exclude(state=LinkHost.State.IN_USE)
    checked = LinkTarget.objects.filter(digest__in={address_digest(link.address) for link in links})
    failed = checked.filter(outcome__in=(LinkTarget.Outcome.GONE, LinkTarget.Outcome.UNREACHABLE))
    failed = failed.exclude(finding=LinkTarget.Finding.IGNORED).order_by()
    known = list(failed.values_list(*_FACTS).union(sites.order_by().values_list("host", "state", *_NO_FACTS)))
    rules = {host: _OUT_OF_USE[LinkHost.State(state)] for host, state, *_none in known if state in _OUT_OF_USE}
    targets = [LinkTarget(**dict(zip(_FACTS, row, strict=True))) for row in known if row[1] not in _OUT_OF_USE]
    dead = {target.address: target for target in targets if target.is_dead}
    for link in links:
        if link.host in rules:
            yield _match_of(rules[link.host], link, link.host[:_SHOWN])
        elif link.address in dead:
            yield _match_of(DEAD_LINK, link, _shown_target(dead[link.address]))


def _shown_target(target: LinkTarget) -> str:
    address = target.address if len(target.address) <= _SHOWN else f"{target.address[:_SHOWN]}…"
    day = date_format(timezone.localtime(target.checked_at), "m-d") if target.checked_at else ""
    return f"{address} ({target.status or '–'}, {day})"


def _match_of(rule: Rule, link: FoundLink, shown: str) -> SourceMatch:
    return SourceMatch(rule, "body", link.start, link.end, shown)
