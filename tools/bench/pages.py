"""The pages that everybody opens, beside hello-world under the same gunicorn."""

from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

from tools.bench import hello, load, processes
from tools.bench.figures import Figure
from tools.bench.installation import Installation, page

CLIENTS: Final = 16
TURNS: Final = 5
"""How often hello-world and a page take turns, as the machine may be faster in one second than in the next."""
HELLO: Final = "hello-world"


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the process whose family gives it."""

    pid: int
    port: int
    path: str

    def asked(self, seconds: float) -> tuple[load.Crowd, float]:
        """Let everybody open it for so many seconds; return the crowd, and the milliseconds of processors for each."""
        with processes.spent(self.pid) as spent:
            crowd = load.ask(self.port, partial(page, self.path), clients=CLIENTS, seconds=seconds, wished=200)
        if crowd.refused:
            raise SystemExit(f"{crowd.refused} requests for {self.path} were refused")
        return crowd, sum(spent.values()) / crowd.answered * 1000


def measure(steward: Installation, seconds: float) -> list[Figure]:
    """Return how often an event's page and its sign-up form are given out, and what each costs."""
    event = steward.event()
    figures = []
    with hello.running() as (pid, port):
        least = Page(pid, port, "/")
        for what, service, path, wanted in (
            ("an event's page", "events", f"/events/{event['slug']}", 1500.0),
            ("the sign-up form", "signups", f"/signups/events/{event['id']}", 800.0),
        ):
            figures += _beside(least, Page(steward.pid, steward.port(service), path), what, wanted, seconds)
    return figures


def _beside(least: Page, ours: Page, what: str, wanted: float, seconds: float) -> list[Figure]:
    """Return what both give in the turn whose ratio is the median."""
    for one in (least, ours):
        one.asked(seconds / TURNS)  # templates are read
    turns = [(least.asked(seconds / TURNS), ours.asked(seconds / TURNS)) for _turn in range(TURNS)]
    rates = [(crowd.per_second, limit.per_second) for (limit, _), (crowd, _) in turns]
    rate, most = sorted(rates, key=lambda both: both[0] / both[1])[TURNS // 2]
    cheapest, cost = median(each for (_, each), _ in turns), median(each for _, (_, each) in turns)
    waits = load.together(crowd for _, (crowd, _) in turns)
    return [
        Figure(f"{what}, {CLIENTS} clients", rate, "/s", wanted, most, HELLO),
        Figure(f"{what}: p99", waits.wait(0.99), "ms", smaller=True),
        Figure(f"{what}: CPU all told", cost, "ms", limit=cheapest, limited_by=HELLO, smaller=True),
    ]
