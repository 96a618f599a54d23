"""Documents of other programs are converted where LibreOffice is installed, within limits; elsewhere a sentence says how."""

import io
import shutil
import stat
import subprocess
import sys
import zipfile

import pytest
from django.utils import translation

from articles.exchange.word.conversion import as_docx
from articles.uploads import RefusedFile
from tests.serving import eventually
from tests.word_files import paragraph, word_file

DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument\0".encode("utf-16-le")
RTF = b"{\\rtf1\\ansi text}"
_MIMETYPE = io.BytesIO()
with zipfile.ZipFile(_MIMETYPE, "w") as archive:  # the first member, and not compressed, as the format demands
    archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
ODT = _MIMETYPE.getvalue()


@pytest.fixture
def office(tmp_path, monkeypatch):
    """Return a function that installs a program in LibreOffice's place: Python that knows `out`, its folder."""

    def install(script):
        program = tmp_path / "soffice"
        program.write_text(
            f"#!{sys.executable}\nimport os, sys, time, pathlib\n"
            "out = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])\ngiven = pathlib.Path(sys.argv[-1])\n"
            + script
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(shutil, "which", lambda name: str(program) if name == "soffice" else None)
        return tmp_path

    return install


def refused(data, name="通知.doc"):
    with translation.override("en"), pytest.raises(RefusedFile) as refusal:
        as_docx(data, name)
    return refusal.value


@pytest.mark.parametrize("data", [DOC, RTF, ODT], ids=["doc", "rtf", "odt"])
def test_without_libreoffice_a_sentence_says_how_to_save_it(data, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    refusal = refused(data)
    assert refusal.id == "word.old_format"
    assert "choose “Save as” and the type “Word document (*.docx)”" in str(refusal)


@pytest.mark.parametrize(("data", "ending"), [(DOC, "doc"), (RTF, "rtf"), (ODT, "odt")], ids=["doc", "rtf", "odt"])
def test_a_document_is_converted(data, ending, office):
    folder = office("out.mkdir()\n(out / 'text.docx').write_bytes(given.suffix.encode() + given.read_bytes())")
    assert as_docx(data, "通知.wps") == f".{ending}".encode() + data
    assert [path.name for path in folder.iterdir()] == ["soffice"]


def test_a_docx_needs_no_conversion(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: pytest.fail("nothing is to be looked for"))
    data = word_file(paragraph("字"))
    assert as_docx(data, "a.doc") is data


@pytest.mark.parametrize("script", ["", "sys.exit(1)", "os.abort()", "bytearray(8 << 30)"])
def test_a_conversion_that_fails_is_refused(script, office):
    office(script)
    assert refused(DOC).id == "word.not_converted"


def test_a_conversion_that_does_not_end_is_ended_with_all_that_it_started(office, monkeypatch, tmp_path):
    pids = tmp_path / "pids"

    class Impatient(subprocess.Popen):
        def wait(self, timeout=None):
            if timeout is None:
                return super().wait()
            eventually(lambda: len(pids.read_text().split()) == 2, "the program has started another")
            raise subprocess.TimeoutExpired(self.args, timeout)

    monkeypatch.setattr(subprocess, "Popen", Impatient)
    office(f"child = os.fork()\npathlib.Path({str(pids)!r}).open('a').write(f'{{os.getpid()}} ')\ntime.sleep(600)")
    assert refused(DOC).id == "word.not_converted"
    for pid in pids.read_text().split():
        eventually(lambda pid=pid: not alive(int(pid)), "it has ended")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_the_program_runs_no_macros_reaches_nothing_and_sees_no_secrets(office, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "secret")
    seen = tmp_path / "seen"
    office(
        "profile = next(a for a in sys.argv if 'UserInstallation' in a).split('file://')[1]\n"
        "settings = pathlib.Path(profile, 'user', 'registrymodifications.xcu').read_text()\n"
        f"pathlib.Path({str(seen)!r}).write_text(settings + repr(sorted(os.environ)))"
    )
    refused(DOC)
    told = seen.read_text()
    for setting in ("DisableMacrosExecution", "BlockUntrustedRefererLinks", "ooInetHTTPProxyName"):
        assert setting in told
    assert "SECRET_KEY" not in told
