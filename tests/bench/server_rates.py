"""How many requests a second the ways to serve a baked page answer, measured side by side with wrk: the embedded
server, a bare granian that answers the same bytes from memory, nginx, and Django's cache middleware.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.measuring import SECONDS, medians, ratio, report, side_by_side
from tests.serving import SHIPPED, Newsroom, eventually, fetch, free_port, kill, nginx

CORES = sorted(os.sched_getaffinity(0))
# What granian says of itself, or what belongs to one connection; the application does not send it.
HEADERS_OF_SERVER = {"server", "date", "connection"}


@contextmanager
def on_the_first_core() -> Iterator[None]:
    """Servers that are started here have one core, so that what asks them (which has the others) takes nothing from
    them: the faster a server is, the more it would be robbed.
    """
    os.sched_setaffinity(0, CORES[:1])
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def requests_a_second(url: str, **headers: str) -> float:
    """Over sixteen connections that are kept open, asked from the last core."""
    options = [option for name, value in headers.items() for option in ("-H", f"{name.replace('_', '-')}: {value}")]
    wrk = ["taskset", "--cpu-list", str(CORES[-1]), "wrk", "-t1", "-c16", f"-d{SECONDS}"]
    said = subprocess.run([*wrk, *options, url], check=True, capture_output=True, text=True)
    assert "Non-2xx" not in said.stdout, said.stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said.stdout)[1])  # type: ignore[index]
    assert rate, f"No answer from {url} in {SECONDS} s: too much else runs on this machine to measure anything."
    return rate


def requests_a_processor_second(server: subprocess.Popen, url: str, **headers: str) -> float:
    """Requests for each second of the server's processor time: what else runs on the machine changes it little."""
    before = processor_seconds(server)
    rate = requests_a_second(url, **headers)
    return rate * SECONDS / (processor_seconds(server) - before)


def processor_seconds(server: subprocess.Popen) -> float:
    """The processor time of all threads in the group of processes that the server leads."""
    nanoseconds = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # a process or a thread that has ended
            if os.getpgid(int(process.name)) == server.pid:
                nanoseconds += sum(int(task.read_text().split()[0]) for task in process.glob("task/*/schedstat"))
    return nanoseconds / 1e9


@contextmanager
def plain_nginx(folder: Path) -> Iterator[str]:
    """nginx as it comes, serving the folder of baked pages as a plain directory, with the same headers; its address."""
    home, port = Path(tempfile.mkdtemp(dir=folder)), free_port()
    modules = sorted(Path("/usr/lib/nginx/modules").glob("*brotli_static*.so"))
    (home / "main.conf").write_text(
        "".join(f"load_module {module};\n" for module in modules)
        + f"pid {home}/pid; error_log {home}/error.log; daemon off; worker_processes 1; user root;\n"
        + "events { worker_connections 256; }\nhttp { access_log off; types { text/html html; } "
        + ("brotli_static on; " if modules else "")
        + f"gzip_vary on; server {{ listen 127.0.0.1:{port}; root {folder}/baked/current; "
        + f"{(SHIPPED / 'headers.conf').read_text()} add_header Cache-Control "
        + "'public, max-age=0, stale-if-error=86400'; charset utf-8; } }\n"
    )
    process = subprocess.Popen(["nginx", "-c", str(home / "main.conf"), "-e", str(home / "error.log")])
    try:
        eventually(lambda: fetch(f"http://127.0.0.1:{port}/")[0], "nginx answers")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(home)


def granian(found: Newsroom, application: str) -> tuple[subprocess.Popen, str]:
    """Its process and its address; one worker for its one core, as nginx has."""
    port = free_port()
    return found.granian(application, port, workers=1), f"http://127.0.0.1:{port}"


def bare_granian(found: Newsroom, url: str, checked: str = "", **headers: str) -> tuple[subprocess.Popen, str]:
    """The process and the address of a granian that gives, from memory, the very answer that `url` gives now; `checked`
    is a file that it checks each time.
    """
    status, sent, body = fetch(url, **headers)
    kept = [(name, value) for name, value in sent.items() if name.lower() not in HEADERS_OF_SERVER]
    file = found.folder / f"answer-{status}.json"
    answer = {"status": f"{status} {http.client.responses[status]}", "headers": kept, "body": body.decode("latin-1")}
    file.write_text(json.dumps(answer), "utf-8")
    found.environment |= {"BENCH_ANSWER": str(file), "BENCH_CHECKED": checked}
    server, bare = granian(found, "tests.bench.bare:application")
    answered = fetch(bare, **headers)
    assert (answered[0], answered[2]) == (status, body)
    assert {*kept} <= {*answered[1].items()}
    return server, bare + urlsplit(url).path


def serving(found: Newsroom, address: str) -> None:
    """Rates of one article's page and of the 304 answer to who has it already."""
    found.manage("bake", "--all")
    br = {"Accept_Encoding": "br"}
    with ExitStack() as stack:
        stack.enter_context(on_the_first_core())
        server, embedded = granian(found, "newsroom.wsgi:application")
        cached = granian(found, "tests.bench.cached:application")[1] + address
        plain = stack.enter_context(plain_nginx(found.folder)) + address
        site, _brotli = stack.enter_context(nginx(found.folder, found.port))
        against_bare_granian(found, "the embedded server", server, embedded + address, br)
        known = {**br, "If_None_Match": fetch(embedded + address, **br)[1]["ETag"]}
        against_bare_granian(found, "304 answers of the embedded server", server, embedded + address, known)
        rates = side_by_side(
            plain=lambda: requests_a_second(plain, **br),
            by_name=lambda: requests_a_second(plain + "index.html", **br),
            nginx=lambda: requests_a_second(site + address, **br),
            embedded=lambda: requests_a_second(embedded + address, **br),
            cached=lambda: requests_a_second(cached),
        )
        known_to_nginx = {**br, "If_None_Match": fetch(plain, **br)[1]["ETag"]}
        again = side_by_side(
            plain=lambda: requests_a_second(plain, **known_to_nginx),
            embedded=lambda: requests_a_second(embedded + address, **known),
        )
    found.stop()
    print(medians(rates), medians(again))
    report("behind nginx, against nginx with a plain directory", ratio(rates, "nginx", "plain"), "at least", 0.95)
    report("… asked for the file by its name", ratio(rates, "nginx", "by_name"))
    report("embedded, against Django's cache middleware", ratio(rates, "embedded", "cached"), "at least", 8)
    report("embedded, against nginx with a plain directory", ratio(rates, "embedded", "plain"))
    report("304 answers, embedded against nginx", ratio(again, "embedded", "plain"))


def against_bare_granian(
    found: Newsroom, what: str, server: subprocess.Popen, url: str, headers: dict[str, str]
) -> None:
    """The cost of our code in an answer: compared with a server that gives the same answer without logic."""
    bare_server, bare = bare_granian(found, url, **headers)
    file = f"{found.folder}/baked/current{urlsplit(url).path}index.html"
    checking_server, checking = bare_granian(found, url, file, **headers)
    rates = side_by_side(
        bare=lambda: requests_a_second(bare, **headers), embedded=lambda: requests_a_second(url, **headers)
    )
    spent = side_by_side(
        bare=lambda: requests_a_processor_second(bare_server, bare, **headers),
        checking=lambda: requests_a_processor_second(checking_server, checking, **headers),
        embedded=lambda: requests_a_processor_second(server, url, **headers),
    )
    kill(bare_server)
    kill(checking_server)
    print(medians(rates), "by processor time:", medians(spent))
    checked = f"{what}, against a bare granian that looks at the file, by processor time"
    report(checked, ratio(spent, "embedded", "checking"), "at least", 0.8)
    report("… that one against one that does not", ratio(spent, "checking", "bare"))
    report("… the embedded server against that", ratio(spent, "embedded", "bare"))
    report("… by rate", ratio(rates, "embedded", "bare"))
