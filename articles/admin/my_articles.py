"""My articles (我的稿件): each with its way through the readings and, where it came back, who sent it back and why."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from .. import review, search
from ..duty_assignments import permissions
from ..duty_assignments.permissions import EDITORIAL_DUTIES
from ..models import Article, SignOff
from ..search import WorkingCopyQuery
from .acting_user import acting_user
from .article_list import ListRow, list_rows
from .newsroom_admin import NUMBER

SHOWN = 30


@dataclass(frozen=True)
class Step:
    """A step on the way to readers: its name, who did it and when; `mark` is "done", "now" or "" for what follows."""

    name: str
    mark: str = ""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Story:
    """A row of the list, and its steps."""

    row: ListRow
    steps: list[Step]

    def published_before(self, moment: datetime) -> bool:
        """Return True if readers have had the newest text since before `moment`."""
        version = self.row.article.live
        return bool(version and version.digest == self.row.article.newest.digest and version.published_at < moment)


def my_articles_view(request: HttpRequest) -> HttpResponse:
    """List what the user began or is credited on, the last saved first."""
    user = acting_user(request)
    if not permissions.has_duty_anywhere(user, *EDITORIAL_DUTIES):
        raise PermissionDenied(_("Articles are for those who work on them."))
    before = request.GET.get("before", "")
    stories, following = my_stories(user, most=SHOWN, before=int(before) if NUMBER.fullmatch(before) else None)
    context = {
        **admin.site.each_context(request),
        "title": _("My articles"),
        "stories": stories,
        "following": following,
    }
    return TemplateResponse(request, "admin/my_articles.html", context)


def my_stories(user: User, *, most: int, before: int | None = None) -> tuple[list[Story], int | None]:
    """Return the user's stories, and where the next page begins. A few queries, whatever their number."""
    page = search.find_working_copies(WorkingCopyQuery(mine=True), by=user, before=before, most=most)
    rows = list_rows(page.numbers, user)
    passes = review.passes_that_count([row.article for row in rows])
    return [Story(row, _steps_of(row.article, passes[row.article.pk])) for row in rows], page.following


def _steps_of(article: Article, passes: list[SignOff]) -> list[Step]:
    """Return the way of the newest text: written, each reading, published."""
    is_public = article.live is not None and article.live.digest == article.newest.digest
    if is_public and article.live:
        return [Step(_("Published"), "done", at=article.live.published_at)]
    steps = [Step(_("Written"), "done" if article.stage else "now", at=article.newest.created_at)]
    stages = article.stages if article.stage else article.section.stages
    signed = {decision.stage: decision for decision in passes}
    for stage in range(1, stages + 1):
        name = review.stage_name(stage, stages)
        if decision := signed.get(stage):
            steps.append(Step(name, "done", decision.person_name, decision.at))
        else:
            steps.append(Step(name, "now" if article.stage == stage else ""))
    ready = bool(article.stage) and article.stage > article.stages
    return [*steps, Step(_("Publish"), "now" if ready else "", at=article.scheduled_for)]
