"""How long after the publish button readers get an article's page, and its title on the section's and the home page.

Run as `python -m tests.bench.readable COUNT` in a newsroom's process it is the desk: it publishes COUNT articles, each
after a line on its standard input, and prints a line of JSON for each when the act has answered. The rest of this
module is the reader, who queries a real server over HTTP in the meantime.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import time

import django

from tests.bench.measuring import ROOT
from tests.serving import Newsroom

PUBLICATIONS = int(os.environ.get("PUBLICATIONS", 100))
WARMING_UP = 5  # publications at the beginning that are not counted
PAUSE = 0.004  # seconds between two looks of the reader
PATIENCE = 60  # seconds until a page that never shows the article is an error


def measure_readable_times(found: Newsroom) -> dict[str, list[float]]:
    """Milliseconds from the publish button until a reader sees the article: on its `page`, its `section`'s, the `home`
    page, and on `all` three; of each publication. `act` is until the act itself has answered.
    """
    found.serve()
    command = [sys.executable, "-m", "tests.bench.readable", str(PUBLICATIONS + WARMING_UP)]
    desk = subprocess.Popen(
        command, env=found.environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    times: dict[str, list[float]] = {}
    with desk:
        for number in range(PUBLICATIONS + WARMING_UP):
            print(file=desk.stdin, flush=True)
            published = json.loads(desk.stdout.readline())  # type: ignore[union-attr]
            pages = {"page": published["address"], "section": published["section"], "home": "/"}
            seen = _wait_for_title(found.port, published["title"], pages)
            seen |= {"act": published["answered"], "all": max(seen.values())}
            if number >= WARMING_UP:
                for name, at in seen.items():
                    times.setdefault(name, []).append((at - published["begun"]) * 1000)
    found.stop()
    return times


def percentile_95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def _wait_for_title(port: int, title: str, pages: dict[str, str]) -> dict[str, float]:
    """When (the machine's monotonic clock) each of the pages had the title for a reader."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    seen: dict[str, float] = {}
    end = time.monotonic() + PATIENCE
    while len(seen) < len(pages):
        if time.monotonic() > end:
            raise TimeoutError(f"“{title}” is not on {pages.keys() - seen.keys()} after {PATIENCE} s")
        for name, address in pages.items():
            if name not in seen:
                connection.request("GET", address)
                if title in connection.getresponse().read().decode():
                    seen[name] = time.monotonic()
        time.sleep(PAUSE)
    connection.close()
    return seen


def publish_one_by_one(count: int) -> None:
    """The desk: publish `count` articles as a server's process does, with pages baked in another thread than the
    act.
    """
    from articles import baking, publishing  # noqa: PLC0415 (in the newsroom's process, after django.setup)
    from articles.models import BakeJob  # noqa: PLC0415
    from tests.bench.inside import ready_to_publish, signed_articles  # noqa: PLC0415

    by = ready_to_publish()
    baking.bake_pending()
    for article in signed_articles(count, by=by):
        while BakeJob.objects.filter(whole=False, attempts=0).exists():  # left from the one before
            time.sleep(PAUSE)
        sys.stdin.readline()
        begun = time.monotonic()
        publishing.publish_article(article, by=by)
        answered = time.monotonic()
        print(
            json.dumps(
                {
                    "title": article.title,
                    "address": article.get_absolute_url(),
                    "begun": begun,
                    "answered": answered,
                    "section": article.section.get_absolute_url(),
                }
            ),
            flush=True,
        )
    sys.stdin.readline()  # the reader closes it; the thread that bakes would end with this process


if __name__ == "__main__":
    django.setup()
    publish_one_by_one(int(sys.argv[1]))
