"""Public files: the uploads that something public uses, and no others, in a separate store.

Uploads are kept in MEDIA_ROOT, which nothing serves. The public store holds those that readers may have now: nginx, the
file server and a CDN answer /media/… from it, Django answers the rest. An act queues the addresses of the files it may
have made public or not (affected_pages); `settle_public_files` then asks the database and links or removes each.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from ..file_responses import STORAGE_NAME
from ..models import Article, Attachment, Edition, Picture, SiteSettings, Slot, Topic
from ..models.expiry import unexpired
from ..models.key_batches import in_groups, key_batches
from ..models.revision import files_of_content
from .public_store import public_store

log = logging.getLogger(__name__)

Upload = Picture | Attachment
UPLOADS: tuple[type[Upload], ...] = (Picture, Attachment)
RENDITION = re.compile(r"(pictures/[0-9a-f]{32}[sw]?)-(?:[0-9]{1,4}|square)\.(?:webp|jpg)")
ADDED, MISSING, CHANGED = "added", "missing", "changed"
FILES_PER_GROUP = 500


def public_pictures() -> QuerySet[Picture]:
    """Return the pictures of public articles and of their slots, the banners of public topics, and the logo."""
    this, public = OuterRef("pk"), Article.objects.public()
    shown_slots = unexpired("slots__until") & (
        Q(slots__block__topic=None) | Q(slots__block__topic__in=Topic.objects.public())
    )
    return Picture.objects.filter(
        Exists(public.filter(live__revision__pictures=this))
        | Exists(public.filter(shown_slots, slots__picture=this))
        | Exists(Topic.objects.public().filter(banner=this))
        | Exists(SiteSettings.objects.filter(logo=this))
    )


def public_attachments() -> QuerySet[Attachment]:
    """Return the attachments of public articles."""
    return Attachment.objects.filter(
        Exists(Article.objects.public().filter(live__revision__attachments=OuterRef("pk")))
    )


def is_public(upload: Upload) -> bool:
    """Return True if something that readers may see now uses the upload."""
    return _public_of(type(upload)).filter(pk=upload.pk).exists()


def was_public(upload: Upload) -> bool:
    """Return True if something that readers saw has used the upload."""
    uses = {Picture: "revision__pictures", Attachment: "revision__attachments"}
    return upload.was_public or Edition.objects.filter(**{uses[type(upload)]: upload}).exists()


def public_name(attachment: Attachment) -> str:
    """Return the name under which readers save an attachment: the signed one, of the text published last that uses it.

    The uploader's name if no public text uses it.
    """
    texts = Article.objects.public().filter(live__revision__attachments=attachment).order_by("-live__published_at")
    files = texts.values_list("live__revision__content__attachments", flat=True).first() or []
    return next((file["name"] for file in files if file["file"] == attachment.file.name), attachment.name)


def file_addresses(*contents: Mapping[str, Any]) -> set[str]:
    """Return the addresses of the files that these contents of revisions use; those of renditions are left out."""
    return {settings.MEDIA_URL + name for content in contents for name in files_of_content(content)}


def picture_addresses(*pictures: Picture | None) -> set[str]:
    """Return the addresses of these pictures."""
    return {settings.MEDIA_URL + picture.file.name for picture in pictures if picture}


def slot_picture_addresses(topic: Topic | None) -> set[str]:
    """Return the addresses of the own pictures of slots of a topic; None means the home page. One query."""
    slots = Slot.objects.filter(block__topic=topic, picture__isnull=False)
    names = slots.values_list("picture__file", flat=True)
    return {settings.MEDIA_URL + name for name in names}


def is_file_address(path: str) -> bool:
    """Return True if the path is that of an uploaded file, not of a page."""
    return path.startswith(settings.MEDIA_URL)


def settle_public_files(paths: Iterable[str]) -> None:
    """Link the files at these addresses into the public store if something public uses them, else remove them.

    The caller holds the rows of the addresses in the queue. Raises OSError.
    """
    names = [path.removeprefix(settings.MEDIA_URL) for path in paths]
    shown: list[Upload] = []
    gone: list[Upload] = []
    for model in UPLOADS:
        uploads: list[Upload] = list(model.objects.filter(file__in=names))
        keys = set(_public_of(model).filter(pk__in=[upload.pk for upload in uploads]).values_list("pk", flat=True))
        _mark_public(model, [upload for upload in uploads if upload.pk in keys])
        for upload in uploads:
            (shown if upload.pk in keys else gone).append(upload)
    _remove_files(gone)  # first: withdrawn files are removed even if the disk is too full to link
    for upload in shown:
        _put_files(upload)


def link_if_public(upload: Upload, name: str) -> None:
    """Link a file of a public upload that the local store lacks, unless the upload stops being public in the meantime.

    Asked again after linking: an act that ends its last use removes the file after its commit.
    """
    store = public_store()
    if store.is_remote or store.holds(name):
        return
    try:
        store.put(name, "")
    except OSError as failure:
        log.warning("the public file %s could not be linked, Django answers it: %s", name, failure)
        return
    if not is_public(upload):
        store.remove(name)


def remove_public_file(path: str) -> None:
    """Remove the file at this address, and its renditions, without asking the database. Raises OSError."""
    store = public_store()
    stem = path.removeprefix(settings.MEDIA_URL).rpartition(".")[0]
    for name in list(store.names(stem)):
        store.remove(name)


def link_public_files() -> None:
    """Link every public file that the store lacks; one that cannot be linked is logged, and Django answers it."""
    for model, public in _public_batches():
        shown: list[Upload] = list(public)
        for upload in shown:
            try:
                _put_files(upload)
            except OSError as failure:
                log.error("the public file %s could not be linked: %s", upload.file.name, failure)
        # Asked again, as in `link_if_public`.
        still_public = set(public.values_list("pk", flat=True))
        _remove_files([upload for upload in shown if upload.pk not in still_public])
        _mark_public(model, shown)


def remove_unused_public_files() -> None:
    """Remove from the store what nothing public uses. Raises OSError."""
    store = public_store()
    for name, wrong in public_file_differences(store.names()):
        if wrong:
            store.remove(name)


def checked_public_files() -> Iterator[str]:
    """Yield the name of every file in the store, then of every public file that it lacks."""
    store = public_store()
    yield from store.names()
    for _model, public in _public_batches():
        for upload in public:
            yield from (name for name in upload.stored_names if not store.holds(name))


def public_file_differences(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name with ADDED if nothing public uses the file, MISSING if the store lacks it, CHANGED if it is not
    the upload, or ''.
    """
    store = public_store()
    for group in in_groups(names, FILES_PER_GROUP):
        masters = [master for name in group for master in master_names(name)]
        shown = {
            name
            for model in UPLOADS
            for upload in _public_of(model).filter(file__in=masters)
            for name in upload.stored_names
        }
        for name in group:
            held = store.holds(name)
            if held != (name in shown):
                yield name, ADDED if held else MISSING
            else:
                yield name, CHANGED if held and not store.is_right(name) else ""


def master_names(name: str) -> list[str]:
    """Return the possible storage names of the upload that a stored file belongs to: its own, or for a rendition its
    master's, which is a .jpg, a .png, or an animation in .webp.
    """
    rendition = RENDITION.fullmatch(name)
    return [f"{rendition[1]}.{extension}" for extension in ("jpg", "png", "webp")] if rendition else [name]


def find_upload(name: str) -> Upload | None:
    """Return the upload that the stored file with this name belongs to, or None, also for other names."""
    found = STORAGE_NAME.fullmatch(name)
    if not found:
        return None
    model: type[Upload] = Picture if found[1] == "pictures" else Attachment
    rows = model.objects.filter(file__in=master_names(name))
    return next((upload for upload in rows if name in upload.stored_names), None)


def _public_batches() -> Iterator[tuple[type[Upload], QuerySet[Any, Any]]]:
    """Yield each kind of upload with its public rows, a range of keys at a time."""
    for model in UPLOADS:
        for keys in key_batches(model.objects.all(), FILES_PER_GROUP):
            yield model, _public_of(model).filter(pk__range=(keys[0][0], keys[-1][0]))


def _public_of(model: type[Upload]) -> QuerySet[Any, Any]:
    return public_pictures() if model is Picture else public_attachments()


def _put_files(upload: Upload) -> None:
    store = public_store()
    # Documents of the local store are Django's to answer, with their name.
    readers_name = public_name(upload) if store.is_remote and isinstance(upload, Attachment) else ""
    for name in upload.stored_names:
        store.put(name, readers_name)


def _remove_files(uploads: Iterable[Upload]) -> None:
    for upload in uploads:
        for name in upload.stored_names:
            public_store().remove(name)


def _mark_public(model: type[Upload], shown: Iterable[Upload]) -> None:
    new = [upload.pk for upload in shown if not upload.was_public]
    if new:
        model.objects.filter(pk__in=new).update(was_public=True)
