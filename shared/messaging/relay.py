"""The relay: takes messages from the outbox to the broker, and never drops one."""

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import structlog

from shared import failpoints, tracing
from shared.clock import Clock
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.envelope import trace_of
from shared.messaging.outbox import Claimed
from shared.messaging.transport import Parcel, Publisher, TransportError

WINDOW: Final = 500
"""Parcels per window. On 2 cores one confirm at a time gave about 600 messages/s, a window of 200 about 4,500."""

log = structlog.get_logger()


class Relay:
    """Publishes what is due in one service's outbox, a window at a time."""

    def __init__(self, database: Database, publisher: Publisher, clock: Clock) -> None:
        self._database = database
        self._publisher = publisher
        self._clock = clock
        self._beside = ThreadPoolExecutor(1, "marks") if database.engine.dialect.name == "postgresql" else None
        self._marking: Future[None] | None = None

    def run_once(self) -> int:
        """Publish one window and return how many parcels were confirmed.

        No transaction is open while the network is waited for. What is marked here is no more than a mark: should it be
        lost, the window is sent again, which readers do not mind. A full window is marked while the next is claimed, so
        whoever reads the marks runs this once more, or ``settle`` does. Raises TransportError when the broker is away;
        the rows are put back first.
        """
        claimed = self._database.mark(outbox.claim, WINDOW, self._clock())
        self.settle()
        if not claimed:
            return 0
        parcels = [Parcel(row.seq, row.message_id, row.type, row.body) for row in claimed]
        attempts = {row.seq: row.attempts for row in claimed}
        begun, clock_begun = time.perf_counter(), time.time_ns()
        try:
            refused = self._publisher.publish(parcels)
        except TransportError as error:
            # The first failure is the broker's, not the message's: it waits no longer than the broker does.
            put_back = dict.fromkeys(attempts, (0, str(error)))
            self._database.mark(outbox.settle, (), put_back, self._clock())
            raise
        failpoints.reached("relay.confirmed")
        for seq, reason in refused.items():
            log.error("message.refused", seq=seq, reason=reason)
        self._database.figures.published(
            (row.type for row in claimed if row.seq not in refused),
            (row.type for row in claimed if row.seq in refused),
            time.perf_counter() - begun,
        )
        if tracing.is_on(self._database.service):
            self._trace(claimed, clock_begun)
        confirmed = attempts.keys() - refused.keys()
        put_back = {seq: (attempts[seq], reason) for seq, reason in refused.items()}

        def mark() -> None:
            self._database.mark(outbox.settle, confirmed, put_back, self._clock())

        if self._beside is not None and len(confirmed) == WINDOW:
            self._marking = self._beside.submit(mark)
        else:
            mark()
        return len(confirmed)

    def settle(self) -> None:
        """Wait until the window before is marked; raises DBAPIError where it could not be."""
        marking, self._marking = self._marking, None
        if marking is not None:
            marking.result()

    def close(self) -> None:
        """Wait likewise, and publish nothing more."""
        if self._beside is not None:
            self._beside.shutdown()

    def _trace(self, window: Iterable[Claimed], begun: int) -> None:
        """Note the window in the trace of whatever wrote each of its messages."""
        for row in window:
            parent = trace_of(row.body)
            if parent is not None:
                tracing.past(self._database.service, f"publish {row.type}", "producer", parent=parent, begun=begun)
