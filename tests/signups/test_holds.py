"""Places kept for a unit, and claimed by its people."""

import threading
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.signups import operations
from services.signups.models import Hold, SignupStatus
from shared.errors import Conflict, Invalid, Unready
from tests.signups.conftest import NOW, World

PLEDGE = UUID(int=7)


def claim_token(world: World) -> str:
    return world.read(lambda session: session.scalar(select(Hold.claim_token).where(Hold.pledge_id == PLEDGE)))


def last(world: World) -> tuple[int, int, int]:
    """What the other services were told last: requested, held, claimed."""
    message = world.messages("places.held", "places.released")[-1]
    return message["requested"], message["held"], message["claimed"]


@pytest.fixture
def roomy(world: World) -> World:
    """The shift has five places."""
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 5}])
    return world


def test_a_pledge_keeps_places_at_once(roomy: World) -> None:
    roomy.pledge(3, pledge_id=PLEDGE)
    assert last(roomy) == (3, 3, 0)
    assert [roomy.sign_up().status for _ in range(3)] == ["confirmed", "confirmed", "waitlisted"]


def test_a_pledge_gets_what_there_is(roomy: World) -> None:
    roomy.sign_up()
    roomy.pledge(9, pledge_id=PLEDGE)
    assert last(roomy) == (9, 4, 0)


def test_a_pledge_for_a_full_shift_gets_nothing(roomy: World) -> None:
    for _ in range(5):
        roomy.sign_up()
    roomy.pledge(2, pledge_id=PLEDGE)
    assert last(roomy) == (2, 0, 0)
    assert len(roomy.messages("places.released")) == 1


def test_the_same_pledge_twice_and_an_older_one_change_nothing(roomy: World) -> None:
    roomy.pledge(2, pledge_id=PLEDGE, version=2)
    roomy.pledge(2, pledge_id=PLEDGE, version=2)
    roomy.pledge(5, pledge_id=PLEDGE, version=1)
    assert len(roomy.messages("places.held")) == 1
    assert last(roomy) == (2, 2, 0)


def test_people_of_the_unit_claim_their_places(roomy: World) -> None:
    roomy.pledge(2, pledge_id=PLEDGE)
    assert roomy.sign_up(claim=claim_token(roomy)).status == "confirmed"
    assert last(roomy) == (2, 2, 1)
    assert roomy.messages("signup.confirmed")[-1]["pledge_id"] == PLEDGE


def test_no_more_people_claim_than_places_were_kept(roomy: World) -> None:
    roomy.pledge(2, pledge_id=PLEDGE)
    token = claim_token(roomy)
    outcomes: list[str] = []

    def run() -> None:
        try:
            outcomes.append(roomy.sign_up(claim=token).status)
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["confirmed"] * 2 + ["refused"] * 6
    assert last(roomy) == (2, 2, 2)


def test_a_claimed_place_that_is_given_up_stays_with_the_unit(roomy: World) -> None:
    roomy.pledge(2, pledge_id=PLEDGE)
    answer = roomy.sign_up(claim=claim_token(roomy))
    roomy.database.write(operations.withdraw, answer.signup_id, reason=None, now=NOW)
    assert last(roomy) == (2, 2, 0)


def test_reducing_a_pledge_gives_places_to_those_who_wait(roomy: World) -> None:
    roomy.pledge(5, pledge_id=PLEDGE)
    waiting = [roomy.sign_up() for _ in range(3)]
    roomy.pledge(3, pledge_id=PLEDGE, version=2)
    assert last(roomy) == (3, 3, 0)
    assert [roomy.status(answer).value for answer in waiting] == ["confirmed", "confirmed", "waitlisted"]


def test_withdrawing_a_pledge_leaves_claimed_places_to_their_people(roomy: World) -> None:
    roomy.pledge(3, pledge_id=PLEDGE)
    answer = roomy.sign_up(claim=claim_token(roomy))
    roomy.pledge(0, pledge_id=PLEDGE, version=2)
    assert last(roomy) == (0, 1, 1)
    assert roomy.status(answer) is SignupStatus.CONFIRMED


def test_a_claimed_place_goes_to_who_waits_once_its_person_and_its_unit_have_both_gone(roomy: World) -> None:
    roomy.pledge(5, pledge_id=PLEDGE)
    claimed = roomy.sign_up(claim=claim_token(roomy))
    roomy.pledge(0, pledge_id=PLEDGE, version=2)
    others = [roomy.sign_up() for _ in range(5)]
    roomy.database.write(operations.withdraw, claimed.signup_id, reason=None, now=NOW)
    assert last(roomy) == (0, 0, 0)
    assert {roomy.status(answer) for answer in others} == {SignupStatus.CONFIRMED}


def test_a_withdrawal_that_overtakes_its_pledge_leaves_nothing_kept(roomy: World) -> None:
    roomy.pledge(0, pledge_id=PLEDGE, version=2)
    roomy.pledge(4, pledge_id=PLEDGE, version=1)
    assert last(roomy) == (0, 0, 0)


def test_a_claim_link_opens_its_own_shift_only(roomy: World) -> None:
    with pytest.raises(Invalid) as wrong:
        roomy.sign_up(claim="made up")
    assert "claim" in wrong.value.errors


def test_a_pledge_for_a_shift_not_heard_of_yet_is_tried_again_later(roomy: World) -> None:
    with pytest.raises(Unready):
        roomy.pledge(2, pledge_id=PLEDGE, shift_id=uuid4())


def test_other_pledges_do_not_concern_places(roomy: World) -> None:
    roomy.pledge(2, pledge_id=PLEDGE, kind="venue", shift_id=None)
    assert roomy.messages("places.held", "places.released") == []
