"""`serve` prints its address, also as a QR code for phones; `work` does what is due."""

import io
import os
import re
import socket
import subprocess
import threading
from datetime import timedelta
from unittest import mock

import pytest
import zxingcpp
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from articles import baking, check_rules, check_ups, link_checks, quality_counts, scheduling, worker
from articles.management.commands import serve
from articles.management.commands.work import Command
from articles.management.terminal import terminal_language
from articles.models import Article, AuditEntry, BakeJob, Heartbeat
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
    # What a process of its own prints, once the server answers.
    monkeypatch.setattr(os, "fork", lambda: 0)
    monkeypatch.setattr(os, "_exit", lambda _code: None)
    monkeypatch.setattr(serve, "_answers", lambda *_server: True)
    return seen


def test_addresses_are_printed_when_the_server_answers(started, capsys, monkeypatch):
    monkeypatch.setattr(serve, "_answers", lambda *_server: False)  # it ended before
    call_command("serve", port=free_port())
    assert "/admin/" not in capsys.readouterr().out


def test_a_server_answers_when_it_has_sent_something():
    port = free_port()
    assert not serve._answers("127.0.0.1", port, server=os.getpid()), "another process's child waits for nothing"
    with socket.create_server(("127.0.0.1", port)) as listening:
        threading.Thread(target=answer_the_second, args=[listening]).start()
        assert serve._answers("127.0.0.1", port, server=os.getppid())


def answer_the_second(listening):
    """Close the first connection without an answer, as a server does that ends, and answer the second."""
    listening.accept()[0].close()
    connected, _address = listening.accept()
    connected.recv(1000)
    connected.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    connected.close()


def test_the_terminal_shows_a_code_that_opens_the_site(started, capsys, settings):
    settings.SITE_URL = "http://192.168.1.20:8000"
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


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_there_is_no_code_of_an_address_that_no_phone_reaches(started, capsys, settings, monkeypatch, host):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    settings.SITE_URL = f"http://{host}"
    call_command("serve", port=free_port())
    out = capsys.readouterr().out
    assert not set(out) & set(HALVES) - {" "}
    assert "with HOST=0.0.0.0 after make, phones do, too" in out
    assert f"http://{host}/admin/" in out


@pytest.mark.parametrize(
    ("option", "value"), [("--port", "0"), ("--port", "65536"), ("--port", "eight"), ("--workers", "0")]
)
def test_a_number_that_cannot_be_is_refused(started, option, value):
    with pytest.raises(CommandError, match=f"{option}: '{value}' is not a whole number from 1"):
        call_command("serve", option, value)
    assert started == []


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def person(monkeypatch):
    """A person at the terminal: answers each question with the next of `answers`, and keeps the questions."""
    asked, answers = [], []

    def answer(question):
        asked.append(question)
        return answers.pop(0)

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("articles.management.first_account.getpass", answer)
    return asked, answers


def test_the_first_account_is_asked_for_until_it_is_right_in_the_language_of_the_system(
    started, person, capsys, monkeypatch
):
    asked, answers = person
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    answers += ["gu weizhen", "Ein-gutes-Wort-47", "Ein-gutes-Wort-47"]
    answers += [
        "guweizhen",
        "12345",
        "12345",
        "guweizhen",
        "Ein-gutes-Wort-47",
        "another",
        "guweizhen",
        *["Ein-gutes-Wort-47"] * 2,
    ]
    call_command("serve", port=free_port(), ask_account=True)
    said = capsys.readouterr().out
    for sentence in ("Enter a valid username", "too short", "The two passwords are not the same."):
        assert sentence in said
    account = User.objects.get(username="guweizhen")
    assert account.is_superuser
    assert account.check_password("Ein-gutes-Wort-47")
    assert AuditEntry.objects.filter(action="user.added", details__name="guweizhen").exists()
    assert not re.search(r"[\u4e00-\u9fff]", said + "".join(asked))
    asked.clear()
    call_command("serve", port=free_port(), ask_account=True)
    assert asked == []


@pytest.mark.parametrize("interruption", [EOFError, KeyboardInterrupt])
def test_whoever_does_not_answer_is_told_that_there_is_no_account(started, person, monkeypatch, interruption):
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr("builtins.input", mock.Mock(side_effect=interruption))
    with pytest.raises(CommandError, match="there is no account yet"):
        call_command("serve", port=free_port(), ask_account=True)
    assert started == []


def test_nobody_is_asked_where_there_is_no_terminal(started, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setenv("LC_ALL", "C")
    call_command("serve", port=free_port(), ask_account=True)
    assert "manage.py createsuperuser" in capsys.readouterr().out
    assert len(started) == 2


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": ""}, "zh-hans"),
        ({}, "en"),
    ],
)
def test_the_language_of_the_terminal_is_that_of_the_system(monkeypatch, variables, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert terminal_language() == language


def make(target, *variables):
    # The tests may run below a make themselves.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "MAKEFLAGS")}
    command = ["make", target, *variables]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("target", ["demo", "run"])
def test_a_port_that_is_taken_is_said_before_anything_is_prepared(target):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, said = make(target, f"PORT={port}")
    assert code != 0
    assert f"Cannot listen on 127.0.0.1:{port}." in said
    assert "Preparing" not in said
    assert make("free-port", f"PORT={port}") == (0, "")


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
    monkeypatch.setattr(worker, "STARTED_AT", now - worker.DOWN_AFTER)
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


@pytest.mark.parametrize(
    "work",
    [
        link_checks.continue_register,
        check_ups.continue_check_ups,
        check_rules.continue_trials,
        quality_counts.continue_quality_counts,
    ],
)
def test_what_the_worker_does_every_second_only_looks_while_there_is_nothing_to_do(cast, work):
    """On SQLite a transaction keeps everybody else from writing."""
    cast.publish(cast.article())
    while work():
        pass
    with CaptureQueriesContext(connection) as queries:
        assert work() == 0
    assert {query["sql"].partition(" ")[0] for query in queries} == {"SELECT"}


def test_the_desk_says_that_nobody_publishes_what_is_scheduled(client, cast, monkeypatch):
    client.force_login(cast.editor)
    monkeypatch.setattr(worker, "STARTED_AT", timezone.now())
    assert client.get("/admin/").context["silent_since"] is None
    monkeypatch.setattr(worker, "STARTED_AT", timezone.now() - worker.DOWN_AFTER)
    assert client.get("/admin/").context["silent_since"]
    worker.record_heartbeat()
    assert client.get("/admin/").context["silent_since"] is None


def test_an_orphaned_worker_stops(cast, started):
    call_command("work", with_parent=1 if os.getppid() != 1 else 2, every=3600)


def test_the_worker_has_sqlite_count_its_rows_and_leaves_postgresql_alone(cast):
    with CaptureQueriesContext(connection) as asked:
        worker.refresh_planner_statistics()
    if connection.vendor != "sqlite":
        assert not asked.captured_queries
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
        Command().do_daily_work()
        cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'articles_section'")
        assert cursor.fetchone()[0]
