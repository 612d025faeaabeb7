"""By when a unit's people enter their names, and what happens to places that have none by then."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.partners import operations, wanted, words
from services.partners.models import Kind, PledgeStatus
from services.partners.notices import composer
from shared.config import Config
from shared.errors import Conflict
from shared.notices.queue import Letter
from shared.notices.tables import Notice
from tests.partners.conftest import DESK, NOW, World, person

STARTS_AT = NOW + timedelta(days=8)
USUAL = STARTS_AT - timedelta(hours=48)
compose = composer(Config(service="partners", origin="https://steward.example"))


def need(world: World, due_at: datetime | None, **changes: object) -> UUID:
    asked = {"kind": Kind.PEOPLE, "quantity": 10, "shift_id": world.shift_id, "unit": "", "due_at": due_at}
    return world.need(**asked | changes)


def remind(world: World, now: datetime) -> int:
    return world.database.write(operations.remind_of_names, now)


def letter(world: World, notice: Notice, now: datetime) -> Letter | None:
    return world.database.read(compose, notice, now)


def hear(world: World, pledge_id: UUID, version: int, held: int, claimed: int, now: datetime) -> None:
    said = world.places(pledge_id, version, held, claimed)
    world.database.write(operations.record_places, said, now=now)


def told(world: World) -> datetime:
    """The deadline that the sign-up service was told last."""
    return world.messages("pledge.made", "pledge.reduced")[-1]["release_at"]


def test_the_deadline_is_that_of_the_need(world: World) -> None:
    due_at = NOW + timedelta(days=3)
    pledge_id = world.pledge(need_id=need(world, due_at))
    assert (world.find(pledge_id).release_at, told(world)) == (due_at, due_at)


def test_without_a_need_names_are_due_two_days_before_the_shift(world: World) -> None:
    world.pledge()
    assert told(world) == USUAL


def test_whoever_pledges_after_that_has_half_of_the_time_that_is_left(world: World) -> None:
    world.pledge(now=STARTS_AT - timedelta(hours=10))
    assert told(world) == STARTS_AT - timedelta(hours=5)


def test_things_have_no_deadline_for_names(world: World) -> None:
    world.pledge(kind=Kind.SUPPLIES, shift_id=None)
    assert told(world) is None


def test_another_deadline_of_the_need_is_told_to_the_sign_up_service(world: World) -> None:
    need_id = need(world, NOW + timedelta(days=3))
    world.pledge(need_id=need_id)
    later = NOW + timedelta(days=5)
    change = operations.Change(quantity=10, unit="", description="人手", due_at=later)
    for _ in range(2):
        world.database.write(operations.change_need, need_id, change, scope=DESK, now=NOW)
    assert [message["version"] for message in world.messages("pledge.made")] == [1, 2]
    assert told(world) == later


def test_the_deadline_moves_with_the_event(world: World) -> None:
    world.pledge()
    week = timedelta(days=7)
    shifts = [one | {"starts_at": one["starts_at"] + week} for one in world.event["shifts"]]
    world.publish(starts_at=STARTS_AT + week, ends_at=world.event["ends_at"] + week, shifts=shifts)
    assert told(world) == USUAL + week


def test_an_event_that_is_held_earlier_leaves_the_unit_some_time(world: World) -> None:
    world.pledge()
    week = timedelta(days=7)
    shifts = [one | {"starts_at": one["starts_at"] - week} for one in world.event["shifts"]]
    world.publish(starts_at=STARTS_AT - week, ends_at=world.event["ends_at"] - week, shifts=shifts)
    assert NOW < told(world) < STARTS_AT - week


def test_an_event_that_is_held_earlier_leaves_whoever_was_asked_some_time(world: World) -> None:
    soon = NOW + timedelta(days=3)
    asked = world.need(due_at=soon)
    invitation = world.invite(asked, expires_at=soon)
    pledge_id = world.pledge(kind=Kind.SUPPLIES, shift_id=None, need_id=None, arrives_at=soon)
    week = timedelta(days=7)
    world.publish(starts_at=STARTS_AT - week, ends_at=world.event["ends_at"] - week, shifts=[])
    due_at = world.messages("need.posted")[-1]["due_at"]
    [now_asked] = world.database.read(wanted.asked_for, asked, scope=DESK)
    assert now_asked.invitation.id == invitation.id
    half = NOW + timedelta(hours=12)
    assert (due_at, now_asked.invitation.expires_at, world.find(pledge_id).arrives_at) == (half, half, half)


def test_two_reminders_go_to_the_contact_once_each(world: World) -> None:
    world.publish(
        starts_at=STARTS_AT + timedelta(days=30),
        ends_at=STARTS_AT + timedelta(days=31),
        shifts=[one | {"starts_at": STARTS_AT + timedelta(days=30)} for one in world.event["shifts"]],
    )
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=5, claimed=2)
    deadline = USUAL + timedelta(days=30)
    sent = [(days, remind(world, deadline - timedelta(days=days))) for days in (7.1, 7, 6.9, 2.1, 2, 1.9, 0)]
    assert sent == [(7.1, 0), (7, 1), (6.9, 0), (2.1, 0), (2, 1), (1.9, 0), (0, 0)]


def test_a_near_deadline_is_reminded_of_in_the_middle_and_in_the_middle_of_the_rest(world: World) -> None:
    deadline = NOW + timedelta(days=2)
    pledge_id = world.pledge(need_id=need(world, deadline))
    world.answer(pledge_id, 1, held=5)
    hours = [(one, remind(world, deadline - timedelta(hours=one))) for one in (25, 24, 23, 13, 12, 1)]
    assert hours == [(25, 0), (24, 1), (23, 0), (13, 0), (12, 1), (1, 0)]


def test_a_reminder_says_what_is_missing_and_until_when(world: World) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=5, claimed=2)
    remind(world, USUAL - timedelta(days=2))
    [notice] = world.notices("names_missing")
    written = letter(world, notice, USUAL - timedelta(days=2))
    assert written is not None
    assert written.subject == "请补填名单：端午游园会"
    assert "还差 3 人" in written.body
    assert "6月7日（周一）17:00" in written.body
    assert "https://steward.example/signups/claim/abc" in written.body


def test_nothing_is_written_once_all_have_names_or_the_contact_has_left(world: World) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=5, claimed=2)
    moment = USUAL - timedelta(days=2)
    remind(world, moment)
    [notice] = world.notices("names_missing")
    assert letter(world, notice, USUAL) is None
    world.answer(pledge_id, 2, held=5, claimed=5)
    assert letter(world, notice, moment) is None
    assert remind(world, USUAL - timedelta(days=1)) == 0
    world.answer(pledge_id, 3, held=5, claimed=4)
    assert letter(world, notice, moment) is not None
    world.database.write(operations.replace_contact, world.unit.id, person(name="王老师"), scope=DESK, now=NOW)
    assert letter(world, notice, moment) is None


def test_places_that_are_gone_at_the_deadline_are_shown_as_released(world: World) -> None:
    pledge_id = world.pledge()
    hear(world, pledge_id, 1, 5, 3, NOW)
    for _ in range(2):
        hear(world, pledge_id, 2, 3, 3, USUAL)
    pledge = world.find(pledge_id)
    assert (pledge.status, pledge.held, pledge.released) == (PledgeStatus.PARTLY_HELD, 3, 2)
    assert [(step.action, step.quantity) for step in pledge.steps] == [("made", 5), ("held", 5), ("released", 2)]
    assert str(words.state(pledge)[0]) == "Other places released"
    with pytest.raises(Conflict):
        world.database.write(operations.wait_for_rest, pledge_id, waits=True, scope=world.unit.scope, now=USUAL)


def test_places_that_a_unit_gave_up_itself_were_not_released(world: World) -> None:
    pledge_id = world.pledge()
    hear(world, pledge_id, 1, 5, 3, NOW)
    world.database.write(operations.reduce_pledge, pledge_id, 3, scope=world.unit.scope, now=USUAL)
    hear(world, pledge_id, 2, 3, 3, USUAL)
    pledge = world.find(pledge_id)
    assert (pledge.status, pledge.released) == (PledgeStatus.HELD, 0)
