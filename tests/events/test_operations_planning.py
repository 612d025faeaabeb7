"""What is planned follows the event: its shifts, its tasks and its zone; and it never comes at night."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import delete, update

from services.events import daytime, operations
from services.events.models import Reminder, ReminderState
from tests.events.test_rules import at
from tests.events.world import DAY, NOW, STARTS_AT, shift_data

HOUR = timedelta(hours=1)
OURS = "PT2H/shift/20270609T0600Z"
EARLY = "PT2H/shift/20270609T0400Z"


def pending(world, event):
    return {rule: one for rule, one in world.reminders(event).items() if one.state is ReminderState.PENDING}


def sweep(world, now=NOW):
    return world.database.write(operations.planning(daytime.USUAL), now)


def fire(world, now):
    return world.database.write(operations.fire_due_reminders, now)


def test_a_row_says_what_the_clock_shows_and_in_which_zone(world):
    event = world.published(reminders=["P1D@18:00"])
    row = world.reminders(event)["P1D@18:00"]
    assert (row.wall_at, row.timezone) == ("2027-06-08T18:00:00", "Asia/Shanghai")
    assert row.due_at == at("2027-06-08 18:00")


def test_the_people_of_a_shift_are_reminded_before_that_shift(world):
    shifts = [shift_data(), shift_data(role="布置", starts_at=STARTS_AT - 2 * HOUR, ends_at=STARTS_AT)]
    event = world.published(shifts=shifts, reminders=["PT2H/shift"])
    assert set(pending(world, event)) == {OURS, EARLY}
    assert fire(world, STARTS_AT - 3 * HOUR) == 1
    assert fire(world, STARTS_AT - 2 * HOUR) == 1
    first, second = world.messages("reminder.due")
    assert (first["rule"], first["shift_ids"], first["expires_at"]) == (
        EARLY,
        [event.shifts[1].id],
        STARTS_AT - 2 * HOUR,
    )
    assert (second["rule"], second["shift_ids"]) == (OURS, [event.shifts[0].id])


def test_reminders_follow_a_shift_that_is_moved_added_or_taken_out(world):
    event = world.published(reminders=["PT2H/shift"])
    ours = {"id": event.shifts[0].id}
    event = world.change(event, shifts=[ours, shift_data(role="布置")])
    assert [len(one.shift_ids) for one in pending(world, event).values()] == [2]
    assert pending(world, event)[OURS].event_version == event.version
    event = world.change(event, shifts=[ours | {"starts_at": STARTS_AT - 2 * HOUR}, {"id": event.shifts[1].id}])
    assert {rule: len(one.shift_ids) for rule, one in pending(world, event).items()} == {OURS: 1, EARLY: 1}
    event = world.change(event, shifts=[{"id": event.shifts[1].id}])
    assert set(pending(world, event)) == {OURS}
    assert event.occurrence == 0


def test_what_was_told_of_a_shift_is_not_told_again_when_another_joins_it(world):
    event = world.published(reminders=["PT2H/shift"])
    assert fire(world, STARTS_AT - 2 * HOUR) == 1
    world.change(event, now=STARTS_AT - HOUR, shifts=[{"id": event.shifts[0].id}, shift_data(role="布置")])
    assert fire(world, STARTS_AT - HOUR) == 0


def test_nobody_is_written_to_at_night(world):
    starts_at = at("2027-06-09 07:30")
    shifts = [shift_data(starts_at=starts_at)]
    event = world.published(starts_at=starts_at, shifts=shifts, reminders=["PT2H", "P1D"])
    rows = pending(world, event)
    assert rows["PT2H"].due_at == at("2027-06-08 20:00")
    assert rows["P1D"].due_at == at("2027-06-07 20:00")
    assert sweep(world, at("2027-06-08 20:00") + HOUR) == 0  # a scheduler that was down: still to be told


def test_what_is_planned_in_the_night_itself_comes_in_the_morning_or_not_at_all(world):
    starts_at = at("2027-06-09 09:00")
    event = world.create(starts_at=starts_at, shifts=[shift_data(starts_at=starts_at)], reminders=["PT2H", "PT1H"])
    world.publish(event, now=at("2027-06-08 23:00"))
    assert {rule: one.due_at for rule, one in pending(world, event).items()} == {
        "PT2H": at("2027-06-09 08:00"),
        "PT1H": at("2027-06-09 08:00"),
    }
    early = at("2027-06-09 07:00")
    event = world.create(starts_at=early, shifts=[shift_data(starts_at=early)], reminders=["PT2H"])
    world.publish(event, now=at("2027-06-08 23:00"))
    assert world.reminders(event)["PT2H"].state is ReminderState.SKIPPED


def test_the_sweep_plans_what_is_missing_and_mends_what_is_wrong(world):
    event = world.published(reminders=["P1D@18:00", "PT2H"])

    def spoil(session):
        session.execute(delete(Reminder).where(Reminder.rule == "PT2H"))
        session.execute(update(Reminder).values(due_at=STARTS_AT - HOUR, wall_at=""))

    world.database.write(spoil)
    assert sweep(world) == 1
    assert {rule: one.due_at for rule, one in pending(world, event).items()} == {
        "P1D@18:00": at("2027-06-08 18:00"),
        "PT2H": STARTS_AT - 2 * HOUR,
    }
    assert sweep(world) == 0


def test_a_reminder_of_tasks_comes_and_goes_with_them(world):
    event = world.published(reminders=["tasks-P1D"])
    task = world.database.write(
        operations.add_task, event.id, {"title": "借音响", "owner": "", "days": -2}, desk=world.desk, now=NOW
    )
    assert sweep(world) == 1
    assert set(pending(world, event)) == {"tasks-P1D/20270607"}
    world.database.write(operations.tick_task, event.id, task.id, done=True, desk=world.desk, now=NOW)
    assert sweep(world) == 1
    assert not pending(world, event)


def test_two_sweeps_at_once_plan_each_reminder_once(world):
    events = [world.published(reminders=["P1D", "PT2H/shift"]) for _ in range(5)]
    world.database.write(lambda session: session.execute(delete(Reminder)))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: sweep(world), range(4)))
    assert [len(pending(world, event)) for event in events] == [2] * 5


def test_a_clock_that_jumps_forth_and_back_tells_nothing_twice(world):
    world.published()
    told = [fire(world, now) for now in (STARTS_AT - HOUR, STARTS_AT - 3 * DAY, STARTS_AT - DAY, STARTS_AT - HOUR)]
    assert told == [2, 0, 0, 0]
    assert sweep(world, STARTS_AT - 3 * DAY) == 0


def test_a_draft_and_a_cancelled_event_have_nothing_planned(world):
    draft, event = world.create(), world.published()
    world.database.write(operations.cancel_event, event.id, "下雨", desk=world.desk, now=NOW)
    assert sweep(world) == 0
    assert not pending(world, draft)
    assert not pending(world, event)
