"""Delivery inside one process: the embedded mode's broker, a twin of ``rabbit``.

A parcel counts as confirmed only when every bound service has acknowledged it, which it does after committing it to
its inbox. So nothing lives in these queues that is not also unpublished in an outbox, and a killed process loses
nothing.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from shared.messaging.transport import PREFETCH, UNROUTABLE, Delivery, Parcel, TransportError

CONFIRM_TIMEOUT: Final = 5.0
"""Seconds; shorter than the time a process has to stop in, since a window may wait for a reader that has stopped."""


class LocalTransport:
    """Queues in memory, shared by all services of one process."""

    def __init__(self) -> None:
        self._bindings: dict[str, set[str]] = {}
        self._queues: dict[str, _Queue] = {}

    def declare(self, bindings: Mapping[str, Iterable[str]]) -> None:
        """Make the queues of each service and bind them."""
        for service, types in bindings.items():
            self._queues.setdefault(service, _Queue())
            for message_type in types:
                self._bindings.setdefault(message_type, set()).add(service)

    def publisher(self, service: str) -> "LocalPublisher":  # noqa: ARG002  (a broker has a user per service)
        """Return a publisher for the service."""
        return LocalPublisher(self)

    def subscriber(self, service: str) -> "LocalSubscriber":
        """Return a subscriber for the service; its queue must have been declared."""
        return LocalSubscriber(self._queues[service])

    def dead(self, service: str) -> list[bytes]:
        """Return what the service buried."""
        return list(self._queues[service].dead)

    def route(self, message_type: str) -> list["_Queue"]:
        """Return the queues that take the type."""
        return [self._queues[service] for service in sorted(self._bindings.get(message_type, ()))]


class _Confirm:
    """Counts the queues that have yet to acknowledge one window."""

    def __init__(self) -> None:
        self._outstanding = 0
        self._all_settled = threading.Condition()

    def expect(self, count: int) -> None:
        with self._all_settled:
            self._outstanding += count

    def settle(self) -> None:
        with self._all_settled:
            self._outstanding -= 1
            if self._outstanding == 0:
                self._all_settled.notify_all()

    def wait(self, seconds: float) -> bool:
        with self._all_settled:
            return self._all_settled.wait_for(lambda: self._outstanding == 0, seconds)


class _Item:
    """One parcel in one queue."""

    __slots__ = ("body", "confirm", "redelivered")

    def __init__(self, body: bytes, confirm: _Confirm) -> None:
        self.body = body
        self.confirm = confirm
        self.redelivered = False


class _Queue:
    """One service's queue: what waits, and who is woken when something comes."""

    def __init__(self) -> None:
        self.waiting: deque[_Item] = deque()
        self.arrived = threading.Condition()
        self.dead: list[bytes] = []

    def put(self, item: _Item) -> None:
        with self.arrived:
            self.waiting.append(item)
            self.arrived.notify()

    def put_back(self, items: Iterable[_Item]) -> None:
        with self.arrived:
            for item in items:
                item.redelivered = True
                self.waiting.append(item)
            self.arrived.notify_all()

    def withdraw(self, confirm: _Confirm) -> None:
        with self.arrived:
            self.waiting = deque(item for item in self.waiting if item.confirm is not confirm)


class LocalPublisher:
    """Puts parcels into the queues of the process and waits until they are safe."""

    def __init__(self, transport: LocalTransport) -> None:
        self._transport = transport
        self._woken = threading.Event()

    def publish(self, parcels: Sequence[Parcel]) -> Mapping[int, str]:
        """Hand the parcels over; return those that nobody listens to."""
        refused: dict[int, str] = {}
        used: set[_Queue] = set()
        confirm = _Confirm()
        for parcel in parcels:
            queues = self._transport.route(parcel.type)
            if not queues:
                refused[parcel.seq] = UNROUTABLE
            confirm.expect(len(queues))
            used.update(queues)
            for queue in queues:
                queue.put(_Item(parcel.body, confirm))
        if not confirm.wait(CONFIRM_TIMEOUT):
            for queue in used:
                queue.withdraw(confirm)  # the window will be sent again: a reader that is stuck collects no copies
            raise TransportError("not every service has taken the window yet")
        return refused

    def wait(self, seconds: float) -> None:
        """Rest until woken, at most ``seconds``."""
        self._woken.wait(seconds)
        self._woken.clear()

    def wake(self) -> None:
        """End the rest."""
        self._woken.set()

    def close(self) -> None:
        """Nothing is held open."""


class LocalSubscriber:
    """Takes parcels from one queue of the process."""

    def __init__(self, queue: _Queue) -> None:
        self._queue = queue
        self._taken: dict[int, _Item] = {}
        self._next_tag = 1

    def receive(self, limit: int, seconds: float) -> Sequence[Delivery]:
        """Return what waits, or what comes within ``seconds``."""
        deliveries: list[Delivery] = []
        room = min(limit, PREFETCH - len(self._taken))
        with self._queue.arrived:
            self._queue.arrived.wait_for(lambda: room and self._queue.waiting, seconds)
            while self._queue.waiting and len(deliveries) < room:
                item = self._queue.waiting.popleft()
                self._taken[self._next_tag] = item
                deliveries.append(Delivery(self._next_tag, item.body, item.redelivered))
                self._next_tag += 1
        return deliveries

    def ack(self, deliveries: Iterable[Delivery]) -> None:
        """Confirm the deliveries to their publisher."""
        for delivery in deliveries:
            if delivery.tag not in self._taken:
                raise TransportError("it was given back")
            self._taken.pop(delivery.tag).confirm.settle()

    def bury(self, delivery: Delivery, reason: str) -> None:  # noqa: ARG002  (the broker keeps it as a header)
        """Put the delivery aside and confirm it."""
        self.ack([delivery])
        self._queue.dead.append(delivery.body)

    def hold(self, seconds: float) -> None:
        """Rest."""
        time.sleep(seconds)

    def close(self) -> None:
        """Put back what was not acknowledged."""
        self._queue.put_back(self._taken.values())
        self._taken.clear()
