"""Measures Steward beside its limits, prints the table of docs/benchmarks.md, and stores it: `make bench`."""

import os
import platform
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import click

from tools.bench import crowds, form, installation, messages, pages, reminders, resting, signups, sizes, sqlite, work
from tools.bench.figures import Figure, packed, table
from tools.bench.installation import Installation
from tools.bench.plots import Panel, drawn

ON_A_STACK: Final[Mapping[str, Callable[[Installation, float], list[Figure]]]] = {
    "rest": resting.of_stack,
    "pages": pages.measure,
    "signups": signups.measure,
    "form": form.measure,
    "crowds": crowds.measure,
    "messages": messages.measure,
    "sizes": sizes.measure,
}
"""In an order in which none leaves work to do behind for the next, and the one that leaves years behind is the last."""
DRAWN: Final[Mapping[str, Callable[[list[Figure]], list[Panel]]]] = {"crowds": crowds.panels, "sizes": sizes.panels}
ALONE: Final[Mapping[str, Callable[[float], list[Figure]]]] = {
    "embedded": lambda seconds: [*resting.of_embedded(seconds), *sqlite.measure(seconds)],
    "reminders": lambda _seconds: reminders.measure(),
    "work": lambda _seconds: work.measure(),
}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice([*ON_A_STACK, *ALONE]))
@click.option("--seconds", default=10.0, show_default=True, help="for each of the measurements")
@click.option("--rows", default=sizes.ROWS, show_default=True, help="the most sign-ups to fill the database with")
@click.option("--backlog", type=int, help="how many messages wait, instead of 2,000 for each second")
@click.option("--store", type=click.Path(path_type=Path), help="also write the figures into this file, as JSON")
@click.option("--draw", type=click.Path(path_type=Path), help="also draw what can be drawn, into this folder")
def main(
    parts: tuple[str, ...], seconds: float, rows: int, backlog: int | None, store: Path | None, draw: Path | None
) -> None:
    """Measure all parts, or those that are named."""
    wanted = parts or (*ON_A_STACK, *ALONE)
    measures = {
        **ON_A_STACK,
        "messages": partial(messages.measure, backlog=backlog),
        "sizes": partial(sizes.measure, rows=rows),
    }
    figures = [one for name in wanted if name in ALONE for one in ALONE[name](seconds)]
    on_a_stack = [name for name in ON_A_STACK if name in wanted]
    if on_a_stack:
        with installation.running() as steward:
            for name in on_a_stack:
                figures += measures[name](steward, seconds)
    about = {
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "seconds": seconds,
    }
    sys.stdout.write(f"{about}\n\n{table(figures)}\n")
    if store is not None:
        store.write_text(packed(figures, **about), encoding="utf-8")
    if draw is not None:
        for name in DRAWN.keys() & set(wanted):
            (draw / f"benchmarks-{name}.svg").write_text(drawn(DRAWN[name](figures)), encoding="utf-8")


if __name__ == "__main__":
    main()
