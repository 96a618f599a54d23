"""Files that readers do not get: the desk has them by its session, a preview by its token; stored texts name neither."""

import re
from datetime import timedelta
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import attachments, home_and_topics, pictures, preview
from articles.admin.editor import BodyWidget
from articles.home_and_topics import ArrangedBlock
from articles.models import AuditEntry, Block, Slot
from articles.sanitising import desk_addresses, sanitise, used_files
from tests.cast import png, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture(cast):
    return pictures.store_picture(upload(png(600, 400)), by=cast.writer)


@pytest.fixture
def paper(cast):
    return attachments.store_attachment(upload("名单".encode(), "名单.txt"), by=cast.writer)


@pytest.fixture
def draft(cast, picture, paper):
    body = f'<p>望桥。</p><p><img src="{picture.url}" alt="桥"></p><p><a href="{paper.url}">名单</a></p>'
    return cast.article(by=cast.writer, body=body)


def on_desk(client, user, address):
    client.force_login(user)
    return client.get(desk_addresses(address))


# --- the desk ---------------------------------------------------------------------------------------------------------


def test_the_desk_shows_a_file_to_whoever_uploaded_it_with_its_type_for_no_cache_but_the_browsers(
    client, cast, picture, paper
):
    for address in (picture.url, picture.renditions[0][1], paper.url):
        answer = on_desk(client, cast.writer, address)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, max-age=300")
        assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"]) == (
            "nosniff",
            "default-src 'none'; sandbox",
        )
    assert "%E5%90%8D%E5%8D%95.txt" in answer["Content-Disposition"]


def test_the_library_is_shared_but_a_document_is_not(client, cast, picture, paper):
    assert on_desk(client, cast.towns_writer, picture.url).status_code == 200
    assert on_desk(client, cast.towns_writer, paper.url).status_code == 404
    assert on_desk(client, cast.chief, paper.url).status_code == 200, "who arranges may rename it"
    for address in (picture.url, paper.url):
        assert on_desk(client, cast.stranger, address).status_code == 404


def test_who_reads_an_article_reads_its_files(client, cast, draft, picture, paper):
    for address in (picture.url, paper.url):
        assert on_desk(client, cast.head, address).status_code == 200
        assert on_desk(client, cast.stranger, address).status_code == 404
    assert on_desk(client, cast.towns_writer, paper.url).status_code == 404, "an outside correspondent"


def test_without_a_session_the_desk_shows_nothing(client, picture):
    assert client.get(desk_addresses(picture.url)).status_code == 302


@pytest.mark.parametrize("name", ["pictures/x.jpg", "pictures/" + "0" * 32 + ".jpg", "../newsroom.sqlite3", "a%00b"])
def test_no_other_name_is_a_file_of_the_desk(client, cast, name):
    client.force_login(cast.admin)
    assert client.get(f"/admin/media/{name}").status_code == 404
    assert client.get(f"/media/{name}").status_code == 404


def test_the_list_of_attachments_names_no_others_documents(client, cast, paper):
    other = attachments.store_attachment(upload("别人的".encode(), "别人的.txt"), by=cast.towns_writer)
    client.force_login(cast.writer)
    page = client.get("/admin/articles/attachment/").content.decode()
    assert paper.name in page
    assert other.name not in page
    assert client.get(f"/admin/articles/attachment/{other.pk}/change/").status_code != 200
    shown = client.get(f"/admin/articles/attachment/{paper.pk}/change/").content.decode()
    assert f'href="{desk_addresses(paper.url)}"' in shown


def test_pages_of_the_desk_name_only_addresses_that_answer_there(client, cast, draft, picture):
    client.force_login(cast.writer)
    for path in ("/admin/articles/picture/", f"/admin/articles/article/{draft.pk}/change/"):
        page = client.get(path).content.decode()
        found = re.findall(r"[\w/-]*/media/(?:pictures|attachments)/[^&\"]+", page)
        assert found, path
        assert {client.get(address).status_code for address in found} == {200}


def test_the_editor_shows_desk_addresses_and_the_gate_stores_public_ones(client, cast, draft, picture, paper):
    shown = BodyWidget().format_value(draft.body)
    assert f'src="/admin{picture.url}"' in shown
    assert f'href="/admin{paper.url}"' in shown
    assert desk_addresses(shown) == shown
    assert sanitise(shown).html == draft.body
    assert BodyWidget().format_value(None) == ""
    assert desk_addresses(picture.url) == reverse("admin:media", args=[picture.file.name])


@pytest.mark.parametrize("before", ["/admin", "/preview/12:a-b_c", "http://127.0.0.1:8000/admin"])
def test_the_gate_turns_every_private_address_back(picture, paper, settings, before):
    settings.SITE_URL = "http://127.0.0.1:8000"
    html = f'<p><img src="{before}{picture.url}" alt=""><a href="{before}{paper.url}">甲</a></p>'
    cleaned = sanitise(html)
    assert used_files(cleaned.html) == ((picture.file.name,), (paper.file.name,))
    assert f'src="{picture.url}"' in cleaned.html
    assert f'href="{paper.url}"' in cleaned.html
    assert not cleaned.removed


@pytest.mark.parametrize(
    "address", ["/admin/logout/", "/admin/media/x", "/preview/a/b/media/pictures/", "/evil/media/"]
)
def test_other_addresses_are_not_turned(address):
    assert f'href="{address}"' in sanitise(f'<p><a href="{address}">甲</a></p>').html


# --- previews ---------------------------------------------------------------------------------------------------------


def test_a_preview_shows_the_files_of_its_revision_and_no_others(client, cast, draft, picture, paper):
    path = cast.preview(draft)
    page = client.get(path).content.decode()
    for file in (picture, paper):
        assert f'"{path}{file.url[1:]}"' in page
        assert f'"{file.url}"' not in page
    for address in (picture.url, picture.renditions[0][1], paper.url):
        answer = client.get(path + address[1:])
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "%E5%90%8D%E5%8D%95.txt" in answer["Content-Disposition"]
    other = attachments.store_attachment(upload("别的".encode(), "别的.txt"), by=cast.writer)
    for name in (other.file.name, "pictures/" + "0" * 32 + ".jpg", "x"):
        assert client.get(f"{path}media/{name}").status_code == 404
    for address in (picture.url, paper.url):
        assert client.get(address).status_code == 404


def test_when_the_link_ends_so_do_its_files(client, cast, draft, picture):
    path = cast.preview(draft)
    assert client.get(f"/preview/1:x/{picture.url[1:]}").status_code == 403
    with mock.patch.object(timezone, "now", return_value=timezone.now() + timedelta(days=2)):
        assert client.get(path + picture.url[1:]).status_code == 403
    preview.revoke_previews(draft, by=cast.writer)
    assert client.get(path + picture.url[1:]).status_code == 403


def test_files_of_a_link_that_opens_once_need_its_opening_and_are_no_opening(client, cast, draft, picture):
    path = cast.preview(draft, once=True)
    assert client.get(path + picture.url[1:]).status_code == 403
    assert f'"{path}{picture.url[1:]}"' in client.post(path).content.decode()
    for _time in range(2):
        assert client.get(path + picture.url[1:]).status_code == 200
    assert client.post(path).status_code == 403
    assert AuditEntry.objects.filter(action="article.preview_opened").count() == 1


def test_a_draft_on_the_desk_shows_its_files_by_the_session(client, cast, draft, picture, paper):
    client.force_login(cast.head)
    page = client.get(reverse("draft", args=[draft.pk, draft.latest.number])).content.decode()
    for address in (picture.url, picture.renditions[0][1], paper.url):
        assert f'"{address}"' not in page
        assert desk_addresses(address) in page
        assert client.get(desk_addresses(address)).status_code == 200


def test_the_preview_of_an_arrangement_shows_its_pictures_by_the_session(client, cast, picture):
    article = cast.article()
    cast.publish(article)
    block = ArrangedBlock(
        Block(kind="headline", count=6, fills=True), [Slot(article_id=article.pk, picture_id=picture.pk)]
    )
    client.force_login(cast.chief)
    page = client.get(home_and_topics.arrangement_preview_url(None, [block])).content.decode()
    assert f'"{desk_addresses(picture.url)}"' in page
    assert client.get(desk_addresses(picture.url)).status_code == 200
