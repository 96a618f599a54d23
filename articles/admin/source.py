from django.contrib import admin

from ..models import Source
from .screen import Screen


@admin.register(Source)
class SourceScreen(Screen):
    list_display = ["name", "standing", "url"]
    list_filter = ["standing"]
    search_fields = ["name"]
