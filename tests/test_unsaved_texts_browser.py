"""Two windows write two new articles while the server is killed and the session ends: no character is lost."""

import json
import sqlite3
from contextlib import closing

import pytest

from tests.browser import chromium
from tests.serving import Newsroom, eventually, kill

SCENE = """
from tests.cast import Cast
Cast()
"""
IS_STORED = "(words) => Object.values(localStorage).some((kept) => kept.includes(words))"
ADD = "/admin/articles/article/add/"


@pytest.fixture
def newsroom(tmp_path):
    made = Newsroom(tmp_path)
    made.prepare()
    made.run(SCENE)
    made.server = made.serve()
    made.site = f"http://127.0.0.1:{made.port}"
    yield made
    made.stop()


def log_in(page):
    page.fill("#id_username", "writer")
    page.fill("#id_password", "secret-of-writer")
    page.click("[type=submit]")


def open_form(context, site):
    page = context.new_page()
    page.goto(f"{site}{ADD}")
    if page.locator("#id_username").count():
        log_in(page)
    page.wait_for_function("() => window.CKEDITOR?.instances.id_body?.status === 'ready'")
    page.wait_for_selector("[data-words]:not([hidden])")
    return page


def write(page, title, text):
    page.fill("#id_title", title)
    page.click(".cke_editable")
    page.keyboard.press("End")
    page.keyboard.type(text)


def wait_for(page, state):
    page.wait_for_selector(f"[data-keep][data-state={state}]")


def assert_kept(newsroom, *texts):
    """Wait until exactly these texts, title and body, are on the server."""

    def there():
        with closing(sqlite3.connect(newsroom.folder / "newsroom.sqlite3")) as rows:
            found = [json.loads(one) for (one,) in rows.execute("SELECT fields FROM articles_unsavedtext")]
        return {dict(fields)["title"] + dict(fields)["body"].strip() for fields in found} == set(texts)

    eventually(there, f"kept: {texts}")


def test_two_windows_write_while_the_server_is_killed_and_the_session_ends(newsroom):
    with chromium() as browser:
        context = browser.new_context(locale="zh-CN")
        pages = [open_form(context, newsroom.site) for _ in range(2)]
        for page, title in zip(pages, ("甲稿", "乙稿"), strict=True):
            write(page, title, "先写的。")
        assert_kept(newsroom, "甲稿<p>先写的。</p>", "乙稿<p>先写的。</p>")

        kill(newsroom.server)
        for page in pages:
            write(page, page.input_value("#id_title"), "服务器停了还在写。")
            wait_for(page, "offline")
            assert page.inner_text(".keeping-fault")
            page.wait_for_function(IS_STORED, arg="先写的。服务器停了还在写。")
        pages[0].keyboard.press("Control+s")
        pages[0].wait_for_timeout(500)
        assert "服务器停了还在写" in pages[0].inner_text(".cke_editable")
        pages[1].close(run_before_unload=False)

        newsroom.serve()
        wait_for(pages[0], "kept")
        assert_kept(newsroom, "甲稿<p>先写的。服务器停了还在写。</p>", "乙稿<p>先写的。</p>")
        again = open_form(context, newsroom.site)
        again.click(".of-this-browser .default")
        again.wait_for_url("**unsaved=*")
        again.wait_for_selector("[data-words]:not([hidden])")
        assert again.input_value("#id_title") == "乙稿"
        assert "先写的。服务器停了还在写。" in again.inner_text(".cke_editable")

        context.clear_cookies(name="sessionid")
        write(pages[0], "甲稿", "退出了还在写。")
        wait_for(pages[0], "logged_out")
        with pages[0].expect_popup() as opened:
            pages[0].click("#log_in_again a")
        log_in(opened.value)
        wait_for(pages[0], "kept")
        pages[0].wait_for_selector("#log_in_again", state="hidden")
        assert_kept(
            newsroom, "甲稿<p>先写的。服务器停了还在写。退出了还在写。</p>", "乙稿<p>先写的。服务器停了还在写。</p>"
        )


def test_an_empty_article_that_is_refused_leaves_nothing_on_the_server_or_in_the_browser(newsroom):
    stored = "() => Object.keys(localStorage).filter(name => name.startsWith('newsroom:unsaved:'))"
    with chromium() as browser:
        page = open_form(browser.new_context(locale="zh-CN"), newsroom.site)
        page.click("[name=_save]")
        page.wait_for_selector(".errornote")
        page.wait_for_selector("[data-keep][data-state=kept]", state="attached")
        assert page.is_hidden("[data-keep]")
        assert page.evaluate(stored) == []
        assert_kept(newsroom)
        page.fill("#id_title", "甲")
        page.wait_for_selector("[data-keep][data-state=kept]")
        assert_kept(newsroom, "甲")
        page.wait_for_url("**unsaved=*")
        kill(newsroom.server)
        page.fill("#id_title", "")
        wait_for(page, "offline")
        page.wait_for_function(f"() => !({stored})().length")
        newsroom.serve()
        page.wait_for_selector("[data-keep][data-state=kept]", state="attached")
        assert_kept(newsroom)
        page.wait_for_function("() => !location.search.includes('unsaved=')")
