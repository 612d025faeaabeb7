"""The one origin in front of the services: nginx, with the configuration that stands in deploy/gateway."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final

from shared.native.parts import LOOPBACK, child_command, find
from shared.native.server import PrivateServer, accepts

SOURCE: Final = Path(__file__).resolve().parents[2] / "deploy" / "gateway"


def upstreams(addresses: Mapping[str, Sequence[str]]) -> str:
    """Return upstreams.conf for these services (name -> host:port of each of its web servers).

    A path that names no service goes to the first one, whose "not found" page is friendlier than nginx's.
    """
    lines = ["# Which services there are (first path segment -> upstream), and where their web processes listen."]
    lines += ["map $uri $service {", f"    default {next(iter(addresses))};"]
    lines += [f"    ~^/{service}(/|$) {service};" for service in addresses]
    lines += ["}"]
    for service, servers in addresses.items():
        lines += [f"upstream {service} {{"]
        lines += [f"    server {server} max_fails=0;" for server in servers]
        lines += ["    keepalive 32;", "}"]
    return "\n".join(lines) + "\n"


class Gateway(PrivateServer):
    """nginx at ``port`` of 127.0.0.1, in front of the services' web servers (name -> host:port of each).

    ``scheme`` is the one by which people come, which a proxy in front may have ended; ``proxies`` are the addresses of
    those that may say who somebody is.
    """

    name: ClassVar[str] = "nginx"

    def __init__(
        self,
        folder: Path,
        addresses: Mapping[str, Sequence[str]],
        port: int,
        *,
        scheme: str = "http",
        proxies: Sequence[str] = (),
    ) -> None:
        super().__init__(folder)
        self.addresses = addresses
        self.port = port
        self.scheme = scheme
        self.proxies = proxies

    def prepare(self) -> None:
        """Lay out nginx's folder: the common configuration, and what is particular to this place."""
        (self.folder / "temp").mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCE / "nginx.conf", self.folder)
        shutil.copytree(SOURCE / "pages", self.folder / "pages", dirs_exist_ok=True)
        lines = [f"listen {LOOPBACK}:{self.port};", f"set $origin_scheme {self.scheme};"]
        lines += [f"set_real_ip_from {proxy};" for proxy in self.proxies]
        lines += ["real_ip_header X-Forwarded-For;"]
        (self.folder / "listen.conf").write_text("\n".join(lines) + "\n", encoding="ascii")
        (self.folder / "upstreams.conf").write_text(upstreams(self.addresses), encoding="ascii")

    @property
    def command(self) -> list[str]:
        """One process in the foreground: a killed master would leave workers behind that hold the port."""
        program = find("nginx", "nginx", "nginx")
        directives = "daemon off; master_process off;"
        return child_command([program, "-p", self.folder, "-c", "nginx.conf", "-e", "stderr", "-g", directives])

    def answers(self) -> bool:
        """Say whether it accepts connections."""
        return accepts(self.port)
