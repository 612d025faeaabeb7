"""The community's own templates: kept with times as distances, used like others, and seen by nobody else."""

from datetime import UTC, datetime, timedelta

import pytest

from services.events import operations, saved
from services.events.playbook import goes_by_the_moon
from shared.errors import Conflict, Invalid, NotFound
from tests.events.world import DAY, NOW, STARTS_AT, ZONE, an_organizer, event_data, shift_data

HOUR = timedelta(hours=1)


def keep(world, event, title="我们的端午", **more):
    entered = {"title": title, **more}
    return world.database.write(operations.save_template, event.id, entered, desk=world.desk, now=NOW)


def own(world, community=None):
    return list(world.database.read(saved.own, community or world.desk.community))


def test_an_event_begins_again_from_its_template_with_all_its_distances(world):
    shifts = [
        shift_data(starts_at=STARTS_AT - 20 * HOUR, ends_at=STARTS_AT - 18 * HOUR, training="用火安全", insured=True)
    ]
    event = world.create(
        template="dragon-boat",
        shifts=shifts,
        tasks=[{"title": "采购", "owner": "物业", "days": -9}],
        supplies=[{"name": "糯米", "quantity": 5, "unit": "公斤", "ready": 5}],
        expected_attendance=80,
    )
    kept = keep(world, event)
    again = world.create_from({"template": kept.key, "year": 2028})
    assert again.starts_at == datetime(2028, 5, 28, 6, 0, tzinfo=UTC)
    assert (again.title, again.expected_attendance, again.reminders) == ("我们的端午", 80, ["P1D", "PT2H"])
    assert again.ends_at == again.starts_at + 3 * HOUR
    assert again.shifts[0].starts_at == again.starts_at - 20 * HOUR
    assert (again.shifts[0].training, again.shifts[0].insured) == ("用火安全", True)
    assert again.programme[0].starts_at == again.starts_at + HOUR
    assert [(one.title, one.days, one.done_at) for one in again.tasks] == [("采购", -9, None)]
    assert [(one.name, one.quantity, one.ready) for one in again.supplies] == [("糯米", 5, 0)]
    assert again.slug.startswith("dragon-boat-2028-")
    assert goes_by_the_moon(again.template)


def test_an_event_of_no_festival_needs_a_date_and_moves_there(world):
    kept = keep(world, world.create())
    with pytest.raises(Invalid) as refused:
        world.create_from({"template": kept.key})
    assert set(refused.value.errors) == {"starts_at"}
    later = STARTS_AT + 100 * DAY
    again = world.create_from({"template": kept.key, "starts_at": later, "title": "别的名字"})
    assert (again.title, again.starts_at, again.shifts[0].starts_at) == ("别的名字", later, later)


def test_two_in_the_afternoon_stays_so_when_clocks_change(world):
    event = world.create(
        timezone="Europe/Berlin",
        starts_at=datetime(2027, 3, 1, 13, 0, tzinfo=UTC),
        ends_at=datetime(2027, 3, 1, 15, 0, tzinfo=UTC),
        shifts=[],
        programme=[{"title": "合唱", "starts_at": datetime(2027, 3, 1, 14, 0, tzinfo=UTC)}],
    )
    kept = keep(world, event)
    summer = datetime(2027, 7, 1, 12, 0, tzinfo=UTC)
    again = world.create_from({"template": kept.key, "starts_at": summer, "timezone": "Europe/Berlin"})
    assert (again.ends_at, again.programme[0].starts_at) == (summer + 2 * HOUR, summer + HOUR)


def test_a_name_that_is_taken_is_refused_until_it_is_to_be_replaced(world):
    event = world.create()
    first = keep(world, event)
    world.change(event, summary="新的写法")
    with pytest.raises(Invalid) as refused:
        keep(world, event)
    assert set(refused.value.errors) == {"title"}
    again = keep(world, event, replace=True)
    assert again.key == first.key
    assert [one.body["summary"] for one in own(world)] == ["新的写法"]


def test_a_template_of_another_festival_is_replaced_under_a_key_of_its_own(world):
    keep(world, world.create(template="dragon-boat"))
    again = keep(world, world.create(template="mid-autumn"), replace=True)
    assert [one.key for one in own(world)] == [again.key]
    assert again.key.startswith("mid-autumn--")


def test_a_community_neither_sees_nor_uses_the_templates_of_another(world):
    stranger = an_organizer(world.database, "滨河社区")
    kept = keep(world, world.create())
    assert own(world, "滨河社区") == []
    with pytest.raises(Invalid) as refused:
        world.create_from({"template": kept.key, "starts_at": STARTS_AT}, desk=stranger)
    assert set(refused.value.errors) == {"template"}
    with pytest.raises(NotFound):
        world.database.write(operations.delete_template, kept.key, desk=stranger)
    with pytest.raises(NotFound):
        world.database.write(operations.rename_template, kept.key, "我的", desk=stranger)
    theirs = world.create_from(event_data(), desk=stranger)
    with pytest.raises(NotFound):
        keep(world, theirs)


def test_a_template_is_renamed_but_not_to_the_name_of_another(world):
    event = world.create()
    first, _second = keep(world, event, "甲"), keep(world, event, "乙")
    world.database.write(operations.rename_template, first.key, "丙", desk=world.desk)
    assert {one.title for one in own(world)} == {"丙", "乙"}
    with pytest.raises(Invalid):
        world.database.write(operations.rename_template, first.key, "乙", desk=world.desk)


def test_events_outlive_the_template_that_they_began_with(world):
    kept = keep(world, world.create(template="dragon-boat"))
    event = world.create_from({"template": kept.key, "year": 2028})
    world.database.write(operations.delete_template, kept.key, desk=world.desk)
    assert own(world) == []
    copy = world.database.write(operations.duplicate_event, event.id, STARTS_AT + 800 * DAY, desk=world.desk, now=NOW)
    assert copy.template == kept.key


def test_the_permit_checklist_comes_with_the_crowd_and_not_from_the_template(world):
    kept = keep(world, world.create(expected_attendance=2000))
    assert kept.body["tasks"] == []
    assert all(one.permit for one in world.create_from({"template": kept.key, "starts_at": STARTS_AT}).tasks)


def test_there_is_an_end_to_templates(world, monkeypatch):
    monkeypatch.setattr(operations.saving, "MAX_TEMPLATES", 1)
    event = world.create()
    keep(world, event, "甲")
    with pytest.raises(Conflict):
        keep(world, event, "乙")


@pytest.mark.parametrize(
    ("template", "day", "expected"),
    [
        ("dragon-boat", "2027-06-09", "2028-05-28"),
        ("dragon-boat", "2027-06-06", "2028-05-25"),  # the Sunday three days before
        ("mid-autumn", "2024-09-17", "2027-09-15"),  # never into the past
        ("mid-autumn", "2027-12-24", "2028-10-03"),  # far from the festival: on its day
        ("national-day", "2027-10-02", "2028-10-02"),
        ("clean-up", "2027-06-05", "2027-06-12"),
        (None, "2027-06-09", "2027-06-16"),
    ],
)
def test_doing_it_again_keeps_the_distance_from_the_festival(world, template, day, expected):
    starts_at = datetime.fromisoformat(f"{day}T14:00+08:00").astimezone(UTC)
    event = world.create(
        template=template, starts_at=starts_at, ends_at=starts_at + HOUR, shifts=[], programme=[], timezone=ZONE
    )
    again = operations.next_start(event, NOW)
    assert again.isoformat() == f"{expected}T14:00:00+08:00"
