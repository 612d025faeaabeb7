"""How we deal with the broker: what a connection bears with, what a message says of itself, and what went wrong."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Final

import pika
from pika.connection import Parameters
from pika.exceptions import AMQPError
from pika.spec import BasicProperties

from shared.messaging.envelope import CONTENT_TYPE
from shared.messaging.transport import TransportError

CONNECT_TIMEOUT: Final = 10

# What goes wrong is raised, and reported once by whoever catches it; pika would tell it again, line by line.
logging.getLogger("pika").setLevel(logging.CRITICAL)


def parameters(url: str) -> Parameters:
    """Return how to connect to the node at the address."""
    found = pika.URLParameters(url)
    found.heartbeat = 30
    found.blocked_connection_timeout = 15  # else a memory alarm of the broker would hang the publisher for good
    found.socket_timeout = CONNECT_TIMEOUT
    found.stack_timeout = CONNECT_TIMEOUT + 5
    return found


def properties(message_type: str | None, message_id: str | None, **headers: str) -> BasicProperties:
    """Return what a message says of itself: it is kept on the disk."""
    return BasicProperties(
        content_type=CONTENT_TYPE, delivery_mode=2, message_id=message_id, type=message_type, headers=headers or None
    )


@contextlib.contextmanager
def as_transport_error(clean_up: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Turn what pika raises into TransportError, whose text names no address and no password, after ``clean_up``."""
    try:
        yield
    except TransportError:
        clean_up()
        raise
    except (AMQPError, OSError) as error:
        clean_up()
        raise TransportError(str(error) or type(error).__name__) from error
