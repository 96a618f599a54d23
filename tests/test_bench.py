"""The bench's own tools: what it compares with, how it reports a missed bound, the reader who waits for a page."""

import importlib
import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.bench import measuring, readable


def test_a_bound_that_is_missed_is_marked_and_makes_the_bench_fail(monkeypatch, capsys):
    monkeypatch.setattr(measuring, "results", [])
    measuring.report("a ratio", 0.95, "at least", 0.9)
    measuring.report("milliseconds", 200, "at most", 300)
    measuring.report("no bound", 0.1)
    assert measuring.print_results()
    assert "!" not in capsys.readouterr().out
    measuring.report("too slow", 301, "at most", 300)
    assert not measuring.print_results()
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("! too slow")]


@pytest.mark.parametrize("module", ["run", "readable"])
def test_the_bench_can_be_started_by_its_name(module):
    """As `make bench` does it: in a process that has not set Django up."""
    subprocess.run([sys.executable, "-c", f"import tests.bench.{module}"], check=True, cwd=measuring.ROOT)


def test_figures_say_on_which_processor_they_were_seen():
    name, _comma, cores = measuring.processor_model().rpartition(", ")
    assert name
    assert int(cores.removesuffix(" cores")) >= 1


def test_rounds_alternate_and_ratios_are_taken_within_each(monkeypatch):
    monkeypatch.setattr(measuring, "ROUNDS", 4)
    order = []
    values = {"one": iter([1, 20, 3, 4]), "two": iter([2, 40, 6, 8])}
    seen = measuring.side_by_side(
        one=lambda: order.append("one") or next(values["one"]), two=lambda: order.append("two") or next(values["two"])
    )
    assert order == ["one", "two", "two", "one", "one", "two", "two", "one"]
    assert measuring.ratio(seen, "one", "two") == 0.5


@pytest.mark.parametrize(("status", "body"), [("200 OK", b"\x00\xff\x8b"), ("304 Not Modified", b"")])
def test_the_bare_server_gives_the_very_answer(monkeypatch, tmp_path, status, body):
    headers = [["Content-Type", "text/html"], ["ETag", '"1-2"']]
    file = tmp_path / "answer.json"
    file.write_text(json.dumps({"status": status, "headers": headers, "body": body.decode("latin-1")}), "utf-8")
    monkeypatch.setenv("BENCH_ANSWER", str(file))
    bare = importlib.reload(importlib.import_module("tests.bench.bare"))
    started = []
    assert b"".join(bare.application({}, lambda *facts: started.extend(facts))) == body
    assert started == [status, [tuple(header) for header in headers]]


@contextmanager
def site_that_shows_a_title_later():
    """The section has it at the second look, the home page at the fourth, the article's page at once."""
    looks = {"/a/1/": 1, "/s/news/": 2, "/": 4}

    class Site(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            looks[self.path] -= 1
            body = ("新稿" if looks[self.path] <= 0 else "旧稿").encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_facts):
            pass

    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, looks
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_reader_looks_until_every_page_has_the_title():
    pages = {"page": "/a/1/", "section": "/s/news/", "home": "/"}
    with site_that_shows_a_title_later() as (port, looks):
        seen = readable._wait_for_title(port, "新稿", pages)
    assert seen["page"] < seen["section"] < seen["home"]
    assert set(looks.values()) == {0}


def test_a_page_that_never_shows_it_is_an_error(monkeypatch):
    monkeypatch.setattr(readable, "PATIENCE", 0.1)
    with site_that_shows_a_title_later() as (port, _looks), pytest.raises(TimeoutError, match="home"):
        readable._wait_for_title(port, "别的", {"home": "/"})
