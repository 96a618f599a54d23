"""Where a QR code leads, told by the baked files: a scan needs neither Django nor the database."""

import os
import re
from collections.abc import Iterable
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings

from articles.qr_short_links import count_scan

from .negotiation import HeaderList

CODE_PATH = re.compile(r"/[qQ]/([wmpWMP])([1-9][0-9]{0,17})(?:-([1-9][0-9]{0,8}))?")
# As Django's `never_cache`: every scan is counted, and may lead elsewhere after a correction.
NEVER_CACHE = "max-age=0, no-cache, no-store, must-revalidate, private"


class CodeTarget(NamedTuple):
    """A code in capitals, and the address of the page that it leads to."""

    code: str
    path: str


def answer_scan(
    pages: str, headers: HeaderList, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes] | None:
    """Count a scan and redirect it, as articles/public/qr_short_links.py does; None if the files do not tell where to.

    `headers` are those of every page.
    """
    target = find_code_target(pages, environ["PATH_INFO"])
    if target is None:
        return None
    if environ["REQUEST_METHOD"] == "GET":
        count_scan(target.code)
    # Absolute, with the host from settings: a forged Host header cannot redirect anybody elsewhere.
    location = ("Location", settings.SITE_URL + target.path)
    start_response("302 Found", [location, ("Cache-Control", NEVER_CACHE), *headers])
    return []


def find_code_target(pages: str, path: str) -> CodeTarget | None:
    """Return where the code in an address (`/q/P12-1`) leads; None if the files in the folder `pages` do not tell.

    A code exists if its image does. It leads to its article while that has a page; on paper, to the notice for holders
    of an older printout if there is one: it is baked if the text has changed since (docs/decisions/old-printouts.md).
    """
    found = CODE_PATH.fullmatch(path)
    if not found:
        return None
    code, article, edition = path[3:].upper(), f"/a/{found[2]}/", found[3]
    if not os.path.exists(f"{pages}/q/{code}.png") or not os.path.exists(f"{pages}{article}index.html"):
        return None
    since = f"{article}since/{edition}/"
    return CodeTarget(code, since if edition and os.path.exists(f"{pages}{since}index.html") else article)
