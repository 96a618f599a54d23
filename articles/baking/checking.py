"""Checks of the baked files.

Against the manifest: finds files that somebody else changed, added or removed (页面篡改); reads every file, renders
none. The files that pages show are checked with it (checking_files.py).
Against the site: renders every page and compares it byte for byte; takes as long as baking the site.
Both find uploaded files that are in the public store although nothing public uses them, or the other way round.
"""

import time
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain, islice

from .. import audit
from ..models import BakedPage, BakeJob, PageCheck
from . import affected_pages
from .checking_files import differing_files
from .generations import baked_generations
from .jobs import request_bake
from .public_files import ADDED, CHANGED, MISSING, checked_public_files, master_names, public_file_differences
from .public_store import FOLDER, public_store
from .render import RenderFailed, render_page
from .store import (
    COPY_SUFFIXES,
    STAMP_FILES,
    BakedStore,
    compressed_copies,
    decompressed_body,
    file_name,
    page_path,
    uncompressed_name,
)

# A page that is being baked looks like a tampered one, so findings are checked again: RECHECKS times, after a pause.
RECHECK_PAUSE, RECHECKS = 1.0, 3  # seconds; times
MAX_FINDINGS = 1000  # stored with a check, and repaired by it
DIFFERS = "differs"
UPLOADS_START = f"{FOLDER}/"  # with this, the names of uploaded files begin in the results


def check_files(*, against: str, repair: bool = False) -> PageCheck:
    """Compare the served files with the manifest or the site (a value of PageCheck.Against); return the stored result.

    Safe to run at any time: pages that are being baked during the check are not reported. With `repair`, pages that
    differ are queued for baking and added files are removed; the result still lists them. Of uploads, those that
    readers get are repaired; uploads in MEDIA_ROOT and static files are not.
    """
    files = baked_generations().served()
    compare = _manifest_differences if against == PageCheck.Against.MANIFEST else _site_differences
    found: dict[str, str] = {}
    count = 0
    for name, wrong in chain(
        compare(files, _file_names(files, against)),
        _upload_differences(UPLOADS_START + name for name in checked_public_files()),
    ):
        if wrong and len(found) < MAX_FINDINGS:
            found[name] = wrong
        count += 1
    for _again in range(RECHECKS):
        if found:
            time.sleep(RECHECK_PAUSE)
            uploads = [name for name in found if name.startswith(UPLOADS_START)]
            again = chain(compare(files, found.keys() - set(uploads)), _upload_differences(uploads))
            found = {name: wrong for name, wrong in again if wrong and not _has_pending_job(name)}
    others = islice(differing_files(), MAX_FINDINGS) if against == PageCheck.Against.MANIFEST else ()
    findings = sorted([*found.items(), *others])
    result = PageCheck.objects.create(
        against=against,
        pages=count,
        count=len(findings),
        findings=[[name, wrong] for name, wrong in findings],
    )
    if findings:
        names = [name for name, _wrong in findings[:20]]
        audit.record_entry("pages.differ", result, by=None, against=against, count=len(findings), files=names)
    if found and repair:
        _repair_files(files, found)
    PageCheck.objects.filter(pk__lt=result.pk - 500).delete()
    return result


def rebake_empty_files() -> int:
    """Remove the served files without content, which a power cut left, and queue their pages; return their number."""
    files = baked_generations().served()
    found = dict.fromkeys((name for name in files.empty_names() if name not in STAMP_FILES), CHANGED)
    for name in found:
        files.remove(name)
    if found:
        _repair_files(files, found)
    return len(found)


def _file_names(files: BakedStore, against: str) -> Iterator[str]:
    """Yield every existing file, then every expected file that does not exist."""
    yield from files.names()
    if against == PageCheck.Against.MANIFEST:
        rows = BakedPage.objects.filter(generation=files.generation).order_by("path").values_list("path", flat=True)
        wanted: Iterable[str] = rows.iterator(2000)
    else:
        wanted = (path for group in affected_pages.all_addresses() for path in group)
    for path in wanted:
        if files.read(file_name(path)) is None:
            yield file_name(path)


def _manifest_differences(files: BakedStore, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each file with its difference from the manifest, or ''."""
    for group in affected_pages.group_addresses(names):
        owners = {name: uncompressed_name(name) for name in group}
        rows = BakedPage.objects.filter(
            generation=files.generation, path__in={page_path(owner) for owner in owners.values()}
        )
        known = dict(rows.values_list("path", "sha256"))
        for name, owner in owners.items():
            if owner in STAMP_FILES:
                continue
            wanted, body = known.get(page_path(owner)), _plain_body(name, files.read(name))
            if wanted is None:
                yield name, ADDED if body is not None else ""
            elif body is None:
                yield name, MISSING
            else:
                yield name, "" if sha256(body).hexdigest() == wanted else CHANGED


def _site_differences(files: BakedStore, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each file with its difference from what the site answers, or ''."""
    for name in names:
        if name in STAMP_FILES or name.endswith(COPY_SUFFIXES):
            continue
        try:
            wanted = render_page(page_path(name))
        except RenderFailed as failure:
            yield name, str(failure)
            continue
        body = files.read(name)
        copies = compressed_copies(name, wanted) if wanted is not None and files.keeps_copies else {}
        if body == wanted and all(files.read(name + suffix) == copies.get(suffix) for suffix in COPY_SUFFIXES):
            yield name, ""
        else:
            yield name, MISSING if body is None else ADDED if wanted is None else DIFFERS


def _upload_differences(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name, wrong in public_file_differences(name.removeprefix(UPLOADS_START) for name in names):
        yield UPLOADS_START + name, wrong


def _plain_body(name: str, body: bytes | None) -> bytes | None:
    """Return the content of a compressed copy, other files as they are; b"" for a copy that cannot be decompressed."""
    return None if body is None else decompressed_body(name, body) or b""


def _repair_upload(name: str, wrong: str) -> set[str]:
    """Remove an uploaded file that is not public, or is another; return the addresses to bake where it is public."""
    if wrong in (ADDED, CHANGED):
        public_store().remove(name)
    if wrong == ADDED:
        return set()
    return {f"/{UPLOADS_START}{master}" for master in master_names(name)}


def _has_pending_job(name: str) -> bool:
    return BakeJob.objects.filter(path=page_path(uncompressed_name(name))).exists()


def _repair_files(files: BakedStore, found: dict[str, str]) -> None:
    wanted = set()
    for name, wrong in found.items():
        if name.startswith(UPLOADS_START):
            wanted |= _repair_upload(name.removeprefix(UPLOADS_START), wrong)
            continue
        if wrong == ADDED:
            files.remove(name)
        try:
            file_name(page_path(uncompressed_name(name)))
        except ValueError:
            continue
        wanted.add(page_path(uncompressed_name(name)))
    request_bake(wanted)
