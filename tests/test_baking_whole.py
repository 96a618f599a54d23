"""Baking the whole site: next to the old one, interrupted and resumed, swapped in one step; detection of tampering."""

import errno
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import TestCase

from articles import audit, baking, publishing
from articles.baking import jobs, store, whole
from articles.baking.generations import baked_generations
from articles.models import AuditEntry, BakedPage, BakeJob, PageCheck, SiteSettings
from tests.baked import assert_disk_matches_site, assert_queue_is_empty
from tests.cast import Cast
from tests.conftest import needs
from tests.prepared import migrated_database
from tests.serving import kill

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(kept_rows):
    cast = Cast()
    cast.shown = [cast.article() for _ in range(4)]
    for article in cast.shown:
        cast.publish(article)
    baking.bake_everything(processes=1)
    return cast


@pytest.fixture
def site(own_copies, kept_rows, tmp_path):
    shutil.copytree(kept_rows.parent, tmp_path, symlinks=True, dirs_exist_ok=True)
    return own_copies


def renamed(name):
    SiteSettings.objects.update_or_create(pk=1, defaults={"name": name})
    baking.request_full_bake()


def said(path, files=None):
    body = (files or baked_generations().served()).read(store.file_name(path))
    return body.decode() if body is not None else None


@contextmanager
def stopping_at(count):
    """Interrupt the process after this many pages have been rendered."""
    ask, asked = jobs.render_page, []

    def some(path, shared):
        asked.append(path)
        if len(asked) > count:
            raise KeyboardInterrupt
        return ask(path, shared)

    with mock.patch.object(jobs, "render_page", some), mock.patch.object(whole, "PAGES_PER_CHUNK", 3):
        yield asked


def test_readers_see_the_old_site_until_the_new_one_is_whole(site):
    served = baked_generations().served().generation
    renamed("新站名")
    with stopping_at(7), pytest.raises(KeyboardInterrupt):
        baking.bake_everything(processes=1)
    assert baked_generations().served().generation == served
    assert "新站名" not in said("/")
    next_store = baked_generations().next_store()
    assert "新站名" in said("/", next_store)
    with stopping_at(10_000) as asked:
        baking.bake_everything(processes=1)
    assert "/" not in asked  # what was baked before the interruption is not baked again
    assert baked_generations().served().generation == next_store.generation
    assert "新站名" in said(site.shown[0].get_absolute_url())
    assert not (django_settings.BAKED_DIR / "g" / served).exists()
    assert set(BakedPage.objects.values_list("generation", flat=True)) == {next_store.generation}
    assert_queue_is_empty()
    assert_disk_matches_site()


def test_what_happens_meanwhile_is_in_both(site):
    renamed("新站名")
    with stopping_at(7), pytest.raises(KeyboardInterrupt):
        baking.bake_everything(processes=1)
    changed, away = site.shown[0], site.shown[1]
    site.change(changed, title="另一题")
    site.publish(changed)
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.withdraw_article(away, by=site.editor, reason="误")
    baking.bake_pending()
    for files in (baked_generations().served(), baked_generations().next_store()):
        assert "另一题" in said(changed.get_absolute_url(), files)
        assert said(away.get_absolute_url(), files) is None
    baking.bake_everything(processes=1)
    assert_queue_is_empty()
    assert_disk_matches_site()


def test_what_is_asked_for_while_it_runs_is_not_lost(site):
    renamed("一")
    ask, seen = jobs.render_page, []

    def renaming(path, shared):
        if not seen:
            seen.append(path)
            renamed("二")
        return ask(path, shared)

    with mock.patch.object(jobs, "render_page", renaming):
        baking.bake_everything(processes=1)
    assert "二" in said("/")
    assert_queue_is_empty()
    assert_disk_matches_site()


def test_a_page_that_fails_keeps_its_old_file_and_waits(site):
    path = site.shown[2].get_absolute_url()
    before = said(path)
    renamed("新站名")
    ask = jobs.render_page

    def failing(asked, shared):
        if asked == path:
            raise jobs.RenderFailed("broken")
        return ask(asked, shared)

    with mock.patch.object(jobs, "render_page", failing):
        baking.bake_everything(processes=1)
    assert said(path) == before
    assert "新站名" in said("/")
    assert list(BakeJob.objects.values_list("path", "whole", "error")) == [(path, False, "broken")]
    baking.retry_failed(BakeJob.objects.all())
    baking.bake_pending()
    assert_disk_matches_site()


def test_images_of_codes_are_taken_over_until_address_or_logo_change(site, settings):
    path = f"/q/W{site.shown[0].number}.png"
    renamed("新站名")
    with stopping_at(10_000) as asked:
        baking.bake_everything(processes=1)
    assert path not in asked
    assert "/" in asked
    assert_disk_matches_site()
    settings.SITE_URL = "http://xinwen.example.cn"
    settings.ALLOWED_HOSTS = ["xinwen.example.cn"]
    before = baked_generations().served().read(store.file_name(path))
    with stopping_at(10_000) as asked:
        baking.bake_everything(processes=1)
    assert path in asked
    assert baked_generations().served().read(store.file_name(path)) != before
    assert_disk_matches_site()


def test_no_page_of_the_new_site_has_the_time_of_another_text_in_the_old_one(site):
    def times():
        current = django_settings.BAKED_DIR / "current"
        return {
            path: int((current / store.file_name(path)).stat().st_mtime)
            for path in ("/", "/s/news/", "/feeds/all.atom")
        }

    before = times()
    renamed("新名")
    baking.bake_everything(processes=1)
    assert all(after > before[path] for path, after in times().items())


def test_only_one_process_bakes_the_whole_site(site):
    with whole._exclusive_bake(), pytest.raises(CommandError, match="already"):
        call_command("bake", everything=True, processes=1)


def test_a_new_version_is_noticed_and_the_same_one_is_not(site, settings):
    baking.request_bake_on_new_version()
    assert not baking.full_bake_is_requested()
    settings.SITE_URL = "http://news.example.cn"
    baking.request_bake_on_new_version()
    assert baking.full_bake_is_requested()


# --- tampering ------------------------------------------------------------------------------------------------------


@pytest.fixture
def _no_pauses(monkeypatch):
    monkeypatch.setattr("articles.baking.checking.RECHECK_PAUSE", 0)


def page(site, number=0):
    return django_settings.BAKED_DIR / "current" / "a" / str(site.shown[number].number) / "index.html"


TAMPERING = {
    "changed": lambda file: file.write_bytes(file.read_bytes().replace("便民桥".encode(), "收费桥".encode())),
    "one byte more": lambda file: file.write_bytes(file.read_bytes() + b" "),
    "emptied": lambda file: file.write_bytes(b""),
    "removed": lambda file: file.unlink(),
    "copy changed": lambda file: file.with_name("index.html.gz").write_bytes(b"\x1f\x8b nonsense"),
    "added": lambda file: (file.parent / "shell.php").write_bytes(b"<?php"),
    "page added": lambda file: (file.parent / "extra").mkdir() or (file.parent / "extra/index.html").write_bytes(b"x"),
    "hidden file": lambda file: (file.parent / ".hidden").write_bytes(b"x"),
}


@pytest.mark.usefixtures("_no_pauses")
@pytest.mark.parametrize("name", TAMPERING)
def test_the_manifest_finds_what_somebody_else_wrote_and_repair_puts_it_right(site, name, capsys):
    call_command("check_baked", manifest=True)
    assert PageCheck.objects.get().count == 0
    TAMPERING[name](page(site))
    with pytest.raises(SystemExit):
        call_command("check_baked", manifest=True, repair=True)
    result = PageCheck.objects.first()
    assert (result.count, result.findings[0][0] in capsys.readouterr().out) == (1, True)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.details["count"]) == ("pages.differ", 1)
    assert audit.first_broken_entry() is None
    baking.bake_pending()
    call_command("check_baked", manifest=True)
    assert_disk_matches_site()


@pytest.mark.usefixtures("_no_pauses")
@pytest.mark.parametrize("name", ["changed", "removed", "copy changed", "added"])
def test_the_check_against_the_site_finds_the_same(site, name):
    call_command("check_baked")
    TAMPERING[name](page(site))
    with pytest.raises(SystemExit):
        call_command("check_baked")
    assert PageCheck.objects.first().count == 1


@pytest.mark.usefixtures("_no_pauses")
def test_a_page_that_is_stale_by_the_database_differs_from_the_site_though_its_hash_is_right(site):
    SiteSettings.objects.update_or_create(pk=1, defaults={"name": "没有请求烘焙"})
    call_command("check_baked", manifest=True)
    with pytest.raises(SystemExit):
        call_command("check_baked")


@pytest.mark.usefixtures("_no_pauses")
def test_pages_that_wait_are_not_taken_for_tampering(site):
    page(site).write_bytes(b"half")
    BakeJob.objects.create(path=site.shown[0].get_absolute_url())
    call_command("check_baked", manifest=True)


# --- real processes, real disks -------------------------------------------------------------------------------------

PREPARE = """
import django; django.setup()
from tests.cast import Cast
cast = Cast()
for _ in range(8):
    cast.publish(cast.article())
from articles import baking
baking.request_full_bake()
"""
BAKE_AND_COMPARE = """
import django; django.setup()
from django.core.management import call_command
from articles.models import BakeJob
from tests.baked import assert_disk_matches_site, assert_queue_is_empty
BakeJob.objects.update(claimed_until=None, due_at=None)  # as if the claims of the killed had run out
call_command("bake", "--all", "--processes", "1", verbosity=0)
assert_queue_is_empty()
assert_disk_matches_site()
"""


def run(script, environment):
    return subprocess.run([sys.executable, "-c", script], env=environment, cwd=django_settings.BASE_DIR, check=True)


@pytest.fixture
def newsroom(tmp_path):
    """A newsroom with its own database file, for processes that may be killed."""
    folder = tmp_path / "data"
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/newsroom.sqlite3",
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "PYTHONWARNINGS": "ignore",
        "DEBUG": "1",
    }
    folder.mkdir()
    shutil.copy(migrated_database(), folder)
    run(PREPARE, environment)
    return environment


def test_a_worker_killed_while_it_writes_is_made_good_by_the_next_one(newsroom):
    command = [sys.executable, "manage.py", "bake", "--all", "--processes", "2"]
    for killed in range(3):
        process = subprocess.Popen(
            command, env=newsroom, cwd=django_settings.BASE_DIR, start_new_session=True, stdout=subprocess.DEVNULL
        )
        while process.poll() is None and files_under(newsroom["DATA_DIR"] + "/baked") < 10 + 15 * killed:
            time.sleep(0.01)
        kill(process)
    run(BAKE_AND_COMPARE, newsroom)


def files_under(folder):
    return sum(len(files) for _folder, _folders, files in os.walk(folder))


def test_a_full_disk_stops_nothing_for_good(newsroom):
    """A real file system of 1 MB."""
    needs(os.geteuid() == 0 and shutil.which("mount") is not None, "root, for a small file system")
    folder = newsroom["DATA_DIR"] + "/baked"
    os.makedirs(folder, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", folder], capture_output=True)
    needs(mounted.returncode == 0, "the right to mount a tmpfs")
    try:
        command = [sys.executable, "manage.py", "bake", "--all", "--processes", "1"]
        first = subprocess.run(command, env=newsroom, cwd=django_settings.BASE_DIR, capture_output=True, text=True)
        assert os.strerror(errno.ENOSPC) in first.stdout + first.stderr
        subprocess.run(["mount", "-o", "remount,size=50m", folder], check=True)
        run(BAKE_AND_COMPARE, newsroom)
    finally:
        subprocess.run(["umount", folder], check=True)
