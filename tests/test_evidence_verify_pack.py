"""The one file with which strangers check a pack: it shares no code with the product, and finds the same forgeries."""

import importlib.util
import io
import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command

from articles import merkle_log
from tests.test_evidence import FORGERIES as FORGED_FILES
from tests.test_evidence import STRANGE, WRONG, files_of, packed, with_honest_manifest, zipped
from tests.test_evidence_log import FORGERIES as CAREFUL_FORGERIES
from tests.test_evidence_log import key, made, pack  # noqa: F401 (fixtures)
from tests.test_review_sheet import told

FILE = settings.BASE_DIR / "static/site/verify_pack.py"
spec = importlib.util.spec_from_file_location("verify_pack", FILE)
verify_pack = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify_pack)


def verdict(files, *keys):
    try:
        return verify_pack.check_pack(zipped(files), [str(known) for known in keys])
    except verify_pack.Forged as found:
        return str(found)


def test_an_honest_pack_is_proved(pack, key):  # noqa: F811
    article = json.loads(pack["manifest.json"])["article"]
    assert verdict(pack, key) == (article, pack["log/checkpoint"].decode())


@pytest.mark.parametrize("place", range(len(FORGED_FILES)))
def test_it_finds_what_the_product_finds_in_the_files(pack, key, place):  # noqa: F811
    forge, _sentence = FORGED_FILES[place]
    assert isinstance(verdict(with_honest_manifest(forge(pack)), key), str)
    assert isinstance(verdict(forge(pack), key), str)


@pytest.mark.parametrize("kind", CAREFUL_FORGERIES)
def test_it_finds_what_the_product_finds_in_the_logs(pack, key, kind):  # noqa: F811
    forge, _sentence = CAREFUL_FORGERIES[kind]
    assert isinstance(verdict(forge(pack), key), str)


def test_an_invented_pack_is_not_signed(pack, key, cast):  # noqa: F811
    merkle_log.write_log_keys([merkle_log.make_signer(key.name)])
    invented = files_of(packed(told(cast), cast.editor))
    assert isinstance(verdict(invented, merkle_log.read_log_keys()[0].verifier), tuple)
    assert verdict(invented, key) == "The log is not signed by a key that you gave."


def test_it_follows_a_key_that_the_old_one_has_signed(key, cast):  # noqa: F811
    call_command("make_log_key", stdout=io.StringIO())
    old = merkle_log.read_log_keys()[0].verifier
    call_command("make_log_key", "--change", stdout=io.StringIO())
    merkle_log.write_log_keys(merkle_log.read_log_keys()[:1])
    assert isinstance(verdict(files_of(packed(told(cast), cast.editor)), old), tuple)


@pytest.mark.parametrize(("added", "_sentence"), STRANGE)
def test_strange_files_are_refused_with_a_sentence(pack, key, added, _sentence):  # noqa: F811
    assert isinstance(verdict({**pack, **added}, key), str)


@pytest.mark.parametrize("name", ["editions/1.json", "sign_offs.json", "audit.json", "log/proofs.json"])
def test_strange_values_are_refused_with_a_sentence(pack, key, name):  # noqa: F811
    for value in WRONG:
        forged = json.dumps(value).encode()
        assert isinstance(verdict(with_honest_manifest({**pack, name: forged}), key), str)


def test_on_the_command_line_it_says_what_is_proved_and_what_not(pack, key, tmp_path):  # noqa: F811
    good, note, other = tmp_path / "pack.zip", tmp_path / "checkpoint", tmp_path / "other"
    good.write_bytes(zipped(pack).getvalue())
    note.write_bytes(pack["log/checkpoint"])
    origin, size, root, *rest = pack["log/checkpoint"].decode().split("\n")
    other.write_text("\n".join([origin, size, root[::-1].replace("=", "A", 1)[:43] + "=", *rest]))

    def say(*options):
        command = [sys.executable, "-I", str(FILE), *map(str, options)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    proved = say("--key", key, good)
    assert (proved.returncode, "Not proved: that the people named" in proved.stdout) == (0, True)
    assert f"committed to {size} leaves" in say("--key", key, "--kept", note, note).stdout
    rewritten = say("--key", key, "--kept", other, note)
    assert (rewritten.returncode, "one size, two roots" in rewritten.stderr) == (1, True)
    code = f"HTTPS://NEWS.EXAMPLE.CN/LOG/KEPT/{merkle_log.printed_code(pack['log/checkpoint'].decode())}"
    for file in (note, good):
        assert say("--key", key, "--kept", code, file).returncode == 0
    assert "one size, two roots" in say("--key", key, "--kept", other, good).stderr
    misread = code.replace(code[-60:-57], "AAA" if code[-60:-57] != "AAA" else "BBB")
    assert "is not signed by a key that you gave, or was misread" in say("--key", key, "--kept", misread, note).stderr
    stranger = merkle_log.make_signer(key.name).verifier
    assert "not signed by a key that you gave" in say("--key", stranger, note).stderr
    assert "name+hash" not in say("--key", "no key", good).stdout
    assert say("--key", "no key", good).returncode == 1
