"""Files on their way from the desk, in a real browser: the limit before, progress meanwhile, many chosen at once."""

import re

import pytest
from django.conf import settings as django_settings

from articles.models import Attachment, Picture
from tests.browser import chromium
from tests.cast import Cast, png
from tests.desk_page import Desk
from tests.test_films import a_film

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_film_is_sent_with_its_progress_and_one_that_is_too_large_is_not(client, live_server, settings):
    settings.MAX_UPLOAD_BYTES, settings.MAX_FILM_BYTES = 2 * 2**20, 3 * 2**20
    cast = Cast()
    client.force_login(cast.writer)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    sent = []
    with chromium() as browser:
        context = browser.new_context(locale="en")
        context.add_cookies(
            [{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": f"{live_server.url}/admin/"}]
        )
        page = context.new_page()
        page.on("request", lambda request: sent.append(request.method))
        page.goto(f"{live_server.url}/admin/articles/attachment/add/")
        assert "At most 2 MB; films and recordings at most 3 MB." in page.inner_text("form .help")
        film = {"name": "a.mp4", "mimeType": "video/mp4", "buffer": a_film(data=bytes(3 * 2**20))}
        page.set_input_files("input[type=file]", film)
        page.click("input[name=_save]")
        page.wait_for_selector(".uploading:has-text('larger than 3 MB')")
        assert "POST" not in sent
        film["buffer"] = a_film(data=bytes(2**21 + 2**19))
        page.set_input_files("input[type=file]", film)
        page.click("input[name=_save]")
        page.wait_for_selector(".messagelist .success, .success")
        assert page.url.endswith("/admin/articles/attachment/")
        assert sent.count("POST") == 1
        page.click("text=a.mp4")
        page.wait_for_url("**/change/**")
    assert Attachment.objects.get().width == 1280


def test_pictures_that_come_together_are_sent_in_turn_and_stay_in_their_order(live_server, settings):
    settings.SITE_URL = live_server.url
    Cast()
    files = [(f"{width}.png", "image/png", png(width, 200)) for width in (300, 301, 302)]
    steps = []
    with chromium() as browser:
        desk = Desk(browser, live_server.url)
        for happening in ("request", "response"):
            desk.page.on(happening, lambda r, step=happening: "/upload/" in r.url and steps.append(step))
        for way in ("paste", "drop", "choose"):
            steps.clear()
            desk.page.evaluate("CKEDITOR.instances.id_body.setData('<p>望桥乡。</p>')")
            desk.page.wait_for_selector(".cke_editable figure", state="detached")
            if way == "choose":
                chosen = [{"name": name, "mimeType": kind, "buffer": data} for name, kind, data in files]
                desk.chosen("attachment").set_files(chosen)
            else:
                desk.hand_over(way, *files)
            desk.page.wait_for_selector(":nth-match(.cke_editable figure img[src^='/admin/media/pictures/'], 3)")
            desk.page.wait_for_selector("[data-cke-upload-id]", state="detached")
            urls = [picture.url for picture in Picture.objects.order_by("width")]
            assert re.findall('src="/admin([^"]+)"', desk.text) == urls, way
            assert len(urls) == 3
            assert steps == ["request", "response"] * 3
        assert desk.wrong == []
