"""Databases that are in use already come to the present tables with all that they hold."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from alembic import command
from sqlalchemy import column as col
from sqlalchemy import insert, select, table, text

from services.partners.app import service
from services.partners.models import Contact, Movement
from shared import migrations
from shared.database import TYPES, Database

BEFORE_THE_DIRECTORY = "bac626fa2b40"
AT = datetime(2026, 11, 24, tzinfo=UTC)


def put(database: Database, into: str, **values: Any) -> None:
    """Insert a row into a table as it was then."""
    columns = [col(key, TYPES.get(type(value))) for key, value in values.items()]
    with database.engine.begin() as connection:
        connection.execute(insert(table(into, *columns)).values(**values))


def fill(database: Database) -> None:
    """An event, a unit with a contact of today and one of before, a need, a promise, and something that came."""
    event, unit, need = uuid4(), uuid4(), uuid4()
    words = dict.fromkeys(
        ("community", "slug", "theme", "title", "summary", "venue_name", "venue_address", "contact"), "x"
    )
    times = {"timezone": "Asia/Shanghai", "starts_at": AT, "ends_at": AT}
    put(database, "events", id=event, version=1, status="published", lunar=False, occurrence=0, **words, **times)
    put(database, "work_units", id=unit, community="x", name="小学", kind="school", active=True, created_at=AT)
    person = {"work_unit_id": unit, "name": "李老师", "phone": "+8613900001111", "language": "zh-CN", "created_at": AT}
    for active in (True, False):
        put(database, "contacts", id=uuid4(), token_hash=str(active), active=active, **person)
    what = {"event_id": event, "kind": "supplies", "created_at": AT}
    put(database, "needs", id=need, version=1, quantity=20, unit="箱", description="矿泉水", **what)
    for quantity, delivered, answers in ((8, None, need), (5, 3, None)):
        promise: dict[str, UUID | int] = {"quantity": quantity}
        promise |= {name: one for name, one in (("delivered", delivered), ("need_id", answers)) if one is not None}
        rest = dict.fromkeys(("places_version", "held", "claimed"), 0)
        put(
            database,
            "pledges",
            id=uuid4(),
            version=1,
            work_unit_id=unit,
            note="",
            status="pending",
            **promise,
            **what,
            **rest,
        )


def test_what_was_asked_and_promised_before_is_the_beginning_of_the_ledger(
    new_database_url: Callable[..., str],
) -> None:
    database = Database(new_database_url(), "partners", keys=["a data key for tests that is long enough"])
    with database.engine.connect() as connection:
        command.upgrade(migrations._alembic(service, connection), BEFORE_THE_DIRECTORY)
    fill(database)
    migrations.migrate(service, database)
    movements = database.read(lambda session: session.scalars(select(Movement).order_by(Movement.id)).all())
    assert [(one.entry.value, one.quantity, one.need_id is None) for one in movements] == [
        ("needed", 20, False),
        ("pledged", 8, False),
        ("pledged", 5, True),
        ("received", 3, True),
        ("short", 2, True),
    ]
    contacts = database.read(lambda session: session.scalars(select(Contact).where(text("active"))).all())
    assert [one.main for one in contacts] == [True]
    database.dispose()
