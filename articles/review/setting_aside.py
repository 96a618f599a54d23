"""Setting aside what a rule found: a reader answers for it with a reason."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, sanitising
from ..checks.hits import hits_with_key
from ..checks.rules import Severity
from ..duty_assignments import permissions, reading
from ..models import Article, SetAside
from ..refusals import Problem, Refusal
from .rules import has_written

NOTHING_FOUND = Problem(
    "review.nothing_found", gettext_lazy("This is not in the text any more; look at the newest version.")
)
SET_ASIDE_WITHOUT_REASON = Problem(
    "review.set_aside_without_reason",
    gettext_lazy("Say why it may be published."),
    gettext_lazy("The reason is kept, and printed on the review sheet."),
    "reason",
)


class CannotSetAside(Refusal):
    """Raised when there is nothing to set aside, or no reason is given."""


@transaction.atomic
def set_hit_aside(article: Article, *, by: User, key: str, reason: str) -> None:
    """Let what a rule found in the newest revision be published, with a reason; it holds for these words here.

    Idempotent. Raises PermissionDenied unless `by` has a reading duty in the section and has not written the text
    (unless the section allows it), and CannotSetAside.
    """
    article = Article.objects.get_locked(article.pk)
    if not may_set_aside(by, article):
        raise PermissionDenied(
            _("Only somebody who reads texts of “%(section)s”, and has not written this one, may set that aside.")
            % {"section": article.section}
        )
    if SetAside.objects.filter(article=article, key=key).exists():
        return
    hits = hits_with_key(article, key)
    if not hits or hits[0].rule.severity != Severity.BLOCK:
        raise CannotSetAside(NOTHING_FOUND)
    reason = sanitising.plain_text(reason)[:200]
    if not reason:
        raise CannotSetAside(SET_ASIDE_WITHOUT_REASON)
    rule, words = hits[0].rule.name, hits[0].words
    SetAside.objects.create(article=article, rule=rule, key=key, words=words, reason=reason, by=by, at=timezone.now())
    audit.record_entry("article.hit_set_aside", article, by=by, rule=rule, words=words, reason=reason)


def may_set_aside(user: User, article: Article) -> bool:
    """Return True if the user may set hits aside: a reader of the section who has not written this text."""
    if not any(permissions.has_duty(user, duty, article.section) for duty in permissions.READINGS):
        return False
    if not reading.may_read_article(user, article):
        return False
    return article.section.same_person_allowed or not has_written(article, user)
