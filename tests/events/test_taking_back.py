"""Taking a published event back, and what was given away meanwhile: nobody's sign-up is lost, whatever the order."""

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from services.events import operations, queries
from services.events.handlers import registry
from services.events.models import EventStatus, ReminderState
from shared.errors import Conflict, NotFound
from shared.messaging import inbox, outbox
from shared.messaging.envelope import open_envelope, seal
from tests.events.world import DAY, NOW, STARTS_AT, World, an_organizer, shift_data


def unpublish(world: World, event, **changes):
    given = {"desk": world.desk, "now": NOW} | changes
    return world.database.write(operations.unpublish_event, event.id, **given)


def say(world: World, message_type: str, data) -> None:
    """Hear the message, and the same one again."""
    message = open_envelope(seal("signups", message_type, data, NOW)[1])
    for _ in range(2):
        world.database.write(registry.handler(message_type), message.read(), NOW)


def a_signup(event, status: str, version: int = 1, **changes):
    return {
        "signup_id": uuid4(),
        "version": version,
        "event_id": event.id,
        "shift_id": event.shifts[0].id,
        "status": status,
        "pledge_id": None,
    } | changes


def a_refusal(event, taken: int, **changes):
    return {"shift_id": event.shifts[0].id, "event_id": event.id, "version": event.version, "taken": taken} | changes


def refuse(world: World, event, taken: int, **changes) -> None:
    data = a_refusal(event, taken, **changes)
    message = open_envelope(seal("signups", "capacity.refused", data, NOW)[1])
    for _ in range(2):
        world.database.write(registry.handler("capacity.refused"), message.read(), NOW)


def test_an_event_that_nobody_signed_up_for_becomes_a_draft_again_and_the_others_are_told(world):
    event = world.published()
    taken_back = unpublish(world, event)
    assert (taken_back.status, taken_back.version) == (EventStatus.DRAFT, 3)
    [message] = world.messages("event.unpublished")
    assert (message["status"], message["version"]) == ("draft", 3)
    assert {one.state for one in world.reminders(event, 0).values()} == {ReminderState.CANCELLED}
    assert ("unpublished", None, None, None, None) in world.history(event)


@pytest.mark.parametrize("status", ["confirmed", "waitlisted", "attended", "absent"])
def test_an_event_with_people_stays_published(world, status):
    event = world.published()
    world.sign_up(event, status)
    with pytest.raises(Conflict, match="cancel the event"):
        unpublish(world, event)
    assert world.event(event.id).status is EventStatus.PUBLISHED


def test_an_event_with_places_kept_for_a_unit_stays_published(world):
    event = world.published()
    world.hold(event, 2)
    with pytest.raises(Conflict):
        unpublish(world, event)


def test_who_withdrew_does_not_keep_an_event_published(world):
    event = world.published()
    world.sign_up(event, "withdrawn")
    assert unpublish(world, event).status is EventStatus.DRAFT


def test_only_a_published_event_of_ones_own_can_be_taken_back(world):
    event = world.create()
    with pytest.raises(Conflict, match="still a draft"):
        unpublish(world, event)
    with pytest.raises(NotFound):
        unpublish(world, world.published(), desk=an_organizer(world.database, "别的社区"))


def test_a_later_publication_plans_its_reminders_anew_even_those_that_were_sent(world):
    event = world.published()
    world.database.write(operations.fire_due_reminders, STARTS_AT - DAY + timedelta(minutes=1))
    unpublish(world, event)
    world.change(event, starts_at=STARTS_AT + 7 * DAY)
    again = world.publish(event)
    assert again.occurrence == 1
    planned = world.reminders(event)
    assert {one.state for one in planned.values()} == {ReminderState.PENDING}
    assert planned["P1D"].due_at == STARTS_AT + 6 * DAY
    assert [message["version"] for message in world.messages("event.published")] == [2, 5]


def test_a_sign_up_that_was_under_way_publishes_the_event_again_and_steward_says_so(world):
    event = world.published()
    unpublish(world, event)
    say(world, "signup.confirmed", a_signup(event, "confirmed"))
    back = world.event(event.id)
    assert (back.status, back.version) == (EventStatus.PUBLISHED, 4)
    assert [message["version"] for message in world.messages("event.published")] == [2, 4]
    assert {one.state for one in world.reminders(event).values()} == {ReminderState.PENDING}
    [(entry, name), *_rest] = world.database.read(queries.history, event.id)
    assert (entry.action, entry.organizer_id, name) == ("republished", None, None)


def test_many_sign_ups_that_were_under_way_publish_the_event_again_once_for_the_first_of_them(world):
    event = world.published()
    unpublish(world, event)
    data = [a_signup(event, "confirmed") for _ in range(3)]
    batch = [open_envelope(seal("signups", "signup.confirmed", one, NOW)[1]) for one in data]
    for _ in range(2):
        world.database.write(inbox.accept, registry, batch, NOW)
    assert world.event(event.id).version == 4
    told = world.database.write(outbox.claim, 100, NOW)[-1]
    assert (told.type, open_envelope(told.body).envelope["correlationid"]) == (
        "event.published",
        batch[0].envelope["correlationid"],
    )
    assert world.database.read(queries.shift_counts, [event.id])[event.shifts[0].id].confirmed == 3


def test_places_that_were_being_kept_publish_the_event_again(world):
    event = world.published()
    unpublish(world, event)
    world.hold(event, 3)
    assert world.event(event.id).status is EventStatus.PUBLISHED


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_somebody_who_signed_up_and_withdrew_again_needs_no_event(world, order):
    event = world.published()
    unpublish(world, event)
    signup_id = uuid4()
    states = [
        a_signup(event, "withdrawn", 2, signup_id=signup_id),
        a_signup(event, "confirmed", 1, signup_id=signup_id),
    ]
    heard_confirmed_first = order[0] == 1
    for number in order:
        say(world, f"signup.{states[number]['status']}", states[number])
    expected = EventStatus.PUBLISHED if heard_confirmed_first else EventStatus.DRAFT
    assert world.event(event.id).status is expected


def test_a_smaller_capacity_gives_way_to_the_places_that_were_given_away(world):
    event = world.published(shifts=[shift_data(capacity=6)])
    event = world.change(event, shifts=[{"id": event.shifts[0].id, "capacity": 2}])
    refuse(world, event, 5)
    now = world.event(event.id)
    assert (now.shifts[0].capacity, now.version) == (5, event.version + 1)
    assert world.messages("event.changed")[-1]["shifts"][0]["capacity"] == 5
    [(entry, name), *_rest] = world.database.read(queries.history, event.id)
    assert (entry.action, entry.field, entry.before, entry.after, name) == ("widened", "shift.capacity", 2, 5, None)


def test_a_refusal_of_an_earlier_version_changes_nothing(world):
    event = world.published(shifts=[shift_data(capacity=6)])
    refused = world.change(event, shifts=[{"id": event.shifts[0].id, "capacity": 2}])
    newer = world.change(event, shifts=[{"id": event.shifts[0].id, "capacity": 3}])
    refuse(world, refused, 5)
    assert (world.event(event.id).shifts[0].capacity, world.event(event.id).version) == (3, newer.version)


def test_a_refusal_changes_neither_a_larger_capacity_nor_a_shift_that_is_gone_nor_what_is_over(world):
    event = world.published(shifts=[shift_data(capacity=6)])
    refuse(world, event, 5)
    refuse(world, event, 9, shift_id=uuid4())
    refuse(world, event, 9, event_id=uuid4())
    assert world.event(event.id).version == event.version
    done = world.database.write(operations.cancel_event, event.id, "下雨", desk=world.desk, now=NOW)
    refuse(world, done, 9)
    assert world.event(event.id).shifts[0].capacity == 6
