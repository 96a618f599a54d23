"""Django's own answers are compressed, except already compressed ones and byte ranges."""

import gzip

import pytest
from django.test import Client

from articles import pictures
from tests.cast import upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/search/", "/api/v1/sections", "/nowhere/", "/admin/login/"])
def test_text_is_compressed_for_those_who_accept_it(client, cast, path):
    plain = client.get(path)
    packed = client.get(path, headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content)
    assert gzip.decompress(packed.content)[:20] == plain.content[:20]


def test_a_part_of_a_file_is_a_part_of_the_file(client, cast):
    picture = pictures.store_picture(upload(), by=cast.admin)
    cast.publish_with(picture)
    headers = {"accept-encoding": "gzip", "range": "bytes=0-999"}
    part = client.get(picture.url, headers=headers)
    assert part.status_code == 206
    assert "Content-Encoding" not in part
    assert part["Content-Length"] == "1000"


def test_the_interface_says_in_its_own_form_that_it_is_read_only(cast):
    strict = Client(enforce_csrf_checks=True)
    for path in ("/api/v1/articles", "/api/v1/sections"):
        for method in (strict.post, strict.put, strict.delete):
            answer = method(path)
            assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
            assert (answer["Allow"], answer.json()["status"]) == ("GET, HEAD", 405)


@pytest.mark.parametrize("path", ["/favicon.ico", "/apple-touch-icon.png"])
def test_icons_are_where_browsers_look_for_them(client, cast, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Location"].startswith("/static/site/")) == (302, True)
