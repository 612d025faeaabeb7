"""The whole of Steward, started as a person starts it: embedded, and in the shape of production.

Tests and harnesses share it. What is not as it must be is an AssertionError, with what was answered.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import requests

ROOT: Final = Path(__file__).parents[1]
PASSWORD: Final = "for-tests-only-4711"  # noqa: S105  (made up)
START_SECONDS: Final = {"embedded": 120, "stack": 180}
SERVICES: Final = ("events", "signups", "partners")


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
        _must(answer.status_code == 200, answer.text)  # noqa: PLR2004
        return answer.json()

    def post(self, path: str, status: int, **rest: Any) -> Any:
        """Do something that must give this status."""
        answer = self.call("POST", path, **rest)
        _must(answer.status_code == status, f"{answer.status_code} {answer.text}")
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
            if answer.status_code == 200 and condition(answer.json()):  # noqa: PLR2004
                return answer.json()
            _must(time.monotonic() < deadline, f"not within {seconds} s: {answer.status_code} {answer.text}")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Say whether all services answer that they are ready."""
        return all(_ready(f"{self.origin}/{service}/readyz") for service in SERVICES)

    def supervised(self, *words: str) -> list[int]:
        """Return the pids of the stack's own processes whose command line holds all the words; none while it changes.

        A web server is found by its first process, which the others end with.
        """
        try:
            supervisor = int((self.folder / "var/stack/supervisord.pid").read_text())
            return [pid for pid in children(supervisor) if all(word in _command(pid) for word in words)]
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return []


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
    _must(event["status"] == "draft", event["status"])
    published = site.post(f"/events/api/v1/events/{event['id']}/publish", 200, token=token)
    _must(published["status"] == "published", published["status"])
    site.until(f"/signups/api/v1/events/{event['id']}/shifts", lambda found: found["items"], seconds=60)
    return dict(published)


def in_future(**distance: float) -> str:
    """A moment as the API writes it."""
    return (datetime.now(UTC) + timedelta(**distance)).isoformat()


def start(mode: str, folder: Path, port: int, settings: Mapping[str, str] = {}, words: tuple[str, ...] = ()) -> Site:
    """Start Steward on data in the folder and wait until all three services are ready."""
    environ = os.environ | {
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "STEWARD_ADMIN_PASSWORD": PASSWORD,
        "STEWARD_RATE_LIMIT": "off",
        "STEWARD_QUIET_HOURS": "off",  # tests run at night as well
        **settings,
    }
    with (folder / "output.log").open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "services", mode, *words],
            cwd=folder,
            env=environ,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    site = Site(mode, f"http://127.0.0.1:{port}", folder, process)
    deadline = time.monotonic() + START_SECONDS[mode]
    while not site.is_ready():
        said = (folder / "output.log").read_text()
        if process.poll() is not None or time.monotonic() > deadline:
            stop(site)
            raise AssertionError(said)
        time.sleep(0.1)
    return site


def stop(site: Site) -> None:
    """Stop Steward as Ctrl-C does; it must end, which takes a busy machine longer."""
    site.process.send_signal(signal.SIGINT)
    site.process.wait(timeout=60)


def processes(*words: str) -> list[int]:
    """The pids of the processes whose command line holds all the words."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if all(word in _command(pid) for word in words)]


def kill(site: Site, *words: str) -> None:
    """End the site's processes with these words, as a power cut would."""
    pids = processes(str(site.folder), *words)
    _must(bool(pids), f"nobody runs {words}")
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """The pids of a process's children, whichever of its threads they are of."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def family(pid: int) -> list[int]:
    """The pids of a process and of all that came of it and lives."""
    try:
        return [pid, *(one for child in children(pid) for one in family(child))]
    except OSError:
        return []  # it has just ended


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""  # it has just ended


def _ready(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).status_code == 200  # noqa: PLR2004
    except (requests.ConnectionError, requests.Timeout):
        return False


def _must(holds: bool, said: str) -> None:  # noqa: FBT001
    if not holds:
        raise AssertionError(said)
