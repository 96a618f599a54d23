"""The context processor of readers' templates (TEMPLATES in newsroom/settings.py)."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .pages.page_batch import PageBatch


def site_context_processor(request: HttpRequest) -> dict[str, Any]:
    """Return `site`, the `SiteContext` of readers' pages: as it is if the view has used it, else read at first use."""
    batch = PageBatch.of_request(request)
    return {"site": batch.site if batch.has_read_site else SimpleLazyObject(lambda: batch.site)}
