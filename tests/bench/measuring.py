"""How the bench compares and reports: alternating rounds, medians of ratios, figures and their bounds."""

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.serving import Newsroom

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = int(os.environ.get("ROUNDS", 9))
SECONDS = int(os.environ.get("SECONDS", 2))
results: list[tuple[str, float, str, float]] = []


def report(what: str, value: float, bound: str = "", limit: float = 0) -> None:
    """Print a figure, and keep it for the table at the end; `bound` is "at least", "at most", or "" for none."""
    results.append((what, value, bound, limit))
    print(f"{what}: {value:,.3f}", flush=True)


def print_results() -> bool:
    """Print the table of all figures, the ones that miss their bound marked with `!`; whether every bound is met."""
    met = True
    for what, value, bound, limit in results:
        good = {"at least": value >= limit, "at most": value <= limit, "": True}[bound]
        met = met and good
        print(
            f"{'  ' if good else '! '}{what:<72} {value:>10,.2f}   {f'{bound} {limit:,}' if bound else 'reported only'}"
        )
    return met


def processor_model() -> str:
    """The processor's name as reported by Linux, with the number of cores that this process may use."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if os.path.exists("/proc/cpuinfo") else []
    names = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    return f"{' / '.join(sorted(names)) or platform.machine()}, {len(os.sched_getaffinity(0))} cores"


def inside(found: Newsroom, what: str) -> dict[str, float]:
    """What `python -m tests.bench.inside WHAT` measured in a process of this newsroom."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.inside", what],
        env=found.environment,
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


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
