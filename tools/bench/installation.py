"""A Steward to measure: the native stack in a folder of its own, with one event that has much room."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final
from uuid import uuid4

import orjson
import psycopg
import requests
from sqlalchemy import make_url

from shared.native import surroundings
from shared.native.parts import kept_port

ROOT: Final = Path(__file__).parents[2]
PASSWORD: Final = "for-this-run-only-4711"  # noqa: S105
PLACES: Final = 20_000
"""More than an organizer may ask for; they are written as rows."""
MAKE_ROOM: Final = """
WITH roomy AS (UPDATE shifts SET capacity = %(places)s WHERE id = %(shift)s)
INSERT INTO places (shift_id, number) SELECT %(shift)s, n FROM generate_series(2, %(places)s) AS n
"""
STARTS_WITHIN: Final = 120.0


@dataclass(frozen=True, slots=True)
class Installation:
    """A running stack; its web servers are asked without the gateway, as hello-world is."""

    folder: Path
    origin: str
    pid: int

    @property
    def settings(self) -> dict[str, str]:
        """The environment of its processes."""
        return surroundings.kept(self.folder / "var" / "stack")

    def port(self, service: str) -> int:
        """Return the port of the service's web server."""
        return int((self.folder / "var" / "stack" / "ports" / f"{service}-web").read_text())

    def call(self, method: str, path: str, *, token: str = "", json: Any = None) -> Any:
        """Send one request to the API, which must succeed, and return the answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = requests.request(method, self.origin + path, json=json, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def event(self) -> dict[str, Any]:
        """Publish an event with one large shift, and return it once it can be signed up for."""
        body = {"username": "admin", "password": PASSWORD}
        token = self.call("POST", "/events/api/v1/sessions", json=body)["token"]
        times = {
            "starts_at": (datetime.now(UTC) + timedelta(days=10)).isoformat(),
            "ends_at": (datetime.now(UTC) + timedelta(days=10, hours=3)).isoformat(),
        }
        body = times | {
            "title": "端午包粽子",
            "summary": "一起包粽子、套圈，欢迎参加。",
            "venue": {"name": "社区广场", "address": "朝阳路1号"},
            "conditions": "身体健康",
            "how_to_sign_up": "扫码报名",
            "risks": "注意防滑，现场有急救箱。",
            "shifts": [times | {"role": "引导", "capacity": 1}],
            "programme": [],
            "reminders": [],
        }
        event = self.call("POST", "/events/api/v1/events", token=token, json=body)
        event = self.call("POST", f"/events/api/v1/events/{event['id']}/publish", token=token)
        deadline = monotonic() + STARTS_WITHIN
        shifts = f"{self.origin}/signups/api/v1/events/{event['id']}/shifts"
        while requests.get(shifts, timeout=30).status_code != HTTPStatus.OK:
            if monotonic() > deadline:
                raise TimeoutError("the event does not come into the sign-up service")
            sleep(0.1)
        url = make_url(self.settings["STEWARD_SIGNUPS_DATABASE_URL"]).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(MAKE_ROOM, {"places": PLACES, "shift": event["shifts"][0]["id"]})
            connection.execute("VACUUM ANALYZE places")
        return dict(event)


@contextmanager
def running() -> Iterator[Installation]:
    """Start a stack, and take it away with all its data at the end."""
    folder = Path(tempfile.mkdtemp(prefix="steward-bench-"))
    folder.chmod(0o711)  # PostgreSQL runs as somebody else when we are root
    environ = dict(os.environ) | {"PYTHONPATH": str(ROOT), "STEWARD_ADMIN_PASSWORD": PASSWORD}
    port = kept_port(folder / "port")
    words = [sys.executable, "-m", "services", "stack", "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        words, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        said = ""
        for line in process.stdout or ():
            said += line
            if re.search("Ctrl-C", line):
                break
        else:
            raise SystemExit(said)
        yield Installation(folder, f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)  # a server that was killed may still be tidying up


def somebody(shift_id: str, _number: int) -> bytes:
    """Return the request of somebody who signs up, each with a name and a phone of their own."""
    unique = uuid4().int
    body = orjson.dumps(
        {
            "shift_id": shift_id,
            "name": f"志愿者{''.join(chr(0x4E00 + unique // 20_000**place % 20_000) for place in range(3))}",
            "phone": f"139{unique % 10**8:08d}",
            "consent": True,
        }
    )
    head = (
        f"POST /signups/api/v1/signups HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Forwarded-For: {_address(unique)}\r\nIdempotency-Key: {uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def page(path: str, number: int, *headers: str) -> bytes:
    """Return the request for a page as a browser in China sends it."""
    words = [
        f"GET {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Accept-Language: zh-CN",
        "Accept-Encoding: gzip",
        f"X-Forwarded-For: {_address(number)}",
        *headers,
    ]
    return ("\r\n".join(words) + "\r\n\r\n").encode()


def _address(number: int) -> str:
    """Return an address as people have many: limits count by it."""
    return f"10.{number % 199}.{number % 211}.{number % 223}"
