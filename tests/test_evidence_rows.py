"""No value of an evidence pack can be another than when it was exported: the entry of the export vouches for all."""

import copy
import json
import random
import zipfile

import pytest
from django.utils import translation

from articles import evidence
from articles.evidence import NotEvidence
from tests.test_evidence import with_honest_manifest, zipped
from tests.test_evidence_log import key, made, pack  # noqa: F401 (fixtures)
from tests.test_evidence_verify_pack import verdict

pytestmark = pytest.mark.django_db

# The manifest's hashes are made to agree; the proofs are of the logs, whose roots are signed.
FREE = {("manifest.json", "files"), ("manifest.json", "missing")}


def values_of(row, place=()):
    """Yield the places of all values in a parsed file: keys and indexes."""
    for name in row if isinstance(row, dict) else range(len(row)):
        value = row[name]
        if isinstance(value, (dict, list)) and value:
            yield from values_of(value, (*place, name))
        else:
            yield (*place, name)


def another(row, place):
    """A copy of the row whose value at the place is another."""
    row = copy.deepcopy(row)
    inner = row
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = "别的" if inner[place[-1]] != "别的" else "又"
    return row


def test_no_value_can_be_changed_by_whoever_makes_the_manifest_agree(pack, key):  # noqa: F811
    unfound = []
    for name in (name for name in pack if name.endswith(".json") and not name.startswith("log/")):
        row = json.loads(pack[name])
        export = len(row) - 1 if name == "audit.json" else None
        for place in values_of(row):
            # The position of the export's own entry in the table does not matter.
            if (name, place[0]) in FREE or place == (export, "id"):
                continue
            forged = with_honest_manifest({**pack, name: json.dumps(another(row, place)).encode()})
            try:
                evidence.check_pack(zipped(forged), [key])
                unfound.append((name, *place))
            except NotEvidence:
                pass
            if not isinstance(verdict(forged, key), str):
                unfound.append(("verify_pack.py", name, *place))
    assert not unfound


def test_no_entry_of_the_audit_can_be_left_out(pack, key):  # noqa: F811
    rows = json.loads(pack["audit.json"])
    for place in range(len(rows)):
        forged = {**pack, "audit.json": json.dumps(rows[:place] + rows[place + 1 :]).encode()}
        with pytest.raises(NotEvidence):
            evidence.check_pack(zipped(with_honest_manifest(forged)), [key])
        assert isinstance(verdict(with_honest_manifest(forged), key), str)


def test_the_file_that_was_changed_is_named(pack, key):  # noqa: F811
    edition = json.loads(pack["editions/1.json"])
    forged = {**pack, "editions/1.json": json.dumps({**edition, "title": "别的题目"}).encode()}
    with translation.override("en"), pytest.raises(NotEvidence, match="editions/: something was changed"):
        evidence.check_pack(zipped(with_honest_manifest(forged)), [key])


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_files_compressed_in_another_way_are_refused_before_they_are_unpacked(pack, key, method):  # noqa: F811
    """Damaged ones raise errors of their own, and a dictionary of LZMA may ask for gigabytes."""
    out = zipped({})
    with zipfile.ZipFile(out, "w", method) as new:
        for name, data in pack.items():
            new.writestr(name, data)
    damaged = bytearray(out.getvalue())
    for at in random.Random(1).sample(range(len(damaged) // 2), 20):
        damaged[at] ^= 255
    for data in (out.getvalue(), bytes(damaged)):
        with translation.override("en"), pytest.raises(NotEvidence):
            evidence.check_pack(type(out)(data), [key])
