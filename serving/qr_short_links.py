"""The target of a QR code, from the baked files on the disk or in an object store: a scan needs no database."""

import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.core.files.storage import storages

from articles.qr_short_links import count_scan

from .negotiation import HeaderList

CODE_PATH = re.compile(r"/[qQ]/([wmpWMP])([1-9][0-9]{0,17})(?:-([1-9][0-9]{0,8}))?")
# As Django's `never_cache`: every scan is counted, and may lead elsewhere after a correction.
NEVER_CACHE = "max-age=0, no-cache, no-store, must-revalidate, private"


# How long the contents of an object store are cached: a page removed since then answers 410 by itself.
KEPT_SECONDS, MOST_KEPT = 30.0, 10_000
HasFile = Callable[[str], bool]  # of the name of a baked file


class ObjectStore(Protocol):
    """What is asked of the store: articles/baking/remote.py."""

    def holds(self, name: str) -> bool: ...


class FilesInStore:
    """Which baked files an object store has: each is requested once in KEPT_SECONDS, none while the store is
    unreachable.
    """

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self.known: OrderedDict[str, tuple[float, bool]] = OrderedDict()  # oldest answer first
        self.away_until = 0.0
        self.changing = threading.Lock()

    def __call__(self, name: str) -> bool:
        """Return True if there is such a file. Raises OSError if the store does not answer, now or shortly before."""
        now = time.monotonic()
        asked, found = self.known.get(name, (now - KEPT_SECONDS, False))
        if now - asked < KEPT_SECONDS:
            return found
        if now < self.away_until:
            raise OSError("the store of pages did not answer")
        try:
            found = self.store.holds(name)
        except OSError:
            self.away_until = now + KEPT_SECONDS
            raise
        with self.changing:
            self.known[name] = (now, found)
            self.known.move_to_end(name)
            while len(self.known) > MOST_KEPT:
                self.known.popitem(last=False)
        return found


def file_presence(pages: str) -> HasFile:
    """Return the object that knows which baked files exist: the folder `pages`, or the object store of the settings."""
    store = storages["baked"]
    if hasattr(store, "holds"):
        return FilesInStore(store)
    return lambda name: os.path.exists(f"{pages}/{name}")


class CodeTarget(NamedTuple):
    """A code in capitals, and the address of the page that it leads to."""

    code: str
    path: str


def answer_scan(
    has_file: HasFile, headers: HeaderList, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes] | None:
    """Count a scan and redirect it, as articles/public/qr_short_links.py does; None if the files do not show the
    target.

    `headers` are those of every page.
    """
    try:
        target = find_code_target(has_file, environ["PATH_INFO"])
    except OSError:  # Django asks the database
        return None
    if target is None:
        return None
    if environ["REQUEST_METHOD"] == "GET":
        count_scan(target.code)
    # Absolute, with the host from settings: a forged Host header cannot redirect anybody elsewhere.
    location = ("Location", settings.SITE_URL + target.path)
    start_response("302 Found", [location, ("Cache-Control", NEVER_CACHE), *headers])
    return []


def find_code_target(has_file: HasFile, path: str) -> CodeTarget | None:
    """Return where the code in an address (`/q/P12-1`) leads; None if the files do not show it. Raises OSError.

    A code exists if its image does. It leads to its article while that has a page; on paper, to the notice for holders
    of an older printout if there is one: it is baked if the text has changed since (docs/decisions/old_printouts.md).
    """
    found = CODE_PATH.fullmatch(path)
    if not found:
        return None
    code, article, edition = path[3:].upper(), f"a/{found[2]}/", found[3]
    if not has_file(f"q/{code}.png") or not has_file(f"{article}index.html"):
        return None
    since = f"{article}since/{edition}/"
    return CodeTarget(code, f"/{since if edition and has_file(f'{since}index.html') else article}")
