"""Checking a public log as a stranger: its tiles, signatures and growth, and the editions that the site shows.

`verify_log` prints the faults, and writes them into a file for the desk: it runs as an account without the database
(deploy/systemd/newsroom-log.service). The worker takes them from there; that it was not written is an alarm, too.
"""

import json
import os
import secrets
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from . import audit, baking, merkle_log, publication_log
from .merkle_log import (
    AUDIT_LOG,
    LOGS,
    Checkpoint,
    KeyRing,
    LogUnreadable,
    RemoteLog,
    VerifierKey,
    WrongNote,
    WrongProof,
    parse_checkpoint,
    parse_verifier,
    read_address,
    read_kept,
)
from .models import Heartbeat, LogLeaf, PageCheck
from .outside_json import parse_outside_json

MOST_FAULTS = 20
RESULT_ROW = "log check"  # in Heartbeat: the time of the newest result that was taken from the file
LATE_AFTER = timedelta(hours=2)  # it is written every hour
LARGEST_RESULT = 100_000  # bytes


@dataclass
class LogCheck:
    """What was found: the number of leaves, the checkpoint to keep, editions compared, and sentences about faults."""

    size: int = 0
    note: str = ""
    compared: int = 0
    faults: list[str] = field(default_factory=list)


def check_log(site: str, *, keys: Sequence[VerifierKey] = (), since: str = "", sample: int | None = 100) -> LogCheck:
    """Check the log of a site. `keys` are those that the caller knew, `since` is an older checkpoint they kept,
    or what a printed code says.

    Without keys, those that the site names are taken. About `sample` articles are compared with what the site serves,
    chosen by chance, which the site cannot foresee; all of them if it is None.
    """
    result = LogCheck()
    try:
        log = RemoteLog.at(f"{site.rstrip('/')}/log")
        result.size, result.note = log.checkpoint.size, log.note
        since = read_kept(since, log.checkpoint.origin)
        old = parse_checkpoint(since) if since else None
        ring = KeyRing(list(keys) or log.keys())
        if since and not ring.has_signed(since):
            result.faults.append("The older checkpoint is not signed by a known key.")
        newest: dict[int, dict[str, object]] = {}
        salt = secrets.token_bytes(16)
        for leaf in log.walk(old):
            facts = leaf.facts
            if facts is None:
                result.faults.append(f"Leaf {leaf.number} cannot be read.")
                continue
            ring.follow(facts)
            number = facts.get("article")
            if isinstance(number, int) and (sample is None or _is_chosen(number, salt, sample, result.size)):
                _note_newest(newest, number, facts)
        if not ring.has_signed(log.note):
            result.faults.append("The checkpoint is not signed by a known key, nor by one that a known key introduced.")
        result.compared = len(newest)
        for number, facts in newest.items():
            result.faults += _served_faults(site, log, number, facts)
    except (LogUnreadable, WrongProof, WrongNote, ValueError) as error:
        result.faults.append(f"{str(error)[:1].upper()}{str(error)[1:]}.")
    return result


def parse_kept(text: str) -> Checkpoint:
    """The checkpoint that somebody kept: a note, or what a printed code says, which must be signed by one of our keys.

    Raises LogKeyAway or WrongNote.
    """
    keys = [*(key.verifier for key in merkle_log.read_log_keys()), *_earlier_keys()]
    note = read_kept(text, keys[0].name if keys else "")
    if note != text and not KeyRing(keys).has_signed(note):
        raise WrongNote("the code is not signed by a key of this log: it was misread, or is of another log")
    return parse_checkpoint(note)


def _earlier_keys() -> Iterator[VerifierKey]:
    """The keys that the public log names, also those whose line was removed from the file."""
    for data in LogLeaf.objects.filter(edition=None).values_list("data", flat=True):
        facts = json.loads(data)
        if facts.get("kind") == publication_log.KEY:
            yield parse_verifier(facts["key"])


def stored_faults(kept: Sequence[Checkpoint]) -> Iterator[str]:
    """Yield what is wrong with the logs in the database, compared with the served and the kept checkpoints."""
    keys = [key.verifier for key in merkle_log.read_log_keys()]
    for log in LOGS:
        served = (baking.served_page(f"/log{log.suffix}/checkpoint") or b"").decode(errors="replace")
        checkpoints = [each for each in kept if each.origin.endswith(AUDIT_LOG.suffix) == (log is AUDIT_LOG)]
        if served:
            try:
                checkpoints.append(parse_checkpoint(served))
                if keys and not KeyRing([key.named(key.name + log.suffix) for key in keys]).has_signed(served):
                    yield f"The checkpoint of the {log.name} log that is served is not signed by our key."
            except WrongNote as error:
                yield f"The checkpoint of the {log.name} log that is served cannot be read: {error}."
        yield from merkle_log.stored_log_faults(log, checkpoints)
    yield from merkle_log.audit_faults_of_public_log()


def record_log_check(check: LogCheck) -> PageCheck:
    """Store the result where the desk shows it; faults are an alarm until somebody has seen them."""
    result = PageCheck.objects.create(
        against=PageCheck.Against.LOG,
        pages=check.size,
        count=len(check.faults),
        findings=[["/log/", fault] for fault in check.faults[:MOST_FAULTS]],
    )
    if check.faults:
        audit.record_entry("log.differs", result, by=None, count=len(check.faults))
    return result


# --- the check from outside, by another account


@dataclass
class OutsideCheck:
    """What `verify_log --result` found, and when."""

    at: datetime
    check: LogCheck


def write_result(check: LogCheck, file: Path) -> None:
    """Replace the file of the result in one step. Raises OSError."""
    facts = {"at": timezone.now().isoformat(), "size": check.size, "faults": check.faults[:MOST_FAULTS]}
    part = file.with_name(f"{file.name}.part")
    part.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    os.replace(part, file)


def read_result() -> OutsideCheck | None:
    """Return the newest result; None without one, if it cannot be read, or if it is of tomorrow."""
    try:
        with Path(settings.LOG_CHECK_RESULT).open(encoding="utf-8") as file:
            facts = parse_outside_json(file.read(LARGEST_RESULT))
        at = datetime.fromisoformat(facts["at"]).astimezone(UTC)
        check = LogCheck(size=int(facts["size"]), faults=[str(fault) for fault in facts["faults"]])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    # Otherwise one wrong time would keep all later results out.
    return OutsideCheck(at, check) if at - timezone.now() < LATE_AFTER else None


def take_result() -> PageCheck | None:
    """Store the newest result where the desk shows it, once; return it. Takes no lock if it is stored already."""
    result = read_result() if settings.LOG_CHECK_RESULT else None
    if result is None or Heartbeat.objects.filter(worker=RESULT_ROW, seen_at__gte=result.at).exists():
        return None
    return _store_result(result)


@transaction.atomic
def _store_result(result: OutsideCheck) -> PageCheck | None:
    is_ours = Heartbeat.claim(RESULT_ROW, before=result.at, at=result.at)
    return record_log_check(result.check) if is_ours else None


def unchecked_since() -> datetime | None:
    """Return when the log was last checked from outside if that is more than LATE_AFTER ago, else None.

    Returns `datetime.min` if that is unknown. None, too, without settings.LOG_CHECK_RESULT.
    """
    if not settings.LOG_CHECK_RESULT:
        return None
    result = read_result()
    if result is None:
        return datetime.min.replace(tzinfo=UTC)
    return result.at if timezone.now() - result.at > LATE_AFTER else None


def _is_chosen(number: int, salt: bytes, sample: int, size: int) -> bool:
    """Return True for about `sample` articles of a log of this size, chosen unpredictably."""
    return zlib.crc32(salt + str(number).encode()) % max(size, 1) < sample


def _note_newest(newest: dict[int, dict[str, object]], number: int, facts: dict[str, object]) -> None:
    """Keep the newest leaf about what readers see; that of a closed text is about an older edition."""
    if facts.get("kind") not in (publication_log.TEXT_CLOSED, publication_log.TEXT_REOPENED):
        newest[number] = facts


def _served_faults(site: str, log: RemoteLog, number: int, facts: dict[str, object]) -> Iterator[str]:
    """Compare the newest leaf of an article with the editions that the site shows of it.

    A page without editions is not a fault: articles expire, which the log does not record.
    """
    body = read_address(f"{site.rstrip('/')}/api/v1/articles/{number}/editions")
    if body is None or (log.has_grown() and facts["kind"] == publication_log.WITHDRAWN):
        return
    if facts["kind"] == publication_log.WITHDRAWN:
        yield f"Article {number} is withdrawn in the log, and the site shows it."
        return
    try:
        shown = {row["number"]: row["digest"] for row in parse_outside_json(body)["editions"]}
        newest = max(shown, default=0)
    except (ValueError, KeyError, TypeError):
        yield f"Article {number}: the site does not list its editions."
        return
    edition = facts.get("edition")
    is_newest = newest == edition or log.has_grown()
    if not is_newest or shown.get(edition) != facts.get("digest"):
        yield f"Article {number}: the site shows another edition than number {edition} of the log."
