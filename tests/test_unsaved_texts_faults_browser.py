"""Two people write one text while sessions end, the server is killed, the network is cut, the disk is full and the
database is locked: no character that was on a screen for two seconds is lost.

INSTANTS=10 in the environment tries each fault at ten random instants instead of one.
"""

import json
import os
import random
import re
import sqlite3
import subprocess
from contextlib import ExitStack, closing, contextmanager

import pytest

from tests.browser import chromium
from tests.serving import Newsroom, eventually, kill
from tests.test_faults_served import fill_disk
from tests.test_unsaved_texts_browser import wait_for

INSTANTS = int(os.environ.get("INSTANTS", "1"))
SCENE = """
from tests.cast import Cast
cast = Cast()
print(cast.article(by=cast.writer, body="<p>甲段：</p><p>不变。</p><p>乙段：</p>").pk)
"""
# What the browser would still have if the page were gone.
COPIES = """() => Object.entries(localStorage).filter(([name]) => name.startsWith("newsroom:unsaved:"))
  .map(([name, value]) => [name, Object.fromEntries(JSON.parse(JSON.parse(value).now)).body])"""
SCREEN = "() => [document.querySelector('[name=unsaved_key]').value, CKEDITOR.instances.id_body.getData()]"
TO_END_OF = """(number) => {
  const editor = CKEDITOR.instances.id_body, range = editor.createRange();
  range.moveToElementEditEnd(editor.editable().getChild(number)); range.select(); editor.focus();
}"""


class Writer:
    """Somebody who writes at the end of a paragraph."""

    def __init__(self, browser, newsroom, name, paragraph):
        self.name, self.paragraph, self.newsroom = name, paragraph, newsroom
        self.context = browser.new_context(locale="zh-CN")
        self.page = self.context.new_page()
        self.page.goto(f"{newsroom.site}/admin/articles/article/{newsroom.number}/change/")
        self.log_in(self.page)
        self.wait_for_editor()

    def wait_for_editor(self):
        self.page.wait_for_function("() => window.CKEDITOR?.instances.id_body?.status === 'ready'")
        self.page.wait_for_selector("[data-words]:not([hidden])")

    def log_in(self, page):
        page.fill("#id_username", self.name)
        page.fill("#id_password", f"secret-of-{self.name}")
        page.click("[type=submit]")

    def write(self, text):
        self.page.evaluate(TO_END_OF, self.paragraph)
        self.page.keyboard.type(text)

    def is_kept(self, *, anywhere=True):
        """Return True if what is on the screen is on the server, or `anywhere`: on the server or in this browser."""
        key, body = self.page.evaluate(SCREEN)
        found = self.newsroom.rows.execute("SELECT fields FROM articles_unsavedtext WHERE key = ?", [key]).fetchall()
        kept = [dict(json.loads(fields))["body"] for (fields,) in found]
        if anywhere:
            kept += [text for name, text in self.page.evaluate(COPIES) if name.endswith(key)]
        return body in kept

    def is_asked(self):
        """Return True if the page asks to log in again."""
        return self.page.locator("#log_in_again[open]").count() == 1

    def go_on(self):
        """Wait until the server has everything again; log in again over the text, if that is asked for."""
        eventually(lambda: self.is_asked() or self.is_kept(anywhere=False), f"the server goes on for {self.name}")
        if self.is_asked():
            with self.page.expect_popup() as opened:
                self.page.click("#log_in_again a")
            self.log_in(opened.value)
        eventually(lambda: self.is_kept(anywhere=False), f"everything of {self.name} is on the server")
        wait_for(self.page, "kept")
        self.page.wait_for_selector("#log_in_again", state="hidden")


# --- The faults ------------------------------------------------------------------------------------------------


@contextmanager
def sessions_ended(newsroom, writers):
    newsroom.rows.execute("DELETE FROM articles_desksession")
    yield


@contextmanager
def server_killed(newsroom, writers):
    kill(newsroom.server)
    yield
    newsroom.server = newsroom.serve()


@contextmanager
def network_cut(newsroom, writers):
    for writer in writers:
        writer.context.set_offline(True)
    yield
    for writer in writers:
        writer.context.set_offline(False)


@contextmanager
def disk_full(newsroom, writers):
    fill_disk(newsroom.folder / "filling")
    yield
    os.remove(newsroom.folder / "filling")


@contextmanager
def database_locked(newsroom, writers):
    with closing(sqlite3.connect(newsroom.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


FAULTS = [sessions_ended, server_killed, network_cut, database_locked]


# --- The test --------------------------------------------------------------------------------------------------


@pytest.fixture
def newsroom(tmp_path):
    """A newsroom on a small file system of its own; without the right to mount one, its disk is never full."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=90m", "tmpfs", str(folder)]
    with ExitStack() as stack:
        is_small = os.geteuid() == 0 and subprocess.run(mounting, capture_output=True).returncode == 0
        if is_small:
            stack.callback(subprocess.run, ["umount", "-l", str(folder)], check=True)
        made = Newsroom(folder)
        stack.callback(made.stop)
        made.prepare()
        made.faults = [*FAULTS, disk_full] if is_small else FAULTS
        made.database = folder / "newsroom.sqlite3"
        made.number = made.run(SCENE).split()[-1]
        # Opened before the disk is full; then nobody could open it any more.
        made.rows = stack.enter_context(closing(sqlite3.connect(made.database, isolation_level=None)))
        made.server = made.serve()
        made.site = f"http://127.0.0.1:{made.port}"
        yield made


def test_nothing_is_lost_at_random_instants_while_two_people_write(newsroom):
    chance = random.Random(os.environ.get("SEED", "31"))
    faults = newsroom.faults * INSTANTS
    chance.shuffle(faults)
    with chromium() as browser:
        writers = [Writer(browser, newsroom, "writer", 0), Writer(browser, newsroom, "editor", 2)]
        for number, fault in enumerate(faults):
            chunks = [(writer, f"{number}{letter}") for letter in "一二三四" for writer in writers]
            instant = chance.randrange(len(chunks))
            with ExitStack() as lasting:
                for place, (writer, text) in enumerate(chunks):
                    if place == instant:
                        lasting.enter_context(fault(newsroom, writers))
                    writer.write(text)
                    writer.page.wait_for_timeout(chance.randrange(400))
                writers[0].page.wait_for_timeout(2000)
                for writer in writers:
                    eventually(writer.is_kept, f"{fault.__name__} {number}: kept of {writer.name}")
            for writer in writers:
                writer.go_on()
        screens = [writer.page.inner_text(".cke_editable") for writer in writers]
        for writer in writers:
            writer.page.click("[name=_save]")
            writer.page.wait_for_selector(".messagelist .success")
        written = writers[1].page.inner_text(".cke_editable")
    typed = [
        re.search(r"[甲乙]段：(.*)", screen)[1] for screen in (screens[0].splitlines()[0], screens[1].splitlines()[-1])
    ]
    assert all(typed)
    assert written.split() == [f"甲段：{typed[0]}", "不变。", f"乙段：{typed[1]}"]
