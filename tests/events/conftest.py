"""An events service with one organizer, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher

from services.events.accounts import passwords
from services.events.models import Base
from shared.database import Database
from shared.messaging import tables as messaging_tables
from shared.notices import tables as notice_tables
from tests.events.web import Site
from tests.events.world import World, an_organizer


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at a cost that suits a test."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def database(new_database_url: Callable[..., str]) -> Iterator[Database]:
    """The service's own database, empty."""
    database = Database(
        new_database_url(Base.metadata, messaging_tables.Base.metadata, notice_tables.Base.metadata),
        "events",
        keys=["a data key for tests that is long enough"],
    )
    yield database
    database.dispose()


@pytest.fixture
def world(database: Database) -> World:
    """A service with one organizer and no events."""
    return World(database, an_organizer(database, "朝阳社区"))


@pytest.fixture
def site(world: World) -> Site:
    """The application over the same database; its organizer is of the same community."""
    return Site(world.database)


@pytest.fixture
def desk(site: Site) -> Site:
    """The site with its organizer signed in."""
    site.sign_in()
    return site
