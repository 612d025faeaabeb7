"""The consumer: takes messages from the broker into the inbox and applies them, then acknowledges."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from shared import failpoints
from shared.clock import Clock
from shared.database import Database
from shared.messaging import inbox, together
from shared.messaging.envelope import Garbage, Sealed, open_envelope
from shared.messaging.registry import Registry
from shared.messaging.transport import Delivery, Subscriber
from shared.trips import ask

BATCH: Final = 100
"""Messages that share one transaction, each in its savepoint."""
WAIT: Final = 2.0
"""Seconds between two looks for retries that a consumer does not know of, while messages come."""

log = structlog.get_logger()


class Consumer:
    """Applies what comes in for one service."""

    def __init__(self, database: Database, subscriber: Subscriber, registry: Registry, clock: Clock) -> None:
        self._database = database
        self._subscriber = subscriber
        self._registry = registry
        self._clock = clock
        self._in_hand: list[tuple[Delivery, Sealed]] = []
        self._next_retry: datetime | None = None
        self._next_look = 0.0

    def run_once(self, wait: float = WAIT) -> int:
        """Apply one batch and the retries that are due; return how many messages were settled or parked.

        Raises what the database or the broker raises; nothing was acknowledged then. What was in hand when the
        database failed is tried again by the next call, what was in hand when the broker went away comes again.
        """
        tried = 0 if self._next_look else self._retry()
        if not self._in_hand:
            self._in_hand = self._open(self._subscriber.receive(BATCH, self._patience(wait)))
        taken = len(self._in_hand)
        if taken and self._take() and self._next_retry is None and time.monotonic() < self._next_look:
            return tried + taken
        return tried + taken + self._retry()

    def look_for_retries(self) -> None:
        """Say that there may be a message to try again that nobody here knows of; may be called from any thread."""
        self._next_look = 0.0
        self._subscriber.wake()

    def wake(self) -> None:
        """End the wait for messages; may be called from any thread."""
        self._subscriber.wake()

    def hold(self, seconds: float) -> None:
        """Rest while the database is away, without losing the connection to the broker."""
        self._subscriber.hold(seconds)

    def close(self) -> None:
        """Part from the broker."""
        self._in_hand = []
        self._subscriber.close()

    def _patience(self, wait: float) -> float:
        """Return how long to wait for messages: no longer than until the next retry is due."""
        if self._next_retry is None:
            return wait
        return min(max((self._next_retry - self._clock()).total_seconds(), 0), wait)

    def _open(self, deliveries: Sequence[Delivery]) -> list[tuple[Delivery, Sealed]]:
        opened: list[tuple[Delivery, Sealed]] = []
        for delivery in deliveries:
            try:
                opened.append((delivery, _opened(delivery)))
            except Garbage as error:
                self._database.figures.buried()
                log.error("message.garbage", reason=str(error), size=len(delivery.body))
                self._subscriber.bury(delivery, str(error))
        return opened

    def _take(self) -> bool:
        """Apply and acknowledge what is in hand; say whether all of it was applied and nothing waits for a retry."""
        batch = [sealed for delivery, sealed in self._in_hand if not delivery.redelivered]
        suspects = [sealed for delivery, sealed in self._in_hand if delivery.redelivered]
        now = self._clock()
        applied: Sequence[UUID] = ()
        if batch:
            applied = self._accept(batch, now)
            self._say(applied)
            failpoints.reached("consumer.committed")
        for sealed in suspects:
            self._database.write(inbox.park, sealed, now)
        settled, self._in_hand = self._in_hand, []
        self._subscriber.ack([delivery for delivery, _sealed in settled])
        return len(applied) == len(settled)

    def _accept(self, batch: Sequence[Sealed], now: datetime) -> Sequence[UUID]:
        if together.suits(self._registry, batch):
            try:
                return self._database.write(inbox.accept_at_once, self._registry, batch, now)
            except Exception as error:
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    raise
                log.info("messages.looked_at_closer", number=len(batch), error=type(error).__name__)
        return self._database.write(inbox.accept, self._registry, batch, now)

    def _retry(self) -> int:
        tried = 0
        while tried < BATCH and self._retry_is_due():
            sealed = self._database.write(inbox.claim_retry, self._clock())
            if sealed is None:
                break
            if self._database.write(inbox.retry, self._registry, sealed, self._clock()):
                self._say([sealed.id])
            tried += 1
        return tried

    def _retry_is_due(self) -> bool:
        """Look with one plain read, so that a consumer without retries writes nothing."""
        self._next_look = time.monotonic() + WAIT
        self._next_retry = self._database.look(ask, inbox.NEXT_RETRY)[0][0][0]
        return self._next_retry is not None and self._next_retry <= self._clock()

    def _say(self, applied: Iterable[UUID]) -> None:
        """Tell of what was applied and committed; who finds a message twice in the logs has found a fault."""
        about = log.bind(service=self._database.service)
        for message_id in applied:
            about.debug("message.applied", message_id=str(message_id))


def _opened(delivery: Delivery) -> Sealed:
    """Return the message; raises Garbage where it is none, or says to be of another type than it was sent as.

    The broker lets a service send its own keys only, and looks into no envelope: without this, whoever got into one
    service could change organizers' accounts in the others' copies.
    """
    sealed = open_envelope(delivery.body)
    if sealed.type != delivery.key:
        raise Garbage("sent under another key than its type")
    return sealed
