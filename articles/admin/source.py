"""The screen of sources."""

from django.contrib import admin

from .. import sources
from ..models import Article, Source
from .merging import MergeableAdmin


@admin.register(Source)
class SourceAdmin(MergeableAdmin[Source]):
    save_act = staticmethod(sources.save_source)
    merge_act = staticmethod(sources.merge_source)
    used_by = (Article, "source")
    list_display = ["name", "standing", "url"]
    list_filter = ["standing"]
    search_fields = ["name"]
