"""The commands that look after the personal data which the services keep sealed."""

from collections.abc import Sequence
from typing import Final, TextIO

import click

from services.commands import erasures, showing
from services.commands.opening import NAMES, database_of, one_service, parts_that_erase, some_services

RESEALED_AT_ONCE: Final = 500
"""Rows of a table in one transaction: a moment, so that nobody waits for it."""


@click.group()
def data() -> None:
    """Look after the personal data that the services keep sealed."""


@data.command()
@some_services
@showing.as_json
def reseal(names: Sequence[str], *, as_json: bool) -> None:
    """Seal everything with the newest data key, so that older ones can go; all services unless some are named."""
    from shared import sealing  # noqa: PLC0415  (a process imports what it runs, no more)

    resealed: dict[str, int] = {}
    with showing.progress() as shown:
        for name in names or NAMES:
            tables, database = one_service(name).all_metadata, database_of(name)
            resealed[name], task = 0, shown.add_task(name, total=None)
            while step := database.write(sealing.reseal, tables, batch=RESEALED_AT_ONCE):
                resealed[name] += step
                shown.update(task, completed=resealed[name])
    lines = [f"{name}: {rows} rows sealed anew; only the newest key is in use" for name, rows in resealed.items()]
    showing.say(resealed, *lines, as_json=as_json)


@data.command()
@showing.as_json
def erased(*, as_json: bool) -> None:
    """List who was erased, an id and a moment in each line: to be kept beside the backups."""
    found = erasures.known(parts_that_erase())
    rows = [{"id": str(who), "erased_at": moment} for who, moment in found]
    showing.say(rows, *erasures.as_lines(found), as_json=as_json)


@data.command()
@click.argument("listed", metavar="FILE", type=click.File(encoding="utf-8"))
@showing.as_json
def erase(listed: TextIO, *, as_json: bool) -> None:
    """Erase those whom a list of `erased` names once more: a backup that was restored knows them again."""
    from shared import clock  # noqa: PLC0415

    try:
        people = erasures.ids(listed)
    except ValueError:
        raise click.ClickException("every line must begin with the id of somebody who was erased") from None
    number = erasures.again(parts_that_erase(), people, clock.utc_now())
    showing.say({"erased": number}, f"{number} people erased again", as_json=as_json)
