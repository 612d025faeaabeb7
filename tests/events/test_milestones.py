"""Whoever owes something for an event is reminded of it, as long as it is missing; and nobody else is."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from services.events import accounts, operations
from services.events.models import Organizer, ReminderState
from services.events.notices import KINDS, composer
from services.events.rules import Milestone
from shared.notices.tables import Notice
from shared.principal import Role
from tests.events.test_rules import at
from tests.events.web import CONFIG, DESK, fields_of
from tests.events.world import DAY, NOW, STARTS_AT, an_organizer, shift_data

ALL = [str(milestone) for milestone in Milestone]
PAGE = f"{DESK}/me"


def wants(world, *told_of, desk=None, **addresses):
    world.database.write(
        accounts.choose_letters,
        (desk or world.desk).organizer_id,
        **{"email": "wang@example.com", "phone": None, "robot": None} | addresses,
        told_of=told_of or ALL,
        language="zh-CN",
    )


def fire(world, now):
    return world.database.write(operations.fire_due_reminders, now)


def notices(world, kind=None):
    query = select(Notice).order_by(Notice.created_at, Notice.id)
    return world.database.read(
        lambda session: session.scalars(query if kind is None else query.where(Notice.kind == kind)).all()
    )


def boxes(desk):
    """What the form about letters holds."""
    return fields_of(desk.get(PAGE).partition('id="letters"')[2])


def letters(world, now):
    """What the planned notices say at that moment; None for those that would not be sent."""
    compose = composer(CONFIG)
    ids = [one.id for one in notices(world)]
    return [
        world.database.read(lambda session, one=one: compose(session, session.get_one(Notice, one), now)) for one in ids
    ]


def test_supplies_that_are_due_are_told_to_the_units(world):
    event = world.published(reminders=["supplies-P2D"])
    assert fire(world, at("2027-06-07 09:00")) == 1
    assert fire(world, at("2027-06-07 09:00")) == 0
    assert world.messages("milestone.reached") == [
        {
            "event_id": event.id,
            "version": 2,
            "milestone": "supplies",
            "rule": "supplies-P2D",
            "occurrence": 0,
            "due_at": at("2027-06-07 09:00"),
            "expires_at": STARTS_AT,
        }
    ]
    assert not notices(world)


def test_organizers_hear_of_a_shift_with_too_few_people_until_it_has_enough(world):
    wants(world)
    event = world.published(shifts=[shift_data(minimum=2)], reminders=["minimum-P3D"])
    now = at("2027-06-06 09:00")
    assert fire(world, now) == 1
    [letter] = letters(world, now)
    assert letter.subject == "人手不足：端午游园会"
    assert "引导" in letter.body
    assert "王主任" in letter.body
    assert f"{CONFIG.origin}/signups/desk/events/{event.id}" in letter.body
    assert (letter.email, letter.phone, letter.language) == ("wang@example.com", None, "zh-CN")
    world.sign_up(event)
    assert letters(world, now) != [None]
    world.sign_up(event)
    assert letters(world, now) == [None]


def test_organizers_hear_of_places_that_units_have_put_no_name_to(world):
    wants(world)
    event = world.published(reminders=["unclaimed-P3D"])
    pledge = uuid4()
    world.database.write(
        operations.record_pledges,
        [
            {
                "pledge_id": pledge,
                "version": 1,
                "event_id": event.id,
                "shift_id": event.shifts[0].id,
                "need_id": None,
                "work_unit": "卫生站",
                "kind": "people",
                "quantity": 3,
            }
        ],
    )

    def hold(version, claimed):
        kept = {"pledge_id": pledge, "version": version, "event_id": event.id, "shift_id": event.shifts[0].id}
        world.database.write(operations.record_holds, [kept | {"requested": 3, "held": 3, "claimed": claimed}], now=NOW)

    hold(1, 1)
    now = at("2027-06-06 09:00")
    fire(world, now)
    [letter] = letters(world, now)
    assert "卫生站" in letter.body
    assert "2" in letter.body
    hold(2, 3)
    assert letters(world, now) == [None]


def test_a_letter_about_tasks_names_what_is_late_and_what_is_due_next(world):
    wants(world)
    tasks = [
        {"title": "借音响", "owner": "网格员", "days": -5},
        {"title": "买粽叶", "owner": "", "days": -2},
        {"title": "搭舞台", "owner": "", "days": 0},
    ]
    world.published(tasks=tasks, reminders=["tasks-P1D"])
    now = at("2027-06-06 09:00")
    assert fire(world, now) == 2  # the first should have gone out two days before, and is too late by now
    [letter] = letters(world, now)
    assert "借音响" in letter.body
    assert "网格员" in letter.body
    assert "买粽叶" in letter.body
    assert "搭舞台" not in letter.body


def test_a_week_after_the_event_organizers_hear_what_is_not_written_down_yet(world):
    wants(world)
    event = world.published(reminders=["records-P7D", "P1D"])
    world.sign_up(event)
    world.sign_up(event, "attended", minutes=None)
    now = at("2027-06-16 09:00")
    world.database.write(operations.complete_event, event.id, visitors=80, desk=world.desk, now=STARTS_AT + DAY)
    assert world.reminders(event)["P1D"].state is ReminderState.CANCELLED
    assert fire(world, now) == 1
    [letter] = letters(world, now)
    assert letter.body.count("1人") == 2
    assert "居民" not in letter.body


def test_nothing_is_written_of_an_event_that_was_moved_or_called_off(world):
    wants(world)
    event = world.published(shifts=[shift_data(minimum=2)], reminders=["minimum-P3D"])
    now = at("2027-06-06 09:00")
    fire(world, now)
    world.change(event, now=now, starts_at=STARTS_AT + 7 * DAY)
    assert letters(world, now) == [None]
    world.database.write(operations.cancel_event, event.id, "下雨", desk=world.desk, now=now)
    assert fire(world, now + 7 * DAY) == 0


def test_only_who_asked_for_it_is_written_to_and_only_while_they_may_do_something(world):
    readers, elsewhere = an_organizer(world.database, "朝阳社区"), an_organizer(world.database, "远方社区")
    nobody, others, closed = (an_organizer(world.database, "朝阳社区") for _ in range(3))
    wants(world, "minimum")
    for desk in (readers, elsewhere, closed):
        wants(world, desk=desk)
    wants(world, "tasks", desk=others)
    wants(world, desk=nobody, email=None)

    def shut(session):
        session.get_one(Organizer, readers.organizer_id).role = Role.VIEWER.value
        session.get_one(Organizer, closed.organizer_id).active = False

    world.database.write(shut)
    world.published(shifts=[shift_data(minimum=2)], reminders=["minimum-P3D"])
    now = at("2027-06-06 09:00")
    fire(world, now)
    assert [one.person_id for one in notices(world)] == [world.desk.organizer_id]
    wants(world, "tasks")
    assert letters(world, now) == [None]


def test_every_milestone_is_known_to_the_sender():
    assert set(KINDS) == set(ALL)
    assert all(kind.joins for kind in KINDS.values())


def test_the_delivery_log_names_an_organizer_by_the_first_sign_only(site, world):
    wants(world)
    event = world.published(shifts=[shift_data(minimum=2)], reminders=["minimum-P3D"])
    fire(world, at("2027-06-06 09:00"))
    token = site.token()
    answer = site.call("GET", f"/notices?event_id={event.id}&kind=minimum", token=token)
    [item] = answer.json["items"]
    assert (item["person"], item["state"], item["occurrence"]) == ("王*", "queued", 0)


def test_an_organizer_says_where_they_are_written_to_and_of_what(desk, world):
    typed = boxes(desk)
    assert sorted(typed["told_of"]) == ["minimum", "records", "tasks", "unclaimed"]
    desk.send(
        f"{PAGE}/letters",
        {
            "email": " Wang@example.com ",
            "phone": "139 0013 9000",
            "robot": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
            "told_of": ["tasks"],
        },
        page=PAGE,
    )
    found = world.database.read(lambda session: session.scalars(select(Organizer).filter_by(username="admin")).one())
    assert (found.email, found.phone, found.told_of) == ("Wang@example.com", "+8613900139000", ["tasks"])
    assert found.language == "en"
    assert (boxes(desk)["phone"], boxes(desk)["told_of"]) == (["139 0013 9000"], ["tasks"])
    desk.send(f"{PAGE}/letters", {}, page=PAGE)
    found = world.database.read(lambda session: session.get_one(Organizer, found.id))
    assert (found.email, found.phone, found.robot, found.told_of) == (None, None, None, [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "wang"},
        {"phone": "123"},
        {"robot": "https://example.com/cgi-bin/webhook/send?key=1"},
        {"told_of": "weather"},
    ],
)
def test_a_wrong_address_comes_back_with_the_error_beside_it(desk, wrong):
    [(name, value)] = wrong.items()
    answer = desk.send(f"{PAGE}/letters", wrong, 422, page=PAGE)
    assert f'id="{name}-error"' in answer.text
    assert name == "told_of" or f'value="{value}"' in answer.text
