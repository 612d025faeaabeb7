"""The way to the broker for what a service says."""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

import pika
from pika.adapters.select_connection import IOLoop
from pika.channel import Channel
from pika.connection import Parameters
from pika.exceptions import AMQPError
from pika.spec import Basic, BasicProperties

from shared import failpoints
from shared.messaging.rabbit.dealing import CONNECT_TIMEOUT, as_transport_error, properties
from shared.messaging.transport import EXCHANGE, REFUSED, UNROUTABLE, Parcel, TransportError

CONFIRM_TIMEOUT: Final = 10
"""Seconds after which a window that the broker neither confirms nor refuses is given up, to be sent again."""
GOODBYE_TIMEOUT: Final = 2
PIECE: Final = 65_536
"""Bytes of a piece that is sent at once, about: what is sent in part is copied for the rest."""


class _Connection(pika.SelectConnection):  # type: ignore[misc]  # pika has no types
    """One that sends what is published together in large pieces: pika calls the system three times for each message."""

    _pieces: list[bytes] | None = None
    _size = 0

    @contextlib.contextmanager
    def gathering(self) -> Iterator[None]:
        """Gather what is sent meanwhile."""
        self._pieces = []
        try:
            yield
        finally:
            self._let_go()
            self._pieces = None

    def _adapter_emit_data(self, data: bytes) -> None:  # which pika calls with each frame
        if self._pieces is None:
            super()._adapter_emit_data(data)
            return
        self._pieces.append(data)
        self._size += len(data)
        if self._size >= PIECE:
            self._let_go()

    def _let_go(self) -> None:
        if self._pieces:
            super()._adapter_emit_data(b"".join(self._pieces))
        self._pieces, self._size = [], 0


class RabbitPublisher:
    """Publishes windows with confirms: every parcel of a window is on its way before the first confirm is awaited.

    It drives pika's event loop itself, since the blocking adapter awaits a confirm after each message, which is ten
    times slower.
    """

    def __init__(self, nodes: Sequence[Parameters]) -> None:
        self._nodes = nodes
        self._connection: _Connection | None = None
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
            with channel.connection.gathering():
                for parcel in parcels:
                    self._last_tag += 1
                    self._unsettled[self._last_tag] = parcel
                    about = properties(parcel.type, str(parcel.message_id))
                    channel.basic_publish(EXCHANGE, parcel.type, parcel.body, about, mandatory=True)
            failpoints.reached("relay.sent")
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
        if (connection := self._connection) is not None:  # it may be closing this very moment, which pika allows for
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
            self._connection = _Connection(
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

    def _on_return(self, _channel: Channel, _method: Basic.Return, about: BasicProperties, _body: bytes) -> None:
        # The broker returns an unroutable message before it confirms it.
        if about.message_id is not None:
            self._returned.add(about.message_id)

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
