"""Published, cancelled, completed: each step once, in order, and told to the others."""

from datetime import timedelta

import pytest

from services.events import operations
from services.events.models import EventStatus, ReminderState
from shared.errors import Conflict, Invalid
from tests.events.world import NOW, STARTS_AT, World

AFTER = STARTS_AT + timedelta(hours=4)


def cancel(world, event):
    return world.database.write(operations.cancel_event, event.id, "下雨", desk=world.desk, now=NOW)


def complete(world, event, now=AFTER):
    return world.database.write(operations.complete_event, event.id, desk=world.desk, now=now)


def test_publishing_tells_the_whole_state_and_plans_the_reminders(world):
    event = world.published()
    assert (event.status, event.version) == (EventStatus.PUBLISHED, 2)
    [message] = world.messages()
    assert (message["event_id"], message["version"], message["status"]) == (event.id, 2, "published")
    assert message["venue"] == {"name": "社区广场", "address": "朝阳路1号"}
    assert [(shift["shift_id"], shift["capacity"]) for shift in message["shifts"]] == [(event.shifts[0].id, 6)]
    planned = world.reminders(event)
    assert planned["P1D"].due_at == STARTS_AT - timedelta(days=1)
    assert planned["PT2H"].due_at == STARTS_AT - timedelta(hours=2)


def test_publishing_tells_partners_what_the_event_needs(world):
    event = world.published(supplies=[{"name": "粽叶", "quantity": 200, "unit": "套", "ready": 0}])
    [message] = world.messages()
    assert message["supplies"] == [{"supply_id": event.supplies[0].id, "label": "粽叶", "quantity": 200, "unit": "套"}]


def test_an_event_that_recruits_names_all_seven_things_first(world):
    # GB/T 40143-2021, 6.1: time, place, content, conditions, number of people, how to sign up, risks and safeguards
    bare = {"summary": "", "conditions": "", "how_to_sign_up": "", "risks": "", "shifts": []}
    event = world.create(**bare, venue={"name": "", "address": ""})
    with pytest.raises(Invalid) as refused:
        world.publish(event)
    assert set(refused.value.errors) == {"venue", *bare}
    with pytest.raises(Invalid) as refused:
        world.publish(event, now=AFTER)
    assert set(refused.value.errors) == {"starts_at", "venue", *bare}
    assert world.event(event.id).status is EventStatus.DRAFT
    assert world.messages() == []


def test_an_event_that_is_over_is_not_published(world):
    with pytest.raises(Invalid) as refused:
        world.publish(world.create(), now=AFTER)
    assert set(refused.value.errors) == {"starts_at"}


def test_a_reminder_whose_moment_has_passed_already_is_skipped(world):
    event = world.publish(world.create(), now=STARTS_AT - timedelta(hours=3))
    states = {rule: one.state for rule, one in world.reminders(event).items()}
    assert states == {"P1D": ReminderState.SKIPPED, "PT2H": ReminderState.PENDING}


def test_cancelling_tells_the_reason_and_cancels_the_reminders(world):
    event = world.published()
    cancel(world, event)
    [message] = world.messages("event.cancelled")
    assert (message["version"], message["status"], message["reason"]) == (3, "cancelled", "下雨")
    assert {one.state for one in world.reminders(event).values()} == {ReminderState.CANCELLED}


def test_completing_tells_the_others(world):
    event = world.published()
    complete(world, event)
    [message] = world.messages("event.completed")
    assert (message["version"], message["status"]) == (3, "completed")


def test_an_event_that_has_not_begun_is_not_completed(world):
    event = world.published()
    with pytest.raises(Conflict):
        complete(world, event, now=STARTS_AT - timedelta(minutes=1))
    assert world.event(event.id).status is EventStatus.PUBLISHED


def test_a_step_out_of_order_is_refused_with_its_reason(world):
    draft, published = world.create(), world.published()
    cancelled, completed = world.published(), world.published()
    cancel(world, cancelled)
    complete(world, completed)
    sent = len(world.messages())
    for step, event in [
        (cancel, draft),
        (complete, draft),
        (World.publish, published),
        (World.publish, cancelled),
        (cancel, cancelled),
        (complete, cancelled),
        (World.publish, completed),
        (cancel, completed),
        (complete, completed),
    ]:
        with pytest.raises(Conflict) as refused:
            step(world, event)
        assert refused.value.detail
    assert len(world.messages()) == sent
