"""Which requests are to the desk."""

from django.http import HttpRequest

DESK = "/admin/"


def is_to_desk(request: HttpRequest) -> bool:
    """Return True if the request's address is one of the desk's."""
    return request.path_info.startswith(DESK)
