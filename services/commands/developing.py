"""The commands that only whoever changes Steward needs."""

import click

from services.commands import showing
from services.commands.opening import a_service, one_service


@click.command()
@a_service
@click.argument("message")
def migration(name: str, message: str) -> None:
    """Write a migration for what the service's models hold and its newest migration does not make."""
    from shared import migrations  # noqa: PLC0415  (a process imports what it runs, no more)
    from shared.database import Database  # noqa: PLC0415

    service = one_service(name)
    database = Database("sqlite://", name)
    migrations.migrate(service, database)
    migrations.write_migration(service, database, message)


@click.command()
@showing.as_json
def settings(*, as_json: bool) -> None:
    """Print the table of settings, as the README has it."""
    from shared import config  # noqa: PLC0415

    rows = [dict(zip(("variable", "default", "about"), row, strict=True)) for row in config.table()]
    showing.say(rows, config.as_markdown().rstrip(), as_json=as_json)
