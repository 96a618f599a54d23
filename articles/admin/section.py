"""The screen of sections: users who arrange change them, users who assign duties change their readings."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .. import sections
from ..duty_assignments import permissions
from ..models import Section
from .acting_user import acting_user
from .proposed_change import ProposingAdmin


@admin.register(Section)
class SectionAdmin(ProposingAdmin[Section]):
    save_act = staticmethod(sections.save_section)
    list_display = ["name", "slug", "parent", "kind", "position", "last_ordinal"]
    list_select_related = ["parent"]
    search_fields = ["name", "slug"]
    # The level follows from the parent.
    arranged: ClassVar[list[Any]] = [
        name for name in sections.SECTION_FIELDS if name not in ("level", *sections.READING_FIELDS)
    ]
    fieldsets = [
        (None, {"fields": arranged}),
        (
            _("Readings"),
            {
                "fields": list(sections.READING_FIELDS),
                "description": _("Changed by the security administrator, who works on no texts."),
            },
        ),
    ]

    def has_view_permission(self, request: HttpRequest, obj: Section | None = None) -> bool:
        return super().has_view_permission(request, obj) or permissions.may_change_rules(acting_user(request))

    def has_change_permission(self, request: HttpRequest, obj: Section | None = None) -> bool:
        return self.has_add_permission(request) or permissions.may_change_rules(acting_user(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return sections.may_arrange_sections(acting_user(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Section | None = None) -> list[str]:
        user = acting_user(request)
        return [
            *([] if sections.may_arrange_sections(user) else self.arranged),
            *([] if permissions.may_change_rules(user) else sections.READING_FIELDS),
        ]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Section | None = None) -> dict[str, Any]:
        return {"slug": ["name"]} if sections.may_arrange_sections(acting_user(request)) else {}
