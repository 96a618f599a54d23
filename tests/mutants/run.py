"""Runs mutants of the verbs against their related tests, and prints the score of each module and the survivors.

    python -m tests.mutants.run [--sample N] [--seed N] [--workers N] [module …]

Each worker has a copy of the tree. A mutant is killed when a related test fails, or when the tests take far longer than
without it. Modules that everybody needs are imported once and the database is migrated once; every mutant is a fork.
"""

import argparse
import difflib
import importlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tests.mutants.mutations import find_mutations
from tests.mutants.related_tests import find_verbs, related_tests

ROOT = Path(__file__).resolve().parents[2]
PRELOADED = ("pytest", "django.test", "django.forms", "hypothesis.strategies", "PIL.Image", "reportlab.platypus", "nh3")
MOST_SECONDS = 1200
SLACK = 20  # seconds of processor time beyond three times what the tests take without a mutant
SECRET = "mutants" * 10
SECRETS = {"SECRET_KEY": SECRET, "ENCRYPTION_KEYS": "M" * 43 + "="}
SURVIVED = 0


class Outcome(NamedTuple):
    """The result of one mutant; `diff` is empty if it was killed."""

    module: str
    line: int
    diff: str


def main() -> int:
    """Print each mutant's result, then the scores. Return 1 if a module's tests fail without a mutant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", help="paths such as articles/publishing.py; all verbs when none is given")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants of each module; all when 0")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    for name in PRELOADED:
        importlib.import_module(name)
    jobs = [job for module in options.modules or find_verbs(ROOT) for job in _sample(module, options)]
    scores: dict[str, list[bool]] = {}
    # All that workers and tests write goes into one folder, removed at the end.
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tempfile.tempdir = folder
        with ProcessPoolExecutor(options.workers, mp_context=get_context("fork")) as workers:
            for outcome in workers.map(run_mutant, jobs):
                scores.setdefault(outcome.module, []).append(not outcome.diff)
                print(f"{outcome.module}:{outcome.line} {outcome.diff or 'killed'}", flush=True)
    for module, killed in scores.items():
        print(f"{sum(killed) / len(killed):6.1%}  {sum(killed):4} of {len(killed):4}  {module}")
    everything = [killed for of_module in scores.values() for killed in of_module]
    print(f"{sum(everything) / len(everything):6.1%}  {sum(everything):4} of {len(everything):4}  killed")
    return 0


def _sample(module: str, options: argparse.Namespace) -> list[tuple[str, int, str]]:
    mutations = list(find_mutations((ROOT / module).read_text()))
    if options.sample:
        mutations = random.Random(f"{options.seed} {module}").sample(mutations, min(options.sample, len(mutations)))
    return [(module, line, source) for line, source in sorted(mutations)]


def run_mutant(job: tuple[str, int, str]) -> Outcome:
    """Run the related tests on the mutated source, in this worker's copy of the tree."""
    module, line, mutated = job
    tests = related_tests(_tree(), module)
    limit = 3 * _seconds_without(tests) + SLACK
    original = (_tree() / module).read_text()
    _put(module, mutated)
    try:
        code, _seconds = _run_tests(tests, limit)
    finally:
        _put(module, original)
    diff = difflib.unified_diff(original.splitlines(), mutated.splitlines(), lineterm="", n=1)
    return Outcome(module, line, "\n".join(["survived", *list(diff)[3:]]) if code == SURVIVED else "")


def _put(module: str, source: str) -> None:
    path = _tree() / module
    path.write_text(source)
    # Python detects stale compiled code by size and second; mutants are faster than that.
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


@cache
def _seconds_without(tests: tuple[str, ...]) -> float:
    code, seconds = _run_tests(tests, MOST_SECONDS)
    if code != SURVIVED:
        raise SystemExit(f"These tests fail without any mutant: {' '.join(tests)}\n{(_tree() / 'log').read_text()}")
    return seconds


@cache
def _tree() -> Path:
    """Create this worker's copy of the tracked files, and a migrated database."""
    tree = Path(tempfile.mkdtemp(prefix="tree-"))
    files = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in files.stdout.decode().split("\0")[:-1]:
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    made = tree / "prepared" / "migrated"  # before any mutant; as tests/prepared.py would make it
    made.mkdir(parents=True)
    migrated = {**os.environ, **SECRETS, "DATABASE_URL": f"sqlite:///{made}/newsroom.sqlite3"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=tree, env=migrated, check=True)
    return tree


def _run_tests(tests: tuple[str, ...], limit: float) -> tuple[int, float]:
    """Return pytest's exit code and its seconds of processor time; stop at the first failure, or after `limit`
    seconds.
    """
    tree = _tree()
    child = os.fork()
    if not child:
        os.setsid()  # so that what the tests start is ended with them
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit)))
        signal.alarm(MOST_SECONDS)  # for what waits and uses no processor
        os._exit(_run_pytest(tree, tests))
    _pid, status, used = os.wait4(child, 0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


def _run_pytest(tree: Path, tests: tuple[str, ...]) -> int:
    """Run in the child process: use only the copy of the tree, with its own settings, files and database."""
    import pytest  # noqa: PLC0415 (loaded already)

    os.chdir(tree)
    log = os.open(tree / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ |= {**SECRETS, "DATA_DIR": str(tree / "var"), "PREPARED_FOLDER": str(tree / "prepared")}
    os.environ.pop("DATABASE_URL", None)
    sys.path[:] = [str(tree), *(path for path in sys.path if path and Path(path).resolve() != ROOT)]
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    return int(pytest.main([*options, *tests]))


if __name__ == "__main__":
    sys.exit(main())
