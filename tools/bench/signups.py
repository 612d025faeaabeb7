"""Signing up, from one client and from many, beside pgbench with the same statements."""

from functools import partial
from typing import Final

from tools.bench import load, pgbench, processes
from tools.bench.figures import Figure
from tools.bench.installation import Installation, somebody

CLIENTS: Final = (1, 16, 64)
WANTED: Final = {16: 450.0, 64: 450.0}
CPU: Final = {16: 4.0, 64: 4.0}
"""Milliseconds; one alone shares no transaction with anybody."""
P99: Final = {16: 120.0}
"""Milliseconds."""
NOTEWORTHY: Final = 0.05
"""Milliseconds; what takes less is counted in the sum only."""


def measure(steward: Installation, seconds: float) -> list[Figure]:
    """Return the rates, the processor's time and the waiting, each on one hot shift."""
    figures: list[Figure] = []
    url = steward.settings["STEWARD_SIGNUPS_DATABASE_URL"]
    for clients in CLIENTS:
        event = steward.event()
        shift = event["shifts"][0]["id"]
        ask = partial(somebody, shift)
        load.ask(steward.port("signups"), ask, clients=clients, seconds=seconds / 5, wished=201)
        with processes.spent(steward.pid) as spent:
            crowd = load.ask(steward.port("signups"), ask, clients=clients, seconds=seconds, wished=201)
        bare = steward.event()
        limit = pgbench.sign_ups(url, bare["id"], bare["shifts"][0]["id"], clients=clients, seconds=seconds)
        who = f"sign-ups, {clients} client{'s' if clients > 1 else ''}"
        figures += [
            Figure(who, crowd.per_second, "/s", WANTED.get(clients), limit, "pgbench, same statements"),
            Figure(f"{who}: p50", crowd.wait(0.5), "ms", smaller=True),
            Figure(f"{who}: p99", crowd.wait(0.99), "ms", P99.get(clients), smaller=True),
        ]
        if crowd.refused:
            raise SystemExit(f"{crowd.refused} sign-ups were refused")
        each = {name: had / crowd.answered * 1000 for name, had in spent.items()}
        figures.append(Figure(f"{who}: CPU all told", sum(each.values()), "ms", CPU.get(clients), smaller=True))
        figures += [
            Figure(f"{who}: CPU of {name}", had, "ms", smaller=True)
            for name, had in sorted(each.items())
            if had >= NOTEWORTHY
        ]
    return figures
