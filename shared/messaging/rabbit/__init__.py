"""Delivery over RabbitMQ: the only room that knows pika.

Every object here belongs to the thread that uses it; ``wake`` alone may be called from elsewhere. Connections are
opened on first use, so after any fork, and opened anew after a failure.
"""

import contextlib
import random
from collections.abc import Iterable, Mapping

import pika
from pika.exceptions import ChannelClosedByBroker

from shared.messaging.rabbit.dealing import as_transport_error, parameters
from shared.messaging.rabbit.publisher import RabbitPublisher
from shared.messaging.rabbit.subscriber import RabbitSubscriber
from shared.messaging.transport import EXCHANGE, QueueState, dead_queue_name, queue_name

__all__ = ["RabbitPublisher", "RabbitSubscriber", "RabbitTransport"]


class RabbitTransport:
    """The way over a broker at ``urls`` (amqp://user:password@host:port/vhost); one node that answers is enough."""

    def __init__(self, *urls: str) -> None:
        self._nodes = [parameters(url) for url in random.sample(urls, len(urls))]

    def declare(self, bindings: Mapping[str, Iterable[str]]) -> None:
        """Declare the exchange, and for each service its queue, its dead queue and its bindings.

        Only the queue type is an argument; limits and dead-lettering are policies, which can still be changed
        once the queues exist.
        """
        with as_transport_error(), contextlib.closing(pika.BlockingConnection(self._nodes)) as connection:
            channel = connection.channel()
            channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
            for service, types in bindings.items():
                for queue in (queue_name(service), dead_queue_name(service)):
                    channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
                for message_type in types:
                    channel.queue_bind(queue_name(service), EXCHANGE, message_type)

    def look(self, service: str) -> QueueState | None:
        """Return how the service's queue is; None where it, or the exchange, was never declared."""
        with as_transport_error(), contextlib.closing(pika.BlockingConnection(self._nodes)) as connection:
            try:
                connection.channel().exchange_declare(EXCHANGE, passive=True)
                found = connection.channel().queue_declare(queue_name(service), passive=True).method
            except ChannelClosedByBroker:
                return None
        return QueueState(found.message_count, found.consumer_count)

    def publisher(self, service: str) -> RabbitPublisher:  # noqa: ARG002  (the user is in the address)
        """Return a publisher for the service."""
        return RabbitPublisher(self._nodes)

    def subscriber(self, service: str) -> RabbitSubscriber:
        """Return a subscriber to the service's queue."""
        return RabbitSubscriber(self._nodes, service)
