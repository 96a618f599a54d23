"""What a reader is warned of and may sign with: what rules noticed, and marginal notes that are open."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import audit
from ..checks import provenance
from ..checks.hits import Hit
from ..models import Article, MarginalNote, SetAside
from ..refusals import Problem

OPEN_NOTES = Problem(
    "review.open_notes",
    _("Marginal notes that are open: %(count)d."),
    _("They are shown next to the text; close those that are settled."),
)

SOURCE_IS_ALLOWED = Problem(
    "review.source_allowed",
    _("“%(source)s” is not on the list of sources that may be reprinted; %(name)s allowed it: %(reason)s"),
)


def noticed_problems(article: Article, noticed: list[Hit]) -> list[Problem]:
    """What is recorded with a signature under the text as it is now; `noticed` is what the rules find in it."""
    return [
        *(hit.problem for hit in noticed),
        *allowed_source_problems(article),
        *unsettled_problems(article),
    ]


def unsettled_problems(article: Article) -> list[Problem]:
    """What a reader should settle, or knows when they sign: no right to a reprint, open notes."""
    right = provenance.right_problem(article, article.scheduled_for or timezone.now())
    return [*([right] if right else []), *_open_note_problems(article)]


def allowed_source_problems(article: Article) -> list[Problem]:
    """Who allowed a reprint from outside the list, and why, as a problem; [] for all other articles."""
    if article.origin != Article.Origin.REPRINT:
        return []
    rows = SetAside.objects.filter(article=article, key=provenance.listing_key(article)).select_related("by__person")
    return [
        SOURCE_IS_ALLOWED.filled(source=row.words, name=audit.account_name(row.by), reason=row.reason) for row in rows
    ]


def _open_note_problems(article: Article) -> list[Problem]:
    """Whether notes of the article are open, as a problem; [] if none is."""
    count = MarginalNote.objects.filter(article=article, answers=None, state=MarginalNote.State.OPEN).count()
    return [OPEN_NOTES.filled(count=count)] if count else []
