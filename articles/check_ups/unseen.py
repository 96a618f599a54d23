"""What was found in a text when it was published, and not yet when it was signed: rules have changed in between."""

from ..checks.hits import Candidate, unseen_hits
from ..models import CheckUpFinding, SignOff
from .reading import finds_by_rule, keep_ignored


def keep_unseen_finds(candidate: Candidate, sign_off: SignOff) -> None:
    """Store what none of the signers of this text, which has just been published, saw, as findings to be settled.

    The caller holds the audit-chain lock: so a rule that comes into use at the same time either is applied here, or
    reads the edition in its check-up. Changes no earlier finding, since check-ups lock those before the audit chain;
    findings in earlier editions are no longer listed.
    """
    article = candidate.article
    found = finds_by_rule(article, unseen_hits(candidate, sign_off))
    if found:
        rows = [each.row(None) for each in found]
        keep_ignored(rows, CheckUpFinding.objects.filter(article=article, rule__in=[row.rule for row in rows]))
        CheckUpFinding.objects.bulk_create(rows)
