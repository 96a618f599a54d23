"""What Django's templates get beside a view's own context (TEMPLATES in newsroom/settings.py)."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import together


def site(request: HttpRequest) -> dict[str, Any]:
    """`site`: the settings, navigation and footer of readers' pages; read when a template first prints some of it."""
    return {"site": SimpleLazyObject(lambda: together.of(request).site)}
