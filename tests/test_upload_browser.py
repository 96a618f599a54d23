"""A file on its way from a form of the desk, in a real browser: its limit before, its progress meanwhile."""

import pytest
from django.conf import settings as django_settings

from articles.models import Attachment
from tests.browser import chromium
from tests.cast import Cast
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
        assert "larger than 3 MB" in page.inner_text(".uploading")
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
