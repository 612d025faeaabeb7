"""Whether a service can do its work, and in words what is wrong: one finding for each thing that it needs.

Only what keeps requests from being answered makes a service unready (ADR 5).
"""

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.clock import Clock
from shared.config import Config
from shared.database import Database

FRESH_SECONDS: Final = 1.0
"""How long an answer is given again, so that whoever asks often costs the database nothing."""
BROKER_SECONDS: Final = 0.5
AMQP_PORTS: Final = {"amqp": 5672, "amqps": 5671}


class State(StrEnum):
    """How bad it is: nothing, something waits, or requests cannot be answered."""

    OK = "ok"
    DEGRADED = "degraded"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing stands, with what to know of it."""

    state: State
    detail: str


Check = Callable[[Session, datetime], Finding]
"""Looks at one thing, by the service's database."""


class Readiness:
    """What one process finds when it is asked; every thing is looked at again after a second."""

    def __init__(self, config: Config, database: Database, clock: Clock, checks: Mapping[str, Check]) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self._checks = checks
        self._looking = threading.Lock()
        self._found: Mapping[str, Finding] = {}
        self._until = 0.0

    def look(self) -> Mapping[str, Finding]:
        """Return what is found, by the name of the thing."""
        with self._looking:
            if time.monotonic() >= self._until:
                self._found = {**self._look_at_database(), "broker": _broker(self._config.amqp_urls)}
                self._until = time.monotonic() + FRESH_SECONDS
            return self._found

    def _look_at_database(self) -> Mapping[str, Finding]:
        try:
            self._database.ping()
        except SQLAlchemyError:
            return {"database": Finding(State.UNAVAILABLE, "does not answer")}
        found = {name: self._of(check) for name, check in self._checks.items()}
        return {"database": Finding(State.OK, "answers"), **found}

    def _of(self, check: Check) -> Finding:
        try:
            return self._database.read(check, self._clock())
        except SQLAlchemyError:
            return Finding(State.UNAVAILABLE, "its tables cannot be read")


def worst(found: Mapping[str, Finding]) -> State:
    """Return how the service stands as a whole."""
    states = {finding.state for finding in found.values()}
    return next((state for state in reversed(State) if state in states), State.OK)


def _broker(addresses: Sequence[str]) -> Finding:
    if not addresses:
        return Finding(State.OK, "in this process")
    reached = sum(map(_takes_connections, addresses))
    if not reached:
        return Finding(State.DEGRADED, "cannot be reached: messages wait in the outbox")
    if reached < len(addresses):
        return Finding(State.OK, f"{reached} of {len(addresses)} nodes take connections")
    return Finding(State.OK, "takes connections")


def _takes_connections(address: str) -> bool:
    url = urlsplit(address)
    try:
        socket.create_connection((url.hostname, url.port or AMQP_PORTS[url.scheme]), timeout=BROKER_SECONDS).close()
    except OSError:
        return False
    return True
