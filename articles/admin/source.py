from django.contrib import admin

from .. import sources
from ..models import Source
from .screen import Screen


@admin.register(Source)
class SourceScreen(Screen):
    save_act = staticmethod(sources.save_source)
    list_display = ["name", "standing", "url"]
    list_filter = ["standing"]
    search_fields = ["name"]
