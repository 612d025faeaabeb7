"""How long it takes to plan a reminder for everybody who signed up for one large event.

On a private PostgreSQL with the safety of production, it puts a hundred thousand sign-ups into one event and begins
the mailing as the handler of ``reminder.due`` does. The limit is the bare INSERT of the same rows in one statement.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import func, select, text

from services.__main__ import one_service
from services.signups import audiences, operations
from services.signups.models import SignupStatus
from shared import config, embedded, migrations
from shared.config import Config
from shared.database import Database
from shared.native.postgres import PrivatePostgres
from shared.notices import mailings, queue
from shared.notices.tables import Notice
from tools.bench.figures import Figure

PEOPLE: Final = 100_000
PROMISED: Final = 10.0
"""Seconds, on two cores."""
ROUNDS: Final = 3
NOW: Final = datetime(2027, 6, 8, 6, 0, tzinfo=UTC)
EVENT, SHIFT = uuid4(), uuid4()

FILL: Final = """
WITH people AS (
    INSERT INTO volunteers (id, name, name_key, phone, phone_key, phone_end, created_at)
    SELECT gen_random_uuid(), '志愿者' || n, '志愿者' || n, '', n::text, right(n::text, 4), :now
    FROM generate_series(1, :people) n
    RETURNING id
)
INSERT INTO signups (id, event_id, shift_id, volunteer_id, status, version, language, manage_hash,
    created_at, consented_at)
SELECT gen_random_uuid(), :event, :shift, id, 'confirmed', 1, 'zh-CN', id::text, :now, :now FROM people
"""


def measure(people: int = PEOPLE, rounds: int = ROUNDS) -> list[Figure]:
    """Return the seconds that the mailing takes, beside those of the bare INSERT."""
    with running(people) as (database, _config):
        limits = [_in_one_statement(database, number) for number in range(rounds)]
        measured = [_as_a_mailing(database, number, people) for number in range(rounds)]
    limit, (whole, longest) = sorted(limits)[rounds // 2], sorted(measured)[rounds // 2]
    what = f"a reminder for {people:,} people"
    return [
        Figure(f"{what}: planned", whole, "s", PROMISED, limit, "the rows in one statement", smaller=True),
        Figure(f"{what}: longest transaction", longest, "s", smaller=True),
    ]


@contextmanager
def running(people: int) -> Iterator[tuple[Database, Config]]:
    """Yield the database of a sign-up service with one event and so many sign-ups, on a PostgreSQL of its own."""
    folder = Path(tempfile.mkdtemp(prefix="steward-fan-out-"))
    folder.chmod(0o711)  # PostgreSQL runs as somebody else when we are root
    server = PrivatePostgres(folder / "postgres")
    server.start()
    try:
        database, settings = _filled(folder, server.add_database("signups", "for-this-run"), people)
        yield database, settings
        database.dispose()
    finally:
        server.stop()
        shutil.rmtree(folder)


def _filled(folder: Path, url: str, people: int) -> tuple[Database, Config]:
    environ = embedded.environment(folder / "secrets", ["signups"], {"STEWARD_SIGNUPS_DATABASE_URL": url})
    settings = config.load("signups", environ)
    database = Database(url, "signups", keys=settings.data_keys)
    migrations.migrate(one_service("signups"), database)
    database.write(operations.record_event, _event(), now=NOW)
    values = {"now": NOW, "people": people, "event": EVENT, "shift": SHIFT}
    database.write(lambda session: session.execute(text(FILL), values))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return database, settings


def _event() -> dict[str, Any]:
    times = {"starts_at": NOW + timedelta(days=1), "ends_at": NOW + timedelta(days=1, hours=3)}
    shift = times | dict.fromkeys(("description", "training"), "") | {"skills": [], "questions": []}
    shift |= {"shift_id": SHIFT, "role": "引导", "capacity": 1, "minimum": 0, "min_age": None}
    shift |= {"counts_as_service": True, "insured": False, "swap_approval": False}
    event = times | dict.fromkeys(("summary", "conditions", "risks", "contact"), "")
    event |= dict.fromkeys(("reason", "daily_hours", "rest_hours", "thanks_at"), None)
    event |= {"event_id": EVENT, "version": 1, "occurrence": 0, "status": "published", "community": "朝阳社区"}
    event |= {"slug": "x", "theme": "dragon-boat", "title": "端午", "lunar": True, "timezone": "Asia/Shanghai"}
    event |= {"venue": {"name": "广场", "address": ""}, "offer_minutes": 120, "asks_code": False, "travel_minutes": 0}
    return event | {"waitlist": True, "thanks": True, "shifts": [shift]}


def _in_one_statement(database: Database, number: int) -> float:
    """Return the seconds that the bare INSERT takes, which holds up everybody else's commit by as much."""
    began = time.perf_counter()
    people = audiences.find(_audience())
    database.write(
        lambda session: queue.plan_for_all(
            session, people, kind="limit", event_id=EVENT, rule=str(number), now=NOW, due_at=NOW
        )
    )
    return time.perf_counter() - began


def _as_a_mailing(database: Database, number: int, people: int) -> tuple[float, float]:
    """Return the seconds until everybody is planned for, and those of the longest batch."""
    began, longest, rule = time.perf_counter(), 0.0, f"P1D{number}"
    go_on = mailings.going_on(audiences.find)
    database.write(
        lambda session: mailings.start(
            session, audiences.find, _audience(), kind="reminder", event_id=EVENT, rule=rule, now=NOW, due_at=NOW
        )
    )
    while True:
        before = time.perf_counter()
        if not database.write(go_on, NOW):
            break
        longest = max(longest, time.perf_counter() - before)
    whole = time.perf_counter() - began
    planned = database.read(lambda session: session.scalar(select(func.count()).where(Notice.rule == rule)))
    if planned != people:
        raise SystemExit(f"{planned} notices for {people} people")
    return whole, longest


def _audience() -> dict[str, Any]:
    return audiences.of_event(UUID(str(EVENT)), [SignupStatus.CONFIRMED], until=NOW)
