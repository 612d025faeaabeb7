"""How a node of the broker is connected to, and what is said when that fails."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Final

import pika
from pika.exceptions import AMQPError

from shared.messaging.transport import TransportError

CONNECT_TIMEOUT: Final = 10

# What goes wrong is raised, and reported once by whoever catches it; pika would tell it again, line by line.
logging.getLogger("pika").setLevel(logging.CRITICAL)


def parameters(url: str) -> pika.connection.Parameters:
    """Return how the node at the address is connected to."""
    found = pika.URLParameters(url)
    found.heartbeat = 30
    found.blocked_connection_timeout = 15  # else a memory alarm of the broker would hang the publisher for good
    found.socket_timeout = CONNECT_TIMEOUT
    found.stack_timeout = CONNECT_TIMEOUT + 5
    return found


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
