"""Signing up in crowds of one to 128, on one hot shift: how many a second, and how long each waits."""

from functools import partial
from typing import Final

from tools.bench import load
from tools.bench.figures import Figure
from tools.bench.installation import Installation, somebody
from tools.bench.plots import Panel

CROWDS: Final = (1, 2, 4, 8, 16, 32, 64, 128)
SHARES: Final = {"half of them": 0.5, "99 of 100": 0.99}


def measure(steward: Installation, seconds: float) -> list[Figure]:
    """Return the rate and the waiting of each crowd."""
    figures = []
    for clients in CROWDS:
        ask = partial(somebody, steward.event()["shifts"][0]["id"])
        load.ask(steward.port("signups"), ask, clients=clients, seconds=seconds / 5, wished=201)
        crowd = load.ask(steward.port("signups"), ask, clients=clients, seconds=seconds, wished=201)
        if crowd.refused:
            raise SystemExit(f"{crowd.refused} sign-ups were refused")
        figures.append(Figure(_what(clients), crowd.per_second, "/s"))
        figures += [
            Figure(f"{_what(clients)}: {name}", crowd.wait(share), "ms", smaller=True) for name, share in SHARES.items()
        ]
    return figures


def panels(figures: list[Figure]) -> list[Panel]:
    """Return what is to be drawn of them."""
    known = {one.what: one.value for one in figures}
    places = [str(clients) for clients in CROWDS]
    rate = {"sign-ups": [known[_what(clients)] for clients in CROWDS]}
    waits = {f"{name}, at most": [known[f"{_what(clients)}: {name}"] for clients in CROWDS] for name in SHARES}
    across = "people who sign up at the same time, for one shift"
    return [
        Panel("Sign-ups", across, "a second", places, rate),
        Panel("Waiting for the answer", across, "milliseconds", places, waits),
    ]


def _what(clients: int) -> str:
    return f"a crowd of {clients}"
