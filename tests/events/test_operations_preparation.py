"""Getting ready: tasks and supplies come along, are ticked row by row, and never make an edit of the event stale."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest

from services.events import countdown, operations
from services.events.countdown import When
from services.events.models import NeedCopy, PledgeCopy, Supply
from services.events.permits import CHECKLIST
from services.events.playbook import PLAYBOOK
from shared.errors import NotFound
from tests.events.world import DAY, NOW, STARTS_AT, an_organizer, event_data

TASK = {"title": "采购糯米", "owner": "社区工作人员", "days": -10}
SUPPLY = {"name": "糯米", "quantity": 50, "unit": "公斤"}


def tell(world, operation, *args, **kwargs):
    return world.database.write(operation, *args, desk=world.desk, now=NOW, **kwargs)


def prepared(world, event):
    return world.database.read(countdown.preparation, event.id, community=world.desk.community)


def permit_of(world, event):
    return prepared(world, event).permit


def test_a_template_brings_its_tasks_and_supplies(world):
    event = world.create_from({"template": "dragon-boat"})
    found, template = prepared(world, event), PLAYBOOK["dragon-boat"]
    assert [(one.days, one.title, one.owner) for one in found.usual] == [
        (one.days, one.title, one.owner) for one in template.tasks
    ]
    assert [(one.supply.name, one.supply.quantity, one.supply.ready) for one in found.stock] == [
        (one.name, one.quantity, 0) for one in template.supplies
    ]
    assert countdown.due(event, found.tasks[0]) == date(2027, 5, 10)
    assert not found.permit


def test_what_is_entered_wins_over_the_templates_tasks(world):
    event = world.create_from({"template": "dragon-boat", "tasks": [TASK], "supplies": []})
    found = prepared(world, event)
    assert [one.title for one in found.tasks] == ["采购糯米"]
    assert found.stock == []


def test_a_copy_brings_tasks_undone_and_supplies_not_ready(world):
    event = world.create(tasks=[TASK], supplies=[SUPPLY | {"ready": 20}])
    tell(world, operations.tick_task, event.id, prepared(world, event).tasks[0].id, done=True)
    copy = tell(world, operations.duplicate_event, event.id, STARTS_AT + 30 * DAY)
    found = prepared(world, copy)
    assert [(one.title, one.days, one.done_at) for one in found.tasks] == [("采购糯米", -10, None)]
    assert [(one.supply.quantity, one.supply.ready) for one in found.stock] == [(50, 0)]


def test_a_task_is_due_by_the_calendar_of_the_events_place(world):
    # Half past midnight in Shanghai is still the day before in UTC.
    event = world.create(
        starts_at=datetime(2027, 6, 8, 16, 30, tzinfo=UTC),
        ends_at=datetime(2027, 6, 8, 18, 30, tzinfo=UTC),
        shifts=[],
        programme=[],
        tasks=[TASK | {"days": 0}],
    )
    task = prepared(world, event).tasks[0]
    assert countdown.due(event, task) == date(2027, 6, 9)
    assert countdown.when(event, task, datetime(2027, 6, 8, 16, 0, tzinfo=UTC)) is When.TODAY


def test_tasks_stand_under_late_today_soon_later_and_done(world):
    days = {"late": -40, "today": -39, "soon": -33, "later": -32, "done": -45}
    event = world.create(tasks=[{"title": title, "owner": "", "days": at} for title, at in days.items()])
    assert event.local(NOW).date() + timedelta(days=39) == event.local(STARTS_AT).date()
    done = next(one for one in prepared(world, event).tasks if one.title == "done")
    tell(world, operations.tick_task, event.id, done.id, done=True)
    groups = countdown.grouped(event, prepared(world, event).tasks, NOW)
    assert {group.value: [one.title for one in tasks] for group, tasks in groups.items()} == {
        title: [title] for title in days
    }
    assert list(groups) == list(When)


def test_ticking_is_written_down_and_leaves_the_events_version_alone(world):
    event = world.create(tasks=[TASK])
    task = prepared(world, event).tasks[0]
    for _twice in range(2):
        tell(world, operations.tick_task, event.id, task.id, done=True)
    ticked = prepared(world, event).tasks[0]
    assert (ticked.done_at, ticked.done_by) == (NOW, world.desk.organizer_id)
    tell(world, operations.tick_task, event.id, task.id, done=False)
    assert world.history(event)[1:] == [
        ("prepared", "task.done", "采购糯米", False, True),
        ("prepared", "task.done", "采购糯米", True, False),
    ]
    assert world.change(event, version=1, title="端午下午茶").version == 2


def test_a_task_that_a_colleague_took_out_is_said_to_be_gone(world):
    event = world.create(tasks=[TASK])
    task = prepared(world, event).tasks[0]
    tell(world, operations.remove_task, event.id, task.id)
    with pytest.raises(operations.RowGone, match="taken this out"):
        tell(world, operations.tick_task, event.id, task.id, done=True)
    with pytest.raises(operations.RowGone):
        tell(world, operations.change_task, event.id, task.id, TASK)


def test_nobody_touches_the_tasks_of_another_community(world):
    event = world.create(tasks=[TASK], supplies=[SUPPLY])
    found = prepared(world, event)
    stranger = an_organizer(world.database, "滨河社区")
    elsewhere = world.create_from(event_data(), desk=stranger)
    for wrong_desk, event_id in ((stranger, event.id), (stranger, elsewhere.id)):
        with pytest.raises(NotFound):
            world.database.write(operations.tick_task, event_id, found.tasks[0].id, done=True, desk=wrong_desk, now=NOW)
    with pytest.raises(NotFound):
        world.database.write(operations.restock, event.id, {}, desk=stranger, now=NOW)


def test_two_colleagues_who_change_different_rows_at_once_are_both_heard(world):
    event = world.create(supplies=[SUPPLY, SUPPLY | {"name": "粽叶"}])
    rows = [one.supply.id for one in prepared(world, event).stock]
    start = Barrier(2)

    def change(row_id, ready):
        start.wait()
        tell(world, operations.restock, event.id, {row_id: {"quantity": 50, "ready": ready}})

    colleagues = [Thread(target=change, args=row) for row in zip(rows, (10, 20), strict=True)]
    for one in colleagues:
        one.start()
    for one in colleagues:
        one.join()
    assert [one.supply.ready for one in prepared(world, event).stock] == [10, 20]
    assert len([one for one in world.history(event) if one[1] == "supply.ready"]) == 2


def test_a_row_that_is_gone_does_not_keep_the_others_from_being_saved(world):
    event = world.create(supplies=[SUPPLY])
    row = prepared(world, event).stock[0].supply
    wanted = {row.id: {"quantity": 60, "ready": 5}, uuid4(): {"quantity": 1, "ready": 1}}
    assert tell(world, operations.restock, event.id, wanted) == 1
    assert [(one.supply.quantity, one.supply.ready) for one in prepared(world, event).stock] == [(60, 5)]


def test_what_units_promise_counts_towards_the_supply_that_their_need_names(world):
    event = world.create(supplies=[SUPPLY | {"ready": 10}, SUPPLY | {"name": "粽叶", "quantity": 100, "unit": "张"}])
    needs = {"糯米（圆糯米）": ("公斤", 30), "粽叶": ("捆", 7)}

    def hear(session):
        for description, (unit, quantity) in needs.items():
            need_id = uuid4()
            about = {"version": 1, "event_id": event.id, "kind": "supplies"}
            session.add(NeedCopy(need_id=need_id, quantity=99, unit=unit, description=description, **about))
            for part in (quantity, 0):
                session.add(PledgeCopy(pledge_id=uuid4(), need_id=need_id, work_unit="粮油店", quantity=part, **about))

    world.database.write(hear)
    found = prepared(world, event)
    # Bundles are no sheets: what is counted differently does not count.
    assert [(one.supply.name, one.promised, one.missing) for one in found.stock] == [("糯米", 30, 10), ("粽叶", 0, 100)]


def test_the_longest_name_in_a_need_is_the_supply_it_is_about():
    water, warm = (Supply(id=uuid4(), name=name, quantity=5, unit="箱", ready=0) for name in ("水", "饮用水"))
    assert [one.promised for one in countdown.stocked([water, warm], [("饮用水", "箱", 3)])] == [0, 3]


def test_a_thousand_people_bring_the_permit_checklist_once(world):
    event = world.create(expected_attendance=999, tasks=[TASK])
    assert permit_of(world, event) == []
    world.change(event, expected_attendance=1000)
    world.change(event, expected_attendance=1500)
    assert sorted(one.title for one in permit_of(world, event)) == sorted(step.title for step in CHECKLIST)


def test_a_new_large_event_has_the_checklist_from_the_start_and_so_has_its_copy(world):
    event = world.create(expected_attendance=3000)
    assert len(permit_of(world, event)) == len(CHECKLIST)
    copy = tell(world, operations.duplicate_event, event.id, STARTS_AT + 30 * DAY)
    assert len(permit_of(world, copy)) == len(CHECKLIST)


def test_a_smaller_crowd_takes_away_only_what_is_undone_of_the_checklist(world):
    event = world.create(expected_attendance=3000, tasks=[TASK])
    first = permit_of(world, event)[0]
    tell(world, operations.tick_task, event.id, first.id, done=True)
    world.change(event, expected_attendance=300)
    assert [one.id for one in permit_of(world, event)] == [first.id]
    assert [one.title for one in prepared(world, event).usual] == ["采购糯米"]
    world.change(event, expected_attendance=None)
    world.change(event, expected_attendance=2000)
    assert len(permit_of(world, event)) == len(CHECKLIST)


def test_a_step_that_was_taken_out_does_not_come_back_with_a_few_people_more(world):
    event = world.create(expected_attendance=3000)
    tell(world, operations.remove_task, event.id, permit_of(world, event)[0].id)
    world.change(event, expected_attendance=3100)
    assert len(permit_of(world, event)) == len(CHECKLIST) - 1
