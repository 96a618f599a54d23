"""The screen of sources."""

from django.contrib import admin

from .. import sources
from ..models import Source
from .newsroom_admin import NewsroomAdmin


@admin.register(Source)
class SourceAdmin(NewsroomAdmin[Source]):
    save_act = staticmethod(sources.save_source)
    list_display = ["name", "standing", "url"]
    list_filter = ["standing"]
    search_fields = ["name"]
