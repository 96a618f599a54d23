"""Time stamps (RFC 3161, 可信时间戳) of what a log commits to: an authority signs the time at which it saw a
checkpoint.

What is stamped is the text of the checkpoint without its signatures, so any copy of the note fits.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256, sha512
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, urlopen

from cryptography import x509
from rfc3161_client import TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from .notes import split_note

TIMEOUT = 30  # seconds
LARGEST_STAMP = 100_000  # bytes
QUERY_TYPE = "application/timestamp-query"


class WrongStamp(ValueError):
    """Raised for an answer that is not a time stamp of this checkpoint by this authority."""


def ask_for_stamp(note: str, authority: str) -> bytes:
    """Return the time stamp of a checkpoint by the authority at this address. Raises OSError or WrongStamp."""
    if not authority.startswith(("http://", "https://")):
        raise WrongStamp(f"{authority}: the address must begin with https:// or http://")
    message = _stamped_message(note)
    body = TimestampRequestBuilder().data(message).cert_request(cert_request=True).build().as_bytes()
    request = Request(authority, data=body, headers={"Content-Type": QUERY_TYPE})  # noqa: S310 (its scheme is checked)
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 (its scheme is checked above)
            stamp: bytes = answer.read(LARGEST_STAMP + 1)
    except (HTTPException, URLError) as error:
        raise OSError(f"{authority}: {error}") from error
    stamped_at(stamp)
    return stamp


def stamped_at(stamp: bytes) -> datetime:
    """The time in the stamp, unverified. Raises WrongStamp if it is not a time stamp."""
    try:
        return decode_timestamp_response(stamp).tst_info.gen_time
    except ValueError as error:
        raise WrongStamp(f"this is not a time stamp: {error}") from error


def is_stamp_of(stamp: bytes, note: str) -> bool:
    """Return True if the stamp says that it is one of this checkpoint; who made it is not checked."""
    try:
        imprint = decode_timestamp_response(stamp).tst_info.message_imprint
    except ValueError:
        return False
    message = _stamped_message(note)
    return imprint.message in (sha256(message).digest(), sha512(message).digest())


def check_stamp(stamp: bytes, note: str, roots: Sequence[x509.Certificate]) -> datetime:
    """Return when an authority under these certificates has seen the checkpoint. Raises WrongStamp or WrongNote."""
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    at = stamped_at(stamp)
    try:
        builder.build().verify_message(decode_timestamp_response(stamp), _stamped_message(note))
    except (VerificationError, ValueError) as error:
        raise WrongStamp(f"the time stamp is not valid: {error}") from error
    return at


def _stamped_message(note: str) -> bytes:
    return split_note(note)[0].encode()
