"""Bakes the whole site into a folder next to the served one and swaps them in one step, so that no reader gets pages
with the old header along with pages with the new one.

Safe to interrupt: what remains to be done are rows of the queue. Meanwhile acts bake into both folders.
"""

import fcntl
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction
from django.db.models import QuerySet

from ..models import BakedPage, BakeJob, SiteSettings
from ..models.key_batches import key_batches
from ..refusals import Problem, Refusal
from . import affected_pages
from .generations import baked_generations
from .jobs import bake_jobs, bake_pending, note_in_manifest, request_full_bake
from .order import baking_order
from .public_files import link_public_files, remove_unused_public_files
from .store import BEGUN_STAMP, CODES_STAMP, SITE_STAMP, BakedStore, compressed_copies, file_name

PAGES_PER_CHUNK = 50  # pages that one process renders before it writes them
# Called with the number of pages done and of all pages.
BakeProgress = Callable[[int, int], None]
# Files that affect every page: if they differ, the site was baked by another version of the product.
STAMPED_PATHS = [
    "templates/public",
    "static/site",
    "locale",
    "articles/public",
    "articles/sanitising",
    "articles/templatetags",
]


ALREADY_BAKING = Problem(
    "baking.already_baking", "The whole site is being baked already, by another process."
)  # on the command line, which is not translated


class AlreadyBaking(Refusal):
    """Raised where another process is baking the whole site."""


def bake_everything(
    *, processes: int | None = None, restart: bool = False, progress: BakeProgress | None = None
) -> int:
    """Bake every page of the site, put the new site in place, and return the number of its pages.

    The public files are linked before and removed after it. Continues an interrupted bake unless `restart`. Raises
    AlreadyBaking. Pages that cannot be rendered keep their old
    file and stay in the queue with the error.
    """
    with _exclusive_bake():
        link_public_files()
        while True:
            wanted = BakeJob.objects.filter(path=BakeJob.EVERYTHING).values_list("version", flat=True).first()
            target, before = _begin_generation(str(wanted), restart=restart)
            _bake_rows(processes or os.cpu_count() or 1, progress)
            if BakeJob.objects.filter(path=BakeJob.EVERYTHING).exclude(version=wanted or 0).exists():
                continue  # requested again since, so the pages baked first may be outdated
            _keep_failed_pages(before, target)
            baked_generations().swap_in_next()
            BakeJob.objects.filter(path=BakeJob.EVERYTHING, version=wanted or 0).delete()
            _forget_old_manifests()
            remove_unused_public_files()
            return BakedPage.objects.filter(generation=target.generation).count()


def full_bake_is_requested() -> bool:
    """Return True if a bake of the whole site is queued."""
    return BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()


def request_bake_on_new_version() -> None:
    """Queue the whole site if the served one was baked by another version of the product, or with other settings."""
    if baked_generations().served().read(SITE_STAMP) != _site_stamp():
        request_full_bake()


def _site_stamp() -> bytes:
    """Return a digest of the files and settings that pages depend on; the database is not in it."""
    files = (file for folder in STAMPED_PATHS for file in sorted(Path(settings.BASE_DIR, folder).rglob("*")))
    return _files_digest(
        files,
        settings.SITE_URL,
        settings.FEED_TAG,
        settings.LANGUAGE_CODE,
        settings.TIME_ZONE,
        settings.STATIC_URL,
    )


def _machine_start() -> bytes:
    """Return what differs after a restart of the machine: an unfinished site is not synced, and incomplete then."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes()
    except OSError:  # no Linux
        return b""


def _codes_stamp() -> bytes:
    """Return a digest of everything that the image of a code depends on, except the code itself."""
    logo = SiteSettings.current().logo
    drawn_by = sorted(Path(settings.BASE_DIR, "articles", "qr_short_links").glob("*.py"))
    return _files_digest(drawn_by, settings.SITE_URL, logo.sha256 if logo else "", version("qrcode"), version("pillow"))


def _files_digest(files: Iterable[Path], *words: str) -> bytes:
    digest = sha256()
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(str(file.relative_to(settings.BASE_DIR)).encode() + b"\0" + file.read_bytes() + b"\0")
    digest.update("\0".join(words).encode())
    return digest.hexdigest().encode()


@contextmanager
def _exclusive_bake() -> Iterator[None]:
    settings.BAKED_DIR.mkdir(parents=True, exist_ok=True)
    with open(settings.BAKED_DIR / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyBaking(ALREADY_BAKING) from error
        yield


def _begin_generation(wanted: str, *, restart: bool) -> tuple[BakedStore, BakedStore]:
    """Queue every page that is still to be baked; return the folder to fill and the served one."""
    here = baked_generations()
    served, next_store = here.served(), here.next_store()
    begun = b"\n".join([_site_stamp(), wanted.encode(), _machine_start()])
    if next_store and not restart and next_store.read(BEGUN_STAMP) == begun:
        return next_store, served
    # Folder first, then jobs: so a page that is being baked for the served folder only is requested again.
    target = here.start_next()
    BakeJob.objects.filter(whole=True).exclude(path=BakeJob.EVERYTHING).delete()
    for paths in _queue_all_addresses(target, served):
        BakeJob.objects.bulk_create(
            [BakeJob(path=path, whole=True) for path in sorted(paths, key=baking_order)],
            update_conflicts=True,
            unique_fields=["path"],
            update_fields=["version", "claimed_until"],
        )
    codes = _codes_stamp()
    if served.read(CODES_STAMP) == codes and target.generation != served.generation:
        _copy_code_images(served, target)
    for name, body in ((SITE_STAMP, _site_stamp()), (CODES_STAMP, codes), (BEGUN_STAMP, begun)):
        target.replace(name, body, {}, durable=False)
    return target, served


def _copy_code_images(served: BakedStore, target: BakedStore) -> None:
    """Copy the images of codes, which depend only on the site's address and logo: no act bakes other ones during this.

    There are three for each article, and drawing one takes as long as rendering a page.
    """
    rows = BakeJob.objects.filter(whole=True, path__startswith="/q/")
    for first, last in _key_ranges(rows):
        chunk = rows.filter(pk__range=(first, last))
        known = {path: served.read(file_name(path)) for path in chunk.values_list("path", flat=True)}
        there = {path: body for path, body in known.items() if body}
        for path, body in there.items():
            target.replace(file_name(path), body, {}, durable=False)
        note_in_manifest(target.generation, there)
        chunk.filter(path__in=there).delete()


def _queue_all_addresses(target: BakedStore, served: BakedStore) -> Iterator[list[str]]:
    yield from affected_pages.all_addresses()
    if target.generation == served.generation:  # rewritten in place: files of pages that no longer exist are removed
        there = BakedPage.objects.filter(generation=target.generation).order_by("path").values_list("path", flat=True)
        yield from affected_pages.group_addresses(there.iterator(2000))


def _bake_rows(processes: int, progress: BakeProgress | None) -> None:
    """Bake every job of the whole site, then those that acts requested in the meantime."""
    rows = BakeJob.objects.filter(whole=True).exclude(path=BakeJob.EVERYTHING)
    total, done = rows.count(), 0
    # The second round is for jobs whose rows were locked by an act in the first.
    for _round in range(2):
        for count in _bake_chunks(rows.filter(attempts=0), processes):
            done += count
            if progress:
                progress(min(done, total), total)
    bake_pending()


def _bake_chunks(rows: QuerySet[BakeJob], processes: int) -> Iterator[int]:
    if processes == 1:
        yield from map(_bake_chunk, _key_ranges(rows))
        return
    chunks = list(_key_ranges(rows))
    connections.close_all()  # forked processes must not share connections; each opens its own
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap_unordered(_bake_chunk, chunks)


def _key_ranges(rows: QuerySet[BakeJob]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last key of every PAGES_PER_CHUNK rows."""
    for batch in key_batches(rows, PAGES_PER_CHUNK):
        yield batch[0][0], batch[-1][0]


def _bake_chunk(keys: tuple[int, int]) -> int:
    rows = list(BakeJob.objects.filter(pk__range=keys, whole=True).exclude(path=BakeJob.EVERYTHING))
    bake_jobs(rows)
    return len(rows)


def _keep_failed_pages(before: BakedStore, target: BakedStore) -> None:
    """Copy the old files of pages that could not be rendered; their jobs are retried like any other."""
    for row in BakeJob.objects.filter(whole=True).exclude(path=BakeJob.EVERYTHING).order_by("pk").iterator():
        _keep_failed_page(row, before, target)


@transaction.atomic
def _keep_failed_page(row: BakeJob, before: BakedStore, target: BakedStore) -> None:
    """Copy the old file under the lock of its job, unless the page was baked or requested since the row was read.

    Without the lock, an act could run between reading and writing the file, and the page that it withdrew or had
    re-baked would come back.
    """
    locked = BakeJob.objects.select_for_update().filter(pk=row.pk, version=row.version)
    if locked.first() is None:
        return
    body = before.read(file_name(row.path))
    if body is not None and target.generation != before.generation:
        copies = compressed_copies(file_name(row.path), body)
        target.replace(file_name(row.path), body, copies, durable=False)
        note_in_manifest(target.generation, {row.path: body})
    locked.update(whole=False)


def _forget_old_manifests() -> None:
    kept = [files.generation for files in (baked_generations().served(), baked_generations().next_store()) if files]
    BakedPage.objects.exclude(generation__in=kept).delete()
