"""Witnesses of the public log (C2SP tlog-witness): newsrooms that cosign one another's checkpoints, by a setting each.

`LOG_PARTNERS` names the address of each partner and the keys of its log. What they submit is answered if their log has
only grown, and our checkpoint is submitted to each of them once a day.
"""

import base64
import binascii
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from django.conf import settings
from django.utils.translation import gettext as _

from . import merkle_log
from .log_checking import LogCheck, record_log_check
from .merkle_log import PUBLIC_LOG, KeyRing, Witness, WrongNote, WrongProof, consistency_proof, parse_verifier

ADD_CHECKPOINT, WITNESS_KEY = "witness/add-checkpoint", "witness/key"  # below the address of a site
SIZE_TYPE = "text/x.tlog.size"
LARGEST_SUBMISSION = 100_000  # bytes
MOST_PROOF = 63  # hashes
TIMEOUT = 20  # seconds


class Answer(NamedTuple):
    """The answer to a submission."""

    status: HTTPStatus
    text: str = ""
    content_type: str = "text/plain; charset=utf-8"


class PartnerFailed(OSError):
    """Raised when a partner does not answer, or answers something else."""


def has_partners() -> bool:
    """Return True if there are partners."""
    return bool(settings.LOG_PARTNERS)


def witness() -> Witness:
    """This newsroom as a witness; makes its key the first time. Raises OSError or WrongNote."""
    return Witness(settings.DATA_DIR / "witness", f"{urlsplit(settings.SITE_URL).netloc}/witness")


# --- for partners: their checkpoints are cosigned


def answer_submission(body: bytes) -> Answer:
    """Cosign a checkpoint of a partner's log if it has grown from the last. Raises OSError."""
    try:
        old, proof, note = _read_submission(body)
        checkpoint = merkle_log.parse_checkpoint(note)
    except (WrongNote, ValueError):
        return Answer(HTTPStatus.BAD_REQUEST)
    known = [parse_verifier(key) for _address, keys in settings.LOG_PARTNERS for key in keys]
    keys = [key for key in known if key.name == checkpoint.origin]
    if not keys:
        return Answer(HTTPStatus.NOT_FOUND)
    if not KeyRing(keys).has_signed(note):
        return Answer(HTTPStatus.FORBIDDEN)
    if old > checkpoint.size:
        return Answer(HTTPStatus.BAD_REQUEST)
    own = witness()
    with _lock():
        before = own.last_checkpoint(checkpoint.origin)
        size = before.size if before else 0
        if old != size or (before and checkpoint.size == size and checkpoint.root != before.root):
            return Answer(HTTPStatus.CONFLICT, f"{size}\n", SIZE_TYPE)
        try:
            if before:
                merkle_log.check_consistency(size, before.root, checkpoint.size, checkpoint.root, proof)
        except WrongProof:
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY)
        return Answer(HTTPStatus.OK, own.keep_and_cosign(note))


def _read_submission(body: bytes) -> tuple[int, list[bytes], str]:
    """The old size, the proof and the note of a submission. Raises ValueError."""
    head, gap, note = body.decode().partition("\n\n")
    first, *lines = head.split("\n")
    word, _blank, size = first.partition(" ")
    if word != "old" or not size.isdecimal() or len(size) > 16 or not gap or len(lines) > MOST_PROOF:
        raise ValueError("this is not a submission")
    try:
        proof = [base64.b64decode(line, validate=True) for line in lines]
    except binascii.Error as error:
        raise ValueError("this is not a proof") from error
    if any(len(part) != 32 for part in proof):
        raise ValueError("this is not a proof")
    return int(size), proof, note


@contextmanager
def _lock() -> Iterator[None]:
    """One submission at a time on this machine: two must not be cosigned from one older checkpoint."""
    with (settings.DATA_DIR / "witness" / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- from partners: they cosign our checkpoint


def submit_to_partners() -> list[str]:
    """Have every partner cosign the checkpoint of the public log, and keep it; return what went wrong, in sentences.

    That a partner has seen another log than ours is an alarm at the desk. Raises OSError or WrongNote for our own key.
    """
    note = PUBLIC_LOG.signed_checkpoint()
    if note is None or not settings.LOG_PARTNERS:
        return []
    wrong, cosigned = [], note
    for address, _keys in settings.LOG_PARTNERS:
        try:
            cosigned += _cosignature_of(address, note)
        except (PartnerFailed, WrongNote, WrongProof) as error:
            wrong.append(f"{address}: {error}")
            if isinstance(error, WrongProof):
                record_log_check(LogCheck(size=merkle_log.parse_checkpoint(note).size, faults=[wrong[-1]]))
    if cosigned != note:
        folder = merkle_log.vouched_folder()
        size = merkle_log.keep_checkpoint(note, folder)
        (folder / f"{size}.checkpoint").write_text(cosigned, encoding="utf-8")
    return wrong


def _cosignature_of(address: str, note: str) -> str:
    """The signature lines of the partner at this address. Raises WrongProof if it has seen another log of ours."""
    size = merkle_log.parse_checkpoint(note).size
    status, body = _ask(f"{address}/{ADD_CHECKPOINT}", _submission(0, size, note))
    if status == HTTPStatus.CONFLICT:
        known = int(body) if body.strip().isdecimal() and len(body) <= 17 else 0
        if known > size:
            raise WrongProof(
                _("it has seen %(known)d entries of our log, which has %(size)d: its end was cut off")
                % {"known": known, "size": size}
            )
        status, body = _ask(f"{address}/{ADD_CHECKPOINT}", _submission(known, size, note))
    if status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
        raise WrongProof(_("it has seen another log under our name: ours was rewritten, or its own"))
    if status != HTTPStatus.OK:
        raise PartnerFailed(f"HTTP {status}")
    key = parse_verifier(_ask(f"{address}/{WITNESS_KEY}")[1], merkle_log.COSIGNATURE)
    if merkle_log.cosigned_at(note + body, key) is None:
        raise PartnerFailed(_("its answer is not a cosignature by its own key"))
    return body


def _submission(old: int, size: int, note: str) -> bytes:
    proof = consistency_proof(old, size, PUBLIC_LOG.hashes(size))
    lines = "".join(f"{base64.b64encode(part).decode()}\n" for part in proof)
    return f"old {old}\n{lines}\n{note}".encode()


def _ask(address: str, body: bytes | None = None) -> tuple[int, str]:
    """Return status and text of an answer. Raises PartnerFailed."""
    request = Request(address, data=body, headers={"Content-Type": "text/plain"})  # noqa: S310 (https, by the setting)
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 (the same)
            return answer.status, answer.read(LARGEST_SUBMISSION).decode(errors="replace")
    except HTTPError as error:
        return error.code, error.read(LARGEST_SUBMISSION).decode(errors="replace")
    except (OSError, HTTPException, ValueError) as error:
        raise PartnerFailed(str(error)) from error
