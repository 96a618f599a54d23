"""What `verify_audit` finds when somebody changed editions past the triggers."""

import hashlib
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import baking, evidence, publishing, triggers
from articles.attachments import store_attachment
from articles.models import BakeJob, Edition, Picture
from articles.models.revision import content_digest
from articles.pictures import store_picture
from tests.cast import png, upload
from tests.test_audit_walk import tamper
from tests.test_films import a_film, a_track


@pytest.fixture
def edition(cast, all_readings):
    article = cast.article()
    cast.publish(article)
    cast.change(article, title="第二版")
    return cast.publish(article)


def faults():
    return [fault for found in evidence.edition_faults() for fault in found]


def test_editions_as_published_have_no_faults(cast, edition, capsys):
    urgent = cast.article()
    cast.sign(urgent, times=1)
    publishing.publish_urgent(urgent, by=cast.chief, reason="洪水")
    publishing.publish_archived(cast.article(), by=cast.chief, at=urgent.created_at, origin="旧站")
    assert faults() == []
    call_command("verify_audit")
    assert "4 editions, as signed, logged, published and served." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ('UPDATE articles_revision SET content = \'{"title": "伪"}\' WHERE id = {revision}', "does not match the text"),
        ("UPDATE articles_revision SET content = 'x' WHERE id = {revision}", "does not match the text"),
        ("UPDATE articles_revision SET content = '[]' WHERE id = {revision}", "does not match the text"),
        ("UPDATE articles_edition SET title = '伪' WHERE id = {id}", "the title or the summary is not that"),
        ("UPDATE articles_edition SET previous_digest = 'x' WHERE id = {id}", "does not follow the edition before"),
        ("UPDATE articles_edition SET number = 3 WHERE id = {id}", "the edition before it is missing"),
        ("UPDATE articles_signoff SET digest = 'x' WHERE id = {sign_off}", "this text was not signed in the final"),
        ("UPDATE articles_signoff SET stage = 1 WHERE id = {second}", "reading 2 was not signed"),
    ],
)
def test_a_forged_edition_is_found(edition, sql, says):
    if connection.vendor == "postgresql" and "'x' WHERE id = {revision}" in sql:
        pytest.skip("PostgreSQL stores no text that is not JSON")
    keys = {"id": edition.pk, "revision": edition.revision_id, "sign_off": edition.sign_off_id}
    for name, key in {**keys, "second": edition.sign_off.previous_id}.items():
        sql = sql.replace(f"{{{name}}}", str(key))
    if "stage = 1" in sql:
        sql = sql.replace("stage = 1", "stage = 1, previous_id = NULL")
    if connection.vendor == "sqlite":
        tamper("PRAGMA ignore_check_constraints = ON")
    tamper(sql)
    if connection.vendor == "sqlite":
        tamper("PRAGMA ignore_check_constraints = OFF")
    found = faults()
    assert any(says in fault for fault in found), found
    with pytest.raises(CommandError, match=r"1 of 2 editions are not as published"):
        call_command("verify_audit")


def test_an_edition_forged_with_its_text_and_signatures_is_not_what_the_audit_recorded(edition):
    content = {**edition.revision.content, "title": "伪造的题目"}
    digest = content_digest(content)
    tamper("UPDATE articles_edition SET title = %s, digest = %s WHERE id = %s", content["title"], digest, edition.pk)
    text = json.dumps(content)
    tamper("UPDATE articles_revision SET content = %s, digest = %s WHERE id = %s", text, digest, edition.revision_id)
    tamper("UPDATE articles_signoff SET digest = %s WHERE id = %s", digest, edition.sign_off_id)
    assert faults() == [
        f"Article {edition.article_id}, edition 2: the audit records another publication, or none.",
        f"Article {edition.article_id}, edition 2: the public log names another digest, signs.",
    ]


def test_missing_triggers_are_said(db):
    triggers.remove_triggers(connection)
    with pytest.raises(CommandError, match="Triggers are missing or were changed: articles_auditentry_is_written_once"):
        call_command("verify_audit")


@pytest.fixture
def served(cast):
    """A baked article with a picture, a number with its unit, a table and a link."""
    picture = store_picture(upload(png(1200, 800)), by=cast.writer)
    body = (
        '<p>全长3.6公里 &amp; “宽”。</p><table><tr><td>一</td></tr></table><p><a href="https://a.example/">站</a></p>'
    )
    article = cast.article(body=f'{body}<p><img src="{picture.url}" alt="桥"></p>')
    cast.publish(article)
    baking.bake_pending()
    return article


def verify():
    with pytest.raises(CommandError) as refusal:
        call_command("verify_audit")
    return str(refusal.value)


def test_what_readers_get_is_what_was_signed(cast, served, capsys):
    call_command("verify_audit")
    assert "1 pictures and attachments, as uploaded." in capsys.readouterr().out
    path, store = f"a/{served.pk}/index.html", baking.generations.baked_generations().served()
    page = store.read(path).decode()
    for old, new in (
        ("“宽”", "“窄”"),
        ("</h1>", "（图）</h1>"),
        ('<section class="text">', "<section>"),
        ("<td>一", "<td>"),
        ("<td>一", "<td>一< 塌了 >"),  # browsers show it, since a tag has no blank there
    ):
        assert old in page
        store.replace(path, page.replace(old, new).encode(), {})
        assert f"Article {served.pk}, edition 1: the page that readers get has another text." in verify()
    baking.request_bake({f"/a/{served.pk}/"})  # about to be replaced, so it is reported only afterwards
    call_command("verify_audit")
    BakeJob.objects.all().delete()
    store.replace(path, page.encode(), {})
    publishing.withdraw_article(served, by=cast.admin, reason="待核")
    baking.bake_pending()
    call_command("verify_audit")
    store.replace(path, page.encode(), {})
    assert f"Article {served.pk} is withdrawn, and readers get its page." in verify()


def test_a_film_in_a_text_is_no_difference(cast, settings):
    film = store_attachment(upload(a_film(a_track()), "桥.mp4"), by=cast.writer)
    table = store_attachment(upload(b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF", "表.pdf"), by=cast.writer)
    links = f'<p><a href="{film.url}">通车短片</a></p><p><a href="{table.url}">3.6万人的统计</a></p>'
    article = cast.article(body=f"<p>前</p>{links}<p>后</p>")
    cast.publish(article)
    baking.bake_pending()
    assert faults() == []


@pytest.mark.parametrize("kind", ["picture", "copy"])
def test_a_changed_file_is_found(served, settings, kind):
    call_command("check_baked", "--manifest")  # it notes what the copies are
    picture = Picture.objects.get()
    name = picture.file.name if kind == "picture" else picture.stored_names[1]
    file = Path(settings.MEDIA_ROOT) / name
    file.write_bytes(file.read_bytes() + b" ")
    found = verify()
    assert f"The file {name} is changed." in found
    assert "1 of 1 pictures and attachments are not as uploaded." in found
    file.unlink()
    assert f"The file {name} is missing." in verify()


def test_another_file_with_a_row_that_agrees_is_not_the_one_that_was_signed(served, settings):
    picture = Picture.objects.get()
    file = Path(settings.MEDIA_ROOT) / picture.file.name
    file.write_bytes(file.read_bytes() + b" ")
    Picture.objects.update(sha256=hashlib.sha256(file.read_bytes()).hexdigest())
    assert faults() == [f"Article {served.pk}, edition 1: the file {picture.file.name} is not the one that was signed."]


def test_it_asks_in_chunks_however_many_editions(cast, monkeypatch):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert faults() == []
        return len(asked)

    for _ in range(2):
        cast.publish(cast.article())
    few = queries()
    for _ in range(4):
        cast.publish(cast.article())
    assert queries() == few
    monkeypatch.setattr("articles.evidence.stored_editions.EDITIONS_PER_CHUNK", 2)
    assert queries() == few + 2 * 5
    assert Edition.objects.count() == 6
