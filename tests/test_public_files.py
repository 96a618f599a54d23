"""Uploaded files answer readers exactly while something public uses them: in Django, the file server, and the folder."""

import errno
import os
from datetime import timedelta
from unittest import mock

import pytest
from django.db import DatabaseError
from django.test import TestCase
from django.utils import timezone

from articles import attachments, baking, home_and_topics, pictures, publishing, site_settings, worker
from articles.baking import order, public_files
from articles.baking.public_store import public_store
from articles.home_and_topics import ArrangedBlock
from articles.models import Article, Attachment, BakeJob, Block, PageCheck, Picture, SiteSettings, Slot, Topic
from serving import baked_files
from tests.cast import png, upload

pytestmark = pytest.mark.django_db
_numbers = iter(range(1, 10_000))


@pytest.fixture(autouse=True)
def _host(settings):
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]


def a_picture(cast, by=None):
    return pictures.store_picture(upload(png(600, 100 + next(_numbers))), by=by or cast.writer)


def a_paper(cast, name="名单.txt", text=None, by=None):
    return attachments.store_attachment(upload((text or f"名单{next(_numbers)}").encode(), name), by=by or cast.writer)


def act(function):
    """Run an act with its commit and what follows it."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return function()


def told_by_the_file_server(address, settings):
    """Return the status that the file server gives by itself; None if it passes the request on."""
    told = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": address, "HTTP_HOST": "testserver", "wsgi.url_scheme": "http"}
    server = baked_files.FileServer(lambda *_ignored: [], settings.BAKED_DIR, settings.PUBLIC_FILES_DIR)
    list(server(environ, lambda status, _headers: told.append(int(status[:3]))))
    return told[0] if told else None


def addresses_of(*files):
    return [f"/media/{name}" for file in files for name in file.stored_names]


def assert_answers(client, settings, status, *files):
    """Every file and rendition answers so from Django; the folder holds it if it is public, otherwise not."""
    for address in addresses_of(*files):
        held = (settings.PUBLIC_FILES_DIR / address[1:]).is_file()
        assert held == (status == 200), address
        if not address.endswith(".txt"):
            assert told_by_the_file_server(address, settings) == (200 if status == 200 else None), address
        answer = client.get(address)
        assert answer.status_code == status, address
        cached = "public, max-age=300, must-revalidate" if status == 200 else "no-cache"
        assert answer["Cache-Control"] == cached


# --- articles ---------------------------------------------------------------------------------------------------------


def test_files_of_a_draft_answer_as_if_there_were_none_until_it_is_public(client, cast, settings):
    picture, paper, cover = a_picture(cast), a_paper(cast), a_picture(cast)
    assert_answers(client, settings, 404, picture, paper, cover)
    unknown = client.get("/media/attachments/" + "0" * 32 + ".txt")
    private = client.get(paper.url)
    assert (private.status_code, private.content, dict(private.items())) == (
        404,
        unknown.content,
        dict(unknown.items()),
    )
    body = f'<p>望桥。</p><p><img src="{picture.url}" alt=""></p><p><a href="{paper.url}">名单</a></p>'
    article = cast.article(body=body, cover=cover)
    assert_answers(client, settings, 404, picture, paper, cover)
    act(lambda: cast.publish(article))
    assert_answers(client, settings, 200, picture, paper, cover)


def test_a_correction_and_a_withdrawal_close_the_files_in_the_act_and_putting_back_opens_them(client, cast, settings):
    old, kept, new = a_paper(cast), a_picture(cast), a_paper(cast)
    article = act(lambda: cast.publish_with(old, kept))
    assert_answers(client, settings, 200, old, kept)

    def correct():
        cast.correct(article, note="名单有误", by=cast.chief, body=article.body.replace(old.url, new.url), voiding=True)

    act(correct)
    assert_answers(client, settings, 410, old)
    assert_answers(client, settings, 200, kept, new)
    act(lambda: publishing.withdraw_article(article, by=cast.chief, reason="核实"))
    assert_answers(client, settings, 410, old, kept, new)
    assert old.file.open().read(), "the bytes are kept as evidence"
    act(lambda: publishing.put_back_article(article, by=cast.chief, reason="无误"))
    assert_answers(client, settings, 410, old)
    assert_answers(client, settings, 200, kept, new)


def test_a_file_that_another_public_article_uses_stays(client, cast, settings):
    picture = a_picture(cast)
    first, second = act(lambda: [cast.publish_with(picture), cast.publish_with(picture)])
    act(lambda: publishing.withdraw_article(first, by=cast.chief, reason="核实"))
    assert_answers(client, settings, 200, picture)
    act(lambda: publishing.withdraw_article(second, by=cast.chief, reason="核实"))
    assert_answers(client, settings, 410, picture)


def test_what_is_saved_but_not_published_opens_and_closes_nothing(client, cast, settings):
    old, new = a_picture(cast), a_picture(cast)
    article = act(lambda: cast.publish_with(old))
    act(lambda: cast.change(article, body=article.body.replace(old.url, new.url)))
    assert_answers(client, settings, 200, old)
    assert_answers(client, settings, 404, new)


def test_an_expired_article_takes_its_files_along(client, cast, settings):
    picture = a_picture(cast)
    now = timezone.now()
    article = cast.article(body=f'<p>桥。<img src="{picture.url}" alt=""></p>', expires_at=now + timedelta(hours=1))
    act(lambda: cast.publish(article))
    act(worker.queue_pages_changed_by_time)
    assert_answers(client, settings, 200, picture)
    with mock.patch.object(timezone, "now", return_value=now + timedelta(hours=2)):
        assert client.get(picture.url).status_code == 410
        act(worker.queue_pages_changed_by_time)
        assert_answers(client, settings, 410, picture)


# --- home page, topics, settings --------------------------------------------------------------------------------------


def arrange(cast, topic, *slots):
    version = home_and_topics.arrangement_version(topic)
    block = ArrangedBlock(Block(kind="list", count=6, fills=True), list(slots))
    act(lambda: home_and_topics.save_arrangement(topic, [block], by=cast.chief, based_on=version))


def test_the_picture_of_a_slot_is_public_while_its_article_and_the_slot_are(client, cast, settings):
    article = act(lambda: cast.publish_with())
    picture = a_picture(cast)
    now = timezone.now()
    arrange(cast, None, Slot(article=article, picture=picture, until=now + timedelta(hours=1)))
    assert_answers(client, settings, 200, picture)
    act(lambda: publishing.withdraw_article(article, by=cast.chief, reason="核实"))
    assert_answers(client, settings, 410, picture)
    act(lambda: publishing.put_back_article(article, by=cast.chief, reason="无误"))
    assert_answers(client, settings, 200, picture)
    act(worker.queue_pages_changed_by_time)
    with mock.patch.object(timezone, "now", return_value=now + timedelta(hours=2)):
        act(worker.queue_pages_changed_by_time)
        assert_answers(client, settings, 410, picture)
    arrange(cast, None, Slot(article=article, picture=picture))
    assert_answers(client, settings, 200, picture)
    arrange(cast, None, Slot(article=article))
    assert_answers(client, settings, 410, picture)


def test_the_banner_and_slots_of_a_topic_are_public_when_the_topic_is(client, cast, settings):
    article = act(lambda: cast.publish_with())
    old, new, own = a_picture(cast), a_picture(cast), a_picture(cast)
    topic = Topic(title="大桥", slug="bridge", banner=old)
    act(lambda: home_and_topics.save_topic(topic, by=cast.chief))
    arrange(cast, topic, Slot(article=article, picture=own))
    assert_answers(client, settings, 404, old, own)
    topic.state = Topic.State.OPEN
    act(lambda: home_and_topics.save_topic(topic, by=cast.chief))
    assert_answers(client, settings, 200, old, own)
    topic.banner = new
    act(lambda: home_and_topics.save_topic(topic, by=cast.chief))
    assert_answers(client, settings, 410, old)
    assert_answers(client, settings, 200, new, own)
    topic.state = Topic.State.DRAFT
    act(lambda: home_and_topics.save_topic(topic, by=cast.chief))
    assert_answers(client, settings, 410, old, new, own)


def test_a_logo_is_public_and_the_one_before_goes_when_no_page_shows_it(client, cast, settings):
    old, new = a_picture(cast), a_picture(cast)
    for logo in (old, new):
        current = SiteSettings.current()
        current.logo = logo
        act(lambda current=current: site_settings.save_site_settings(current, by=cast.chief))
        assert_answers(client, settings, 200, logo)
    assert client.get(old.url).status_code == 410
    assert public_store().holds(old.file.name), "pages that show it are still served"
    baking.bake_everything(processes=1)
    assert_answers(client, settings, 410, old)
    assert_answers(client, settings, 200, new)


def test_every_use_of_a_file_has_its_rule():
    """A new field for a picture or a file needs a rule in public_files."""
    uses = {
        f"{relation.related_model.__name__}.{relation.field.name}"
        for model in (Picture, Attachment)
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created and relation.is_relation
    }
    by_article = {"Article.cover", "Article.shown_cover", "Edition.cover", "Revision.pictures", "Revision.attachments"}
    by_article |= {"RevisionPicture.picture", "RevisionAttachment.attachment"}
    uses -= {"AttachmentText.attachment"}  # what the machine reads in it, no use
    assert uses == by_article | {"Slot.picture", "Topic.banner", "SiteSettings.logo"}


# --- addresses and names ----------------------------------------------------------------------------------------------


def test_addresses_named_by_a_hash_lead_on_while_an_edition_uses_their_file(client, cast, settings):
    """As stored before: named after the bytes."""
    paper = a_paper(cast)
    before = paper.file.name
    name = f"attachments/{paper.sha256[:32]}.txt"
    os.rename(settings.MEDIA_ROOT / before, settings.MEDIA_ROOT / name)
    Attachment.objects.update(file=name)
    paper.refresh_from_db()
    assert client.get(f"/media/{name}").status_code == 404
    article = act(lambda: cast.publish_with(paper))
    assert_answers(client, settings, 200, paper)
    act(lambda: publishing.withdraw_article(article, by=cast.chief, reason="核实"))
    assert_answers(client, settings, 410, paper)


def test_readers_save_a_document_under_the_name_that_was_signed(client, cast):
    paper = a_paper(cast, "名单.txt")
    article = act(lambda: cast.publish_with(paper))
    paper.name = "身份证号.txt"
    attachments.save_attachment(paper, by=cast.writer)

    def saved_as():
        return client.get(paper.url)["Content-Disposition"]

    assert "%E5%90%8D%E5%8D%95.txt" in saved_as()
    cast.change(article, title="又一题", voiding=True)
    assert "%E5%90%8D%E5%8D%95.txt" in saved_as(), "saved, not yet signed"
    act(lambda: cast.publish(article))
    assert "%E8%BA%AB%E4%BB%BD%E8%AF%81%E5%8F%B7.txt" in saved_as()


def test_two_who_upload_the_same_bytes_each_keep_their_name_and_their_right(client, cast, settings):
    first, second = a_paper(cast, "甲.txt", "同一份"), a_paper(cast, "乙.txt", "同一份", by=cast.culture_editor)
    articles = act(lambda: [cast.publish_with(first), cast.publish_with(second)])
    for paper, name in ((first, "%E7%94%B2.txt"), (second, "%E4%B9%99.txt")):
        assert name in client.get(paper.url)["Content-Disposition"]
    act(lambda: publishing.withdraw_article(articles[0], by=cast.chief, reason="核实"))
    assert_answers(client, settings, 410, first)
    assert_answers(client, settings, 200, second)


# --- the folder -------------------------------------------------------------------------------------------------------


def test_a_public_file_without_a_link_is_answered_and_linked_again(client, cast, settings):
    picture = a_picture(cast)
    act(lambda: cast.publish_with(picture))
    for name in picture.stored_names:
        public_store().remove(name)
    assert client.get(picture.url).status_code == 200
    assert public_store().holds(picture.file.name)
    assert told_by_the_file_server(picture.url, settings) == 200


def test_a_file_withdrawn_while_it_is_linked_again_is_not_left_there(client, cast, settings):
    picture = a_picture(cast)
    article = act(lambda: cast.publish_with(picture))
    public_store().remove(picture.file.name)
    link = os.link

    def link_late(*paths):
        act(lambda: publishing.withdraw_article(article, by=cast.chief, reason="核实"))
        link(*paths)

    with mock.patch("os.link", link_late):
        client.get(picture.url)
    assert_answers(client, settings, 410, picture)


def test_where_links_are_impossible_files_are_copied_with_their_times(client, cast, settings):
    picture = a_picture(cast)
    with mock.patch("os.link", side_effect=OSError(errno.EXDEV, "Invalid cross-device link")):
        act(lambda: cast.publish_with(picture))
        act(lambda: cast.publish_with(picture))
    assert_answers(client, settings, 200, picture)
    kept, copied = (folder / picture.file.name for folder in (settings.MEDIA_ROOT, settings.PUBLIC_FILES_DIR / "media"))
    assert kept.stat().st_mtime_ns == copied.stat().st_mtime_ns
    assert kept.stat().st_nlink == copied.stat().st_nlink == 1


def test_a_disk_that_fails_refuses_no_act_and_the_worker_finishes(client, cast, settings):
    picture = a_picture(cast)
    with mock.patch("os.replace", side_effect=OSError(errno.ENOSPC, "No space left on device")):
        article = act(lambda: cast.publish_with(picture))
    assert BakeJob.objects.filter(path=picture.url).exists()
    assert client.get(picture.url).status_code == 200
    baking.bake_pending()
    assert_answers(client, settings, 200, picture)
    with mock.patch("pathlib.Path.unlink", side_effect=OSError(errno.EIO, "Input/output error")):
        act(lambda: publishing.withdraw_article(article, by=cast.chief, reason="核实"))
    assert not Article.objects.get().is_public
    baking.bake_pending()
    assert_answers(client, settings, 410, picture)


def test_a_database_that_fails_after_the_commit_leaves_no_withdrawn_file(client, cast, settings):
    picture = a_picture(cast)
    article = act(lambda: cast.publish_with(picture))
    with mock.patch("articles.baking.jobs.settle_public_files", side_effect=DatabaseError("gone")):
        act(lambda: publishing.withdraw_article(article, by=cast.chief, reason="核实"))
    assert_answers(client, settings, 410, picture)


def test_pages_are_baked_after_the_files_that_they_show():
    assert min(["/", "/media/pictures/x.jpg", "/a/1/"], key=order.baking_order).startswith("/media/")


def test_a_bake_of_the_whole_site_links_what_is_public_and_removes_what_is_not(client, cast, settings):
    """An installation from before: nothing is linked yet."""
    shown, draft = a_picture(cast), a_picture(cast)
    act(lambda: cast.publish_with(shown))
    for name in shown.stored_names:
        public_store().remove(name)
    public_store().put(draft.file.name, "")
    Picture.objects.update(was_public=False)
    baking.bake_everything(processes=1)
    assert_answers(client, settings, 200, shown)
    assert_answers(client, settings, 404, draft)
    assert Picture.objects.get(pk=shown.pk).was_public


@pytest.mark.parametrize("against", [PageCheck.Against.MANIFEST, PageCheck.Against.SITE])
def test_checks_find_and_repair_what_somebody_linked_or_removed(client, cast, settings, monkeypatch, against):
    monkeypatch.setattr("articles.baking.checking.RECHECK_PAUSE", 0)
    shown, draft = a_picture(cast), a_picture(cast)
    act(lambda: cast.publish_with(shown))
    baking.bake_everything(processes=1)
    assert baking.check_files(against=against).count == 0
    missing = shown.stored_names[1]
    public_store().remove(missing)
    public_store().put(draft.file.name, "")
    (settings.PUBLIC_FILES_DIR / "media/pictures/evil.html").write_text("<script>")
    result = act(lambda: baking.check_files(against=against, repair=True))
    assert sorted(result.findings) == sorted(
        [
            [f"media/{missing}", "missing"],
            [f"media/{draft.file.name}", "added"],
            ["media/pictures/evil.html", "added"],
        ]
    )
    assert baking.check_files(against=against).count == 0
    assert_answers(client, settings, 200, shown)
    assert_answers(client, settings, 404, draft)


def test_settling_files_asks_a_few_questions_however_many_there_are(cast, django_assert_num_queries):
    files = [a_picture(cast) for _number in range(5)]
    act(lambda: cast.publish_with(*files))
    with django_assert_num_queries(3):  # the pictures, which of them are public, no attachments
        public_files.settle_public_files([file.url for file in files])


def test_a_public_file_that_somebody_replaced_is_found_and_linked_again(cast):
    picture = a_picture(cast)
    act(lambda: cast.publish_with(picture))
    served = public_store().root / picture.file.name
    served.unlink()
    served.write_bytes(b"forged")
    found = baking.check_files(against=PageCheck.Against.MANIFEST, repair=True)
    assert [f"media/{picture.file.name}", "changed"] in [list(finding) for finding in found.findings]
    baking.bake_pending()
    assert served.read_bytes() == picture.file.open().read()
