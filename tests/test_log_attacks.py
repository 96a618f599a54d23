"""Whoever has database, disk and key rewrites history and makes everything agree again; a stranger with one old
checkpoint, as a file or as a printed code, tells.

Two logs for two readers: tests/test_log_checking.py; time stamps and cosignatures: tests/test_merkle_log_time_stamps.py
and tests/test_evidence_vouched.py; packs: tests/test_evidence_log.py.
"""
# ruff: noqa: F811 (fixtures of another module)

import json

import pytest
from django.db import connection

from articles import checkpoints, merkle_log, publication_log
from articles.models import Article, AuditEntry, Edition, LogLeaf, LogNode, Revision, SignOff
from tests.test_log_checking import (  # noqa: F401
    attacker,
    delete_rows,
    faults,
    kept,
    rebuild_log,
    set_column,
    site,
    strangers_view,
)
from tests.test_log_checking_stored import delete_newest_entries, log_everything, rebuild_chain


def another_name(_site):
    for row in SignOff.objects.all():
        set_column(SignOff, "person_name", "别人", row.pk)


def a_reading_taken_out(_site):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE articles_signoff SET previous_id = NULL, stage = 1, stages = 1 WHERE previous_id IS NOT NULL"
        )


def another_text(site):
    edition = Edition.objects.get(article=site[1])
    content = {**edition.revision.content, "body": "<p>便民桥停工。</p>"}
    set_column(Revision, "content", json.dumps(content), edition.revision_id)
    for model, rows in ((Revision, [edition.revision]), (Edition, [edition]), (SignOff, site[1].sign_offs.all())):
        for row in rows:
            set_column(model, "digest", "1" * 64, row.pk)


def another_instant(_site):
    for edition in Edition.objects.all():
        set_column(Edition, "published_at", "2020-01-01 00:00:00+00:00", edition.pk)


def no_withdrawal(site):
    set_column(Article, "withdrawn_at", None, site[3].pk)


def the_newest_twenty_entries_cut_off(_site):
    delete_newest_entries(20)


def the_whole_chain_by_somebody_else(_site):
    rebuild_chain(0, actor_name="别人")


def another_key(_site):
    old = merkle_log.read_log_keys()[0]
    merkle_log.write_log_keys([merkle_log.make_signer(old.name)])


FORGERIES = [
    another_name,
    a_reading_taken_out,
    another_text,
    another_instant,
    no_withdrawal,
    the_newest_twenty_entries_cut_off,
    the_whole_chain_by_somebody_else,
    another_key,
]


def make_everything_agree():
    """Rebuild the audit's chain and both logs from the present rows."""
    rebuild_chain(0)
    head = AuditEntry.objects.order_by("-pk").values_list("hash", flat=True)[0]
    key = str(merkle_log.read_log_keys()[0].verifier)

    def as_the_rows_say(rows):
        for facts, edition in rows:
            if edition is None:
                yield {**facts, "key": key, "audit": head}, None
            elif facts["kind"] == edition.kind:
                signs = publication_log._readings(edition)
                yield {**publication_log.edition_facts(edition, signs), "audit": head}, edition
            elif edition.article.withdrawn_at:
                yield {**facts, "audit": head}, edition

    rebuild_log(lambda rows: list(as_the_rows_say(rows)))
    log_everything()


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forgery_that_agrees_with_itself_is_told_by_a_kept_checkpoint(attacker, site, kept, forge):
    code = checkpoints.paper_address(kept)
    assert faults(since=kept) == []
    forge(site)
    delete_rows(LogNode)
    make_everything_agree()
    assert faults() == []  # undetectable without one
    assert faults(since=kept)
    assert faults(since=code)


def test_an_honest_log_has_another_head_of_the_audit_in_each_leaf(attacker, kept):
    """The check of the check: without a forgery nothing is reported, and each leaf holds the audit up to its act."""
    before = list(LogLeaf.objects.order_by("index").values_list("data", flat=True))
    heads = {json.loads(data)["audit"] for data in before}
    assert len(heads) == len(before)
    assert faults(since=kept) == []
