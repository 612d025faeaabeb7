"""A broker of three nodes on this machine, each with ports and data of its own."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from shared.native.definitions import ADMIN, VHOST
from shared.native.rabbitmq import PortMapper, RabbitMQNode

NAMES = [f"steward-{number}@localhost" for number in (1, 2, 3)]


class Cluster:
    """Three nodes that find each other by their names, with one cookie and one port mapper."""

    def __init__(self, folder: Path, services: list[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._port_mapper = PortMapper(folder / "epmd")
        self._starters = ThreadPoolExecutor(len(NAMES))  # a node ends with the thread that started it
        self.nodes = [
            RabbitMQNode(
                folder / name.partition("@")[0],
                services,
                [VHOST],
                self._port_mapper,
                home=folder,
                node=name,
                cluster=NAMES,
            )
            for name in NAMES
        ]

    def start(self) -> None:
        """Start all nodes at once; they agree on who is first."""
        self._port_mapper.start()
        self.nodes[0].prepare()  # makes what they share
        list(self._starters.map(RabbitMQNode.start, self.nodes))

    def stop(self) -> None:
        """End all nodes; nobody needs their data any more."""
        for node in self.nodes:
            node.kill()
        self._port_mapper.stop()
        self._starters.shutdown()

    def urls(self, user: str = ADMIN) -> list[str]:
        """Return the address of each node for the user."""
        return [node.url(user) for node in self.nodes]

    def queues(self) -> dict[str, dict[str, Any]]:
        """Return what a node that runs knows of each queue: its ``leader`` and its ``members``, by their names."""
        node = next(node for node in self.nodes if node.is_running)
        columns = ("name", "leader", "members")
        found = json.loads(node.control("--formatter", "json", "list_queues", "--vhost", VHOST, *columns))
        return {queue["name"]: queue for queue in found}

    def node(self, name: str) -> RabbitMQNode:
        """Return the node of this name."""
        return next(node for node in self.nodes if node.node == name)
