"""Ending without turning anybody away who has come already."""

from gunicorn.workers.gthread import ThreadWorker


class Draining(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker that, told to stop, takes in whoever waits at the door, and then closes it.

    Without this the door stays open for as long as requests in hand take, and whoever comes meanwhile waits there until
    the connection breaks. A gateway cannot tell whether such a form had arrived, so it must not send it elsewhere.
    """

    door_is_open = True

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
