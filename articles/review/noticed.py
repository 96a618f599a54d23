"""What a reader is warned of and may sign with: what rules noticed, and marginal notes that are open."""

from django.utils.translation import gettext_lazy as _

from ..checks import hits
from ..models import Article, MarginalNote
from ..refusals import Problem

OPEN_NOTES = Problem(
    "review.open_notes",
    _("Marginal notes that are open: %(count)d."),
    _("They stand beside the text; close those that are settled."),
)


def noticed_problems(article: Article) -> list[Problem]:
    """What is recorded with a signature under the text as it is now."""
    return [*(hit.problem for hit in hits.noticed_hits(article)), *open_note_problems(article)]


def open_note_problems(article: Article) -> list[Problem]:
    """Whether notes of the article are open, as a problem; [] if none is."""
    count = MarginalNote.objects.filter(article=article, answers=None, state=MarginalNote.State.OPEN).count()
    return [OPEN_NOTES.filled(count=count)] if count else []
