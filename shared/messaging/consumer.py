"""The consumer: takes messages from the broker into the inbox and applies them, then acknowledges."""

from collections.abc import Sequence
from typing import Final

import structlog

from shared.clock import Clock
from shared.database import Database
from shared.messaging import inbox
from shared.messaging.envelope import Garbage, Sealed, open_envelope
from shared.messaging.registry import Registry
from shared.messaging.transport import Delivery, Subscriber

BATCH: Final = 100
"""Messages that share one transaction, each in its savepoint."""
WAIT: Final = 0.5
"""Seconds a quiet consumer waits before it looks for retries and for the sign to stop."""

log = structlog.get_logger()


class Consumer:
    """Applies what comes in for one service."""

    def __init__(self, database: Database, subscriber: Subscriber, registry: Registry, clock: Clock) -> None:
        self._database = database
        self._subscriber = subscriber
        self._registry = registry
        self._clock = clock
        self._in_hand: list[tuple[Delivery, Sealed]] = []

    def run_once(self, wait: float = WAIT) -> int:
        """Apply one batch and the retries that are due; return how many messages were settled or parked.

        Raises what the database or the broker raises; nothing was acknowledged then. What was in hand when the
        database failed is tried again by the next call, what was in hand when the broker went away comes again.
        """
        if not self._in_hand:
            self._in_hand = self._open(self._subscriber.receive(BATCH, wait))
        taken = len(self._in_hand)
        if taken:
            self._take()
        return taken + self._retry()

    def hold(self, seconds: float) -> None:
        """Rest while the database is away, without losing the connection to the broker."""
        self._subscriber.hold(seconds)

    def close(self) -> None:
        """Part from the broker."""
        self._in_hand = []
        self._subscriber.close()

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

    def _take(self) -> None:
        batch = [sealed for delivery, sealed in self._in_hand if not delivery.redelivered]
        suspects = [sealed for delivery, sealed in self._in_hand if delivery.redelivered]
        now = self._clock()
        if batch:
            self._database.write(inbox.accept, self._registry, batch, now)
        for sealed in suspects:
            self._database.write(inbox.park, sealed, now)
        settled, self._in_hand = self._in_hand, []
        self._subscriber.ack([delivery for delivery, _sealed in settled])

    def _retry(self) -> int:
        tried = 0
        while tried < BATCH:
            sealed = self._database.write(inbox.claim_retry, self._clock())
            if sealed is None:
                break
            self._database.write(inbox.retry, self._registry, sealed, self._clock())
            tried += 1
        return tried


def _opened(delivery: Delivery) -> Sealed:
    """Return the message; raises Garbage where it is none, or says to be of another type than it was sent as.

    The broker lets a service send its own keys only, and looks into no envelope: without this, whoever got into one
    service could change organizers' accounts in the others' copies.
    """
    sealed = open_envelope(delivery.body)
    if sealed.type != delivery.key:
        raise Garbage("sent under another key than its type")
    return sealed
