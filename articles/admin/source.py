from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .. import baking, search
from ..models import Source
from .screen import Screen, fields_of


@admin.register(Source)
class SourceScreen(Screen):
    list_display = ["name", "standing", "url"]
    list_filter = ["standing"]
    search_fields = ["name"]

    def record(self, request: HttpRequest, obj: Source, what: str, message: Any = ()) -> None:
        super().record(request, obj, what, message)
        if "name" in fields_of(message) or search.newest(search.Query(source=obj.name), 1):
            baking.request_everything()  # the articles that come from it lead to its page
