"""Signing up by the form, as a browser without JavaScript sends it, beside the same people as JSON in the same run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

import requests

from services.signups.entering import FASTEST
from tools.bench import load, processes
from tools.bench.figures import Figure
from tools.bench.installation import Installation, a_person, post, somebody

CLIENTS: Final = 16
SHARE: Final = 0.7
"""Of the rate of JSON."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A form that was opened in a browser of its own: its boxes as they stand there, and the browser's cookies."""

    boxes: dict[str, str]
    cookies: str


def measure(steward: Installation, seconds: float) -> list[Figure]:
    """Return how many forms a second are taken, and what each costs, on one hot shift."""
    event = steward.event()
    port, path, shift = steward.port("signups"), f"/signups/events/{event['id']}", event["shifts"][0]["id"]
    forms = [_open(f"http://127.0.0.1:{port}{path}") for _client in range(CLIENTS)]
    time.sleep(FASTEST + 1)  # who is faster is taken for a program
    ask, ask_json = partial(_filled_in, path, shift, forms), partial(somebody, shift)
    for one, wished in ((ask, 303), (ask_json, 201)):
        load.ask(port, one, clients=CLIENTS, seconds=seconds / 5, wished=wished)
    limit = load.ask(port, ask_json, clients=CLIENTS, seconds=seconds, wished=201).per_second
    with processes.spent(steward.pid) as spent:
        crowd = load.ask(port, ask, clients=CLIENTS, seconds=seconds, wished=303)
    if crowd.refused:
        raise SystemExit(f"{crowd.refused} forms were refused")
    what, each = f"forms, {CLIENTS} clients", sum(spent.values()) / crowd.answered * 1000
    return [
        Figure(what, crowd.per_second, "/s", SHARE * limit, limit, "the same as JSON"),
        Figure(f"{what}: p99", crowd.wait(0.99), "ms", smaller=True),
        Figure(f"{what}: CPU all told", each, "ms", smaller=True),
    ]


def _open(address: str) -> Opened:
    with requests.Session() as browser:
        page = _Boxes()
        page.feed(browser.get(address, timeout=30).text)
        return Opened(page.boxes, "; ".join(f"{one.name}={one.value}" for one in browser.cookies))


def _filled_in(path: str, shift: str, forms: Sequence[Opened], number: int) -> bytes:
    """Return one of the forms as somebody sends it who has just opened it."""
    form = forms[number % len(forms)]
    boxes = form.boxes | a_person() | {"shift_id": shift, "consent": "true", "key": str(uuid4())}
    return post(path, "application/x-www-form-urlencoded", urlencode(boxes).encode(), f"Cookie: {form.cookies}")


class _Boxes(HTMLParser):
    """The names of a page's boxes and what stands in them; a box to tick is sent only when it is."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes: dict[str, str] = {}
        self._is_ours = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._is_ours = "data-draft" in given
        if self._is_ours and tag == "input" and given.get("type") != "checkbox" and given.get("name"):
            self.boxes[str(given["name"])] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_ours = False
