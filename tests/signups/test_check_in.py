"""On the day: codes, scans that come late or twice, who was never seen, and who forgot to check out."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.signups import operations, today
from services.signups.models import CheckInCode, HourReview, Outcome, Scan, ScanKind, ScanOutcome, Signup, SignupStatus
from services.signups.operations import Sent, hours
from shared.errors import Conflict, Invalid, NotFound
from tests.signups.conftest import World

ORGANIZER = uuid4()


def start(world: World, **later: float) -> datetime:
    moment: datetime = world.event["starts_at"] + timedelta(**later)
    return moment


def end(world: World, **later: float) -> datetime:
    moment: datetime = world.event["ends_at"] + timedelta(**later)
    return moment


def scan(
    world: World,
    signup_id: UUID | None,
    kind: ScanKind,
    at: datetime,
    *,
    nonce: UUID | None = None,
    now: datetime | None = None,
    event_id: UUID | None = None,
) -> Scan:
    assert signup_id is not None
    sent = Sent(nonce=nonce or uuid4(), signup_id=signup_id, kind=kind, at=at)
    event_id = event_id or world.event["event_id"]
    return world.database.write(operations.record_scan, event_id, sent, organizer_id=ORGANIZER, now=now or at)


def signup(world: World, answer: operations.Answer) -> Signup:
    found: Signup = world.read(lambda session: session.get_one(Signup, answer.signup_id))
    return found


def test_everybody_who_signs_up_has_six_digits_of_their_own(world: World) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 30}])
    threads = [threading.Thread(target=world.sign_up) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = world.read(lambda session: session.scalars(select(CheckInCode.code)).all())
    assert len(set(codes)) == 30
    assert all(len(code) == 6 and code.isdecimal() for code in codes)


def test_a_code_that_somebody_has_is_not_given_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([7, 7, 7, 8])
    monkeypatch.setattr("services.signups.models.check_in.secrets.randbelow", lambda _n: next(drawn))
    first, second = world.sign_up(), world.sign_up()
    codes = world.database.read(today.codes, [signup(world, answer) for answer in (first, second)])
    assert [codes[answer.signup_id] for answer in (first, second)] == ["000007", "000008"]


def test_a_scan_that_comes_twice_is_noted_once_with_the_moment_it_was_made(world: World) -> None:
    answer = world.sign_up()
    nonce = uuid4()
    for minutes in (40, 45):
        done = scan(
            world, answer.signup_id, ScanKind.CHECK_IN, start(world), nonce=nonce, now=start(world, minutes=minutes)
        )
        assert (done.outcome, done.received_at) == (ScanOutcome.DONE, start(world, minutes=40))
    assert signup(world, answer).checked_in_at == start(world)
    assert len(world.messages("signup.attended")) == 1


def test_one_scan_sent_ten_times_at_once_is_noted_once(world: World) -> None:
    answer, nonce = world.sign_up(), uuid4()
    outcomes: Counter[str] = Counter()

    def run() -> None:
        outcomes[scan(world, answer.signup_id, ScanKind.CHECK_IN, start(world), nonce=nonce).outcome] += 1

    threads = [threading.Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"done": 10}
    assert len(world.messages("signup.attended")) == 1


@pytest.mark.parametrize(("hours", "taken"), [(-5, -5), (-30, -12), (3, 0)])
def test_a_scan_is_neither_of_the_future_nor_of_another_day(world: World, hours: int, taken: int) -> None:
    answer, now = world.sign_up(), start(world)
    scan(world, answer.signup_id, ScanKind.CHECK_IN, now + timedelta(hours=hours), now=now)
    assert signup(world, answer).checked_in_at == now + timedelta(hours=taken)


def test_what_cannot_be_is_answered_as_refused_with_its_reason_every_time(world: World) -> None:
    _first, _second, waiting = (world.sign_up() for _ in range(3))
    nonce = uuid4()
    for _ in range(2):
        refused = scan(world, waiting.signup_id, ScanKind.CHECK_IN, start(world), nonce=nonce)
        assert refused.outcome is ScanOutcome.REFUSED
        assert "waitlist" in (refused.reason or "")
    assert world.status(waiting) is SignupStatus.WAITLISTED


def test_scans_in_their_order_come_and_go_and_are_taken_back(world: World) -> None:
    answer = world.sign_up()
    steps = [
        (ScanKind.CHECK_IN, 5, (5, None)),
        (ScanKind.CHECK_OUT, 3, (5, 5)),  # another phone's clock: nobody leaves before they came
        (ScanKind.UNDO_CHECK_OUT, 6, (5, None)),
        (ScanKind.UNDO_CHECK_IN, 7, (None, None)),
    ]
    for kind, minutes, times in steps:
        scan(world, answer.signup_id, kind, start(world, minutes=minutes), now=start(world, hours=1))
        found = signup(world, answer)
        wanted = tuple(None if one is None else start(world, minutes=one) for one in times)
        assert (found.checked_in_at, found.checked_out_at) == wanted


def test_a_scan_is_for_its_own_event_and_a_nonce_for_its_own_sign_up(world: World) -> None:
    first, second, nonce = world.sign_up(), world.sign_up(), uuid4()
    with pytest.raises(NotFound):
        scan(world, first.signup_id, ScanKind.CHECK_IN, start(world), event_id=uuid4())
    scan(world, first.signup_id, ScanKind.CHECK_IN, start(world), nonce=nonce)
    with pytest.raises(Invalid):
        scan(world, second.signup_id, ScanKind.CHECK_IN, start(world), nonce=nonce)
    assert world.status(second) is SignupStatus.CONFIRMED


def test_late_is_more_than_a_quarter_of_an_hour_after_the_start(world: World) -> None:
    answer = world.sign_up()
    assert not today.is_late(signup(world, answer), start(world, minutes=15))
    assert today.is_late(signup(world, answer), start(world, minutes=16))
    scan(world, answer.signup_id, ScanKind.CHECK_IN, start(world, minutes=10))
    assert not today.is_late(signup(world, answer), start(world, hours=2))


def test_those_never_seen_are_marked_absent_in_one_go_after_the_end(world: World) -> None:
    came, missed = world.sign_up(), world.sign_up()
    scan(world, came.signup_id, ScanKind.CHECK_IN, start(world))
    with pytest.raises(Conflict, match="not over"):
        world.database.write(operations.mark_rest_absent, world.shift_id, now=start(world))
    [left] = world.database.read(today.unseen, world.event["event_id"], end(world))
    assert left.number == 1
    for number in (1, 0):
        assert world.database.write(operations.mark_rest_absent, world.shift_id, now=end(world)) == number
    assert (world.status(came), world.status(missed)) == (SignupStatus.ATTENDED, SignupStatus.ABSENT)
    world.database.write(operations.undo_absence, missed.signup_id, now=end(world))
    assert world.status(missed) is SignupStatus.CONFIRMED


def test_who_forgot_to_check_out_is_listed_and_gets_no_time_until_somebody_decides(world: World) -> None:
    answer = world.sign_up()
    scan(world, answer.signup_id, ScanKind.CHECK_IN, start(world))
    event_id = world.event["event_id"]
    assert not world.database.read(today.to_settle, event_id, end(world, hours=2))
    later = end(world, hours=3)
    [forgotten] = world.database.read(today.to_settle, event_id, later)
    assert (forgotten.id, forgotten.checked_out_at) == (answer.signup_id, None)
    for number in (1, 0):
        assert world.database.write(hours.find_forgotten, now=later) == number
    [review] = world.read(lambda session: session.scalars(select(HourReview)).all())
    entered: dict[str, Any] = {"minutes": 170, "reason": "看见她离开", "organizer_id": ORGANIZER, "now": later}
    for _ in range(2):
        world.database.write(hours.decide, review.id, outcome=Outcome.ACCEPTED, **entered)
    assert not world.database.read(today.to_settle, event_id, later)
    assert [message["minutes"] for message in world.messages("signup.attended")] == [None, 170]
