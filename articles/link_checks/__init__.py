"""Links of texts (链接巡检): which addresses texts link to, whether they still answer, and how the desk reports it.

finding    the links of a body
register   which text links where, and from which sites; the worker keeps it up to date
own_site   whether an address of this site leads anywhere, by the database alone
asking     asks other sites, politely; findings are opened and closed
settling   the desk settles or ignores a finding, and says which sites are out of use
"""

from .asking import check_outside_links, check_own_links, outside_links_are_due
from .finding import MOST_LINKS, FoundLink, address_digest, find_links, links_of_body
from .register import continue_register, register_progress
from .settling import CannotSettle, links_to_settle, may_settle, reopen_finding, save_link_host, settle_finding

__all__ = [
    "MOST_LINKS",
    "CannotSettle",
    "FoundLink",
    "address_digest",
    "check_outside_links",
    "check_own_links",
    "continue_register",
    "find_links",
    "links_of_body",
    "links_to_settle",
    "may_settle",
    "outside_links_are_due",
    "register_progress",
    "reopen_finding",
    "save_link_host",
    "settle_finding",
]
