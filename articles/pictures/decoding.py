"""Reads a picture of any format: its first picture, upright, in sRGB, no larger than readers need."""

import io
from typing import NamedTuple, cast

import pillow_heif
from django.utils.translation import gettext_lazy
from PIL import Image, ImageCms

from .. import uploads
from ..refusals import Problem
from ..uploads import RefusedFile
from .metadata import PILLOW_ERRORS

# Opened, HEIC is as every other format: checked by size before it is decoded, upright, with its metadata.
pillow_heif.register_heif_opener(thumbnails=False)

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000
# The stored copy is as wide as a desktop screen at double density. Long pictures (screenshots, 一图读懂) keep their
# width, on which their letters can be read, until they are as high as WebP allows or have as many pixels as phones can
# show.
MASTER_WIDTH = 2560
MASTER_HEIGHT = 16_383
MASTER_PIXELS = 20_000_000

_SRGB = ImageCms.createProfile("sRGB")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DAMAGED = Problem(
    "pictures.damaged",
    gettext_lazy("%(file)s is damaged or incomplete; download it again, or save it again as JPEG or PNG."),
)
_REFUSED_PICTURES = {
    "svg": Problem(
        "pictures.svg", gettext_lazy("%(file)s is an SVG drawing, which can carry programs; export it as PNG.")
    ),
    "html": Problem(
        "pictures.html", gettext_lazy("%(file)s is a web page, not a picture; save the picture itself from the page.")
    ),
    "pdf": Problem(
        "pictures.pdf", gettext_lazy("%(file)s is a PDF; add it as an attachment, or export the page as JPEG.")
    ),
    "zip": Problem(
        "pictures.zip",
        gettext_lazy("%(file)s is a document or an archive, not a picture; save the picture in it as JPEG or PNG."),
    ),
    "picture": _DAMAGED,
    "heic": _DAMAGED,
}
_UNKNOWN_PICTURE = Problem(
    "pictures.unknown", gettext_lazy("%(file)s is not a picture that can be read here; save it as JPEG or PNG.")
)
_OVERSIZE_PICTURE = Problem(
    "pictures.oversize",
    gettext_lazy("%(file)s has more than %(pixels)d million pixels or a side longer than %(side)d; make it smaller."),
)


Margins = tuple[float, float, float, float]
NO_MARGINS: Margins = (0.0, 0.0, 0.0, 0.0)


class OpenedPicture(NamedTuple):
    """The first picture of a file, loaded; its width and height in the file; whether the file has more pictures."""

    img: Image.Image
    size: tuple[int, int]
    has_more: bool


def open_picture(data: bytes, name: str) -> OpenedPicture:
    """Open a file and load its first picture. Raises RefusedFile. The name of the file is ignored."""
    try:
        img = Image.open(io.BytesIO(data), formats=FORMATS)
        size = img.size
        if max(img.size) > MAX_SIDE or img.width * img.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        # A JPEG from a phone contains a second, small or matching picture (MPO), which is not needed.
        has_more = img.format != "MPO" and bool(getattr(img, "is_animated", False))
        # JPEG decodes to a part of its size in less time. Whether it is rotated is not known yet.
        img.draft(None, max(_fitting_size(img.size), _fitting_size(img.size[::-1])[::-1]))
        img.load()
    except Image.DecompressionBombError as error:
        raise RefusedFile(_OVERSIZE_PICTURE, name, pixels=MAX_PIXELS // 1_000_000, side=MAX_SIDE) from error
    except PILLOW_ERRORS as error:
        raise RefusedFile(_REFUSED_PICTURES.get(uploads.kind_of(data), _UNKNOWN_PICTURE), name) from error
    return OpenedPicture(img, size, has_more)


def damaged_picture(name: str) -> RefusedFile:
    """Return the refusal of a file in which a later picture cannot be read."""
    return RefusedFile(_DAMAGED, name)


def normalise_picture(img: Image.Image, widest: int = MASTER_WIDTH, cut: Margins = NO_MARGINS) -> Image.Image:
    """Return the picture upright, in sRGB, at most `widest` pixels wide, as RGB, or RGBA if it has transparent pixels.

    `cut` is how much is cropped at the left, top, right and bottom, as fractions of the upright picture.
    """
    upright = _crop(_turn_upright(img), cut)
    fitting = upright.resize(_fitting_size(upright.size, widest), Image.Resampling.LANCZOS)
    return _convert_to_srgb(fitting, img.info.get("icc_profile"))


def _turn_upright(img: Image.Image) -> Image.Image:
    """Return the picture upright, in a mode that can be scaled and that matches its colour profile."""
    try:
        turn = _TURNS.get(img.getexif().get(_ORIENTATION, 1))
    except PILLOW_ERRORS:
        turn = None
    if img.mode[0] in "IF":
        img = _eight_bits(img)
    elif img.has_transparency_data:
        img = img.convert("RGBA")
    elif img.mode not in ("L", "RGB", "CMYK"):
        img = img.convert("RGB")
    return img if turn is None else img.transpose(turn)


def _crop(img: Image.Image, cut: Margins) -> Image.Image:
    left, top, right, bottom = cut
    box = (round(left * img.width), round(top * img.height))
    end = (round((1 - right) * img.width), round((1 - bottom) * img.height))
    return img.crop((*box, *end)) if cut != NO_MARGINS and box[0] < end[0] and box[1] < end[1] else img


def _eight_bits(img: Image.Image) -> Image.Image:
    """Return a deep greyscale picture with 8 bits: 16 bits are divided; deeper ones, which have no defined white, are
    stretched from their darkest to their lightest value.
    """
    if img.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
        img = img.convert("I")
    else:
        low, high = cast("tuple[float, float]", img.getextrema())
    scale = 255 / (high - low) if high > low else 0.0
    return img.point(lambda value: value * scale - low * scale).convert("L")


def _fitting_size(size: tuple[int, int], widest: int = MASTER_WIDTH) -> tuple[int, int]:
    width, height = size
    scale = min(1.0, widest / width, MASTER_HEIGHT / height, (MASTER_PIXELS / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _convert_to_srgb(img: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB, as RGB, or as RGBA if it has transparent pixels. A broken profile is ignored."""
    alpha = img.getchannel("A") if img.mode == "RGBA" else None
    if alpha:
        img = img.convert("RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            img = ImageCms.profileToProfile(img, source, _SRGB, outputMode="RGB") or img
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass
    img = img.convert("RGB")
    if alpha and alpha.getextrema() != (255, 255):
        img.putalpha(alpha)
    # Encoders take comments and profiles from here by default.
    img.info = {}
    return img
