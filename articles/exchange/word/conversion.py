"""Converts documents of other programs (.doc, .wps, .rtf, .odt) to .docx with LibreOffice, where it is installed.

LibreOffice runs in a separate process, with limits of time, memory and file size, a profile of its own that runs no
macros, and a proxy that does not exist: a document must not make it fetch anything.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from ...attachments import office
from ...refusals import Problem
from ...uploads import RefusedFile, kind_of
from .package import NO_WORD_FILE

CONVERSION_SECONDS = 60
_MEMORY = 3 * 2**20  # KiB of addresses; LibreOffice reserves far more than it uses
_LARGEST_FILE = 2**18  # blocks of 512 bytes that it may write: 128 MB
_WAITING = 5  # seconds beyond the limit of CPU time

OLD_FORMAT = Problem(
    "word.old_format",
    _("%(file)s is not a .docx file, and no program that converts it is installed here."),
    _("Open it in Word or WPS, choose “Save as” and the type “Word document (*.docx)”, and choose that file."),
)
NOT_CONVERTED = Problem(
    "word.not_converted",
    _("%(file)s could not be converted: it may be damaged, locked with a password, or too large."),
    _("Open it in Word or WPS, choose “Save as” and the type “Word document (*.docx)”, and choose that file."),
)
WEB_PAGE = Problem(
    "word.web_page",
    _("%(file)s is a web page with the name of a document."),
    _("Open it in Word or WPS, choose “Save as” and the type “Word document (*.docx)”, and choose that file."),
)
_RTF, _ODT = b"{\\rtf", b"mimetypeapplication/vnd.oasis.opendocument.text"

# LibreOffice's settings: macros never run, links of documents are not followed, and nothing is reached but itself.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop>
<prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop>
<prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop></item>
</oor:items>
"""


def as_docx(data: bytes, name: str) -> bytes:
    """Return the file if it is a ZIP, as .docx is; a document of another program is converted. Raises RefusedFile."""
    kind = kind_of(data)
    if kind == "zip" and data[30 : 30 + len(_ODT)] != _ODT:
        return data
    if kind == "ole" and office.compound_extension(data, name) not in ("doc", "wps"):
        raise RefusedFile(NO_WORD_FILE, name)
    endings = {"zip": "odt", "ole": "doc"}
    ending = "rtf" if data.startswith(_RTF) else endings.get(kind)
    if ending is None:
        raise RefusedFile(WEB_PAGE if kind in ("html", "markup") else NO_WORD_FILE, name)
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise RefusedFile(OLD_FORMAT, name)
    with tempfile.TemporaryDirectory(prefix="newsroom-word-") as folder:
        return _converted(program, Path(folder), data, ending, name)


def _converted(program: str, folder: Path, data: bytes, ending: str, name: str) -> bytes:
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    given, made = folder / f"text.{ending}", folder / "out" / "text.docx"
    given.write_bytes(data)
    limits = f"ulimit -v {_MEMORY}; ulimit -t {CONVERSION_SECONDS}; ulimit -f {_LARGEST_FILE}; "
    command = [program, "--headless", "--norestore", "--nolockcheck", "--nodefault"]
    command += [f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", "docx"]
    command += ["--outdir", str(made.parent), str(given)]
    process = subprocess.Popen(  # noqa: S603 (the file is an argument, never a command)
        ["/bin/sh", "-c", limits + 'exec "$@"', "sh", *command],
        cwd=folder,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(folder), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(CONVERSION_SECONDS + _WAITING)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # the program starts others; all are of this group
    process.wait()
    if not made.is_file():
        raise RefusedFile(NOT_CONVERTED, name)
    return made.read_bytes()
