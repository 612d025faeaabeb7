"""Messages: a backlog that drains, beside pika with the same bodies; and how soon a sign-up shows in ``events``."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final
from uuid import UUID, uuid4

import pika
import psycopg
import requests

from shared.calling import CHANNEL, MESSAGES
from shared.clock import utc_now
from shared.messaging.envelope import seal
from shared.messaging.relay import WINDOW
from shared.messaging.transport import EXCHANGE, PREFETCH, Parcel
from tools.bench import load, plain
from tools.bench.figures import Figure
from tools.bench.installation import Installation, connected, somebody

QUEUE, TYPE = "bench.in", "bench.raw"
TURNS: Final = 3
"""How often the relay and pika take turns; what is shown is the turn whose ratio is the median."""
RATE: Final = 100.0
"""Sign-ups a second while it is measured how soon they show."""
PATIENCE: Final = 600.0
LARGE: Final = 100_000
"""Messages; as many drain within so many seconds:"""
DRAINED: Final = 60.0
GLANCE: Final = 0.02
"""Seconds between two looks at a backlog. Each reads through what was published meanwhile, on the same two cores:
looking every millisecond took a tenth of the rate that it measured."""
WRITE: Final = """
INSERT INTO outbox (message_id, aggregate, version, type, body, attempts, next_at)
VALUES (%s, %s, 1, 'signup.confirmed', %s, 0, now())
"""
CALL: Final = f"SELECT pg_notify('{CHANNEL}', '{MESSAGES}')"
PUBLISHED: Final = "SELECT NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"
APPLIED: Final = "SELECT count(*) >= %s FROM inbox"


def measure(steward: Installation, seconds: float, *, backlog: int | None = None) -> list[Figure]:
    """Return how fast a backlog is published and applied, and the waits until sign-ups show."""
    number = backlog or round(2000 * seconds)
    event = steward.event()
    parcels, *others = (
        [_parcel(event["id"], event["shifts"][0]["id"], one) for one in range(number)] for _backlog in range(1 + TURNS)
    )
    turns = [(_published_alone(steward, one), *_by_pika(steward, parcels)) for one in others]
    alone, pika_publishes, pika_consumes = sorted(turns, key=lambda turn: turn[0] / turn[1])[TURNS // 2]
    published, applied = _drained(steward, parcels)
    waits = _shown(steward, event["shifts"][0]["id"], seconds)
    what = f"a backlog of {number:,} messages"
    by_pika = f"pika, a window of {WINDOW}, no reader"
    return [
        Figure(f"{what}: published, no reader", alone, "/s", 0.6 * pika_publishes, pika_publishes, by_pika),
        Figure(f"{what}: published", published, "/s", 3000.0, pika_publishes, by_pika),
        Figure(f"{what}: applied", applied, "/s", 2000.0, pika_consumes, "pika, consumed and acknowledged"),
        Figure(f"{what}: drained", number / applied, "s", DRAINED if number == LARGE else None, smaller=True),
        Figure("a sign-up shows in events: p50", waits[len(waits) // 2], "ms", 15.0, smaller=True),
        Figure("a sign-up shows in events: p99", waits[len(waits) * 99 // 100], "ms", 60.0, smaller=True),
    ]


def _parcel(event_id: str, shift_id: str, seq: int) -> Parcel:
    data = {"signup_id": uuid4(), "event_id": UUID(event_id), "shift_id": UUID(shift_id), "version": 1}
    data |= {"status": "confirmed", "pledge_id": None}
    message_id, body = seal("signups", "signup.confirmed", data, utc_now())
    return Parcel(seq, message_id, "signup.confirmed", body)


def _published_alone(steward: Installation, parcels: list[Parcel]) -> float:
    """Return how many messages a second the relay publishes while its reader stands still, as pika's has none."""
    readers = steward.site.supervised("worker", "events")
    with connected(steward, "signups") as signups, connected(steward, "events") as events:
        before = _applied(events)
        for pid in readers:
            os.kill(pid, signal.SIGSTOP)
        try:
            began = _write(signups, parcels)
            _until(signups, PUBLISHED)
            rate = len(parcels) / (time.perf_counter() - began)
        finally:
            for pid in readers:
                os.kill(pid, signal.SIGCONT)
        _until(events, APPLIED, before + len(parcels))
        return rate


def _drained(steward: Installation, parcels: list[Parcel]) -> tuple[float, float]:
    """Return how many messages a second the running workers publish, and how many they apply."""
    with connected(steward, "signups") as signups, connected(steward, "events") as events:
        before = _applied(events)
        began = _write(signups, parcels)
        _until(signups, PUBLISHED)
        published = time.perf_counter() - began
        _until(events, APPLIED, before + len(parcels))
        return len(parcels) / published, len(parcels) / (time.perf_counter() - began)


def _write(signups: psycopg.Connection, parcels: list[Parcel]) -> float:
    """Write the messages into the outbox and call the relay; return when it was."""
    with signups.transaction(), signups.cursor() as cursor:
        cursor.executemany(WRITE, [(one.message_id, str(uuid4()), one.body) for one in parcels])
    began = time.perf_counter()
    signups.execute(CALL)
    return began


def _applied(events: psycopg.Connection) -> int:
    found = events.execute("SELECT count(*) FROM inbox").fetchone()
    return int(found[0]) if found is not None else 0


def _by_pika(steward: Installation, parcels: list[Parcel]) -> tuple[float, float]:
    """Return how many of the same bodies a second pika publishes in the same windows, and how many it consumes."""
    url = steward.settings["STEWARD_AMQP_URL"]
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(QUEUE, EXCHANGE, TYPE)
    raw = [Parcel(one.seq, one.message_id, TYPE, one.body) for one in parcels]
    publisher = plain.Publisher(url, raw)
    publisher.run()
    channel.basic_qos(prefetch_count=PREFETCH)
    began = time.perf_counter()
    for number, (method, _properties, _body) in enumerate(channel.consume(QUEUE), start=1):
        channel.basic_ack(method.delivery_tag)
        if number == len(raw):
            break
    consumed = time.perf_counter() - began
    channel.cancel()
    channel.queue_delete(QUEUE)
    connection.close()
    return len(raw) / publisher.seconds, len(raw) / consumed


def _shown(steward: Installation, shift_id: str, seconds: float) -> list[float]:
    """Return the milliseconds from the answer to a sign-up to its row in ``events``, sorted, while others sign up."""
    waits = []
    address = f"http://127.0.0.1:{steward.port('signups')}/signups/api/v1/signups"
    ask = partial(somebody, shift_id)
    with ThreadPoolExecutor(1) as beside, connected(steward, "events") as events, requests.Session() as browser:
        crowd = beside.submit(
            load.ask, steward.port("signups"), ask, clients=16, seconds=seconds, wished=201, rate=RATE - 10
        )
        while not crowd.done():
            body = {"shift_id": shift_id, "name": "王芳", "phone": f"137{uuid4().int % 10**8:08d}", "consent": True}
            answer = browser.post(address, json=body, headers={"Idempotency-Key": str(uuid4())}, timeout=30)
            answer.raise_for_status()
            began = time.perf_counter()
            shown = "SELECT EXISTS (SELECT FROM signup_copies WHERE signup_id = %s)"
            _until(events, shown, answer.json()["id"], pause=0.001)
            waits.append((time.perf_counter() - began) * 1000)
            time.sleep(0.1)
    return sorted(waits)


def _until(connection: psycopg.Connection, question: str, *values: object, pause: float = GLANCE) -> None:
    """Ask until the answer is yes, so many seconds apart; raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = connection.execute(question, values or None).fetchone()
        if found is not None and found[0]:
            return
        time.sleep(pause)
    raise TimeoutError(question)
