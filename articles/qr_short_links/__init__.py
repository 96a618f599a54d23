"""Short links and the QR images that carry them.

Codes, and the whole URL in the image, are in capitals: QR's alphanumeric mode then needs fewer and larger modules,
which phones read from further away.
"""

from collections.abc import Iterable

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Case, F, When

from ..counting import BatchedCounter
from ..models import Article, Edition, Picture, ShortLink
from .drawing import draw_qr_code
from .proving import PIXELS, PRINTED, find_fault, is_readable, proof_digest

__all__ = [
    "PIXELS",
    "PRINTED",
    "Purpose",
    "assign_codes",
    "code_for",
    "code_url",
    "count_scan",
    "counted_scans",
    "draw_qr_code",
    "edition_codes",
    "find_short_link",
    "is_readable",
    "prove_codes",
]

Purpose = ShortLink.Purpose


def code_for(number: int, purpose: str, edition_number: int | None = None) -> str:
    """Return the code of article `number` for a purpose: W12, M12; on paper with the edition's number: P12-3."""
    return f"{purpose}{number}" if edition_number is None else f"{purpose}{number}-{edition_number}"


def code_url(code: str) -> str:
    """Return the absolute URL in the QR code, in capitals, with the host from settings, never from a request."""
    return f"{settings.SITE_URL}/q/{code}".upper()


def assign_codes(article: Article, edition: Edition) -> list[str]:
    """Create the codes of a new edition, one on paper, and with the first one two of the article on screens; return
    them.
    """
    paper = code_for(article.number, Purpose.PRINT, edition.number)
    links = [ShortLink(code=paper, article=article, purpose=Purpose.PRINT, edition=edition)]
    if edition.number == 1:
        links += [
            ShortLink(code=code_for(article.number, purpose), article=article, purpose=purpose)
            for purpose in (Purpose.WECHAT, Purpose.PHONE)
        ]
    ShortLink.objects.bulk_create(links)
    return [link.code for link in links]


def find_short_link(code: str) -> ShortLink | None:
    """Return the short link of a code in any case, or None."""
    return ShortLink.objects.select_related("article__live", "edition").filter(code=code.upper()).first()


def edition_codes(edition: Edition) -> list[ShortLink]:
    """Return the three short links that lead to an edition, those for screens first."""
    number = edition.article_id
    codes = [
        code_for(number, Purpose.WECHAT),
        code_for(number, Purpose.PHONE),
        code_for(number, Purpose.PRINT, edition.number),
    ]
    return sorted(ShortLink.objects.filter(code__in=codes), key=lambda link: codes.index(link.code))


def prove_codes(links: Iterable[ShortLink], logo: Picture | None) -> None:
    """Make sure that each code has a proof of the current drawing, with this logo: ShortLink.proof and .proof_fault.

    A proof is kept until the address or the logo is another. A new one takes a few hundredths of a second, so codes
    are proved when the desk offers their files, and not while an article is published.
    """
    for link in links:
        text = code_url(link.code)
        digest = proof_digest(text, logo.sha256 if logo else "")
        if link.proof != digest:
            link.proof, link.proof_fault = digest, find_fault(text, stored_bytes(logo) if logo else None)
            link.save(update_fields=["proof", "proof_fault"])


def stored_bytes(picture: Picture) -> bytes:
    """Return the file of a picture."""
    with default_storage.open(picture.file.name) as file:
        return file.read()


def count_scan(code: str) -> None:
    """Count one scan of a code in capitals; does not wait for the database. Unknown codes are skipped when writing."""
    counted_scans.count(code)


@transaction.atomic
def _write_scans(counts: dict[str, int]) -> int:
    links = ShortLink.objects.filter(code__in=counts).order_by("code")
    known = list(links.select_for_update(no_key=True).values_list("code", flat=True))
    added = Case(*(When(code=code, then=counts[code]) for code in known), default=0)
    ShortLink.objects.filter(code__in=known).update(scans=F("scans") + added)
    return sum(counts[code] for code in known)


counted_scans = BatchedCounter("scans", _write_scans)
