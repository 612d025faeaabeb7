"""What organizers choose of reminders and thanks, in the form and in JSON, and what becomes of it."""

import pytest

from services.events import operations
from services.events.models import ReminderState
from services.events.recurrence import Every, Recurrence
from services.events.series import Scope
from tests.events.test_rules import at
from tests.events.web import DESK, fields_of, texts_of
from tests.events.world import NOW, STARTS_AT, shift_data

ODD = ["P1D", "P2D@07:15", "PT45M/shift", "minimum-P5D"]


def form_of(desk, event):
    return fields_of(desk.get(f"{DESK}/{event.id}/edit"))


def test_the_form_offers_what_is_usual_and_what_the_event_has_besides(desk, world):
    event = world.create(reminders=ODD, thanks="P3D")
    page = texts_of(desk.get(f"{DESK}/{event.id}/edit"))
    assert "The day before at 18:00" in page
    assert "2 d before, at 07:15" in page
    assert "45 min before (one’s own shift)" in page
    assert "5 d before: Too few people" in page
    assert "3 d after" in page
    typed = form_of(desk, event)
    assert (typed["reminders"], typed["milestones"], typed["thanks"]) == (ODD[:3], ODD[3:], ["P3D"])
    desk.send(f"{DESK}/{event.id}/edit", typed)
    assert world.event(event.id).version == 1


def test_reminders_milestones_and_thanks_are_chosen_in_the_form(desk, world):
    event = world.published()
    typed = form_of(desk, event)
    assert typed["thanks"] == ["PT0S"]
    typed |= {"reminders": ["P1D@18:00", "PT2H/shift"], "milestones": ["supplies-P2D"], "thanks": "never"}
    desk.send(f"{DESK}/{event.id}/edit", typed)
    changed = world.event(event.id)
    assert changed.reminders == ["P1D@18:00", "PT2H/shift", "supplies-P2D"]
    assert changed.thanks is None
    page = texts_of(desk.get(f"{DESK}/{event.id}"))
    assert "Thanks: As soon as the event is completed → nothing" in page
    assert "Two hours before one’s own shift" in page
    assert "People of: 引导" in page
    assert "Something is to be brought" not in page
    assert "Two days before: units that still have something to bring Units" in page
    assert "Nobody is thanked afterwards." in page


@pytest.mark.parametrize(
    ("name", "value"),
    [("reminders", ["P1D", "tomorrow"]), ("milestones", ["weather-P1D"]), ("thanks", "later")],
)
def test_what_the_form_does_not_offer_is_refused(desk, world, name, value):
    event = world.create()
    answer = desk.send(f"{DESK}/{event.id}/edit", form_of(desk, event) | {name: value}, 422)
    assert "Please choose one of the" in answer.text
    assert world.event(event.id).version == 1


def test_the_history_says_what_was_chosen_in_words(desk, world):
    event = world.create(reminders=["P1D"])
    world.change(event, reminders=["P1D", "PT2H"])
    assert "Reminders: A day before → A day before, Two hours before" in texts_of(desk.get(f"{DESK}/{event.id}"))


def test_both_kinds_of_reminders_are_bounded_together(desk, world):
    event = world.create()
    many = {
        "reminders": [f"P{days}D" for days in range(1, 9)],
        "milestones": ["minimum-P3D", "tasks-P1D", "records-P7D"],
    }
    answer = desk.send(f"{DESK}/{event.id}/edit", form_of(desk, event) | many, 422)
    assert 'id="reminders-error"' in answer.text


def test_json_has_rules_as_they_were_sent(site, world):
    token = site.token()
    event = world.create()
    rules = [
        {"before": "P1D"},
        {"before": "P1D", "at": "18:00"},
        {"before": "PT2H", "of": "shift"},
        {"milestone": "minimum", "before": "P3D"},
        {"milestone": "records", "after": "P7D"},
    ]
    path = f"/events/{event.id}"
    sent = {"reminders": rules, "thanks": {"after": "P1D", "at": "10:00"}}
    changed = site.call("PATCH", path, sent, token=token, If_Match='"1"').json
    assert (changed["reminders"], changed["thanks"]) == (rules, sent["thanks"])
    assert world.event(event.id).reminders == ["P1D", "P1D@18:00", "PT2H/shift", "minimum-P3D", "records-P7D"]
    changed = site.call("PATCH", path, {"thanks": None}, token=token, If_Match='"2"').json
    assert changed["thanks"] is None


def test_the_others_are_told_when_people_are_thanked(world):
    event = world.published()
    world.change(event, thanks="P1D@10:00")
    world.change(event, thanks=None)
    told = [(one["thanks"], one["thanks_at"]) for one in world.messages("event.published", "event.changed")]
    assert told == [(True, None), (True, at("2027-06-10 10:00")), (False, None)]


def test_copies_of_an_event_remind_and_thank_as_it_does(world):
    event = world.create(reminders=ODD, thanks="P1D@10:00")
    again = world.database.write(operations.duplicate_event, event.id, STARTS_AT, desk=world.desk, now=NOW)
    kept = world.database.write(operations.save_template, event.id, {"title": "我们的"}, desk=world.desk, now=NOW)
    made = world.create_from({"template": kept.key, "starts_at": STARTS_AT})
    assert [(one.reminders, one.thanks) for one in (again, made)] == [(ODD, "P1D@10:00")] * 2


def test_a_change_of_reminders_goes_through_a_series(world):
    event = world.create()
    weekly = Recurrence(every=Every.WEEKLY, number=2)
    world.database.write(operations.repeat_event, event.id, weekly, None, publish=False, desk=world.desk, now=NOW)
    first = world.event_of(event, 0)
    world.database.write(
        operations.change_series,
        first.id,
        {"reminders": ["P1D@18:00"], "thanks": None},
        version=first.version,
        scope=Scope.ALL,
        desk=world.desk,
        now=NOW,
    )
    second = world.event_of(event, 1)
    assert (second.reminders, second.thanks) == (["P1D@18:00"], None)


def test_an_organizer_sees_what_was_skipped(desk, world):
    event = world.publish(world.create(shifts=[shift_data()], reminders=["P1D"]), now=at("2027-06-09 09:00"))
    assert world.reminders(event)["P1D"].state is ReminderState.SKIPPED
    assert "Skipped: too late" in desk.get(f"{DESK}/{event.id}")
