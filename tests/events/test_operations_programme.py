"""Working on the programme item by item: what follows moves along, and everything else stays."""

from datetime import timedelta

import pytest

from services.events import operations
from shared.errors import Invalid, NotFound, Stale
from tests.events.world import DAY, NOW, STARTS_AT, shift_data

MINUTE = timedelta(minutes=1)


def items(*given):
    """What an organizer enters: title, minutes after the start, length, and the place."""
    return [
        {
            "title": title,
            "starts_at": None if at is None else STARTS_AT + at * MINUTE,
            "minutes": minutes,
            "place": place,
        }
        for title, at, minutes, place in given
    ]


def plan(world, event):
    """The programme by title, in minutes after the start of the event."""
    found = world.event(event.id).programme
    return {one.title: one.starts_at and (one.starts_at - STARTS_AT) // MINUTE for one in found}


@pytest.fixture
def evening(world):
    """Three items on the stage with a pause between, a game beside them, a rehearsal the day before."""
    return world.create(
        programme=items(
            ("合唱", 0, 20, "舞台"),
            ("舞蹈", 20, 10, "舞台"),
            ("套圈", 20, 60, "广场"),
            ("快板", 40, 10, "舞台"),
            ("彩排", -1440, 30, "舞台"),
            ("抽奖", None, None, ""),
        )
    )


def change(world, event, title, *, alone=False, version=None, **entered):
    item = next(one for one in event.programme if one.title == title)
    return world.database.write(
        operations.change_item,
        event.id,
        item.id,
        entered,
        alone=alone,
        version=version or world.event(event.id).version,
        desk=world.desk,
        now=NOW,
    )


def move(world, event, title, place):
    item = next(one for one in event.programme if one.title == title)
    version = world.event(event.id).version
    return world.database.write(
        operations.move_item, event.id, item.id, place, version=version, desk=world.desk, now=NOW
    )


BEFORE = {"合唱": 0, "舞蹈": 20, "套圈": 20, "快板": 40, "彩排": -1440, "抽奖": None}


def test_a_longer_item_moves_what_follows_on_its_stage_that_day(world, evening):
    change(world, evening, "合唱", minutes=35)
    assert plan(world, evening) == BEFORE | {"舞蹈": 35, "快板": 55}


def test_an_earlier_start_draws_the_rest_along(world, evening):
    change(world, evening, "舞蹈", starts_at=STARTS_AT + 15 * MINUTE)
    assert plan(world, evening) == BEFORE | {"舞蹈": 15, "快板": 35}


def test_only_this_one_leaves_the_rest_where_it_is(world, evening):
    change(world, evening, "合唱", minutes=35, alone=True)
    assert plan(world, evening) == BEFORE


def test_other_words_move_nothing(world, evening):
    change(world, evening, "合唱", performers="夕阳红合唱队")
    assert plan(world, evening) == BEFORE


def test_an_item_that_is_given_its_time_or_loses_it_moves_nothing(world, evening):
    change(world, evening, "抽奖", starts_at=STARTS_AT)
    change(world, evening, "合唱", starts_at=None)
    assert plan(world, evening) == BEFORE | {"抽奖": 0, "合唱": None}


def test_an_item_that_moves_up_takes_the_others_start_and_they_make_room(world, evening):
    move(world, evening, "快板", 0)
    assert plan(world, evening) == BEFORE | {"快板": 0, "合唱": 10, "舞蹈": 30}


def test_moving_down_and_up_again_changes_nothing_in_the_end(world, evening):
    move(world, evening, "合唱", 1)
    assert plan(world, evening) == BEFORE | {"舞蹈": 0, "合唱": 10}
    move(world, evening, "合唱", 0)
    assert plan(world, evening) == BEFORE


def test_an_item_that_moves_down_past_a_pause_leaves_the_pause_before_it(world, evening):
    move(world, evening, "合唱", 2)
    assert plan(world, evening) == BEFORE | {"舞蹈": 0, "快板": 20, "合唱": 30}


def test_an_item_without_a_time_and_one_that_stays_move_nothing(world, evening):
    for title, place in (("抽奖", 0), ("合唱", 0), ("快板", 9), ("套圈", 1)):
        move(world, evening, title, place)
    assert plan(world, evening) == BEFORE


def test_the_programme_stays_in_the_order_of_its_times(world, evening):
    move(world, evening, "快板", 0)
    titles = [one.title for one in world.event(evening.id).programme]
    assert titles == ["彩排", "快板", "合唱", "套圈", "舞蹈", "抽奖"]


def test_what_moved_along_is_in_the_history_and_the_version_goes_up_once(world, evening):
    change(world, evening, "合唱", minutes=35)
    assert world.event(evening.id).version == 2
    fields = {(field, part) for _action, field, part, _before, _after in world.history(evening) if field}
    assert {("programme.minutes", "合唱"), ("programme.starts_at", "舞蹈"), ("programme.starts_at", "快板")} <= fields


def test_a_removed_item_leaves_the_rest_where_it_is(world, evening):
    item = evening.programme[0]
    world.database.write(operations.remove_item, evening.id, item.id, version=1, desk=world.desk, now=NOW)
    assert plan(world, evening) == {title: at for title, at in BEFORE.items() if title != "合唱"}
    with pytest.raises(NotFound):
        world.database.write(operations.remove_item, evening.id, item.id, version=2, desk=world.desk, now=NOW)


def test_what_would_be_dragged_far_from_the_event_is_refused_and_nothing_moves(world, evening):
    with pytest.raises(Invalid):
        change(world, evening, "合唱", starts_at=STARTS_AT + 30 * DAY)
    assert plan(world, evening) == BEFORE


def test_an_old_version_is_refused_even_where_the_item_is_gone(world, evening):
    world.change(evening, programme=[])
    with pytest.raises(Stale):
        change(world, evening, "合唱", minutes=35, version=1)


def test_items_name_roles_that_shifts_have(world):
    event = world.create(shifts=[shift_data(role="主持")])
    world.change(event, programme=[{"title": "合唱", "roles": ["主持"]}])
    with pytest.raises(Invalid) as refused:
        world.change(event, programme=[{"title": "合唱", "roles": ["魔术师"]}])
    assert "魔术师" in refused.value.errors["programme"][0]["roles"][0]


def test_a_renamed_role_is_renamed_in_the_programme_in_the_same_change(world):
    event = world.create(
        shifts=[shift_data(role="主持"), shift_data(role="音响")],
        programme=[{"title": "合唱", "roles": ["主持", "音响"]}],
    )
    host, sound = event.shifts
    world.change(event, shifts=[{"id": host.id, "role": "司仪"}, {"id": sound.id}])
    assert world.event(event.id).programme[0].roles == ["司仪", "音响"]


def test_the_last_shift_of_a_role_takes_the_role_out_of_the_programme(world):
    event = world.create(
        shifts=[shift_data(role="主持"), shift_data(role="主持"), shift_data(role="音响")],
        programme=[{"title": "合唱", "roles": ["主持", "音响"]}],
    )
    _first, second, sound = event.shifts
    world.change(event, shifts=[{"id": second.id}, {"id": sound.id}])
    assert world.event(event.id).programme[0].roles == ["主持", "音响"]
    world.change(event, shifts=[{"id": sound.id}])
    assert world.event(event.id).programme[0].roles == ["音响"]


def test_a_duplicate_keeps_roles_training_and_insurance(world):
    event = world.create(
        shifts=[shift_data(role="主持", training="灭火器使用", insured=True)],
        programme=[{"title": "合唱", "roles": ["主持"]}],
    )
    again = world.database.write(operations.duplicate_event, event.id, STARTS_AT + 365 * DAY, desk=world.desk, now=NOW)
    assert (again.shifts[0].training, again.shifts[0].insured, again.programme[0].roles) == (
        "灭火器使用",
        True,
        ["主持"],
    )


def test_a_template_leaves_out_roles_that_the_entered_shifts_have_not(world):
    event = world.create_from({"template": "dragon-boat", "shifts": [shift_data(role="引导")]})
    assert {role for item in event.programme for role in item.roles} <= {"引导"}
