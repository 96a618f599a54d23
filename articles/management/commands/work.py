import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import OperationalError, close_old_connections, connection

from articles import (
    audit_files,
    baking,
    change_sets,
    check_rules,
    check_ups,
    checkpoints,
    desk_sessions,
    discarding,
    encryption,
    leaving,
    link_checks,
    log_checking,
    log_witnesses,
    login_locks,
    outside_checking,
    password_resets,
    persons,
    presence,
    publication_log,
    quality_counts,
    reporting,
    scheduling,
    search,
    sources,
    unsaved_texts,
    websub,
    worker,
)
from articles.management.acting import ActingCommand

# A bake of the whole site that fails immediately is not restarted immediately.
FULL_BAKE_INTERVAL = 30.0  # seconds
SWEEP_INTERVAL = 60.0  # seconds
# Empty files are searched for every minute, on a large site for at most a fiftieth of the time.
EMPTY_FILES_INTERVAL, EMPTY_FILES_PAUSE = 60.0, 50  # seconds, times the duration of the search
# How often the worker does what becomes due daily.
DAILY_WORK_INTERVAL = 600.0  # seconds
# How often partners are asked to cosign the public log.
PARTNERS_INTERVAL = 86_400.0  # seconds


class Command(ActingCommand):
    help = (
        "Do what is due until stopped: publish scheduled articles, bake queued pages. "
        "Several workers may run concurrently."
    )
    full_bake: subprocess.Popen[bytes] | None = None
    full_bake_started = -FULL_BAKE_INTERVAL
    daily_work_done = -DAILY_WORK_INTERVAL
    partners_asked = -PARTNERS_INTERVAL
    swept = -SWEEP_INTERVAL
    empty_files_due = 0.0
    is_prepared = index_is_complete = rows_are_encrypted = False
    logged_until: int | None = 0  # None: every edition has its leaf

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=float, default=1.0, metavar="SECONDS", help="how often to check (default 1)"
        )
        parser.add_argument("--once", action="store_true", help="check once, then stop: for a timer")
        parser.add_argument("--with-parent", type=int, metavar="PID", help="stop when this parent process has ended")

    def handle(self, *args: object, every: float, once: bool, with_parent: int | None, **options: Any) -> None:
        stopped = threading.Event()
        self.beside: dict[Callable[[], object], threading.Thread] = {}

        def stop(_number: int, _frame: FrameType | None) -> None:
            stopped.set()

        if not once:
            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, stop)
        while True:
            if not self.is_prepared:
                self.run_with_database(lambda: self.prepare(once=once))
            if self.is_prepared:
                self.run_with_database(self.do_due_work)
            orphaned = with_parent is not None and os.getppid() != with_parent
            if once or orphaned or stopped.wait(every):
                break
        if self.full_bake:
            if not once:
                self.full_bake.terminate()  # the next worker continues it
            self.full_bake.wait()
        for thread in self.beside.values() if once else ():
            thread.join()

    def run_with_database(self, work: Callable[[], object]) -> None:
        """Call `work`; if the database does not answer, it is tried again at the next check."""
        close_old_connections()
        try:
            work()
        except OperationalError as error:
            self.stderr.write(f"The database did not answer: {error}")

    def prepare(self, *, once: bool) -> None:
        """Do what precedes all work. Raises StoreIsForeign, which ends the command."""
        baking.require_own_store()
        baking.request_bake_on_new_version()
        for key in encryption.missing_keys():
            self.stderr.write(str(encryption.KEY_MISSING.filled(key=key)))
        if once:
            self.rebake_empty_files()
        self.is_prepared = True

    def rebake_empty_files(self) -> None:
        """Re-bake empty files, which nginx would send. Reads every file's name, which takes a minute on a large
        site.
        """
        begun = time.monotonic()
        baking.rebake_empty_files()
        now = time.monotonic()
        self.empty_files_due = now + max(EMPTY_FILES_INTERVAL, EMPTY_FILES_PAUSE * (now - begun))

    def do_due_work(self) -> None:
        """Do everything that is due now."""
        published = scheduling.publish_due()
        if published:
            self.stdout.write(f"Published {published}.")
            self.stdout.flush()
        worker.queue_pages_changed_by_time()
        self.log_older_editions()
        publication_log.log_audit_entries()
        baking.bake_pending()
        self.bake_site_if_requested()
        self.index_missing_articles()
        self.encrypt_older_rows()
        reporting.forget_contacts()
        discarding.empty_bin()
        unsaved_texts.delete_expired_texts()
        presence.delete_old_presences()
        persons.continue_moving_credits()
        sources.continue_moving_articles()
        check_rules.continue_trials()
        check_ups.continue_check_ups()
        link_checks.continue_register()
        quality_counts.continue_quality_counts()
        self.do_network_work()
        change_sets.continue_change_sets()
        self.sweep_log_ins()
        if time.monotonic() >= self.empty_files_due:
            self.start_unless_running(self.rebake_empty_files)
        self.do_daily_work()
        worker.record_heartbeat()

    def sweep_log_ins(self) -> None:
        """Delete sessions, counts of failed log-ins and resets that are over, once a minute."""
        if time.monotonic() - self.swept >= SWEEP_INTERVAL:
            self.swept = time.monotonic()
            desk_sessions.sweep_sessions()
            login_locks.sweep_locks()
            password_resets.sweep_resets()

    def do_daily_work(self) -> None:
        """Do what becomes due by days. A folder that cannot be written to is tried again at the next time."""
        if time.monotonic() - self.daily_work_done < DAILY_WORK_INTERVAL:
            return
        self.daily_work_done = time.monotonic()
        if time.monotonic() - self.partners_asked >= PARTNERS_INTERVAL and log_witnesses.has_partners():
            self.partners_asked = time.monotonic()
            self.start_thread(self.ask_partners)
        if checkpoints.mail_is_due():
            self.start_unless_running(self.mail_checkpoint)
        log_checking.take_result()
        worker.refresh_planner_statistics()
        leaving.close_dormant_accounts()
        try:
            audit_files.archive_audit()
        except OSError as error:
            self.stderr.write(f"The audit could not be archived: {error}")

    def ask_partners(self) -> None:
        """Have the partners cosign the public log, in a separate thread: one may not answer."""
        try:
            for sentence in log_witnesses.submit_to_partners():
                self.stderr.write(sentence)
        except (OSError, ValueError) as error:
            self.stderr.write(f"The log could not be cosigned: {error}")

    def mail_checkpoint(self) -> None:
        """Mail the state of the log, once a day."""
        try:
            checkpoints.mail_checkpoint()
        except (OSError, ValueError) as error:
            self.stderr.write(f"The state of the log could not be mailed: {error}")

    def do_network_work(self) -> None:
        """Ask other sites, each kind of request in a separate thread, so that a slow site blocks nothing."""
        if settings.WEBSUB_HUB:
            self.start_unless_running(websub.tell_hub)
        link_checks.check_own_links()  # asks the database alone
        if link_checks.outside_links_are_due():
            self.start_unless_running(link_checks.check_outside_links)
        if settings.OUTSIDE_CHECKER:
            self.start_unless_running(outside_checking.ask_outside_checker)

    def start_unless_running(self, work: Callable[[], object]) -> None:
        """Call `work` in a separate thread, unless it is still at it from an earlier call."""
        thread = self.beside.get(work)
        if thread is None or not thread.is_alive():
            self.beside[work] = self.start_thread(work)

    def start_thread(self, work: Callable[[], object]) -> threading.Thread:
        """Call `work` in a separate thread, with its own connection."""

        def call() -> None:
            self.run_with_database(work)
            connection.close()

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        return thread

    def index_missing_articles(self) -> None:
        """Index a batch of the articles that an upgrade left without index, until none are left."""
        if not self.index_is_complete:
            self.index_is_complete = not search.index_missing_articles() + search.index_missing_working_copies()

    def encrypt_older_rows(self) -> None:
        """Encrypt a batch of what earlier versions stored unencrypted, until none is left."""
        if not self.rows_are_encrypted:
            self.rows_are_encrypted = not encryption.encrypt_rows()

    def log_older_editions(self) -> None:
        """Add a batch of the editions from before the public log to it, until none are left."""
        if self.logged_until is not None:
            self.logged_until = publication_log.log_older_editions(self.logged_until)

    def bake_site_if_requested(self) -> None:
        """Bake the whole site in a separate process, because it may take an hour and scheduled work must not wait."""
        if self.full_bake and self.full_bake.poll() is None:
            return
        if time.monotonic() - self.full_bake_started < FULL_BAKE_INTERVAL or not baking.full_bake_is_requested():
            return
        self.full_bake_started = time.monotonic()
        self.full_bake = subprocess.Popen(  # noqa: S603 (our own interpreter and file)
            [sys.executable, "manage.py", "bake", "--all"], cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL
        )
