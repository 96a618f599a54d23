"""Faults that pass: a locked database, a full disk. 503 with a page that needs neither, for readers and the desk."""

import errno
import os
import re
import shutil
from html import unescape
from types import SimpleNamespace
from unittest import mock

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection
from django.test import Client

from articles import baking, editing, faults, search
from articles.admin import faults as door
from articles.admin import picture as picture_screen
from articles.faults import Fault
from articles.models import Article
from tests.cast import upload
from tests.test_admin_article import form

pytestmark = pytest.mark.django_db


def locked(*_args, **_facts):
    raise OperationalError("database is locked")


def full(*_args, **_facts):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def browser():
    """A client that gets the answer to an exception, as browsers do."""
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


@pytest.fixture
def at_desk(browser, cast):
    browser.force_login(cast.editor)
    return browser


def failing(target, name, error):
    return mock.patch.object(target, name, side_effect=error)


def caused_by(error, cause):
    error.__cause__ = cause
    return error


def sqlite_full():
    error = OperationalError("database or disk is full")
    cause = Exception()
    cause.sqlite_errorcode = 13
    return caused_by(error, cause)


def postgresql_full():
    cause = Exception()
    cause.pgcode = "53100"
    return caused_by(OperationalError("could not extend file"), cause)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OperationalError("database is locked"), Fault.DATABASE),
        (InterfaceError("connection already closed"), Fault.DATABASE),
        (sqlite_full(), Fault.DISK),
        (postgresql_full(), Fault.DISK),
        (OSError(errno.ENOSPC, ""), Fault.DISK),
        (OSError(errno.EDQUOT, ""), Fault.DISK),
        (caused_by(ValueError("later"), OperationalError("database is locked")), Fault.DATABASE),
        (OSError(errno.ENOENT, ""), None),
        (DataError("too long"), None),
        (ValueError("ours"), None),
        (None, None),
    ],
)
def test_what_an_error_tells_of(error, fault):
    assert faults.fault_of(error) is fault


# --- readers --------------------------------------------------------------------------------------------------------


def test_readers_get_the_sites_own_page(browser, cast):
    cast.publish(cast.article())
    baking.bake_everything(processes=1)
    with failing(search, "search_articles", locked):
        answer = browser.get("/search/?q=大桥")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "no-store" in answer["Cache-Control"]
    assert answer.content == (baking.served_page("/back-soon/"))
    assert 'class="masthead"' in answer.content.decode()
    assert answer.cookies == {}


@pytest.mark.parametrize(
    "path", ["/a/1/", "/nowhere/", "/q/W1", "/api/v1/articles", "/report/1/", "/preview/x/", "/s/x/"]
)
def test_every_address_of_readers_says_so_before_anything_is_baked(browser, path):
    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=locked):
        answer = browser.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "unavailable" in answer.content.decode()
    assert answer.cookies == {}


def test_a_readers_report_is_kept_on_the_page(browser, cast):
    article = cast.article()
    cast.publish(article)
    with mock.patch("articles.reporting.receive_report", side_effect=locked):
        answer = browser.post(f"/report/{article.number}/", {"text": "日期<错>了"})
    html = answer.content.decode()
    assert answer.status_code == 503
    assert f'action="/report/{article.number}/"' in html
    assert "日期&lt;错&gt;了" in html
    assert answer.cookies == {}


def test_other_errors_are_errors(browser):
    with failing(search, "search_articles", ValueError("ours")):
        assert browser.get("/search/?q=x").status_code == 500
    assert browser.get("/q/W1.png?size=big").status_code in (400, 404)


# --- the desk -------------------------------------------------------------------------------------------------------


def typed_fields(html):
    """The fields of the page's form, as a browser sends them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="(.*?)">', html, re.DOTALL)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize(
    ("error", "sentence"), [(locked, "did not answer in time"), (full, "disk of the server is full")]
)
def test_a_save_that_failed_changed_nothing_and_is_sent_again_from_the_page(at_desk, cast, error, sentence):
    article = cast.article(title="旧题")
    address = f"/admin/articles/article/{article.pk}/change/"
    with failing(editing, "save_article", error):
        answer = at_desk.post(address, form(cast, article, title="新题", body="<p>\n第一段<b>。</b></p>"))
    html = answer.content.decode()
    assert answer.status_code == 503
    assert "Nothing was changed" in html
    assert sentence in html
    assert Article.objects.get(pk=article.pk).title == "旧题"
    assert "csrfmiddlewaretoken" in html
    again = at_desk.post(address, typed_fields(html))
    assert again.status_code == 302, again.content.decode()[:3000]
    assert Article.objects.get(pk=article.pk).title == "新题"


def test_a_page_of_the_desk_that_cannot_be_read_can_be_tried_again(at_desk):
    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=locked):
        answer = at_desk.get("/admin/articles/article/?q=x")
    assert answer.status_code == 503
    assert 'href="/admin/articles/article/?q=x"' in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "sentence"), [(locked, "did not answer in time"), (full, "disk of the server is full")]
)
def test_the_body_editor_is_told_in_its_own_format(at_desk, error, sentence):
    with failing(picture_screen.PictureAdmin, "store", error):
        answer = at_desk.post("/admin/articles/picture/upload/", {"upload": upload()})
    assert answer.status_code == 503
    assert answer.json()["uploaded"] == 0
    assert sentence in answer.json()["error"]["message"]


def test_the_body_editor_is_told_too_where_the_session_cannot_be_read(at_desk):
    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=locked):
        answer = at_desk.post("/admin/articles/attachment/upload/", {"upload": upload()})
    assert answer.status_code == 503
    assert "did not answer in time" in answer.json()["error"]["message"]


def test_a_password_is_never_printed(browser, cast):
    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=locked):
        answer = browser.post("/admin/login/", {"username": "x", "password": "secret-of-mine"})
    html = answer.content.decode()
    assert answer.status_code == 503
    assert "secret-of-mine" not in html
    assert "<form" not in html


def test_an_act_whose_session_could_not_be_stored_may_be_done(at_desk, cast):
    """Django calls it a bad request; the act before it was committed."""
    article = cast.article()
    with mock.patch("articles.models.DeskSession.save", side_effect=locked):
        answer = at_desk.post(f"/admin/articles/article/{article.pk}/change/", form(cast, article, title="新题"))
    html = answer.content.decode()
    assert answer.status_code == 503
    assert "uncertain whether this was done" in html
    assert "<form" not in html
    assert Article.objects.get(pk=article.pk).title == "新题"


def test_the_desk_says_that_the_disk_is_nearly_full(at_desk):
    usage = SimpleNamespace(total=2**40, free=300 * 2**20)
    with mock.patch.object(shutil, "disk_usage", return_value=usage):
        assert "300 MB" in at_desk.get("/admin/").content.decode()
    usage.free = 2**39
    with mock.patch.object(shutil, "disk_usage", return_value=usage):
        assert "free on the disk" not in at_desk.get("/admin/").content.decode()


def test_a_small_disk_is_full_later():
    with mock.patch.object(shutil, "disk_usage", return_value=SimpleNamespace(total=2**30, free=2**28)):
        assert faults.scarce_disk_space() is None
    with mock.patch.object(shutil, "disk_usage", return_value=SimpleNamespace(total=2**30, free=2**26)):
        assert faults.scarce_disk_space() == 64


# --- waiting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "patience"), [("/search/", door.READERS_PATIENCE), ("/admin/", door.DESK_PATIENCE)])
def test_a_request_waits_shortly_for_a_locked_database(rf, path, patience):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL does not lock readers out")
    usual = connection.settings_dict
    seen = []
    middleware = door.DatabasePatienceMiddleware(lambda _request: seen.append(connection.settings_dict["OPTIONS"]))
    middleware(rf.get(path))
    assert [options["timeout"] for options in seen] == [patience]
    assert connection.settings_dict is usual
