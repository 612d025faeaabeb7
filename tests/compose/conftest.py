"""A Steward in containers of its own, made as an operator makes it, and taken away afterwards."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.journeys.conftest import PASSWORD, ROOT, Site, free_port

SERVICES = ("events", "signups", "partners")
ROLES = [f"{service}-{role}" for service in SERVICES for role in ("web", "worker")]
ONCE = ("definitions", "prepare")
COPIED = ("docker-compose.yml", "Dockerfile", ".dockerignore", "deploy", "services", "shared", "tools")
PROJECT = "steward-test"
VERSION = "compose-test"
BUILT_WITHIN = 1200
UP_WITHIN = 600


@dataclass
class Containers:
    """The project's containers, each by its name in docker-compose.yml."""

    folder: Path
    ports: dict[str, int]

    def compose(self, *words: str, seconds: float = 120) -> str:
        """Run Compose and return what it printed."""
        return run(
            *os.environ["COMPOSE"].split(), "--project-name", PROJECT, *words, folder=self.folder, seconds=seconds
        )

    def find(self, name: str | None = None) -> list[str]:
        """Return the ids of the containers of that name, or of all, whether they run or not."""
        labels = {"project": PROJECT} | ({"service": name} if name else {})
        filters = [f"--filter=label=com.docker.compose.{label}={value}" for label, value in labels.items()]
        return run("docker", "ps", "--all", "--quiet", *filters).split()

    def inspect(self, name: str) -> dict[str, Any]:
        """Return what the engine knows of the container."""
        [found] = json.loads(run("docker", "inspect", *self.find(name)))
        return dict(found)

    def inside(self, name: str, command: str) -> int:
        """Run a shell's command in the container and return its exit status."""
        words = ["docker", "exec", *self.find(name), "sh", "-c", command]
        return subprocess.run(words, check=False, capture_output=True, timeout=60).returncode

    def crash(self, name: str) -> None:
        """Kill all that runs in the container, but not by the engine, which would take that for our wish to stop it."""
        self.inside(name, "kill -9 -1")

    def said(self, name: str) -> str:
        """Return the container's log."""
        return run("docker", "logs", *self.find(name))

    def until(self, condition: Any, seconds: float = 120) -> None:
        """Look until the condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, run("docker", "ps", "--all")
            time.sleep(1)

    def is_well(self, name: str) -> bool:
        """Say whether it runs, and is healthy where it is watched."""
        state = self.inspect(name)["State"]
        return bool(state["Running"] and state.get("Health", {"Status": "healthy"})["Status"] == "healthy")


def run(*words: str, folder: Path | None = None, seconds: float = 60) -> str:
    """Run a command and return all it printed; what it printed is in the failure, too."""
    done = subprocess.run(
        words, cwd=folder, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="session")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    """All containers, up."""
    folder = tmp_path_factory.mktemp("operator")
    for name in [*COPIED, *(file.name for file in ROOT.glob("requirements*.lock"))]:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    running = Containers(folder, {name: free_port() for name in ("PORT", "TLS_PORT", "RABBITMQ_PORT")})
    _configure(running)
    running.compose("build", seconds=BUILT_WITHIN)
    try:
        running.compose("up", "--detach", seconds=UP_WITHIN)
        running.until(lambda: running.is_well("gateway"))
        yield running
    finally:
        running.compose("down", "--volumes")
        run("docker", "rmi", *(f"{image}:{VERSION}" for image in ("steward", "steward-gateway", "steward-mail")))


def _configure(containers: Containers) -> None:
    """Do what an operator does: tools/env, a certificate, a mail server; and what lets the test come in."""
    folder, ports = containers.folder, containers.ports
    run("tools/env", f"https://localhost:{ports['TLS_PORT']}", folder=folder)
    settings = {**ports, "COMPOSE_PROFILES": "dev", "STEWARD_VERSION": VERSION, "STEWARD_QUIET_HOURS": "off"}
    given = [line for line in (folder / ".env").read_text().splitlines() if line.split("=")[0] not in settings]
    (folder / ".env").write_text("\n".join([*given, *(f"{name}={value}" for name, value in settings.items())]) + "\n")
    certificate, key = _certificate()
    for name, text in {
        "admin_password": PASSWORD,
        "smtp_url": "smtp://mail:8025",
        "tls_certificate": certificate,
        "tls_key": key,
    }.items():
        (folder / "secrets" / name).unlink()
        (folder / "secrets" / name).write_text(text)


def _certificate() -> tuple[str, str]:
    """Return a certificate for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), key.private_bytes(*form).decode()


@pytest.fixture(scope="session")
def site(containers: Containers) -> Iterator[Site]:
    """The same, as people come to it: over HTTPS, through the gateway."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(containers.folder / "secrets/tls_certificate"))
        origin = f"https://localhost:{containers.ports['TLS_PORT']}"
        assert requests.get(f"{origin}/events/readyz", timeout=10).status_code == 200
        yield Site("compose", origin, containers.folder, None)  # type: ignore[arg-type]  # nothing here starts it
