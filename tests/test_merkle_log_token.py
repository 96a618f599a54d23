"""The log's key in a token (PKCS#11): SoftHSM's, which keeps it in files of its own (Debian: softhsm2)."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from articles import apps, baking, copy_checking, merkle_log, publication_log
from articles.faults import LogKeyAway
from articles.merkle_log import LOGS, PUBLIC_LOG, token_keys
from articles.models import AuditEntry, BakeJob, LogLeaf
from tests.conftest import needs

TOOL, LIBRARY = shutil.which("softhsm2-util"), Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "271828"
ED25519 = bytes.fromhex("06032b6570")  # its object identifier, which names the curve to a token

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(tmp_path, settings, monkeypatch):
    """A token with the key `log-1`; returns the folder of its files."""
    needs(bool(TOOL) and LIBRARY.exists(), "softhsm2")
    folder = tmp_path / "tokens"
    folder.mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    made = ["--init-token", "--free", "--label", "newsroom", "--so-pin", "314159", "--pin", PIN]
    subprocess.run([TOOL, *made], check=True, capture_output=True)
    settings.LOG_TOKEN_MODULE, settings.LOG_TOKEN_LABEL = LIBRARY, "newsroom"
    settings.LOG_TOKEN_KEY, settings.LOG_TOKEN_PIN = "log-1", PIN
    make_key("log-1")
    return folder


def make_key(label):
    """What an operator does with the tool of the token."""
    import pkcs11  # noqa: PLC0415 (needs the token)

    module = pkcs11.lib(str(LIBRARY))
    try:
        with module.get_token(token_label="newsroom").open(rw=True, user_pin=PIN) as session:
            curve = session.create_domain_parameters(
                pkcs11.KeyType.EC_EDWARDS, {pkcs11.Attribute.EC_PARAMS: ED25519}, local=True
            )
            curve.generate_keypair(
                mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, mechanism_param=None, label=label, store=True
            )
    finally:
        module.finalize()


def unplug(token):
    token.rename(token.with_name("away"))
    token.mkdir()


def plug_in(token):
    token.rmdir()
    token.with_name("away").rename(token)


def said_by_check():
    return " ".join(str(each.msg) for each in apps._check_log_keys())


def test_the_key_in_the_token_signs_both_logs_and_answers(token, cast, client, settings):
    call_command("make_log_key")
    [key] = merkle_log.read_log_keys()
    article = cast.article()
    cast.publish(article)
    for log in LOGS:
        note = log.signed_checkpoint()
        assert merkle_log.is_signed_by(note, key.verifier.named(key.name + log.suffix))
        assert note == log.signed_checkpoint()  # a file is still what the site answers
    assert client.get("/log/key").content.decode() == f"{key.verifier}\n"
    answer = copy_checking.signed_answer(copy_checking.check_copy(str(article.number), "望桥乡。"))
    assert merkle_log.is_signed_by(answer, key.verifier.named(key.name + "/copies"))
    assert "PRIVATE" not in settings.LOG_KEY_FILE.read_text()
    assert said_by_check() == ""


def test_from_a_file_into_the_token_and_to_another_key_in_it(token, settings):
    module, settings.LOG_TOKEN_MODULE = settings.LOG_TOKEN_MODULE, None
    call_command("make_log_key")
    settings.LOG_TOKEN_MODULE = module
    assert "log-1, which does not sign the log yet" in said_by_check()
    call_command("make_log_key", change=True)
    make_key("log-2")
    settings.LOG_TOKEN_KEY = "log-2"
    assert "log-2, which does not sign the log yet" in said_by_check()
    call_command("make_log_key", change=True)
    newest, second, first = keys = merkle_log.read_log_keys()
    assert (newest.label, second.label) == ("log-2", "log-1")
    note = PUBLIC_LOG.signed_checkpoint()
    assert all(merkle_log.is_signed_by(note, key.verifier) for key in keys)
    leaves = [json.loads(data) for data in LogLeaf.objects.order_by("index").values_list("data", flat=True)]
    for leaf, key, before in ((leaves[1], second, first), (leaves[2], newest, second)):
        assert leaf["key"] == str(key.verifier)
        assert merkle_log.is_signed_by(f"{key.verifier}\n\n{leaf['signed']}", before.verifier)
    with pytest.raises(CommandError, match="signs the log already; make a key with another label"):
        call_command("make_log_key", change=True)
    assert (merkle_log.read_log_keys(), LogLeaf.objects.count()) == (keys, 3)


def test_while_the_token_is_away_acts_work_and_the_desk_is_told(token, cast, client):
    call_command("make_log_key")
    article = cast.article()
    cast.publish(article)
    baking.bake_pending()
    served = baking.served_page("/log/checkpoint")
    unplug(token)
    cast.correct(article, body="<p>望桥乡的便民桥昨日通车。</p>")
    baking.bake_pending()
    assert "昨日" in baking.served_page(article.get_absolute_url()).decode()
    assert baking.served_page("/log/checkpoint") == served, "the newest that was signed"
    assert PUBLIC_LOG.size() == 3
    waiting = BakeJob.objects.get(path="/log/checkpoint")
    assert "there is no token newsroom (LOG_TOKEN_LABEL)" in waiting.error
    client.force_login(cast.chief)
    assert "/log/checkpoint" in client.get(reverse("admin:index")).content.decode()
    plug_in(token)
    baking.retry_failed(BakeJob.objects.all())
    baking.bake_pending()
    assert baking.served_page("/log/checkpoint").decode() == PUBLIC_LOG.signed_checkpoint()


def test_while_the_token_is_away_sheets_are_printed_and_packs_refused(token, cast, client):
    call_command("make_log_key")
    article = cast.article()
    cast.publish(article)
    unplug(token)
    client.force_login(cast.chief)
    sheet = client.get(reverse("admin:article_sheet", args=[article.number]))
    assert sheet.status_code == 200
    entries = AuditEntry.objects.count()
    client.raise_request_exception = False
    refused = client.get(reverse("admin:article_evidence", args=[article.number]), headers={"accept-language": "en"})
    assert refused.status_code == 503
    assert "The key that signs the public log cannot be reached" in refused.content.decode()
    assert client.get("/log/checkpoint").status_code == 503
    assert client.get(reverse("admin:log_code", args=["svg"])).status_code == 404
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("LOG_TOKEN_MODULE", Path(__file__), "(LOG_TOKEN_MODULE)"),
        ("LOG_TOKEN_LABEL", "other", "there is no token other (LOG_TOKEN_LABEL)"),
        ("LOG_TOKEN_KEY", "other", "no Ed25519 key of this label (LOG_TOKEN_KEY)"),
        ("LOG_TOKEN_PIN", "161803", "the token refuses LOG_TOKEN_PIN"),
    ],
)
def test_a_wrong_setting_is_said_at_start_and_makes_no_key(token, settings, name, value, sentence):
    setattr(settings, name, value)
    assert sentence in said_by_check()
    with pytest.raises(CommandError) as refused:
        call_command("make_log_key")
    assert sentence in str(refused.value)
    assert not settings.LOG_KEY_FILE.exists()
    assert not LogLeaf.objects.exists()


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        *((kind, "LOG_TOKEN_LABEL") for kind in ("NoSuchToken", "TokenNotPresent", "MultipleTokensReturned")),
        *((kind, "LOG_TOKEN_KEY") for kind in ("NoSuchKey", "MultipleObjectsReturned")),
        *((kind, "LOG_TOKEN_PIN") for kind in ("PinLocked", "PinIncorrect", "PinInvalid", "PinLenRange")),
        ("DeviceError", "LOG_TOKEN_MODULE"),
    ],
)
def test_what_a_token_answers_names_the_setting_to_look_at(kind, setting):
    import pkcs11  # noqa: PLC0415 (needs no token, but its package)

    assert setting in token_keys._reason(getattr(pkcs11, kind)())


def test_a_token_that_would_be_locked_is_not_asked(token, monkeypatch):
    call_command("make_log_key")
    monkeypatch.setattr(token_keys, "LAST_TRY", "LOGIN_REQUIRED")  # of SoftHSM it is never the last
    with pytest.raises(LogKeyAway, match="would lock the token"):
        PUBLIC_LOG.signed_checkpoint()


def test_another_key_under_the_same_label_does_not_sign(token, settings):
    call_command("make_log_key")
    [key] = merkle_log.read_log_keys()
    other = key._replace(public=merkle_log.make_signer("x").verifier.public)
    merkle_log.write_log_keys([other])
    with pytest.raises(LogKeyAway, match="another one than when"):
        PUBLIC_LOG.signed_checkpoint()
    settings.LOG_TOKEN_MODULE = None
    with pytest.raises(LogKeyAway, match="LOG_TOKEN_MODULE is not set"):
        PUBLIC_LOG.signed_checkpoint()
    for line in ("TOKEN+KEY+label", f"TOKEN+KEY++{key.verifier}"):
        with pytest.raises(merkle_log.WrongNote):
            token_keys.parse_token_key(line)


def test_a_key_file_that_cannot_be_read_stops_no_act(cast, client, settings):
    settings.LOG_KEY_FILE.mkdir()  # as for a file of another owner: reading it fails
    article = cast.article()
    cast.publish(article)
    article.refresh_from_db()
    assert publication_log.log_numbers([article.live])
    client.raise_request_exception = False
    assert client.get("/log/checkpoint").status_code == 503
    client.force_login(cast.chief)
    assert client.get(reverse("admin:article_sheet", args=[article.number])).status_code == 200
