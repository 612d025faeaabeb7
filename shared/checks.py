"""What a service is looked at for, besides its database and the broker, when it is asked whether it is ready."""

import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import String, inspect, select, text, type_coerce
from sqlalchemy.orm import Session

from shared import sealing, versions
from shared.messaging import outbox
from shared.readiness import Check, Finding, State

if TYPE_CHECKING:
    from shared.service import Service

OUTBOX_SECONDS: Final = 60.0
"""Messages that wait for longer are told of; in good order they wait for less than one."""


def of(service: "Service") -> Mapping[str, Check]:
    """Return the checks of a service, by the names that they have in the answer."""
    return {"migrations": _migrations(service), "data keys": _data_keys(service), "outbox": _outbox}


def _migrations(service: "Service") -> Check:
    newest = cache(lambda: versions.newest(service.name))
    known = cache(lambda: versions.known(service.name))

    def check(session: Session, _now: datetime) -> Finding:
        if not inspect(session.connection()).has_table("alembic_version"):
            return Finding(State.UNAVAILABLE, "the database has no tables yet: run the migrations")
        revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        if revision == newest() or revision not in known():  # a newer release's tables have all that this one needs
            return Finding(State.OK, f"at {revision}")
        return Finding(State.UNAVAILABLE, f"at {revision}, and {newest()} is needed: run the migrations")

    return check


def _data_keys(service: "Service") -> Check:
    """Look whether what is sealed was sealed with a key that was given; once that is so, it stays so."""
    usable = threading.Event()

    def check(session: Session, _now: datetime) -> Finding:
        if not usable.is_set():
            for column in (one for metadata in service.all_metadata for one in sealing.all_sealed(metadata)):
                kept = session.scalar(select(type_coerce(column, String)).where(column.is_not(None)).limit(1))
                if kept is not None and not sealing.ring(session).knows(kept):
                    return Finding(State.UNAVAILABLE, f"{column} was sealed with a key that is not among those given")
            usable.set()
        return Finding(State.OK, "open what is sealed")

    return check


def _outbox(session: Session, now: datetime) -> Finding:
    waiting, age = outbox.backlog(session, now)
    words = f"{waiting} messages wait, the oldest for {age:.0f} s"
    return Finding(State.DEGRADED if age > OUTBOX_SECONDS else State.OK, words)
