"""What an event asks at the volunteer's door: what may be entered, and that it goes wherever the event goes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.events import operations
from services.events.asking import QuestionSchema
from services.events.models import SavedTemplate
from services.events.playbook import PLAYBOOK
from services.events.recurrence import Every, Recurrence
from services.events.series import Scope
from tests.conftest import ON_SQLITE
from tests.events.world import DAY, NOW, STARTS_AT, shift_data

RICE = {"key": "a1b2c3d4", "kind": "yes_no", "label": "包过粽子吗？", "options": [], "required": True}
TASTE = {"kind": "choice", "label": "口味", "options": ["甜", "咸"]}
SETTINGS = {"offer_minutes": 30, "asks_code": True, "travel_minutes": 20, "daily_hours": 6, "rest_hours": 10}


def settings_of(event):
    return {name: getattr(event, name) for name in SETTINGS}


def asking(world, **changes):
    return world.create(shifts=[shift_data(questions=[RICE], swap_approval=True)], **SETTINGS, **changes)


def test_a_published_event_tells_the_others_what_it_asks(world):
    event = world.publish(asking(world))
    [told] = world.messages("event.published")
    assert {name: told[name] for name in SETTINGS} == SETTINGS
    assert (told["shifts"][0]["questions"], told["shifts"][0]["swap_approval"]) == ([RICE], True)
    other = RICE | {"label": "会包粽子吗？"}
    world.change(event, shifts=[{"id": event.shifts[0].id, "questions": [other]}])
    [told] = world.messages("event.changed")
    assert told["shifts"][0]["questions"] == [other]
    assert (world.history(event)[-1][1:]) == ("shift.questions", "引导", [RICE], [other])


def test_a_copy_a_series_and_a_template_ask_the_same(world):
    event = asking(world)
    copy = world.database.write(operations.duplicate_event, event.id, STARTS_AT + DAY, desk=world.desk, now=NOW)
    kept = world.database.write(operations.save_template, event.id, {"title": "我们的"}, desk=world.desk, now=NOW)
    from_template = world.create_from({"template": kept.key, "starts_at": STARTS_AT + DAY})
    for one in (copy, from_template):
        assert settings_of(one) == SETTINGS
        assert (one.shifts[0].questions, one.shifts[0].swap_approval) == ([RICE], True)


def test_a_change_of_questions_goes_to_the_whole_series(world):
    event = world.create()
    weekly = Recurrence(every=Every.WEEKLY, weekdays=(), number=2, interval=1)
    world.database.write(operations.repeat_event, event.id, weekly, None, publish=False, desk=world.desk, now=NOW)
    entered = {"daily_hours": 4, "shifts": [{"id": event.shifts[0].id, "questions": [RICE]}, shift_data(role="音响")]}
    world.database.write(
        operations.change_series,
        event.id,
        entered,
        version=world.event(event.id).version,
        scope=Scope.ALL,
        desk=world.desk,
        now=NOW,
    )
    later = world.event_of(event, 1)
    assert (later.daily_hours, [one.questions for one in later.shifts]) == (4, [[RICE], []])


def test_a_template_that_was_kept_before_there_were_questions_still_begins_an_event(world):
    kept = world.database.write(operations.save_template, asking(world).id, {"title": "旧的"}, desk=world.desk, now=NOW)

    def as_it_was(session):
        row = session.scalars(select(SavedTemplate)).one()
        shifts = [
            {name: value for name, value in shift.items() if name not in {"questions", "swap_approval"}}
            for shift in row.body["shifts"]
        ]
        row.body = {name: value for name, value in row.body.items() if name not in SETTINGS} | {"shifts": shifts}

    world.database.write(as_it_was)
    event = world.create_from({"template": kept.key, "starts_at": STARTS_AT})
    assert settings_of(event) == {
        "offer_minutes": 120,
        "asks_code": False,
        "travel_minutes": 0,
        "daily_hours": None,
        "rest_hours": None,
    }
    assert (event.shifts[0].questions, event.shifts[0].swap_approval) == ([], False)


@pytest.mark.parametrize("template", PLAYBOOK.values(), ids=list(PLAYBOOK))
def test_templates_ask_what_organizers_could_ask_themselves(template):
    for shift in template.shifts:
        asked = [dict(question) for question in shift.questions]
        assert QuestionSchema(many=True).load(asked) == asked
        assert not any(question["required"] for question in asked)


@pytest.fixture
def change(site, world):
    """Change the first shift's questions, and other fields of the event, as a program does."""
    token, event = site.token(), world.create(shifts=[shift_data(ends_at=STARTS_AT + timedelta(hours=1))])

    def send(questions=(), **fields):
        version = world.event(event.id).version
        body = fields | {"shifts": [{"id": str(event.shifts[0].id), "questions": list(questions)}]}
        return site.call("PATCH", f"/events/{event.id}", body, token=token, If_Match=f'"{version}"')

    return send


@ON_SQLITE
def test_a_question_without_a_key_gets_one_that_stays(change):
    made = change([TASTE]).json["shifts"][0]["questions"]
    assert [len(one.pop("key")) for one in made] == [8]
    assert made == [TASTE | {"required": False}]
    again = change([TASTE, RICE | {"label": "会吗？"}]).json["shifts"][0]["questions"]
    assert again[1] == RICE | {"label": "会吗？"}


@ON_SQLITE
@pytest.mark.parametrize(
    ("questions", "place", "words"),
    [
        ([TASTE | {"options": ["甜"]}], (0, "options"), "A choice offers 2 to 12 answers"),
        ([TASTE | {"options": [str(n) for n in range(13)]}], (0, "options"), "A choice offers 2 to 12 answers"),
        ([TASTE | {"options": ["甜", "甜"]}], (0, "options"), "One answer stands here twice."),
        ([RICE | {"options": ["甜", "咸"]}], (0, "options"), "Only a choice has answers"),
        ([RICE | {"label": "长" * 101}], (0, "label"), "at most 100 characters"),
        ([RICE | {"label": " "}], (0, "label"), "Please fill this in"),
        ([RICE | {"key": "Key-1"}], (0, "key"), "up to 32 small letters"),
        ([RICE, TASTE | {"key": "a1b2c3d4"}], (1, "key"), "Two questions have this key"),
        ([TASTE] * 9, (), "at most 8 entries"),
    ],
)
def test_a_question_that_nobody_could_answer_is_refused_beside_its_field(change, questions, place, words):
    answer = change(questions)
    assert answer.status_code == 422
    found = answer.json["errors"]["shifts"]["0"]["questions"]
    for step in place:
        found = found[str(step)]
    assert words in found[0]


@ON_SQLITE
@pytest.mark.parametrize(
    ("field", "low", "high"),
    [("offer_minutes", 15, 2880), ("travel_minutes", 0, 240), ("daily_hours", 1, 24), ("rest_hours", 1, 24)],
)
def test_settings_stay_within_what_makes_sense(change, field, low, high):
    assert [change(**{field: value}).status_code for value in (low, high)] == [200, 200]
    for value in (low - 1, high + 1):
        assert f"from {low} to {high}" in change(**{field: value}).json["errors"][field][0]
