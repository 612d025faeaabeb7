"""Measures Steward beside its limits, prints the table of docs/benchmarks.md, and stores it: `make bench`."""

import sys

import click

from tools.bench import installation, signups
from tools.bench.figures import Figure, table


@click.command()
@click.option("--seconds", default=5.0, show_default=True, help="for each of the measurements")
def main(seconds: float) -> None:
    figures: list[Figure] = []
    with installation.running() as steward:
        figures += signups.measure(steward, seconds)
    sys.stdout.write(table(figures) + "\n")


if __name__ == "__main__":
    main()
