"""Looking at a service's database: whether it answers, is up to date, tells the time, opens, and is emptied."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import String, func, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared import migrations, sealing
from shared.agreement.traffic import traffic
from shared.clock import Clock
from shared.database import Database
from shared.doctor.findings import Findings, fine, wrong
from shared.embedded import Part
from shared.service import Service
from shared.texts import text as _

CLOCKS_DIFFER: Final = 5
"""Seconds. Offers, reminders and sign-ins are minded by several clocks; seconds between them do no harm."""
WAITS_TOO_LONG: Final = 60.0
"""Seconds; a worker takes what waits within one."""


def look(part: Part, now: Clock) -> Findings:
    """Look at the service's database; where it does not answer, nothing else can be said."""
    name = part.service.name
    try:
        part.database.ping()
    except SQLAlchemyError:
        yield wrong(
            "database",
            _("The database does not answer."),
            _(
                "See that it runs, and that STEWARD_%(name)s_DATABASE_URL is right.",
                name=name.upper(),
            ),
            name,
        )
        return
    yield fine("database", _("The database answers."), name)
    yield from _clock(part.database, now)
    seen, newest = migrations.stand(part.service, part.database)
    if seen != newest:
        yield wrong(
            "migrations",
            _("The database is not at the newest migration: it has seen %(seen)s.", seen=seen or "none"),
            _("Run `steward migrate`, and start web and worker of the same release."),
            name,
        )
        return  # its tables are not what the rest asks for
    yield fine("migrations", _("The database has seen all migrations."), name)
    yield from _keys(part.service, part.database)
    yield from _messages(part.database, now())


def _clock(database: Database, now: Clock) -> Findings:
    if database.engine.dialect.name == "sqlite":
        return  # it has none of its own
    theirs = database.read(lambda session: session.execute(select(func.clock_timestamp())).scalar_one())
    seconds = round((theirs - now()).total_seconds())
    if abs(seconds) > CLOCKS_DIFFER:
        yield wrong(
            "clock",
            _(
                "The database’s clock is %(n)s seconds away from this machine’s.",
                n=seconds,
            ),
            _("Let both machines take their time from the same server (NTP)."),
            database.service,
        )
    else:
        yield fine("clock", _("The database’s clock and this machine’s agree."), database.service)


def _keys(service: Service, database: Database) -> Findings:
    unreadable = sorted(database.read(_unreadable, service))
    if unreadable:
        yield wrong(
            "keys",
            _("The data keys do not open what is sealed in %(columns)s.", columns=", ".join(unreadable)),
            _(
                "Put the key that sealed it behind the others in STEWARD_%(name)s_DATA_KEYS: nothing else opens it.",
                name=service.name.upper(),
            ),
            service.name,
        )
    else:
        yield fine("keys", _("The data keys open what is sealed."), service.name)


def _unreadable(session: Session, service: Service) -> set[str]:
    """Return the sealed columns of which the last row, in whatever order the database has them, cannot be opened."""
    ring, found = sealing.ring(session), set()
    for metadata in service.all_metadata:
        for table in metadata.sorted_tables:
            for column in sealing.sealed_columns(table):
                kept: Any = session.scalar(
                    select(type_coerce(column, String)).where(column.is_not(None)).order_by(*table.primary_key).limit(1)
                )
                try:
                    if kept is not None:
                        ring.open(f"{table.name}.{column.name}", kept)
                except sealing.Unreadable:
                    found.add(f"{table.name}.{column.name}")
    return found


def _messages(database: Database, now: datetime) -> Findings:
    found, name = database.read(traffic, now), database.service
    if found.refused:
        yield wrong(
            "bindings",
            _("The broker knows nobody who takes %(n)s messages.", n=found.refused),
            _("Run `steward declare`."),
            name,
        )
    elif found.oldest > WAITS_TOO_LONG:
        yield wrong(
            "outbox",
            _(
                "%(n)s messages wait to be sent, for %(seconds)s seconds already.",
                n=found.waiting,
                seconds=round(found.oldest),
            ),
            _("See that the broker and `steward worker %(name)s` run, and what the worker logs.", name=name),
            name,
        )
    else:
        yield fine("outbox", _("Messages are sent as they come."), name)
    if found.dead:
        yield wrong(
            "inbox",
            _("%(n)s messages could not be applied.", n=found.dead),
            _(
                "Look at them with `steward messages list %(name)s`, and replay them once the reason is mended.",
                name=name,
            ),
            name,
        )
    else:
        yield fine("inbox", _("All messages that came in were applied."), name)
