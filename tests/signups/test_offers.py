"""Shortly before a shift, a place that becomes free is offered to who waits; it goes on where nobody answers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.signups import operations, queries, waitlist
from services.signups.models import Place, Signup, SignupStatus
from shared.errors import Conflict
from tests.conftest import ON_SQLITE
from tests.signups.conftest import LINKS, NOW, World, shift_data
from tests.signups.test_notices import written
from tests.signups.web import Site

START = NOW + timedelta(days=8)
DAY_BEFORE = START - timedelta(hours=24)
UNTIL = DAY_BEFORE + timedelta(hours=2)
MINUTE = timedelta(minutes=1)
LATE = UNTIL + MINUTE


def do(world: World, operation: Callable[..., Any], answer: operations.Answer, now: datetime = DAY_BEFORE) -> Any:
    changes = {"reason": None} if operation is operations.withdraw else {}
    return world.database.write(operation, answer.signup_id, now=now, **changes)


def found(world: World, answer: operations.Answer) -> Signup:
    return world.read(lambda session: queries.with_position(session, session.get_one(Signup, answer.signup_id)))


def expire(world: World, now: datetime = LATE) -> int:
    return world.database.write(operations.expire_offers, now)


def counts(world: World) -> tuple[int, int, int, int]:
    """Confirmed, offered, free, waitlisted."""
    [one] = world.read(lambda session: queries.shifts(session, world.event["event_id"]))
    return one.confirmed, one.offered, one.free, one.waitlisted


@pytest.fixture
def people(world: World) -> list[operations.Answer]:
    """Two who have the places and three who wait; the first has withdrawn on the day before."""
    people = [world.sign_up() for _ in range(5)]
    do(world, operations.withdraw, people[0])
    return people


def test_a_place_that_becomes_free_on_the_day_before_is_offered_and_not_free(world, people):
    offered = found(world, people[2])
    assert (offered.status, offered.offered_until) == (SignupStatus.WAITLISTED, UNTIL)
    assert counts(world) == (1, 1, 0, 3)
    assert world.messages()[-1]["offered"] is True
    [notice] = world.notices("offered")
    assert notice.expires_at == UNTIL
    assert [found(world, one).waitlist_position for one in people[2:]] == [None, 1, 2]


def test_accepting_confirms_and_doing_so_twice_changes_nothing(world, people):
    for _ in range(2):
        do(world, operations.accept_offer, people[2], UNTIL - MINUTE)
    assert world.status(people[2]) is SignupStatus.CONFIRMED
    assert counts(world) == (2, 0, 0, 2)
    assert [message["status"] for message in world.messages()[-2:]] == ["waitlisted", "confirmed"]
    assert expire(world) == 0


def test_declining_gives_up_the_turn_and_asks_the_next_once(world, people):
    for _ in range(2):
        do(world, operations.decline_offer, people[2])
    assert world.status(people[2]) is SignupStatus.WITHDRAWN
    assert [found(world, one).offered_until is not None for one in people[3:]] == [True, False]
    assert counts(world) == (1, 1, 0, 2)


def test_withdrawing_is_declining(world, people):
    do(world, operations.withdraw, people[2])
    assert found(world, people[3]).offered_until == UNTIL


def test_an_offer_that_runs_out_goes_to_the_next_in_the_same_moment_and_is_told(world, people):
    assert expire(world, UNTIL - MINUTE) == 0
    assert expire(world) == 1
    assert expire(world) == 0
    assert world.status(people[2]) is SignupStatus.WITHDRAWN
    assert found(world, people[3]).offered_until == LATE + timedelta(hours=2)
    assert counts(world) == (1, 1, 0, 2)
    assert len(world.notices("offer_expired")) == 1


def test_an_offer_whose_time_is_over_cannot_be_accepted_whether_it_has_gone_on_or_not(world, people):
    with pytest.raises(Conflict, match="run out"):
        do(world, operations.accept_offer, people[2], UNTIL)
    expire(world)
    with pytest.raises(Conflict, match="run out"):
        do(world, operations.accept_offer, people[2], LATE)


def test_who_has_no_offer_can_neither_accept_nor_decline(world, people):
    for operation in (operations.accept_offer, operations.decline_offer):
        with pytest.raises(Conflict, match="No place is offered"):
            do(world, operation, people[4])
    with pytest.raises(Conflict, match="No place is offered"):
        do(world, operations.decline_offer, people[1])


@pytest.mark.parametrize(
    ("before", "is_offered"),
    [
        (timedelta(hours=48, minutes=1), False),
        (timedelta(hours=48), True),
        (timedelta(hours=2, minutes=1), True),
        (timedelta(hours=2), False),
        (MINUTE, False),
    ],
)
def test_a_place_is_given_at_once_well_before_the_shift_and_when_an_answer_would_come_too_late(
    world, before, is_offered
):
    seated, _other, waiting = (world.sign_up() for _ in range(3))
    do(world, operations.withdraw, seated, START - before)
    assert (found(world, waiting).offered_until is not None) == is_offered
    assert world.status(waiting) is (SignupStatus.WAITLISTED if is_offered else SignupStatus.CONFIRMED)


def test_the_organizer_sets_how_long_an_offer_stands_and_none_at_all_confirms_at_once(world):
    first, second, third, fourth = (world.sign_up() for _ in range(4))
    world.publish(offer_minutes=30)
    do(world, operations.withdraw, first)
    assert found(world, third).offered_until == DAY_BEFORE + timedelta(minutes=30)
    world.publish(offer_minutes=0)
    do(world, operations.withdraw, second)
    assert world.status(fourth) is SignupStatus.CONFIRMED


def test_no_place_stays_empty_when_nobody_answers(world, people):
    for number in range(3, 40):
        expire(world, DAY_BEFORE + number * timedelta(minutes=50))
    assert [world.status(one).value for one in people] == ["withdrawn", "confirmed"] + ["withdrawn"] * 3
    assert counts(world) == (1, 0, 1, 0)
    assert world.sign_up(now=START - MINUTE).status == "confirmed"


def test_somebody_who_signs_up_now_is_not_asked_whether_they_want_to(world):
    busy = {"name": "张三", "phone": "+8613800138000"}
    seated = world.sign_up()
    world.sign_up()
    world.sign_up(**busy)
    world.publish(shifts=[*world.event["shifts"], overlapping := shift_data()])
    world.sign_up(**busy, shift_id=overlapping["shift_id"])
    do(world, operations.withdraw, seated)
    assert world.sign_up(now=DAY_BEFORE).status == "confirmed"


def test_what_is_offered_leaves_no_time_for_another_shift_and_who_found_one_since_cannot_accept(world, people):
    person = world.read(lambda session: session.get_one(Signup, people[2].signup_id).volunteer)
    known = {"name": person.name, "phone": person.phone}
    [first] = world.event["shifts"]
    later = shift_data(starts_at=first["ends_at"], ends_at=first["ends_at"] + timedelta(hours=1))
    world.publish(shifts=[first, overlapping := shift_data(), later])
    with pytest.raises(Conflict, match="overlapping"):
        world.sign_up(**known, shift_id=overlapping["shift_id"])
    world.sign_up(**known, shift_id=later["shift_id"])
    world.publish(shifts=[first, overlapping, later | {"starts_at": first["starts_at"]}])
    with pytest.raises(Conflict, match="overlapping"):
        do(world, operations.accept_offer, people[2])


def test_a_smaller_capacity_leaves_the_offer_and_takes_the_place_once_it_is_declined(world, people):
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 1}])
    assert world.messages("capacity.refused")[-1]["taken"] == 2
    do(world, operations.decline_offer, people[2])
    assert counts(world) == (1, 0, 0, 2)


@pytest.mark.usefixtures("people")
def test_a_unit_is_kept_no_place_that_is_offered(world):
    world.pledge(2, pledge_id=uuid4())
    assert world.messages("places.released")[-1]["held"] == 0
    assert counts(world) == (1, 1, 0, 3)


def test_a_shift_that_is_taken_out_takes_its_offers_with_it(world, people):
    world.publish(shifts=[])
    assert {world.status(one) for one in people} == {SignupStatus.WITHDRAWN}
    assert world.messages("signup.withdrawn")[-1]["status"] == "withdrawn"
    assert expire(world) == 0


@pytest.mark.parametrize("status", ["cancelled", "draft"])
def test_while_the_event_is_not_open_nobody_can_accept_and_nobody_loses_the_turn(world, people, status):
    world.publish(status=status)
    with pytest.raises(Conflict):
        do(world, operations.accept_offer, people[2])
    assert expire(world) == 1
    assert (found(world, people[2]).status, found(world, people[2]).waitlist_position) == ("waitlisted", 1)
    assert world.messages()[-1]["offered"] is False
    assert world.notices("offer_expired") == []


def test_an_offer_ends_when_the_shift_begins_earlier_than_it(world, people):
    shift = world.event["shifts"][0] | {"starts_at": UNTIL - timedelta(hours=1)}
    world.publish(starts_at=shift["starts_at"], shifts=[shift])
    with pytest.raises(Conflict, match="run out"):
        do(world, operations.accept_offer, people[2], shift["starts_at"])
    assert expire(world, shift["starts_at"]) == 1


def test_an_organizer_who_moves_somebody_frees_what_was_offered_to_them(world, people):
    world.publish(shifts=[*world.event["shifts"], other := shift_data()])
    moved = world.database.write(
        operations.move_signup, people[2].signup_id, other["shift_id"], now=DAY_BEFORE + MINUTE
    )
    assert (moved.status, moved.offered_until) == (SignupStatus.CONFIRMED, None)
    assert found(world, people[3]).offered_until == UNTIL + MINUTE


def test_the_sweep_offers_what_a_rollback_left_free_and_passes_over_who_has_an_offer(world, people):
    world.database.write(
        lambda session: session.add(Place(shift_id=world.shift_id, number=3))
    )  # as if a transaction with the last place in hand had been rolled back
    assert world.database.write(waitlist.sweep, DAY_BEFORE + MINUTE) == 1
    assert [found(world, one).offered_until for one in people[2:]] == [UNTIL, UNTIL + MINUTE, None]


@pytest.mark.usefixtures("people")
def test_the_notice_names_the_time_and_is_written_only_while_the_offer_stands(world):
    [letter] = written(world, "offered")
    assert letter.subject == "名额为您保留至6月8日（周二）19:00：端午包粽子"
    assert "/signups/s/" in letter.body
    expire(world)
    [gone, _next] = written(world, "offered")
    [expired] = written(world, "offer_expired")
    assert gone is None
    assert "重新报名" in expired.body


@ON_SQLITE
def test_one_tap_on_one_s_own_page_accepts_and_two_taps_do_no_more(world, people):
    site = Site(world, now=DAY_BEFORE)
    site.browser.get(f"/signups/manage/{LINKS.manage_token(people[2].signup_id)}")
    assert "名额空出来了，为您保留至6月8日（周二）19:00" in site.open("/signups/mine")
    mine = f"/signups/mine/{people[2].signup_id}"
    assert "接受" in site.open(mine)
    for _ in range(2):
        sent = site.send(mine, f"{mine}/accept", {})
        assert (sent.status_code, sent.headers["Location"]) == (303, mine)
    assert "报名成功" in site.open(mine)
    assert site.send("/signups/mine", f"/signups/mine/{people[3].signup_id}/accept", {}).status_code == 404


@ON_SQLITE
def test_who_is_too_late_is_told_so_on_their_page(world, people):
    site = Site(world, now=LATE)
    site.browser.get(f"/signups/manage/{LINKS.manage_token(people[2].signup_id)}")
    mine = f"/signups/mine/{people[2].signup_id}"
    site.send(mine, f"{mine}/accept", {})
    assert "名额的保留时间已过" in site.open(mine)


@ON_SQLITE
def test_programs_and_organizers_accept_and_decline_and_the_roster_says_until_when(world, people):
    site = Site(world, now=DAY_BEFORE)
    site.sign_in()
    assert "名额保留至19:00" in site.open(f"/signups/desk/events/{world.event['event_id']}?status=waitlisted")
    token = LINKS.manage_token(people[2].signup_id)
    shown = site.call("GET", f"/signups/{people[2].signup_id}", token=token).json
    assert (shown["status"], shown["offered_until"]) == ("waitlisted", UNTIL.isoformat())
    [shift] = site.call("GET", f"/events/{world.event['event_id']}/shifts").json["items"]
    assert (shift["confirmed"], shift["offered"], shift["free"]) == (1, 1, 0)
    declined = site.call("POST", f"/signups/{people[2].signup_id}/decline", token=token)
    assert (declined.status_code, declined.json["status"]) == (200, "withdrawn")
    assert site.call("POST", f"/signups/{people[3].signup_id}/accept", token=token).status_code == 404
    accepted = site.call("POST", f"/signups/{people[3].signup_id}/accept", token=site.organizer())
    assert (accepted.status_code, accepted.json["status"]) == (200, "confirmed")
    assert site.call("POST", f"/signups/{people[3].signup_id}/decline", token=site.organizer()).status_code == 409
