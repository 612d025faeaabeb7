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
TURNS: Final = 4


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
    wishes = {"json": (partial(somebody, shift), 201), "form": (partial(_filled_in, path, shift, forms), 303)}
    for ask, wished in wishes.values():
        load.ask(port, ask, clients=CLIENTS, seconds=seconds / 5, wished=wished)
    met: dict[str, list[load.Crowd]] = {name: [] for name in wishes}
    took = dict.fromkeys(wishes, 0.0)
    for _turn in range(TURNS):  # so that the machine is as busy for the one as for the other
        for name, (ask, wished) in wishes.items():
            with processes.spent(steward.pid) as spent:
                met[name].append(load.ask(port, ask, clients=CLIENTS, seconds=seconds / TURNS, wished=wished))
            took[name] += sum(spent.values())
    json, form = (load.together(met[name]) for name in wishes)
    if form.refused:
        raise SystemExit(f"{form.refused} forms were refused")
    what, by = f"forms, {CLIENTS} clients", "the same as JSON"
    each = {"json": took["json"] / json.answered * 1000, "form": took["form"] / form.answered * 1000}
    return [
        Figure(what, form.per_second, "/s", SHARE * json.per_second, json.per_second, by),
        Figure(f"{what}: p99", form.wait(0.99), "ms", smaller=True),
        Figure(f"{what}: CPU all told", each["form"], "ms", None, each["json"], by, smaller=True),
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
