import io
import os
import socket
import subprocess
import sys

import qrcode
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

# Two processes, because threads of one share the GIL (docs/performance.md); sixteen threads in each, so that slow pages
# of the desk and slow downloads of films do not block readers. Each thread may keep a connection to the database.
WORKERS = 2
GRANIAN_OPTIONS = [
    "--interface",
    "wsgi",
    "--blocking-threads",
    "16",
    "--runtime-threads",
    "1",
    "--no-ws",
    "--log-level",
    "warning",
]


class Command(BaseCommand):
    help = "Serve the site and the desk with granian, and print their addresses."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")
        parser.add_argument("--workers", type=int, default=WORKERS, help="processes")
        parser.add_argument("--ask-account", action="store_true", help="ask for the first account if there is none")
        parser.add_argument(
            "--no-worker", dest="worker", action="store_false", help="`manage.py work` runs as another service"
        )

    def handle(
        self, *args: object, host: str, port: int, workers: int, ask_account: bool, worker: bool, **options: object
    ) -> None:
        _refuse_unusable_address(host, port)
        if ask_account and not get_user_model().objects.filter(is_superuser=True, is_active=True).exists():
            self.stdout.write("The first account may do everything; enter its name and password.")
            call_command("createsuperuser")
        self._print_addresses()
        # The worker ends with this process (--with-parent); in production it is a service of its own (`--no-worker`).
        if worker:
            subprocess.Popen(  # noqa: S603 (our own interpreter and file)
                [sys.executable, "manage.py", "work", "--with-parent", str(os.getpid())], cwd=settings.BASE_DIR
            )
        server = [sys.executable, "-m", "granian", "newsroom.wsgi:application", *GRANIAN_OPTIONS]
        address = ["--host", host, "--port", str(port), "--workers", str(workers)]
        # Replaces this process, so that the server gets its signals.
        os.execv(sys.executable, [*server, *address])  # noqa: S606

    def _print_addresses(self) -> None:
        self.stdout.write(f"\n  The site:  {settings.SITE_URL}/\n  The desk:  {settings.SITE_URL}/admin/\n")
        self.stdout.write("  On a phone (if it can reach this machine):\n")
        code = qrcode.QRCode(border=2)
        code.add_data(settings.SITE_URL)
        drawn = io.StringIO()  # Django's stream would end the line after every character
        code.print_ascii(out=drawn, invert=True)
        self.stdout.write(drawn.getvalue())
        self.stdout.write("  Ctrl C stops it.\n")
        self.stdout.flush()


def _refuse_unusable_address(host: str, port: int) -> None:
    """Raise CommandError if the port is in use or may not be used.

    The server would silently share a port in use, and readers would get either of two sites.
    """
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {host}:{port}: {error.strerror}. Stop the program that uses it, or choose another port "
            "(--port, or PORT= with make)."
        ) from error
