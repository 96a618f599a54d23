"""My articles (我的稿件): each with its public state and the way of its newest text through the readings.

Where the text came back, who sent it back and why; where the article was withdrawn, why.
"""

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
from .form_fields import NUMBER

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
    """A row of the list, and the steps of a pending text; none if the newest one is public."""

    row: ListRow
    steps: list[Step]

    @property
    def since(self) -> datetime | None:
        """Since when the article is public, or is not any more; None if readers have never had it, and where a newer text
        is not public yet: beside its state the time would be taken for that of the newer text.
        """
        article = self.row.article
        match article.state:
            case Article.State.CHANGED:
                return None
            case Article.State.WITHDRAWN:
                return article.withdrawn_at
            case Article.State.EXPIRED:
                return article.expires_at
        return article.live.published_at if article.live else None

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
    """Return the steps of the newest text: written, each reading, to be published; none if it is not pending."""
    if not _is_on_its_way(article):
        return []
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


def _is_on_its_way(article: Article) -> bool:
    """Return True if the newest text may still become public: it is neither public nor older than a withdrawal."""
    if article.live:
        return article.live.digest != article.newest.digest
    return bool(article.stage) or article.withdrawn_at is None or article.newest.created_at > article.withdrawn_at
