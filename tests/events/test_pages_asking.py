"""The page of the sign-up form's settings: questions without JavaScript, two organizers, and what volunteers see."""

from datetime import timedelta

import pytest

from services.events import operations
from services.events.recurrence import Every, Recurrence
from shared.errors import Invalid
from tests.conftest import ON_SQLITE
from tests.events.web import DESK, fields_of, texts_of
from tests.events.world import NOW, shift_data

pytestmark = ON_SQLITE

RICE = {"key": "a1b2c3d4", "kind": "yes_no", "label": "包过粽子吗？", "options": [], "required": True}
TASTE = {"key": "00ff00ff", "kind": "choice", "label": "口味", "options": ["甜", "咸"], "required": False}
NEW = {"label": "会开车吗？", "kind": "yes_no"}
FIRST = "shifts-0-questions-0-"


@pytest.fixture
def event(world):
    """Two shifts; the first asks two questions."""
    return world.published(shifts=[shift_data(questions=[RICE, TASTE]), shift_data(role="音响")])


def page_of(event):
    return f"{DESK}/{event.id}/sign-up-form"


def labels(values, shift=0):
    return [
        values[name][0]
        for name in (f"shifts-{shift}-questions-{number}-label" for number in range(9))
        if name in values
    ]


def test_saving_the_form_as_it_came_changes_nothing(desk, world, event):
    desk.send(page_of(event), fields_of(desk.get(page_of(event))))
    assert world.event(event.id).version == event.version


def test_rules_and_questions_are_saved_and_the_others_are_told(desk, world, event):
    typed = fields_of(desk.get(page_of(event))) | {
        "offer_minutes": "30",
        "travel_minutes": "20",
        "daily_hours": "６",
        "rest_hours": "",
        "asks_code": "true",
        f"{FIRST}label": "会包粽子吗？",
        "shifts-0-questions-1-options": "甜\r\n\r\n 咸 \r\n辣",
        "shifts-1-swap_approval": "true",
    }
    desk.send(page_of(event), typed)
    told = world.messages("event.changed")[-1]
    assert [told[name] for name in ("offer_minutes", "travel_minutes", "daily_hours", "rest_hours", "asks_code")] == [
        30,
        20,
        6,
        None,
        True,
    ]
    assert told["shifts"][0]["questions"] == [
        RICE | {"label": "会包粽子吗？"},
        TASTE | {"options": ["甜", "咸", "辣"]},
    ]
    assert told["shifts"][1]["swap_approval"] is True
    assert "引导 – Questions: 包过粽子吗？ (✓/✗) *" in desk.get(f"{DESK}/{event.id}")


def test_a_question_is_added_moved_and_taken_out_without_a_script(desk, world, event):
    typed = fields_of(desk.get(page_of(event))) | {"travel_minutes": "17"}
    more = desk.send(page_of(event), typed | {"_do": "add-0-0"}, 200).text
    assert (
        'name="shifts-0-questions-2-label" type="text" value="" aria-required="true" maxlength="100" autofocus' in more
    )
    typed = fields_of(more) | {"shifts-0-questions-2-label": "会藏语吗？"}
    assert typed["travel_minutes"] == ["17"]
    typed = fields_of(desk.send(page_of(event), typed | {"_do": "up-0-2"}, 200).text)
    assert labels(typed) == ["包过粽子吗？", "会藏语吗？", "口味"]
    typed = fields_of(desk.send(page_of(event), typed | {"_do": "remove-0-0"}, 200).text)
    assert world.event(event.id).version == event.version
    desk.send(page_of(event), typed)
    saved = world.event(event.id).shifts[0].questions
    assert [one["label"] for one in saved] == ["会藏语吗？", "口味"]
    assert saved[1] == TASTE
    assert len(saved[0]["key"]) == 8


@pytest.mark.parametrize("deed", ["up-0-0", "down-0-1", "up-0-9", "down-7-0", "remove-1-0", "dance-0-0", ""])
def test_a_button_that_has_nothing_to_do_leaves_the_questions_as_they_are(desk, event, deed):
    typed = fields_of(desk.get(page_of(event)))
    assert labels(fields_of(desk.send(page_of(event), typed | {"_do": deed}, 200).text)) == ["包过粽子吗？", "口味"]


def test_a_new_question_that_was_left_blank_is_none(desk, world, event):
    typed = fields_of(desk.get(page_of(event)))
    typed = fields_of(desk.send(page_of(event), typed | {"_do": "add-1-0"}, 200).text)
    desk.send(page_of(event), typed)
    assert world.event(event.id).version == event.version


def test_what_is_wrong_stands_beside_its_box_and_nothing_typed_is_lost(desk, event):
    typed = fields_of(desk.get(page_of(event))) | {
        "daily_hours": "25",
        f"{FIRST}label": "",
        "shifts-0-questions-1-options": "甜",
    }
    page = desk.send(page_of(event), typed, 422).text
    for name in ("daily_hours", f"{FIRST}label", "shifts-0-questions-1-options"):
        assert f'id="{name}-error"' in page
    assert fields_of(page)["shifts-0-questions-1-options"] == ["甜"]


def test_a_shift_fits_into_the_hours_of_a_day(desk, world, event):
    page = desk.send(page_of(event), fields_of(desk.get(page_of(event))) | {"daily_hours": "2"}, 422).text
    assert 'id="daily_hours-error"' in page
    assert fields_of(page)["daily_hours"] == ["2"]
    assert "Please allow at least 3 hours, or shorten the shift." in page
    desk.send(page_of(event), fields_of(page) | {"daily_hours": "3"})
    shift = world.event(event.id).shifts[0]
    with pytest.raises(Invalid) as refused:
        world.change(event, shifts=[{"id": shift.id, "ends_at": shift.ends_at + timedelta(minutes=1)}])
    assert "at least 4 hours" in refused.value.errors["daily_hours"][0]


def test_too_many_questions_are_told_of_at_their_shift(desk, event):
    typed = fields_of(desk.get(page_of(event)))
    more = {f"shifts-0-questions-{number}-{box}": text for number in range(2, 9) for box, text in NEW.items()}
    page = desk.send(page_of(event), typed | more, 422).text
    assert '<a href="#shifts-0-questions">Please give at most 8 entries.</a>' in page
    assert 'id="shifts-0-questions"' in page
    assert "8 questions are the most." in page


def test_of_two_organizers_at_once_both_questions_stay(desk, world, event):
    mine = fields_of(desk.get(page_of(event))) | {
        f"{FIRST}label": "会包粽子吗？",
        "shifts-0-questions-1-options": "甜\r\n咸",
    }
    theirs = [RICE, TASTE | {"options": ["甜", "辣"]}, RICE | {"key": "11111111", "label": "会开车吗？"}]
    world.change(
        event,
        daily_hours=5,
        shifts=[
            {"id": event.shifts[0].id, "questions": theirs},
            shift_data(role="摄影"),
        ],
    )
    page = desk.send(page_of(event), mine, 412).text
    assert "Somebody else has changed this event" in page
    again = fields_of(page)
    desk.send(page_of(event), again)
    saved = world.event(event.id)
    assert saved.daily_hours == 5
    assert saved.shifts[0].questions == [RICE | {"label": "会包粽子吗？"}, *theirs[1:]]
    assert [one.role for one in saved.shifts] == ["引导", "摄影"]


def test_organizers_see_the_form_as_volunteers_do(desk, event):
    typed = fields_of(desk.get(page_of(event))) | {f"{FIRST}label": "会不会包？"}
    page = texts_of(desk.send(page_of(event), typed | {"_look": "true"}, 200).text)
    assert "会不会包？ Please choose yes no 口味 (optional) Please choose 甜 咸" in page


def test_a_series_asks_the_same_where_that_is_wanted(desk, world):
    event = world.create()
    weekly = Recurrence(every=Every.WEEKLY, number=2)
    world.database.write(operations.repeat_event, event.id, weekly, None, publish=False, desk=world.desk, now=NOW)
    typed = fields_of(desk.get(page_of(event))) | {"rest_hours": "9", "scope": "all"}
    desk.send(page_of(event), typed)
    assert world.event_of(event, 1).rest_hours == 9


def test_an_event_that_is_over_and_one_without_shifts_have_a_page_too(desk, world):
    bare = world.create(shifts=[])
    assert "No shifts yet" in texts_of(desk.get(page_of(bare)))
    gone = world.published()
    world.database.write(operations.cancel_event, gone.id, "下雨", desk=world.desk, now=NOW)
    page = desk.get(page_of(gone))
    assert 'class="form"' not in page
    assert "2 hours" in page
