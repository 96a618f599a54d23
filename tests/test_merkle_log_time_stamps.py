"""Time stamps of the public log by an authority of the test's own, which openssl plays."""

import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import CommandError, call_command

from articles.merkle_log import PUBLIC_LOG
from tests.conftest import needs
from tests.test_log_checking import SITE, kept, site, strangers_view  # noqa: F401

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[signer]
extendedKeyUsage = critical, timeStamping
"""


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_authority(folder):
    """A certificate authority (ca.pem) and, under it, one that stamps."""
    folder.mkdir()
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    ca = ("-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=root", "-days", "9")
    openssl(folder, "req", *new, *ca, "-config", "tsa.cnf", "-extensions", "ca")
    openssl(folder, "req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=tsa")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "9", "-out", "tsa.pem")
    openssl(folder, "x509", "-req", "-in", "tsa.csr", *signed, "-extfile", "tsa.cnf", "-extensions", "signer")


class Authority(BaseHTTPRequestHandler):
    """Answers with what openssl makes of the query."""

    folder = None

    def do_POST(self):
        (self.folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        keys = ("-signer", "tsa.pem", "-inkey", "tsa.key")
        openssl(self.folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", *keys, "-out", "reply")
        self.send_response(200)
        self.end_headers()
        self.wfile.write((self.folder / "reply").read_bytes())

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture
def authority(tmp_path):
    """The address of the authority, and the folder of its files."""
    needs(shutil.which("openssl"), "openssl")
    folder = tmp_path / "authority"
    make_authority(folder)
    server = HTTPServer(("127.0.0.1", 0), type("Here", (Authority,), {"folder": folder}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", folder
    server.shutdown()
    server.server_close()


def test_a_checkpoint_is_stamped_and_the_stamp_holds_for_it_alone(site, authority, tmp_path, capsys):  # noqa: F811
    address, folder = authority
    stamps = tmp_path / "stamps"
    with pytest.raises(CommandError, match="127.0.0.1:1/"):  # the others are asked all the same
        call_command("stamp_log", "http://127.0.0.1:1/", address, "--folder", str(stamps))
    assert [file.name for file in sorted(stamps.iterdir())] == ["7.2.tsr", "7.checkpoint"]
    checkpoint, stamp = stamps / "7.checkpoint", stamps / "7.2.tsr"
    assert checkpoint.read_text() == PUBLIC_LOG.signed_checkpoint()
    with_stamp = ("--since", str(checkpoint), "--stamp", str(stamp), "--authority", str(folder / "ca.pem"))
    capsys.readouterr()
    call_command("verify_log", SITE, *with_stamp)
    assert "The older checkpoint was there at 20" in capsys.readouterr().out
    make_authority(tmp_path / "another")
    with pytest.raises(CommandError, match="the time stamp is not valid"):
        call_command("verify_log", SITE, *with_stamp[:-1], str(tmp_path / "another" / "ca.pem"))
    whole = checkpoint.read_text()
    checkpoint.write_text(whole.replace("\n7\n", "\n8\n"))
    with pytest.raises(CommandError, match="the time stamp is not valid"):
        call_command("verify_log", SITE, *with_stamp)
    checkpoint.write_text(whole)
    stamp.write_bytes(b"no stamp")
    with pytest.raises(CommandError, match="this is not a time stamp"):
        call_command("verify_log", SITE, *with_stamp)
    with pytest.raises(CommandError, match="go together"):
        call_command("verify_log", SITE, "--stamp", str(stamp))
    with pytest.raises(CommandError, match="must begin with https"):
        call_command("stamp_log", "file:///etc/passwd", "--folder", str(stamps))


def test_without_a_key_nothing_is_stamped(db, tmp_path):
    with pytest.raises(CommandError, match="no key"):
        call_command("stamp_log", "http://127.0.0.1:1/", "--folder", str(tmp_path / "stamps"))
    assert not (tmp_path / "stamps").exists()
