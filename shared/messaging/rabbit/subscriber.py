"""The way from the broker for what a service is told."""

import contextlib
import threading
from collections import deque
from collections.abc import Iterable, Sequence

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.connection import Parameters
from pika.exceptions import AMQPError
from pika.spec import Basic, BasicProperties

from shared.messaging.rabbit.dealing import as_transport_error, properties
from shared.messaging.transport import PREFETCH, Delivery, TransportError, dead_queue_name, queue_name


class RabbitSubscriber:
    """Consumes one service's queue with a bounded number of unacknowledged deliveries."""

    def __init__(self, nodes: Sequence[Parameters], service: str) -> None:
        self._nodes = nodes
        self._service = service
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None
        self._arrived: deque[Delivery] = deque()
        self._woken = threading.Event()
        # The broker counts anew on each connection; with tags of our own, one from an earlier connection can never
        # acknowledge another message.
        self._broker_tags: dict[int, int] = {}
        self._last_tag = 0

    def receive(self, limit: int, seconds: float) -> Sequence[Delivery]:
        """Return what has arrived, or what arrives within ``seconds``."""
        with as_transport_error(self.close):
            connection, channel = self._open()
            connection.process_data_events(0 if self._arrived or self._woken.is_set() else seconds)
            self._woken.clear()
            if not (channel.is_open and channel.consumer_tags):
                raise TransportError("the broker ended the subscription")
        return [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]

    def wake(self) -> None:
        """End a wait for deliveries, or the next one where there is none now."""
        self._woken.set()
        if (connection := self._connection) is not None:
            with contextlib.suppress(AMQPError):  # it may be closing this very moment
                connection.add_callback_threadsafe(lambda: None)

    def ack(self, deliveries: Iterable[Delivery]) -> None:
        """Acknowledge the deliveries: those that are older than all that is left with one word, others one by one."""
        with as_transport_error(self.close):
            tags = []
            for delivery in deliveries:
                channel = self._channel_of(delivery)
                tags.append(self._broker_tags.pop(delivery.tag))
            oldest_left = next(iter(self._broker_tags.values()), None)
            older = [tag for tag in tags if oldest_left is None or tag < oldest_left]
            if older:
                channel.basic_ack(max(older), multiple=True)
            for tag in set(tags).difference(older):
                channel.basic_ack(tag)

    def bury(self, delivery: Delivery, reason: str) -> None:
        """Move the delivery into the dead queue, confirmed, before it is acknowledged."""
        with (
            as_transport_error(self.close),
            contextlib.closing(self._channel_of(delivery).connection.channel()) as grave,
        ):
            grave.confirm_delivery()
            about = properties(None, None, reason=reason)
            grave.basic_publish("", dead_queue_name(self._service), delivery.body, about, mandatory=True)
        self.ack([delivery])

    def hold(self, seconds: float) -> None:
        """Rest, answering heartbeats."""
        with as_transport_error(self.close):
            connection, _channel = self._open()
            connection.sleep(seconds)

    def close(self) -> None:
        """Close the connection; the broker delivers again what was not acknowledged."""
        connection, self._connection, self._channel = self._connection, None, None
        self._arrived.clear()
        self._broker_tags.clear()
        if connection is not None:
            with contextlib.suppress(AMQPError, OSError):
                connection.close()

    def _open(self) -> tuple[pika.BlockingConnection, BlockingChannel]:
        if self._connection is None or self._channel is None:
            self._connection = pika.BlockingConnection(self._nodes)
            self._channel = self._connection.channel()
            self._channel.basic_qos(prefetch_count=PREFETCH)
            self._channel.basic_consume(queue_name(self._service), self._on_message)
        return self._connection, self._channel

    def _channel_of(self, delivery: Delivery) -> BlockingChannel:
        if self._channel is None or delivery.tag not in self._broker_tags:
            raise TransportError("the connection that delivered it is gone")
        return self._channel

    def _on_message(
        self, _channel: BlockingChannel, method: Basic.Deliver, _properties: BasicProperties, body: bytes
    ) -> None:
        self._last_tag += 1
        self._broker_tags[self._last_tag] = method.delivery_tag
        self._arrived.append(Delivery(self._last_tag, body, method.redelivered, method.routing_key))
