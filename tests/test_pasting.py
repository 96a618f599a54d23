"""The desk's addresses for pasting: who may ask them, what they answer, and pictures fetched with their provenance."""

import pytest
from django.core.exceptions import PermissionDenied

from articles import checks, fetching
from articles.models import AuditEntry, Picture
from articles.pictures import fetched
from articles.refusals import Refusal
from articles.sanitising import MAX_HTML_LENGTH, read_pasted_html
from tests.cast import make_user, png

pytestmark = pytest.mark.django_db

PASTE = "/admin/articles/article/paste/"
FETCH = "/admin/articles/picture/fetch/"
ADDRESS = "https://p.e.example/a/%E6%A1%A5.png"
RIGHT = {"licence": "经授权", "credit": "望桥发布"}


@pytest.fixture
def outside(monkeypatch):
    """Addresses outside, with what they have; each address that is asked is kept in `asked`."""
    files, asked = {ADDRESS: png(90, 60)}, []

    def fetch(address):
        asked.append(address)
        return fetching.Fetched(files[address], address)

    monkeypatch.setattr(fetched, "fetch_public", fetch)
    return files, asked


def test_a_paste_is_answered_with_what_to_insert(client, cast, settings):
    settings.LANGUAGE_CODE = "en"
    client.force_login(cast.writer)
    own = "/media/pictures/" + "0" * 32 + ".jpg"
    html = f"<p>甲<span hidden>乙</span></p><img src='{own}'><img src='file:///1.png'>"
    answer = client.post(PASTE, {"html": html, "first": "3"}).json()
    place = "[Picture 3 is still to be uploaded]"
    assert answer["html"] == f'<p>甲</p><p><img src="/admin{own}" alt=""></p><p>{place}</p>'
    assert answer["pictures"] == [{"place": place, "address": "file:///1.png"}]
    assert len(answer["told"]) == 1


@pytest.mark.parametrize("first", ["", "x", "-1", "²", "9" * 40])
def test_a_wrong_number_is_one(client, cast, first):
    client.force_login(cast.writer)
    answer = client.post(PASTE, {"html": "<img src='file:///1.png'>", "first": first}).json()
    assert "1" in answer["pictures"][0]["place"]


def test_plain_text_is_read_by_lines(client, cast):
    client.force_login(cast.writer)
    assert client.post(PASTE, {"text": "甲\n乙<b>"}).json()["html"] == "<p>甲</p><p>乙&lt;b&gt;</p>"


def test_what_is_too_long_is_refused_with_a_sentence(client, cast):
    client.force_login(cast.writer)
    answer = client.post(PASTE, {"html": "a" * (MAX_HTML_LENGTH + 1)})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("path", [PASTE, FETCH])
def test_asking_by_get_is_refused_with_a_sentence(client, cast, path):
    client.force_login(cast.writer)
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_only_those_who_write_or_read_may_paste(client):
    for duty, status in (("write", 200), ("final", 200), ("audit", 403)):
        client.force_login(make_user(f"may-{duty}", [duty]))
        assert client.post(PASTE, {"html": "<p>甲</p>"}).status_code == status


def test_an_article_with_a_held_place_is_not_published(cast):
    body = read_pasted_html("<p>甲</p><img src='file:///1.png'>").html
    article = cast.article(body=body)
    assert "text.pictures" in [problem.id for problem in checks.find_problems(article)]
    cast.change(article, body="<p>甲</p>")
    assert "text.pictures" not in [problem.id for problem in checks.find_problems(article)]


# --- Pictures of other sites ------------------------------------------------------------------------------------


def test_a_picture_is_fetched_with_its_provenance(client, cast, outside):
    client.force_login(cast.writer)
    answer = client.post(FETCH, {"address": ADDRESS, **RIGHT}).json()
    picture = Picture.objects.get()
    assert answer["url"] == f"/admin{picture.url}"
    assert (picture.name, picture.licence, picture.credit) == ("桥", "经授权", "望桥发布")
    assert (picture.fetched_from, picture.uploaded_by) == (ADDRESS, cast.writer)
    assert ADDRESS in AuditEntry.objects.get(action="picture.uploaded").details["new"]


def test_a_picture_that_is_there_keeps_its_row(cast, outside):
    first = fetched.fetch_picture(ADDRESS, by=cast.writer, **RIGHT)
    outside[0]["https://p.e.example/b"] = png(90, 60)
    again = fetched.fetch_picture("https://p.e.example/b", by=cast.writer, licence="别的", credit="别家")
    assert again == first
    assert (again.licence, again.fetched_from) == ("经授权", ADDRESS)
    assert AuditEntry.objects.filter(action="picture.uploaded").count() == 1


@pytest.mark.parametrize("missing", ["licence", "credit"])
def test_without_right_or_source_nothing_is_fetched(client, cast, outside, missing):
    client.force_login(cast.writer)
    answer = client.post(FETCH, {"address": ADDRESS, **RIGHT, missing: " "})
    assert answer.status_code == 422
    assert (outside[1], Picture.objects.count()) == ([], 0)


def test_words_that_are_too_long_are_refused(client, cast, outside):
    client.force_login(cast.writer)
    assert client.post(FETCH, {"address": ADDRESS, **RIGHT, "licence": "长" * 121}).status_code == 422
    assert Picture.objects.count() == 0


def test_the_setting_turns_it_off(settings, cast, outside):
    settings.FETCH_PICTURES = False
    with pytest.raises(Refusal) as refusal:
        fetched.fetch_picture(ADDRESS, by=cast.writer, **RIGHT)
    assert refusal.value.id == "pictures.fetching_off"
    assert outside[1] == []


def test_others_may_not_fetch(client, outside):
    auditor = make_user("may-audit", ["audit"])
    with pytest.raises(PermissionDenied):
        fetched.fetch_picture(ADDRESS, by=auditor, **RIGHT)
    client.force_login(auditor)
    assert client.post(FETCH, {"address": ADDRESS, **RIGHT}).status_code == 403
    assert outside[1] == []


@pytest.mark.parametrize("content", [b"<html>no</html>", b"<svg xmlns='x'/>", b"", b"%PDF-1.4"])
def test_what_is_no_picture_is_refused_by_its_content(client, cast, outside, content):
    client.force_login(cast.writer)
    outside[0][ADDRESS] = content
    answer = client.post(FETCH, {"address": ADDRESS, **RIGHT})
    assert answer.status_code == 422
    assert Picture.objects.count() == 0


def test_the_network_of_the_server_is_not_asked(client, cast):
    client.force_login(cast.writer)
    answer = client.post(FETCH, {"address": "http://127.0.0.1/", **RIGHT})
    assert answer.status_code == 422
    assert "127.0.0.1" in answer.json()["error"]["message"]
