"""Whether the baked files still say what was baked, and what the site answers.

Against the manifest: files that somebody else changed, added or took away (页面篡改); reads every file and asks nothing.
Against the site: every page byte for byte; costs what baking the site costs.
"""

import gzip
import time
from collections.abc import Iterable, Iterator
from hashlib import sha256

import brotli

from .. import audit
from ..models import BakedPage, BakeJob, PageCheck
from . import affected_pages
from .generations import baked_generations
from .jobs import request_bake
from .render import RenderFailed, render_page
from .store import COPIES, OWN, BakedStore, compressed_copies, file_name, page_path

# What is being baked at the moment looks like tampering: what is found is looked at again, so many seconds later.
PAUSE, LOOKS = 1.0, 3
# So many findings are kept with a check and put right by it.
MOST = 1000
ADDED, CHANGED, MISSING, DIFFERS = "added", "changed", "missing", "differs"


def check_files(*, against: str, repair: bool = False) -> PageCheck:
    """Compare the served files with the manifest, or with the site; the kept result. One look more often than needed
    costs time, and nothing else: pages that are being baked meanwhile are not reported.

    With `repair`, what was found is baked again, and strangers' files are removed; the result still tells of them.
    """
    files = baked_generations().served()
    look = _manifest_differences if against == PageCheck.Against.MANIFEST else _site_differences
    found: dict[str, str] = {}
    count = 0
    for name, wrong in look(files, _file_names(files, against)):
        if wrong and len(found) < MOST:
            found[name] = wrong
        count += 1
    for _again in range(LOOKS):
        if found:
            time.sleep(PAUSE)
            found = {name: wrong for name, wrong in look(files, found) if wrong and not _has_pending_job(name)}
    result = PageCheck.objects.create(
        against=against,
        pages=count,
        count=len(found),
        findings=[[name, wrong] for name, wrong in sorted(found.items())],
    )
    if found:
        audit.record_entry("pages.differ", result, by=None, against=against, count=len(found), files=sorted(found)[:20])
        if repair:
            _repair_files(files, found)
    PageCheck.objects.filter(pk__lt=result.pk - 500).delete()
    return result


def _file_names(files: BakedStore, against: str) -> Iterator[str]:
    """Every file there is, and every one that there should be."""
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
    """Each file with what is wrong with it by the manifest, or nothing."""
    for group in affected_pages.in_groups(names):
        owners = {name: _uncompressed_name(name) for name in group}
        rows = BakedPage.objects.filter(
            generation=files.generation, path__in={page_path(owner) for owner in owners.values()}
        )
        known = dict(rows.values_list("path", "sha256"))
        for name, owner in owners.items():
            if owner in OWN:
                continue
            wanted, body = known.get(page_path(owner)), _decompressed(name, files.read(name))
            if wanted is None:
                yield name, ADDED if body is not None else ""
            elif body is None:
                yield name, MISSING
            else:
                yield name, "" if sha256(body).hexdigest() == wanted else CHANGED


def _site_differences(files: BakedStore, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each file with how it differs from what the site answers, or nothing."""
    for name in names:
        if name in OWN or name.endswith(COPIES):
            continue
        try:
            wanted = render_page(page_path(name))
        except RenderFailed as failure:
            yield name, str(failure)
            continue
        body = files.read(name)
        copies = compressed_copies(name, wanted) if wanted is not None and files.keeps_copies else {}
        if body == wanted and all(files.read(name + suffix) == copies.get(suffix) for suffix in COPIES):
            yield name, ""
        else:
            yield name, MISSING if body is None else ADDED if wanted is None else DIFFERS


def _uncompressed_name(name: str) -> str:
    """The file that a compressed copy belongs to."""
    return next((name.removesuffix(suffix) for suffix in COPIES if name.endswith(suffix)), name)


def _decompressed(name: str, body: bytes | None) -> bytes | None:
    """What a copy says; b"" for one that cannot be read."""
    try:
        if body is not None and name.endswith(".br"):
            return brotli.decompress(body)
        if body is not None and name.endswith(".gz"):
            return gzip.decompress(body)
    except (brotli.error, OSError, EOFError):
        return b""
    return body


def _has_pending_job(name: str) -> bool:
    return BakeJob.objects.filter(path=page_path(_uncompressed_name(name))).exists()


def _repair_files(files: BakedStore, found: dict[str, str]) -> None:
    wanted = set()
    for name, wrong in found.items():
        if wrong == ADDED:
            files.remove(name)
        try:
            file_name(page_path(_uncompressed_name(name)))
        except ValueError:
            continue
        wanted.add(page_path(_uncompressed_name(name)))
    request_bake(wanted)
