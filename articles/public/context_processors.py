"""What Django's templates get beside a view's own context (TEMPLATES in newsroom/settings.py)."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .pages import page_batch


def site_context_processor(request: HttpRequest) -> dict[str, Any]:
    """Add `site`: settings, navigation and footer of readers' pages, read when a template first prints some of it."""
    return {"site": SimpleLazyObject(lambda: page_batch.page_batch(request).site)}
