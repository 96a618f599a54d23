"""The side bar of every page of the desk: the screens that this person may use, and the one that is open."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..password_resets import may_see_resets
from ..quality_counts import may_see_quality_counts
from .change_sets import may_see_change_sets
from .colleagues import may_see_colleagues
from .page_tags import may_check_tags
from .review import may_read_anywhere
from .review_sheets_and_evidence import may_see_sheets

# The entries, and below each its screens: models by class, pages of our own by the names of their addresses. An entry
# leads to the first of its screens that this person may use.
ENTRIES: list[tuple[Promise, tuple[str, ...]]] = [
    (pgettext_lazy("at the desk", "Today"), ("index",)),
    (
        _("Articles"),
        ("Article", "my_articles", "queue", "change_sets", "articles_article_beyond_right", "articles_article_bin"),
    ),
    (_("Picture library"), ("Picture", "Attachment")),
    (_("Home page and topics"), ("arrange_home", "Topic")),
    (_("Reported mistakes"), ("Report",)),
    (pgettext_lazy("at the desk", "Check-ups"), ("CheckUp", "LinkTarget", "LinkHost", "quality_counts")),
    (_("Review sheet"), ("sheets",)),
    (
        _("Settings"),
        (
            *("Person", "Source", "Section", "CheckRule", "RosterEntry", "SiteSettings", "OldPath"),
            *("User", "Assignment", "colleagues", "password_resets", "login_locks", "AddressLimit"),
            *("AuditEntry", "page_tags", "BakeJob", "PageCheck"),
        ),
    ),
]


def _writes_or_reads(user: User) -> bool:
    return permissions.has_duty_anywhere(user, *permissions.EDITORIAL_DUTIES)


# Pages that are not a model's screen: their labels, and who may use them.
PAGES: dict[str, tuple[Promise, Callable[[User], bool]]] = {
    "index": (pgettext_lazy("at the desk", "Today"), lambda user: True),
    "my_articles": (_("My articles"), lambda user: permissions.has_duty_anywhere(user, Duty.WRITE)),
    "queue": (_("My queue"), may_read_anywhere),
    "articles_article_beyond_right": (
        _("Ended rights to reprint"),
        lambda user: permissions.has_duty_anywhere(user, Duty.PUBLISH),
    ),
    "articles_article_bin": (_("The bin"), _writes_or_reads),
    "change_sets": (_("Change sets"), may_see_change_sets),
    "arrange_home": (_("Home page"), lambda user: permissions.has_duty_everywhere(user, Duty.ARRANGE)),
    "sheets": (_("Review sheets"), may_see_sheets),
    "colleagues": (_("Who may what"), may_see_colleagues),
    "password_resets": (_("Password resets"), may_see_resets),
    "login_locks": (_("Log-in locks"), lambda user: permissions.has_duty_everywhere(user, Duty.GRANT)),
    "page_tags": (_("Self-check of page tags"), may_check_tags),
    "quality_counts": (_("Errors after readings"), may_see_quality_counts),
}
# Screens with machine-made rows are shown to those who may read them; the others, to those who may change something.
READ = {"Article", "Picture", "Attachment", "Report", "CheckUp", "LinkTarget", "LinkHost", "AuditEntry"}
# The machine's records are read by those responsible for what is public.
READ_BY_PUBLISHERS = {"BakeJob", "PageCheck"}


class RailLink(NamedTuple):
    """A link of the rail. `current` is the value of its `aria-current`: page, true (an entry around it) or nothing."""

    label: str
    address: str
    current: str = ""


class RailEntry(NamedTuple):
    """An entry; `screens` are those below it, where it is open, or the only one, and has more than one."""

    link: RailLink
    screens: list[RailLink]


def rail_entries(user: User, apps: list[dict[str, Any]], path: str) -> list[RailEntry]:
    """Return the entries for this user on the page at `path`; `apps` is Django's list of the models they may see."""
    screens = _usable_screens(user, apps)
    here = max((s.address for s in screens.values() if _is_below(path, s.address)), key=len, default="")
    groups = [
        (str(label), links)
        for label, names in ENTRIES
        if (links := [screens[name] for name in names if name in screens])
    ]
    # A user with one entry besides Today (the three account administrators) sees its screens directly.
    return [_entry(label, links, here, always_open=len(groups) == 2) for label, links in groups]


def _entry(label: str, links: list[RailLink], here: str, *, always_open: bool) -> RailEntry:
    is_open = any(link.address == here for link in links)
    if len(links) == 1 or not (is_open or always_open):
        return RailEntry(RailLink(label, links[0].address, "page" if is_open else ""), [])
    below = [link._replace(current="page" if link.address == here else "") for link in links]
    return RailEntry(RailLink(label, links[0].address, "true" if is_open else ""), below)


def _usable_screens(user: User, apps: list[dict[str, Any]]) -> dict[str, RailLink]:
    models = {model["object_name"]: model for app in apps for model in app["models"]}
    screens = {
        name: RailLink(str(model["name"]), model["admin_url"])
        for name, model in models.items()
        if model["admin_url"] and _may_use(user, name, model["perms"])
    }
    pages = {name: RailLink(str(label), reverse(f"admin:{name}")) for name, (label, may) in PAGES.items() if may(user)}
    return {**screens, **pages}


def _may_use(user: User, name: str, perms: dict[str, bool]) -> bool:
    if name in READ_BY_PUBLISHERS:
        return permissions.has_duty_anywhere(user, Duty.PUBLISH)
    return name in READ or any(perms[kind] for kind in ("add", "change", "delete"))


def _is_below(path: str, address: str) -> bool:
    return path == address if address == reverse("admin:index") else path.startswith(address)
