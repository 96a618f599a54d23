"""Limits of what a request may send: its size and kind by address, and the time until it has arrived.

Granian gives a request to a thread as soon as its headers have arrived. Without these limits, as many unfinished
log-ins as there are threads would stop the whole site. A body is received by a separate thread, when Django first
reads from it: one that Django refuses earlier, such as a stranger's upload, is never read
(articles/admin/strangers.py).
"""

import re
import tempfile
import threading
from collections.abc import Iterable
from http import HTTPStatus
from typing import IO, Any
from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from articles import faults

UPLOAD_PATH = re.compile(r"/admin/articles/(picture|attachment)/(?:add|upload)/")
# The addresses of the desk that strangers may send a form to.
OPEN_PATHS = ("/admin/login/", "/admin/logout/", "/admin/reset/", "/admin/forgotten/")
LARGEST_FORM = 2**16  # bytes, of a reader's form and of the log-in
FORM_AROUND_UPLOAD = 2**20  # bytes, of the fields sent with a file
# Requests of one process that may wait for their body at once: half of its threads (management/commands/serve.py).
MOST_WAITING = 8
# Bodies that one process is receiving, including those that nothing waits for any more: they cannot be interrupted,
# and end when the client sends more or hangs up.
MOST_RECEIVED = 200
# A body has so many seconds, and more by its length at the slowest line that is waited for.
SECONDS, SLOWEST_LINE = 10, 20_000  # bytes per second
IN_MEMORY = 2**20  # bytes of a body; a longer one is kept in a temporary file
CHUNK = 2**16


class RefusedBody(OSError):
    """Raised to Django when a body does not arrive; Django's answer to it is replaced by that of `status`."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class RequestBodies:
    """A WSGI application that passes requests to `application` with a body that arrives in time, or refuses them."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        self.waiting = threading.BoundedSemaphore(MOST_WAITING)
        self.received = threading.BoundedSemaphore(MOST_RECEIVED)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if not length:
            return self.application(environ, start_response)
        refused = refused_status(environ["PATH_INFO"], environ.get("CONTENT_TYPE", ""), length)
        if refused:
            return _refuse(refused, start_response)
        body = environ["wsgi.input"] = _ArrivingBody(environ["wsgi.input"], length, self.waiting, self.received)
        started: list[Any] = []
        answer = self.application(environ, lambda *facts: started.extend(facts))  # type: ignore[arg-type]
        if not body.refusal:
            start_response(*started)
            return answer
        close = getattr(answer, "close", None)
        if close:
            close()
        return _refuse(body.refusal.status, start_response)


def refused_status(path: str, content_type: str, length: int) -> HTTPStatus | None:
    """Return the status that refuses a body by its headers, or None."""
    is_of_desk = path.startswith("/admin/") and not path.startswith(OPEN_PATHS)
    if content_type.lower().startswith("multipart/") and not is_of_desk:
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE if is_of_desk else LARGEST_FORM
    if found := UPLOAD_PATH.fullmatch(path):
        largest = settings.MAX_UPLOAD_BYTES
        if found[1] == "attachment":
            largest = max(largest, settings.MAX_FILM_BYTES)
        most = largest + FORM_AROUND_UPLOAD
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length > most else None


class _ArrivingBody:
    """The body of a request, as a file that is received when it is first read. Raises RefusedBody."""

    def __init__(
        self,
        stream: InputStream,
        length: int,
        waiting: threading.BoundedSemaphore,
        received: threading.BoundedSemaphore,
    ) -> None:
        self.refusal: RefusedBody | None = None
        self._stream, self._length = stream, length
        self._waiting, self._received = waiting, received
        self._file: IO[bytes] | None = None
        self._failure: OSError | None = None
        self._has_ended = threading.Event()
        self._is_late = False

    def read(self, size: int = -1, /) -> bytes:
        return self._whole().read(size)

    def readline(self, size: int = -1, /) -> bytes:
        return self._whole().readline(size)

    def _whole(self) -> IO[bytes]:
        if self.refusal:
            raise self.refusal
        if self._file is None:
            try:
                self._file = self._wait()
            except RefusedBody as refusal:
                self.refusal = refusal
                raise
        return self._file

    def _wait(self) -> IO[bytes]:
        """Return the file when the whole body is in it."""
        if not self._waiting.acquire(blocking=False):
            raise RefusedBody(HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            if not self._received.acquire(blocking=False):
                raise RefusedBody(HTTPStatus.SERVICE_UNAVAILABLE)
            # Read by Django, and closed when collected.
            file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
            threading.Thread(target=self._receive, args=[file], name="receiving", daemon=True).start()
            self._is_late = not self._has_ended.wait(SECONDS + self._length / SLOWEST_LINE)
        finally:
            self._waiting.release()
        if self._is_late:
            raise RefusedBody(HTTPStatus.REQUEST_TIMEOUT)
        if faults.fault_of(self._failure):
            raise RefusedBody(HTTPStatus.INSUFFICIENT_STORAGE) from self._failure
        if self._failure or file.tell() < self._length:  # the client has hung up; the text may be incomplete
            raise RefusedBody(HTTPStatus.BAD_REQUEST)
        file.seek(0)
        return file

    def _receive(self, file: IO[bytes]) -> None:
        left = self._length
        try:
            while left and not self._is_late:
                chunk = self._stream.read(min(left, CHUNK))
                if not chunk:
                    break
                file.write(chunk)
                left -= len(chunk)
        except OSError as failure:  # the disk is full, or the connection broke
            self._failure = failure
        finally:
            self._has_ended.set()
            self._received.release()


def _refuse(status: HTTPStatus, start_response: StartResponse) -> Iterable[bytes]:
    with translation.override(settings.LANGUAGE_CODE):
        sentence = {
            HTTPStatus.BAD_REQUEST: _("The request did not arrive completely; nothing was changed. Send it again."),
            HTTPStatus.REQUEST_TIMEOUT: _("The request did not arrive in time; nothing was changed. Send it again."),
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("The request is too large for this address; nothing was changed."),
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _("This address takes no files; nothing was changed."),
            HTTPStatus.INSUFFICIENT_STORAGE: _("The disk of the server is full; nothing was changed."),
            HTTPStatus.SERVICE_UNAVAILABLE: _(
                "Too much is being sent at once; nothing was changed. Send it again soon."
            ),
        }[status]
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Connection", "close"),
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", str(SECONDS)))
    start_response(f"{status.value} {status.phrase}", headers)
    return [sentence.encode()]
