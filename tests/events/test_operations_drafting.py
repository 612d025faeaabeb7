"""New events: drafts that say where they contradict themselves, and copies of earlier ones without their people."""

from datetime import UTC, datetime, timedelta

import pytest

from services.events import operations, queries
from services.events.models import EventStatus
from shared.errors import Invalid, NotFound
from tests.events.world import NOW, STARTS_AT, an_organizer, event_data, shift_data

HOUR = timedelta(hours=1)


def test_a_draft_is_written_down_and_told_nobody(world):
    event = world.create()
    assert (event.status, event.version, event.occurrence) == (EventStatus.DRAFT, 1, 0)
    assert event.community == "朝阳社区"
    assert event.slug.startswith("event-2027-")
    assert [shift.position for shift in event.shifts] == [0]
    assert world.messages() == []
    assert world.history(event) == [("created", None, None, None, None)]


def test_an_event_without_a_template_reminds_a_day_and_two_hours_before(world):
    entered = event_data()
    del entered["reminders"]
    assert world.create_from(entered).reminders == ["P1D", "PT2H"]


def test_no_reminders_means_none(world):
    assert world.create(reminders=[]).reminders == []


def test_the_same_reminder_twice_is_one(world):
    assert world.create(reminders=["P1D", "P1D"]).reminders == ["P1D"]


def test_a_blank_template_needs_a_date(world):
    with pytest.raises(Invalid) as refused:
        world.create_from({"template": "blank"})
    assert set(refused.value.errors) == {"starts_at"}


def test_a_shift_that_ends_before_it_starts_is_named_by_its_number(world):
    wrong = shift_data(ends_at=STARTS_AT - HOUR)
    with pytest.raises(Invalid) as refused:
        world.create(shifts=[shift_data(), shift_data(), wrong])
    assert refused.value.errors == {"shifts": {2: {"ends_at": ["Shift 3 ends before it starts."]}}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": STARTS_AT}, "ends_at"),
        ({"ends_at": STARTS_AT + timedelta(days=40)}, "ends_at"),
        ({"shifts": [shift_data(ends_at=STARTS_AT)]}, "shifts"),
        ({"shifts": [shift_data(starts_at=STARTS_AT - timedelta(days=8))]}, "shifts"),
        ({"shifts": [shift_data(minimum=7)]}, "shifts"),
        ({"programme": [{"title": "合唱", "starts_at": STARTS_AT - timedelta(days=30)}]}, "programme"),
    ],
)
def test_times_and_numbers_that_contradict_each_other_are_refused(world, changes, field):
    with pytest.raises(Invalid) as refused:
        world.create(**changes)
    assert set(refused.value.errors) == {field}


def test_a_copy_moves_all_times_and_leaves_the_people_behind(world):
    original = world.published(template="dragon-boat")
    world.sign_up(original)
    world.hold(original, 3)
    next_year = datetime(2028, 5, 28, 6, 0, tzinfo=UTC)
    copy = world.database.write(
        operations.duplicate_event, original.id, next_year, desk=world.desk, now=NOW + timedelta(days=60)
    )
    assert (copy.status, copy.version, copy.occurrence) == (EventStatus.DRAFT, 1, 0)
    assert copy.slug.startswith("dragon-boat-2028-")
    assert (copy.title, copy.reminders) == (original.title, original.reminders)
    assert (copy.starts_at, copy.ends_at) == (next_year, next_year + 3 * HOUR)
    assert copy.shifts[0].starts_at == next_year
    assert copy.shifts[0].id != original.shifts[0].id
    assert copy.programme[0].starts_at == next_year + HOUR
    assert world.database.read(queries.shift_counts, [copy.id]) == {}
    assert world.history(copy)[0][0] == "duplicated"


def test_an_hour_stays_the_same_hour_when_clocks_change_between(world):
    original = world.create(
        timezone="Europe/Berlin",
        starts_at=datetime(2027, 3, 27, 13, 0, tzinfo=UTC),
        ends_at=datetime(2027, 3, 27, 15, 0, tzinfo=UTC),
        shifts=[],
        programme=[],
    )
    after = datetime(2027, 3, 28, 12, 0, tzinfo=UTC)  # again two in the afternoon
    copy = world.database.write(operations.duplicate_event, original.id, after, desk=world.desk, now=NOW)
    assert copy.ends_at - copy.starts_at == 2 * HOUR


def test_nobody_copies_the_event_of_another_community(world):
    stranger = an_organizer(world.database, "滨河社区")
    with pytest.raises(NotFound):
        world.database.write(operations.duplicate_event, world.create().id, STARTS_AT, desk=stranger, now=NOW)
