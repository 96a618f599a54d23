from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .. import baking, old_paths
from ..models import Section
from .screen import Screen


@admin.register(Section)
class SectionScreen(Screen):
    list_display = ["name", "slug", "parent", "kind", "position", "last_ordinal"]
    list_select_related = ["parent"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    def save_model(self, request: HttpRequest, obj: Section, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            # Printed addresses and other sites' links keep leading here.
            old_paths.record_move(f"/s/{form.initial['slug']}/", obj.get_absolute_url())

    def record(self, request: HttpRequest, obj: Section, what: str, message: Any = ()) -> None:
        super().record(request, obj, what, message)
        if what == "added":
            baking.request(baking.of_section(obj))
        else:
            baking.request_everything()  # its name stands in the navigation, and on the page of every article in it
