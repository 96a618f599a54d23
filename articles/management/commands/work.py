import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections, connection

from articles import baking, reporting, scheduling, websub, worker

# A bake of the whole site that failed at once is not begun again at once.
PAUSE = 30.0


class Command(BaseCommand):
    help = "Do what is due, until stopped: publish what is scheduled, bake what waits. Any number may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=1.0, metavar="SECONDS", help="how often to look (default 1)")
        parser.add_argument("--once", action="store_true", help="look once, then stop: for a timer")
        parser.add_argument("--with-parent", type=int, metavar="PID", help="stop when this parent process is gone")

    def handle(self, *args: object, every: float, once: bool, with_parent: int | None, **options: Any) -> None:
        stopped = threading.Event()
        self.whole: subprocess.Popen[bytes] | None = None
        self.whole_at = -PAUSE
        self.telling: threading.Thread | None = None

        def stop(_number: int, _frame: FrameType | None) -> None:
            stopped.set()

        if not once:
            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, stop)
        self.answered(baking.request_bake_on_new_version)
        while True:
            self.answered(self.look)
            orphaned = with_parent is not None and os.getppid() != with_parent
            if once or orphaned or stopped.wait(every):
                break
        if self.whole:
            if not once:
                self.whole.terminate()  # the next worker goes on with it
            self.whole.wait()
        if once and self.telling:
            self.telling.join()

    def answered(self, work: Any) -> None:
        """Do it; a database that is away for a moment is asked again at the next look."""
        close_old_connections()
        try:
            work()
        except OperationalError as error:
            self.stderr.write(f"The database did not answer: {error}")

    def look(self) -> None:
        """One look at what is due."""
        published = scheduling.publish_due()
        if published:
            self.stdout.write(f"Published {published}.")
            self.stdout.flush()
        worker.rebake_expired()
        baking.bake_pending()
        self.bake_the_whole_site_if_wanted()
        self.tell_the_hub()
        reporting.forget_contacts()
        worker.record_heartbeat()

    def tell_the_hub(self) -> None:
        """In a thread of its own, one at a time: a hub that does not answer keeps nothing else waiting."""
        if not settings.WEBSUB_HUB or (self.telling and self.telling.is_alive()):
            return

        def tell() -> None:
            self.answered(websub.tell_hub)
            connection.close()

        self.telling = threading.Thread(target=tell, daemon=True)
        self.telling.start()

    def bake_the_whole_site_if_wanted(self) -> None:
        """In a process of its own: it may take an hour, and what is scheduled does not wait."""
        if self.whole and self.whole.poll() is None:
            return
        if time.monotonic() - self.whole_at < PAUSE or not baking.full_bake_is_requested():
            return
        self.whole_at = time.monotonic()
        self.whole = subprocess.Popen(  # noqa: S603 (our own interpreter and file)
            [sys.executable, "manage.py", "bake", "--all"], cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL
        )
