"""An evidence pack against the logs: forgers who make everything agree are found, if the checker knows the key."""

import hashlib
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from articles import audit, evidence, merkle_log
from articles.evidence import NotEvidence
from articles.models.revision import content_digest
from tests.test_evidence import files_of, packed, with_honest_manifest, zipped
from tests.test_review_sheet import told


@pytest.fixture(scope="module")
def made():
    return {}


@pytest.fixture
def pack(request, made):
    """The files of a pack, and the key of its log: made once, for the first test."""
    if not made:
        request.getfixturevalue("db")
        cast = request.getfixturevalue("cast")
        call_command("make_log_key", stdout=io.StringIO())
        target = packed(told(cast), cast.editor)
        made.update(files=files_of(target), key=merkle_log.read_log_keys()[0].verifier)
    return made["files"]


@pytest.fixture
def key(pack, made):
    return made["key"]


def carefully(**changes):
    """A forger who changes members and makes hashes, sheets, heads, proofs and manifest agree with them."""

    def forged(files):
        files = {name: json.loads(data) if name.endswith(".json") else data for name, data in files.items()}
        for name, change in changes.items():
            change(files[NAMES[name]] if name in NAMES else files)
        rows = files["audit.json"]
        if rows and rows[-1]["action"] == "article.evidence_exported":
            sheets = [hashlib.sha256(files[name]).hexdigest() for name in ("sheet.html", "sheet.pdf")]
            rows[-1]["details"]["sheets"] = sheets
        for row, proof in zip(rows, files["log/proofs.json"]["entries"], strict=False):
            row["hash"] = proof["hash"] = audit.facts_hash(row)
        if rows:
            files["manifest.json"]["audit_head"] = rows[-1]["hash"]
        packed = {name: data if isinstance(data, bytes) else spelled(data) for name, data in files.items()}
        return with_honest_manifest(packed)

    return forged


def spelled(value):
    """JSON as an export writes it: what is not changed stays the same to the byte."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


NAMES = {"signs": "sign_offs.json", "first": "editions/1.json", "audit": "audit.json"}


def each(**facts):
    def change(rows):
        for row in rows:
            row.update(facts)

    return change


def another_text(files):
    """Everywhere: in the edition, its revision, the decisions about it and the audit."""
    edition = files["editions/1.json"]
    before, edition["content"]["body"] = edition["digest"], "<p>无人受伤。</p>"
    after = content_digest(edition["content"])
    rest = {name: data for name, data in files.items() if not isinstance(data, bytes) and not name.startswith("log/")}
    text = json.dumps(rest)
    files.update(json.loads(text.replace(before, after)))
    for name in [name for name in files if name.startswith("revisions/")]:
        if files[name]["digest"] == after:
            files[name]["content"] = files["editions/1.json"]["content"]


def without_last_edition(files):
    del files["editions/2.json"]
    number = 2
    files["audit.json"][:] = [row for row in files["audit.json"] if row["details"].get("edition") != number]


FORGERIES = {
    "other names": (
        carefully(signs=each(person_name="别人"), audit=each(actor_name="别人")),
        "another names or readings, in number",
    ),
    "one person, allowed": (
        carefully(signs=each(person=1, person_name="一人", same_person=True), audit=each(actor=1, actor_name="一人")),
        "another names or readings",
    ),
    "no audit": (carefully(audit=list.clear), "is not in audit.json"),
    "another audit": (carefully(audit=each(address="10.0.0.1")), "is not in the audit's log"),
    "another sheet": (
        carefully(files=lambda files: files.update({"sheet.html": b"another"})),
        "not in the audit's log",
    ),
    "another text": (carefully(files=another_text), "another text, in number"),
    "another instant": (
        carefully(first=lambda edition: edition.update(published_at="2020-01-01T00:00:00+00:00")),
        "another instant",
    ),
    "another instant of a reading": (
        carefully(signs=lambda rows: rows[1].update(at="2020-01-01T00:00:00+00:00")),
        "another names or readings",
    ),
    "another opinion": (carefully(signs=lambda rows: rows[1].update(opinion="没看过")), "another names or readings"),
    "another basis": (
        carefully(first=lambda edition: edition.update(basis="urgent", sign_off=None)),
        "another basis",
    ),
    "another kind": (carefully(first=lambda edition: edition.update(kind="archive")), "another kind"),
    "without the newest edition": (carefully(files=without_last_edition), "names edition 2"),
    "no log": (
        lambda files: with_honest_manifest({n: d for n, d in files.items() if not n.startswith("log/")}),
        "no log vouches",
    ),
    "another proof": (
        carefully(files=lambda files: files["log/proofs.json"]["leaves"][0].update(index=1)),
        "number 1 is not in the log",
    ),
    "no proofs": (
        carefully(files=lambda files: files["log/proofs.json"].update(leaves=[])),
        "is not in the public log",
    ),
}


def test_an_honest_pack_is_proved(pack, key):
    checked = evidence.check_pack(zipped(pack), [key])
    assert checked.is_signed
    assert checked.checkpoint == pack["log/checkpoint"].decode()
    assert carefully()(pack) == with_honest_manifest(pack) or evidence.check_pack(zipped(carefully()(pack)), [key])


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forger_who_makes_everything_agree_is_found(pack, key, kind):
    forge, sentence = FORGERIES[kind]
    with translation.override("en"), pytest.raises(NotEvidence, match=sentence):
        evidence.check_pack(zipped(forge(pack)), [key])


def test_an_invented_pack_is_not_signed(pack, key, cast):
    """Another newsroom of the same name, with a key of its own, a log and an article: everything agrees."""
    merkle_log.write_log_keys([merkle_log.make_signer(key.name)])
    invented = packed(told(cast), cast.editor)
    own = merkle_log.read_log_keys()[0].verifier
    assert own.name == key.name
    assert evidence.check_pack(invented, [own]).is_signed
    assert not evidence.check_pack(invented).is_signed
    with translation.override("en"), pytest.raises(NotEvidence, match="log/checkpoint is not signed by a key"):
        evidence.check_pack(invented, [key])


def test_a_checkpoint_of_another_log_does_not_fit(pack, key, cast):
    merkle_log.write_log_keys([merkle_log.make_signer(key.name)])
    other = files_of(packed(told(cast), cast.editor))
    names = ("log/checkpoint", "log/audit_checkpoint")
    with translation.override("en"), pytest.raises(NotEvidence, match="is not in the log of the checkpoint"):
        evidence.check_pack(zipped(with_honest_manifest({**other, **{name: pack[name] for name in names}})), [key])


@pytest.mark.parametrize("value", [None, 7, [], {}, "x", "[" * 100_000, {"leaves": [7]}, {"leaves": [], "entries": 3}])
def test_strange_proofs_never_break_it(pack, key, value):
    files = with_honest_manifest({**pack, "log/proofs.json": json.dumps(value).encode()})
    with pytest.raises(NotEvidence):
        evidence.check_pack(zipped(files), [key])


def test_the_command_says_what_is_proved_and_what_not(pack, key, tmp_path, capsys):
    file = tmp_path / "pack.zip"
    file.write_bytes(zipped(pack).getvalue())
    with translation.override("en"):
        call_command("verify_evidence", str(file), "--key", str(key))
        proved = capsys.readouterr().out
        call_command("verify_evidence", str(file))
        unsigned = capsys.readouterr().out
        old = {name: data for name, data in pack.items() if not name.startswith("log/")}
        file.write_bytes(zipped(with_honest_manifest(old)).getvalue())
        call_command("verify_evidence", str(file))
        unlogged = capsys.readouterr().out
    assert "Not proved: that the people named acted themselves" in proved
    assert pack["log/checkpoint"].decode() in proved
    assert "was not checked" in unsigned
    assert "No log vouches for it" in unlogged
    with pytest.raises(CommandError, match="name\\+hash\\+base64"):
        call_command("verify_evidence", str(file), "--key", "no key")
