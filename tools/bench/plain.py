"""Pika as it comes, publishing windows with confirms: the limit of our relay."""

import time
from collections.abc import Iterable
from itertools import islice
from typing import Any

import pika
from pika.channel import Channel

from shared.messaging.rabbit.dealing import properties
from shared.messaging.relay import WINDOW
from shared.messaging.transport import EXCHANGE, Parcel


class Publisher:
    """Publishes the parcels once, the next window when the one before is confirmed, and notes the ``seconds``."""

    def __init__(self, url: str, parcels: Iterable[Parcel]) -> None:
        self.seconds = 0.0
        self._left = iter(parcels)
        self._unconfirmed: set[int] = set()
        self._last_tag = 0
        self._began = 0.0
        self._connection = pika.SelectConnection(pika.URLParameters(url), on_open_callback=self._open)

    def run(self) -> None:
        """Publish all of them and return."""
        self._connection.ioloop.start()

    def _open(self, connection: pika.SelectConnection) -> None:
        connection.add_on_close_callback(lambda *_: connection.ioloop.stop())
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Channel) -> None:
        channel.confirm_delivery(
            lambda frame: self._on_confirm(channel, frame.method), callback=lambda _frame: self._begin(channel)
        )

    def _begin(self, channel: Channel) -> None:
        self._began = time.perf_counter()
        self._publish_a_window(channel)

    def _publish_a_window(self, channel: Channel) -> None:
        for parcel in islice(self._left, WINDOW):
            self._last_tag += 1
            self._unconfirmed.add(self._last_tag)
            about = properties(parcel.type, str(parcel.message_id))
            channel.basic_publish(EXCHANGE, parcel.type, parcel.body, about, mandatory=True)
        if not self._unconfirmed:
            self.seconds = time.perf_counter() - self._began
            self._connection.close()

    def _on_confirm(self, channel: Channel, method: Any) -> None:
        tag = method.delivery_tag
        self._unconfirmed -= {one for one in self._unconfirmed if one <= tag} if method.multiple else {tag}
        if not self._unconfirmed:
            self._publish_a_window(channel)
