"""The servers of the tests end with the tests."""

import subprocess
import sys
import urllib.error
from pathlib import Path

import pytest

from tests.serving import ROOT, eventually, fetch

TESTS = """
import sys, time, django; django.setup()
from tests.serving import Newsroom
newsroom = Newsroom(sys.argv[1])
print(newsroom.serve().pid, newsroom.port, flush=True)
time.sleep(600)
"""


def running(group):
    """Return the processes of a group that have not ended."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, _parent, its_group = (process / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it has just ended
            continue
        if int(its_group) == group and state != "Z":
            found.append(int(process.name))
    return found


def test_servers_end_with_tests_that_were_killed(tmp_path):
    tests = subprocess.Popen([sys.executable, "-c", TESTS, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        server, port = map(int, tests.stdout.readline().split())
        assert len(running(server)) > 1, "granian and its workers"
    finally:
        tests.kill()
        tests.communicate()
    eventually(lambda: not running(server), "granian and its workers have ended")
    with pytest.raises(urllib.error.URLError):
        fetch(f"http://127.0.0.1:{port}/")
