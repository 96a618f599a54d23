import os
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections

from articles import scheduling


class Command(BaseCommand):
    help = "Do what is due, until stopped: publish scheduled articles. Any number of these may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="how often to look (default 5)")
        parser.add_argument("--once", action="store_true", help="look once, then stop: for a timer")
        parser.add_argument("--with-parent", type=int, metavar="PID", help="stop when this parent process is gone")

    def handle(self, *args: object, every: float, once: bool, with_parent: int | None, **options: Any) -> None:
        stopped = threading.Event()

        def stop(_number: int, _frame: FrameType | None) -> None:
            stopped.set()

        if not once:
            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, stop)
        while True:
            self.look()
            orphaned = with_parent is not None and os.getppid() != with_parent
            if once or orphaned or stopped.wait(every):
                return

    def look(self) -> None:
        """One look at what is due. A database that is away for a moment is asked again at the next look."""
        close_old_connections()
        try:
            published = scheduling.publish_due()
            scheduling.beat()
        except OperationalError as error:
            self.stderr.write(f"The database did not answer: {error}")
            return
        if published:
            self.stdout.write(f"Published {published}.")
            self.stdout.flush()
