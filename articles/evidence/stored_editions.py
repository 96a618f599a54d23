"""Verifying every edition in the database: against its text, its files, its readings, the edition before it, the
audit, the public log, and the page that readers get.
"""

from collections.abc import Iterator, Sequence

from .. import merkle_log, publication_log
from ..models import Attachment, AuditEntry, Edition, LogLeaf, Picture, SignOff
from ..models.key_batches import in_groups
from ..models.revision import content_digest
from .served_texts import ServedTexts

FILE_MODELS = (Picture, Attachment)
EDITIONS_PER_CHUNK = 200  # in memory at a time, with their texts
PUBLICATIONS = ["published", "corrected", "published_before_readings", "glass_broken", "migrated"]


def edition_faults() -> Iterator[list[str]]:
    """For each edition, in order, what is wrong with it, in sentences; an empty list if nothing is.

    Reads chunks of EDITIONS_PER_CHUNK, so the memory it takes does not grow with the archive.
    """
    keys = Edition.objects.order_by("article", "number").values_list("pk", flat=True).iterator(chunk_size=2000)
    before: Edition | None = None
    for chunk in in_groups(keys, EDITIONS_PER_CHUNK):
        rows = Edition.objects.select_related("revision").in_bulk(chunk)
        editions = [rows[key] for key in chunk]
        articles = {edition.article_id for edition in editions}
        passes = {row.pk: row for row in SignOff.objects.filter(article__in=articles, decision=SignOff.Decision.PASS)}
        recorded = _recorded_digests(articles)
        logged = _logged_facts(chunk)
        files, served = _file_hashes(editions), ServedTexts(articles)
        for edition in editions:
            previous = before if before and before.article_id == edition.article_id else None
            faults = [*_text_faults(edition), *_chain_faults(edition, previous, passes)]
            told = recorded.get((edition.article_id, edition.number))
            # Archives made for benchmarks have one entry for all their articles.
            if told != edition.digest and not (told is None and edition.basis == Edition.Basis.ARCHIVE):
                faults.append("the audit records another publication, or none")
            faults += _log_faults(edition, logged.get(edition.pk), passes)
            faults += [*_file_faults(edition, files), *served.faults(edition)]
            yield [f"Article {edition.article_id}, edition {edition.number}: {fault}." for fault in faults]
            before = edition


def _recorded_digests(articles: set[int]) -> dict[tuple[int, int], str]:
    """The digest of each publication of these articles in the audit, by article and number of the edition."""
    entries = AuditEntry.objects.filter(
        object_type="article",
        object_id__in=[str(number) for number in articles],
        action__in=[f"article.{act}" for act in PUBLICATIONS],
    )
    return {
        (int(number), details.get("edition")): details.get("digest")
        for number, details in entries.values_list("object_id", "details")
    }


def _logged_facts(keys: Sequence[int]) -> dict[int, dict[str, object]]:
    """What the public log says about the publication of these editions, by their keys."""
    rows = LogLeaf.objects.filter(edition__in=keys).values_list("edition", "data")
    parsed = ((key, merkle_log.parse_leaf(data.encode()) or {}) for key, data in rows)
    return {key: facts for key, facts in parsed if facts.get("kind") in Edition.Kind.values}


def _log_faults(edition: Edition, facts: dict[str, object] | None, passes: dict[int, SignOff]) -> Iterator[str]:
    if facts is None:
        if edition.basis != Edition.Basis.ARCHIVE:
            yield "the public log does not have it (the worker adds those from before the log)"
        return
    chain: list[SignOff] = []
    row = passes.get(edition.sign_off_id or 0)
    while row is not None and row not in chain:
        chain.insert(0, row)
        row = passes.get(row.previous_id or 0)
    here = publication_log.edition_facts(edition, chain)
    wrong = [name for name, value in here.items() if facts.get(name) != value]
    if wrong:
        yield f"the public log names another {', '.join(wrong)}"


def _used_files(edition: Edition) -> list[tuple[str, str]]:
    """The storage names of the pictures and attachments of an edition, with the hashes that were signed.

    None for a text that is not the signed one, which `_text_faults` reports.
    """
    content = edition.revision.content
    try:
        return [(str(row["file"]), row["sha256"]) for row in (*content["pictures"], *content["attachments"])]
    except (TypeError, LookupError):
        return []


def _file_hashes(editions: Sequence[Edition]) -> dict[str, str]:
    """The hashes that the rows of the files of these editions have, by storage name."""
    names = {name for edition in editions for name, _sha256 in _used_files(edition)}
    rows = [model._default_manager.filter(file__in=names).values_list("file", "sha256") for model in FILE_MODELS]
    return {name: sha256 for found in rows for name, sha256 in found}


def _file_faults(edition: Edition, hashes: dict[str, str]) -> Iterator[str]:
    for name, signed in _used_files(edition):
        if hashes.get(name) != signed:
            yield f"the file {name} is not the one that was signed"


def _text_faults(edition: Edition) -> Iterator[str]:
    revision = edition.revision
    if content_digest(revision.content) != edition.digest or revision.digest != edition.digest:
        yield "the digest does not match the text"
    if revision.article_id != edition.article_id:
        yield "the text is another article's"
    content = revision.content if isinstance(revision.content, dict) else {}
    if any(getattr(edition, field) != content.get(field) for field in Edition.COPIED_FIELDS):
        yield "the title or the summary is not that of the text"


def _chain_faults(edition: Edition, previous: Edition | None, passes: dict[int, SignOff]) -> Iterator[str]:
    if edition.number != (previous.number + 1 if previous else 1):
        yield "the edition before it is missing"
    if edition.previous_digest != (previous.digest if previous else ""):
        yield "it does not follow the edition before it"
    if edition.basis != Edition.Basis.SIGNED:
        return
    row = passes.get(edition.sign_off_id or 0)
    if row is None or row.digest != edition.digest or row.stage != row.stages or row.article_id != edition.article_id:
        yield "this text was not signed in the final reading"
        return
    if row.note is not None and row.note != edition.note:
        yield "its note was not signed with this text"
    for stage in range(row.stages, 0, -1):
        if row is None or row.stage != stage:
            yield f"reading {stage} was not signed"
            return
        row = passes.get(row.previous_id or 0)
