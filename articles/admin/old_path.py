"""The screen of old addresses: those that moved and those that are gone."""

from django.contrib import admin
from django.http import HttpRequest

from .. import old_paths
from ..models import OldPath
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin


@admin.register(OldPath)
class OldPathAdmin(NewsroomAdmin[OldPath]):
    save_act = staticmethod(old_paths.save_old_path)
    list_display = ["path", "target"]
    search_fields = ["path", "target"]

    def has_delete_permission(self, request: HttpRequest, obj: OldPath | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: OldPath) -> None:
        old_paths.remove_old_path(obj, by=acting_user(request))
