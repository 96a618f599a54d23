"""Counts the texts that were signed or corrected: the worker does, one at a time, by following the audit.

Entries are numbered in the order in which they were committed, so signing and publishing do nothing for it, and none is
missed. An article is counted as a whole each time, so that it does not matter how often.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from ..models import AuditEntry, Edition, QualityCount, QualityRegister, Revision, Section, SignOff
from .errors import allowed_after, count_characters, count_errors

ENTRIES_PER_BATCH = 500
# Acts after which the known errors may differ.
ACTIONS = ("article.signed_off", "article.reread", "article.sent_back", "article.corrected")
COUNTED = ("section", "month", "stage", "stages", "characters", "found", "warnings", "left", "allowed")


@dataclass(frozen=True)
class _Corrections:
    """What a reader of one reading changed between two signatures, and the errors that it put right."""

    stage: int
    first: int  # number of its first revision
    last: int
    errors: int


def continue_quality_counts() -> int:
    """Count the articles of the next audit entries; return how many entries: 0 if none is left.

    Called every second, so it takes no lock and writes nothing while there is nothing to do. Texts are compared before
    anything is locked; a signature made in the meantime adds a later entry, and the article is counted again.
    """
    reached = QualityRegister.objects.values_list("entry", flat=True).first() or 0
    following = AuditEntry.objects.filter(pk__gt=reached).order_by("pk")
    entries = list(following.values_list("pk", "action", "object_id")[:ENTRIES_PER_BATCH])
    if not entries:
        return 0
    sections = set(Section.objects.values_list("pk", flat=True))
    numbers = sorted({int(key) for _pk, action, key in entries if action in ACTIONS})
    rows = [row for number in numbers for row in _rows_of_article(number, sections)]
    return len(entries) if _write_rows(rows, reached, entries[-1][0]) else 0


@transaction.atomic
def _write_rows(rows: list[QualityCount], reached: int, until: int) -> bool:
    """Write the rows, and the position reached; return False if another worker was faster."""
    if not QualityRegister.objects.exists():
        QualityRegister.objects.bulk_create([QualityRegister(pk=1)], ignore_conflicts=True)
    register = QualityRegister.objects.select_for_update(skip_locked=True, no_key=True).first()
    if register is None or register.entry != reached:
        return False
    QualityCount.objects.bulk_create(
        rows, 500, update_conflicts=True, unique_fields=["sign_off"], update_fields=COUNTED
    )
    register.entry = until
    register.save(update_fields=["entry"])
    return True


def _rows_of_article(number: int, sections: set[int]) -> list[QualityCount]:
    """Return the rows of all signatures under texts of an article."""
    passes = list(
        SignOff.objects.filter(article=number, decision=SignOff.Decision.PASS)
        .order_by("pk")
        .select_related("revision", "article")
    )
    corrections = list(_corrections(number, [each.revision.number for each in passes]))
    published = _errors_after_publication(number, passes)
    return [_row(each, passes, corrections, published.get(each.pk, 0), sections) for each in passes]


def _row(
    sign_off: SignOff, passes: list[SignOff], corrections: list[_Corrections], published: int, sections: set[int]
) -> QualityCount:
    """Return the row of one of the signatures: what its reader corrected before, and others until it was read again."""
    again = [each for each in passes if each.stage == sign_off.stage]
    place = again.index(sign_off)
    begin = again[place - 1].revision.number if place else 0
    end = again[place + 1].revision.number if place + 1 < len(again) else None
    signed = sign_off.revision.number
    own = [each for each in corrections if each.stage == sign_off.stage and begin < each.first and each.last <= signed]
    later = [each for each in corrections if each.first > signed and (end is None or each.last <= end)]
    content = sign_off.revision.content
    return QualityCount(
        sign_off=sign_off,
        section_id=content["section"] if content["section"] in sections else sign_off.article.section_id,
        month=timezone.localdate(sign_off.at).replace(day=1),
        stage=sign_off.stage,
        stages=sign_off.stages,
        characters=count_characters(content),
        found=sum(each.errors for each in own),
        warnings=_open_hits_at(sign_off),
        left=sum(each.errors for each in later) + published,
        allowed=allowed_after(sign_off.stage, sign_off.stages),
    )


def _open_hits_at(sign_off: SignOff) -> int | None:
    """Return how many places the machine had found, and stayed as they were, when it was signed."""
    if not sign_off.checked:
        return None
    return sum(warning["id"].startswith("hits.") for warning in sign_off.warnings)


def _corrections(number: int, signed: Iterable[int]) -> Iterator[_Corrections]:
    """Yield what readers changed: revisions of one reading in a row are one, unless a text between them was signed."""
    revisions = list(Revision.objects.filter(article=number).order_by("number").values_list("number", "stage"))
    ends = set(signed)
    runs: list[list[int]] = []
    for (before, stage_before), (after, stage) in pairwise(revisions):
        if not stage:
            continue
        if runs and stage_before == stage and before not in ends:
            runs[-1][-1] = after
        else:
            runs.append([stage, before, after, after])
    for stage, base, first, last in runs:
        contents = dict(
            Revision.objects.filter(article=number, number__in=(base, last)).values_list("number", "content")
        )
        yield _Corrections(stage, first, last, count_errors(contents[base], contents[last]))


def _errors_after_publication(number: int, passes: list[SignOff]) -> dict[int, int]:
    """Return the errors that published corrections put right, by the key of each signature under the text before."""
    finals = {each.digest: each for each in passes if each.is_final}
    errors: dict[int, int] = {}
    editions = Edition.objects.filter(article=number).order_by("number").select_related("revision")
    for before, after in pairwise(editions):
        final = finals.get(before.digest)
        if after.kind == Edition.Kind.CORRECTION and final:
            count = count_errors(before.revision.content, after.revision.content)
            for link in final.chain():
                errors[link.pk] = errors.get(link.pk, 0) + count
    return errors
