"""The commands that look after the personal data which the services keep sealed."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from shared.database import Database
    from shared.service import Service

RESEALED_AT_ONCE: Final = 500
"""Rows of a table in one transaction: a moment, so that nobody waits for it."""


def group(
    names: Sequence[str], one_service: "Callable[[str], Service]", database_of: "Callable[[str], Database]"
) -> click.Group:
    """Return the commands; they open a service's database by its name."""

    @click.group()
    def data() -> None:
        """Look after the personal data that the services keep sealed."""

    @data.command()
    @click.argument("chosen", metavar="[SERVICE]...", nargs=-1, type=click.Choice(names))
    def reseal(chosen: Sequence[str]) -> None:
        """Seal everything with the newest data key, so that older ones can go; all services unless some are named."""
        from shared import sealing  # noqa: PLC0415  (a process imports what it runs, no more)

        for name in chosen or names:
            tables, database = one_service(name).all_metadata, database_of(name)
            rows = 0
            while step := database.write(sealing.reseal, tables, batch=RESEALED_AT_ONCE):
                rows += step
            database.dispose()
            click.echo(f"{name}: {rows} rows sealed anew; only the newest key is in use")

    return data
