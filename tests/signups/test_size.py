"""A year with many people: no page of the roster asks the database more often because there is more to show."""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select
from sqlalchemy.event import listen, remove

from services.signups import operations
from services.signups.idempotency import Request
from services.signups.models import Event, Feedback, Place, Shift, Signup, Volunteer
from tests.conftest import ON_SQLITE
from tests.signups.conftest import LINKS, NOW, shift_data
from tests.signups.test_roster_pages import counted
from tests.signups.web import Site

pytestmark = ON_SQLITE

EVENTS, SIGNUPS = 300, 20_000
HERE = 2_000
"""Of the sign-ups, those of the one event whose pages are opened."""
AFTER = NOW + timedelta(days=8, hours=4)


@pytest.fixture
def pages(world):
    """The pages of a small event: two shifts, people who wait for both, a unit's place, an answer with words."""
    world.publish(shifts=[*world.event["shifts"], shift_data(role="急救", skills=["急救证"])])
    aid = world.event["shifts"][1]["shift_id"]
    there, *_others = [world.sign_up() for _ in range(3)]
    world.sign_up(shift_id=aid)
    world.pledge(1, pledge_id=uuid4(), shift_id=aid)
    world.sign_up(shift_id=aid)
    world.database.write(operations.check_in, there.signup_id, now=AFTER - timedelta(hours=3))
    said = {"overall": 5, "organised": 4, "again": True, "words": "很好"}
    world.database.write(operations.give_feedback, there.signup_id, **said, now=AFTER)
    desk, event = "/signups/desk", f"/signups/desk/events/{world.event['event_id']}"
    narrowed = [
        f"?shift={world.shift_id}",
        "?q=志愿者",
        "?q=0001",
        *(f"?status={one}" for one in ("confirmed", "waitlisted", "attended", "absent", "to-clear")),
    ]
    parts = ("", "/sheet", "/feedback", "/walk-in", "/import", "/roster.csv")
    across = [f"{desk}?since=2027-01-01", f"{desk}?event={world.event['event_id']}", f"{desk}?q=志愿者"]
    return [desk, *across, *(f"{event}{one}" for one in (*parts, *narrowed))]


def grow(session, event_id):
    """Fill the year with events and people, and the one that is looked at with many more."""
    tables = [one.__table__ for one in (Event, Shift, Volunteer, Signup, Feedback)]
    event, shift, volunteer, signup, said = tables
    [pattern] = session.execute(select(event).where(event.c.id == event_id)).mappings().all()
    fresh = [{**pattern, "id": uuid4(), "slug": f"event-{n}"} for n in range(EVENTS)]
    for n, one in enumerate(fresh):
        one["starts_at"] += timedelta(hours=29 * n)
        one["ends_at"] += timedelta(hours=29 * n)
    session.execute(insert(event), fresh)
    known = session.execute(select(shift).where(shift.c.event_id == event_id)).mappings().all()
    shifts = [{**one, "id": uuid4(), "event_id": event["id"]} for event in fresh for one in known]
    session.execute(insert(shift), shifts)
    person = session.execute(select(volunteer)).mappings().first()
    people = [
        {
            **person,
            "id": uuid4(),
            "phone_key": f"{n}",
            "phone_end": f"{n % 10000:04d}",
            "name": f"志愿者{n}",
            "name_key": f"志愿者{n}",
        }
        for n in range(SIGNUPS)
    ]
    session.execute(insert(volunteer), people)
    one = session.execute(select(signup)).mappings().first()
    rows = []
    for n, who in enumerate(people):
        where = known[n % 2] if n < HERE else shifts[n % len(shifts)]
        row = {"id": uuid4(), "event_id": where["event_id"], "shift_id": where["id"], "volunteer_id": who["id"]}
        row |= {"status": ("confirmed", "attended", "waitlisted", "absent")[n // 2 % 4], "manage_hash": str(n)}
        rows.append({**one, **row})
    session.execute(insert(signup), rows)
    words = session.execute(select(said)).mappings().first()
    session.execute(insert(said), [{**words, "signup_id": row["id"]} for row in rows[: HERE // 4]])
    numbers = ({"shift_id": where["id"], "number": 100 + n} for where in known for n in range(100))
    session.execute(insert(Place.__table__), list(numbers))


def test_a_full_year_is_asked_for_in_no_more_queries_than_a_small_event(world, pages):
    site = Site(world, now=AFTER)
    site.sign_in()

    def asked():
        found = {}
        for page in pages:
            with counted(world) as statements:
                site.open(page)
            found[page] = len(statements)
        return found

    small = asked()
    world.database.write(grow, world.event["event_id"])
    # A page on which nobody waits happens to ask for no turns: fewer is fine.
    assert {page: number for page, number in asked().items() if number > small[page]} == {}


def test_nothing_that_is_done_every_day_reads_through_all_sign_ups(world, pages):
    site = Site(world, now=AFTER)
    site.sign_in()
    with planned(world) as steps:
        for page in [*pages, "/signups/desk/hours", f"/signups/desk/events/{world.event['event_id']}/check-in"]:
            site.open(page)
        world.database.write(operations.find_forgotten, now=AFTER)
    assert any("SEARCH signups" in step for step in steps)
    # Those who are there now are an index of their own.
    assert {step for step in steps if "SCAN signups" in step} <= {"SCAN signups USING INDEX ix_signups_present"}


def test_a_free_place_is_looked_for_among_those_of_its_shift_only(world):
    with planned(world) as steps:
        world.sign_up()
    assert {step for step in steps if " places " in step} == {"SEARCH places USING INDEX ix_places_free (shift_id=?)"}


@pytest.mark.parametrize("number", [1, 3])
def test_a_crowd_looks_at_the_sign_ups_of_its_own_people_only(world, number):
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 5}])
    requests = [Request.of(str(one), {}) for one in range(number)]
    wishes = [operations.Wish([world.application()], request, LINKS, NOW) for request in requests]
    with planned(world) as steps:
        assert None not in world.database.write(operations.sign_up_newcomers, wishes)
    assert not [step for step in steps if step.startswith("SCAN") and "CONSTANT" not in step]
    assert "SEARCH signups USING INDEX ix_signups_volunteer_id (volunteer_id=?)" in steps


@contextmanager
def planned(world):
    """Collect how SQLite goes about each query meanwhile."""
    steps = []

    def explain(_connection, cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            found = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps.extend(str(row[-1]) for row in found)

    listen(world.database.engine, "before_cursor_execute", explain)
    yield steps
    remove(world.database.engine, "before_cursor_execute", explain)
