"""Paths of readers' pages without asking every pattern for each one: a page of an article has two dozen links.

They are what `reverse` returns, whose answer depends on nothing but the route and these values.
"""

from functools import cache

from django.urls import reverse

STAND_IN = "9080706050403020"  # in the place of a number or code, while the rest of the path is found out


@cache
def fixed_path(route: str) -> str:
    """Return the path of a route without arguments."""
    return reverse(route)


def numbered_path(route: str, number: int | str, *more: str) -> str:
    """Return the path of a route whose first argument is a number, or a code of letters, digits and hyphens."""
    before, after = _path_around_number(route, *more)
    return f"{before}{number}{after}"


@cache
def _path_around_number(route: str, *more: str) -> tuple[str, str]:
    before, _number, after = reverse(route, args=[STAND_IN, *more]).partition(STAND_IN)
    return before, after
