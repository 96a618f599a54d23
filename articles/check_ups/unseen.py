"""What was found in a text when it was published, and not yet when it was signed: rules have changed in between."""

from ..checks.hits import unseen_hits
from ..models import Article, CheckUpFinding, Edition
from .reading import finds_by_rule, keep_ignored


def keep_unseen_finds(article: Article, edition: Edition) -> None:
    """Store what none of the signers of this edition, which has just been published, saw, as findings to be settled.

    The caller holds the audit-chain lock: so a rule that comes into use at the same time either is applied here, or
    reads the edition in its check-up. Changes no earlier finding, since check-ups lock those before the audit chain;
    findings in earlier editions are no longer listed.
    """
    if edition.sign_off is None:
        return
    found = finds_by_rule(article, unseen_hits(article, edition.sign_off, at=edition.published_at))
    if found:
        rows = [each.row(None) for each in found]
        keep_ignored(rows, CheckUpFinding.objects.filter(article=article, rule__in=[row.rule for row in rows]))
        CheckUpFinding.objects.bulk_create(rows)
