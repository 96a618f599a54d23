"""The watermark of the desk: who reads a page and when, on every page and draft, if the setting says so."""

import pytest
from django.utils import timezone

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(client, cast):
    client.force_login(cast.editor)
    return cast.article(by=cast.editor)


def pages_of(article):
    return [
        "/admin/",
        "/admin/password_change/",
        "/admin/articles/article/",
        f"/admin/articles/article/{article.pk}/change/",
        f"/admin/articles/article/{article.pk}/change/?_popup=1",
        f"/admin/articles/article/{article.pk}/sheet/",
        f"/admin/articles/article/{article.pk}/revisions/1/",
        f"/admin/articles/article/{article.pk}/revisions/1/text/",
    ]


def test_every_page_of_the_desk_says_who_reads_it_and_when(client, cast, article, settings):
    settings.DESK_WATERMARK = True
    for address in pages_of(article):
        page = client.get(address).content.decode()
        drawn = page.partition('<svg class="watermark"')[2].partition("</svg>")[0]
        assert "梁静姝（editor）" in drawn, address
        assert f"{timezone.localtime():%Y-%m-%d}" in drawn
        assert page.count("desk/watermark.css") == 1


def test_a_draft_in_a_frame_of_the_desk_has_the_mark_of_the_page_around_it(client, cast, article, settings):
    settings.DESK_WATERMARK = True
    text = client.get(f"/admin/articles/article/{article.pk}/revisions/1/text/", headers={"sec-fetch-dest": "iframe"})
    assert "watermark" not in text.content.decode()


def test_without_the_setting_and_for_readers_there_is_none(client, cast, article, settings):
    for address in pages_of(article):
        assert "watermark" not in client.get(address).content.decode()
    settings.DESK_WATERMARK = True
    client.logout()
    for address in ("/admin/login/", "/", "/search/"):
        assert "watermark" not in client.get(address).content.decode()
