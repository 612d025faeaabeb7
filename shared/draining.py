"""Ending without turning anybody away who has come already."""

import contextlib
import ctypes
import socket
import struct
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

from shared.arriving import came

ATTACH_FILTER: Final = 26
"""Linux's SO_ATTACH_FILTER, which Python does not name."""
NO_NEWCOMERS: Final = [
    (0x30, 0, 0, 13),  # load the TCP header's byte of flags
    (0x54, 0, 0, 0x12),  # of which SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone opens a connection:
    (0x06, 0, 0, 0),  # drop it
    (0x06, 0, 0, 0xFFFFFFFF),  # take all else
]
"""A packet filter (BPF: code, jump if true, jump if false, operand)."""


class Departing(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """A master that, told to stop, lets nobody come any more, before its workers take in those who have come.

    A door cannot be seen empty and shut in one step: whoever comes in between would be cut off. Those whose first
    packet is dropped ask again a second later, and are refused then, so that a gateway tries the next server.
    """

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002 - gunicorn's
        """Stop the workers."""
        _let_nobody_come(self.LISTENERS)
        super().stop(graceful)


class Draining(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker that, told to stop, takes in whoever waits at the door, and then closes it.

    Without this the door stays open for as long as requests in hand take, and whoever comes meanwhile waits there until
    the connection breaks. A gateway cannot tell whether such a form had arrived, so it must not send it elsewhere.
    """

    door_is_open = True
    has_finished_one = False
    """Whether a request was finished since somebody was let in."""

    @property
    def worker_connections(self) -> int:
        """How many connections there may be, which gunicorn looks at before it lets another in.

        A worker whose threads are all busy leaves newcomers to one that has a free thread, and lets one in itself for
        each request that it has finished, so that nobody waits at the door for ever. Else whoever is awake first takes
        all of a crowd, and those wait for it as long as they stay connected.
        """
        in_hand = self.nr_conns - len(self.keepalived_conns) - len(self.pending_conns)
        lets_in = in_hand < self.cfg.threads or self.has_finished_one
        return int(self.cfg.worker_connections if lets_in else self.nr_conns)

    @worker_connections.setter
    def worker_connections(self, most: int) -> None:
        """Take no notice of what gunicorn sets it to at first, which is its configuration's."""

    def accept(self, listener: Any) -> None:
        """Let somebody in."""
        self.has_finished_one = False
        super().accept(listener)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Note that a thread is free again."""
        self.has_finished_one = True
        super().finish_request(conn, fs)

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """Note when the next request of a connection that was kept came."""
        conn.came = perf_counter()
        super().on_client_socket_readable(conn, client)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer it; a request that came at once with the one before, or on a new connection, came just now."""
        token = came.set(vars(conn).pop("came", None))
        try:
            return super().handle_request(req, conn)
        finally:
            came.reset(token)

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - gunicorn's
        """Begin or end taking in connections; for good where the worker is to stop."""
        super().set_accept_enabled(enabled)
        if not self.alive and self.door_is_open:  # it is told twice where it was busy when it was told to stop
            self.door_is_open = False
            for listener in self.sockets:
                self._take_all(listener)
                listener.close()

    def _take_all(self, listener: object) -> None:
        """Accept until nobody is left, which shows in the number of connections."""
        before = -1
        while self.nr_conns > before:
            before = self.nr_conns
            self.accept(listener)


def _let_nobody_come(listeners: Sequence[object]) -> None:
    """Drop what would open a new connection, on TCP and where the kernel can; else nothing happens."""
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in NO_NEWCOMERS))
    described = struct.pack("HL", len(NO_NEWCOMERS), ctypes.addressof(program))
    for listener in listeners:
        door = getattr(listener, "sock", None)
        if isinstance(door, socket.socket) and door.family in {socket.AF_INET, socket.AF_INET6}:
            with contextlib.suppress(OSError):
                door.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, described)
