"""A community's full year: no page of the desk asks the database more often because there is more to show."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import event as hooks
from sqlalchemy import insert, select

from services.events import operations
from services.events.models import (
    AuditEntry,
    Event,
    EventStatus,
    FeedbackCopy,
    HoldCopy,
    Invitation,
    NeedCopy,
    Organizer,
    PledgeCopy,
    ProgrammeItem,
    Reminder,
    SavedTemplate,
    Shift,
    SignupCopy,
    Supply,
    Task,
)
from services.events.statistics import TREND
from shared.messaging.tables import Incoming
from tests.conftest import ON_SQLITE
from tests.events.test_handlers import apply
from tests.events.test_operations_preparation import SUPPLY, TASK
from tests.events.test_results import feedback
from tests.events.web import DESK
from tests.events.world import NOW, STARTS_AT, shift_data

pytestmark = ON_SQLITE

EVENTS, SIGNUPS = 300, 20_000
ENDS = NOW + timedelta(days=90)
TODAY = STARTS_AT - timedelta(hours=20)
PARTS = (Shift, ProgrammeItem, Task, Supply, Reminder, NeedCopy, PledgeCopy, HoldCopy, FeedbackCopy, AuditEntry)
"""What belongs to an event."""


def queries_of(desk, path):
    """Count the statements that a page asks the database for."""
    asked = []
    engine = desk.database.engine

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    hooks.listen(engine, "before_cursor_execute", note)
    try:
        desk.get(path)
    finally:
        hooks.remove(engine, "before_cursor_execute", note)
    return len(asked)


def a_small_world(world):
    """Make one event of each tab that has one of everything, and return the one that is near."""
    entered = {"template": "clean-up", "shifts": [shift_data(minimum=3)], "tasks": [TASK], "supplies": [SUPPLY]}
    near = world.published(**entered)
    # As many as are shown side by side, so that the one of a year ago is none of them.
    past, *_others = (world.published(**entered | moved(NOW + timedelta(days=2 + number))) for number in range(TREND))
    world.create(**entered)
    a_year_ago = world.create(**entered | moved(NOW - timedelta(days=300)), now=NOW - timedelta(days=320))
    world.publish(a_year_ago, now=NOW - timedelta(days=320))
    for event in (near, past):
        world.sign_up(event, "attended" if event is past else "confirmed", minutes=90)
        world.hold(event, 2)
        of = {"event_id": event.id, "version": 1, "kind": "supplies", "need_id": uuid4()}
        put(world, NeedCopy, **of, quantity=9, unit="公斤", description="糯米")
        put(world, PledgeCopy, **of, pledge_id=uuid4(), quantity=5, work_unit="朝阳小学")
        apply(world.database, feedback(event, 5))
    stuck = feedback(near, 5)
    put(world, Incoming, message_id=uuid4(), type=stuck.type, body=stuck.body, status="dead", received_at=NOW)
    whom = {"display_name": "王芳", "role": "grid", "community": world.desk.community, "token_hash": "0"}
    put(world, Invitation, **whom, id=uuid4(), invited_by=world.desk.organizer_id, created_at=NOW, expires_at=ENDS)
    world.database.write(operations.save_template, near.id, {"title": "我们的"}, desk=world.desk, now=NOW)
    return near


def moved(starts_at):
    """Return what is entered for one that begins at another time."""
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3)}
    return {**times, "shifts": [shift_data(**times)], "programme": [], "reminders": []}


def put(world, model, **values):
    """Write a row."""
    world.database.write(lambda session: session.execute(insert(model).values(**values)))


def grow(session, near):
    """Fill the year with events like the near one and their sign-ups, and give the near one much more of everything."""
    table = Event.__table__
    [pattern] = session.execute(select(table).where(table.c.id == near.id)).mappings().all()
    states = (EventStatus.PUBLISHED, EventStatus.COMPLETED, EventStatus.DRAFT, EventStatus.PUBLISHED)
    events = []
    for number in range(EVENTS):
        starts_at = TODAY + timedelta(hours=29 * (number - EVENTS // 2))
        changes = {"id": uuid4(), "slug": f"event-{number}", "starts_at": starts_at, "visitors": number}
        changes |= {"ends_at": starts_at + timedelta(hours=3), "status": states[number % len(states)]}
        events.append({**pattern, **changes})
    session.execute(insert(table), events)
    ids = [near.id] * 20 + [one["id"] for one in events]
    shifts = []
    for part in PARTS:
        rows = list(_copies(session, part.__table__, near.id, ids))
        session.execute(insert(part.__table__), rows)
        shifts += [(row["event_id"], row["id"]) for row in rows if part is Shift]
    signups = []
    for number in range(SIGNUPS):
        event_id, shift_id = shifts[number % len(shifts)]
        state = ("confirmed", "attended", "waitlisted", "absent")[number % 4]
        row = {"signup_id": uuid4(), "version": 1, "event_id": event_id, "shift_id": shift_id, "status": state}
        signups.append(row | {"minutes": 90 if state == "attended" else None})
    session.execute(insert(SignupCopy.__table__), signups)
    for model, unique in ((Organizer, "username"), (Invitation, "token_hash"), (SavedTemplate, "key"), (Incoming, "")):
        [row] = session.execute(select(model.__table__)).mappings().fetchmany(1)
        key = "message_id" if model is Incoming else "id"
        fresh = ({key: uuid4()} | ({unique: f"new-{n}"} if unique else {}) for n in range(15))
        more = [{**row, **changes} for changes in fresh]
        if model is SavedTemplate:
            more = [one | {"title": f"我们的 {n}"} for n, one in enumerate(more)]
        session.execute(insert(model.__table__), more)


def _copies(session, table, event_id, ids):
    """Yield the event's rows of a table once more for each of the events, with keys of their own."""
    rows = session.execute(select(table).where(table.c.event_id == event_id)).mappings().all()
    for number, one in enumerate(ids):
        for row in rows:
            copy = {**row, "event_id": one} | {column.name: uuid4() for column in table.primary_key}
            if table.name == "reminders":
                copy["occurrence"] = number + 1 if one == event_id else row["occurrence"]
            yield copy


def pages_of(near):
    """Return the address of every page of the desk that lists something."""
    tabs = [f"{DESK}?tab={tab}" for tab in ("upcoming", "drafts", "past")]
    parts = ("", "/edit", "/results", "/preparation", "/programme", "/run-sheet", "/shifts", "/repeat", "/duplicate")
    others = ("/report?year=2027", "/new", "/import", "/people", "/me", "/messages")
    return [*tabs, *(f"{DESK}/{near.id}{part}" for part in parts), *(f"{DESK}{one}" for one in others)]


def test_a_full_year_is_asked_for_in_as_many_queries_as_a_small_one(desk, world):
    near = a_small_world(world)
    with desk.at(TODAY):
        desk.sign_in()
        pages = pages_of(near)
        small = {page: queries_of(desk, page) for page in pages}
        world.database.write(grow, near)
        assert {page: queries_of(desk, page) for page in pages} == small
