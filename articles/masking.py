"""Masks a number that the machine found (脱敏): an edit of exactly its places, like any other edit in every other
way.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from . import audit, editing
from .checks.hit import Hit
from .checks.hits import hits_with_key
from .checks.personal_data import masked_number
from .checks.plain_text import plain_text_of_html, plain_text_of_line
from .models import Article, Revision
from .refusals import Problem, Refusal

NOTHING_TO_MASK = Problem("masking.nothing_to_mask", _("This is no longer in the text; check the newest version."))


class CannotMask(Refusal):
    """Raised when there is nothing to mask."""


@transaction.atomic
def mask_hit(article: Article, *, by: User, key: str, voiding: bool = False) -> Revision:
    """Mask these words wherever titles, summary and body of the working copy hold them; return the new revision.

    Raises PermissionDenied, CannotMask, and review.WouldVoid if the edit would void sign-offs and `voiding` is False.
    """
    article = Article.objects.get_locked(article.pk)
    hits = [hit for hit in hits_with_key(article, key) if hit.can_be_masked]
    if not hits:
        raise CannotMask(NOTHING_TO_MASK)
    for hit in reversed(hits):  # from the end, so that places before it stay right
        setattr(article, hit.field, masked_source(getattr(article, hit.field), hit))
    credits = [(credit.role, credit.person) for credit in article.credits.select_related("person")]
    revision = editing.save_article(article, by=by, credits=credits, voiding=voiding)
    found = hits[0]
    audit.record_entry(
        "article.hit_masked",
        article,
        by=by,
        revision=revision.number,
        rule=found.rule.name,
        words=found.words,
        places=len(hits),
    )
    return revision


def masked_source(source: str, hit: Hit) -> str:
    """Return the source of the hit's field with the hit's characters masked; tags among them, and everything else, are
    kept.
    """
    plain = plain_text_of_html(source) if hit.field == "body" else plain_text_of_line(source)
    within = [n for n, at in enumerate(plain.places) if hit.start <= at and plain.ends[n] <= hit.end]
    words = "".join(plain.text[n] for n in within)
    written = dict[int, tuple[int, str]]()  # by place: its end, and its new text
    for n, masked in zip(within, masked_number(words), strict=True):
        if masked != plain.text[n]:
            written[plain.places[n]] = (plain.ends[n], written.get(plain.places[n], (0, ""))[1] + masked)
    for at in sorted(written, reverse=True):
        end, masked = written[at]
        source = source[:at] + masked + source[end:]
    return source
