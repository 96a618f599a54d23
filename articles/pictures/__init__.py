"""Turns an uploaded file into a picture of the library.

Pictures are decoded and encoded again, which removes everything else in the file (places, thumbnails, scripts, other
formats) except the metadata in metadata.py.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from .. import audit, baking, uploads
from ..duty_assignments import permissions
from ..models import Picture
from ..models.picture import COPIES_MARK, picture_renditions, rendition_widths, square_of_picture, still_of_picture
from ..saved_rows import recorded_changes, write_row
from ..uploads import RefusedFile
from . import animation, decoding, encoding, metadata
from .decoding import MAX_PIXELS, NO_MARGINS, Margins
from .words import credit_pattern, learn_picture_words, split_caption

__all__ = [
    "MAX_PIXELS",
    "NO_MARGINS",
    "Margins",
    "PreparedPicture",
    "RefusedFile",
    "credit_pattern",
    "learn_picture_words",
    "prepare_picture",
    "prepare_picture_upload",
    "save_picture",
    "split_caption",
    "store_picture",
]

PICTURE_TEXT_FIELDS = ("name", "alt", "caption", "credit", "licence")
# A picture whose sides differ by more than this often has letters, which must stay as large as they are.
LONG = 3


@dataclass(frozen=True)
class PreparedPicture:
    """A picture ready to be stored: the master as JPEG or PNG, and its WebP renditions by their width in pixels.

    The master of an animation is WebP; `still` is the JPEG that replaces it where nothing moves, and its renditions
    are stills, too. `square` is the small square JPEG for the cards of messengers. `name` is the cleaned name of the
    upload, or ''.
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
    content_credentials: str
    notes: tuple[str, ...]
    square: bytes
    still: bytes = b""


def store_picture(upload: UploadedFile | PreparedPicture, *, by: User, **facts: str) -> Picture:
    """Add an upload to the library and return its row. Idempotent: for a picture in the library, its existing row.

    A form that has prepared the upload, to show a refusal at its field, passes the PreparedPicture.
    `facts` are `name`, `alt`, `caption`, `credit`, `licence` and `fetched_from` of a new row; a credit in the file
    fills an empty one.
    Raises PermissionDenied, RefusedFile, or ValidationError for a fact that is too long; nothing is written then.
    """
    permissions.require_duty_anywhere(by, permissions.Duty.WRITE)
    prepared = upload if isinstance(upload, PreparedPicture) else prepare_picture_upload(upload)
    path = f"{uploads.new_file_stem('pictures')}{COPIES_MARK}.{prepared.extension}"
    row = {
        **facts,
        "name": facts.get("name") or uploads.split_name(prepared.name)[0],
        "credit": facts.get("credit") or prepared.credit,
        "file": path,
        "width": prepared.width,
        "height": prepared.height,
        "ai_label": prepared.ai_label,
        "content_credentials": prepared.content_credentials,
        "uploaded_by": by,
    }
    picture = Picture.objects.filter(sha256=prepared.sha256).first()
    if not picture:
        Picture(sha256=prepared.sha256, **row).clean_fields(exclude={"file"})
        picture = _add_picture(prepared, row)
    picture.notes = prepared.notes
    return picture


def _add_picture(prepared: PreparedPicture, row: dict[str, Any]) -> Picture:
    file = row["file"]
    files = {name: prepared.renditions[width] for width, name in picture_renditions(file, prepared.width)}
    files[square_of_picture(file)] = prepared.square
    if prepared.still:
        files[still_of_picture(file, prepared.width)] = prepared.still
    try:
        with uploads.kept_files({file: prepared.master, **files}):
            picture = Picture.objects.create(sha256=prepared.sha256, **row)
            facts = recorded_changes(picture, None, (*PICTURE_TEXT_FIELDS, "fetched_from"))
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
    """Decode a picture and encode it again, upright, in sRGB, within the limits of decoding.py. Raises RefusedFile.

    Opaque pictures become progressive JPEG, transparent ones PNG; animations become WebP and keep moving if they are
    within the limits of animation.py. `name` is the file name for messages, `cut` how much is cropped from a still
    picture at the left, top, right and bottom, as fractions of it.
    """
    opened = decoding.open_picture(data, name)
    facts = metadata.read_metadata(opened.img, data)
    xmp = metadata.xmp_packet(facts)
    still = decoding.normalise_picture(opened.img, cut=cut)
    moving = animation.read_animation(opened, name)
    encoded = animation.encode_animation(moving, xmp) if moving else None
    if moving and encoded:
        still, extension, master = moving.frames[0], "webp", encoded
    else:
        extension, master = encoding.encode_master(still, xmp)
    return PreparedPicture(
        name=name,
        master=master,
        extension=extension,
        width=still.width,
        height=still.height,
        sha256=hashlib.sha256(master).hexdigest(),
        renditions={width: encoding.encode_copy(still, width, xmp) for width in rendition_widths(still.width)},
        credit=facts.credit,
        ai_label=str(facts.label),
        content_credentials=facts.label.unjudged,
        notes=tuple(_notes_for_uploader(opened, still.size, name, moves=bool(encoded))),
        square=encoding.encode_square(still, xmp),
        still=encoding.encode_jpeg(still, xmp) if encoded else b"",
    )


def _notes_for_uploader(
    opened: decoding.OpenedPicture, kept: tuple[int, int], name: str, *, moves: bool
) -> Iterator[str]:
    """Yield a sentence for each loss; `kept` is the width and height of the picture that is stored."""
    file = f"“{name}”" if name else _("The file")
    if opened.has_more and not moves:
        yield (
            _(
                "%(file)s is an animation that is too long or too large to move on phones; its first picture was kept. "
                "Make it shorter, or upload it as a film (MP4)."
            )
            if opened.img.format in animation.FORMATS
            else _("%(file)s contains several pictures; the first picture was kept.")
        ) % {"file": file}
    before, after = sorted(opened.size), sorted(kept)
    if before[1] > LONG * before[0] and after[1] < before[1]:
        yield _(
            "%(file)s was made smaller, from %(before)s to %(after)s pixels; check whether it can still be read."
        ) % {
            "file": file,
            "before": " × ".join(map(str, before if kept == tuple(after) else before[::-1])),
            "after": f"{kept[0]} × {kept[1]}",
        }
