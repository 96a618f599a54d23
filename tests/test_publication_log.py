"""A leaf of the public log for every act, and of the audit's log for every entry."""

import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from articles import audit, baking, closing, merkle_log, publication_log, publishing, review
from articles.merkle_log import AUDIT_LOG, PUBLIC_LOG, tiles, tree
from articles.models import Article, AuditEntry, AuditLeaf, BakeJob, Edition, LogLeaf
from tests.cast import refused


@pytest.fixture
def key(db):
    call_command("make_log_key", stdout=open("/dev/null", "w"))  # noqa: SIM115 (nothing to close)
    return merkle_log.read_log_keys()[0]


def leaves():
    return [json.loads(data) for data in LogLeaf.objects.order_by("index").values_list("data", flat=True)]


def test_every_act_appends_its_leaf(cast):
    article = cast.article()
    cast.publish(article)
    cast.correct(article, body="<p>望桥乡的便民桥昨日通车。</p>")
    closing.close_text(article, by=cast.editor, edition=1, reason="含住址")
    closing.reopen_text(article, by=cast.editor, edition=1, reason="已核")
    publishing.withdraw_article(article, by=cast.admin, reason="待核")
    publishing.put_back_article(article, by=cast.admin, reason="已核")
    assert [(leaf["kind"], leaf["edition"]) for leaf in leaves()] == [
        ("first", 1),
        ("correction", 2),
        ("text_closed", 1),
        ("text_reopened", 1),
        ("withdrawn", 2),
        ("put_back", 2),
    ]
    edition = Edition.objects.get(article=article, number=1)
    first = leaves()[0]
    assert (first["article"], first["digest"], first["basis"]) == (article.pk, edition.digest, "signed")
    assert first["at"] == edition.published_at.isoformat(timespec="microseconds")
    rows = [
        {name: row.serializable_value(name) for name in publication_log.SIGNED_FACTS}
        for row in edition.sign_off.chain()
    ]
    assert first["signs"] == publication_log.sign_offs_digest(rows)
    assert audit.AuditEntry.objects.get(hash=first["audit"]).action == "article.published"
    assert cast.editor.person.name not in json.dumps(leaves(), ensure_ascii=False)


def test_a_leaf_tells_that_nobody_or_one_person_has_signed(cast):
    urgent, signed_once = cast.article(), cast.article(section=cast.culture)
    review.submit_article(urgent, by=cast.admin)
    publishing.publish_urgent(urgent, by=cast.chief, reason="洪水预警")
    type(cast.culture).objects.filter(pk=cast.culture.pk).update(stages=1)
    edition = cast.publish(Article.objects.get(pk=signed_once.pk))
    facts = {name: edition.sign_off.serializable_value(name) for name in publication_log.SIGNED_FACTS}
    assert [leaf["signs"] for leaf in leaves()] == ["", publication_log.sign_offs_digest([facts])]


def test_what_is_refused_or_done_already_appends_nothing(cast):
    article = cast.article()
    with refused(publishing.CannotPublish):
        publishing.publish_article(article, by=cast.editor)
    cast.publish(article)
    publishing.publish_article(article, by=cast.editor)
    with refused(publishing.CannotWithdraw):
        publishing.withdraw_article(article, by=cast.admin, reason="")
    assert len(leaves()) == 1


@pytest.mark.parametrize("change", [{"data": "{}"}, {"hash": "0" * 64}])
def test_a_leaf_is_written_once(cast, change):
    cast.publish(cast.article())
    with pytest.raises(DatabaseError), transaction.atomic():
        super(type(LogLeaf.objects.all()), LogLeaf.objects.all()).update(**change)


def test_the_checkpoint_commits_to_every_leaf_and_is_baked_with_its_tiles(cast, key, client):
    article = cast.article()
    cast.publish(article)
    assert not BakeJob.objects.filter(path__endswith=".p/3").exists()
    baking.bake_pending()
    note = baking.served_page("/log/checkpoint").decode()
    checkpoint = merkle_log.parse_checkpoint(note)
    assert merkle_log.is_signed_by(note, merkle_log.parse_verifier(baking.served_page("/log/key").decode()))
    assert (checkpoint.origin, checkpoint.size) == (key.name, 2)
    entries = tiles.unpack_entries(baking.served_page("/log/tile/entries/000.p/2"))
    hashes = baking.served_page("/log/tile/0/000.p/2")
    assert [json.loads(entry)["kind"] for entry in entries] == ["key", "first"]
    assert b"".join(map(tree.leaf_hash, entries)) == hashes
    assert tree.node_hash(hashes[:32], hashes[32:]) == checkpoint.root
    for path in ("/log/checkpoint", "/log/tile/0/000.p/2"):
        assert client.get(path).content == baking.served_page(path)
    for path in ("/log/tile/0/000", "/log/tile/0/000.p/3", "/log/tile/1/000.p/1", "/log/tile/0/x", "/log/what"):
        assert client.get(path).status_code == 404


def test_without_a_key_there_is_no_checkpoint(cast, client):
    cast.publish(cast.article())
    assert client.get("/log/checkpoint").status_code == client.get("/log/key").status_code == 404
    assert client.get("/log/tile/0/000.p/1").status_code == 200


def test_a_changed_key_is_a_leaf_that_the_old_key_signed(key, capsys):
    call_command("make_log_key", "--change")
    new, old = merkle_log.read_log_keys()
    assert f"signed by {new.verifier}, whose private half" in capsys.readouterr().out
    assert old == key != new
    leaf = leaves()[-1]
    assert leaf["key"] == str(new.verifier)
    assert merkle_log.is_signed_by(f"{new.verifier}\n\n{leaf['signed']}", key.verifier)
    note = PUBLIC_LOG.signed_checkpoint()
    assert all(merkle_log.is_signed_by(note, signer.verifier) for signer in (new, old))
    call_command("make_log_key")  # there is one
    assert len(leaves()) == 2


def test_editions_from_before_the_log_get_their_leaves_in_batches(cast, monkeypatch):
    monkeypatch.setattr(publication_log, "log_act", lambda *_args, **_facts: set())
    articles = [cast.article() for _ in range(3)]
    for article in articles:
        cast.publish(article)
    cast.correct(articles[0], body="<p>望桥乡的便民桥昨日通车。</p>")
    closing.close_text(articles[0], by=cast.editor, edition=1, reason="含住址")
    for article in articles[:2]:
        publishing.withdraw_article(article, by=cast.admin, reason="待核")
    monkeypatch.undo()
    BakeJob.objects.all().delete()
    monkeypatch.setattr(publication_log, "TILE_WIDTH", 2)  # batches of four leaves
    last = publication_log.log_older_editions()
    assert [leaf["kind"] for leaf in leaves()] == ["first", "text_closed", "first", "withdrawn"]
    assert BakeJob.objects.filter(path="/log/checkpoint").exists()
    last = publication_log.log_older_editions(last)
    assert publication_log.log_older_editions(last) is None
    assert publication_log.log_older_editions() is None
    assert [leaf["kind"] for leaf in leaves()][4:] == ["first", "correction", "withdrawn"]


def test_a_large_batch_removes_the_narrow_tiles_from_before_it(cast, key):
    for count in (3, 520):
        for _ in range(count):
            audit.record_entry("log.key_changed", cast.news, by=None)
        assert publication_log.log_audit_entries()
        baking.bake_pending()
        narrow = baking.served_page(f"/log/audit/tile/0/000.p/{AuditEntry.objects.order_by('pk').count()}")
        assert bool(narrow) == (count == 3)
    first = AuditEntry.objects.count() - 520
    assert baking.served_page(f"/log/audit/tile/0/000.p/{first}") is None
    assert len(baking.served_page("/log/audit/tile/0/000")) == 256 * 32


def test_the_audit_becomes_a_log_of_hashes_in_batches(cast, key, client, monkeypatch):
    monkeypatch.setattr(publication_log, "TILE_WIDTH", 2)  # batches of four leaves
    cast.publish(cast.article())
    batches = []
    while count := publication_log.log_audit_entries():
        batches.append(count)
    entries = list(AuditEntry.objects.order_by("pk").values_list("hash", flat=True))
    assert len(batches) > 1
    assert set(batches[:-1]) == {4}
    assert sum(batches) == len(entries) == AUDIT_LOG.size()
    assert [leaf.entry.hash for leaf in AuditLeaf.objects.order_by("index")] == entries
    hashes = [tree.leaf_hash(bytes.fromhex(text)) for text in entries]
    baking.bake_pending()
    note = baking.served_page("/log/audit/checkpoint").decode()
    checkpoint = merkle_log.parse_checkpoint(note)
    assert (checkpoint.origin, checkpoint.size) == (f"{key.name}/audit", len(entries))
    assert checkpoint.root == tree.root_hash(len(entries), AUDIT_LOG.hashes(len(entries)))
    path = f"/log/audit/tile/0/000.p/{len(entries)}"
    assert baking.served_page(path) == client.get(path).content == b"".join(hashes)
    assert client.get(f"/log/audit/tile/entries/000.p/{len(entries)}").status_code == 404
    audit.record_entry("log.key_changed", cast.news, by=None)
    assert publication_log.log_audit_entries() == 1
