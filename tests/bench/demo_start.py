"""How long `make demo` takes until the site answers, in a folder of its own: the first time and the second."""

import os
import subprocess
import tempfile
import time

from tests.bench.measuring import ROOT
from tests.serving import eventually, fetch, free_port, kill

# .venv is kept as it is: the network's part of a first start is not measured here.
COMMAND = ["make", "--assume-old=.venv/ready", "demo"]


def measure_demo_starts() -> tuple[float, float]:
    """Seconds of the first start, which fills the newsroom, and of the second, which finds it filled."""
    with tempfile.TemporaryDirectory() as folder:
        return _start_demo(folder), _start_demo(folder)


def _start_demo(folder: str) -> float:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SITE_URL")}
    begun = time.monotonic()
    process = subprocess.Popen(
        [*COMMAND, f"PORT={port}"],
        cwd=ROOT,
        env={**environment, "DATA_DIR": folder},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        site = f"http://127.0.0.1:{port}/"
        eventually(lambda: process.poll() is not None or fetch(site)[0] == 200, "the demo answers", patience=900)
        if process.poll() is not None:
            raise RuntimeError(f"`make demo` ended with {process.returncode}")
        return time.monotonic() - begun
    finally:
        kill(process)
