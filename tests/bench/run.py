"""The numbers that docs/performance.md keeps: ratios, measured side by side in one run (`make bench`).

Rounds alternate between what is compared, and medians of ratios are taken, so that a machine that is now fast and now slow
changes both. Needs nginx, wrk and PostgreSQL's programs. The archives are made once and kept in BENCH_DIR (var/bench);
ARTICLES says how large the large one is.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import brotli

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.serving import SHIPPED, Newsroom, eventually, fetch, free_port, nginx  # noqa: E402

FOLDER = Path(os.environ.get("BENCH_DIR", ROOT / "var" / "bench"))
LARGE, SMALL, SEARCHED = int(os.environ.get("ARTICLES", 1_000_000)), 1000, 100_000
# Wagtail, whose search ours is measured against; only here, and never in the environment of the newsroom.
WAGTAIL = "wagtail==8.0.1"
CREATE_WAGTAIL = """
import psycopg2
connection = psycopg2.connect("dbname=newsroom"); connection.autocommit = True; cursor = connection.cursor()
cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'wagtail'")
if not cursor.fetchone(): cursor.execute("CREATE DATABASE wagtail")
"""
ROUNDS, SECONDS = 9, 2
CORES = sorted(os.sched_getaffinity(0))
results: list[tuple[str, float, str, float]] = []


def main() -> None:
    missing = [program for program in ("nginx", "wrk") if not shutil.which(program)]
    if missing:
        sys.exit(f"These are needed and not installed: {' '.join(missing)}.")
    print(f"cores {os.cpu_count()}, load before {os.getloadavg()[0]:.2f}; {ROUNDS} rounds of {SECONDS} s each\n")
    with ExitStack() as stack:
        small, large = (stack.enter_context(newsroom(count)) for count in (SMALL, LARGE))
        serving(small)
        rendering(large)
        publishing(small, large)
        whole_site(small)
        first_view(small)
        memory(large)
        searching(large, LARGE, 150)
    with newsroom(SEARCHED) as searched:
        against_wagtail(searched, searching(searched, SEARCHED, 50))
    print(f"\nload after {os.getloadavg()[0]:.2f}")
    met = True
    for what, value, bound, limit in results:
        good = value >= limit if bound == "at least" else value <= limit
        met = met and good
        print(f"{'  ' if good else '! '}{what:<72} {value:>10,.2f}   {bound} {limit:,}")
    sys.exit(not met)


def report(what: str, value: float, bound: str, limit: float) -> None:
    results.append((what, value, bound, limit))
    print(f"{what}: {value:,.3f}")


# --- newsrooms ------------------------------------------------------------------------------------------------------


@contextmanager
def newsroom(count: int) -> Iterator[Newsroom]:
    """A newsroom of so many articles on a PostgreSQL of its own, made the first time."""
    folder = FOLDER / str(count)
    cluster = folder / "cluster"
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    fresh = not cluster.exists()
    cluster.mkdir(parents=True, exist_ok=True)
    if as_owner:
        shutil.chown(cluster, "postgres")
    sockets = tempfile.mkdtemp()  # a short path: the name of a socket is limited
    os.chmod(sockets, 0o777)

    def run(program: str, *args: object) -> None:
        subprocess.run(
            [*as_owner, str(programs / program), *map(str, args)], check=True, stdout=subprocess.DEVNULL, cwd="/"
        )

    if fresh:
        run("initdb", "-D", cluster / "data", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
    run(
        "pg_ctl",
        "-D",
        cluster / "data",
        "-l",
        cluster / "log",
        "-w",
        "-o",
        f"-c listen_addresses= -c unix_socket_directories={sockets} -c max_wal_size=4GB",
        "start",
    )
    try:
        found = Newsroom(folder, PGHOST=sockets, PGUSER="postgres", DATABASE_URL="postgres:///newsroom")
        if fresh:
            run("createdb", "-h", sockets, "-U", "postgres", "newsroom")
        found.manage("migrate", "-v0")
        found.manage("collectstatic", "--noinput", "-v0")
        if fresh:
            said = found.module("tests.bench.make_archive", str(count), "--no-readers")
            if count == LARGE:
                rate = float(re.search(r"([\d,]+) a second", said)[1].replace(",", ""))  # type: ignore[index]
                report("make_archive, articles a second", rate, "at least", 5000)
        yield found
        found.stop()
    finally:
        run("pg_ctl", "-D", cluster / "data", "-m", "fast", "stop")
        shutil.rmtree(sockets)


def inside(found: Newsroom, what: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.inside", what],
        env=found.environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


# --- serving --------------------------------------------------------------------------------------------------------


@contextmanager
def on_the_first_core() -> Iterator[None]:
    """Servers that are started here have one core, so that what asks them (which has the others) takes nothing from them:
    the faster a server is, the more it would be robbed.
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
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said.stdout)[1])  # type: ignore[index]


def side_by_side(**measured: Callable[[], Any]) -> dict[str, list[Any]]:
    """What each gave in rounds that alternate, the last first in every second one."""
    seen: dict[str, list[Any]] = {name: [] for name in measured}
    for number in range(ROUNDS):
        for name in sorted(measured, reverse=bool(number % 2)):
            seen[name].append(measured[name]())
    return seen


def medians(seen: dict[str, list[float]]) -> dict[str, float]:
    return {name: round(statistics.median(values), 1) for name, values in seen.items()}


def ratio(seen: dict[str, list[float]], one: str, other: str) -> float:
    """The median of the ratios within each round: a machine that is slow for a while is slow for both."""
    return statistics.median(a / b for a, b in zip(seen[one], seen[other], strict=True))


@contextmanager
def plain_nginx(folder: Path, page: bytes, packed: bytes) -> Iterator[str]:
    """nginx as it comes, serving the same bytes from a plain directory: the page and its headers."""
    home, port = Path(tempfile.mkdtemp(dir=folder)), free_port()
    (home / "page.html").write_bytes(page)
    (home / "page.html.br").write_bytes(packed)
    modules = sorted(Path("/usr/lib/nginx/modules").glob("*brotli_static*.so"))
    (home / "main.conf").write_text(
        "".join(f"load_module {module};\n" for module in modules)
        + f"pid {home}/pid; error_log {home}/error.log; daemon off; worker_processes 1; user root;\n"
        + "events { worker_connections 256; }\nhttp { access_log off; types { text/html html; } "
        + ("brotli_static on; " if modules else "")
        + f"gzip_vary on; server {{ listen 127.0.0.1:{port}; root {home}; "
        + f"{(SHIPPED / 'headers.conf').read_text()} add_header Cache-Control "
        + "'public, max-age=0, stale-if-error=86400'; charset utf-8; } }\n"
    )
    process = subprocess.Popen(["nginx", "-c", str(home / "main.conf"), "-e", str(home / "error.log")])
    try:
        eventually(lambda: fetch(f"http://127.0.0.1:{port}/page.html")[0], "nginx answers")
        yield f"http://127.0.0.1:{port}/page.html"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(home)


def granian(found: Newsroom, application: str) -> str:
    """One process for its one core, as nginx has one worker."""
    port = free_port()
    found.granian(application, port, workers=1)
    return f"http://127.0.0.1:{port}"


def serving(found: Newsroom) -> None:
    found.manage("bake", "--all")
    address = "/a/500/"
    file = found.folder / f"baked/current{address}index.html"
    page, packed = file.read_bytes(), file.with_name("index.html.br").read_bytes()
    br = {"Accept_Encoding": "br"}
    with ExitStack() as stack:
        stack.enter_context(on_the_first_core())
        embedded, cached = (
            granian(found, f"{module}:application") for module in ("newsroom.wsgi", "tests.bench.cached")
        )
        fetch(cached + address)
        plain = stack.enter_context(plain_nginx(found.folder, page, packed))
        site, _brotli = stack.enter_context(nginx(found.folder, found.port))
        rates = side_by_side(
            plain=lambda: requests_a_second(plain, **br),
            nginx=lambda: requests_a_second(site + address, **br),
            embedded=lambda: requests_a_second(embedded + address, **br),
            cached=lambda: requests_a_second(cached + address),
        )
        known = {
            name: fetch(url, Accept_Encoding="br")[1]["ETag"]
            for name, url in {"plain": plain, "embedded": embedded + address}.items()
        }
        again = side_by_side(
            plain=lambda: requests_a_second(plain, If_None_Match=known["plain"], **br),
            embedded=lambda: requests_a_second(embedded + address, If_None_Match=known["embedded"], **br),
        )
    found.stop()
    print(medians(rates), medians(again))
    report("behind nginx, against nginx serving the same bytes", ratio(rates, "nginx", "plain"), "at least", 0.95)
    report("embedded, against the same", ratio(rates, "embedded", "plain"), "at least", 0.5)
    report("embedded, against Django's cache middleware", ratio(rates, "embedded", "cached"), "at least", 8)
    report("304 answers, embedded against nginx", ratio(again, "embedded", "plain"), "at least", 0.4)


# --- all else -------------------------------------------------------------------------------------------------------


def rendering(found: Newsroom) -> None:
    seen = inside(found, "render")
    print({name: round(value, 2) for name, value in seen.items()})
    report(
        "rendering an article page, CPU against a bare view with one query",
        seen["article"] / seen["bare"],
        "at most",
        2,
    )
    report("SQL queries of an article page", seen["article_queries"], "at most", 6)
    report("SQL queries of a section page", seen["deep_queries"], "at most", 6)
    report(f"section page {seen['deep_page']:,.0f} against page 2", seen["deep"] / seen["first"], "at most", 1.2)


def publishing(small: Newsroom, large: Newsroom) -> None:
    seen = side_by_side(small=lambda: inside(small, "publish"), large=lambda: inside(large, "publish"))
    ms, files = ({name: [one[fact] for one in rounds] for name, rounds in seen.items()} for fact in ("ms", "files"))
    print(medians(ms), medians(files))
    report(f"publishing at {LARGE:,} articles against {SMALL:,}: time", ratio(ms, "large", "small"), "at most", 1.2)
    report("… files written", ratio(files, "large", "small"), "at most", 1)


def whole_site(found: Newsroom) -> None:
    seen = inside(found, "bake")
    print({name: round(value) for name, value in seen.items()})
    report("bake --all on all cores, against single renders", seen["whole"] / seen["single"], "at least", 1.5)


def first_view(found: Newsroom) -> None:
    page = (found.folder / "baked/current/a/500/index.html").read_bytes()
    sheets = re.findall(rb'<link rel="stylesheet" href="([^"]+)"', page)
    scripts = re.findall(rb"<script src=[^>]*>", page)
    blocking = [tag for tag in scripts if b"defer" not in tag and b"async" not in tag]
    weight = len(brotli.compress(page)) + sum(
        len(brotli.compress((found.folder / f"baked/current{sheet.decode()[:-4]}/auto-normal.css").read_bytes()))
        for sheet in sheets
    )
    report("first view of an article: bytes of HTML and CSS (br)", weight, "at most", 14_600)
    report("requests before its text is readable", 1 + len(sheets) + len(blocking), "at most", 2)


def memory(found: Newsroom) -> None:
    seen = inside(found, "memory")
    report(f"memory of a serving process at {seen['articles']:,.0f} articles, MB", seen["mb"], "at most", 150)


def searching(found: Newsroom, articles: int, limit: int) -> dict[str, float]:
    """The index is made the first time, which takes a while."""
    seen = inside(found, "searching")
    print({kind: round(value, 2) for kind, value in seen.items()})
    report(f"a search in {articles:,} articles, the 95th of a hundred, ms", seen["all"], "at most", limit)
    return seen


def against_wagtail(found: Newsroom, ours: dict[str, float]) -> None:
    """The same questions to Wagtail's database search over the same texts; it is installed beside, the first time."""
    home = FOLDER / "wagtail"
    python = home / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", WAGTAIL, "psycopg2-binary==2.9.13"], check=True)
    environment = {**found.environment, "PYTHONPATH": str(ROOT)}
    subprocess.run([python, "-c", CREATE_WAGTAIL], env=environment, check=True)
    done = subprocess.run(
        [python, "-m", "tests.bench.wagtail_search", str(found.folder / "questions.json")],
        env=environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    theirs = json.loads(done.stdout.splitlines()[-1])
    print(f"Wagtail: {theirs}; ours found {ours['plain found']:.0%}, Wagtail {theirs['found'] / theirs['of']:.0%}")
    ratio = theirs["p95"] / ours["plain"]
    report("the same questions: the 95th of Wagtail's search against ours", ratio, "at least", 0)


if __name__ == "__main__":
    main()
