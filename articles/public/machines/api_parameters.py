"""The query parameters of the JSON interface (api.py), and the errors for those that are wrong."""

import re
from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ...models import Article, Section
from ...refusals import Problem, Refusal
from ..pages.page_batch import PageBatch
from ..public_facts import first_publication

CURSOR = re.compile(r"([0-9]{1,16})-([0-9]{1,18})")
EPOCH = datetime.fromtimestamp(0, UTC)
LONGEST_VALUE = 200  # characters
PARAMETERS = {
    "articles": {"section", "since", "until", "limit", "cursor"},
    "search": {"q", "section", "person", "keyword", "source", "since", "until", "order", "page"},
}

UNKNOWN_ORDER = Problem("api.unknown_order", _("“order” is “best” or “time”."))
UNKNOWN_PARAMETER = Problem("api.unknown_parameter", _("There is no parameter “%(unknown)s”; there are: %(known)s."))
ODD_PARAMETER = Problem("api.odd_parameter", _("A parameter is at most 200 characters long, and none of them is NUL."))
NO_NUMBER = Problem("api.no_number", _("“%(name)s” is a number from 1 to %(most)d."))
NO_SECTION = Problem("api.no_section", _("There is no section “%(slug)s”."))
NO_DAY = Problem("api.no_day", _("“%(name)s” is a day such as 2026-05-31."))
NO_CURSOR = Problem("api.no_cursor", _("“cursor” is the value of “next” on the page before."))


class ApiError(Refusal):
    """Raised for a request that cannot be answered; `status` is the HTTP status of the answer (RFC 9457)."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem)
        self.status = status


def query_parameters(request: HttpRequest, resource: str) -> dict[str, str]:
    """Return the parameters of a request for `resource`, a key of PARAMETERS.

    Raises ApiError for an unknown parameter, so that a misspelt filter does not return everything.
    """
    unknown = set(request.GET) - PARAMETERS[resource]
    if unknown:
        facts = {"unknown": "、".join(sorted(unknown)[:5])[:80], "known": ", ".join(sorted(PARAMETERS[resource]))}
        raise ApiError(400, UNKNOWN_PARAMETER.filled(**facts))
    parameters = {name: request.GET[name] for name in request.GET}
    for value in parameters.values():
        if "\x00" in value or len(value) > LONGEST_VALUE:
            raise ApiError(400, ODD_PARAMETER)
    return parameters


def number_parameter(parameters: dict[str, str], name: str, default: int, most: int) -> int:
    """Return a number from 1 to `most`. Raises ApiError for anything else."""
    text = parameters.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise ApiError(400, NO_NUMBER.filled(name=name, most=most))
    return int(text)


def section_parameter(request: HttpRequest, parameters: dict[str, str]) -> Section | None:
    """Return the section to filter by; None without a filter. Raises ApiError if there is no such section."""
    slug = parameters.get("section")
    if not slug:
        return None
    found = next((section for section in PageBatch.of_request(request).site.sections if section.slug == slug), None)
    if found is None:
        raise ApiError(404, NO_SECTION.filled(slug=slug[:40]))
    return found


def day_range(parameters: dict[str, str]) -> tuple[date | None, date | None]:
    """Return the days `since` and `until`, each None if not given. Raises ApiError for other values."""
    return _day_parameter(parameters, "since"), _day_parameter(parameters, "until")


def _day_parameter(parameters: dict[str, str], name: str) -> date | None:
    text = parameters.get(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ApiError(400, NO_DAY.filled(name=name)) from error
    if not 1900 <= day.year <= 2200:
        raise ApiError(400, NO_DAY.filled(name=name))
    return day


def parse_cursor(text: str) -> tuple[datetime, int]:
    """Return the publication time and the number of the article that a cursor names. Raises ApiError if it is not a
    cursor.
    """
    found = CURSOR.fullmatch(text)
    if found is None:
        raise ApiError(400, NO_CURSOR)
    return EPOCH + timedelta(microseconds=int(found[1])), int(found[2])


def make_cursor(article: Article) -> str:
    """Return the cursor of the articles after this one: microseconds since 1970 of its publication, and its number."""
    return f"{(first_publication(article) - EPOCH) // timedelta(microseconds=1)}-{article.number}"
