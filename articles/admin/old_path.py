from django.contrib import admin

from ..models import OldPath
from .screen import Screen


@admin.register(OldPath)
class OldPathScreen(Screen):
    list_display = ["path", "target"]
    search_fields = ["path", "target"]

    def has_delete_permission(self, request, obj=None) -> bool:
        return self.has_change_permission(request, obj)
