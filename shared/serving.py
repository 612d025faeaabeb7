"""Serving a web application with gunicorn, in production shape and embedded alike."""

import gc
import os
import signal
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIApplication

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from shared import figures
from shared.draining import Departing, Draining

GRACE_SECONDS = 9
"""Requests in hand get this long after SIGTERM; the whole must be gone within 10 s."""


class _OurLogs(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Hands what gunicorn says to the logs that everything else goes to."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def serve(
    make_application: Callable[[], WSGIApplication],
    bind: str,
    *,
    workers: int,
    threads: int,
    started: Callable[[], None] = lambda: None,
    stopped: Callable[[], None] = lambda: None,
) -> None:
    """Serve until told to stop; the application is made in each worker process, after the fork.

    ``started`` runs in a worker process that is ready, ``stopped`` in one that ends.
    """

    def begin() -> None:
        _settle_down()
        started()

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": bind,
                "workers": workers,
                "threads": threads,
                "worker_class": Draining,
                "graceful_timeout": GRACE_SECONDS,
                "timeout": 60,
                "keepalive": 30,
                "control_socket_disable": True,
                "loglevel": "warning",
                "logger_class": _OurLogs,
                "limit_request_line": 8190,
                "when_ready": lambda _server: _settle_down(),
                "post_worker_init": lambda _worker: begin(),
                "worker_exit": lambda _server, _worker: stopped(),
                "child_exit": lambda _server, worker: figures.forget_process(worker.pid),
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> WSGIApplication:
            return make_application()

        def run(self) -> None:
            Departing(self).run()

    Server().run()


def give_up() -> None:
    """Stop the server whose worker process this is."""
    os.kill(os.getppid(), signal.SIGTERM)


def _settle_down() -> None:
    """Let the collector of garbage pass over what is there for good: looking takes time and copies shared memory."""
    gc.collect()
    gc.freeze()
