"""The queue of addresses to bake: filled in the act's transaction, processed after its commit, with retries.

The version of a job keeps an old page from overwriting a newer one: a rendered page is written under the row lock of
its job, and only if the address was not requested again since it was rendered.
"""

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from itertools import takewhile
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..backoff import Backoff
from ..models import BakedPage, BakeJob
from .generations import baked_generations
from .order import are_baked_together, baking_order
from .public_files import is_file_address, remove_public_file, settle_public_files
from .render import RenderFailed, render_page
from .sitemap_files import index_to_rewrite
from .store import BakedStore, compressed_copies, file_name

log = logging.getLogger(__name__)

# Longer than eight pages take; the jobs of a worker that died can be claimed again after this.
CLAIM_DURATION = timedelta(seconds=30)
BAKE_RETRIES = Backoff(first=timedelta(seconds=5), longest=timedelta(hours=1))
JOBS_PER_STATEMENT = 500
JOBS_PER_CLAIM = 8  # share what they read: 62 % of the processor time of single ones (docs/decisions/baking.md)
JOBS_PER_LOCK = 4  # put in place together, while acts that request these pages wait
# The fields that a new request for an address resets; the claim too, because what is being rendered may be outdated.
REQUEST_FIELDS = ["version", "whole", "requested_at", "due_at", "claimed_until", "attempts", "error"]

_thread: threading.Thread | None = None
_starting = threading.Lock()
_has_requests = threading.Event()


def request_bake(paths: Iterable[str], *, gone: Iterable[str] = (), everything: bool = False) -> None:
    """Queue addresses to be baked after the commit; repeated requests for an address make one job.

    `everything`: the worker bakes the whole site afterwards, as by `request_full_bake`.
    Right after the commit, before the caller continues, the pages of the addresses in `gone` are removed, and uploaded
    files become public or stop being public.
    """
    wanted, away = {*paths, *gone}, sorted(set(gone))
    _queue_jobs(wanted | {BakeJob.EVERYTHING} if everything else wanted)
    transaction.on_commit(lambda: _bake_after_commit(away, sorted(filter(is_file_address, wanted))))


def _queue_jobs(paths: Iterable[str]) -> None:
    # Lock ordering: acts queue addresses in this order, in which they are baked, so that no two acts deadlock.
    BakeJob.objects.bulk_create(
        [BakeJob(path=path, whole=path == BakeJob.EVERYTHING) for path in sorted(paths, key=baking_order)],
        JOBS_PER_STATEMENT,
        update_conflicts=True,
        unique_fields=["path"],
        update_fields=REQUEST_FIELDS,
    )


def request_full_bake() -> None:
    """Queue a bake of the whole site by the worker: the navigation, settings or templates changed."""
    _queue_jobs([BakeJob.EVERYTHING])


def bake_pending(most: int = 10_000) -> int:
    """Bake the jobs that are due, some at a time; return how many. Several workers may call this concurrently."""
    done = 0
    while done < most and (jobs := _claim_jobs(min(JOBS_PER_CLAIM, most - done))):
        bake_jobs(jobs, JOBS_PER_LOCK)
        done += len(jobs)
    return done


def start_baking() -> None:
    """Start a thread that empties the queue, unless one is running already; return immediately."""
    global _thread
    _has_requests.set()
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_bake_until_idle, name="baking", daemon=True)
            _thread.start()


def retry_failed(jobs: QuerySet[BakeJob]) -> int:
    """Retry failed jobs immediately; return their number."""
    count = jobs.update(due_at=None, attempts=0)
    transaction.on_commit(lambda: start_baking())
    return count


def bake_jobs(jobs: list[BakeJob], per_lock: int | None = None) -> int:
    """Make the files of these addresses agree with what the site answers; return how many were written or removed.

    `per_lock` (else all) are rendered, then put in place in one transaction, and so on. One that fails keeps its job,
    with the error, and is retried with back-off.
    """
    shared: dict[str, Any] = {"paths": [job.path for job in jobs]}
    size = per_lock or len(jobs) or 1
    groups = (jobs[first : first + size] for first in range(0, len(jobs), size))
    return sum(_settle_pages([_rendered(job, shared) for job in group]) for group in groups)


def _rendered(job: BakeJob, shared: dict[str, Any]) -> "_RenderedPage | _PublicFile":
    return _PublicFile(job) if is_file_address(job.path) else _RenderedPage(job, shared)


@transaction.atomic
def _settle_pages(pages: Sequence["_RenderedPage | _PublicFile"]) -> int:
    """Put these pages in place and end their jobs; return how many were written or removed."""
    # A row locked by another transaction is being requested again, so this rendering is outdated: skip it.
    skip = connection.features.has_select_for_update_skip_locked
    locked = BakeJob.objects.select_for_update(skip_locked=skip).filter(pk__in=[page.job.pk for page in pages])
    versions = dict(locked.values_list("pk", "version"))
    wanted = [page for page in pages if versions.get(page.job.pk) == page.job.version]
    for page in wanted:
        page.put_in_place()
    done = [page for page in wanted if not page.failure]
    # Asked before the manifest is updated. A bake of the whole site writes the index in any case.
    index = index_to_rewrite({page.job.path: page.body is not None for page in done if not page.job.whole})
    for generation in {files.generation for page in done for files in page.folders}:
        note_in_manifest(
            generation, {p.job.path: p.body for p in done if generation in {f.generation for f in p.folders}}
        )
    BakeJob.objects.filter(pk__in=[page.job.pk for page in done]).delete()
    for page in wanted:
        if page.failure:
            _postpone_job(page.job, page.failure)
    _queue_jobs(index)
    return len(done)


class _RenderedPage:
    """What the site answered at the address of a job: a body, no page (None), or an error."""

    def __init__(self, job: BakeJob, shared: dict[str, Any]) -> None:
        self.job = job
        self.failure, self.body = "", None
        self.folders: list[BakedStore] = []
        self.name = file_name(job.path)
        try:
            self.body = render_page(job.path, shared)
        except RenderFailed as failure:
            self.failure = str(failure)
        self.copies = compressed_copies(self.name, self.body) if self.body is not None else {}

    def put_in_place(self) -> None:
        """Write or remove the file; the caller has locked the job's row. A new site is synced before it is served."""
        if self.failure:
            return
        try:
            self.folders = _target_folders(self.job)
            for files in self.folders:
                if self.body is None:
                    files.remove(self.name)
                else:
                    files.replace(self.name, self.body, self.copies, durable=not self.job.whole)
        except OSError as failure:
            self.failure = str(failure)
            with suppress(OSError):
                _remove_file(self.job)  # without a file the site answers; an outdated file would be served


class _PublicFile:
    """An uploaded file that something public uses, or not: like a page, but in a store without generations."""

    body, folders = None, ()

    def __init__(self, job: BakeJob) -> None:
        self.job = job
        self.failure = ""

    def put_in_place(self) -> None:
        """Link or remove the file; the caller has locked the job's row."""
        try:
            settle_public_files([self.job.path])
        except OSError as failure:
            self.failure = str(failure)


def _target_folders(job: BakeJob) -> list[BakedStore]:
    """Return the served folder and the one being filled, if any; for a bake of the whole site only the latter."""
    here = baked_generations()
    next_store = here.next_store()
    if job.whole:
        return [next_store or here.served()]
    return [here.served(), *([next_store] if next_store else [])]


def note_in_manifest(generation: str, bodies: Mapping[str, bytes | None]) -> None:
    """Update the manifest of a folder: the new body of each address, or None if it has no page."""
    BakedPage.objects.bulk_create(
        [
            BakedPage(generation=generation, path=path, sha256=sha256(body).hexdigest())
            for path, body in bodies.items()
            if body is not None
        ],
        update_conflicts=True,
        unique_fields=["generation", "path"],
        update_fields=["sha256"],
    )
    away = [path for path, body in bodies.items() if body is None]
    if away:
        BakedPage.objects.filter(generation=generation, path__in=away).delete()


def _remove_file(job: BakeJob) -> None:
    for files in _target_folders(job):
        files.remove(file_name(job.path))
        note_in_manifest(files.generation, {job.path: None})


def _postpone_job(job: BakeJob, failure: str) -> None:
    log.warning("baking %s failed: %s", job.path, failure)
    attempts, due_at = BAKE_RETRIES.after_failure(job.attempts)
    BakeJob.objects.filter(pk=job.pk).update(due_at=due_at, attempts=attempts, error=failure[:400], claimed_until=None)


def _bake_after_commit(gone: list[str], files: list[str]) -> None:
    """Remove pages, settle files, start baking. Raises nothing: the act is committed; the worker retries what fails."""
    for path in gone:
        try:
            _remove_page_now(path)
        except OSError as failure:
            log.error("the file of the removed page %s could not be deleted: %s", path, failure)
    try:
        _settle_files_now(files)
    except OSError as failure:
        log.error("public files could not be linked or removed, among %s: %s", ", ".join(files), failure)
    start_baking()


def _remove_page_now(path: str) -> None:
    try:
        with transaction.atomic():
            # If the job is done already, the page was baked after the act was committed, and its file is right.
            job = BakeJob.objects.select_for_update().filter(path=path).first()
            if job:
                _remove_file(job)
    except DatabaseError as error:
        log.warning("the database failed after a commit, so the file of %s is removed without it: %s", path, error)
        for files in _target_folders(BakeJob(path=path)):
            files.remove(file_name(path))


def _settle_files_now(paths: list[str]) -> None:
    """Do the jobs of uploaded files at once, in the order in which acts queue them. Raises OSError."""
    if not paths:
        return
    try:
        with transaction.atomic():
            jobs = list(BakeJob.objects.select_for_update().filter(path__in=paths).order_by("path"))
            settle_public_files([job.path for job in jobs])
            BakeJob.objects.filter(pk__in=[job.pk for job in jobs]).delete()
    except DatabaseError as error:
        log.warning("the database failed after a commit, so public files are removed without it: %s", error)
        for path in paths:
            remove_public_file(path)  # Django answers it if it is public


def _bake_until_idle() -> None:
    try:
        while _has_requests.is_set():
            _has_requests.clear()
            bake_pending()
    except DatabaseError as error:  # the jobs remain; the worker or the next act finishes them
        log.warning("baking stopped: %s", error)
    finally:
        connection.close()


def _claim_jobs(most: int) -> list[BakeJob]:
    """Claim the next jobs that are due, unclaimed and unlocked for CLAIM_DURATION; [] if there are none.

    Nothing is waited for: an act that requests a page meanwhile has it baked after its commit (lock ordering); if it is
    rolled back, the worker bakes it.
    """
    until = (now := timezone.now()) + CLAIM_DURATION
    # Times further ahead than any that we set were written before the clock was set back.
    free = Q(claimed_until=None) | Q(claimed_until__lt=now) | Q(claimed_until__gt=until)
    due = Q(due_at=None) | Q(due_at__lte=now) | Q(due_at__gt=now + BAKE_RETRIES.longest)
    rows = BakeJob.objects.filter(free, due, whole=False).order_by("attempts", "pk")
    skip = connection.features.has_select_for_update_skip_locked
    if not skip and not rows.exists():  # on SQLite a transaction of a worker that looks would keep others from writing
        return []
    with transaction.atomic():
        jobs = list(rows.select_for_update(skip_locked=skip)[:most])
        # One that was claimed before made its worker fail, perhaps, and keeps no others back.
        together = takewhile(lambda job: not job.claimed_until and are_baked_together(jobs[0].path, job.path), jobs)
        jobs = list(together) or jobs[:1]
        BakeJob.objects.filter(pk__in=[job.pk for job in jobs]).update(claimed_until=until)
    return jobs
