"""Two newsrooms cosign one another's logs (C2SP tlog-witness): what is answered, what is kept, what is an alarm."""

import base64
from http import HTTPStatus

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from articles import log_witnesses, merkle_log, triggers
from articles.log_witnesses import answer_submission, submit_to_partners
from articles.merkle_log import PUBLIC_LOG, consistency_proof
from articles.models import PageCheck
from newsroom.setting_values import parse_log_partners
from tests.test_log_checking import rebuild_log, with_another_instant

PARTNER = "https://partner.example"


@pytest.fixture
def partners(cast, client, settings, monkeypatch):
    """A newsroom whose partner is itself: what it submits, it answers."""
    call_command("make_log_key")
    cast.publish(cast.article())
    cast.publish(cast.article())
    key = str(merkle_log.read_log_keys()[0].verifier)
    settings.LOG_PARTNERS = parse_log_partners(f"{PARTNER} {key}")

    def ask(address, body=None):
        path = address.removeprefix(PARTNER)
        answer = client.get(path) if body is None else client.post(path, body, content_type="text/plain")
        return answer.status_code, answer.content.decode()

    monkeypatch.setattr(log_witnesses, "_ask", ask)
    return cast


def submission(old, *, note=None, size=None, proof=None):
    size = size or PUBLIC_LOG.size()
    note = note or PUBLIC_LOG.signed_checkpoint()
    hashes = consistency_proof(old, size, PUBLIC_LOG.hashes(size)) if proof is None else proof
    lines = "".join(f"{base64.b64encode(part).decode()}\n" for part in hashes)
    return f"old {old}\n{lines}\n{note}".encode()


def test_partners_cosign_and_the_cosigned_checkpoint_is_kept_for_packs(partners):
    assert submit_to_partners() == []
    vouched = merkle_log.newest_vouched(10**6)
    assert vouched.checkpoint.size == PUBLIC_LOG.size()
    assert merkle_log.cosigned_at(vouched.note, log_witnesses.witness().verifier)
    partners.publish(partners.article())
    assert submit_to_partners() == []  # the partner says which size it knows
    assert submit_to_partners() == []  # nothing is new
    assert merkle_log.newest_vouched(10**6).checkpoint.size == PUBLIC_LOG.size()


def test_answers_are_those_of_the_specification(partners, settings):
    size = PUBLIC_LOG.size()
    first = answer_submission(submission(0))
    note = PUBLIC_LOG.signed_checkpoint()
    assert first.status == HTTPStatus.OK
    assert merkle_log.cosigned_at(note + first.text, log_witnesses.witness().verifier)
    assert answer_submission(submission(0)) == (HTTPStatus.CONFLICT, f"{size}\n", "text/x.tlog.size")
    partners.publish(partners.article())
    assert answer_submission(submission(size, proof=[b"0" * 32])).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer_submission(submission(size)).status == HTTPStatus.OK
    assert answer_submission(submission(size + 9, proof=[])).status == HTTPStatus.BAD_REQUEST
    stranger = merkle_log.make_signer(note.partition("\n")[0])
    text = note.partition("\n\n")[0] + "\n"
    other = f"{text}\n{stranger.sign(text)}"
    assert answer_submission(submission(size, note=other)).status == HTTPStatus.FORBIDDEN
    settings.LOG_PARTNERS = []
    assert answer_submission(submission(size)).status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "body", [b"", b"old x\n\nnote", b"old 1\n\nno note", b"\xff", b"old 0\n!!!\n\n", b"old 0\nAAAA\n\n"]
)
def test_what_is_no_submission_is_refused(partners, client, body):
    assert client.post("/witness/add-checkpoint", body, content_type="text/plain").status_code == 400
    assert client.get("/witness/add-checkpoint").status_code == 405
    huge = client.post("/witness/add-checkpoint", b"x" * 200_000, content_type="text/plain")
    assert huge.status_code == 413


def test_a_rewritten_log_is_an_alarm_at_the_desk(partners):
    submit_to_partners()
    triggers.remove_triggers(connection)
    rebuild_log(with_another_instant)
    assert "another log under our name" in submit_to_partners()[0] or "我们" in submit_to_partners()[0]
    assert PageCheck.objects.filter(against="log", count=1).exists()
    rebuild_log(lambda rows: rows[:1])
    submit_to_partners()
    assert PageCheck.objects.latest("pk").findings[0][1].startswith(PARTNER)


def test_without_partners_there_is_no_witness(client, cast, settings):
    call_command("make_log_key")
    assert client.get("/witness/key").status_code == 404
    assert submit_to_partners() == []
    assert not (settings.DATA_DIR / "witness").exists()


@pytest.mark.parametrize("text", [PARTNER, f"{PARTNER} a+b+c", f"ftp://a {'a+00000000+' + 'A' * 43 + '='}", "a b"])
def test_a_wrong_setting_says_what_is_right(text):
    with pytest.raises(ValueError, match=r"/log/key|scheme"):
        parse_log_partners(text)


@pytest.mark.parametrize("size", ["9" * 18, "many"])
def test_a_partner_who_tells_no_size_that_can_be_is_asked_for_the_whole_log(partners, monkeypatch, size):
    asked = []
    monkeypatch.setattr(log_witnesses, "_ask", lambda _address, body=None: asked.append(body) or (409, size))
    with translation.override("en"):
        (wrong,) = submit_to_partners()
    assert "another log under our name" in wrong
    assert [body.decode().partition("\n")[0] for body in asked] == ["old 0", "old 0"]


def test_without_a_key_nothing_is_submitted(partners, settings):
    settings.LOG_KEY_FILE.unlink()
    assert submit_to_partners() == []
