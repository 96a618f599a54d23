"""The queue of addresses to bake: filled in the act's transaction, processed after its commit, with retries.

The version of a job keeps an old page from overwriting a newer one: a rendered page is written under the row lock of
its job, and only if the address was not requested again since it was rendered.
"""

import logging
import re
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..backoff import Backoff
from ..models import BakedPage, BakeJob
from .generations import baked_generations
from .public_files import is_file_address, remove_public_file, settle_public_files
from .render import RenderFailed, render_page
from .sitemap_files import index_to_rewrite
from .store import BakedStore, compressed_copies, file_name

log = logging.getLogger(__name__)

# Longer than any page takes; the job of a worker that died can be claimed again after this.
CLAIM_DURATION = timedelta(seconds=30)
BAKE_RETRIES = Backoff(first=timedelta(seconds=5), longest=timedelta(hours=1))
JOBS_PER_STATEMENT = 500
# The fields that a new request for an address resets; the claim too, because what is being rendered may be outdated.
REQUEST_FIELDS = ["version", "whole", "requested_at", "due_at", "claimed_until", "attempts", "error"]

_thread: threading.Thread | None = None
_starting = threading.Lock()
_has_requests = threading.Event()


def request_bake(paths: Iterable[str], *, gone: Iterable[str] = ()) -> None:
    """Queue addresses to be baked after the commit; repeated requests for an address make one job.

    Right after the commit, before the caller continues, the pages of the addresses in `gone` are removed, and uploaded
    files become public or stop being public.
    """
    wanted, away = {*paths, *gone}, sorted(set(gone))
    files = sorted(filter(is_file_address, wanted))
    _queue_jobs(wanted)
    transaction.on_commit(lambda: _bake_after_commit(away, files))


def _queue_jobs(paths: Iterable[str]) -> None:
    # Lock ordering: every act sorts the addresses it queues by this key, so that no two acts deadlock. They are baked
    # in this order.
    BakeJob.objects.bulk_create(
        [BakeJob(path=path) for path in sorted(paths, key=baking_order)],
        JOBS_PER_STATEMENT,
        update_conflicts=True,
        unique_fields=["path"],
        update_fields=REQUEST_FIELDS,
    )


def baking_order(path: str) -> tuple[int, str]:
    """Sort key: uploaded files, which pages show; then home page, section fronts, articles, the rest: what readers open
    first is ready first. The log's checkpoint is last: what it commits to is there before it.
    """
    if is_file_address(path):
        return (0, path)
    if path.startswith("/log/"):
        return (5 if path.endswith("/checkpoint") else 4, path)
    front = re.fullmatch(r"/(?:s/[^/]+/)?", path)
    return (1 if front else 2 if re.fullmatch(r"/a/[0-9]+/", path) else 3, path)


def request_full_bake() -> None:
    """Queue a bake of the whole site by the worker: the navigation, settings or templates changed."""
    BakeJob.objects.bulk_create(
        [BakeJob(path=BakeJob.EVERYTHING, whole=True)],
        update_conflicts=True,
        unique_fields=["path"],
        update_fields=REQUEST_FIELDS,
    )


def bake_pending(most: int = 10_000) -> int:
    """Bake the jobs that are due, one by one; return how many. Several workers may call this concurrently."""
    for done in range(most):
        job = _claim_job()
        if job is None:
            return done
        bake_jobs([job])
    return most


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


def bake_jobs(jobs: list[BakeJob]) -> int:
    """Make the files of these addresses agree with what the site answers; return how many were written or removed.

    A page that cannot be rendered or written keeps its job, with the error, and is retried with back-off.
    """
    shared: dict[str, Any] = {"paths": [job.path for job in jobs]}
    rendered = [_PublicFile(job) if is_file_address(job.path) else _RenderedPage(job, shared) for job in jobs]
    with transaction.atomic():
        # A row locked by another transaction is being requested again, so this rendering is outdated: skip it.
        skip = connection.features.has_select_for_update_skip_locked
        locked = BakeJob.objects.select_for_update(skip_locked=skip).filter(pk__in=[job.pk for job in jobs])
        versions = dict(locked.values_list("pk", "version"))
        wanted = [page for page in rendered if versions.get(page.job.pk) == page.job.version]
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


def _claim_job() -> BakeJob | None:
    """Claim the next job that is due and unclaimed for CLAIM_DURATION; None if there is none."""
    while True:
        now = timezone.now()
        # Times further ahead than any that we set were written before the clock was set back.
        free = Q(claimed_until=None) | Q(claimed_until__lt=now) | Q(claimed_until__gt=now + CLAIM_DURATION)
        due = Q(due_at=None) | Q(due_at__lte=now) | Q(due_at__gt=now + BAKE_RETRIES.longest)
        job = BakeJob.objects.filter(free, due, whole=False).order_by("attempts", "pk").first()
        if job is None:
            return None
        if BakeJob.objects.filter(free, pk=job.pk, version=job.version).update(claimed_until=now + CLAIM_DURATION):
            return job
