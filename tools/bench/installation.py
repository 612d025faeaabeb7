"""A Steward to measure: the native stack in a folder of its own, with one event that has much room."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import orjson
import psycopg
from sqlalchemy import make_url

from shared.native import surroundings
from shared.native.parts import free_port
from tools import sites

PLACES: Final = 20_000
"""More than an organizer may ask for; they are written as rows."""
MAKE_ROOM: Final = """
WITH roomy AS (UPDATE shifts SET capacity = %(places)s WHERE id = %(shift)s)
INSERT INTO places (shift_id, number) SELECT %(shift)s, n FROM generate_series(2, %(places)s) AS n
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """A running stack; its web servers are asked without the gateway, as hello-world is."""

    site: sites.Site

    @property
    def pid(self) -> int:
        """The process that started all others."""
        return self.site.process.pid

    @property
    def settings(self) -> dict[str, str]:
        """The environment of its processes."""
        return surroundings.kept(self.site.folder / "var" / "stack")

    def port(self, service: str) -> int:
        """Return the port of the service's web server."""
        return int((self.site.folder / "var" / "stack" / "ports" / f"{service}-web").read_text())

    def event(self) -> dict[str, Any]:
        """Publish an event with one large shift, and return it once it can be signed up for."""
        times = {"starts_at": sites.in_future(days=10), "ends_at": sites.in_future(days=10, hours=3)}
        shifts = [times | {"role": "引导", "capacity": 1}]
        event = sites.an_event(self.site, self.site.sign_in(), **times, shifts=shifts)
        with connected(self, "signups") as connection:
            connection.execute(MAKE_ROOM, {"places": PLACES, "shift": event["shifts"][0]["id"]})
            connection.execute("VACUUM ANALYZE places")
        return event


@contextmanager
def connected(steward: Installation, service: str) -> Iterator[psycopg.Connection]:
    """Open a connection to the service's database, whose statements are committed one by one."""
    url = make_url(steward.settings[f"STEWARD_{service.upper()}_DATABASE_URL"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


@contextmanager
def running() -> Iterator[Installation]:
    """Start a stack, and take it away with all its data at the end."""
    # A server that was killed may still be tidying up.
    with tempfile.TemporaryDirectory(prefix="steward-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL runs as somebody else when we are root
        site = sites.start("stack", folder, free_port(), {"STEWARD_RATE_LIMIT": "on"})
        try:
            yield Installation(site)
        finally:
            sites.stop(site)


def somebody(shift_id: str, _number: int) -> bytes:
    """Return the request of somebody who signs up, each with a name and a phone of their own."""
    body = orjson.dumps({"shift_id": shift_id, "consent": True} | a_person())
    return post("/signups/api/v1/signups", "application/json", body, f"Idempotency-Key: {uuid4()}")


def a_person() -> dict[str, str]:
    """Return a name and a phone that nobody else has."""
    unique = uuid4().int
    name = f"志愿者{''.join(chr(0x4E00 + unique // 20_000**place % 20_000) for place in range(3))}"
    return {"name": name, "phone": f"139{unique % 10**8:08d}"}


def post(path: str, kind: str, body: bytes, *headers: str) -> bytes:
    """Return the request that sends the body."""
    words = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {kind}",
        f"X-Forwarded-For: {_address(uuid4().int)}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return ("\r\n".join(words) + "\r\n\r\n").encode() + body


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
