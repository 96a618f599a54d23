"""The screen of sections."""

from django.contrib import admin

from .. import sections
from ..models import Section
from .newsroom_admin import NewsroomAdmin


@admin.register(Section)
class SectionAdmin(NewsroomAdmin[Section]):
    save_act = staticmethod(sections.save_section)
    list_display = ["name", "slug", "parent", "kind", "position", "last_ordinal"]
    list_select_related = ["parent"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
