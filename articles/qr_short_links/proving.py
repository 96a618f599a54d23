"""Proves that a code can be read: draws it at the smallest size at which it is printed, damages it a little in the ways
of paper and phones, and reads it with ZXing.
"""

import hashlib
import io
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from ..models import ShortLink
from .drawing import draw_qr_code

PRINTED = 20  # millimetres, the smallest width with its quiet zone
PIXELS = 236  # of that width, at the 300 dots per inch of a newspaper's printer
COVERED = 0.02  # part of the area under a stain or a fold
STAINS = ((0.5, 0.5), (0.6, 0.65), (0.5, 0.32), (0.35, 0.55))  # centres, away from the three corners
# Part of every digest: a proof made before a change of the drawing, or of this code, is not valid afterwards.
METHOD = "1"


def proof_digest(text: str, logo: str) -> str:
    """Return the SHA-256, in hexadecimal, of what a proof is of; `logo` is the hash of the logo, or ""."""
    return hashlib.sha256(f"{METHOD} {PRINTED} {text} {logo}".encode()).hexdigest()


def find_fault(text: str, logo: bytes | None) -> str:
    """Return "" if the code of `text` can be read at the smallest size, otherwise why not: a ShortLink.Fault."""
    if _can_be_read(text, logo):
        return ""
    return ShortLink.Fault.LOGO if logo and _can_be_read(text, None) else ShortLink.Fault.SMALL


def _can_be_read(text: str, logo: bytes | None) -> bool:
    return is_readable(draw_qr_code(text, form="png", size=PIXELS, logo=logo), text)


def is_readable(png: bytes, text: str) -> bool:
    """Return True if a code that is drawn with PIXELS can be read as this text in every state."""
    with Image.open(io.BytesIO(png)) as drawn:
        image = drawn.convert("L")
    return all(_read(damaged) == [text] for damaged in _damaged(image))


def _read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)]


def _damaged(image: Image.Image) -> Iterator[Image.Image]:
    """Yield the image as drawn, as a phone held askew sees it on grey paper, and with a stain in each of 4 places."""
    yield image
    grey = image.point(lambda value: 60 + value * 150 // 255)
    blurred = grey.rotate(7, Image.Resampling.BICUBIC, expand=True, fillcolor=210).filter(ImageFilter.GaussianBlur(1.2))
    squeezed = io.BytesIO()
    blurred.save(squeezed, "JPEG", quality=50)
    yield Image.open(squeezed).convert("L")
    half = round(image.width * COVERED**0.5 / 2)
    for number, (x, y) in enumerate(STAINS):
        stained = image.copy()
        centre = (round(x * image.width), round(y * image.height))
        box = (centre[0] - half, centre[1] - half, centre[0] + half, centre[1] + half)
        ImageDraw.Draw(stained).rectangle(box, fill=255 * (number % 2))
        yield stained
