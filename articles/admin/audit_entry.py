from django.contrib import admin
from django.http import HttpRequest

from .. import permissions
from ..models import AuditEntry
from .screen import Screen


@admin.register(AuditEntry)
class AuditEntryScreen(Screen):
    """To be read, and by auditors alone."""

    list_display = ["at", "actor_name", "action", "object_type", "object_id", "address"]
    list_filter = ["object_type"]
    search_fields = ["actor_name", "object_id"]
    fields = ["at", "actor_name", "action", "object_type", "object_id", "details", "address", "previous_hash", "hash"]
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return permissions.may_everywhere(request.user, permissions.Duty.AUDIT)

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
