"""What Steward takes while nobody asks for anything, and how the embedded mode starts."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import requests

from shared.native.parts import kept_port
from tools import sites
from tools.bench import processes
from tools.bench.figures import Figure
from tools.bench.installation import Installation

QUIET: Final = 10.0
"""Seconds after the start, or a load, in which the last work is done."""
STARTS_WITHIN: Final = 60.0


def of_stack(steward: Installation, seconds: float) -> list[Figure]:
    """Return the share of a core that each of the stack's processes takes while nothing happens."""
    shares = _shares(steward.pid, seconds)
    workers = {name: share for name, share in shares.items() if name.startswith("worker")}
    figures = [Figure(f"{name} at rest", share, "% of a core", 1.0, smaller=True) for name, share in workers.items()]
    return [*figures, Figure("the whole stack at rest", sum(shares.values()), "% of a core", smaller=True)]


def of_embedded(seconds: float) -> list[Figure]:
    """Return how soon the embedded mode shows its first page, what it holds in memory, and what it takes at rest."""
    with tempfile.TemporaryDirectory(prefix="steward-bench-") as name:
        folder = Path(name)
        _started(folder, 0)  # makes the demo
        return _started(folder, seconds)


def _started(folder: Path, seconds: float) -> list[Figure]:
    port = kept_port(folder / "port")
    environ = dict(os.environ) | {"PYTHONPATH": str(sites.ROOT), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as it is installed
    began = time.perf_counter()
    words = [sys.executable, "-m", "services", "embedded", "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        words, cwd=folder, env=environ, stdout=subprocess.DEVNULL
    )
    try:
        while not _answers(f"http://127.0.0.1:{port}/events/"):
            if process.poll() is not None or time.perf_counter() - began > STARTS_WITHIN:
                raise SystemExit("the embedded mode did not start")
            time.sleep(0.01)
        start = time.perf_counter() - began
        if not seconds:
            return []
        share = sum(_shares(process.pid, seconds).values())
        memory = max(_resident(pid) for pid in sites.family(process.pid))  # when all of it has started
    finally:
        process.terminate()
        process.wait(30)
    return [
        Figure("embedded: start to first page", start, "s", 1.5, smaller=True),
        Figure("embedded: resident", memory, "MiB", 120.0, smaller=True),
        Figure("embedded at rest", share, "% of a core", 2.0, smaller=True),
    ]


def _shares(pid: int, seconds: float) -> dict[str, float]:
    time.sleep(QUIET)
    with processes.spent(pid) as spent:
        time.sleep(seconds)
    return {name: had / seconds * 100 for name, had in sorted(spent.items())}


def _resident(pid: int) -> float:
    """Return the MiB that one process holds, what it shares with others among them."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.ConnectionError:
        return False
