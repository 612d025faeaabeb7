"""Delivery over RabbitMQ: the only package that knows pika.

Every object here belongs to the thread that uses it; ``wake`` alone may be called from elsewhere. Connections are
opened on first use, so after any fork, and opened anew after a failure.
"""

import contextlib
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.select_connection import IOLoop
from pika.channel import Channel
from pika.exceptions import AMQPError, ChannelClosedByBroker
from pika.spec import Basic, BasicProperties

from shared.messaging.envelope import CONTENT_TYPE
from shared.messaging.rabbit.connecting import CONNECT_TIMEOUT, as_transport_error, parameters
from shared.messaging.transport import (
    EXCHANGE,
    PREFETCH,
    REFUSED,
    UNROUTABLE,
    Delivery,
    Parcel,
    QueueState,
    TransportError,
    dead_queue_name,
    queue_name,
)

CONFIRM_TIMEOUT: Final = 10
"""Seconds after which a window that the broker neither confirms nor refuses is given up, to be sent again."""
GOODBYE_TIMEOUT: Final = 2


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

    def publisher(self, service: str) -> "RabbitPublisher":  # noqa: ARG002  (the user is in the address)
        """Return a publisher for the service."""
        return RabbitPublisher(self._nodes)

    def subscriber(self, service: str) -> "RabbitSubscriber":
        """Return a subscriber to the service's queue."""
        return RabbitSubscriber(self._nodes, service)


def _properties(message_type: str | None, message_id: str | None, **headers: str) -> BasicProperties:
    return BasicProperties(
        content_type=CONTENT_TYPE, delivery_mode=2, message_id=message_id, type=message_type, headers=headers or None
    )


class RabbitPublisher:
    """Publishes windows with confirms: every parcel of a window is on its way before the first confirm is awaited.

    It drives pika's event loop itself, since the blocking adapter awaits a confirm after each message, which is ten
    times slower.
    """

    def __init__(self, nodes: Sequence[pika.connection.Parameters]) -> None:
        self._nodes = nodes
        self._connection: pika.SelectConnection | None = None
        self._channel: Channel | None = None
        self._failure: str | None = None
        self._woken = threading.Event()
        self._last_tag = 0
        self._unsettled: dict[int, Parcel] = {}
        self._refused: dict[int, str] = {}
        self._returned: set[str] = set()

    def publish(self, parcels: Sequence[Parcel]) -> Mapping[int, str]:
        """Send the window and wait for its confirms."""
        channel = self._open_channel()
        self._refused, self._returned = {}, set()
        with as_transport_error(self.close):
            for parcel in parcels:
                self._last_tag += 1
                self._unsettled[self._last_tag] = parcel
                properties = _properties(parcel.type, str(parcel.message_id))
                channel.basic_publish(EXCHANGE, parcel.type, parcel.body, properties, mandatory=True)
            if not self._run_until(lambda: not self._unsettled, CONFIRM_TIMEOUT):
                raise TransportError("the broker did not confirm in time")
        return self._refused

    def wait(self, seconds: float) -> None:
        """Rest, answering heartbeats, until woken or ``seconds`` have passed."""
        self._open_channel()
        with as_transport_error(self.close):
            self._run_until(self._woken.is_set, seconds)
        self._woken.clear()

    def wake(self) -> None:
        """End the rest, or the next one where there is none now."""
        self._woken.set()
        connection = self._connection
        if connection is not None:  # it may be closing this very moment, which pika allows for
            connection.ioloop.add_callback_threadsafe(connection.ioloop.stop)

    def close(self) -> None:
        """Close the connection, giving the broker a moment to say goodbye."""
        connection, self._connection, self._channel = self._connection, None, None
        self._unsettled.clear()
        if connection is None:
            return
        with contextlib.suppress(AMQPError, OSError):
            if not (connection.is_closing or connection.is_closed):
                connection.close()
            _run(connection.ioloop, lambda: connection.is_closed, GOODBYE_TIMEOUT)
            if not connection.is_closed:
                connection._terminate_stream(None)  # noqa: SLF001  (there is no public way to hang up without a goodbye)
                _run(connection.ioloop, lambda: connection.is_closed, GOODBYE_TIMEOUT)
        connection.ioloop.close()

    def _open_channel(self) -> Channel:
        if self._channel is not None and self._channel.is_open:
            return self._channel
        self.close()
        self._failure = None
        self._last_tag = 0
        with as_transport_error(self.close):
            self._connection = pika.SelectConnection(
                random.choice(self._nodes),  # noqa: S311  (where that one is away, the next attempt takes another)
                on_open_callback=lambda connection: connection.channel(on_open_callback=self._on_channel_open),
                on_open_error_callback=self._on_failure,
                on_close_callback=self._on_failure,
            )
            self._run_until(lambda: self._channel is not None, CONNECT_TIMEOUT)
            if self._channel is None:
                raise TransportError("the broker did not answer in time")
            return self._channel

    def _on_channel_open(self, channel: Channel) -> None:
        channel.add_on_close_callback(lambda channel, error: self._on_failure(channel.connection, error))
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirm, callback=lambda _frame: self._on_ready(channel))

    def _on_ready(self, channel: Channel) -> None:
        self._channel = channel
        channel.connection.ioloop.stop()

    def _on_return(self, _channel: Channel, _method: Basic.Return, properties: BasicProperties, _body: bytes) -> None:
        # The broker returns an unroutable message before it confirms it.
        if properties.message_id is not None:
            self._returned.add(properties.message_id)

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        if method.multiple:
            tags = list(takewhile(lambda tag: tag <= method.delivery_tag, self._unsettled))
        else:
            tags = [method.delivery_tag] if method.delivery_tag in self._unsettled else []
        for tag in tags:
            parcel = self._unsettled.pop(tag)
            if str(parcel.message_id) in self._returned:
                self._refused[parcel.seq] = UNROUTABLE
            elif isinstance(method, Basic.Nack):
                self._refused[parcel.seq] = REFUSED
        if not self._unsettled and self._connection is not None:
            self._connection.ioloop.stop()

    def _on_failure(self, connection: pika.SelectConnection, error: BaseException) -> None:
        if connection is self._connection:  # else it is the one that ``close`` says goodbye to
            self._failure = str(error) or type(error).__name__
        connection.ioloop.stop()

    def _run_until(self, settled: Callable[[], bool], seconds: float) -> bool:
        """Run the loop until ``settled``; False after ``seconds``. Raises TransportError when the connection fails."""
        assert self._connection is not None  # noqa: S101  (opened by the caller)
        _run(self._connection.ioloop, lambda: self._failure is not None or settled(), seconds)
        if self._failure is not None:
            raise TransportError(self._failure)
        return settled()


def _run(ioloop: IOLoop, settled: Callable[[], bool], seconds: float) -> None:
    """Run the loop until ``settled`` or ``seconds`` have passed; whatever else stops it only makes it look again."""
    deadline = time.monotonic() + seconds
    timer = ioloop.call_later(seconds, ioloop.stop)
    while not settled() and time.monotonic() < deadline:
        ioloop.start()
    ioloop.remove_timeout(timer)


class RabbitSubscriber:
    """Consumes one service's queue with a bounded number of unacknowledged deliveries."""

    def __init__(self, nodes: Sequence[pika.connection.Parameters], service: str) -> None:
        self._nodes = nodes
        self._service = service
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None
        self._arrived: deque[Delivery] = deque()
        # The broker counts anew on each connection; with tags of our own, one from an earlier connection can never
        # acknowledge another message.
        self._broker_tags: dict[int, int] = {}
        self._last_tag = 0

    def receive(self, limit: int, seconds: float) -> Sequence[Delivery]:
        """Return what has arrived, or what arrives within ``seconds``."""
        with as_transport_error(self.close):
            connection, channel = self._open()
            connection.process_data_events(0 if self._arrived else seconds)
            if not (channel.is_open and channel.consumer_tags):
                raise TransportError("the broker ended the subscription")
        return [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]

    def ack(self, deliveries: Iterable[Delivery]) -> None:
        """Acknowledge each delivery; they need not be the oldest."""
        with as_transport_error(self.close):
            for delivery in deliveries:
                self._channel_of(delivery).basic_ack(self._broker_tags.pop(delivery.tag))

    def bury(self, delivery: Delivery, reason: str) -> None:
        """Move the delivery into the dead queue, confirmed, before it is acknowledged."""
        with (
            as_transport_error(self.close),
            contextlib.closing(self._channel_of(delivery).connection.channel()) as grave,
        ):
            grave.confirm_delivery()
            properties = _properties(None, None, reason=reason)
            grave.basic_publish("", dead_queue_name(self._service), delivery.body, properties, mandatory=True)
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
        self._arrived.append(Delivery(self._last_tag, body, method.redelivered))
