import io
import os
import socket
import subprocess
import sys
import time
from argparse import ArgumentTypeError
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from urllib.parse import urlsplit

import qrcode
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from articles import accounts, baking, encryption
from articles.management.acting import ActingCommand
from articles.management.first_account import ask_password, open_superuser
from articles.management.granian import GRANIAN_OPTIONS, WORKERS
from articles.management.terminal import terminal_language


class Command(ActingCommand):
    help = "Serve the site and the desk with granian, and print their addresses."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=_number_up_to(65_535), default=8000, help="port to listen on")
        parser.add_argument("--workers", type=_number_up_to(64), default=WORKERS, help="processes")
        parser.add_argument("--ask-account", action="store_true", help="ask for the first account if there is none")
        parser.add_argument(
            "--no-worker", dest="worker", action="store_false", help="`manage.py work` runs as another service"
        )

    def handle(
        self, *args: object, host: str, port: int, workers: int, ask_account: bool, worker: bool, **options: object
    ) -> None:
        _refuse_unusable_address(host, port)
        with override(terminal_language()):
            if ask_account and not _first_accounts().exists():
                try:
                    self._ask_first_account()
                except (EOFError, KeyboardInterrupt) as error:
                    raise CommandError(_("Cancelled; there is no account yet.")) from error
            self._require_own_store()
            self._check_keys()
            self._print_addresses_later(host, port)
        # The worker ends with this process (--with-parent); in production it is a separate service (`--no-worker`).
        if worker:
            subprocess.Popen(  # noqa: S603 (our own interpreter and file)
                [sys.executable, "manage.py", "work", "--with-parent", str(os.getpid())], cwd=settings.BASE_DIR
            )
        server = [sys.executable, "-m", "granian", "newsroom.wsgi:application", *GRANIAN_OPTIONS]
        address = ["--host", host, "--port", str(port), "--workers", str(workers)]
        # Replaces this process, so that the server gets its signals.
        os.execv(sys.executable, [*server, *address])  # noqa: S606

    def _ask_first_account(self) -> None:
        """Ask for a name and a password until they are acceptable, and open the account."""
        if not sys.stdin.isatty():
            self.stdout.write(_("There is no account yet, and no terminal to ask: run manage.py createsuperuser."))
            return
        self.stdout.write(_("The first account may do everything."))
        while True:
            try:
                open_superuser(input(_("Its name: ")).strip(), ask_password())
            except ValidationError as refused:
                self.stdout.write("\n".join(refused.messages))
            else:
                return

    def _require_own_store(self) -> None:
        try:
            baking.require_own_store()
        except (DatabaseError, OSError) as error:  # readers get their pages all the same
            self.stderr.write(f"The database or the store of pages did not answer: {error}")

    def _check_keys(self) -> None:
        """Report missing keys. Readers get their pages without them, and most editors need none."""
        try:
            encryption.require_known_keys()
        except (DatabaseError, encryption.CannotDecrypt) as error:
            self.stderr.write(str(error))

    def _print_addresses_later(self, host: str, port: int) -> None:
        """Print the addresses once the server answers, from a separate process: the server replaces this one."""
        server = os.getpid()
        if os.fork():
            return
        try:
            if _answers(host, port, server):
                self._print_addresses()
        finally:
            os._exit(0)

    def _print_addresses(self) -> None:
        self.stdout.write("\n  " + _("The site:  %s/") % settings.SITE_URL)
        self.stdout.write("  " + _("The desk:  %s/admin/") % settings.SITE_URL)
        if _is_this_machine(urlsplit(settings.SITE_URL).hostname or ""):
            self.stdout.write("  " + _("Only this machine reaches it; with HOST=0.0.0.0 after make, phones do, too."))
        else:
            self.stdout.write("  " + _("On a phone (if it can reach this machine):"))
            code = qrcode.QRCode(border=2)
            code.add_data(settings.SITE_URL)
            drawn = io.StringIO()  # Django's stream would end the line after every character
            code.print_ascii(out=drawn, invert=True)
            self.stdout.write(drawn.getvalue())
        self.stdout.write("  " + _("Ctrl C stops it."))
        self.stdout.flush()


def _number_up_to(most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 16 and 1 <= int(text) <= most):
            raise ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most}")
        return int(text)

    return parse


def _answers(host: str, port: int, server: int) -> bool:
    """Wait until the server, a process with this number and the parent of this one, answers; False if it ends first.

    It listens a moment before it can answer.
    """
    while os.getppid() == server:
        try:
            asked = HTTPConnection(host, port, timeout=10)
            asked.request("HEAD", "/robots.txt")
            asked.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.1)
        else:
            return True
    return False


def _first_accounts() -> QuerySet[User]:
    """Return the accounts that a person can log in to and open others with."""
    return User.objects.filter(is_superuser=True, is_active=True).exclude(username=accounts.COMMAND_LINE)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name
        return False


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
