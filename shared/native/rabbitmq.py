"""A private RabbitMQ broker, and the port mapper that Erlang wants beside it."""

import json
import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

from shared.native.definitions import ADMIN, VHOST, definitions
from shared.native.parts import LOOPBACK, child_command, find, kept_port, kept_secret
from shared.native.server import PrivateServer, accepts

PART: Final = "RabbitMQ's server"
PACKAGE: Final = "rabbitmq-server"
PROTOCOL_HEADER: Final = b"AMQP\x00\x00\x09\x01"


class PortMapper(PrivateServer):
    """Erlang's ``epmd`` on a port of its own, so that the machine's is neither used nor disturbed."""

    name: ClassVar[str] = "epmd"

    def prepare(self) -> None:
        """Choose a port."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = kept_port(self.folder / "port")

    @property
    def command(self) -> list[str]:
        """The mapper in the foreground."""
        program = find("epmd", PART, PACKAGE)
        return child_command([program, "-port", str(self.port), "-address", LOOPBACK])

    def answers(self) -> bool:
        """Say whether the mapper accepts connections."""
        return accepts(self.port)


class RabbitMQNode(PrivateServer):
    """A RabbitMQ node of our own, under any account, with an administrator and one user for each service.

    ``vhosts`` are made at the start, all alike. Limits for memory and disk are set so that a small machine, or a
    nearly full one, raises no alarm. Nodes with the same ``home`` (cookie and passwords) and ``port_mapper``, which
    has to run before them, become a cluster when each is told the names of all as ``cluster``.
    """

    name: ClassVar[str] = "RabbitMQ"

    def __init__(
        self,
        folder: Path,
        services: Sequence[str],
        vhosts: Sequence[str],
        port_mapper: PortMapper,
        *,
        home: Path | None = None,
        node: str = "steward@localhost",
        cluster: Sequence[str] = (),
    ) -> None:
        super().__init__(folder)
        self.services = services
        self.vhosts = vhosts
        self.port_mapper = port_mapper
        self.node = node
        self._home = self.folder if home is None else home.resolve()
        self._cluster = cluster
        self._distribution_port = 0
        self._passwords: dict[str, str] = {}

    def prepare(self) -> None:
        """Write the configuration and the definitions, with passwords that are made once, and choose ports."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._passwords = {user: kept_secret(self._home / f"password-{user}") for user in (*self.services, ADMIN)}
        cookie = self._home / ".erlang.cookie"
        kept_secret(cookie)
        cookie.chmod(0o400)  # Erlang refuses a cookie that others could read or that is not its user's
        self.port = kept_port(self.folder / "port")
        self._distribution_port = kept_port(self.folder / "distribution-port")
        self._write_secret("definitions.json", json.dumps(definitions(self._passwords, self.vhosts)))
        self._write_secret("rabbitmq.conf", self._configuration())
        self._write_secret("enabled_plugins", "[].\n")

    @property
    def command(self) -> list[str]:
        """The broker in the foreground: the script becomes the node, so that signals reach the node itself."""
        patterns = ["/usr/lib/rabbitmq/bin/rabbitmq-server"]
        return child_command([find("rabbitmq-server", PART, PACKAGE, patterns)])

    @property
    def environment(self) -> Mapping[str, str]:
        """A home, ports and folders of its own, and nothing of the machine's configuration."""
        here = str(self.folder)
        return {
            "HOME": str(self._home),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": f"{here}/data",
            "RABBITMQ_LOG_BASE": f"{here}/log",
            "RABBITMQ_CONFIG_FILE": f"{here}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{here}/advanced.config",
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{here}/enabled_plugins",
            "RABBITMQ_PID_FILE": f"{here}/pid",
            "ERL_EPMD_PORT": str(self.port_mapper.port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            # Only then does the start script replace itself with the node instead of standing before it.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def add_vhosts(self, vhosts: Sequence[str]) -> None:
        """Make more vhosts, like those made at the start, while the broker runs."""
        file = self.folder / "more-definitions.json"
        self._write_secret(file.name, json.dumps(definitions(self._passwords, vhosts)))
        self.control("import_definitions", str(file))
        self.vhosts = [*self.vhosts, *vhosts]

    def control(self, *words: str) -> str:
        """Run ``rabbitmqctl`` with these words against this broker and return what it prints."""
        program = find("rabbitmqctl", PART, PACKAGE, ["/usr/lib/rabbitmq/bin/rabbitmqctl"])
        done = subprocess.run(  # noqa: S603 - our own command
            [program, "--quiet", *words],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def answers(self) -> bool:
        """Say whether a client gets the broker's greeting, which it gives once it has loaded everything."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=5) as connection:
                connection.sendall(PROTOCOL_HEADER)
                # Method frame on channel 0, class 10, method 10: Connection.Start.
                return connection.recv(11)[7:11] == b"\x00\x0a\x00\x0a"
        except OSError:
            return False

    def url(self, user: str = ADMIN, vhost: str = VHOST) -> str:
        """Return the address for the user; without one, the administrator's."""
        return f"amqp://{user}:{self._passwords[user]}@{LOOPBACK}:{self.port}/{quote(vhost, safe='')}"

    def _configuration(self) -> str:
        lines = {
            "load_definitions": self.folder / "definitions.json",
            "log.console": "true",
            "log.console.level": "warning",
            "log.file": "false",
            "disk_free_limit.absolute": "50MB",
            "vm_memory_high_watermark.relative": "0.7",
            # The log of quorum queues is kept in memory until it is this long; the default is 512 MiB.
            "raft.wal_max_size_bytes": 32 * 1024 * 1024,
        }
        if self._cluster:
            lines["cluster_formation.peer_discovery_backend"] = "classic_config"
            lines |= {f"cluster_formation.classic_config.nodes.{n}": one for n, one in enumerate(self._cluster, 1)}
        return "".join(f"{key} = {value}\n" for key, value in lines.items())

    def _write_secret(self, name: str, text: str) -> None:
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")


class PrivateRabbitMQ(RabbitMQNode):
    """A broker of one node, which brings its port mapper along."""

    def __init__(self, folder: Path, services: Sequence[str], vhosts: Sequence[str] = (VHOST,)) -> None:
        super().__init__(folder, services, vhosts, PortMapper(folder.resolve() / "epmd"))

    def prepare(self) -> None:
        """Prepare the port mapper as well, and first: the broker is told its port."""
        if not self.port_mapper.is_running:
            self.port_mapper.prepare()
        super().prepare()

    def start(self) -> None:
        """Start the port mapper and the broker; raises PartMissing or DidNotStart."""
        if not self.port_mapper.is_running:
            self.port_mapper.start()
        try:
            super().start()
        except BaseException:
            self.port_mapper.stop()
            raise

    def stop(self, timeout: float = 20.0) -> None:
        """Stop the broker and its port mapper."""
        super().stop(timeout)
        self.port_mapper.stop()
