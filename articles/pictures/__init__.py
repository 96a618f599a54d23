"""Turns an uploaded file into a picture of the library.

Pictures are decoded and encoded again, which removes everything else in the file (places, thumbnails, scripts, other
formats) except the metadata in metadata.py.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageCms, PngImagePlugin

from .. import audit, baking, uploads
from ..duty_assignments import permissions
from ..models import Picture
from ..models.picture import picture_renditions
from ..refusals import Problem
from ..saved_rows import recorded_changes, write_row
from ..uploads import RefusedFile
from . import metadata
from .metadata import PILLOW_ERRORS

__all__ = [
    "PreparedPicture",
    "RefusedFile",
    "prepare_picture",
    "prepare_picture_upload",
    "save_picture",
    "store_picture",
]

PICTURE_TEXT_FIELDS = ("name", "alt", "caption", "credit", "licence")

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000
MASTER_SIDE = 2560  # pixels, the longest side of the stored copy: as wide as a desktop screen at double density

Margins = tuple[float, float, float, float]
NO_MARGINS: Margins = (0.0, 0.0, 0.0, 0.0)

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
    "heic": Problem(
        "pictures.heic",
        gettext_lazy("%(file)s is a HEIC photo, as phones take them; save or share it as JPEG and upload that."),
    ),
    "zip": Problem(
        "pictures.zip",
        gettext_lazy("%(file)s is a document or an archive, not a picture; save the picture in it as JPEG or PNG."),
    ),
    "picture": Problem(
        "pictures.damaged",
        gettext_lazy("%(file)s is damaged or incomplete; download it again, or save it again as JPEG or PNG."),
    ),
}
_UNKNOWN_PICTURE = Problem(
    "pictures.unknown", gettext_lazy("%(file)s is not a picture that can be read here; save it as JPEG or PNG.")
)
_OVERSIZE_PICTURE = Problem(
    "pictures.oversize",
    gettext_lazy("%(file)s has more than %(pixels)d million pixels or a side longer than %(side)d; make it smaller."),
)


@dataclass(frozen=True)
class PreparedPicture:
    """A picture ready to be stored: the master as JPEG or PNG, and its WebP renditions by their width in pixels.

    `name` is the cleaned name of the uploaded file, or ''.
    """

    name: str
    master: bytes
    extension: str
    width: int
    height: int
    sha256: str
    renditions: dict[int, bytes]
    credit: str
    ai_label: str
    notes: tuple[str, ...]


def store_picture(upload: UploadedFile | PreparedPicture, *, by: User, **facts: str) -> Picture:
    """Add an upload to the library and return its row. Idempotent: for a picture in the library, its existing row.

    A form that has prepared the upload, to show a refusal beside its field, passes the PreparedPicture.
    `facts` are `name`, `alt`, `caption`, `credit` and `licence` of a new row; a credit in the file fills an empty one.
    Raises PermissionDenied, RefusedFile, or ValidationError for a fact that is too long; nothing is written then.
    """
    permissions.require_duty_anywhere(by, permissions.Duty.WRITE)
    prepared = upload if isinstance(upload, PreparedPicture) else prepare_picture_upload(upload)
    path = f"{uploads.new_file_stem('pictures')}.{prepared.extension}"
    row = {
        **facts,
        "name": facts.get("name") or uploads.split_name(prepared.name)[0],
        "credit": facts.get("credit") or prepared.credit,
        "file": path,
        "width": prepared.width,
        "height": prepared.height,
        "ai_label": prepared.ai_label,
        "uploaded_by": by,
    }
    picture = Picture.objects.filter(sha256=prepared.sha256).first()
    if not picture:
        Picture(sha256=prepared.sha256, **row).clean_fields(exclude={"file"})
        picture = _add_picture(prepared, row)
    picture.notes = prepared.notes
    return picture


def _add_picture(prepared: PreparedPicture, row: dict[str, Any]) -> Picture:
    files = {name: prepared.renditions[width] for width, name in picture_renditions(row["file"], prepared.width)}
    try:
        with uploads.kept_files({row["file"]: prepared.master, **files}):
            picture = Picture.objects.create(sha256=prepared.sha256, **row)
            facts = recorded_changes(picture, None, PICTURE_TEXT_FIELDS)
            audit.record_entry(
                "picture.uploaded", picture, by=row["uploaded_by"], name=picture.name, sha256=prepared.sha256, **facts
            )
    except IntegrityError:  # the same picture was uploaded twice at once, and the other one was faster
        return Picture.objects.get(sha256=prepared.sha256)
    return picture


def prepare_picture_upload(upload: UploadedFile) -> PreparedPicture:
    """Read an upload and prepare the picture in it; raises RefusedFile."""
    name = uploads.clean_name(upload.name)
    return uploads.look_into(prepare_picture, uploads.read_upload(upload, name), name)


@transaction.atomic
def save_picture(picture: Picture, *, by: User) -> Picture:
    """Save the texts about a picture of the library; signed and published texts keep the old ones.

    Raises PermissionDenied or ValidationError; nothing has changed then.
    """
    before = Picture.objects.select_for_update(of=("self",), no_key=True).get(pk=picture.pk)
    uploads.require_may_describe(by, before)
    if write_row(picture, before, PICTURE_TEXT_FIELDS, by=by):
        baking.request_bake(baking.pages_with_picture_text(picture))
    return picture


def prepare_picture(data: bytes, name: str = "", cut: Margins = NO_MARGINS) -> PreparedPicture:
    """Decode a picture and encode it again, upright, in sRGB, at most MASTER_SIDE pixels long. Raises RefusedFile.

    Opaque pictures become progressive JPEG, transparent ones PNG. `name` is the file name for messages, `cut` what is
    cut off at the left, top, right and bottom, as fractions of the picture.
    """
    img, several = _decode_picture(data, name)
    facts = metadata.read_metadata(img, data)
    upright = _crop(_turn_upright(img), cut)
    master = _convert_to_srgb(_shrink(upright, MASTER_SIDE), img.info.get("icc_profile"))
    xmp = metadata.xmp_packet(facts)
    extension, encoded = _encode_master(master, xmp)
    note = _("%(file)s contains several pictures or an animation; the first picture was kept.")
    return PreparedPicture(
        name=name,
        master=encoded,
        extension=extension,
        width=master.width,
        height=master.height,
        sha256=hashlib.sha256(encoded).hexdigest(),
        renditions={
            width: _encode_webp(master, width, xmp) for width, _address in picture_renditions("", master.width)
        },
        credit=facts.credit,
        ai_label=facts.ai_label,
        notes=(note % {"file": f"“{name}”" if name else _("The file")},) if several else (),
    )


def _decode_picture(data: bytes, name: str) -> tuple[Image.Image, bool]:
    """Load the first picture in the file; return it, and True if there are more. The name of the file is ignored."""
    try:
        img = Image.open(io.BytesIO(data), formats=FORMATS)
        if max(img.size) > MAX_SIDE or img.width * img.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        # A JPEG from a phone contains a second, small or matching picture (MPO), which is not needed.
        several = img.format != "MPO" and getattr(img, "is_animated", False)
        img.draft(None, _fitting_size(img.size, MASTER_SIDE))
        img.load()
    except Image.DecompressionBombError as error:
        raise RefusedFile(_OVERSIZE_PICTURE, name, pixels=MAX_PIXELS // 1_000_000, side=MAX_SIDE) from error
    except PILLOW_ERRORS as error:
        raise RefusedFile(_REFUSED_PICTURES.get(uploads.kind_of(data), _UNKNOWN_PICTURE), name) from error
    return img, several


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


def _fitting_size(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _shrink(img: Image.Image, longest: int) -> Image.Image:
    return img.resize(_fitting_size(img.size, longest), Image.Resampling.LANCZOS)


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


def _encode_master(img: Image.Image, xmp: bytes) -> tuple[str, bytes]:
    file = io.BytesIO()
    if img.mode == "RGBA":
        text = PngImagePlugin.PngInfo()
        if xmp:
            text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        img.save(file, "PNG", pnginfo=text)
        return "png", file.getvalue()
    img.save(file, "JPEG", quality=85, progressive=True, optimize=True, xmp=xmp)
    return "jpg", file.getvalue()


def _encode_webp(img: Image.Image, width: int, xmp: bytes) -> bytes:
    file = io.BytesIO()
    size = (width, max(1, round(img.height * width / img.width)))
    img.resize(size, Image.Resampling.LANCZOS).save(file, "WEBP", quality=80, method=4, xmp=xmp)
    return file.getvalue()
