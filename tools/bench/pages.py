"""The pages that everybody opens, beside hello-world under the same gunicorn."""

from functools import partial

from tools.bench import hello, load, processes
from tools.bench.figures import Figure
from tools.bench.installation import Installation, page

CLIENTS = 16
HELLO = "hello-world"


def measure(steward: Installation, seconds: float) -> list[Figure]:
    """Return how often an event's page and its sign-up form are given out, and what each costs."""
    event = steward.event()
    figures = []
    with hello.running() as port:
        limit = load.ask(port, partial(page, "/"), clients=CLIENTS, seconds=seconds, wished=200).per_second
    for what, service, path, wanted in (
        ("an event's page", "events", f"/events/{event['slug']}", 1500.0),
        ("the sign-up form", "signups", f"/signups/events/{event['id']}", 800.0),
    ):
        ask = partial(page, path)
        load.ask(steward.port(service), ask, clients=CLIENTS, seconds=seconds / 3, wished=200)  # templates are read
        with processes.spent(steward.pid) as spent:
            crowd = load.ask(steward.port(service), ask, clients=CLIENTS, seconds=seconds, wished=200)
        if crowd.refused:
            raise SystemExit(f"{crowd.refused} requests for {path} were refused")
        each = sum(spent.values()) / crowd.answered * 1000
        figures += [
            Figure(f"{what}, {CLIENTS} clients", crowd.per_second, "/s", wanted, limit, HELLO),
            Figure(f"{what}: p99", crowd.wait(0.99), "ms", smaller=True),
            Figure(f"{what}: CPU all told", each, "ms", smaller=True),
        ]
    return figures
