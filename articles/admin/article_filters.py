"""Filters of the list of articles: by what readers see, and by the state of the readings."""

from collections.abc import Callable
from typing import cast

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from ..models import Article
from ..models.article import ArticleQuerySet
from ..refusals import Sentence


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Article.State.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        state = self.value()
        return cast(ArticleQuerySet, queryset).in_state(state) if state in Article.State.values else queryset


class ReadingFilter(admin.SimpleListFilter):
    title = gettext_lazy("readings")
    parameter_name = "reading"
    choices_by_key: dict[str, tuple[Sentence, Callable[[ArticleQuerySet], ArticleQuerySet]]] = {
        "waiting": (gettext_lazy("Being read"), lambda rows: rows.filter(stage__gt=0, stage__lte=F("stages"))),
        "held": (gettext_lazy("On hold"), lambda rows: rows.filter(on_hold=True)),
        "ready": (gettext_lazy("Read by all, not published"), ArticleQuerySet.ready_to_publish),
        "scheduled": (gettext_lazy("Scheduled"), lambda rows: rows.filter(scheduled_for__isnull=False)),
        "late": (
            gettext_lazy("Published before its readings"),
            lambda rows: rows.filter(readings_due_at__isnull=False),
        ),
        "failed": (gettext_lazy("Not published on time"), lambda rows: rows.exclude(schedule_problem="")),
    }

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(key, str(name)) for key, (name, _narrow) in self.choices_by_key.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        _name, narrow = self.choices_by_key.get(self.value() or "", (None, None))
        return narrow(cast(ArticleQuerySet, queryset)) if narrow else queryset
