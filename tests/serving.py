"""Real servers for the tests: a newsroom in a temporary folder, granian, and nginx with the shipped configuration."""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from articles.management.granian import GRANIAN_OPTIONS, WORKERS
from tests import prepared
from tests.conftest import needs

ROOT = Path(settings.BASE_DIR)
SHIPPED = ROOT / "deploy" / "nginx"
PATIENCE = 180  # seconds to wait for a server to start
# Before a command: it gets SIGTERM when the tests that started it are gone, however they ended. A server in a session of
# its own would outlive them.
WITH_PARENT = ["setpriv", "--pdeathsig", "TERM"]
SERVER_PORTS = range(10_000, 32_768)  # below the ephemeral ports of the kernel


def free_port():
    """Return a random free port on 127.0.0.1, below the ephemeral ports.

    Neither another test process nor the kernel is likely to take it before the server has started.
    """
    while True:
        port = secrets.choice(SERVER_PORTS)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


def can_listen(port):
    """Return True if no process listens on this port of 127.0.0.1 any more."""
    with socket.socket() as tried, suppress(OSError):
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind(("127.0.0.1", port))
        return True
    return False


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args, **_facts):
        return None


OPENER = urllib.request.build_opener(NoRedirects)


def fetch(url, method="GET", data=None, timeout=60, **headers):
    """Return (status, headers, body) of any response; raises OSError if there is none."""
    request = urllib.request.Request(
        url, method=method, data=data, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with OPENER.open(request, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def eventually(condition, what, patience=PATIENCE):
    """Wait until `condition` returns something true, and return it; fail after `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            found = condition()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"timed out: {what}")


class Newsroom:
    """A newsroom in a folder, with its own database, baked pages and processes."""

    def __init__(self, folder, **environment):
        self.folder = Path(folder)
        self.port = free_port()
        self.environment = {
            **os.environ,
            **prepared.ENVIRONMENT,
            "DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/newsroom.sqlite3",
            **environment,
        }
        self.running = []
        self.output = os.memfd_create("output")  # what the servers say; the disk of the folder may be full

    def prepare(self):
        """Give the newsroom an empty SQLite database and static files, which takes seconds only once in a run."""
        shutil.copy(prepared.migrated_database(), self.folder)
        (self.folder / "static").symlink_to(prepared.collected_files())

    def run(self, script):
        """Run a Python script in the newsroom's environment, and return its output."""
        return self._python("-c", f"import django; django.setup()\n{script}")

    def manage(self, *command):
        """Run a management command in the newsroom's environment, and return its output."""
        return self._python("manage.py", *command)

    def module(self, name, *arguments):
        """Run a module (`python -m`) in the newsroom's environment, and return its output."""
        return self._python("-m", name, *arguments)

    def _python(self, *command):
        done = subprocess.run(
            [sys.executable, *command], env=self.environment, cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def start(self, *command):
        process = subprocess.Popen(
            [*WITH_PARENT, sys.executable, *command],
            env=self.environment,
            cwd=ROOT,
            start_new_session=True,
            stdout=self.output,
            stderr=self.output,
        )
        self.running.append(process)
        return process

    def granian(self, application, port, workers=WORKERS):
        """Start granian with the options of `manage.py serve`, and wait until it answers.

        If it ends, or does not answer, the failure shows what it said, and where each of its threads was.
        """
        # The workers of a server that was killed end after it; they must not take what is asked of this one.
        eventually(lambda: can_listen(port), f"port {port} is free")
        options = [*GRANIAN_OPTIONS, "--port", str(port), "--workers", str(workers)]
        process = self.start("-X", "faulthandler", "-m", "granian", application, *options)

        def answers():
            assert process.poll() is None, "granian has ended"
            # A question that was lost must not use up the patience.
            return fetch(f"http://127.0.0.1:{port}/robots.txt", timeout=10)[0]

        try:
            eventually(answers, "granian answers")
        except AssertionError as wrong:
            kill(process, signal.SIGABRT)
            raise AssertionError(f"{wrong}; it said: {self.said()}") from None
        return process

    def said(self):
        """Return the end of what the servers have said."""
        return os.pread(self.output, 10**6, 0)[-6000:].decode(errors="replace")

    def serve(self):
        return self.granian("newsroom.wsgi:application", self.port)

    def stop(self):
        for process in self.running:
            kill(process)


def kill(process, by=signal.SIGKILL):
    """Kill a process and its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, by)
    process.wait()


@contextmanager
def nginx(folder, backend, brotli=True):
    """Run nginx with the shipped configuration, adapted to the test's paths and ports.

    Yields its address, and True if it has the Brotli module.
    """
    needs(shutil.which("nginx") is not None, "nginx")
    home, port = Path(tempfile.mkdtemp(dir=folder, prefix="nginx-")), free_port()
    facts = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "listen [::]:80;": f"listen [::1]:{port};" if Path("/proc/net/if_inet6").exists() else "",
        "127.0.0.1:8000": f"127.0.0.1:{backend}",
        "/var/lib/newsroom": str(folder),
        "/srv/newsroom": str(ROOT),
        "/etc/nginx/newsroom": str(home),
    }
    for file in SHIPPED.glob("*.conf"):
        text = file.read_text(encoding="utf-8")
        for shipped, here in facts.items():
            text = text.replace(shipped, here)
        (home / file.name).write_text(text, encoding="utf-8")
    modules = sorted(Path("/usr/lib/nginx/modules").glob("*brotli_static*.so")) if brotli else []
    if modules:
        (home / "brotli.conf").write_text("brotli_static on;\n")
    (home / "main.conf").write_text(
        "".join(f"load_module {module};\n" for module in modules)
        + f"pid {home}/pid; error_log {home}/error.log; worker_processes 1; daemon off; user {owner()};\n"
        + f"events {{ worker_connections 256; }}\nhttp {{ access_log off; client_body_temp_path {home}/a; "
        + f"proxy_temp_path {home}/b; fastcgi_temp_path {home}/c; uwsgi_temp_path {home}/d; scgi_temp_path {home}/e; "
        + f"include {home}/newsroom.conf; include {home}/former-hosts.conf; }}\n"
    )
    process = subprocess.Popen([*WITH_PARENT, "nginx", "-c", str(home / "main.conf"), "-e", str(home / "error.log")])
    try:
        eventually(lambda: fetch(f"http://127.0.0.1:{port}/")[0], "nginx answers")
        yield f"http://127.0.0.1:{port}", bool(modules)
    finally:
        process.terminate()
        process.wait()


def owner():
    return "root" if os.geteuid() == 0 else re.sub(r"\W.*", "", os.environ.get("USER", "nobody"))
