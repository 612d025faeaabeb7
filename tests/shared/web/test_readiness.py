"""What `/readyz` tells of a real service: its database, its migrations, its keys and its outbox."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.signups.app import service
from services.signups.models import Volunteer
from shared import checks, migrations, readiness, versions
from shared.clock import utc_now
from shared.config import Config
from shared.database import Database
from shared.messaging import outbox
from shared.readiness import Readiness, State
from tests.shared.messaging.conftest import places

KEYS = ("n" * 32,)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'signups.db'}"


@pytest.fixture
def open_database(url):
    opened = []

    def again(keys=KEYS):
        opened.append(Database(url, "signups", keys=keys))
        return opened[-1]

    yield again
    for database in opened:
        database.dispose()


def found(database, now=None):
    config = Config(service="signups")
    return Readiness(config, database, lambda: now or utc_now(), checks.of(service)).look()


def test_all_is_well_once_the_database_is_migrated(open_database):
    database = open_database()
    assert found(database)["migrations"].state is State.UNAVAILABLE
    migrations.migrate(service, database)
    everything = found(database)
    assert list(everything) == ["database", "migrations", "data keys", "outbox", "broker"]
    assert readiness.worst(everything) is State.OK


def test_tables_of_an_older_release_are_no_place_for_requests_those_of_a_newer_one_are(open_database):
    database = open_database()
    migrations.migrate(service, database)
    older = (versions.known("signups") - {versions.newest("signups")}).pop()
    for revision, state in ((older, State.UNAVAILABLE), ("of_tomorrow", State.OK)):
        database.write(_set_revision, revision)
        finding = found(database)["migrations"]
        assert finding.state is state
        assert revision in finding.detail


def test_a_key_that_was_taken_away_too_early_is_told_of(open_database):
    database = open_database()
    migrations.migrate(service, database)
    now = utc_now()
    somebody = Volunteer(id=uuid4(), name="张三", name_key="张三", phone="+8613800138000", created_at=now)
    somebody.phone_key, somebody.phone_end = "k", "8000"
    database.write(lambda session: session.add(somebody))
    assert found(database)["data keys"].state is State.OK
    finding = found(open_database(("o" * 32,)))["data keys"]
    assert finding.state is State.UNAVAILABLE
    assert "volunteers" in finding.detail


def test_messages_that_wait_too_long_are_told_of_and_keep_nobody_out(open_database):
    database = open_database()
    migrations.migrate(service, database)
    now = utc_now()
    database.write(outbox.add, "places.held", places(), now=now)
    assert found(database, now + timedelta(seconds=50))["outbox"].state is State.OK
    finding = found(database, now + timedelta(seconds=90))["outbox"]
    assert finding == readiness.Finding(State.DEGRADED, "1 messages wait, the oldest for 90 s")


def _set_revision(session, revision):
    session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
