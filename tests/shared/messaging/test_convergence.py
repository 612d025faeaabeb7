"""Any order and any duplication of an aggregate's messages leaves its newest version, applied once each."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.database import Database
from shared.messaging import inbox, tables
from shared.messaging.envelope import open_envelope
from tests.shared.messaging.conftest import START, Base, Copy, Handlers, World, held


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One database for all examples; each has pledges of its own."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('convergence') / 'events.db'}", "events")
    for metadata in (tables.Base.metadata, Base.metadata):
        metadata.create_all(database.engine)
    yield World(database, database)
    database.dispose()


batches = st.lists(st.lists(st.integers(1, 6), max_size=6), min_size=1, max_size=6).filter(any)


@settings(max_examples=60, deadline=None)
@given(batches)
def test_the_newest_version_wins_whatever_comes_when_and_how_often(shared_world, batches):
    pledge_id, handlers = uuid4(), Handlers()
    messages = {version: open_envelope(held(pledge_id, version=version, held=version * 10)) for version in range(1, 7)}
    before = shared_world.applied()
    for batch in batches:
        sealed = [messages[version] for version in batch]
        if sealed:
            shared_world.reader.write(inbox.accept, handlers.registry, sealed, START)
    delivered = {version for batch in batches for version in batch}
    copy = shared_world.reader.read(lambda session: session.get(Copy, pledge_id))
    assert (copy.version, copy.held) == (max(delivered), max(delivered) * 10)
    assert shared_world.applied() - before == len(delivered)
