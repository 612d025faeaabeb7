"""An event with fewer places than were given away: these stay, and the service that wanted fewer is told."""

from uuid import uuid4

import pytest

from services.signups import operations
from services.signups.handlers import registry
from services.signups.models import Event, SignupStatus
from services.signups.pages.door import _closed
from shared.errors import Conflict
from shared.messaging.envelope import open_envelope, seal
from tests.signups.conftest import NOW, shift_data


def hear(world, message_type: str, **changes):
    """Hear of a newer state of the event, and of the same one again."""
    world.event |= changes
    message = open_envelope(seal("events", message_type, world.event, NOW)[1])
    for _ in range(2):
        world.database.write(registry.handler(message_type), message.read(), NOW)
    world.event["version"] += 1


def with_capacity(world, capacity: int):
    return [world.event["shifts"][0] | {"capacity": capacity}]


def test_fewer_places_than_are_taken_and_kept_are_refused_once_with_their_number(world):
    world.publish(shifts=with_capacity(world, 5))
    for _ in range(2):
        world.sign_up()
    world.pledge(2, pledge_id=uuid4())
    version = world.event["version"]
    hear(world, "event.changed", shifts=with_capacity(world, 1))
    [refusal] = world.messages("capacity.refused")
    assert (refusal["taken"], refusal["version"], refusal["shift_id"]) == (4, version, world.shift_id)
    assert world.taken() == 2


def test_the_capacity_that_comes_back_is_met_and_nothing_more_is_refused(world):
    for _ in range(2):
        world.sign_up()
    hear(world, "event.changed", shifts=with_capacity(world, 1))
    hear(world, "event.changed", shifts=with_capacity(world, 2))
    assert len(world.messages("capacity.refused")) == 1


def test_places_that_are_free_go_without_a_word(world):
    world.sign_up()
    hear(world, "event.changed", shifts=with_capacity(world, 1))
    assert world.messages("capacity.refused") == []


def test_a_shift_that_is_gone_refuses_nothing_and_an_older_state_neither(world):
    world.sign_up()
    older = dict(world.event)
    hear(world, "event.changed", shifts=[shift_data()])
    world.database.write(operations.record_event, older | {"version": 1, "shifts": with_capacity(world, 1)}, now=NOW)
    assert world.messages("capacity.refused") == []


def test_an_event_that_was_taken_back_takes_nobody_until_it_is_published_again(world):
    hear(world, "event.unpublished", status="draft")
    with pytest.raises(Conflict, match="not open at the moment"):
        world.sign_up()
    event = world.read(lambda session: session.get_one(Event, world.event["event_id"]))
    assert "not open" in _closed(event)
    hear(world, "event.published", status="published")
    assert world.sign_up().status == "confirmed"


def test_who_signed_up_just_before_it_was_taken_back_keeps_the_place_and_is_told_nothing(world):
    answer = world.sign_up()
    hear(world, "event.unpublished", status="draft", occurrence=1)
    hear(world, "event.published", status="published")
    assert world.status(answer) is SignupStatus.CONFIRMED
    assert world.notices("changed") == world.notices("cancelled") == []
