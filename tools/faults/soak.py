"""`python -m tools.faults.soak --minutes 30`: load for a long time with faults here and there.

Prints what each process used in the first and in the last quarter of it; exit 1 where something grew, was lost, is
there twice, or is stuck. The figures are written to a file as well.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tools.faults import table
from tools.faults.faults import FAULTS
from tools.faults.running import Trial
from tools.faults.sampling import Measured, Samples
from tools.faults.stack import Stack
from tools.faults.table import Row

BREAKS: Final = ("broker-killed", "broker-hung", "database-killed", "web-killed", "workers-killed", "republished")
OFTEN: Final = 0.25
"""How many of the stretches have a fault; processes that are ended all the time show no growth."""
STRETCH: Final = 40.0
"""Seconds of load between two comparisons."""
LASTING: Final = 10.0


def main() -> int:
    """Run the load for so long, and say whether everything stayed as it was."""
    asked = _arguments().parse_args()
    folder = Path(tempfile.mkdtemp(prefix="steward-soak-"))
    folder.chmod(0o711)  # PostgreSQL runs as somebody else when we are root
    rows: list[Row] = []
    try:
        with Stack(folder) as stack, Samples(stack) as samples:
            trial, until = Trial(stack), time.monotonic() + asked.minutes * 60
            _say(table.heading())
            while time.monotonic() < until:
                name = random.choice(BREAKS) if random.random() < OFTEN else "nothing"  # noqa: S311
                rows.append(trial.run(FAULTS[name], STRETCH, LASTING))
                _say(table.line(rows[-1]), *table.explained(rows[-1]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    measured = samples.measured()
    _print(measured)
    if asked.figures is not None:
        figures = {"minutes": asked.minutes, "measured": [asdict(one) for one in measured]}
        figures |= {"stretches": [row.figures() for row in rows]}
        asked.figures.parent.mkdir(parents=True, exist_ok=True)
        asked.figures.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if all(row.holds for row in rows) and all(one.is_flat for one in measured) else 1


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long (30)")
    parser.add_argument("--figures", type=Path, help="the file that the figures are written to")
    return parser


def _print(measured: list[Measured]) -> None:
    _say(
        "", "| part | figure | first quarter | last quarter | most | flat |", "| --- | --- | ---: | ---: | ---: | --- |"
    )
    for one in measured:
        flat = "yes" if one.is_flat else "no"
        _say(f"| {one.part} | {one.figure} | {one.first} | {one.last} | {one.most} | {flat} |")


def _say(*lines: str) -> None:
    for one in lines:
        sys.stdout.write(f"{one}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
