"""The numbers that docs/performance.md keeps: ratios, measured side by side in one run (`make bench`).

Rounds alternate between what is compared, and medians of ratios are taken, so that a machine that is now fast and now
slow changes both. Needs nginx, wrk and PostgreSQL's programs. The archives are made once and kept in BENCH_DIR
(var/bench); ARTICLES says how large the large one is. ROUNDS, SECONDS (of each measurement of a server) and
PUBLICATIONS make it shorter: `ARTICLES=1000 ROUNDS=2 SECONDS=1 PUBLICATIONS=10 make bench` shows that it works, and
little more.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import brotli

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

from tests.bench.demo_start import measure_demo_starts
from tests.bench.measuring import (
    ROOT,
    ROUNDS,
    SECONDS,
    inside,
    medians,
    print_results,
    processor_model,
    ratio,
    report,
    side_by_side,
)
from tests.bench.readable import PUBLICATIONS, measure_readable_times, percentile_95
from tests.bench.server_rates import serving
from tests.serving import Newsroom

FOLDER = Path(os.environ.get("BENCH_DIR", ROOT / "var" / "bench"))
LARGE = int(os.environ.get("ARTICLES", 1_000_000))
SMALL, SEARCHED = min(1000, LARGE // 2), min(100_000, LARGE)
DRAFTS_IN = 5  # articles for each draft of an archive
ARTICLE = f"/a/{SMALL // 2}/"  # whose page is measured
# Wagtail, whose search ours is measured against; only here, and never in the environment of the newsroom.
WAGTAIL = "wagtail==8.0.1"
CREATE_WAGTAIL = """
import psycopg2
connection = psycopg2.connect("dbname=newsroom"); connection.autocommit = True; cursor = connection.cursor()
cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'wagtail_utf8'")
# With the cluster's C locale PostgreSQL's parser takes Chinese punctuation for letters, and whole paragraphs for words.
if not cursor.fetchone(): cursor.execute("CREATE DATABASE wagtail_utf8 TEMPLATE template0 LC_CTYPE 'C.UTF-8'")
"""


def main() -> None:
    missing = [program for program in ("nginx", "wrk") if not shutil.which(program)]
    if missing:
        sys.exit(f"These are needed and not installed: {' '.join(missing)}.")
    print(
        f"{processor_model()}; load before {os.getloadavg()[0]:.2f}; {ROUNDS} rounds of {SECONDS} s each; "
        f"{LARGE:,} articles, {PUBLICATIONS} publications\n"
    )
    with ExitStack() as stack:
        small, large = (stack.enter_context(newsroom(count)) for count in (SMALL, LARGE))
        serving(small, ARTICLE)
        rendering(large)
        publishing(small, large)
        publishing_for_readers(large)
        logging_publications(small)
        working_at_the_desk(large)
        whole_site(small)
        first_view(small)
        memory(large)
        reading_by_machine(small)
        searching(large, LARGE, 150)
    with newsroom(SEARCHED) as searched:
        searching(searched, SEARCHED, 50)
        against_wagtail(searched)
    starting_the_demo()
    print(f"\n{processor_model()}; load after {os.getloadavg()[0]:.2f}")
    sys.exit(not print_results())


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
            drafts = str(count // DRAFTS_IN)
            said = found.module("tests.bench.make_archive", str(count), "--drafts", drafts, "--no-readers")
            if count == LARGE:
                rate = float(re.search(r"([\d,]+) a second", said)[1].replace(",", ""))  # type: ignore[index]
                report("make_archive, articles a second", rate)  # it measures the machine
        yield found
        found.stop()
    finally:
        run("pg_ctl", "-D", cluster / "data", "-m", "fast", "stop")
        shutil.rmtree(sockets)


# --- the rest -------------------------------------------------------------------------------------------------------


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
    ms, spent, files = (
        {name: [one[fact] for one in rounds] for name, rounds in seen.items()} for fact in ("ms", "processor", "files")
    )
    print(medians(ms), medians(spent), medians(files))
    report(f"publishing at {LARGE:,} articles against {SMALL:,}: time", ratio(ms, "large", "small"), "at most", 1.2)
    report("… processor time", ratio(spent, "large", "small"))
    report("… files written", ratio(files, "large", "small"), "at most", 1)


def logging_publications(found: Newsroom) -> None:
    found.manage("make_log_key")
    seen = inside(found, "public_log")
    print({name: round(value, 2) for name, value in seen.items()})
    report("publishing with the public log, CPU against without", seen["ratio"], "at most", 1.1)
    report("… the act alone", seen["act_ratio"])


def working_at_the_desk(found: Newsroom) -> None:
    done = found.module("tests.bench.desk")
    seen = json.loads(done.splitlines()[-1])
    for kind, took in seen.items():
        print(f"  {kind:<32} {took['wall']:8.1f} ms, of processor time {took['processor']:8.1f}")
    lists, screens = seen["all lists"], seen["all screens"]
    what = f"the desk at {LARGE:,} articles and {LARGE // DRAFTS_IN:,} drafts, the 95th, ms: "
    report(what + "lists and choosers", lists["wall"], "at most", 150)
    report("… of processor time", lists["processor"])
    report(what + "an article's screen", screens["wall"], "at most", 250)
    report("… of processor time", screens["processor"])


def publishing_for_readers(found: Newsroom) -> None:
    times = measure_readable_times(found)
    print(medians(times), "95th:", {name: round(percentile_95(values), 1) for name, values in times.items()})
    what = f"from the button until page, section and home are readable at {LARGE:,}, ms: "
    report(what + "median", statistics.median(times["all"]), "at most", 300)
    report(what + "95th", percentile_95(times["all"]), "at most", 300)


def whole_site(found: Newsroom) -> None:
    seen = inside(found, "bake")
    print({name: round(value) for name, value in seen.items()})
    report("bake --all on all cores, against single renders", seen["whole"] / seen["single"], "at least", 1.5)


def first_view(found: Newsroom) -> None:
    page = (found.folder / f"baked/current{ARTICLE}index.html").read_bytes()
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


def reading_by_machine(found: Newsroom) -> None:
    seen = inside(found, "machine_reading")
    report("20,000 rules over a text of 5,000 characters, CPU ms", seen["ms"], "at most", 10)
    report("… to build them, once in a process for each version, CPU ms", seen["build_ms"])
    seen = inside(found, "check_up")
    report("a check-up of the archive, texts a second of CPU time (hoped for: 2,000)", seen["texts"])
    report("… against reading the rows of the texts alone", seen["texts"] / seen["rows"])
    growths = json.loads(found.module("tests.bench.worst_texts").splitlines()[-1])
    print({name: round(growth, 1) for name, growth in growths.items()})
    report("the worst texts of four times the length: growth of CPU time", max(growths.values()), "at most", 8)


def searching(found: Newsroom, articles: int, limit: int) -> None:
    """The index is made the first time, which takes a while."""
    seen = inside(found, "searching")
    print({kind: round(value, 2) for kind, value in seen.items()})
    report(f"a search in {articles:,} articles, the 95th of a hundred, ms", seen["all"], "at most", limit)


def against_wagtail(found: Newsroom) -> None:
    """The same queries to Wagtail's database search over the same texts; it is installed separately, the first time."""
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
    ours = json.loads((found.folder / "questions.json").read_text("utf-8"))
    report("questions without filters to which our search finds something, of a hundred", share_found(ours))
    report("… to which Wagtail's search finds something", share_found(theirs))
    both = [
        (our["ms"], their["ms"]) for our, their in zip(ours, theirs, strict=True) if our["found"] and their["found"]
    ]
    print(f"{len(both)} of {len(ours)} questions were answered by both")
    if len(both) >= 20:
        our_95th, their_95th = (percentile_95(list(took)) for took in zip(*both, strict=True))
        report("questions that both answer: the 95th of our search, ms", our_95th)
        report("… of Wagtail's search, ms", their_95th)


def share_found(answers: list[dict[str, Any]]) -> float:
    return 100 * statistics.mean(answer["found"] for answer in answers)


def starting_the_demo() -> None:
    first, second = measure_demo_starts()
    report("the first start of `make demo`, requirements there, s", first)
    report("the second start of `make demo`, s", second)


if __name__ == "__main__":
    main()
