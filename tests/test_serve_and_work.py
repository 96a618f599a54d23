"""`serve` prints its address, also as a QR code for phones; `work` does what is due."""

import os
import socket
import subprocess
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from PIL import Image

from articles import baking, scheduling, worker
from articles.models import Article, BakeJob, Heartbeat
from tests.serving import free_port

pytestmark = pytest.mark.django_db

HALVES = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    """Keep the connection: the worker closes it between checks, but the test's own is inside a transaction."""
    monkeypatch.setattr("articles.management.commands.work.close_old_connections", lambda: None)


@pytest.fixture
def started(monkeypatch):
    """The commands that `serve` would have started: the worker's and the server's."""
    seen = []

    class Ended:
        def __init__(self, command, **_facts):
            seen.append(command)

        def wait(self):
            return 0

        poll = terminate = wait

    monkeypatch.setattr(subprocess, "Popen", Ended)
    monkeypatch.setattr(os, "execv", lambda _program, command: seen.append(command))
    return seen


def test_the_terminal_shows_a_code_that_opens_the_site(started, capsys, settings):
    zxingcpp = pytest.importorskip("zxingcpp")
    call_command("serve", host="127.0.0.1", port=free_port())
    out = capsys.readouterr().out
    assert settings.SITE_URL in out
    assert f"{settings.SITE_URL}/admin/" in out
    rows = [line for line in out.splitlines() if len(line) > 20 and set(line) <= {*HALVES, "\xa0"}]
    pixels = [
        [255 * HALVES[c.replace("\xa0", " ")][half] for c in line for _ in range(4)]
        for line in rows
        for half in (0, 1)
        for _ in range(4)
    ]
    image = Image.new("L", (len(pixels[0]), len(pixels)))
    image.putdata([value for line in pixels for value in line])
    found = zxingcpp.read_barcodes(image) or zxingcpp.read_barcodes(image.point(lambda value: 255 - value))
    assert [code.text for code in found] == [settings.SITE_URL]


def test_a_port_that_is_taken_is_not_shared(started):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"127.0.0.1:{port}.*another port"):
            call_command("serve", port=port)
    assert started == []
    call_command("serve", port=port)
    assert len(started) == 2


def test_a_host_that_is_not_this_machine_is_told(started):
    with pytest.raises(CommandError, match="Cannot listen on 203.0.113.1"):
        call_command("serve", host="203.0.113.1", port=8001)
    assert started == []


def test_the_worker_is_started_beside_the_server_and_can_be_left_out(started):
    call_command("serve", port=free_port(), worker=True)
    assert [command[2] for command in started] == ["work", "granian"]
    assert started[0][-2:] == ["--with-parent", str(os.getpid())]
    started.clear()
    call_command("serve", port=free_port(), worker=False)
    assert [command[2] for command in started] == ["granian"]


def test_one_look_publishes_what_is_due_and_leaves_a_heartbeat(cast, monkeypatch, started):
    due, later = cast.article(), cast.article()
    now = timezone.now()
    for article, hours in ((due, 1), (later, 3)):
        cast.sign(article)
        scheduling.schedule_article(article, by=cast.editor, at=now + timedelta(hours=hours))
    assert worker.worker_silent_since()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=2))
    call_command("work", once=True)
    assert list(Article.objects.public()) == [due]
    assert Heartbeat.objects.get(worker="work").seen_at == now + timedelta(hours=2)
    assert worker.worker_silent_since() is None
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=2, minutes=3))
    assert worker.worker_silent_since() == now + timedelta(hours=2)


def test_one_look_bakes_what_waits_and_has_the_whole_site_baked_when_a_new_version_came(cast, started):
    call_command("work", once=True)
    assert [command[1:] for command in started] == [["manage.py", "bake", "--all"]]
    baking.bake_everything(processes=1)
    started.clear()
    baking.request_bake(["/"])
    call_command("work", once=True)
    assert (started, BakeJob.objects.count()) == ([], 0)


def test_the_desk_says_that_nobody_publishes_what_is_scheduled(client, cast):
    client.force_login(cast.editor)
    assert client.get("/admin/").context["silent_since"]
    worker.record_heartbeat()
    assert client.get("/admin/").context["silent_since"] is None


def test_an_orphaned_worker_stops(cast, started):
    call_command("work", with_parent=1 if os.getppid() != 1 else 2, every=3600)
