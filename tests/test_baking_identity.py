"""The pages of a database are in one store: a process with another one refuses to start, and says the way out."""

import os
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import TestCase

from articles import baking, publishing
from articles.baking.generations import baked_generations
from articles.baking.identity import StoreIsForeign, adopt_store, require_own_store
from articles.models import AuditEntry, BakeJob, KnownStore
from tests.baked import assert_disk_matches_site
from tests.cast import refused
from tests.serving import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    monkeypatch.setattr("articles.management.commands.work.close_old_connections", lambda: None)
    monkeypatch.setattr("articles.baking.checking.RECHECK_PAUSE", 0)


@pytest.fixture
def machines(cast, settings, tmp_path, monkeypatch):
    """Two machines with local folders on one database: `use(name)` makes one of them this one. `first` has the pages."""
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_facts: started.append(command))
    monkeypatch.setattr(os, "execv", lambda _program, command: started.append(command))

    def use(name):
        settings.BAKED_DIR = tmp_path / name
        settings.STORAGES = {**settings.STORAGES}  # a new store, as in a new process

    cast.use, cast.started = use, started
    use("first")
    cast.shown = cast.article()
    cast.publish(cast.shown)
    call_command("bake", everything=True, processes=1)
    return cast


COMMANDS = {
    "serve": lambda: call_command("serve", port=free_port()),
    "work": lambda: call_command("work", once=True),
    "bake": lambda: call_command("bake"),
    "bake --all": lambda: call_command("bake", everything=True, processes=1),
    "check_baked": lambda: call_command("check_baked", manifest=True, repair=True),
    "import_articles": lambda: call_command("import_articles", "none.txt", section="news"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_second_machine_with_a_folder_of_its_own_does_not_start(machines, command, settings):
    machines.use("second")
    with refused(CommandError, r"second is not where the pages.*bake --all --anew --adopt"):
        COMMANDS[command]()
    assert machines.started == []
    assert not settings.BAKED_DIR.exists()
    machines.use("first")
    require_own_store()


def test_a_folder_of_another_database_is_not_filled(machines):
    """Such as that of a test database that was pointed at the folder of production."""
    KnownStore.objects.all().delete()
    with refused(StoreIsForeign, "of another database"):
        require_own_store()
    KnownStore.objects.create(pk=1, identity="0" * 32)
    with refused(StoreIsForeign, "is not where the pages"):
        require_own_store()


def test_the_first_store_of_a_database_becomes_known_and_stays_so(machines, settings):
    known = KnownStore.objects.get()
    assert (settings.BAKED_DIR / ".store").read_text() == known.identity
    COMMANDS["work"]()
    COMMANDS["serve"]()
    assert KnownStore.objects.get() == known
    assert len(machines.started) == 2, "worker and server"


def test_a_restored_machine_takes_over_and_the_former_one_refuses(machines):
    machines.use("second")
    call_command("bake", everything=True, restart=True, adopt=True, processes=1)
    assert_disk_matches_site()
    assert AuditEntry.objects.first().action == "pages.adopted"
    assert not BakeJob.objects.exists()
    machines.use("first")
    with pytest.raises(StoreIsForeign):
        require_own_store()


def test_a_folder_that_is_taken_over_serves_nothing_that_was_withdrawn_meanwhile(machines):
    machines.use("second")
    adopt_store()
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.withdraw_article(machines.shown, by=machines.chief, reason="误")
    machines.use("first")
    name = f"a/{machines.shown.number}/index.html"
    assert baked_generations().served().read(name) is not None
    adopt_store()
    assert baked_generations().served().read(name) is None
    assert BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()


def test_the_server_starts_while_the_database_is_away(machines, monkeypatch, capsys):
    def away():
        raise OperationalError("no connection")

    monkeypatch.setattr(baking, "require_own_store", away)
    COMMANDS["serve"]()
    assert len(machines.started) == 2
    assert "did not answer" in capsys.readouterr().err


def test_a_worker_that_started_without_the_database_looks_before_its_first_work(machines, monkeypatch):
    asked = []

    def away_at_first():
        asked.append(1)
        if len(asked) == 1:
            raise OperationalError("no connection")
        machines.use("second")
        require_own_store()

    monkeypatch.setattr(baking, "require_own_store", away_at_first)
    baking.request_bake(["/"])
    with pytest.raises(CommandError, match="is not where the pages"):
        call_command("work", every=0.01)
    assert len(asked) == 2
    assert BakeJob.objects.filter(path="/").exists()


def test_the_identity_is_no_page(machines):
    assert baking.check_files(against="manifest").count == 0
    assert not Path(baked_generations().served().location, ".store").exists()
