"""What a broker must do for us; ``local.py`` and ``rabbit.py`` are twins under one suite of tests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol
from uuid import UUID

EXCHANGE: Final = "steward.messages"
PREFETCH: Final = 200
"""Unacknowledged deliveries per subscriber: one batch in work and one on its way."""

UNROUTABLE: Final = "no queue takes this type"
REFUSED: Final = "the broker refused it"
"""Why a parcel can be refused."""


def queue_name(service: str) -> str:
    """Return the name of the queue that the service reads."""
    return f"{service}.in"


def dead_queue_name(service: str) -> str:
    """Return the name of the queue for what the service could not even read as a message."""
    return f"{service}.dead"


class TransportError(Exception):
    """The broker cannot be reached, or went away; what was not confirmed must be sent again."""


class Parcel(NamedTuple):
    """A message on its way out: its key in the outbox, id, routing key and bytes."""

    seq: int
    message_id: UUID
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that came in. ``tag`` acknowledges it; ``redelivered`` says an earlier reader may have died of it.

    ``key`` is the routing key under which it was sent: the broker saw to it that its sender may use that one.
    """

    tag: int
    body: bytes
    redelivered: bool
    key: str


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many messages wait in a queue, and how many subscribers read it."""

    waiting: int
    readers: int


class Publisher(Protocol):
    """Sends windows of parcels; belongs to one thread."""

    def publish(self, parcels: Sequence[Parcel]) -> Mapping[int, str]:
        """Send the parcels and wait for every confirm; return those refused (``seq`` -> reason).

        A parcel that no queue takes is refused. Raises TransportError when the broker goes away before every
        parcel is settled.
        """
        ...

    def wait(self, seconds: float) -> None:
        """Rest for at most ``seconds``, keeping the connection alive; ``wake`` ends the rest early, or the next one."""
        ...

    def wake(self) -> None:
        """End a rest of the owning thread; may be called from any thread."""
        ...

    def close(self) -> None:
        """Part from the broker."""
        ...


class Subscriber(Protocol):
    """Receives what is bound to one service's queue; belongs to one thread."""

    def receive(self, limit: int, seconds: float) -> Sequence[Delivery]:
        """Return up to ``limit`` deliveries as soon as there is one, or none after ``seconds``.

        Raises TransportError when the broker goes away; what was not acknowledged comes again.
        """
        ...

    def wake(self) -> None:
        """End a wait for deliveries of the owning thread; may be called from any thread."""
        ...

    def ack(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe with us.

        Raises TransportError where the connection that delivered them is gone: they come again.
        """
        ...

    def bury(self, delivery: Delivery, reason: str) -> None:
        """Put aside, in the service's dead queue, what is no message at all; then acknowledge it."""
        ...

    def hold(self, seconds: float) -> None:
        """Rest for ``seconds`` without taking more, keeping the connection alive."""
        ...

    def close(self) -> None:
        """Part from the broker; what was not acknowledged comes again to the next subscriber."""
        ...


class Transport(Protocol):
    """A way between services."""

    def declare(self, bindings: Mapping[str, Iterable[str]]) -> None:
        """Make the queues of each service (name -> message types) and bind them; repeating it changes nothing."""
        ...

    def publisher(self, service: str) -> Publisher:
        """Return a publisher for the service; it connects when first used."""
        ...

    def subscriber(self, service: str) -> Subscriber:
        """Return a subscriber for the service; it connects when first used."""
        ...
