"""Short links and the QR images that carry them.

Codes, and the whole URL in the image, are in capitals: QR's alphanumeric mode then needs fewer and larger modules,
which phones read from further away.
"""

import base64
import io
import re
from typing import Literal

import qrcode
from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, When
from PIL import Image

from .counting import BatchedCounter
from .models import Article, Edition, ShortLink

QUIET_ZONE = 4  # white modules on each side, required by ISO/IEC 18004
SMALLEST_WITH_LOGO = 128  # pixels; in smaller images the logo is unrecognisable
LOGO_SIDE = 0.22  # fraction of the code's side without quiet zone: less than 5 % of the area

Purpose = ShortLink.Purpose


def code_for(number: int, purpose: str, edition_number: int | None = None) -> str:
    """Return the code of article `number` for a purpose: W12, M12; on paper with the edition's number: P12-3."""
    return f"{purpose}{number}" if edition_number is None else f"{purpose}{number}-{edition_number}"


def code_url(code: str) -> str:
    """Return the absolute URL in the QR code, in capitals, with the host from settings, never from a request."""
    return f"{settings.SITE_URL}/q/{code}".upper()


def assign_codes(article: Article, edition: Edition) -> list[str]:
    """Create the missing codes: two for the article on screens, one for this edition on paper; return new ones."""
    wanted = [
        ShortLink(code=code_for(article.number, purpose), article=article, purpose=purpose)
        for purpose in (Purpose.WECHAT, Purpose.PHONE)
    ]
    paper = code_for(article.number, Purpose.PRINT, edition.number)
    wanted.append(ShortLink(code=paper, article=article, purpose=Purpose.PRINT, edition=edition))
    if edition.number > 1:  # before the first edition there are no codes
        known = set(ShortLink.objects.filter(code__in=[link.code for link in wanted]).values_list("code", flat=True))
        wanted = [link for link in wanted if link.code not in known]
    ShortLink.objects.bulk_create(wanted)
    return [link.code for link in wanted]


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


def draw_qr_code(text: str, *, form: Literal["svg", "png"], size: int, logo: bytes | None = None) -> bytes:
    """Return a QR image of `text`, dark on white, `size` pixels square including the quiet zone.

    Error correction level M; with a logo (the bytes of a square image) and from 128 px on, level H, with the logo in
    the middle on less than 5 % of the area.
    """
    with_logo = logo is not None and size >= SMALLEST_WITH_LOGO
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_H if with_logo else qrcode.constants.ERROR_CORRECT_M,
        border=QUIET_ZONE,
    )
    code.add_data(text)
    code.make(fit=True)
    mark = logo if with_logo else None
    return _draw_svg(code, size, mark) if form == "svg" else _draw_png(code, size, mark)


def _draw_svg(code: qrcode.QRCode, size: int, logo: bytes | None) -> bytes:
    """Draw runs of dark modules as one path: a third of the bytes of one rectangle per module."""
    matrix = code.get_matrix()
    side = len(matrix)
    runs = "".join(
        f"M{run.start()} {y}h{run.end() - run.start()}v1h-{run.end() - run.start()}z"
        for y, row in enumerate(matrix)
        for run in re.finditer("1+", "".join("1" if dark else "0" for dark in row))
    )
    picture = ""
    if logo:
        width = (side - 2 * QUIET_ZONE) * LOGO_SIDE
        start = (side - width) / 2
        data = base64.b64encode(_logo_png(logo, 256)).decode()
        picture = (
            f'<image x="{start:.2f}" y="{start:.2f}" width="{width:.2f}" height="{width:.2f}" '
            f'href="data:image/png;base64,{data}"/>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {side} {side}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{runs}"/>{picture}</svg>'
    ).encode()


def _draw_png(code: qrcode.QRCode, size: int, logo: bytes | None) -> bytes:
    matrix = code.get_matrix()
    side = len(matrix)
    image = Image.new("1", (side, side), 1)
    image.putdata([0 if dark else 1 for row in matrix for dark in row])
    # Whole pixels per module first, then scaled down to `size`: all modules get the same width.
    whole = -(-size // side) * side
    image = image.convert("L").resize((whole, whole), Image.Resampling.NEAREST)
    if whole != size:
        image = image.resize((size, size), Image.Resampling.BOX)
    if logo:
        width = round((side - 2 * QUIET_ZONE) * LOGO_SIDE / side * size)
        mark = Image.open(io.BytesIO(_logo_png(logo, width)))
        image = image.convert("RGB")
        image.paste(mark, ((size - width) // 2, (size - width) // 2))
    out = io.BytesIO()
    image.save(out, "PNG")  # not optimised: that saves a quarter of the bytes but takes four times as long
    return out.getvalue()


def _logo_png(data: bytes, width: int) -> bytes:
    """Return the logo as PNG on white, `width` pixels square with a white margin."""
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as source:
        mark = source.convert("RGBA")
    margin = max(1, width // 16)
    mark.thumbnail((width - 2 * margin, width - 2 * margin), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", (width, width), "white")
    canvas.paste(mark, ((width - mark.width) // 2, (width - mark.height) // 2), mark)
    out = io.BytesIO()
    canvas.save(out, "PNG")
    return out.getvalue()
