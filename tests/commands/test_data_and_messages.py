"""The operator's commands on messages that could not be applied."""

import os
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.__main__ import NAMES, one_service
from services.signups import identity, operations
from services.signups.models import Erasure, Volunteer
from shared import migrations
from shared.clock import utc_now
from shared.database import Database
from shared.messaging import inbox
from shared.messaging.envelope import open_envelope
from shared.messaging.tables import InboxStatus
from shared.native import keys
from tests.commands.conftest import read, run

DEAD = uuid4()
NOT_OURS = (
    b'{"specversion": "1.0", "id": "%s", "source": "/events", "type": "event.eaten", "time": "2027-06-01T00:00:00Z",'
    b' "correlationid": "x", "data": {}}' % str(DEAD).encode()
)


@pytest.fixture
def dead_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A sign-up service that was sent something it does not know."""
    url = f"sqlite:///{tmp_path}/signups.db"
    environ = keys.environment(tmp_path, NAMES, {}) | {"STEWARD_SIGNUPS_DATABASE_URL": url}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    service, database = one_service("signups"), Database(url, "signups")
    migrations.migrate(service, database)
    database.write(inbox.accept, service.handlers, [open_envelope(NOT_OURS)], utc_now())
    return database


def test_a_dead_message_is_listed_with_its_reason(dead_letter: Database) -> None:
    said = run("messages", "list", "signups")
    assert said.exit_code == 0
    assert str(DEAD) in said.output
    assert "event.eaten" in said.output
    dead_letter.dispose()


def test_a_message_is_shown_whole_with_what_became_of_it(dead_letter: Database) -> None:
    shown = read("messages", "show", "signups", str(DEAD))
    assert (shown["status"], shown["attempts"], shown["envelope"]["type"]) == ("dead", 1, "event.eaten")
    assert "unknown" in shown["error"] or "event.eaten" in shown["error"]
    assert "event.eaten" in run("messages", "show", "signups", str(DEAD)).output
    assert run("messages", "show", "signups", str(uuid4())).exit_code == 1
    dead_letter.dispose()


def test_a_dead_message_can_be_tried_again(dead_letter: Database) -> None:
    assert run("messages", "replay", "signups", str(DEAD)).exit_code == 0
    assert dead_letter.read(inbox.count)[InboxStatus.RETRY] == 1
    dead_letter.dispose()


def test_a_dead_message_can_be_discarded_once(dead_letter: Database) -> None:
    assert run("messages", "discard", "signups", str(DEAD)).exit_code == 0
    assert dead_letter.read(inbox.count)[InboxStatus.DEAD] == 0
    again = run("messages", "discard", "signups", str(DEAD))
    assert again.exit_code == 1
    assert "no dead message" in again.output
    dead_letter.dispose()


def test_a_data_key_is_changed_with_one_command(dead_letter: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Path(os.environ["STEWARD_SIGNUPS_DATA_KEYS_FILE"]).read_text()
    new = "a newer key for the data that is long enough"
    monkeypatch.delenv("STEWARD_SIGNUPS_DATA_KEYS_FILE")
    with_old = Database(dead_letter.url, "signups", keys=[old])
    with_old.write(identity.note, name="卓玛", name_key="卓玛", phone="+8613912345678", now=utc_now())
    monkeypatch.setenv("STEWARD_SIGNUPS_DATA_KEYS", f"{new},{old}")
    assert "signups: 1 rows sealed anew" in run("data", "reseal", "signups").output
    monkeypatch.setenv("STEWARD_SIGNUPS_DATA_KEYS", new)
    assert "signups: 0 rows sealed anew" in run("data", "reseal", "signups").output
    with_new = Database(dead_letter.url, "signups", keys=[new])
    assert with_new.read(lambda session: session.scalars(select(Volunteer.phone)).all()) == ["+8613912345678"]
    for database in (dead_letter, with_old, with_new):
        database.dispose()


def test_whoever_was_erased_is_erased_again_after_a_backup(dead_letter: Database, tmp_path: Path) -> None:
    keys_then = [Path(os.environ["STEWARD_SIGNUPS_DATA_KEYS_FILE"]).read_text()]
    database = Database(dead_letter.url, "signups", keys=keys_then)
    known = database.write(identity.note, name="卓玛", name_key="卓玛", phone="+8613912345678", now=utc_now())
    database.write(operations.erase, known, utc_now())
    listed = tmp_path / "erased"
    listed.write_text(run("data", "erased").output)
    assert str(known) in listed.read_text()
    database.write(lambda session: setattr(session.get_one(Volunteer, known), "erased_at", None))
    database.write(lambda session: session.delete(session.get_one(Erasure, known)))
    assert "1 people erased again" in run("data", "erase", str(listed)).output
    assert "0 people erased again" in run("data", "erase", str(listed)).output
    listed.write_text("nobody")
    assert run("data", "erase", str(listed)).exit_code == 1
    for one in (dead_letter, database):
        one.dispose()


def test_a_configuration_that_cannot_work_is_told_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_ORIGIN", "nonsense")
    monkeypatch.setenv("STEWARD_LOG_LEVEL", "loud")
    said = run("migrate", "events")
    assert said.exit_code == 1
    assert "STEWARD_ORIGIN" in said.output
    assert "STEWARD_LOG_LEVEL" in said.output
