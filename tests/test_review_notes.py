"""The note to readers is signed with the text, and is published as it was signed (law 1)."""

import io
import json
import zipfile

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from articles import evidence, publishing, review, triggers
from articles.models import Article, AuditEntry, Section, SignOff
from tests.cast import make_user, refused

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
    answer = client.post(address, {"note": "另一说明"}, follow=True)
    assert SignOff.objects.last().note == "另一说明"
    article.refresh_from_db()
    (said,) = answer.context["messages"]
    assert str(said).endswith(review.sentence_of_turn(article)), "whose turn it is"


def test_the_database_refuses_an_edition_with_a_note_that_nobody_signed(cast, article):
    cast.sign(article, note=NOTE)
    edition = publishing.publish_correction(article, by=cast.editor)
    edition.pk, edition.number, edition.note = None, 3, "伪造的说明"
    edition.previous_digest, edition._state.adding = edition.digest, True
    with pytest.raises(IntegrityError, match="articles_edition_is_signed"), transaction.atomic():
        edition.save(force_insert=True)


def packed(cast, article, **changes):
    """The pack of the article, with its rows changed and the manifest's hashes recomputed."""
    import hashlib  # noqa: PLC0415 (one function's need)

    whole = io.BytesIO()
    evidence.export_pack(article, whole, by=cast.chief)
    changed = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(changed, "w") as new:
        files = {name: old.read(name) for name in old.namelist()}
        for kind, change in changes.items():
            name = {"editions": "editions/2.json", "sign_offs": "sign_offs.json"}[kind]
            files[name] = json.dumps(change(json.loads(files[name]))).encode()
        manifest = json.loads(files.pop("manifest.json"))
        manifest["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        for name, data in {**files, "manifest.json": json.dumps(manifest).encode()}.items():
            new.writestr(name, data)
    return changed


def test_a_pack_with_another_note_fails_and_an_older_pack_still_verifies(cast, article, monkeypatch):
    cast.sign(article, note=NOTE)
    publishing.publish_correction(article, by=cast.editor)
    assert evidence.check_pack(packed(cast, article)).article == article.pk
    with pytest.raises(evidence.NotEvidence) as told:
        evidence.check_pack(packed(cast, article, editions=lambda row: {**row, "note": "伪造的说明"}))
    assert "evidence.other_note" in {problem.id for problem in told.value.problems}
    monkeypatch.setattr("articles.evidence.exporting.digests_of_rows", lambda *_of: {})  # as older exports

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
        f"Article {article.pk}, edition 2: its note was not signed with this text."
    ]


# --- written while the text is read -----------------------------------------------------------------------------------


@pytest.fixture
def urgent(cast):
    """Urgent news that its first reader corrected after it was published."""
    article = cast.article(title="大桥通车", body="<p>3人到场。</p>")
    review.submit_article(article, by=cast.writer)
    publishing.publish_urgent(article, by=cast.chief, reason="急")
    cast.let_readers_correct()
    cast.change(article, by=cast.editor, body="<p>5人到场。</p>")
    article.refresh_from_db()
    return article


def test_a_mistake_found_in_late_readings_becomes_a_correction_with_a_signed_note(cast, urgent):
    review.sign_off_reading(urgent, by=cast.editor, revision=2, note=f" {NOTE}\n")
    final = cast.sign(urgent)
    assert [link.note for link in final.chain()] == [NOTE] * 3
    edition = publishing.publish_correction(urgent, by=cast.editor)
    assert (edition.kind, edition.note, edition.revision.number) == ("correction", NOTE, 2)
    urgent.refresh_from_db()
    assert (urgent.readings_due_at, urgent.note) == (None, "")


def test_a_later_reader_sends_it_back_to_the_first_reading_with_the_note(cast, urgent):
    cast.sign(urgent, times=1)
    with refused(review.CannotDecide, "first reading"):
        review.sign_off_reading(urgent, by=cast.head, revision=2, note=NOTE)
    other = make_user("second-head", ["second"])
    with refused(review.CannotDecide, "first reading"):
        review.hand_on_reading(urgent, by=cast.head, to=other, reason="补说明", note=NOTE)
    review.send_back(urgent, by=cast.head, reason="补说明", to_stage=1, note=NOTE)
    urgent.refresh_from_db()
    assert (urgent.stage, urgent.signed, urgent.note) == (1, None, NOTE)
    assert AuditEntry.objects.first().details["note"] == NOTE
    assert {link.note for link in cast.sign(urgent).chain()} == {NOTE}


def test_a_first_reader_who_corrected_too_much_hands_it_on_with_the_note(cast, urgent):
    Section.objects.update(facts_are_reread=True)
    with refused(review.CannotDecide, "more of this text than one reader"):
        review.sign_off_reading(urgent, by=cast.editor, revision=2, note=NOTE)
    other = make_user("second-editor", ["first"])
    review.hand_on_reading(urgent, by=cast.editor, to=other, reason="改了数字", note=NOTE)
    assert review.sign_off_reading(urgent, by=other, revision=2).note == NOTE


def test_sent_back_to_its_writers_it_keeps_the_note_for_when_it_is_submitted_again(cast, urgent):
    review.send_back(urgent, by=cast.editor, reason="改", note=NOTE)
    assert review.submit_article(urgent, by=cast.writer).note == NOTE


def test_whoever_publishes_sends_it_back_with_the_note_when_all_have_signed(cast, urgent):
    cast.sign(urgent)
    with refused(publishing.CannotPublish, "first reading with the note"):
        publishing.publish_correction(urgent, by=cast.editor)
    review.send_back(urgent, by=cast.editor, reason="补说明", to_stage=1, note=NOTE)
    cast.sign(urgent)
    assert publishing.publish_correction(urgent, by=cast.editor).note == NOTE


def test_the_wrong_person_writes_no_note(cast, urgent):
    for act in (
        lambda: review.sign_off_reading(urgent, by=cast.writer, revision=2, note=NOTE),
        lambda: review.send_back(urgent, by=cast.writer, reason="补", to_stage=1, note=NOTE),
    ):
        with refused(review.CannotDecide):
            act()


def test_a_note_is_written_only_where_readers_see_another_text_and_a_second_person_signs_it(cast, urgent):
    draft = cast.article()
    review.submit_article(draft, by=cast.writer)
    with refused(review.CannotDecide, "nothing to tell"):
        review.sign_off_reading(draft, by=cast.editor, revision=1, note=NOTE)
    Article.objects.filter(pk=urgent.pk).update(stages=1)
    with refused(review.CannotDecide, "Everybody who signs"):
        review.sign_off_reading(urgent, by=cast.chief, revision=2, note=NOTE)


def test_the_same_note_again_and_none_change_nothing(cast, urgent):
    review.sign_off_reading(urgent, by=cast.editor, revision=2, note=NOTE)
    assert review.sign_off_reading(urgent, by=cast.head, revision=2, note=NOTE).note == NOTE
    assert review.sign_off_reading(urgent, by=cast.chief, revision=2).note == NOTE


def test_the_page_on_which_one_decides_asks_for_the_note_where_it_may_be_written(client, cast, urgent):
    address = reverse("admin:articles_article_review", args=[urgent.pk])
    client.force_login(cast.editor)
    assert 'name="note"' in client.get(address).content.decode()
    client.post(address, {"decision": "pass", "revision": 2, "note": NOTE})
    client.force_login(cast.head)
    client.post(address, {"decision": "pass", "revision": 2})
    urgent.refresh_from_db()
    assert (urgent.stage, urgent.note) == (3, NOTE), "what was not sent stays"
    draft = cast.article()
    review.submit_article(draft, by=cast.writer)
    page = client.get(reverse("admin:articles_article_review", args=[draft.pk])).content.decode()
    assert 'name="note"' not in page
