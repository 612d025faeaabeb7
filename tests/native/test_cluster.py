"""Three nodes of RabbitMQ, of which one is lost in the middle of the work: nothing is lost, nothing applied twice."""

import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.commands.opening import NAMES as SERVICES
from services.commands.opening import all_services
from shared.clock import utc_now
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.registry import Registry
from shared.messaging.transport import dead_queue_name, queue_name
from shared.messaging.worker import Worker
from tests.native.cluster import NAMES, Cluster
from tests.shared.messaging.conftest import Applied, Handlers, World, make_database, only_postgresql, places
from tests.shared.messaging.test_worker import eventually

__all__ = ["make_database"]  # the fixture

WRITER: Final = "signups"
READER: Final = "partners"
BATCH: Final = 50
PATIENCE: Final = 120.0


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Three nodes that know each other, with all that `steward declare` declares."""
    folder = Path(tempfile.mkdtemp(prefix="steward-tests-"))
    cluster = Cluster(folder, list(SERVICES))
    try:
        cluster.start()
        bindings = {service.name: service.handlers.types for service in all_services()}
        RabbitTransport(*cluster.urls()).declare(bindings)
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


class Load:
    """Somebody who writes messages as a service does, some in each transaction, until it is enough."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._tell)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def _tell(self) -> None:
        while not self._enough.wait(0.05):
            self._database.write(self._write)

    def _write(self, session: Session) -> None:
        for _ in range(BATCH):
            outbox.add(session, "places.held", places(), now=utc_now())


def applied(database: Database) -> Counter[object]:
    """How often each message was applied."""
    return Counter(database.read(lambda session: session.scalars(select(Applied.message_id)).all()))


@only_postgresql
def test_a_node_that_is_killed_under_load_loses_nothing_and_nothing_is_applied_twice(cluster, make_database):
    queues = cluster.queues()
    assert set(queues) == {name for service in SERVICES for name in (queue_name(service), dead_queue_name(service))}
    assert all(set(queue["members"]) == set(NAMES) for queue in queues.values()), queues

    leader = queues[queue_name(READER)]["leader"]
    world, handlers = World(make_database(WRITER), make_database(READER)), Handlers()
    workers = [
        Worker(world.reader, RabbitTransport(*cluster.urls(READER)), handlers.registry, (), utc_now, {}),
        Worker(world.writer, RabbitTransport(*cluster.urls(WRITER)), Registry(), (), utc_now, {}),
    ]
    try:
        for worker in workers:
            worker.start()
        with Load(world.writer):
            assert eventually(lambda: world.applied() > 2 * BATCH, PATIENCE)
            cluster.node(leader).kill()
            written = len(world.outbox()) + BATCH
            assert eventually(lambda: world.applied() > written, PATIENCE), "publishing goes on with the two others"
        told = {row.message_id for row in world.outbox()}
        assert eventually(lambda: world.applied() >= len(told), PATIENCE), world.applied()
        assert eventually(lambda: all(row.published_at for row in world.outbox()), PATIENCE)
        assert eventually(lambda: RabbitTransport(*cluster.urls()).look(READER).waiting == 0, PATIENCE)
    finally:
        stop(workers)
    assert applied(world.reader) == Counter(dict.fromkeys(told, 1))
    assert cluster.queues()[queue_name(READER)]["leader"] in set(NAMES) - {leader}


def stop(workers: Sequence[Worker]) -> None:
    """Stop them; both at once, since each waits for what it has in hand."""
    for worker in workers:
        worker.ask_to_stop()
    for worker in workers:
        worker.stop()
