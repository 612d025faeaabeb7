"""What a request takes that can be counted, however busy the machine is: calls in Python, statements, trips.

Calls stand beside those of hello-world, counted in the same process. Statements and trips are read from what the driver
itself says of its talk with PostgreSQL. What is counted is stored in docs/work.json, and a test compares with it.
"""

import cProfile
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Final
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import event
from werkzeug.test import EnvironBuilder, run_wsgi_app

from services.__main__ import one_service
from shared.database import Database
from shared.service import build_app
from tools.bench import hello, reminders
from tools.bench.figures import Figure
from tools.bench.installation import MAKE_ROOM, a_person

PEOPLE: Final = 100
"""Who sign up, at most."""
ROUNDS: Final = 10
WARMING: Final = 10
"""Requests until everything is compiled and prepared that is kept."""
MOST: Final = 4 / 3
"""As many calls, beyond those of hello-world, as were stored: a third more are noticed."""
STATEMENTS, TRIPS = ("Execute", "Query"), ("Sync", "Query")
"""What the driver sends for each statement, and each time that it waits for an answer."""

SENT: Final = re.compile(r"^[^\t]*\tF\t\d+\t(\w+)", re.MULTILINE)
"""A line of what the driver notes: when, from the front end, how long, of what kind."""

Ask = Callable[[], EnvironBuilder]


def measure() -> list[Figure]:
    """Return the same of a sign-up service of its own, with one event."""
    with reminders.running(people=0) as (database, config):
        room = {"places": PEOPLE, "shift": reminders.SHIFT}
        database.write(lambda session: session.connection().exec_driver_sql(MAKE_ROOM, room))
        app = build_app(one_service("signups"), config, database, clock=lambda: reminders.NOW)
        return counted(app, database, reminders.EVENT, reminders.SHIFT)


def counted(app: Flask, database: Database, event_id: UUID, shift_id: UUID) -> list[Figure]:
    """Return what each kind of request takes of the application on PostgreSQL; the shift has room for some dozens."""
    limit = _calls(hello.make(), lambda: EnvironBuilder("/"))
    figures: list[Figure] = []
    with _told(database) as told:
        for what, ask in _asked(event_id, shift_id).items():
            calls = _calls(app, ask)
            told.truncate(0)
            for _round in range(ROUNDS):
                _send(app, ask())
            told.seek(0)
            sent = SENT.findall(told.read())
            figures += [
                Figure(f"{what}: calls in Python", calls, "", None, limit, "hello-world", smaller=True),
                Figure(f"{what}: statements", sum(one in STATEMENTS for one in sent) / ROUNDS, "", smaller=True),
                Figure(f"{what}: trips to PostgreSQL", sum(one in TRIPS for one in sent) / ROUNDS, "", smaller=True),
            ]
    return figures


def fallen(stored: Iterable[Mapping[str, Any]], figures: Iterable[Figure]) -> list[str]:
    """Return what takes more than was stored: a statement or a trip more, or a third more calls."""
    known = {one["what"]: one for one in stored}
    return [one.what for one in figures if _has_fallen(known[one.what], one)]


def _has_fallen(before: Mapping[str, Any], now: Figure) -> bool:
    if now.limit is None:
        return now.value > float(before["value"])
    # Hello-world takes more where a test watches the process, and so does everything else.
    return now.value - now.limit > (before["value"] - before["limit"]) * MOST


def _asked(event_id: UUID, shift_id: UUID) -> Mapping[str, Ask]:
    return {
        "a sign-up": lambda: EnvironBuilder(
            "/signups/api/v1/signups",
            method="POST",
            json={"shift_id": str(shift_id), "consent": True} | a_person(),
            headers={"Idempotency-Key": str(uuid4())},
        ),
        "a sign-up form that is kept": lambda: EnvironBuilder(f"/signups/events/{event_id}"),
    }


def _calls(app: Flask, ask: Ask) -> float:
    """Return how many functions are called for a request, those that are not of Python among them."""
    for _round in range(WARMING):
        _send(app, ask())
    profile = cProfile.Profile()
    for one in [ask() for _round in range(ROUNDS)]:
        profile.enable()
        _send(app, one)
        profile.disable()
    return sum(one.callcount for one in profile.getstats()) / ROUNDS


def _send(app: Flask, request: EnvironBuilder) -> None:
    _body, status, _headers = run_wsgi_app(app.wsgi_app, request.get_environ(), buffered=True)
    if not status.startswith("2"):
        raise SystemExit(f"{request.path}: {status}")


@contextmanager
def _told(database: Database) -> Iterator[IO[str]]:
    """Yield a file in which the driver notes meanwhile all that it sends and is sent, on new connections."""
    with tempfile.TemporaryFile("a+", encoding="utf-8") as file:

        def note(connection: Any, _entry: Any) -> None:
            connection.pgconn.trace(os.dup(file.fileno()))  # which it closes

        database.dispose()
        event.listen(database.engine, "connect", note)
        yield file
        event.remove(database.engine, "connect", note)
        database.dispose()
