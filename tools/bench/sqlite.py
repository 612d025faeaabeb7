"""Signing up in the embedded mode, beside SQLite alone with the same statements, each sign-up safe on the disk."""

import sqlite3
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

from shared.native.parts import free_port
from tools import sites
from tools.bench import load, processes
from tools.bench.figures import Figure
from tools.bench.installation import PLACES, somebody

CLIENTS: Final = 16
WANTED: Final = 300.0
MAKE_ROOM: Final = """
WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < :places)
INSERT INTO places (shift_id, number) SELECT :shift, n FROM numbers
"""
SAFE: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
PERSON: Final = """
INSERT INTO volunteers (id, name, name_key, phone, phone_key, phone_end, created_at)
VALUES (:volunteer, '志愿者', :volunteer, :sealed, :volunteer, '0000', :now)
ON CONFLICT (phone_key, name_key) DO UPDATE SET phone_key = excluded.phone_key RETURNING id
"""
FREE: Final = """
SELECT number FROM places WHERE shift_id = :shift AND signup_id IS NULL AND pledge_id IS NULL
AND NOT EXISTS (SELECT id FROM signups WHERE shift_id = :shift AND status = 'waitlisted' AND offered_until IS NULL)
ORDER BY number LIMIT 1
"""
SIGN_UP: Final = """
INSERT INTO signups (id, event_id, shift_id, volunteer_id, status, version, language, manage_hash, created_at,
consented_at, confirmed_at)
VALUES (:signup, :event, :shift, :volunteer, 'confirmed', 1, 'zh-CN', :sealed || :signup, :now, :now, :now)
"""
MESSAGE: Final = """
INSERT INTO outbox (message_id, aggregate, version, type, body, attempts, next_at, published_at)
VALUES (:signup, :signup, 1, 'signup.confirmed', :body, 0, :now, :now)
"""
KEY: Final = """
INSERT INTO idempotency_keys (key, digest, signup_id, status, others, created_at)
VALUES (:signup, :sealed, :signup, 'confirmed', '[]', :now)
"""
ONE_AFTER_ANOTHER: Final = (
    "BEGIN IMMEDIATE",
    "SELECT * FROM idempotency_keys WHERE key = :signup",
    "SELECT * FROM shifts JOIN events ON events.id = shifts.event_id WHERE shifts.id = :shift",
    PERSON,
    "SELECT shift_id FROM signups WHERE volunteer_id = :volunteer AND status <> 'withdrawn'",
    FREE,
    SIGN_UP,
    "INSERT INTO check_in_codes (event_id, code, signup_id) VALUES (:event, :signup, :signup)",
    f"UPDATE places SET signup_id = :signup WHERE shift_id = :shift AND number = ({FREE})",  # noqa: S608  (ours)
    MESSAGE,
    KEY,
    "COMMIT",
)


def measure(seconds: float) -> list[Figure]:
    """Return how many sign up a second in one process on SQLite files, and what each costs."""
    with tempfile.TemporaryDirectory(prefix="steward-bench-") as name:
        settings = {"STEWARD_RATE_LIMIT": "on", "STEWARD_TRUSTED_PROXIES": "1"}  # each has an address of their own
        site = sites.start("embedded", Path(name), free_port(), settings)
        try:
            database = site.folder / "var" / "embedded" / "signups.db"
            event, shift = _with_room(site, database)
            ask, port = partial(somebody, shift), int(site.origin.rpartition(":")[2])
            load.ask(port, ask, clients=CLIENTS, seconds=seconds / 5, wished=201)
            with processes.spent(site.process.pid) as spent:
                crowd = load.ask(port, ask, clients=CLIENTS, seconds=seconds, wished=201)
        finally:
            sites.stop(site)
        limit = _alone(database, event, shift, seconds)
    if crowd.refused:
        raise SystemExit(f"{crowd.refused} sign-ups were refused")
    what, each = f"embedded: sign-ups, {CLIENTS} clients", sum(spent.values()) / crowd.answered * 1000
    return [
        Figure(what, crowd.per_second, "/s", WANTED, limit, "SQLite, same statements"),
        Figure(f"{what}: p99", crowd.wait(0.99), "ms", smaller=True),
        Figure(f"{what}: CPU all told", each, "ms", smaller=True),
    ]


def _with_room(site: sites.Site, database: Path) -> tuple[str, str]:
    """Publish an event with one large shift; return their ids."""
    times = {"starts_at": sites.in_future(days=10), "ends_at": sites.in_future(days=10, hours=3)}
    shifts = [times | {"role": "引导", "capacity": 1}]
    event = sites.an_event(site, site.sign_in(), **times, shifts=shifts)
    shift = str(event["shifts"][0]["id"])
    with sqlite3.connect(database, timeout=30) as connection:
        values = {"places": PLACES, "shift": _as_kept(shift)}
        connection.execute("UPDATE shifts SET capacity = :places WHERE id = :shift", values)
        connection.execute(MAKE_ROOM, values)
    connection.close()
    return str(event["id"]), shift


def _alone(database: Path, event: str, shift: str, seconds: float) -> float:
    """Return how many a second SQLite writes by itself, when nobody else has the file open."""
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in SAFE:
        connection.execute(f"PRAGMA {pragma}")
    done, began = 0, time.perf_counter()
    while time.perf_counter() < began + seconds:
        values = {"event": _as_kept(event), "shift": _as_kept(shift), "now": "2026-01-01 00:00:00.000000"}
        values |= {"volunteer": uuid4().hex, "signup": uuid4().hex, "sealed": "x" * 60, "body": "x" * 500}
        for statement in ONE_AFTER_ANOTHER:
            connection.execute(statement, values).fetchall()
        done += 1
    rate = done / (time.perf_counter() - began)
    connection.close()
    return rate


def _as_kept(identifier: str) -> str:
    """Return a UUID as it stands in SQLite."""
    return identifier.replace("-", "")
