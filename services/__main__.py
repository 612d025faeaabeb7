"""The composition root: the only place that knows all services, and the commands that start them."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import UUID

import click

from services import personal_data

if TYPE_CHECKING:
    from shared.config import Config, ConfigError
    from shared.database import Database
    from shared.embedded import Part
    from shared.service import Service

NAMES = ("events", "signups", "partners")
DATA = Path("var")

a_service = click.argument("name", metavar="SERVICE", type=click.Choice(NAMES))


def all_services() -> "Sequence[Service]":
    """Return the services, in the order in which their messages are first needed."""
    from services.events.app import service as events  # noqa: PLC0415  (a process imports what it runs, no more)
    from services.partners.app import service as partners  # noqa: PLC0415
    from services.signups.app import service as signups  # noqa: PLC0415

    return events, signups, partners


def one_service(name: str) -> "Service":
    """Return the service of that name, importing no other."""
    from importlib import import_module  # noqa: PLC0415

    service: Service = import_module(f"services.{name}.app").service
    return service


@click.group()
def main() -> None:
    """Steward (小管家): festival events, volunteers and partner work units of a neighbourhood."""


@main.command()
@click.option("--port", envvar="PORT", type=int, default=8000, show_default=True)
def embedded(port: int) -> None:
    """Run everything in one process on files under var/, with a small demo on the first start."""
    from shared import embedded as mode  # noqa: PLC0415
    from shared import logs, serving  # noqa: PLC0415
    from shared.config import ConfigError  # noqa: PLC0415

    folder = (DATA / "embedded").resolve()
    try:
        held = mode.lock(folder)
    except mode.AlreadyRunning as error:
        raise click.ClickException(str(error)) from None
    os.environ.setdefault("STEWARD_ORIGIN", f"http://127.0.0.1:{port}")
    environ = mode.environment(folder, NAMES, os.environ)
    logs.configure(level="WARNING", human=True)
    fresh = not (folder / "events.db").exists()
    try:
        parts = mode.open_parts(all_services(), environ)
    except ConfigError as error:
        raise _unusable(error) from None
    links = _seed(parts) if fresh else []
    for part in parts:
        part.database.dispose()
    running = mode.workers(parts)
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

    def start() -> None:
        for worker in running:
            worker.start()

    def stop() -> None:
        for worker in running:
            worker.ask_to_stop()
        for worker in running:
            worker.stop()

    serving.serve(lambda: mode.web(parts), f"127.0.0.1:{port}", workers=1, threads=16, started=start, stopped=stop)
    held.close()


@main.command()
@a_service
@click.option("--bind", default="127.0.0.1:8001", show_default=True, help="host:port or unix:path")
@click.option("--workers", envvar="STEWARD_WEB_WORKERS", type=int, default=2, show_default=True)
@click.option("--threads", envvar="STEWARD_WEB_THREADS", type=int, default=8, show_default=True)
def web(name: str, bind: str, workers: int, threads: int) -> None:
    """Serve one service's pages and API with gunicorn."""
    with TemporaryDirectory(prefix=f"steward-{name}-metrics-") as folder:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)  # read when the library is imported
        _web(name, bind, workers, threads)


@main.command()
@a_service
def worker(name: str) -> None:
    """Run one service's worker: relay, consumer, scheduler and notices."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # before the imports, which take a second
        signal.signal(number, lambda _number, _frame: stopping.set())
    from shared import logs, worker_page  # noqa: PLC0415
    from shared.messaging.rabbit import RabbitTransport  # noqa: PLC0415
    from shared.service import build_worker  # noqa: PLC0415

    config = _config(name)
    logs.configure(level=config.log_level, human=config.log_format == "words", service=name)
    database = _opened(config)
    running = build_worker(one_service(name), config, database, RabbitTransport(config.amqp_url))
    running.start()
    with worker_page.served(config.worker_metrics_bind, running, database):
        stopping.wait()
    sys.exit(0 if running.stop() else 1)


@main.command()
@click.argument("names", metavar="[SERVICE]...", nargs=-1, type=click.Choice(NAMES))
def migrate(names: Sequence[str]) -> None:
    """Bring the services' databases to the newest version; all of them unless some are named."""
    from shared import clock, migrations  # noqa: PLC0415

    for name in names or NAMES:
        config = _config(name)
        service = one_service(name)
        database = _opened(config)
        migrations.migrate(service, database)
        click.echo(f"{name}: migrated")
        if service.prepare is not None:
            line = database.write(service.prepare, config, clock.utc_now())
            if line:
                click.echo(line)
        database.dispose()


@main.command()
def declare() -> None:
    """Declare the exchange, the queues and their bindings on the broker; runs before any worker."""
    from shared.messaging.rabbit import RabbitTransport  # noqa: PLC0415

    transport = RabbitTransport(_config(NAMES[0]).amqp_url)
    transport.declare({service.name: service.handlers.types for service in all_services()})
    click.echo("broker: declared")


@main.command()
@click.option("--port", envvar="PORT", type=int, default=8000, show_default=True)
@click.option("--webs", type=click.IntRange(1), default=1, show_default=True, help="web servers for each service")
def stack(port: int, webs: int) -> None:
    """Run the production shape on this machine: every part a process of its own, restarted when it dies."""
    from shared.native import stack as native  # noqa: PLC0415

    sys.exit(native.run(NAMES, port, webs))


@main.command()
@a_service
@click.argument("message")
def migration(name: str, message: str) -> None:
    """Write a migration for what the service's models hold and its newest migration does not make."""
    from shared import migrations  # noqa: PLC0415
    from shared.database import Database  # noqa: PLC0415

    service = one_service(name)
    database = Database("sqlite://", name)
    migrations.migrate(service, database)
    migrations.write_migration(service, database, message)


@main.group()
def messages() -> None:
    """Look at messages that could not be applied, and decide what becomes of them."""


@messages.command("list")
@a_service
def list_messages(name: str) -> None:
    """List what waits for another attempt and what is dead, with the kind of error, a line each."""
    from shared.messaging import inbox  # noqa: PLC0415
    from shared.messaging.tables import InboxStatus  # noqa: PLC0415

    for status in (InboxStatus.DEAD, InboxStatus.RETRY):
        for letter in _database(name).read(inbox.unsettled, status):
            click.echo(
                f"{letter.message_id}  {letter.status.value:5}  {letter.type:18}  attempts {letter.attempts:2}"
                f"  since {letter.received_at:%Y-%m-%d %H:%M}  {letter.last_error or ''}"
            )


@messages.command()
@a_service
@click.argument("message_id", type=click.UUID)
def replay(name: str, message_id: UUID) -> None:
    """Give a dead message its attempts back."""
    from shared import clock  # noqa: PLC0415
    from shared.messaging import inbox  # noqa: PLC0415

    _settle(lambda: _database(name).write(inbox.replay, message_id, clock.utc_now()))
    click.echo(f"{message_id}: will be tried again")


@messages.command()
@a_service
@click.argument("message_id", type=click.UUID)
def discard(name: str, message_id: UUID) -> None:
    """Declare a dead message settled without applying it."""
    from shared.messaging import inbox  # noqa: PLC0415

    _settle(lambda: _database(name).write(inbox.discard, message_id))
    click.echo(f"{message_id}: discarded")


@main.command()
def settings() -> None:
    """Print the table of settings, as the README has it."""
    from shared import config  # noqa: PLC0415

    click.echo(config.as_markdown().rstrip())


def _settle(act: Callable[[], None]) -> None:
    from shared.errors import NotFound  # noqa: PLC0415

    try:
        act()
    except NotFound as error:
        raise click.ClickException(error.detail) from None


def _database(name: str) -> "Database":
    return _opened(_config(name))


def _opened(config: "Config", **pool: int) -> "Database":
    from shared.database import Database  # noqa: PLC0415

    return Database(config.database_url, config.service, keys=config.data_keys, **pool)


def _web(name: str, bind: str, workers: int, threads: int) -> None:
    from shared import logs, serving  # noqa: PLC0415
    from shared.service import build_app  # noqa: PLC0415

    config = _config(name)
    logs.configure(level=config.log_level, human=config.log_format == "words", service=name)
    service = one_service(name)
    serving.serve(
        lambda: build_app(service, config, _opened(config, pool_size=threads), threads=threads),
        bind,
        workers=workers,
        threads=threads,
    )


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


def _config(name: str) -> "Config":
    from shared import config  # noqa: PLC0415

    try:
        return config.load(name)
    except config.ConfigError as error:
        raise _unusable(error) from None


def _unusable(error: "ConfigError") -> click.ClickException:
    return click.ClickException("\n".join(("the configuration needs mending:", *error.problems)))


main.add_command(personal_data.group(NAMES, one_service, _database))


if __name__ == "__main__":
    main()
