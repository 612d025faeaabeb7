"""Every handler twice on the same message, and messages in the wrong order."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from services.partners.handlers import registry
from services.partners.models import Event, Pledge, PledgeStep, Shift
from shared.errors import Unready
from shared.messaging.envelope import Message
from shared.notices.tables import Notice
from tests.partners.conftest import NOW, World, event_data


def handle(world: World, message_type: str, data: Mapping[str, Any]) -> None:
    message = Message(uuid4(), message_type, "/made-up", NOW, "test", data)
    world.database.write(registry.handler(message_type), message, NOW)


def everything(world: World) -> list[Any]:
    """All that a handler could have changed."""

    def read(session: Any) -> list[Any]:
        counts = [session.scalar(select(func.count()).select_from(one)) for one in (Event, Shift, PledgeStep, Notice)]
        events = session.execute(select(Event.id, Event.version, Event.title).order_by(Event.id)).all()
        columns = (Pledge.id, Pledge.version, Pledge.status, Pledge.held, Pledge.claimed)
        return [counts, events, session.execute(select(*columns).order_by(Pledge.id)).all()]

    return world.database.read(read)


@pytest.mark.parametrize(
    ("message_type", "status"),
    [
        ("event.published", "published"),
        ("event.changed", "published"),
        ("event.unpublished", "draft"),
        ("event.cancelled", "cancelled"),
        ("event.completed", "completed"),
    ],
)
def test_an_event_message_is_applied_once(world: World, message_type: str, status: str) -> None:
    world.pledge()
    data = world.event | {"status": status, "version": 7, "venue": {"name": "小学操场", "address": "朝阳路2号"}}
    handle(world, message_type, data)
    once = everything(world)
    handle(world, message_type, data)
    assert everything(world) == once


@pytest.mark.parametrize(("message_type", "held"), [("places.held", 4), ("places.released", 0)])
def test_an_answer_about_places_is_applied_once(world: World, message_type: str, held: int) -> None:
    data = world.places(world.pledge(), 1, held=held)
    handle(world, message_type, data)
    once = everything(world)
    handle(world, message_type, data)
    assert everything(world) == once


def test_a_reminder_is_applied_once(world: World) -> None:
    world.pledge()
    data = {
        "event_id": world.event_id,
        "version": 1,
        "rule": "P1D",
        "occurrence": 0,
        "due_at": world.event["starts_at"],
        "expires_at": world.event["ends_at"],
    }
    handle(world, "reminder.due", data)
    once = everything(world)
    handle(world, "reminder.due", data)
    assert everything(world) == once
    assert len(world.notices("reminder")) == 1


def test_what_comes_before_what_it_builds_on_waits(world: World) -> None:
    with pytest.raises(Unready):
        handle(world, "places.held", world.places(uuid4(), 1, held=1))
    unknown = event_data()
    data = {
        "event_id": unknown["event_id"],
        "version": 1,
        "rule": "P1D",
        "occurrence": 0,
        "due_at": unknown["starts_at"],
        "expires_at": unknown["ends_at"],
    }
    with pytest.raises(Unready):
        handle(world, "reminder.due", data)
    handle(world, "event.published", unknown)
    handle(world, "reminder.due", data)
