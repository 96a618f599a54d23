from django.contrib import admin
from django.http import HttpRequest

from ..models import AuditEntry
from .screen import Screen


@admin.register(AuditEntry)
class AuditEntryScreen(Screen):
    """To be read, and by those alone who answer for the whole site."""

    list_display = ["at", "actor_name", "action", "object_type", "object_id", "address"]
    list_filter = ["action"]
    search_fields = ["actor_name", "object_id"]
    fields = ["at", "actor_name", "action", "object_type", "object_id", "details", "address", "previous_hash", "hash"]
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
