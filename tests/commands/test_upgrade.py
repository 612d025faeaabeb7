"""A release that takes over from the one before: no row is lost, and what was said meanwhile is heard once."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import Client

from services.commands.opening import NAMES, all_services
from shared import config, embedded, migrations
from shared.messaging import inbox
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import open_envelope
from shared.messaging.local import LocalTransport
from shared.messaging.tables import InboxStatus, Incoming, Outgoing
from shared.messaging.transport import Parcel
from shared.messaging.worker import Worker
from shared.service import build_app
from tests.commands import upgrading
from tests.commands.conftest import Town, read
from tests.commands.upgrading import KEYS, LINKS, PASSWORD, STOPPED_AT
from tests.conftest import ON_SQLITE

PATIENCE = 120
BEGAN = time.monotonic()


def now() -> datetime:
    """What the clock shows during the upgrade, which began when the previous release was stopped."""
    return STOPPED_AT + timedelta(seconds=time.monotonic() - BEGAN)


@pytest.fixture
def town(new_database_url: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """What the previous release left behind, migrated by this one."""
    urls = {f"STEWARD_{name.upper()}_DATABASE_URL": new_database_url() for name in NAMES}
    environ = embedded.environment(tmp_path, NAMES, urls | KEYS)
    for name, value in environ.items():
        if name.startswith("STEWARD_"):
            monkeypatch.setenv(name, value)
    parts = []
    for service in all_services():
        settings = config.load(service.name, environ)
        database = embedded.Database(settings.database_url, service.name, keys=settings.data_keys)
        upgrading.lay_down(service, database)
        migrations.migrate(service, database)
        parts.append(embedded.Part(service, settings, database))
    yield Town(parts)
    for part in parts:
        part.database.dispose()


class Programs:
    """This release's web, at the moment of the upgrade."""

    def __init__(self, town: Town) -> None:
        self._clients = {
            part.service.name: Client(build_app(part.service, part.config, part.database, clock=now))
            for part in town.parts
        }

    def open(self, method: str, path: str, token: str | None = None, json: Any = None) -> Any:
        """Ask a service by its path."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._clients[path.split("/")[1]].open(path, method=method, headers=headers, json=json)

    def get(self, path: str, token: str | None = None) -> Any:
        """Read what must be there."""
        answer = self.open("GET", path, token)
        assert answer.status_code == 200, (path, answer.get_data(as_text=True))
        return answer.get_json()

    def items(self, path: str, token: str | None = None) -> Sequence[Any]:
        """Read a list that must be there."""
        found: Sequence[Any] = self.get(path, token)["items"]
        return found

    def post(self, path: str, entered: Any) -> Any:
        """Send what must be taken."""
        answer = self.open("POST", path, json=entered)
        assert answer.status_code == 201, (path, answer.get_data(as_text=True))
        return answer.get_json()


def test_every_row_is_still_there(town):
    for part in town.parts:
        for name, types, rows in upgrading.tables(part.service.name):
            assert rows, f"{part.service.name}.{name}: the previous release left data of every kind"
            found = upgrading.rows_of(part.database, name, types)
            assert [row for row in rows if row not in found] == [], (part.service.name, name)
            assert len(found) == len(rows), (part.service.name, name)


@ON_SQLITE
def test_this_release_can_leave_behind_what_the_next_one_will_take_over(town, tmp_path):
    for part in town.parts:
        upgrading.write_out(part.service, part.database, [], tmp_path)
        written = {name: rows for name, _types, rows in upgrading.tables(part.service.name, tmp_path)}
        for name, types, rows in upgrading.tables(part.service.name):
            assert [{column: row[column] for column in types} for row in written[name]] == rows


@ON_SQLITE
def test_passwords_links_and_sealed_data_of_the_previous_release_are_good_in_this_one(town):
    web, event = Programs(town), LINKS["event"]
    organizer = web.post("/events/api/v1/sessions", {"username": "admin", "password": PASSWORD})["token"]
    events = {one["title"]: one["status"] for one in web.items("/events/api/v1/events", organizer)}
    assert events == {
        "端午游园会": "published",
        "今日便民服务": "completed",
        "中秋邻里赏月会": "draft",
        "国庆文艺汇演": "cancelled",
    }
    assert len(web.items("/events/api/v1/organizers", organizer)) == 2
    people = {one["name"]: one["phone"] for one in web.items(f"/signups/api/v1/signups?event_id={event}", organizer)}
    assert people["报名50"] == "+8613800000050"
    assert {one["confirmed"] for one in web.items(f"/signups/api/v1/events/{event}/shifts")} == {0, 2, 4}
    units = {one["name"]: one["contact"]["phone"] for one in web.items("/partners/api/v1/work-units", organizer)}
    assert units == {"社区卫生服务中心": "+8619900010001", "朝阳小学": "+8619900010002", "邮局": "+8613900002222"}
    assert [one["open"] for one in web.items(f"/partners/api/v1/needs?event_id={event}")] == [5, 20]

    mine = web.get("/signups/api/v1/me", LINKS["volunteer's page"].rpartition("/")[2])
    assert (mine["name"], mine["signups"][0]["id"]) == ("报名50", LINKS["volunteer's sign-up"])
    assert [one["quantity"] for one in web.items("/partners/api/v1/pledges", LINKS["unit's access"])] == [2]
    for page in (LINKS["unit's entrance"], f"/signups/verify/{LINKS['certificate']}"):
        assert web.open("GET", page).status_code == 200
    assert web.open("GET", LINKS["volunteer's page"]).status_code == 303


def test_what_was_said_before_the_upgrade_is_applied_once(town):
    letters = {part.service.name: waiting(part) for part in town.parts}
    assert all(letters.values()), "each service has something to hear"
    dead = town.database("partners").read(inbox.unsettled, InboxStatus.DEAD)
    town.database("partners").write(inbox.replay, dead[0].message_id, STOPPED_AT)
    hear(town, {name: upgrading.undelivered(name) for name in NAMES})
    settle(town)
    for part in town.parts:
        applied = part.database.read(statuses)
        assert {applied.get(one) for one in letters[part.service.name]} == {InboxStatus.DONE}, part.service.name
        assert set(applied.values()) == {InboxStatus.DONE}, part.service.name
    assert read("reconcile", "--patience", "0")["differences"] == []

    before = contents(town)
    hear(town, {name: list(letters[name].values()) for name in NAMES})
    assert contents(town) == before, "heard a second time, nothing changes"


def waiting(part: embedded.Part) -> dict[UUID, bytes]:
    """What the service has yet to hear: from the broker, from the others' outboxes, or from its own inbox."""
    bodies = list(upgrading.undelivered(part.service.name))
    for name in NAMES:
        for table, _types, rows in upgrading.tables(name):
            if table == "outbox":
                bodies += [row["body"] for row in rows if row["published_at"] is None]
            if table == "inbox" and name == part.service.name:
                bodies += [row["body"] for row in rows if row["status"] != InboxStatus.DONE]
    opened = map(open_envelope, bodies)
    return {one.id: one.body for one in opened if one.type in part.service.handlers.types}


def hear(town: Town, letters: Mapping[str, Sequence[bytes]]) -> None:
    """Let the broker deliver these to each service."""
    for part in town.parts:
        name, handlers = part.service.name, part.service.handlers
        broker = LocalTransport()
        broker.declare({name: handlers.types})
        consumer = Consumer(part.database, broker.subscriber(name), handlers, now)
        parcels = [Parcel(seq, one.id, one.type, one.body) for seq, one in enumerate(map(open_envelope, letters[name]))]
        with ThreadPoolExecutor(1) as broker_thread:
            sent = broker_thread.submit(broker.publisher(name).publish, parcels)
            while not sent.done():
                consumer.run_once()
        assert sent.result() == {}
        consumer.close()


def settle(town: Town) -> None:
    """Run relay and handlers of all services until nothing is on its way; nothing else, for time stands still."""
    broker = LocalTransport()
    broker.declare({part.service.name: part.service.handlers.types for part in town.parts})
    workers = [Worker(part.database, broker, part.service.handlers, (), now, {}) for part in town.parts]
    with embedded.at_work(workers, town.parts):
        deadline = time.monotonic() + PATIENCE
        while any(part.database.read(on_its_way) for part in town.parts):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def on_its_way(session: Session) -> int:
    """Messages that wait in the outbox, or in the inbox for another try."""
    unpublished = session.scalars(select(Outgoing.seq).where(Outgoing.published_at.is_(None))).all()
    return len(unpublished) + inbox.count(session)[InboxStatus.RETRY]


def statuses(session: Session) -> dict[UUID, InboxStatus]:
    """What became of each message that came in."""
    return {one.message_id: one.status for one in session.scalars(select(Incoming))}


def contents(town: Town) -> Mapping[tuple[str, str], Sequence[str]]:
    """All rows of all tables."""
    return {
        (part.service.name, table.name): sorted(map(repr, part.database.read(Session.execute, select(table)).all()))
        for part in town.parts
        for metadata in part.service.all_metadata
        for table in metadata.tables.values()
    }
