"""The private PostgreSQL and RabbitMQ of one test run: started when the first test asks, shared by all workers.

They belong to the process that began the run (with xdist: the one that hands out the tests), which answers the
workers on a socket and stops the servers at the end. Should it be killed, the servers end with it.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from multiprocessing.connection import Client, Listener
from pathlib import Path

from shared.native.postgres import PrivatePostgres
from shared.native.rabbitmq import PrivateRabbitMQ

ADDRESS = "STEWARD_TEST_SERVERS"
VHOSTS_AT_ONCE = 16
SERVICES = sorted(
    folder.name for folder in (Path(__file__).parents[1] / "services").iterdir() if (folder / "app.py").exists()
)


class Servers:
    """Starts each server at the first request for it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="steward-tests-"))
        self._folder.chmod(0o711)  # PostgreSQL runs as somebody else when we are root
        self._postgres: PrivatePostgres | None = None
        self._rabbitmq: PrivateRabbitMQ | None = None
        self._vhosts: list[str] = []
        self._made = 0
        self._requests: dict[str, Callable[[], str]] = {"postgres": self._postgres_url, "amqp": self._amqp_url}
        self._listener = Listener(str(self._folder / "socket"), "AF_UNIX", backlog=16)
        # The servers are children of this thread, and die with it.
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        os.environ[ADDRESS] = str(self._folder / "socket")

    def stop(self) -> None:
        """Stop what was started and remove its data."""
        ask("end")
        self._thread.join()
        self._listener.close()
        del os.environ[ADDRESS]
        shutil.rmtree(self._folder)

    def _serve(self) -> None:
        while True:
            with self._listener.accept() as connection:
                request = connection.recv()
                if request == "end":
                    if self._rabbitmq is not None:
                        self._rabbitmq.kill()  # quicker than to stop it, and its data go anyway
                        self._rabbitmq.stop()
                    if self._postgres is not None:
                        self._postgres.stop()
                    connection.send((True, ""))
                    return
                try:
                    answer = True, self._requests[request]()
                except Exception as error:  # noqa: BLE001 - the test that asked fails with it; a silent thread hangs all
                    answer = False, str(error)
                connection.send(answer)

    def _postgres_url(self) -> str:
        if self._postgres is None:
            server = PrivatePostgres(self._folder / "postgres", durable=False)
            server.start()
            self._postgres = server
        return self._postgres.url()

    def _amqp_url(self) -> str:
        if self._rabbitmq is None:
            server = PrivateRabbitMQ(self._folder / "rabbitmq", SERVICES, self._new_vhosts())
            server.start()
            self._rabbitmq = server
            self._vhosts = list(server.vhosts)
        elif not self._vhosts:
            self._vhosts = self._new_vhosts()
            self._rabbitmq.add_vhosts(self._vhosts)
        return self._rabbitmq.url(vhost=self._vhosts.pop())

    def _new_vhosts(self) -> list[str]:
        self._made += VHOSTS_AT_ONCE
        return [f"test-{self._made - number}" for number in range(VHOSTS_AT_ONCE)]


def ask(request: str) -> str:
    """Return the server's answer to ``postgres`` or ``amqp``: a URL. Raises RuntimeError with one line to read."""
    with Client(os.environ[ADDRESS], "AF_UNIX") as connection:
        connection.send(request)
        worked, answer = connection.recv()
    if not worked:
        raise RuntimeError(answer)
    return str(answer)
