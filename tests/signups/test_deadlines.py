"""Places kept for units go to others at their deadline; units that wait get places after everybody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.signups import operations, waitlist
from services.signups.models import SignupStatus
from shared.errors import Conflict
from tests import due
from tests.signups.conftest import NOW, World
from tests.signups.test_holds import PLEDGE, claim_token, last, roomy  # noqa: F401  (a fixture)

DEADLINE = NOW + timedelta(days=3)
OTHER = UUID(int=8)
Late = Callable[[], int]


def release(world: World, now: datetime = DEADLINE) -> int:
    return due.run(world.database, operations.release_unclaimed, operations.UNCLAIMED, now)


def pledge(world: World, quantity: int, *, version: int = 1, pledge_id: UUID = PLEDGE, **changes: object) -> None:
    world.pledge(quantity, pledge_id=pledge_id, version=version, **{"release_at": DEADLINE} | changes)


def told(world: World, pledge_id: UUID) -> tuple[int, int]:
    """What the other services were told last of a pledge: held, claimed."""
    messages = [one for one in world.messages("places.held", "places.released") if one["pledge_id"] == pledge_id]
    return messages[-1]["held"], messages[-1]["claimed"]


@pytest.fixture
def world(roomy: World) -> World:  # noqa: F811  (the fixture)
    """The shift has five places."""
    return roomy


def test_places_without_a_name_go_to_those_who_wait_at_the_deadline(world: World) -> None:
    pledge(world, 5)
    claimed = [world.sign_up(claim=claim_token(world)) for _ in range(2)]
    waiting = [world.sign_up() for _ in range(4)]
    assert release(world, DEADLINE - timedelta(seconds=1)) == 0
    assert release(world) == 1
    assert last(world) == (5, 2, 2)
    assert [world.status(one).value for one in waiting] == ["confirmed"] * 3 + ["waitlisted"]
    assert {world.status(one) for one in claimed} == {SignupStatus.CONFIRMED}
    assert release(world) == 0


def test_a_pledge_of_which_nobody_came_forward_loses_all_its_places(world: World) -> None:
    pledge(world, 3)
    assert release(world) == 1
    assert world.messages("places.released")[-1]["held"] == 0
    with pytest.raises(Conflict):
        world.sign_up(claim=claim_token(world))


def test_each_unit_has_its_own_transaction_and_its_own_deadline(world: World) -> None:
    pledge(world, 2)
    pledge(world, 2, pledge_id=OTHER, release_at=DEADLINE + timedelta(days=1))
    assert [release(world), release(world), release(world, DEADLINE + timedelta(days=1))] == [1, 0, 1]


def test_a_pledge_without_a_deadline_keeps_its_places(world: World) -> None:
    pledge(world, 5, release_at=None)
    assert release(world, DEADLINE + timedelta(days=300)) == 0


def test_a_later_deadline_is_the_one_that_counts(world: World) -> None:
    pledge(world, 5)
    pledge(world, 5, version=2, release_at=DEADLINE + timedelta(days=1))
    assert release(world) == 0


def test_a_place_that_is_given_up_after_the_deadline_goes_to_who_waits(world: World) -> None:
    pledge(world, 5)
    claimed = world.sign_up(claim=claim_token(world))
    release(world)
    others = [world.sign_up() for _ in range(5)]
    later = DEADLINE + timedelta(minutes=1)
    world.database.write(operations.withdraw, claimed.signup_id, reason=None, now=later)
    assert told(world, PLEDGE) == (0, 0)
    assert {world.status(one) for one in others} == {SignupStatus.CONFIRMED}


def test_whoever_claims_at_the_deadline_has_a_place_or_is_told_that_there_is_none(world: World) -> None:
    pledge(world, 5)
    waiting = [world.sign_up() for _ in range(5)]
    token = claim_token(world)

    def claim(number: int) -> str:
        try:
            return world.sign_up(claim=token, name=f"同事{number}", phone=f"+8613700000{number:03d}").status
        except Conflict:
            return "refused"

    with ThreadPoolExecutor(6) as pool:
        claims = [pool.submit(claim, number) for number in range(5)]
        released = pool.submit(release, world)
        outcomes = [one.result() for one in claims]
    assert released.result() == (outcomes.count("confirmed") < 5)
    confirmed = [world.status(one) for one in waiting].count(SignupStatus.CONFIRMED)
    assert (world.taken(), confirmed) == (5, 5 - outcomes.count("confirmed"))
    assert told(world, PLEDGE) == (outcomes.count("confirmed"),) * 2


def test_a_unit_that_waits_gets_places_after_everybody_on_the_waitlist(world: World) -> None:
    people = [world.sign_up() for _ in range(4)]
    pledge(world, 3)
    pledge(world, 3, version=2, waits=True)
    waiting = world.sign_up()
    assert last(world) == (3, 1, 0)
    for one in people[:2]:
        world.database.write(operations.withdraw, one.signup_id, reason=None, now=NOW)
    assert world.status(waiting) is SignupStatus.CONFIRMED
    assert last(world) == (3, 2, 0)


def test_a_unit_that_waits_gets_places_when_the_shift_grows_and_no_more_than_it_asked_for(world: World) -> None:
    pledge(world, 7, waits=True)
    pledge(world, 2, pledge_id=OTHER, waits=True)
    assert (told(world, PLEDGE), told(world, OTHER)) == ((5, 0), (0, 0))
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 12}])
    assert (told(world, PLEDGE), told(world, OTHER)) == ((7, 0), (2, 0))
    assert world.sign_up().status == "confirmed"


def test_a_unit_that_does_not_wait_keeps_what_it_has(world: World) -> None:
    pledge(world, 7)
    pledge(world, 7, version=2, waits=True)
    pledge(world, 7, version=3, waits=False)
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 12}])
    pledge(world, 7, version=4, waits=False)
    assert last(world) == (7, 5, 0)


def test_after_its_deadline_a_unit_waits_no_more(world: World) -> None:
    pledge(world, 7, waits=True)
    release(world)
    world.database.write(waitlist.sweep, DEADLINE)
    assert last(world) == (7, 0, 0)
    assert world.sign_up(now=DEADLINE).status == "confirmed"


def test_the_sweep_finds_places_that_a_waiting_unit_could_have(world: World) -> None:
    pledge(world, 7)
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 7}])
    world.database.write(operations.record_pledge, waiting_pledge(world), now=DEADLINE + timedelta(days=30))
    world.database.write(waitlist.sweep, NOW)
    assert last(world) == (7, 7, 0)


def waiting_pledge(world: World) -> dict[str, object]:
    """The pledge as a message that comes while nobody is given places; its moment is past the shift."""
    return {
        "pledge_id": PLEDGE,
        "shift_id": world.shift_id,
        "kind": "people",
        "work_unit": "朝阳小学",
        "quantity": 7,
        "version": 2,
        "waits": True,
        "release_at": None,
        "claim_link": 0,
    }
