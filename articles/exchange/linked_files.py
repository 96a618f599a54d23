"""Brings pictures and attachments of an old page along from the folder where the page was saved."""

import html as entities
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from ..attachments import store_attachment
from ..pictures import store_picture
from ..refusals import Refusal

DOCUMENTS = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".wps", ".et", ".dps", ".ofd", ".csv", ".txt")
_SOURCES = ("data-src", "data-original", "src")  # pages that load pictures late have a placeholder in src


def bring_linked_files(html: str, *, page: Path, root: Path, by: User) -> tuple[str, list[str]]:
    """Return the HTML with the public addresses of its pictures and documents, which are added to the library, and a
    sentence for each that is not below `root` or that is refused.

    Their addresses may be relative to the page or to `root`, or absolute. Raises PermissionDenied.
    """
    body = lxml.html.fragment_fromstring(html, create_parent="div")
    notes: list[str] = []
    brought: dict[Path, str] = {}  # a picture that appears on the page twice is decoded once
    for element, name, address in _linked(body):
        store = store_picture if element.tag == "img" else store_attachment
        file = find_linked_file(address, page.parent, root)
        if file is None:
            notes.append(_("the file %(address)s is not in the folder") % {"address": address[:120]})
            continue
        if file not in brought:
            try:
                brought[file] = store(SimpleUploadedFile(file.name, file.read_bytes()), by=by).url
            except Refusal as refusal:
                notes.append(str(refusal))
                brought[file] = ""
        if brought[file]:
            element.set("src" if element.tag == "img" else name, brought[file])
    return _inner_html(body), notes


def _linked(body: lxml.html.HtmlElement) -> Iterator[tuple[lxml.html.HtmlElement, str, str]]:
    """Yield each picture and each link to a document: the element, its attribute, and the address in it."""
    for image in list(body.iter("img")):
        found = next(((name, image.get(name)) for name in _SOURCES if image.get(name)), None)
        if found and not found[1].startswith("data:"):
            yield image, *found
    for link in list(body.iter("a")):
        address = link.get("href") or ""
        if urlsplit(address).path.lower().endswith(DOCUMENTS):
            yield link, "href", address


def find_linked_file(address: str, folder: Path, root: Path) -> Path | None:
    """Return the file that the address names, below `root`, or None. Links that lead out of `root` are not followed."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return None
    names = path.replace("\\", "/").lstrip("/")
    if not names or "\0" in names or len(names) > 500:
        return None
    for candidate in (folder / names, root / names, folder / Path(names).name):
        file = candidate.resolve()
        if file.is_relative_to(root.resolve()) and file.is_file():
            return file
    return None


def _inner_html(body: lxml.html.HtmlElement) -> str:
    inner = [entities.escape(body.text or "", quote=False)]
    return "".join(inner + [lxml.html.tostring(child, encoding="unicode") for child in body])
