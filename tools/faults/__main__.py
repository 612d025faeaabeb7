"""`python -m tools.faults [fault …]`: exit 1 where anything was lost, is there twice, or is stuck."""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from tools.faults import table
from tools.faults.faults import FAULTS
from tools.faults.running import Trial
from tools.faults.stack import Stack
from tools.faults.without import MECHANISMS


def main() -> int:
    """Run the faults that are named, or all of them, on one stack; print the table."""
    parser = _arguments()
    asked = parser.parse_args()
    unknown = [name for name in asked.faults if name not in FAULTS]
    if unknown:
        parser.error(f"there is no fault {', '.join(unknown)}; --help lists them")
    folder = Path(tempfile.mkdtemp(prefix="steward-faults-"))
    folder.chmod(0o711)  # PostgreSQL runs as somebody else when we are root
    rows = []
    try:
        with Stack(folder, without=asked.without) as stack:
            trial = Trial(stack)
            _say("" if asked.json else table.heading())
            for name in asked.faults or FAULTS:
                row = trial.run(FAULTS[name], asked.seconds, asked.lasting)
                rows.append(row)
                if not asked.json:
                    _say(table.line(row), *table.explained(row))
    finally:
        if asked.keep:
            _say(f"Everything is left in {folder}.")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if asked.json:
        _say(json.dumps([row.figures() for row in rows], ensure_ascii=False, indent=1))
    return 0 if all(row.holds for row in rows) else 1


def _arguments() -> argparse.ArgumentParser:
    known = "\n".join(f"  {one.name:28}{one.about}" for one in FAULTS.values())
    parser = argparse.ArgumentParser(
        prog="python -m tools.faults",
        description=__doc__,
        epilog=f"faults:\n{known}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("faults", nargs="*", metavar="fault", help="all of them unless named")
    parser.add_argument("--seconds", type=float, default=15, help="of load for each fault, at least (15)")
    parser.add_argument("--lasting", type=float, default=30, help="seconds for which a fault that lasts does so (30)")
    parser.add_argument("--without", choices=MECHANISMS, help="take this mechanism away, to see that it is missed")
    parser.add_argument("--json", action="store_true", help="print figures for a program")
    parser.add_argument("--keep", action="store_true", help="leave data and logs where they are")
    return parser


def _say(*lines: str) -> None:
    for one in lines:
        if one:
            sys.stdout.write(f"{one}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
