"""The faults: each breaks something while people are at it, mends it where it does not mend itself, and returns."""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

import requests
from sqlalchemy import select, update

from services.__main__ import NAMES
from shared.database import change
from shared.messaging.tables import Outgoing
from shared.messaging.transport import Parcel
from tools.faults.journal import Journal
from tools.faults.stack import PROGRAMS, WITHIN, Stack
from tools.sites import children

Act = Callable[[Stack, Journal, float], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that breaks. ``act`` gets the seconds that it lasts.

    ``spotless``: nobody may see an error of ours; ``deadly``: senders are ended or kept waiting with a letter in hand.
    """

    name: str
    about: str
    act: Act
    spotless: bool = False
    deadly: bool = False


FAULTS: Final[dict[str, Fault]] = {}
TO_EVENTS: Final = "signup.absent"
"""A type to which only the events service listens."""
GIVES_UP: Final = 25.0
"""Seconds after which a sender waits for its mail server no longer."""


def fault(name: str, *, spotless: bool = False, deadly: bool = False) -> Callable[[Act], Act]:
    """Register a fault under its name; its docstring says what breaks."""

    def register(act: Act) -> Act:
        FAULTS[name] = Fault(name, (act.__doc__ or "").rstrip("."), act, spotless, deadly)
        return act

    return register


@fault("nothing", spotless=True)
def nothing(_stack: Stack, _journal: Journal, _seconds: float) -> None:
    """Nothing breaks."""


@fault("broker-killed", spotless=True)
def broker_killed(stack: Stack, _journal: Journal, _seconds: float) -> None:
    """Broker kill -9 under load."""
    stack.kill("broker")


@fault("broker-hung", spotless=True)
def broker_hung(stack: Stack, _journal: Journal, _seconds: float) -> None:
    """Broker hangs for a moment and is then killed."""
    with stack.frozen("broker"):
        time.sleep(3)
        stack.kill("broker")


@fault("broker-frozen", spotless=True)
def broker_frozen(stack: Stack, _journal: Journal, seconds: float) -> None:
    """Broker frozen (SIGSTOP)."""
    with stack.frozen("broker"):
        time.sleep(seconds)


@fault("broker-away", spotless=True)
def broker_away(stack: Stack, _journal: Journal, seconds: float) -> None:
    """Broker refuses connections."""
    with stack.stopped("rank1:rabbitmq"):
        time.sleep(seconds)


@fault("database-killed", deadly=True)
def database_killed(stack: Stack, _journal: Journal, _seconds: float) -> None:
    """PostgreSQL kill -9 under load."""
    stack.kill("database")


@fault("database-away", deadly=True)
def database_away(stack: Stack, _journal: Journal, seconds: float) -> None:
    """PostgreSQL stopped while messages arrive."""
    with stack.stopped("rank1:postgres"):
        time.sleep(seconds)


@fault("workers-killed", spotless=True, deadly=True)
def workers_killed(stack: Stack, _journal: Journal, _seconds: float) -> None:
    """All workers kill -9, three times."""
    for _ in range(3):
        for name in NAMES:
            stack.kill(f"{name}-worker")
        time.sleep(3)


@fault("web-killed")
def web_killed(stack: Stack, _journal: Journal, seconds: float) -> None:
    """Web workers kill -9 in the middle of requests, every second."""
    until = time.monotonic() + seconds / 2
    while time.monotonic() < until:
        for name in NAMES:
            one = random.choice(stack.pids(f"{name}-web"))  # noqa: S311
            for pid in random.choice([children(one), [one]]):  # noqa: S311  (the server of one, or all of it)
                os.kill(pid, signal.SIGKILL)
        time.sleep(1)


@fault("rolling-restart", spotless=True)
def rolling_restart(stack: Stack, _journal: Journal, _seconds: float) -> None:
    """Rolling restart: every process SIGTERM, one after the other."""
    for name in NAMES:
        for pid in stack.pids(f"{name}-web"):
            _restart(stack, f"{name}-web", pid)
            _until(partial(_answers, stack, name), name)
        _restart(stack, f"{name}-worker", *stack.pids(f"{name}-worker"))


@fault("dies-before-confirm", spotless=True, deadly=True)
def dies_before_confirm(stack: Stack, _journal: Journal, seconds: float) -> None:
    """Workers killed after sending, before the confirm."""
    stack.die_at("relay.sent", 8, seconds)


@fault("dies-before-mark", spotless=True, deadly=True)
def dies_before_mark(stack: Stack, _journal: Journal, seconds: float) -> None:
    """Workers killed after the confirm, before the mark."""
    stack.die_at("relay.confirmed", 8, seconds)


@fault("dies-before-commit", spotless=True, deadly=True)
def dies_before_commit(stack: Stack, _journal: Journal, seconds: float) -> None:
    """Consumers killed before the commit."""
    stack.die_at("consumer.applied", 8, seconds)


@fault("dies-before-ack", spotless=True, deadly=True)
def dies_before_ack(stack: Stack, _journal: Journal, seconds: float) -> None:
    """Consumers killed after the commit, before the acknowledgement."""
    stack.die_at("consumer.committed", 8, seconds)


@fault("provider-takes-and-we-die", spotless=True, deadly=True)
def provider_takes_and_we_die(stack: Stack, _journal: Journal, seconds: float) -> None:
    """Senders killed after the provider took a letter."""
    stack.die_at("sender.accepted", 2, seconds)


@fault("provider-hangs", spotless=True, deadly=True)
def provider_hangs(stack: Stack, _journal: Journal, seconds: float) -> None:
    """Provider hangs with a letter in its hand."""
    stack.mail.hangs.set()
    try:
        time.sleep(max(seconds, GIVES_UP))
    finally:
        stack.mail.hangs.clear()


@fault("scheduler-away", spotless=True)
def scheduler_away(stack: Stack, _journal: Journal, seconds: float) -> None:
    """Scheduler down over due times."""
    with stack.stopped("rank2:events-worker"):
        time.sleep(seconds)


@fault("republished", spotless=True)
def republished(stack: Stack, _journal: Journal, _seconds: float) -> None:
    """Every outbox published three times more."""
    for _ in range(3):
        for part in stack.parts:
            part.database.write(
                lambda session: change(session, update(Outgoing).values(published_at=None, lease_until=None))
            )
        time.sleep(2)


@fault("garbage", spotless=True)
def garbage(stack: Stack, _journal: Journal, _seconds: float) -> None:
    """Bodies that are no messages."""
    before = stack.buried("events")
    bodies = [b"", b"\x00\xff", b"{}", b"[" * 1000, "喂".encode()]
    _publish(stack, *bodies)
    _until(lambda: stack.buried("events") == before + len(bodies), "what is no message")


@fault("unknown-messages", spotless=True)
def unknown_messages(stack: Stack, journal: Journal, _seconds: float) -> None:
    """Messages of an unknown type, and of a version to come."""
    known, before = _latest(stack, "signups", "signup.confirmed"), stack.buried("events")
    for name in (
        "signup.danced",
        "signup.confirmed.v9",
    ):  # no key of theirs leads here
        _publish(stack, json.dumps(known | {"type": name, "id": str(uuid4())}).encode())
    _set_aside(stack, journal, known | {"data": {"all": "new"}}, to="signup.confirmed")
    _until(lambda: stack.buried("events") == before + 2, "what came under another's key")


@fault("poisoned", spotless=True)
def poisoned(stack: Stack, journal: Journal, _seconds: float) -> None:
    """Messages whose handler always fails."""
    now = datetime.now(UTC)
    nowhere = {"event_id": str(uuid4()), "version": 1, "occurrence": 0, "rule": "PT1H", "shift_ids": []}
    nowhere |= {"due_at": now.isoformat(), "expires_at": (now + timedelta(hours=1)).isoformat()}
    known = _latest(stack, "events", "event.published") | {"type": "reminder.due", "data": nowhere}
    for _ in range(3):
        _set_aside(stack, journal, known, to="reminder.due")


@fault("backup-restored", spotless=True)
def backup_restored(stack: Stack, journal: Journal, _seconds: float) -> None:
    """Backup under load, put back elsewhere, reconciled there."""
    promised = journal.all_signups
    with TemporaryDirectory(prefix="steward-backup-") as folder:
        elsewhere = stack.elsewhere(Path(folder))
        stack.steward("backup", f"{folder}/backup")
        stack.steward("restore", f"{folder}/backup", at=elsewhere)
        differing = stack.steward("reconcile", "--patience", "0", at=elsewhere, ends=(0, 1))["differences"]
        there = stack.signups_in(elsewhere)
    if differing:  # that messages were set aside before is none
        raise AssertionError(f"what was put back differs: {differing}")
    if not promised <= there:
        raise AssertionError(
            f"the backup lacks {len(promised - there)} sign-ups that were answered before it was taken"
        )


def _latest(stack: Stack, service: str, message_type: str) -> dict[str, Any]:
    """Return the newest message of the type that the service sent."""
    query = select(Outgoing.body).where(Outgoing.type == message_type).order_by(Outgoing.seq.desc()).limit(1)
    part = next(part for part in stack.parts if part.service.name == service)
    body = part.database.read(lambda session: session.scalars(query).one())
    found: dict[str, Any] = json.loads(body)
    return found


def _set_aside(stack: Stack, journal: Journal, message: dict[str, Any], to: str) -> None:
    """Bring in a message of which its reader can make nothing, and note that it has to be listed."""
    message_id = uuid4()
    journal.set_aside.add(message_id)
    _publish(stack, json.dumps(message | {"id": str(message_id)}).encode(), to=to)


def _publish(stack: Stack, *bodies: bytes, to: str = TO_EVENTS) -> None:
    """Publish past any outbox, under the name of this type."""
    publisher = stack.broker.publisher("signups")
    refused = publisher.publish([Parcel(number, uuid4(), to, body) for number, body in enumerate(bodies)])
    publisher.close()
    if refused:
        raise AssertionError("the broker refused what was to be tried")


def _restart(stack: Stack, program: str, pid: int) -> None:
    """Ask a process to end, and wait until another runs in its place."""
    others = len(stack.pids(program))
    os.kill(pid, signal.SIGTERM)
    _until(lambda: pid not in (now := stack.site.supervised(*PROGRAMS[program])) and len(now) == others, program)


def _answers(stack: Stack, service: str) -> bool:
    """Say whether both web servers of the service answer."""
    ports = [(stack.folder / "ports" / name).read_text() for name in (f"{service}-web", f"{service}-web-2")]
    with suppress(requests.RequestException):
        return all(requests.get(f"http://127.0.0.1:{port}/{service}/healthz", timeout=5).ok for port in ports)
    return False


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come back")
        time.sleep(0.1)
