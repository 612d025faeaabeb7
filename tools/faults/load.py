"""The load: what people, units and organizers do at the same time, for as long as a fault lasts and a while longer."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self
from uuid import UUID

from tools.faults import clients
from tools.faults.clients import Client, People
from tools.faults.journal import Journal, Pledged
from tools.sites import Site, an_event, in_future

CLIENTS: Final = 4
PAUSE: Final = 0.1
"""Seconds, on average, between two requests of a client."""
PLACES: Final = {"large": 2000, "small": 12}
REMINDED: Final = 10
LEAVING: Final = 3
LEAVING_LATE: Final = 2
"""Of those whom an event is to remind, so many withdraw before it does, and when it has begun to."""
LATE: Final = 1.5
"""Seconds after which reminders are planned and not yet sent."""
KEPT: Final = 4
"""Places that a unit's pledge asks for."""
HOUR: Final = timedelta(hours=1)


class Load:
    """Clients at work on events of their own, from ``with`` to its end."""

    def __init__(self, site: Site, journal: Journal, people: People, seconds: float) -> None:
        self._site, self._journal, self._people = site, journal, people
        self._seconds = seconds
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._mine: deque[tuple[UUID, str]] = deque()
        """Sign-ups whose person may still withdraw."""
        self._claims: deque[tuple[str, str]] = deque()
        """Pledges with their shifts, of which somebody may enter a name."""
        self._leaving_late: list[tuple[UUID, str]] = []
        self._remind_at = 0.0

    def __enter__(self) -> Self:
        self._prepare()
        works: list[Callable[[Client], None]] = [self._unit, self._organizer, self._late]
        works += [self._person] * CLIENTS
        self._threads = [threading.Thread(target=self._keep_on, args=(work,)) for work in works]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        time.sleep(max(self._remind_at + 2 * LATE - time.monotonic(), 0.0))  # whoever is to be reminded is
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _prepare(self) -> None:
        """Make the events, a unit, and those who are to be reminded."""
        site = self._site
        self._token = site.sign_in()
        times = {"starts_at": in_future(days=10), "ends_at": in_future(days=10, hours=3)}
        shifts = [{"role": role, "capacity": capacity, **times} for role, capacity in PLACES.items()]
        self._crowded = an_event(site, self._token, shifts=shifts, **times)
        small = [{"role": "引导", "capacity": 20, **times}]
        self._moved = an_event(site, self._token, shifts=small, **times)
        body = {"name": "朝阳小学", "kind": "school", "contact": {"name": "李老师", "phone": "13900001111"}}
        unit = site.post("/partners/api/v1/work-units", 201, token=self._token, json=body)
        self._unit_id, self._unit_token = unit["id"], unit["access_token"]
        site.until(f"/partners/api/v1/needs?event_id={self._crowded['id']}", lambda _: True)
        self._remind()

    def _remind(self) -> None:
        """Let an event remind people in the middle of the load, some of whom have withdrawn by then."""
        begins = datetime.now(UTC) + HOUR + timedelta(seconds=max(self._seconds * 0.6, 6.0))
        times = {"starts_at": begins.isoformat(), "ends_at": (begins + HOUR).isoformat()}
        shifts = [{"role": "引导", "capacity": REMINDED, **times}]
        event = an_event(self._site, self._token, shifts=shifts, reminders=[{"before": "PT1H"}], **times)
        client = Client(self._site.origin, self._journal)
        for number in range(REMINDED):
            made = clients.sign_up(client, self._journal, self._people, event["shifts"][0]["id"])
            if made is not None and number < LEAVING:
                clients.withdraw(client, self._journal, *made)
            elif made is not None and number < LEAVING + LEAVING_LATE:
                self._leaving_late.append(made)
            elif made is not None:
                self._journal.awaiting_reminder.add(made[0])
        self._remind_at = time.monotonic() + (begins - HOUR - datetime.now(UTC)).total_seconds()

    def _keep_on(self, work: Callable[[Client], None]) -> None:
        client = Client(self._site.origin, self._journal)
        while not self._stopping.is_set():
            work(client)
            self._stopping.wait(random.uniform(0.0, 2 * PAUSE))  # noqa: S311  (people do not come in step)

    def _person(self, client: Client) -> None:
        """Look, sign up, enter a name for a unit, or withdraw."""
        dice = random.random()  # noqa: S311
        if dice < 0.15:  # noqa: PLR2004
            client.ask("GET", f"/signups/events/{self._crowded['id']}")
        elif dice < 0.3 and self._mine:  # noqa: PLR2004
            clients.withdraw(client, self._journal, *self._mine.popleft())
        elif dice < 0.4 and self._claims:  # noqa: PLR2004
            self._claim(client)
        else:
            shifts = self._crowded["shifts"] + (self._moved["shifts"] if dice > 0.9 else [])  # noqa: PLR2004
            made = clients.sign_up(client, self._journal, self._people, random.choice(shifts)["id"])  # noqa: S311
            if made is not None:
                self._mine.append(made)

    def _late(self, client: Client) -> None:
        """Let some withdraw between the planning of their reminder and its sending."""
        self._stopping.wait(max(self._remind_at + LATE - time.monotonic(), 1.0))
        if time.monotonic() > self._remind_at + LATE:
            while self._leaving_late:
                clients.withdraw(client, self._journal, *self._leaving_late.pop())

    def _claim(self, client: Client) -> None:
        try:
            pledge_id, shift_id = self._claims.popleft()
        except IndexError:
            return  # somebody else was quicker
        answer = client.ask("GET", f"/partners/api/v1/pledges/{pledge_id}", token=self._unit_token)
        if answer is not None and answer.ok and answer.json().get("claim_url"):
            token = answer.json()["claim_url"].rpartition("/")[2]
            clients.sign_up(client, self._journal, self._people, shift_id, token)

    def _unit(self, client: Client) -> None:
        """Pledge people for a shift, and later some fewer of them, or none."""
        shift_id = self._crowded["shifts"][0]["id"]
        body = {
            "work_unit_id": self._unit_id,
            "event_id": self._crowded["id"],
            "kind": "people",
            "shift_id": shift_id,
            "quantity": KEPT,
        }
        # The API knows no key for pledges, so whoever got no answer does not ask again.
        answer = client.ask("POST", "/partners/api/v1/pledges", body, token=self._unit_token, again=False)
        if answer is None or not answer.ok:
            return
        pledge = str(answer.json()["id"])
        self._note(pledge, KEPT)
        dice = random.random()  # noqa: S311
        if dice < 0.3:  # noqa: PLR2004
            self._change(client, pledge, "reduce", {"quantity": KEPT - 1}, KEPT - 1)
        elif dice < 0.5:  # noqa: PLR2004
            self._change(client, pledge, "withdraw", {}, 0)
        else:
            self._claims.append((pledge, shift_id))
        self._stopping.wait(1.0)

    def _change(self, client: Client, pledge: str, step: str, body: dict[str, Any], left: int) -> None:
        self._note(pledge, None)
        answer = client.ask("POST", f"/partners/api/v1/pledges/{pledge}/{step}", body, token=self._unit_token)
        if answer is not None and answer.ok:
            self._note(pledge, left)

    def _note(self, pledge: str, quantity: int | None) -> None:
        with self._journal.lock:
            self._journal.pledges[UUID(pledge)] = Pledged(quantity)

    def _organizer(self, client: Client) -> None:
        """Move an event by some minutes, and let the crowded one have one place more."""
        begins = datetime.now(UTC) + timedelta(days=10, minutes=random.randint(0, 600))  # noqa: S311
        moved = {"starts_at": begins.isoformat(), "ends_at": (begins + 3 * HOUR).isoformat()}
        self._reschedule(client, self._moved, moved)
        small = self._crowded["shifts"][1]
        small["capacity"] += 1
        self._reschedule(
            client,
            self._crowded,
            {"shifts": [{"id": one["id"], "capacity": one["capacity"]} for one in self._crowded["shifts"]]},
        )
        self._stopping.wait(2.0)

    def _reschedule(self, client: Client, event: dict[str, Any], change: dict[str, Any]) -> None:
        path = f"/events/api/v1/events/{event['id']}"
        for _ in range(3):
            seen = client.ask("GET", path, token=self._token)
            if seen is None or not seen.ok:
                return
            answer = client.ask(
                "PATCH", path, change, token=self._token, headers={"If-Match": f'"{seen.json()["version"]}"'}
            )
            if answer is not None and answer.ok:
                with self._journal.lock:
                    self._journal.versions[UUID(event["id"])] = answer.json()["version"]
                return
