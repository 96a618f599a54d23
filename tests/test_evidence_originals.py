"""The evidence pack of a reprint contains its originals, byte for byte; both verifiers miss one that is not there."""

import hashlib
import io
import json

import pytest
from django.core.management import call_command
from django.utils import translation

from articles import evidence, merkle_log, reprinting
from articles.evidence import NotEvidence
from articles.fetching import Fetched
from tests.test_evidence import files_of, packed, with_honest_manifest, zipped
from tests.test_evidence_verify_pack import verify_pack

pytestmark = pytest.mark.django_db
PAGE = f"<h1>三县共治一条河</h1><div>{'<p>今年已清淤十二公里，岸边新栽柳树三千棵，河水清了。</p>' * 3}</div>".encode()


@pytest.fixture
def reprint(cast, monkeypatch):
    """A published reprint with two originals, in a newsroom with a public log."""
    call_command("make_log_key", stdout=io.StringIO())
    monkeypatch.setattr(reprinting, "fetch_public", lambda address, **_limits: Fetched(PAGE, address))
    article = cast.article()
    reprinting.keep_original_page(article, by=cast.admin, address="https://paper.example.cn/1")
    reprinting.keep_original_text(article, by=cast.admin, text="今年已清淤十二公里。")
    cast.publish(article)
    return article


def originals_in(files):
    return {name: data for name, data in files.items() if name.startswith("files/originals/")}


def test_a_pack_has_the_originals_as_they_came(cast, reprint):
    files = files_of(packed(reprint, cast.editor))
    found = originals_in(files)
    assert PAGE in found.values()
    assert {f"files/originals/{hashlib.sha256(data).hexdigest()}" for data in found.values()} == set(found)
    assert len(found) == 2
    entry = json.loads(files["audit.json"])[-1]
    assert [f"files/originals/{digest}" for digest in entry["details"]["originals"]] == list(found)
    evidence.check_pack(zipped(files))
    key = merkle_log.read_log_keys()[0].verifier
    assert verify_pack.check_pack(zipped(files), [str(key)])[0] == reprint.pk


def without_one(files):
    lost = next(iter(originals_in(files)))
    return {name: data for name, data in files.items() if name != lost}


def with_another(files):
    return {**files, next(iter(originals_in(files))): b"another"}


@pytest.mark.parametrize("forge", [without_one, with_another])
def test_an_original_that_is_gone_or_another_is_found_under_a_manifest_that_agrees(cast, reprint, forge):
    files = with_honest_manifest(forge(files_of(packed(reprint, cast.editor))))
    with translation.override("en"), pytest.raises(NotEvidence, match="original of the reprint with SHA-256"):
        evidence.check_pack(zipped(files))
    with pytest.raises(verify_pack.Forged, match="original of the reprint"):
        verify_pack.check_pack(zipped(files), [])


def test_other_articles_have_none(cast):
    article = cast.article()
    cast.publish(article)
    files = files_of(packed(article, cast.editor))
    assert originals_in(files) == {}
    assert json.loads(files["audit.json"])[-1]["details"]["originals"] == []
    evidence.check_pack(zipped(files))
