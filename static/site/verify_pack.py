#!/usr/bin/env python3
"""Checks an evidence pack of a newspaper, or a checkpoint of its log, on any machine: one file, to be read first.

    pip install cryptography
    python3 verify_pack.py --key KEY [--kept OLDER] PACK.zip
    python3 verify_pack.py --key KEY [--witness KEY] [--kept OLDER] CHECKPOINT    (or a signed answer about a copy)

KEY is the public half of the newspaper's key (name+hash+base64), known from elsewhere: from its review sheets, from
/log/key as you kept it, or from somebody who is not the newspaper. OLDER is a file with a checkpoint that you kept, or
the address that a printed code of one says. Exits 1 and says what is wrong.

It shares no code with the newspaper's own program, and does the same checks: RFC 6962 trees, C2SP signed notes.
"""

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LARGEST_MEMBER, LARGEST_PACK, MOST_MEMBERS = 100 * 2**20, 4 * 2**30, 5_000  # bytes, bytes
MEMBER = re.compile(
    r"manifest\.json|sign_offs\.json|audit\.json|sheet\.(html|pdf)|(editions|revisions)/[1-9][0-9]{0,8}\.json"
    r"|log/[a-z_]{1,40}(\.json)?|log/stamps/[0-9]{1,3}\.tsr|files/(?!.*\.\.)[\w./-]{1,200}"
)
# What a printed code says: the number of leaves, the root, and the signature with the id of its key, both in base32.
CODE = re.compile(r"(?:^|/)(0|[1-9][0-9]{0,15})-([A-Z2-7]{52})-([A-Z2-7]{109})\s*$", re.IGNORECASE)
ENTRY_FACTS = ("at", "actor", "actor_name", "action", "object_type", "object_id", "details", "address", "previous_hash")
SIGNED_FACTS = (
    *("stage", "stages", "person", "person_name", "role", "at", "address", "digest"),
    *("opinion", "note", "warnings", "same_person"),
)
DECISIONS = {
    **{"submit": "submitted", "pass": "signed_off", "reread": "reread", "back": "sent_back", "hold": "held"},
    **{"reject": "rejected", "hand_on": "handed_on", "recall": "taken_back"},
}
PUBLICATIONS = ("published", "corrected", "published_before_readings", "glass_broken", "migrated", "archive_made")
EDITION_KINDS = ("first", "update", "correction", "archive")
Row = dict[str, Any]
ED25519, COSIGNATURE = b"\x01", b"\x04"  # kinds of keys


class Forged(Exception):
    """Raised with a sentence that says what is wrong."""


def require(is_right: bool, sentence: str) -> None:
    """Raise Forged with the sentence unless it is right."""
    if not is_right:
        raise Forged("".join(each if each.isprintable() else "?" for each in sentence)[:300])


# --- hashes and trees (RFC 6962)


def sha256(data: bytes) -> bytes:
    """The SHA-256 of bytes."""
    return hashlib.sha256(data).digest()


def digest(value: Any) -> str:
    """The SHA-256 of the one spelling of a value as JSON, in hexadecimal."""
    return sha256(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hex()


def instant(text: str) -> str:
    """An instant as hashes cover it: UTC, with microseconds."""
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="microseconds")


def is_included(index: int, size: int, data: bytes, root: bytes, proof: list[str]) -> bool:
    """Whether the leaf with this content is number `index` in the tree of `size` leaves with this root."""
    place, last, found = index, size - 1, sha256(b"\x00" + data)
    for sibling in map(bytes.fromhex, proof):
        if last <= 0:
            return False
        if place % 2 or place == last:
            found = sha256(b"\x01" + sibling + found)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            found = sha256(b"\x01" + found + sibling)
        place, last = place // 2, last // 2
    return 0 <= index < size and last == 0 and found == root


def is_earlier(old: int, old_root: bytes, size: int, root: bytes, proof: list[str]) -> bool:
    """Whether the tree of `size` leaves begins with that of `old` leaves, which is not empty."""
    hashes = [bytes.fromhex(text) for text in proof]
    if old == size:
        return old_root == root and not hashes
    if not 0 < old < size or not hashes:
        return False
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    place, last = old - 1, size - 1
    while place % 2:
        place, last = place // 2, last // 2
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last <= 0:
            return False
        if place % 2 or place == last:
            before, after = sha256(b"\x01" + sibling + before), sha256(b"\x01" + sibling + after)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            after = sha256(b"\x01" + after + sibling)
        place, last = place // 2, last // 2
    return last == 0 and before == old_root and after == root


# --- signed notes and checkpoints (C2SP)


def read_checkpoint(note: str) -> tuple[str, int, bytes]:
    """The origin, the number of leaves and the root that a checkpoint commits to."""
    origin, size, root = note.split("\n")[:3]
    return origin, int(size), base64.b64decode(root, validate=True)


def read_key(verifier: str, kind: bytes) -> tuple[str, bytes, bytes]:
    """The name, the id and the public key of name+hash+base64."""
    name, _id, encoded = verifier.strip().split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    require(raw[:1] == kind and len(raw) == 33, f"{name}: this is not a key of that kind")
    return name, sha256(name.encode() + b"\n" + raw)[:4], raw[1:]


def signed_at(note: str, verifier: str, kind: bytes = ED25519) -> int | None:
    """The time in a cosignature of the note by this key, 0 for a plain signature; None if it did not sign."""
    name, key_id, public = read_key(verifier, kind)
    text, _gap, lines = note.rpartition("\n\n")
    for line in lines.splitlines():
        _dash, signer, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        at = int.from_bytes(raw[4:12], "big") if kind == COSIGNATURE else 0
        head = f"cosignature/v1\ntime {at}\n" if kind == COSIGNATURE else ""
        if signer != name or raw[:4] != key_id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(raw[-64:], f"{head}{text}\n".encode())
        except InvalidSignature:
            continue
        return at
    return None


def is_signed(note: str, keys: list[str]) -> bool:
    """Whether one of these keys has signed the note."""
    return any(signed_at(note, key) is not None for key in keys)


def key_for(what: str, verifier: str) -> str:
    """The same key under the name by which it signs the log of the audit, or answers about copies."""
    name, _id, public = read_key(verifier, ED25519)
    name, raw = f"{name}/{what}", ED25519 + public
    key_id = sha256(name.encode() + b"\n" + raw)[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(raw).decode()}"


def check_checkpoint(note: str, keys: list[str], witnesses: list[str], kept: str) -> list[str]:
    """Check signatures, and that it does not contradict an older checkpoint; return what is proved."""
    if note.partition("\n")[0].endswith("/copies"):
        require(is_signed(note, [key_for("copies", key) for key in keys]), "It is not signed by a key that you gave.")
        return ["The newspaper has given this answer about a copy, and about no other:", note]
    origin, size, _root = read_checkpoint(note)
    require(is_signed(note, keys), "It is not signed by a key that you gave.")
    said = [f"{origin} has committed to {size} leaves."]
    for witness in witnesses:
        at = signed_at(note, witness, COSIGNATURE)
        require(at is not None, f"The witness {witness.split('+')[0]} has not cosigned it.")
        said.append(
            f"{witness.split('+')[0]} has cosigned it at {datetime.fromtimestamp(at or 0, UTC):%Y-%m-%d %H:%M}."
        )
    check_kept(note, keys, kept)
    return said


def check_kept(note: str, keys: list[str], kept: str) -> None:
    """Check that a checkpoint does not contradict an older one, a note or what a printed code says; '' is none."""
    if not kept:
        return
    (origin, size, root), code = read_checkpoint(note), CODE.search(kept)
    if code and "\n\n" not in kept:
        older_root, signature = (base64.b32decode(part.upper() + "=" * (-len(part) % 8)) for part in code.groups()[1:])
        text = f"{origin}\n{code[1]}\n{base64.b64encode(older_root).decode()}\n"
        kept = f"{text}\n— {origin} {base64.b64encode(signature).decode()}\n"
        require(is_signed(kept, keys), "The code that you kept is not signed by a key that you gave, or was misread.")
    older = read_checkpoint(kept)
    require(older[0] == origin and older[1] <= size, "It is older than the one you kept, or of another log.")
    require(older[1] != size or older[2] == root, "The log was rewritten: one size, two roots.")


# --- the pack


def read_members(pack: zipfile.ZipFile) -> Row:
    """Check that every file is what the manifest says; return the parsed JSON files, the notes, and None for others."""
    infos = pack.infolist()
    names = {info.filename for info in infos}
    require(len(names) == len(infos) <= MOST_MEMBERS, "Two files have one name, or there are too many.")
    require(sum(info.file_size for info in infos) <= LARGEST_PACK, "It is too large.")
    for info in infos:
        require(bool(MEMBER.fullmatch(info.filename)), f"{info.filename} does not belong in a pack.")
        require(info.compress_type in COMPRESSIONS, f"{info.filename} is compressed in another way.")
        require(info.file_size <= LARGEST_MEMBER, f"{info.filename} is too large.")
    listed = json.loads(pack.read("manifest.json"))["files"]
    for name in names ^ {*listed, "manifest.json"}:
        require(False, f"{name} is missing, or was added.")
    members = {"manifest.json": json.loads(pack.read("manifest.json"))}
    for name, expected in listed.items():
        with pack.open(name) as file:
            require(hashlib.file_digest(file, "sha256").hexdigest() == expected, f"{name} was changed.")
        is_note = name.startswith("log/") and "." not in name
        members[name] = json.loads(pack.read(name)) if name.endswith(".json") else is_note and pack.read(name).decode()
    return members


def check_editions(members: Row) -> dict[int, Row]:
    """Check each text, file, edition and reading; return the editions by number."""
    manifest, signs = members["manifest.json"], {row["id"]: row for row in members["sign_offs.json"]}
    revisions = [value for name, value in members.items() if name.startswith("revisions/")]
    for row in revisions:
        require(digest(row["content"]) == row["digest"], f"revisions/{row['number']}.json: the digest is another.")
    texts = {row["id"]: row["digest"] for row in revisions}
    for row in signs.values():
        require(texts.get(row["revision"]) == row["digest"], f"Decision {row['id']} is about another text.")
    editions: dict[int, Row] = {}
    for number in range(1, 1 + sum(name.startswith("editions/") for name in members)):
        name = f"editions/{number}.json"
        edition = editions[number] = members[name]
        require(edition["number"] == number and edition["article"] == manifest["article"], f"{name} is another's.")
        before = editions[number - 1]["digest"] if number > 1 else ""
        require(edition["previous_digest"] == before, f"{name} does not follow the edition before it.")
        require(digest(edition["content"]) == edition["digest"], f"{name}: the digest is another.")
        for file in (*edition["content"]["pictures"], *edition["content"]["attachments"]):
            hashed = manifest["files"].get(f"files/{file['file']}")
            require(hashed == file["sha256"], f"{name}: the file {file['file']} is missing, or another.")
        if edition["basis"] == "signed":
            check_readings(name, edition, signs)
    return editions


def check_readings(name: str, edition: Row, signs: dict[int, Row]) -> None:
    """Check that each reading of a signed edition is there, by another person unless a sign-off says that it may."""
    row = signs.get(edition["sign_off"], {})
    require(row.get("digest") == edition["digest"], f"{name}: nobody signed this text.")
    require(row["stage"] == row["stages"] > 0, f"{name}: the final reading is missing.")
    require(row.get("note") in (None, edition["note"]), f"{name}: nobody signed the note to readers.")
    readers: dict[Any, Row] = {}
    for stage in range(row["stages"], 0, -1):
        is_there = (row.get("decision"), row.get("stage")) == ("pass", stage)
        require(is_there, f"{name}: reading {stage} was not signed.")
        later = readers.setdefault(row["person"], row)
        require(later is row or bool(later["same_person"]), f"{name}: one person signed two readings.")
        row = signs.get(row["previous"], {})


def check_audit(members: Row, editions: dict[int, Row]) -> None:
    """Check that the audit records exactly these decisions and editions."""
    entries, manifest = members["audit.json"], members["manifest.json"]
    for entry in entries:
        facts = {**{name: entry[name] for name in ENTRY_FACTS}, "at": instant(entry["at"])}
        require(digest(facts) == entry["hash"], f"audit.json: entry {entry['id']} was changed.")
        number = entry["details"].get("edition")
        is_here = number is None or editions.get(number, {}).get("digest") == entry["details"]["digest"]
        require(is_here, f"editions/{number}.json is missing, or another than the audit says.")
    unused = [entry for entry in entries if entry["action"].removeprefix("article.") in DECISIONS.values()]
    for row in sorted(members["sign_offs.json"], key=lambda row: int(row["id"])):
        found = next((entry for entry in unused if records(entry, row)), None)
        require(found is not None, f"Decision {row['id']} by {row['person_name']} is not in audit.json.")
        unused.remove(found)
    require(not unused, "audit.json records a decision that is not in sign_offs.json.")
    acts = [f"article.{act}" for act in PUBLICATIONS]
    made = {(e["details"].get("edition"), e["details"].get("digest")) for e in entries if e["action"] in acts}
    for number, edition in editions.items():
        require((number, edition["digest"]) in made, f"audit.json does not record edition {number}.")
    exports = [entry for entry in entries if entry["action"] == "article.evidence_exported"]
    require(bool(exports) and exports[-1]["hash"] == manifest["audit_head"], "The export is not in audit.json.")
    others = [entry for entry in entries if entry is not exports[-1]]
    for name, value in exports[-1]["details"].get("rows", {}).items():
        rows = {path: sha for path, sha in manifest["files"].items() if path.startswith(name)}
        if name == "audit.json":
            rows = {"entries": others}
        elif name == "manifest.json":
            rows = {fact: manifest[fact] for fact in ("article", "address", "made_at")}
        require(digest(rows) == value, f"{name}: something was changed, added or left out since the export.")
    sheets = [manifest["files"].get(name) for name in ("sheet.html", "sheet.pdf")]
    require(exports[-1]["details"].get("sheets", sheets) == sheets, "A review sheet was replaced.")
    for name in exports[-1]["details"].get("originals", []):
        kept = manifest["files"].get(f"files/originals/{name}")
        require(kept == name, f"The original of the reprint {name} is missing, or another.")


def records(entry: Row, row: Row) -> bool:
    """Whether an entry of the audit records this decision."""
    details = entry["details"]
    same = entry["action"] == f"article.{DECISIONS.get(row['decision'])}"
    same &= (entry["actor"], entry["actor_name"]) == (row["person"], row["person_name"])
    same &= details.get("digest", row["digest"]) == row["digest"]
    if row["decision"] == "pass":
        return same and (details["stage"], details["same_person"]) == (row["stage"], row["same_person"])
    return same and (row["decision"] == "reread" or details.get("reason", row["opinion"]) == row["opinion"])


def check_log(members: Row, editions: dict[int, Row], keys: list[str]) -> str:
    """Check the pack against the logs under their signed checkpoints; return that of the public log."""
    note, audit_note, proofs = (members[f"log/{name}"] for name in ("checkpoint", "audit_checkpoint", "proofs.json"))
    (_origin, size, root), trusted, logged = read_checkpoint(note), list(keys), {}
    for row in sorted(proofs["leaves"], key=lambda row: int(row["index"])):
        data = row["data"].encode()
        require(is_included(row["index"], size, data, root, row["proof"]), f"Leaf {row['index']} is not in the log.")
        facts = json.loads(data)
        if facts["kind"] == "key" and is_signed(f"{facts['key']}\n\n{facts.get('signed', '')}", trusted):
            trusted.append(facts["key"])
        if facts.get("article") == members["manifest.json"]["article"] and facts["kind"] in EDITION_KINDS:
            logged[facts["edition"]] = facts
    require(is_signed(note, trusted), "The log is not signed by a key that you gave.")
    require(is_signed(audit_note, [key_for("audit", key) for key in trusted]), "The audit's log is not signed.")
    require(logged.keys() == editions.keys(), "The log names other editions than those that are here.")
    if vouched := members.get("log/vouched"):
        require(is_signed(vouched, trusted), "log/vouched is not signed by a key that you gave.")
        _older, *earlier = read_checkpoint(vouched)
        is_right = is_earlier(*earlier, size, root, proofs["vouched"])
        require(is_right, "log/vouched is not an earlier state of the log.")
    signs = {row["id"]: row for row in members["sign_offs.json"]}
    for number, edition in editions.items():
        here = {name: edition[name] for name in ("kind", "basis", "digest")}
        here |= {"at": instant(edition["published_at"]), "signs": readings_digest(edition, signs)}
        wrong = [name for name, value in here.items() if logged[number][name] != value]
        require(not wrong, f"Edition {number}: the log names another {', '.join(wrong)}.")
    _origin, size, root = read_checkpoint(audit_note)
    proved = {
        row["hash"]
        for row in proofs["entries"]
        if is_included(row["index"], size, bytes.fromhex(row["hash"]), root, row["proof"])
    }
    for entry in members["audit.json"]:
        require(entry["hash"] in proved, f"Entry {entry['id']} is not in the audit's log.")
    return note


def readings_digest(edition: Row, signs: dict[int, Row]) -> str:
    """The digest of the sign-offs of an edition, with their names, as leaves have it."""
    chain: list[Row] = []
    row = signs.get(edition["sign_off"])
    while row is not None and row not in chain:
        chain.insert(0, row)
        row = signs.get(row["previous"])
    facts = [{**{name: row[name] for name in SIGNED_FACTS}, "at": instant(row["at"])} for row in chain]
    return digest(facts) if facts else ""


def check_pack(source: Any, keys: list[str]) -> tuple[int, str]:
    """Check a whole pack; return the article's number and the checkpoint. Raises Forged."""
    try:
        with zipfile.ZipFile(source) as pack:
            members = read_members(pack)
            editions = check_editions(members)
            check_audit(members, editions)
            return int(members["manifest.json"]["article"]), check_log(members, editions, keys)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Forged(f"It is not an evidence pack: {error!r:.200}") from error
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        zlib.error,
        struct.error,
    ) as error:
        raise Forged(f"It is not a readable ZIP file: {error!r:.200}") from error


PROVED = """Proved: the holder of the key has committed to these texts, sign-offs with their names, instants and audit
entries in its public log, under the checkpoint above. Not proved: that the people named acted themselves, that the
clock was right, and that the log shows everybody the same: compare the checkpoint with one that somebody else kept.
If the pack has log/vouched, an earlier checkpoint, others have seen it: unpack it, check its cosignatures with --witness
and each time stamp in log/stamps against its text, which is the part before the empty line, with its line end:
openssl ts -verify -in 1.tsr -data TEXT -CAfile AUTHORITY.pem"""


def main() -> None:
    """Check what the command line names; print what is proved and what is not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", required=True)
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--kept", default="")
    asked = parser.parse_args()
    try:
        is_file = asked.kept and not CODE.search(asked.kept)
        kept = Path(asked.kept).read_text(encoding="utf-8") if is_file else asked.kept
        if zipfile.is_zipfile(asked.file):
            with asked.file.open("rb") as source:
                article, note = check_pack(source, asked.key)
            check_kept(note, asked.key, kept)
            print(f"Article {article}: the pack is intact.\n\n{note}\n{PROVED}")
        else:
            note = asked.file.read_text(encoding="utf-8")
            print("\n".join(check_checkpoint(note, asked.key, asked.witness, kept)))
    except (Forged, OSError, ValueError) as error:
        sys.exit(f"{asked.file}: {error}")


if __name__ == "__main__":
    main()
