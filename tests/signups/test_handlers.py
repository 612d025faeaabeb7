"""What the others say is applied once, whatever the order and however often it comes."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.signups import queries
from services.signups.handlers import registry
from services.signups.models import Hold
from shared.database import Database
from shared.messaging import inbox
from shared.messaging.envelope import Sealed, open_envelope, seal
from shared.messaging.tables import InboxStatus
from tests.signups.conftest import NOW, World, event_data, shift_data

SENDERS = {"event": "events", "reminder": "events", "pledge": "partners"}


def sealed(message_type: str, data: Mapping[str, Any]) -> Sealed:
    """The message as its owner sends it."""
    _id, body = seal(SENDERS[message_type.partition(".")[0]], message_type, data, NOW)
    return open_envelope(body)


def deliver(database: Database, *messages: Sealed) -> None:
    """Bring the messages, each of them twice, and let retries come due."""
    for message in messages:
        for _ in range(2):
            database.write(inbox.accept, registry, [message], NOW)
    moment = NOW
    for _ in range(len(messages)):
        moment += timedelta(hours=1)
        while (again := database.write(inbox.claim_retry, moment)) is not None:
            database.write(inbox.retry, registry, again, moment)
    assert database.read(inbox.count) == {InboxStatus.RETRY: 0, InboxStatus.DEAD: 0}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_event_its_pledge_and_its_reminder_come_out_alike_in_any_order(
    database: Database, order: tuple[int, ...]
) -> None:
    event = event_data(shifts=[shift_data(capacity=5)])
    shift_id = event["shifts"][0]["shift_id"]
    pledge = {
        "pledge_id": UUID(int=7),
        "event_id": event["event_id"],
        "shift_id": shift_id,
        "need_id": None,
        "work_unit_id": uuid4(),
        "work_unit": "朝阳小学",
        "kind": "people",
        "quantity": 3,
        "version": 1,
    }
    reminder = {
        "event_id": event["event_id"],
        "version": 2,
        "rule": "P1D",
        "occurrence": 0,
        "due_at": NOW,
        "expires_at": event["starts_at"],
    }
    messages = [
        sealed("event.published", event),
        sealed("event.changed", event | {"version": 2, "title": "改名"}),
        sealed("pledge.made", pledge),
        sealed("reminder.due", reminder),
    ]
    deliver(database, *(messages[place] for place in order))
    assert database.read(queries.event, event["event_id"]).title == "改名"
    [counts] = database.read(queries.shifts, event["event_id"])
    assert (counts.capacity, counts.held, counts.free) == (5, 3, 2)


@pytest.mark.parametrize("message_type", ["pledge.reduced", "pledge.withdrawn"])
def test_a_pledge_that_shrinks_gives_places_back_once(world: World, message_type: str) -> None:
    world.pledge(2, pledge_id=UUID(int=7))
    less = 1 if message_type == "pledge.reduced" else 0
    data = {
        "pledge_id": UUID(int=7),
        "event_id": world.event["event_id"],
        "shift_id": world.shift_id,
        "need_id": None,
        "work_unit_id": uuid4(),
        "work_unit": "朝阳小学",
        "kind": "people",
        "quantity": less,
        "version": 2,
    }
    deliver(world.database, sealed(message_type, data))
    assert len(world.messages("places.held", "places.released")) == 2
    assert world.read(lambda session: session.get_one(Hold, UUID(int=7)).requested) == less


@pytest.mark.parametrize(
    ("message_type", "status"), [("event.cancelled", "cancelled"), ("event.completed", "completed")]
)
def test_the_end_of_an_event_is_told_once(world: World, message_type: str, status: str) -> None:
    world.sign_up()
    deliver(world.database, sealed(message_type, world.event | {"status": status, "reason": "下雨"}))
    assert len(world.notices("cancelled")) == (1 if status == "cancelled" else 0)
    assert world.read(lambda session: queries.event(session, world.event["event_id"]).status) == status
