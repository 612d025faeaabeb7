"""What commands print: a table where a person looks, plain lines in a pipe, one JSON document for a program."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.progress import Progress

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for a program to read.")


def say(document: Any, *lines: str, as_json: bool) -> None:
    """Print the document, or the lines that say the same in words."""
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
        return
    for line in lines:
        click.echo(line)


def table(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print rows that all have the same keys; in a pipe each is a line, with two spaces between its cells."""
    if as_json:
        say(rows, as_json=True)
    elif not sys.stdout.isatty():
        for row in rows:
            click.echo("  ".join(_cell(value) for value in row.values()))
    elif rows:
        _draw(rows)


@contextmanager
def progress() -> Iterator["Progress"]:
    """Show how far a long work has come, on standard error and only where somebody watches."""
    from rich.console import Console  # noqa: PLC0415  (only long work needs it)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as shown:
        yield shown


def _draw(rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    drawn = Table(*rows[0])
    for row in rows:
        drawn.add_row(*(escape(_cell(value)) for value in row.values()))
    Console().print(drawn)


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
