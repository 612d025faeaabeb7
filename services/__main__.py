"""The composition root: puts the command line together, and is the only file that knows all services."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.commands import agreement, backups, data, developing, doctor, ending, messages, running, users
from services.commands.opening import NAMES, all_services, loading, one_service

if TYPE_CHECKING:
    from shared.embedded import Part

__all__ = ["NAMES", "all_services", "main", "one_service"]

DATA = Path("var")


@click.group(cls=ending.Commands, epilog=ending.CODES)
@click.option(
    "--at",
    "folder",
    envvar="STEWARD_AT",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Take the settings of the installation that `embedded` or `stack` runs in this folder, like var/stack.",
)
def main(folder: Path | None) -> None:
    """Steward (小管家): festival events, volunteers and partner work units of a neighbourhood."""
    from shared import logs  # noqa: PLC0415  (a process imports what it runs, no more)

    logs.configure(level="WARNING", human=True)  # what a command prints is its answer, for programs as well
    if folder is not None:
        from shared.native import surroundings  # noqa: PLC0415

        try:
            os.environ.update(surroundings.kept(folder))
        except surroundings.NoSettings as error:
            raise click.UsageError(str(error)) from None


@main.command()
@click.option("--port", envvar="PORT", type=int, default=8000, show_default=True)
def embedded(port: int) -> None:
    """Run everything in one process on files under var/, with a small demo on the first start."""
    go_on_unless_interrupted = ending.hearing_interrupts()
    with loading():
        from shared import embedded as mode  # noqa: PLC0415
        from shared import serving  # noqa: PLC0415
        from shared.config import ConfigError  # noqa: PLC0415
        from shared.native import surroundings  # noqa: PLC0415

    folder = (DATA / "embedded").resolve()
    try:
        held = mode.lock(folder)
    except mode.AlreadyRunning as error:
        raise click.ClickException(str(error)) from None
    os.environ.setdefault("STEWARD_ORIGIN", f"http://127.0.0.1:{port}")
    environ = mode.environment(folder, NAMES, os.environ)
    surroundings.keep(folder, environ)
    fresh = not (folder / "events.db").exists()

    first, *others = NAMES
    try:
        with loading():
            if mode.is_current(NAMES, environ):
                parts = [mode.open_part(one_service(first), environ)]
            else:
                parts = mode.open_parts(all_services(), environ)
    except ConfigError as error:
        raise click.ClickException("\n".join(("the configuration needs mending:", *error.problems))) from None
    links = _seed(parts) if fresh else []
    for part in parts:
        part.database.dispose()

    def the_others() -> "Sequence[Part]":
        with loading():
            return parts[1:] or mode.open_parts([one_service(name) for name in others], environ)

    site = mode.Site(parts[0], the_others, serving.give_up)
    click.echo(
        f"""
  小管家 Steward     {environ["STEWARD_ORIGIN"]}/
  organizer          admin / {parts[0].config.admin_password}   (sign in at /events/login)
  notices go to      {environ["STEWARD_NOTICES_FILE"]}
  data               {folder}   (make reset starts over)

  Ctrl-C stops it.
"""
    )
    for unit, path in links:
        click.echo(f"  work unit          {unit}: {environ['STEWARD_ORIGIN']}{path}")

    go_on_unless_interrupted()
    address = f"127.0.0.1:{port}"
    serving.serve(site.application, address, workers=1, threads=16, started=site.start, stopped=site.stop)
    held.close()


@main.command()
@click.option("--port", envvar="PORT", type=int, default=8000, show_default=True)
@click.option("--webs", type=click.IntRange(1), default=1, show_default=True, help="web servers for each service")
def stack(port: int, webs: int) -> None:
    """Run the production shape on this machine: every part a process of its own, restarted when it dies."""
    from shared.native import stack as native  # noqa: PLC0415

    sys.exit(native.run(NAMES, port, webs))


def _seed(parts: "Sequence[Part]") -> "Sequence[tuple[str, str]]":
    """Fill the fresh databases with the demo, each through its own operations; what one says reaches the others.

    Returns the name of each work unit and the path of its access link.
    """
    from services.events import demo as events  # noqa: PLC0415
    from services.partners import demo as partners  # noqa: PLC0415
    from services.signups import demo as signups  # noqa: PLC0415
    from services.signups.links import Links  # noqa: PLC0415
    from shared import clock, embedded  # noqa: PLC0415

    databases = {part.service.name: part.database for part in parts}
    secret = next(part.config.secret_key for part in parts if part.service.name == "signups")
    now = clock.utc_now()
    published = databases["events"].write(events.seed, timezone=parts[0].config.timezone, now=now)
    embedded.settle(parts)
    units = databases["partners"].write(partners.seed, published, now=now)
    databases["signups"].write(signups.seed, links=Links(secret), now=now)
    embedded.settle(parts)
    return units


for command in (
    running.serve,
    running.worker,
    running.migrate,
    running.declare,
    doctor.doctor,
    agreement.reconcile,
    agreement.resync,
    backups.backup,
    backups.restore,
    messages.messages,
    users.user,
    data.data,
    developing.settings,
    developing.migration,
):
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name="steward")
