"""The commands that look after the personal data which the services keep sealed."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TextIO
from uuid import UUID

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

    @data.command()
    def erased() -> None:
        """List who was erased, an id and a moment in each line: to be kept beside the backups."""
        from services.signups import operations  # noqa: PLC0415

        for one in database_of("signups").read(operations.erasures):
            click.echo(f"{one.volunteer_id}  {one.erased_at:%Y-%m-%dT%H:%M:%SZ}")

    @data.command()
    @click.argument("listed", metavar="FILE", type=click.File(encoding="utf-8"))
    def erase(listed: TextIO) -> None:
        """Erase those whom a list of `erased` names once more: a backup that was restored knows them again."""
        from services.signups import operations  # noqa: PLC0415
        from shared import clock  # noqa: PLC0415

        try:
            ids = [UUID(line.split()[0]) for line in listed if line.strip()]
        except ValueError:
            raise click.ClickException("every line must begin with the id of somebody who was erased") from None
        database = database_of("signups")
        number = sum(database.write(operations.erase_again, [one], clock.utc_now()) for one in ids)
        click.echo(f"signups: {number} people erased again")

    return data
