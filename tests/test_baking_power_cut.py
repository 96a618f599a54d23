"""A power cut leaves no page empty and brings none back: what is on the disk, and in which order; what is empty anyway."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TestCase

from articles import baking, publishing
from articles.baking import store, whole
from articles.baking.generations import baked_generations
from articles.management.commands import work
from articles.models import BakedPage, BakeJob
from serving import baked_files
from tests.baked import assert_disk_matches_site
from tests.conftest import DISK_IS_NOT_AWAITED

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(cast):
    cast.shown = cast.article()
    cast.publish(cast.shown)
    baking.bake_everything(processes=1)
    return cast


@pytest.fixture
def steps(monkeypatch):
    """What is asked of the disk, in order: (what, name of the file or folder)."""
    seen = []
    fsync, replace, sync = os.fsync, os.replace, os.sync

    def fsync_and_note(handle):
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        seen.append(("fsync", path.name if path.is_dir() else path.suffix))
        fsync(handle)

    def replace_and_note(old, new):
        seen.append(("rename", Path(new).name))
        replace(old, new)

    def sync_and_note():
        seen.append(("sync", ""))
        sync()

    monkeypatch.setattr(os, "fsync", fsync_and_note)
    monkeypatch.setattr(os, "replace", replace_and_note)
    monkeypatch.setattr(os, "sync", sync_and_note)
    return seen


def test_the_content_of_a_page_is_on_the_disk_before_its_name_and_its_name_before_the_job_is_done(tmp_path, steps):
    files = store.LocalFiles(tmp_path)
    body = b"<p>page</p>" * 99
    files.replace("a/12/index.html", body, store.compressed_copies("a/12/index.html", body))
    contents = [place for place, step in enumerate(steps) if step == ("fsync", ".part")]
    renames = [place for place, (what, _name) in enumerate(steps) if what == "rename"]
    assert len(contents) == len(renames) == 3
    assert max(contents) < min(renames)
    assert steps[-1] == ("fsync", "12")
    assert ("fsync", "a") in steps[: min(contents)], "the new folder has its name"


def test_a_removed_page_is_gone_from_the_disk_before_the_act_returns(site, steps):
    folder = Path(baked_generations().served().location)
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.withdraw_article(site.shown, by=site.chief, reason="误")
    assert not (folder / f"a/{site.shown.number}").exists()
    assert ("fsync", "a") in steps or ("fsync", folder.name) in steps


def test_a_page_baked_alone_is_synced_and_a_whole_site_once_before_it_is_served(site, steps):
    baking.bake_everything(processes=1)
    assert [step for step in steps if step[0] == "sync"] == [("sync", "")]
    assert steps.index(("sync", "")) < steps.index(("rename", "current"))
    assert ("fsync", ".part") not in steps
    site.change(site.shown, title="又一个题目")
    site.publish(site.shown)
    baking.bake_pending()
    assert ("fsync", ".part") in steps


def test_a_whole_bake_that_the_machine_did_not_survive_starts_over(site, monkeypatch):
    baking.request_full_bake()
    wanted = str(BakeJob.objects.get(path=BakeJob.EVERYTHING).version)
    begun, _served = whole._begin_generation(wanted, restart=False)
    assert whole._begin_generation(wanted, restart=False)[0].generation == begun.generation
    monkeypatch.setattr(whole, "_machine_start", lambda: b"another")
    assert whole._begin_generation(wanted, restart=False)[0].generation != begun.generation


# --- files that are empty anyway ------------------------------------------------------------------------------------


def ask(path, **headers):
    """Return the status of the file server's answer, and its body."""
    told = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "HTTP_HOST": "127.0.0.1",
        "wsgi.url_scheme": "http",
        **headers,
    }
    folder = Path(baked_generations().served().location).parent.parent
    app = baked_files.FileServer(lambda _environ, start: start("418 Django", []) or [b""], folder, folder)
    return told, b"".join(app(environ, lambda status, _headers: told.append(status)))


def empty(name):
    path = Path(baked_generations().served().location, name)
    at = path.stat().st_mtime
    path.write_bytes(b"")
    os.utime(path, (at, at))


def test_an_empty_page_is_not_served_and_an_empty_copy_neither(site):
    name = f"a/{site.shown.number}/index.html"
    path = site.shown.get_absolute_url()
    empty(f"{name}.br")
    told, body = ask(path, HTTP_ACCEPT_ENCODING="br")
    assert told == ["200 OK"]
    assert site.shown.title in body.decode()
    empty(name)
    for encoding in ("", "br", "gzip"):
        assert ask(path, HTTP_ACCEPT_ENCODING=encoding)[0] == ["418 Django"]


@pytest.mark.django_db(transaction=True)  # the worker has connections of its own
def test_empty_files_are_baked_again_when_the_worker_starts(site):
    name = f"a/{site.shown.number}/index.html"
    for emptied in (name, "index.html.br", "s/news/index.html"):
        empty(emptied)
    call_command("work", once=True)
    assert_disk_matches_site()
    assert list(baked_generations().served().empty_names()) == []
    assert BakedPage.objects.filter(path=site.shown.get_absolute_url()).exists()


def test_the_worker_looks_for_empty_files_every_minute_and_on_a_large_site_less_often(site, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(work.time, "monotonic", lambda: now[0])
    command = work.Command()
    empty("index.html")
    command.rebake_empty_files()
    assert BakeJob.objects.filter(path="/").exists()
    assert not Path(baked_generations().served().location, "index.html").exists(), "Django answers until it is baked"
    assert command.empty_files_due == 1000.0 + 60
    monkeypatch.setattr(baking, "rebake_empty_files", lambda: now.append(now.pop() + 30))
    command.rebake_empty_files()
    assert command.empty_files_due == 1030.0 + 1500


def test_without_empty_files_nothing_is_queued(site):
    assert baking.rebake_empty_files() == 0
    assert not BakeJob.objects.exists()


def test_an_image_of_a_code_that_is_empty_is_drawn_again(site):
    empty(f"q/W{site.shown.number}.png")
    baking.bake_everything(processes=1)
    assert_disk_matches_site()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL syncs by default")
def test_an_act_on_sqlite_is_on_the_disk_when_it_is_answered(settings):
    command = settings.DATABASES["default"]["OPTIONS"]["init_command"].removesuffix(DISK_IS_NOT_AWAITED)
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.executescript(command)
        assert opened.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
