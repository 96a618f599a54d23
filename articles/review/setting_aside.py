"""Setting aside obstacles to publishing: what a rule found, or a source outside the list of reprints.

Whoever does it answers for it with a reason.
"""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, sanitising
from ..checks import provenance
from ..checks.hits import Hit, hits_with_key
from ..checks.rules import Severity
from ..duty_assignments import permissions, reading
from ..models import Article, SetAside
from ..refusals import Problem, Refusal
from .rules import earliest_publication, has_written, may_correct

NOTHING_FOUND = Problem(
    "review.nothing_found", gettext_lazy("This is no longer in the text; check the newest version.")
)
SET_ASIDE_WITHOUT_REASON = Problem(
    "review.set_aside_without_reason",
    gettext_lazy("Say why it may be published."),
    gettext_lazy("The reason is kept, and printed on the review sheet."),
    "reason",
)

SOURCE_IS_LISTED = Problem(
    "review.source_is_listed", gettext_lazy("There is nothing to allow: its source may be reprinted, or is frozen.")
)


class CannotSetAside(Refusal):
    """Raised when there is nothing to set aside, or no reason is given."""


@transaction.atomic
def set_hit_aside(
    article: Article, *, by: User, key: str, reason: str = "", typed: Iterable[Hit] | None = None
) -> None:
    """Set aside what a rule found in the newest revision, or among the hits of a text that is being `typed`.

    Applies to these words in this article. A blocking hit then allows publishing; it takes a reason, and somebody who
    reads in the section and has not written the text (unless the section allows it). Other hits may
    also be set aside by anybody who may edit the text. Idempotent. Raises PermissionDenied and CannotSetAside.
    """
    article = Article.objects.get_locked(article.pk)
    if not may_ignore(by, article):
        raise PermissionDenied(_not_theirs(article))
    before = SetAside.objects.filter(article=article, key=key).first()
    hit = next((hit for hit in (hits_with_key(article, key) if typed is None else typed) if hit.key == key), None)
    if hit is None:
        raise CannotSetAside(NOTHING_FOUND)
    if before and before.severity in (Severity.BLOCK, hit.rule.severity):
        return
    if hit.rule.severity == Severity.BLOCK:
        if not may_set_aside(by, article):
            raise PermissionDenied(_not_theirs(article))
        reason = _required(reason)
    facts = {"rule": hit.rule.name, "words": hit.words, "reason": sanitising.plain_text(reason)[:200]}
    now = {"severity": hit.rule.severity, "by": by, "at": timezone.now()}
    SetAside.objects.update_or_create({**facts, **now}, article=article, key=key)
    audit.record_entry("article.hit_set_aside", article, by=by, **facts)


def may_ignore(user: User, article: Article) -> bool:
    """Return True if the user may set aside what does not block: its writers and its readers."""
    return may_set_aside(user, article) or reading.may_write_article(user, article) or may_correct(article, user)


@transaction.atomic
def allow_unlisted_source(article: Article, *, by: User, reason: str) -> None:
    """Let a reprint be published although its source is not on the list; this applies to this source in this article.

    Idempotent. Raises PermissionDenied unless `by` may sign last in the section, and CannotSetAside.
    """
    article = Article.objects.get_locked(article.pk)
    if not may_allow_source(by, article):
        raise PermissionDenied(
            _("Only the chief editor of “%(section)s” may allow a reprint from outside the list.")
            % {"section": article.section}
        )
    key = provenance.listing_key(article)
    if SetAside.objects.filter(article=article, key=key).exists():
        return
    problem = provenance.listing_problem(article, earliest_publication(article))
    if problem is None:
        raise CannotSetAside(SOURCE_IS_LISTED)
    facts = {"rule": problem.id, "words": str(article.source), "reason": _required(reason)}
    SetAside.objects.create(article=article, key=key, by=by, at=timezone.now(), **facts)
    audit.record_entry("article.source_allowed", article, by=by, **facts)


def may_allow_source(user: User, article: Article) -> bool:
    """Return True if the user may allow a reprint from outside the list: the final readers of its section."""
    return permissions.has_duty(user, permissions.Duty.FINAL, article.section) and reading.may_read_article(
        user, article
    )


def _required(reason: str) -> str:
    reason = sanitising.plain_text(reason)[:200]
    if not reason:
        raise CannotSetAside(SET_ASIDE_WITHOUT_REASON)
    return reason


def may_set_aside(user: User, article: Article) -> bool:
    """Return True if the user may set hits aside: a reader of the section who has not written this text."""
    if not any(permissions.has_duty(user, duty, article.section) for duty in permissions.READINGS):
        return False
    if not reading.may_read_article(user, article):
        return False
    return article.section.same_person_allowed or not has_written(article, user)


def _not_theirs(article: Article) -> str:
    sentence = _("Only somebody who reads texts of “%(section)s”, and has not written this one, may set that aside.")
    return sentence % {"section": article.section}
