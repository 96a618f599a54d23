"""Writers, readers and scans together, and processes killed in the middle: no half acts, no lost saves, right pages.

Twenty writers are killed; KILLS=200 for more.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from http.client import HTTPException
from itertools import pairwise

from tests.serving import ROOT, Newsroom, eventually, fetch, kill

KILLS = int(os.environ.get("KILLS", "20"))
WRITERS = 2  # at the same time
# The server is killed with the writers every so often. All pages, the audit and the public log are compared with the
# database then and after the last kill, and a stranger who kept an older checkpoint verifies the log that the next
# server serves. What a kill broke is still broken then: writers go on to new articles.
SERVER_EVERY = 10
SCENE = """
from tests.cast import Cast
from articles import baking, publication_log
publication_log.change_log_key("kills.example")
cast = Cast()
for _ in range(2):
    cast.publish(cast.article())
baking.bake_everything(processes=1)
"""
SCANS = "from articles.models import ShortLink; print(ShortLink.objects.get(code='W1').scans)"


class Crowd:
    """Readers and scans, until `stop`; counts the statuses by request, and errors while no server runs."""

    def __init__(self, newsroom):
        self.site = f"http://127.0.0.1:{newsroom.port}"
        self.answers = Counter()
        self.ends = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=[path]) for path in ("/", "/a/1/", "/q/W1", "/q/P2-1")]
        for thread in self.threads:
            thread.start()

    def ask(self, path):
        while not self.ends.wait(0.1):  # four readers, who leave the processor to the writers
            with suppress(OSError, HTTPException):
                self.answers[path, fetch(self.site + path)[0]] += 1

    def stop(self):
        self.ends.set()
        for thread in self.threads:
            thread.join()


def seconds_until_an_edition(told, acknowledged):
    """How long a writer takes on this machine, under the load of the crowd, from its start to its first publication."""
    begun = time.monotonic()
    writer = int(told("write 1"))
    eventually(lambda: "edition" in acknowledged.read_text(), "a publication")
    os.kill(writer, signal.SIGKILL)
    return time.monotonic() - begun


def test_after_every_kill_all_is_whole(tmp_path, migrated_database):
    newsroom = Newsroom(tmp_path, DATABASE_URL=migrated_database)
    newsroom.prepare()
    newsroom.run(SCENE)
    server = newsroom.serve()
    crowd = Crowd(newsroom)
    command = [sys.executable, "-m", "tests.killed_newsroom", str(tmp_path)]
    inside = subprocess.Popen(
        command, env=newsroom.environment, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )

    def told(line):
        inside.stdin.write(line + "\n")
        inside.stdin.flush()
        return inside.stdout.readline().strip()

    try:
        assert inside.stdout.readline() == "ready\n"
        pace = seconds_until_an_edition(told, tmp_path / "acknowledged")
        chance = random.Random(KILLS)
        for killed in range(WRITERS, KILLS + WRITERS, WRITERS):
            compared = killed % SERVER_EVERY < WRITERS or killed >= KILLS
            writers = [int(told(f"write {killed + nth}")) for nth in range(WRITERS)]
            moments = sorted(pace * chance.uniform(0.2, 3) for _writer in writers)
            for writer, (before, moment) in zip(writers, pairwise([0, *moments]), strict=True):
                crowd.ends.wait(moment - before)
                os.kill(writer, signal.SIGKILL)
            if compared:
                kill(server)
            assert told("check") == "holds", f"after kill {killed}"
            if compared:
                assert told("compare") == "holds", f"after kill {killed}"
                server = newsroom.serve()
                newsroom.manage("verify_log", crowd.site, "--all", "--keep", str(tmp_path / "checkpoint"))
        done = (tmp_path / "acknowledged").read_text()
        assert done.count("revision") > KILLS // 4
        assert done.count("edition") >= KILLS // 10
    finally:
        crowd.stop()
        inside.kill()
        newsroom.stop()
    assert set(crowd.answers) == {("/", 200), ("/a/1/", 200), ("/q/W1", 302), ("/q/P2-1", 302)}
    assert 0 < int(newsroom.run(SCANS)) <= crowd.answers["/q/W1", 302]
