"""The commands that run a service, and those that run before it."""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from services.commands import showing
from services.commands.opening import (
    NAMES,
    a_service,
    all_services,
    configuration,
    loading,
    one_service,
    opened,
    some_services,
)

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


@click.command()
@a_service
@click.option("--bind", default="127.0.0.1:8001", show_default=True, help="host:port or unix:path")
@click.option("--workers", envvar="STEWARD_WEB_WORKERS", type=int, default=2, show_default=True)
@click.option("--threads", envvar="STEWARD_WEB_THREADS", type=int, default=8, show_default=True)
def serve(name: str, bind: str, workers: int, threads: int) -> None:
    """Serve one service's pages and API with gunicorn."""
    with TemporaryDirectory(prefix=f"steward-{name}-metrics-") as folder:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)  # read when the library is imported
        _web(name, bind, workers, threads)


@click.command()
@a_service
def worker(name: str) -> None:
    """Run one service's worker: relay, consumer, scheduler and notices."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # before the imports, which take a second
        signal.signal(number, lambda _number, _frame: stopping.set())
    with loading():
        from shared import failpoints, logs, worker_page  # noqa: PLC0415  (a process imports what it runs, no more)
        from shared.messaging.rabbit import RabbitTransport  # noqa: PLC0415
        from shared.service import build_worker  # noqa: PLC0415

        config = configuration(name)
        logs.configure(level=config.log_level, human=config.log_format == "words", service=name)
        failpoints.arm(config.failpoints)
        database = opened(config)
        running = build_worker(one_service(name), config, database, RabbitTransport(*config.amqp_urls))
    running.start()
    with worker_page.served(config.worker_metrics_bind, running, database):
        stopping.wait()
    sys.exit(0 if running.stop() else 1)


@click.command()
@some_services
@showing.as_json
def migrate(names: Sequence[str], *, as_json: bool) -> None:
    """Bring the services' databases to the newest version; all of them unless some are named."""
    from shared import clock, migrations  # noqa: PLC0415

    done = {}
    for name in names or NAMES:
        config = configuration(name)
        service = one_service(name)
        database = opened(config)
        migrations.migrate(service, database)
        done[name] = [f"{name}: migrated"]
        if service.prepare is not None:
            line = database.write(service.prepare, config, clock.utc_now())
            done[name] += [line] if line else []
        if not as_json:
            showing.say(None, *done[name], as_json=False)  # at once: what follows may fail
    if as_json:
        showing.say(done, as_json=True)


@click.command()
@showing.as_json
def declare(*, as_json: bool) -> None:
    """Declare the exchange, the queues and their bindings on the broker; runs before any worker."""
    from shared.messaging.rabbit import RabbitTransport  # noqa: PLC0415

    transport = RabbitTransport(*configuration(NAMES[0]).amqp_urls)
    bindings = {service.name: sorted(service.handlers.types) for service in all_services()}
    transport.declare(bindings)
    showing.say(bindings, "broker: declared", as_json=as_json)


def _web(name: str, bind: str, workers: int, threads: int) -> None:
    with loading():
        from shared import calling, logs, serving  # noqa: PLC0415
        from shared.service import build_app  # noqa: PLC0415

        config = configuration(name)
        logs.configure(level=config.log_level, human=config.log_format == "words", service=name)
        service = one_service(name)

    ending = ExitStack()

    def make() -> "WSGIApplication":
        database = opened(config, pool_size=threads)
        if calling.can_call(database):
            ending.callback(calling.Caller(database).end)
        return build_app(service, config, database, threads=threads)

    serving.serve(make, bind, workers=workers, threads=threads, stopped=ending.close)
