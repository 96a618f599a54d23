"""The context processor of readers' templates (TEMPLATES in newsroom/settings.py)."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .pages.page_batch import PageBatch


def site_context_processor(request: HttpRequest) -> dict[str, Any]:
    """Return `site`, the `SiteContext` of readers' pages, which is read when a template first uses it."""
    return {"site": SimpleLazyObject(lambda: PageBatch.of_request(request).site)}
