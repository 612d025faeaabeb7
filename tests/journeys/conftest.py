"""The whole of Steward, started as a person starts it: embedded, and in the shape of production."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

ROOT = Path(__file__).parents[2]
PASSWORD = "for-tests-only-4711"
START_SECONDS = {"embedded": 30, "stack": 90}


@dataclass
class Site:
    """A running Steward and its address."""

    mode: str
    origin: str
    folder: Path
    process: subprocess.Popen[bytes]

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: Any = None,
        headers: Mapping[str, str] = {},
    ) -> requests.Response:
        """Send one request to the API."""
        sent = dict(headers) | ({"Authorization": f"Bearer {token}"} if token else {})
        return requests.request(method, self.origin + path, json=json, headers=sent, timeout=30)

    def get(self, path: str, **rest: Any) -> Any:
        """Read something that must be there."""
        answer = self.call("GET", path, **rest)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, status: int, **rest: Any) -> Any:
        """Do something that must give this status."""
        answer = self.call("POST", path, **rest)
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json()

    def sign_in(self) -> str:
        """Return an organizer's token."""
        body = {"username": "admin", "password": PASSWORD}
        return str(self.post("/events/api/v1/sessions", 201, json=body)["token"])

    def sign_up(self, shift_id: str, number: int, **entered: Any) -> requests.Response:
        """Sign somebody up; ``number`` makes their phone."""
        body = {"shift_id": shift_id, "name": f"志愿者{number}", "phone": f"138{number:08d}", "consent": True}
        headers = {"Idempotency-Key": str(uuid4())}
        return self.call("POST", "/signups/api/v1/signups", json=body | entered, headers=headers)

    def until(self, path: str, condition: Any, *, token: str | None = None, seconds: float = 10) -> Any:
        """Read until the condition holds of what is read."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.call("GET", path, token=token)
            if answer.status_code == 200 and condition(answer.json()):
                return answer.json()
            assert time.monotonic() < deadline, f"not within {seconds} s: {answer.status_code} {answer.text}"
            time.sleep(0.05)


def an_event(site: Site, token: str, **changes: Any) -> dict[str, Any]:
    """A published event with two shifts, ten days from now, that the sign-up service knows of."""
    starts_at, ends_at = in_future(days=10), in_future(days=10, hours=3)
    body = {
        "title": "端午包粽子",
        "summary": "一起包粽子、套圈，欢迎参加。",
        "venue": {"name": "社区广场", "address": "朝阳路1号"},
        "starts_at": starts_at,
        "ends_at": ends_at,
        "conditions": "身体健康",
        "how_to_sign_up": "扫码报名",
        "risks": "注意防滑，现场有急救箱。",
        "shifts": [
            {"role": "包粽子", "starts_at": starts_at, "ends_at": ends_at, "capacity": 50},
            {"role": "套圈", "starts_at": starts_at, "ends_at": ends_at, "capacity": 6},
        ],
        "programme": [],
        "reminders": [],
    } | changes
    event = site.post("/events/api/v1/events", 201, token=token, json=body)
    assert event["status"] == "draft"
    published = site.post(f"/events/api/v1/events/{event['id']}/publish", 200, token=token)
    assert published["status"] == "published"
    site.until(f"/signups/api/v1/events/{event['id']}/shifts", lambda found: found["items"])
    return dict(published)


def in_future(**distance: float) -> str:
    """A moment as the API writes it."""
    return (datetime.now(UTC) + timedelta(**distance)).isoformat()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(mode: str, folder: Path, port: int) -> Site:
    """Start Steward on data in the folder and wait until all three services are ready."""
    environ = os.environ | {
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "STEWARD_ADMIN_PASSWORD": PASSWORD,
        "STEWARD_RATE_LIMIT": "off",
        "STEWARD_QUIET_HOURS": "off",  # tests run at night as well
    }
    with (folder / "output.log").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services", mode],
            cwd=folder,
            env=environ,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    site = Site(mode, f"http://127.0.0.1:{port}", folder, process)
    deadline = time.monotonic() + START_SECONDS[mode]
    for service in ("events", "signups", "partners"):
        while not _ready(f"{site.origin}/{service}/readyz"):
            said = (folder / "output.log").read_text()
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
    return site


def stop(site: Site) -> None:
    """Stop Steward as Ctrl-C does; it must end within its ten seconds, and a little for the servers under it."""
    site.process.send_signal(signal.SIGINT)
    site.process.wait(timeout=20)


def _ready(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).status_code == 200
    except (requests.ConnectionError, requests.Timeout):
        return False


def processes(*words: str) -> list[int]:
    """The pids of the processes whose command line holds all the words."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # it has just ended
            if all(word in command for word in words):
                found.append(int(entry.name))
    return found


def kill(site: Site, *words: str) -> None:
    """End the site's processes with these words, as a power cut would."""
    pids = processes(str(site.folder), *words)
    assert pids, words
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """The pids of a process's children."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Steward in one process."""
    site = start("embedded", tmp_path_factory.mktemp("embedded"), free_port())
    yield site
    stop(site)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Steward in the shape of production."""
    site = start("stack", tmp_path_factory.mktemp("stack"), free_port())
    yield site
    stop(site)


@pytest.fixture(
    scope="session",
    params=[
        "embedded",
        pytest.param("stack", marks=pytest.mark.real),
    ],
)
def site(request: pytest.FixtureRequest) -> Site:
    """Steward, running in each of its modes; shared by the tests, so each makes its own event."""
    running: Site = request.getfixturevalue(request.param)
    return running
