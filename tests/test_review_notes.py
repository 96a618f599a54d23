"""The note to readers is signed with the text, and is published as it was signed (law 1)."""

import io
import json
import zipfile

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from articles import evidence, publishing, review, triggers
from articles.models import SignOff

NOTE = "首段“三人”应为“五人”。"


@pytest.fixture
def article(cast):
    article = cast.article(title="大桥通车")
    cast.publish(article)
    cast.change(article, title="大桥今日通车")
    return article


def test_everybody_signs_the_note_that_is_published(cast, article):
    final = cast.sign(article, note=f" {NOTE}\n")
    assert [link.note for link in final.chain()] == [NOTE] * 3
    edition = publishing.publish_correction(article, by=cast.editor)
    assert (edition.note, edition.sign_off) == (NOTE, final)
    article.refresh_from_db()
    assert article.note == "", "the next change has a note of its own"


def test_an_update_has_the_signed_note_too_or_none(cast, article):
    cast.sign(article, note=NOTE)
    assert publishing.publish_article(article, by=cast.editor).note == NOTE
    cast.change(article, title="大桥今日正式通车")
    assert cast.publish(article).note == ""


def test_readers_see_the_note_where_they_decide_and_on_the_sheet(client, cast, article):
    review.submit_article(article, by=cast.writer, note=NOTE)
    for who, address in [
        (cast.editor, reverse("admin:articles_article_review", args=[article.pk])),
        (cast.head, reverse("admin:article_sheet", args=[article.pk])),
    ]:
        client.force_login(who)
        assert NOTE in client.get(address).content.decode()


def test_a_text_submitted_again_keeps_its_note_unless_there_is_another(client, cast, article):
    review.submit_article(article, by=cast.writer, note=NOTE)
    review.send_back(article, by=cast.editor, reason="再核")
    client.force_login(cast.writer)
    address = reverse("admin:articles_article_submit", args=[article.pk])
    assert NOTE in client.get(address).content.decode()
    assert review.submit_article(article, by=cast.writer).note == NOTE
    review.send_back(article, by=cast.editor, reason="再核")
    client.post(address, {"note": "另一说明"})
    assert SignOff.objects.last().note == "另一说明"


def test_the_database_refuses_an_edition_with_a_note_that_nobody_signed(cast, article):
    cast.sign(article, note=NOTE)
    edition = publishing.publish_correction(article, by=cast.editor)
    edition.pk, edition.number, edition.note = None, 3, "伪造的说明"
    edition.previous_digest, edition._state.adding = edition.digest, True
    with pytest.raises(IntegrityError, match="articles_edition_is_signed"), transaction.atomic():
        edition.save(force_insert=True)


def packed(cast, article, *, sign_offs=lambda rows: rows, editions=lambda row: row):
    """The pack of the article, with its rows changed and the manifest's hashes made anew."""
    import hashlib  # noqa: PLC0415 (one function's need)

    whole = io.BytesIO()
    evidence.export_pack(article, whole, by=cast.chief)
    changed = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(changed, "w") as new:
        files = {name: old.read(name) for name in old.namelist()}
        files["sign_offs.json"] = json.dumps(sign_offs(json.loads(files["sign_offs.json"]))).encode()
        files["editions/2.json"] = json.dumps(editions(json.loads(files["editions/2.json"]))).encode()
        manifest = json.loads(files.pop("manifest.json"))
        manifest["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        for name, data in {**files, "manifest.json": json.dumps(manifest).encode()}.items():
            new.writestr(name, data)
    return changed


def test_a_pack_with_another_note_fails_and_an_older_pack_still_verifies(cast, article):
    cast.sign(article, note=NOTE)
    publishing.publish_correction(article, by=cast.editor)
    assert evidence.check_pack(packed(cast, article)).article == article.pk
    with pytest.raises(evidence.NotEvidence) as told:
        evidence.check_pack(packed(cast, article, editions=lambda row: {**row, "note": "伪造的说明"}))
    assert told.value.id == "evidence.other_note"

    def before_notes_were_signed(rows):
        return [{name: value for name, value in row.items() if name != "note"} for row in rows]

    assert evidence.check_pack(packed(cast, article, sign_offs=before_notes_were_signed)).article == article.pk


def test_a_note_changed_in_the_database_is_found(cast, article):
    cast.sign(article, note=NOTE)
    edition = publishing.publish_correction(article, by=cast.editor)
    triggers.remove_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE articles_edition SET note = 'x' WHERE id = %s", [edition.pk])
    assert [fault for found in evidence.edition_faults() for fault in found] == [
        f"Article {article.pk}, edition 2: nobody signed its note with this text."
    ]
