"""What pages and sign-ups cost with more and more sign-ups in the database, beside the same with a thousand."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from tools.bench import filling, load, processes
from tools.bench.figures import Figure
from tools.bench.installation import Installation, connected, page, somebody
from tools.bench.plots import Panel

SIZES: Final = (1_000, 100_000, 1_000_000, 10_000_000)
ROWS: Final = 1_000_000
"""The largest of them that is tried unless more is asked for."""
WITHIN: Final = 100.0
"""Milliseconds, for what an organizer opens."""
WARMING: Final = 2.0
"""Seconds until both processes have read their templates."""
FAMILY: Final = 5
"""Sign-ups on somebody's own page."""
NAMED: Final = re.compile(r"(?P<what>.*), (?P<size>[\d,]+) sign-ups there: CPU")

Ask = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that is asked for: of whom, how, with which status it is answered, and within how many milliseconds."""

    what: str
    service: str
    ask: Ask
    wished: int = 200
    within: float | None = None


def measure(steward: Installation, seconds: float, *, rows: int = ROWS) -> list[Figure]:
    """Return the median wait of a single client and the processor's time of each, with 1,000 sign-ups to ``rows``."""
    pattern = steward.event()
    asked = list(_asked(steward, pattern["shifts"][0]["id"]))
    sizes = [size for size in SIZES if size <= rows]
    figures: list[Figure] = []
    first: dict[str, tuple[float, float]] = {}
    with connected(steward, "signups") as signups, connected(steward, "events") as events:
        for before, size in zip([0, *sizes], sizes, strict=False):
            filling.fill({"signups": signups, "events": events}, pattern["id"], before, size)
            for one in asked:
                wait, spent = _cost(steward, one, seconds / 4)
                limit = first.setdefault(one.what, (wait, spent))
                what, by = f"{one.what}, {size:,} sign-ups there", f"with {SIZES[0]:,}"
                figures += [
                    Figure(f"{what}: p50", wait, "ms", one.within, limit[0], by, smaller=True),
                    Figure(f"{what}: CPU", spent, "ms", None, limit[1], by, smaller=True),
                ]
    return figures


def panels(figures: list[Figure]) -> list[Panel]:
    """Return what is to be drawn of them."""
    lines: dict[str, list[float]] = {}
    sizes: list[str] = []
    for one in figures:
        found = NAMED.fullmatch(one.what)
        if found is not None:
            lines.setdefault(found["what"], []).append(one.value)
            sizes += [found["size"]] if found["size"] not in sizes else []
    return [Panel("Cost of a request", "sign-ups in the database", "milliseconds of the processor", sizes, lines)]


def _asked(steward: Installation, shift: str) -> Iterator[Asked]:
    """Yield what is asked for; pages that would be kept have an address of their own each time, to be drawn anew."""
    event = filling.event(1)
    organizer = f"Cookie: steward-organizer={steward.site.sign_in()}"
    family = f"Cookie: steward-signup={'.'.join(_family(steward, shift))}"
    for what, service, path, headers in (
        ("the roster of an event", "signups", f"/signups/desk/events/{event}", [organizer]),
        ("the roster of all events", "signups", "/signups/desk", [organizer]),
        ("the desk at the entrance", "signups", f"/signups/desk/events/{event}/check-in", [organizer]),
        ("the desk's board", "events", "/events/desk", [organizer]),
    ):
        yield Asked(what, service, partial(_page, path, headers), within=WITHIN)
    yield Asked("one's own sign-ups", "signups", partial(_page, "/signups/mine", [family]))
    yield Asked("an event's page, drawn anew", "events", partial(_page, "/events/event-1", []))
    yield Asked("the sign-up form, drawn anew", "signups", partial(_page, f"/signups/events/{event}", []))
    yield Asked("a sign-up", "signups", partial(somebody, shift), wished=201)


def _page(path: str, headers: Sequence[str], number: int) -> bytes:
    return page(f"{path}?n={number}", number, *headers)


def _family(steward: Installation, shift: str) -> list[str]:
    """Sign some people up, and return the tokens of their links."""
    made = [steward.site.sign_up(shift, number) for number in range(FAMILY)]
    return [str(one.json()["manage_token"]) for one in made]


def _cost(steward: Installation, asked: Asked, seconds: float) -> tuple[float, float]:
    """Return the median wait, and the processor's time of web processes and PostgreSQL for each; in milliseconds."""
    port = steward.port(asked.service)
    load.ask(port, asked.ask, clients=4, seconds=max(seconds, WARMING), wished=asked.wished)
    with processes.spent(steward.pid) as spent:
        crowd = load.ask(port, asked.ask, clients=1, seconds=seconds, wished=asked.wished)
    if crowd.refused:
        raise SystemExit(f"{crowd.refused} were refused: {asked.what}")
    ours = spent[f"web {asked.service}"] + spent["PostgreSQL"]
    return crowd.wait(0.5), ours / crowd.answered * 1000
