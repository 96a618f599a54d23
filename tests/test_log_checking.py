"""A stranger's check of the public log: what is in order, and every way in which the owner of the database can
cheat.
"""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from articles import log_checking, merkle_log, publication_log, publishing, triggers
from articles.management.commands import work
from articles.merkle_log import PUBLIC_LOG
from articles.models import AuditEntry, Edition, LogLeaf, LogNode, PageCheck

SITE = "http://testserver"


@pytest.fixture
def strangers_view(client, monkeypatch):
    """What a stranger gets from the site, without a network."""

    def read(address):
        answer = client.get(address.removeprefix(SITE))
        return answer.content if answer.status_code == 200 else None

    monkeypatch.setattr("articles.merkle_log.remote_log.read_address", read)
    monkeypatch.setattr(log_checking, "read_address", read)


@pytest.fixture
def site(cast, strangers_view, capsys):
    """A newsroom with a key, three public articles, one of them corrected, and one that was withdrawn."""
    call_command("make_log_key")
    articles = [cast.article() for _ in range(4)]
    for article in articles:
        cast.publish(article)
    cast.correct(articles[0], body="<p>望桥乡的便民桥昨日通车。</p>")
    publishing.withdraw_article(articles[3], by=cast.admin, reason="待核")
    capsys.readouterr()
    return articles


@pytest.fixture
def kept(site):
    """A checkpoint that somebody kept."""
    return PUBLIC_LOG.signed_checkpoint()


def faults(**facts):
    return log_checking.check_log(SITE, sample=None, **facts).faults


def test_an_honest_log_grows(cast, site, kept):
    check = log_checking.check_log(SITE, sample=None)
    assert (check.faults, check.size, check.compared, check.note) == ([], 7, 4, kept)
    cast.publish(cast.article())
    assert faults(since=kept) == []
    key = merkle_log.read_log_keys()[0].verifier
    call_command("make_log_key", "--change")
    merkle_log.write_log_keys(merkle_log.read_log_keys()[:1])  # the old key signs no more
    assert faults(since=kept, keys=[key]) == []


def rebuild_log(change):
    """Rewrite every leaf, with all its hashes, as the owner of database and server can; `change` returns new
    facts.
    """
    rows = [
        (json.loads(leaf.data), leaf.edition) for leaf in LogLeaf.objects.select_related("edition").order_by("index")
    ]
    delete_rows(LogLeaf, LogNode)
    PUBLIC_LOG.append(
        [merkle_log.new_log_leaf(publication_log.canonical_json(facts), row) for facts, row in change(rows)]
    )


def delete_rows(*models):
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')


def set_column(model, column, value, key):
    with connection.cursor() as cursor:
        sql = f'UPDATE "{model._meta.db_table}" SET {column} = %s WHERE "{model._meta.pk.column}" = %s'
        cursor.execute(sql, [value, key])


@pytest.fixture
def attacker(site):
    """Full rights on the database: the triggers are gone."""
    triggers.remove_triggers(connection)


def with_other_signs(rows):
    """A name or a reading was rewritten, and the log to match."""
    return [({**facts, "signs": "0" * 64} if facts.get("signs") else facts, row) for facts, row in rows]


def with_other_text(rows):
    return [({**facts, "digest": "1" * 64} if facts.get("edition") == 2 else facts, row) for facts, row in rows]


def with_another_instant(rows):
    earlier = publication_log.instant(timezone.now() - timedelta(days=3))
    return [({**facts, "at": earlier}, row) for facts, row in rows]


def with_another_chain(rows):
    return [({**facts, "audit": "2" * 64}, row) for facts, row in rows]


def without_the_withdrawal(rows):
    return [(facts, row) for facts, row in rows if facts["kind"] != "withdrawn"]


def without_the_newest_four(rows):
    return rows[:-4]


@pytest.mark.parametrize(
    "change",
    [
        with_other_signs,
        with_other_text,
        with_another_instant,
        with_another_chain,
        without_the_withdrawal,
        without_the_newest_four,
    ],
)
def test_a_rebuilt_log_does_not_follow_the_checkpoint_that_was_kept(cast, attacker, kept, change):
    rebuild_log(change)
    assert faults(since=kept)
    while PUBLIC_LOG.size() < 12:  # it has grown since
        cast.publish(cast.article())
    assert faults(since=kept)


def test_what_cannot_be_told_without_a_checkpoint(attacker):
    """As docs/decisions/merkle_log.md says."""
    rebuild_log(with_another_instant)
    assert faults() == []


@pytest.mark.parametrize("column", ["data", "hash"])
def test_a_leaf_that_was_rewritten_alone_is_told_without_a_checkpoint(attacker, column):
    set_column(LogLeaf, column, "3" * 64, 2)
    assert faults()


def test_another_key_is_told(attacker, kept):
    known = merkle_log.read_log_keys()[0].verifier
    merkle_log.write_log_keys([merkle_log.make_signer(known.name)])
    assert faults(since=kept, keys=[known])
    assert faults(since=kept)
    delete_rows(LogLeaf, LogNode)
    publication_log.change_log_key(known.name)  # a whole new log with a leaf for its key
    assert faults(keys=[known])


def test_two_logs_for_two_readers_are_told_when_they_compare_their_checkpoints(cast, attacker, kept):
    rebuild_log(with_another_instant)
    shown_to_the_other = PUBLIC_LOG.signed_checkpoint()
    assert merkle_log.parse_checkpoint(kept).root != merkle_log.parse_checkpoint(shown_to_the_other).root
    assert faults(since=kept)
    assert faults(since=shown_to_the_other) == []


def test_the_site_is_compared_with_the_log(attacker, site):
    edition = Edition.objects.get(article=site[1])
    set_column(Edition, "digest", "4" * 64, edition.pk)
    assert faults() == [f"Article {site[1].pk}: the site shows another edition than number 1 of the log."]


@pytest.mark.parametrize(
    "told", ['{"editions": [{"number": "a", "digest": 1}, {"number": 1, "digest": 1}]}', "[" * 99_999]
)
def test_a_site_that_tells_nonsense_is_said_to(attacker, site, monkeypatch, told):
    read = log_checking.read_address
    monkeypatch.setattr(
        log_checking, "read_address", lambda url, **facts: told.encode() if "/api/" in url else read(url, **facts)
    )
    assert faults()[0].endswith("the site does not list its editions.")


def test_what_is_corrected_while_the_log_is_read_is_no_fault(cast, site, monkeypatch):
    read, waiting = log_checking.read_address, [site[1]]

    def corrected_meanwhile(address):
        while waiting:
            cast.correct(waiting.pop(), body="<p>望桥乡的便民桥明日通车。</p>")
        return read(address)

    monkeypatch.setattr(log_checking, "read_address", corrected_meanwhile)
    assert faults() == []


def test_an_edition_without_a_leaf_is_told(cast, site, monkeypatch):
    monkeypatch.setattr(publication_log, "log_act", lambda *_args, **_facts: set())
    publishing.put_back_article(site[3], by=cast.admin, reason="已核")
    cast.correct(site[1], body="<p>望桥乡的便民桥昨日通车。</p>")
    assert faults() == [
        f"Article {site[1].pk}: the site shows another edition than number 1 of the log.",
        f"Article {site[3].pk} is withdrawn in the log, and the site shows it.",
    ]


def test_the_command_prints_the_checkpoint_and_alarms_the_desk(
    site, attacker, kept, tmp_path, capsys, client, cast, settings
):
    old, result = tmp_path / "checkpoint", tmp_path / "result.json"
    settings.LOG_CHECK_RESULT = result
    call_command("verify_log", SITE, "--all", "--result", str(result), "--keep", str(old))
    assert log_checking.take_result().count == 0
    assert kept in capsys.readouterr().out
    assert old.read_text() == kept
    rebuild_log(without_the_newest_four)
    with pytest.raises(CommandError, match="its end was cut off"):
        call_command("verify_log", SITE, "--keep", str(old), "--result", str(result))
    assert old.read_text() == kept
    work.Command().do_daily_work()  # the desk has it from the file
    assert log_checking.take_result() is None  # once
    check = PageCheck.objects.filter(count__gt=0).get()
    assert check.against == "log"
    assert AuditEntry.objects.latest("pk").action == "log.differs"
    client.force_login(cast.admin)
    desk = client.get("/admin/", headers={"Accept-Language": "en"}).content.decode()
    assert f"/admin/articles/pagecheck/{check.pk}/change/" in desk
    assert "public log" in desk or "存证" in desk
    assert "baked page" not in desk
    with pytest.raises(CommandError, match="name\\+hash\\+base64"):
        call_command("verify_log", SITE, "--key", "no key")


def test_what_is_no_log_is_said(strangers_view, db):
    assert faults() == ["Checkpoint is missing."]
    assert log_checking.check_log("ftp://testserver").faults
