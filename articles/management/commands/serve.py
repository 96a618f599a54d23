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

# Two processes, since threads of one wait for one another (docs/performance.md); sixteen threads in each, so that slow pages of
# the desk and slow phones that load a film hold up no reader. Each thread may keep a connection to the database.
WORKERS = 2
OPTIONS = [
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
    help = "Serve the site and the desk with granian, and say where they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")
        parser.add_argument("--workers", type=int, default=WORKERS, help="processes")
        parser.add_argument(
            "--ask-account", action="store_true", help="ask for the first account when there is none yet"
        )

        parser.add_argument(
            "--no-worker",
            dest="worker",
            action="store_false",
            help="scheduled work is done by `manage.py work` elsewhere",
        )

    def handle(
        self, *args: object, host: str, port: int, workers: int, ask_account: bool, worker: bool, **options: object
    ) -> None:
        _refuse_where_one_cannot_listen(host, port)
        if ask_account and not get_user_model().objects.filter(is_superuser=True, is_active=True).exists():
            self.stdout.write("The first account may do everything; give its name and password.")
            call_command("createsuperuser")
        self.stdout.write(f"\n  The site:  {settings.SITE_URL}/\n  The desk:  {settings.SITE_URL}/admin/\n")
        self.stdout.write("  On a phone (where it can reach this machine):\n")
        code = qrcode.QRCode(border=2)
        code.add_data(settings.SITE_URL)
        drawn = io.StringIO()  # Django's own stream would end a line after every character
        code.print_ascii(out=drawn, invert=True)
        self.stdout.write(drawn.getvalue())
        self.stdout.write("  Ctrl C stops it.\n")
        self.stdout.flush()
        # Ends with this process, whatever ends it; in production it is a service of its own (`--no-worker`).
        if worker:
            subprocess.Popen(  # noqa: S603 (our own interpreter and file)
                [sys.executable, "manage.py", "work", "--with-parent", str(os.getpid())], cwd=settings.BASE_DIR
            )
        # Replaces this process, so that signals reach the server itself.
        os.execv(  # noqa: S606
            sys.executable,
            [
                sys.executable,
                "-m",
                "granian",
                "newsroom.wsgi:application",
                *OPTIONS,
                "--host",
                host,
                "--port",
                str(port),
                "--workers",
                str(workers),
            ],
        )


def _refuse_where_one_cannot_listen(host: str, port: int) -> None:
    """CommandError where the port is taken or not ours to take. The server itself would share a taken one without a word, and
    readers would get now the one site and now the other.
    """
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {host}:{port}: {error.strerror}. Stop what serves there, or choose another port "
            "(--port, or PORT= with make)."
        ) from error
