"""What the list of articles can be narrowed to: what readers see of them, and where their readings stand."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from ..models import Article


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return Article.State.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.in_state(self.value()) if self.value() in Article.State.values else queryset


class ReadingFilter(admin.SimpleListFilter):
    title = gettext_lazy("readings")
    parameter_name = "reading"
    rows = {
        "waiting": (gettext_lazy("Being read"), Q(stage__gt=0, stage__lte=F("stages"))),
        "held": (gettext_lazy("On hold"), Q(on_hold=True)),
        "ready": (gettext_lazy("Read by all, not published"), Q(stage__gt=F("stages"), scheduled_for__isnull=True)),
        "scheduled": (gettext_lazy("Scheduled"), Q(scheduled_for__isnull=False)),
        "late": (gettext_lazy("Published before its readings"), Q(readings_due_at__isnull=False)),
        "failed": (gettext_lazy("Not published on time"), ~Q(schedule_problem="")),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, name) for key, (name, _rows) in self.rows.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(self.rows[self.value()][1]) if self.value() in self.rows else queryset
