"""Service hours: a ledger that only grows, to the minute."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import column, inspect, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from services.signups import operations, working_days
from services.signups.app import service
from services.signups.models import Base, EntryKind, HourEntry, HourReview, Outcome, ReviewKind, Signup, SignupStatus
from services.signups.operations import hours
from services.signups.operations.hours import ledger
from shared import migrations
from shared.database import Database
from shared.errors import Conflict, Invalid, NotFound
from tests.signups.conftest import World, event_data, shift_data

WANG, LI = uuid4(), uuid4()
START = event_data()["starts_at"]
"""The shift takes three hours from here."""


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def serve(world: World, came: float, left: float) -> UUID:
    """Somebody who was there, in minutes from the start of the shift."""
    signup_id = world.sign_up().signup_id
    assert signup_id is not None
    world.database.write(operations.check_in, signup_id, now=at(came))
    world.database.write(operations.check_out, signup_id, now=at(left))
    return signup_id


def minutes(world: World, signup_id: UUID) -> int | None:
    return world.read(lambda session: session.get_one(Signup, signup_id).minutes)


def entries(world: World) -> list[HourEntry]:
    return world.read(lambda session: session.scalars(select(HourEntry).order_by(HourEntry.at)).all())


def waiting(world: World) -> list[HourReview]:
    return world.read(lambda session: session.scalars(select(HourReview).where(HourReview.outcome.is_(None))).all())


def propose(world: World, signup_id: UUID | None, *, now: datetime, **changes: Any) -> HourReview:
    """Back-fill the whole shift of somebody, by Wang."""
    volunteer_id = world.read(lambda session: session.get_one(Signup, signup_id).volunteer_id)
    given = {"volunteer_id": volunteer_id, "community": "朝阳社区", "minutes": 180, "reason": "没信号"} | changes
    return world.database.write(hours.propose, signup_id, organizer_id=WANG, now=now, **given)


@pytest.mark.parametrize(
    ("came", "left", "counts"),
    [
        (0, 180, 180),
        (0.5, 150.4, 149),  # whole minutes
        (-40, 180, 195),  # nobody serves an hour before, but a quarter of one
        (-15, 300, 210),  # no more than the plan and half an hour
        (60, 168, 108),  # 60 % of the plan
    ],
)
def test_hours_run_from_coming_to_leaving_within_the_plan(world: World, came: float, left: float, counts: int) -> None:
    signup_id = serve(world, came, left)
    assert minutes(world, signup_id) == counts == world.messages("signup.attended")[-1]["minutes"]
    assert waiting(world) == []


def test_who_was_there_for_less_than_sixty_per_cent_waits_for_a_decision(world: World) -> None:
    signup_id = serve(world, 0, 107)
    [review] = waiting(world)
    assert (review.kind, review.minutes, minutes(world, signup_id)) == (ReviewKind.SHORT, 107, None)
    for _ in range(2):  # the second press is the same
        world.database.write(hours.decide, review.id, outcome=Outcome.ACCEPTED, organizer_id=WANG, now=at(200))
    assert minutes(world, signup_id) == 107 == world.messages("signup.attended")[-1]["minutes"]
    with pytest.raises(Conflict, match="decided this already"):
        world.database.write(
            hours.decide, review.id, outcome=Outcome.REFUSED, organizer_id=LI, reason="没来", now=at(200)
        )
    assert len(entries(world)) == 1


def test_other_hours_and_a_refusal_need_a_reason(world: World) -> None:
    signup_id = serve(world, 0, 10)
    [review] = waiting(world)

    def decide(outcome: Outcome, **said: object) -> None:
        world.database.write(hours.decide, review.id, outcome=outcome, organizer_id=WANG, now=at(200), **said)

    for said in ({"minutes": 170}, {"minutes": 500, "reason": "忘了"}):
        with pytest.raises(Invalid):
            decide(Outcome.ACCEPTED, **said)
    with pytest.raises(Invalid):
        decide(Outcome.REFUSED)
    decide(Outcome.ACCEPTED, minutes=170, reason="误点签退")
    [entry] = entries(world)
    assert (entry.minutes, entry.reason, entry.recorded_by) == (170, "误点签退", WANG)
    assert minutes(world, signup_id) == 170


def test_a_role_that_is_no_service_earns_no_hours(world: World) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"counts_as_service": False}])
    signup_id = serve(world, 0, 180)
    assert (minutes(world, signup_id), entries(world), waiting(world)) == (None, [], [])
    with pytest.raises(Conflict, match="does not count as service"):
        propose(world, signup_id, now=at(200))


def test_taking_the_check_out_back_reverses_the_hours_and_another_one_counts_anew(world: World) -> None:
    signup_id = serve(world, 0, 120)
    for _ in range(2):
        world.database.write(operations.undo_check_out, signup_id, now=at(121))
    assert minutes(world, signup_id) is None
    world.database.write(operations.check_out, signup_id, now=at(180))
    assert [entry.minutes for entry in entries(world)] == [120, -120, 180]
    assert [message["minutes"] for message in world.messages("signup.attended")] == [None, 120, None, 180]
    world.database.write(operations.mark_absent, signup_id, now=at(181))
    assert sum(entry.minutes for entry in entries(world)) == 0


def test_taking_the_check_out_back_takes_the_question_back(world: World) -> None:
    signup_id = serve(world, 0, 10)
    [review] = waiting(world)
    world.database.write(operations.undo_check_out, signup_id, now=at(11))
    assert waiting(world) == []
    with pytest.raises(NotFound):
        world.database.write(hours.decide, review.id, outcome=Outcome.ACCEPTED, organizer_id=WANG, now=at(12))


def test_a_forgotten_check_out_is_asked_about_once_and_closed_by_the_decision(world: World) -> None:
    signup_id = world.sign_up().signup_id
    world.database.write(operations.check_in, signup_id, now=at(5))
    found = [world.database.write(hours.find_forgotten, at(when)) for when in (180, 299, 300, 301)]
    assert found == [0, 0, 1, 0]
    [review] = waiting(world)
    assert (review.kind, review.minutes) == (ReviewKind.FORGOTTEN, 175)
    world.database.write(hours.decide, review.id, outcome=Outcome.ACCEPTED, organizer_id=WANG, now=at(400))
    assert minutes(world, signup_id) == 175
    closed = world.read(lambda session: session.get_one(Signup, signup_id))
    assert closed.checked_out_at == at(180)
    assert world.database.write(hours.find_forgotten, at(500)) == 0


def test_a_check_out_the_next_morning_says_nothing_of_the_hours(world: World) -> None:
    serve(world, 0, 900)
    [review] = waiting(world)
    assert (review.kind, review.minutes) == (ReviewKind.FORGOTTEN, 180)


def test_back_filled_hours_need_two_people_and_a_reason(world: World) -> None:
    signup_id = world.sign_up().signup_id
    with pytest.raises(Conflict, match="not over"):
        propose(world, signup_id, now=at(100))
    for _ in range(2):
        review = propose(world, signup_id, now=at(200))
    with pytest.raises(Conflict, match="a colleague has to approve"):
        world.database.write(hours.decide, review.id, outcome=Outcome.ACCEPTED, organizer_id=WANG, now=at(201))
    assert entries(world) == []
    world.database.write(hours.decide, review.id, outcome=Outcome.ACCEPTED, organizer_id=LI, now=at(202))
    [entry] = entries(world)
    assert (entry.kind, entry.recorded_by, entry.approved_by) == (EntryKind.BACK_FILLED, WANG, LI)
    assert world.status(operations.Answer(status="", signup_id=signup_id)) is SignupStatus.ATTENDED
    assert world.messages("signup.attended")[-1]["minutes"] == 180
    with pytest.raises(Conflict, match="in the record already"):
        propose(world, signup_id, now=at(203))
    with pytest.raises(Conflict, match="Two people agreed"):
        world.database.write(hours.correct, entry.id, minutes=200, reason="更久", organizer_id=WANG, now=at(204))


def test_hours_are_proposed_for_one_s_own_volunteers_only(world: World) -> None:
    signup_id = world.sign_up().signup_id
    for wrong in ({"community": "别的社区"}, {"volunteer_id": uuid4()}):
        with pytest.raises(Invalid) as refused:
            propose(world, signup_id, now=at(200), **wrong)
        assert list(refused.value.errors) == ["signup_id"]
    assert waiting(world) == []


def test_nobody_asks_about_a_check_out_while_proposed_hours_wait(world: World) -> None:
    signup_id, other_id = (world.sign_up().signup_id for _ in range(2))
    for one in (signup_id, other_id):
        world.database.write(operations.check_in, one, now=at(0))
    propose(world, signup_id, reason="没信号", now=at(200))
    assert world.database.write(hours.find_forgotten, at(300)) == 1, "the other one's"
    assert {(one.signup_id, one.kind) for one in waiting(world)} == {
        (signup_id, ReviewKind.BACK_FILL),
        (other_id, ReviewKind.FORGOTTEN),
    }


def test_hours_that_count_are_neither_asked_about_nor_counted_again(world: World) -> None:
    signup_id = world.sign_up().signup_id
    assert signup_id is not None
    world.database.write(operations.check_in, signup_id, now=at(0))
    review = propose(world, signup_id, reason="没信号", now=at(200))
    world.database.write(hours.decide, review.id, outcome=Outcome.ACCEPTED, organizer_id=LI, now=at(201))
    assert world.database.write(hours.find_forgotten, at(300)) == 0

    def ask(session: Session) -> HourReview:
        return ledger.ask(session, session.get_one(Signup, signup_id), ReviewKind.FORGOTTEN, 180, at(300))

    late = world.database.write(ask)  # as an earlier release did
    with pytest.raises(Conflict, match="in the record already"):
        world.database.write(hours.decide, late.id, outcome=Outcome.ACCEPTED, organizer_id=LI, now=at(301))
    assert minutes(world, signup_id) == 180
    world.database.write(hours.decide, late.id, outcome=Outcome.REFUSED, reason="已补录", organizer_id=LI, now=at(302))


def test_a_correction_is_a_reversal_and_a_new_entry(world: World) -> None:
    signup_id = serve(world, 0, 180)
    [entry] = entries(world)
    world.database.write(hours.correct, entry.id, minutes=150, reason="中途离开", organizer_id=WANG, now=at(300))
    _first, *rest = entries(world)
    assert {(one.minutes, one.kind, one.reason) for one in rest} == {
        (-180, EntryKind.REVERSAL, "中途离开"),
        (150, EntryKind.SERVED, "中途离开"),
    }
    assert minutes(world, signup_id) == 150 == world.messages("signup.attended")[-1]["minutes"]
    with pytest.raises(Conflict, match="taken back already"):  # a second press, or a colleague at the same time
        world.database.write(hours.correct, entry.id, minutes=150, reason="中途离开", organizer_id=LI, now=at(301))


@pytest.mark.parametrize("statement", ["UPDATE hour_entries SET minutes = 999", "DELETE FROM hour_entries"])
def test_the_database_itself_refuses_to_change_the_ledger(world: World, statement: str) -> None:
    serve(world, 0, 180)
    with pytest.raises(DBAPIError, match="only grows"):
        world.database.write(lambda session: session.execute(text(statement)))
    assert [entry.minutes for entry in entries(world)] == [180]


@pytest.mark.parametrize(
    ("ended", "due"),
    [
        (date(2026, 9, 18), date(2026, 10, 9)),  # Sunday the 20th is worked; then the Mid-Autumn and National days
        (date(2026, 9, 30), date(2026, 10, 20)),  # Saturday the 10th is worked
        (date(2025, 12, 25), date(2026, 1, 9)),  # over the new year, with Sunday the 4th worked
    ],
)
def test_public_holidays_and_make_up_days_are_known(ended: date, due: date) -> None:
    assert working_days.due(ended) == due


def test_what_was_served_before_there_was_a_ledger_is_in_it(database_url: str) -> None:
    database = Database(database_url, "signups", keys=["a data key for tests that is long enough"])
    with database.engine.connect() as connection:
        command.upgrade(migrations._alembic(service, connection), "3178a2271110")
    ids = {name: uuid4() for name in ("event", "shift", "volunteer", "signup")}
    database.write(lambda session: _as_it_was(session, ids))
    migrations.migrate(service, database)
    assert not migrations.pending(service, database)
    [entry] = database.read(lambda session: session.scalars(select(HourEntry)).all())
    assert (entry.signup_id, entry.minutes, entry.kind) == (ids["signup"], 93, EntryKind.SERVED)
    with pytest.raises(DBAPIError, match="only grows"):
        database.write(lambda session: session.execute(text("DELETE FROM hour_entries")))
    database.dispose()


def _as_it_was(session: Session, ids: dict[str, UUID]) -> None:
    """Somebody who was there for 93 minutes, and 30 seconds, in the tables of the release before."""
    event, shift = event_data(), shift_data()
    columns = {
        "events": event | {"id": ids["event"], "venue_name": "", "venue_address": ""},
        "shifts": shift | {"id": ids["shift"], "event_id": ids["event"], "position": 0, "listed": True},
        "volunteers": {"id": ids["volunteer"], "name": "", "name_key": "", "phone": "", "created_at": START},
        "signups": {
            "id": ids["signup"],
            "event_id": ids["event"],
            "shift_id": ids["shift"],
            "volunteer_id": ids["volunteer"],
            "status": SignupStatus.ATTENDED,
            "version": 3,
            "language": "zh-CN",
            "manage_hash": "x",
            "created_at": START,
            "consented_at": START,
            "checked_in_at": at(2),
            "checked_out_at": at(95.5),
        },
    }
    for name, values in columns.items():
        known = {one["name"] for one in inspect(session.connection()).get_columns(name)} & values.keys()
        types = {key: Base.metadata.tables[name].c[key].type for key in known}
        old = table(name, *(column(key, kind) for key, kind in types.items()))
        session.execute(old.insert().values({key: values[key] for key in known}))
