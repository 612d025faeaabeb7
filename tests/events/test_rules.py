"""When a rule comes due, by the clock of the event's zone, whatever that clock does meanwhile."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from marshmallow import ValidationError

from services.events import daytime, reminding, rule_words
from services.events.models import Event, Shift, Task
from services.events.reminding import ReminderSchema, ThanksSchema
from services.events.rules import Rule, Thanks, rule_of

EVERY = ["P7D", "P1W", "P1D@18:00", "PT2H/shift", "P1D@18:00/shift", "minimum-P3D", "tasks-P1D", "records-P7D"]
BERLIN, NEW_YORK, SHANGHAI = "Europe/Berlin", "America/New_York", "Asia/Shanghai"


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def an_event(starts: str, zone: str = SHANGHAI, **more) -> Event:
    starts_at = at(starts, zone)
    known = {"shifts": [], "tasks": [], "thanks": "PT0S", "reminders": []} | more
    return Event(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), timezone=zone, **known)


def due(rule: str, starts: str, zone: str = SHANGHAI, **more) -> list[datetime]:
    return [one.wall.astimezone(UTC) for one in Rule.parse(rule).moments(an_event(starts, zone, **more))]


@pytest.mark.parametrize("text", EVERY)
def test_a_rule_is_kept_as_it_was_written_and_is_the_same_again_in_json(text):
    assert str(Rule.parse(text)) == text
    assert ReminderSchema().load(reminding.shown(text)) == text
    assert rule_words.rule(text)


@pytest.mark.parametrize(
    "wrong",
    ["", "P", "PT0S", "P91D", "PT2H@18:00", "P1D@24:00", "P1D@6:00", "P1D/event", "minimum-PT2H", "minimum-P3D/shift",
     "weather-P1D", "records-P7D@10:00", "P1D/shift/20270609T0600Z"],
)  # fmt: skip
def test_what_is_no_rule_is_refused(wrong):
    with pytest.raises(ValueError, match=r"not a|too short|needs whole days|its own hour"):
        Rule.parse(wrong)


@pytest.mark.parametrize(
    ("sent", "beside"),
    [
        ({}, "before"),
        ({"before": "tomorrow"}, "before"),
        ({"before": "PT2H", "at": "18:00"}, "before"),
        ({"before": "P1D", "at": "25:00"}, "at"),
        ({"before": "P1D", "of": "day"}, "of"),
        ({"after": "P1D"}, "after"),
        ({"milestone": "records", "before": "P7D"}, "after"),
        ({"milestone": "minimum", "before": "PT2H"}, "before"),
        ({"milestone": "minimum", "before": "P3D", "at": "10:00"}, "at"),
        ({"milestone": "minimum", "before": "P3D", "of": "shift"}, "of"),
        ({"milestone": "weather", "before": "P3D"}, "milestone"),
    ],
)
def test_json_says_beside_which_field_a_rule_is_wrong(sent, beside):
    with pytest.raises(ValidationError) as refused:
        ReminderSchema().load(sent)
    assert beside in refused.value.messages


def test_a_plain_distance_keeps_the_hour_and_another_may_be_named():
    assert due("P1D", "2027-06-09 14:00") == [at("2027-06-08 14:00")]
    assert due("PT2H", "2027-06-09 14:00") == [at("2027-06-09 12:00")]
    assert due("P1D@18:00", "2027-06-09 14:00") == [at("2027-06-08 18:00")]


def test_six_in_the_evening_stays_six_when_the_clocks_change_that_night():
    # Berlin's clocks go forward on 28 March 2027, New York's back on 7 November.
    assert due("P1D@18:00", "2027-03-28 10:00", BERLIN) == [datetime(2027, 3, 27, 17, tzinfo=UTC)]
    assert due("P1D@18:00", "2027-03-29 10:00", BERLIN) == [datetime(2027, 3, 28, 16, tzinfo=UTC)]
    assert due("P1D@18:00", "2027-11-07 10:00", NEW_YORK) == [datetime(2027, 11, 6, 22, tzinfo=UTC)]
    assert due("P1D@18:00", "2027-11-08 10:00", NEW_YORK) == [datetime(2027, 11, 7, 23, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("starts", "zone", "expected"),
    [
        ("2027-03-29 10:00", BERLIN, datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("2027-11-01 10:00", BERLIN, datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("2027-03-15 10:00", NEW_YORK, datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
        ("2027-11-08 10:00", NEW_YORK, datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),
    ],
)
def test_an_hour_that_is_skipped_comes_after_the_change_and_one_that_comes_twice_is_the_first(starts, zone, expected):
    # 02:30 does not exist in spring; in autumn Berlin has 02:30 twice, New York 01:30.
    assert due(f"P1D@0{1 if zone == NEW_YORK and '11' in starts else 2}:30", starts, zone) == [expected]


def test_a_rule_about_shifts_has_one_moment_for_all_that_begin_together():
    def shift(starts: str) -> Shift:
        return Shift(id=uuid4(), starts_at=at(starts))

    early, late = shift("2027-06-09 08:30:20"), [shift("2027-06-09 14:00"), shift("2027-06-09 14:00:40")]
    found = list(Rule.parse("PT2H/shift").moments(an_event("2027-06-09 14:00", shifts=[*late, early])))
    assert [one.rule for one in found] == ["PT2H/shift/20270609T0030Z", "PT2H/shift/20270609T0600Z"]
    assert [list(one.shift_ids) for one in found] == [[early.id], [one.id for one in late]]
    assert [one.wall for one in found] == [at("2027-06-09 06:30"), at("2027-06-09 12:00")]
    assert found[1].expires_at == at("2027-06-09 14:00")
    assert {rule_of(one.rule) for one in found} == {Rule.parse("PT2H/shift")}


def test_milestones_come_when_the_office_opens():
    assert due("minimum-P3D", "2027-06-09 20:00") == [at("2027-06-06 09:00")]
    assert due("records-P7D", "2027-06-09 20:00") == [at("2027-06-16 09:00")]


def test_tasks_have_a_moment_before_each_day_on_which_something_is_open():
    tasks = [Task(days=-7), Task(days=-7), Task(days=2), Task(days=-1, done_at=at("2027-06-01 10:00"))]
    found = list(Rule.parse("tasks-P1D").moments(an_event("2027-06-09 14:00", tasks=tasks)))
    assert [one.rule for one in found] == ["tasks-P1D/20270602", "tasks-P1D/20270611"]
    assert [one.wall for one in found] == [at("2027-06-01 09:00"), at("2027-06-10 09:00")]
    assert found[0].expires_at == at("2027-06-03 00:00")


def test_thanks_come_at_once_or_on_a_day_after_the_end():
    event = an_event("2027-06-09 22:30")
    assert Thanks.parse("PT0S").moment(event) is None
    assert Thanks.parse("P1D").moment(event) == at("2027-06-11 01:30")
    assert Thanks.parse("P1D@10:00").moment(event) == at("2027-06-11 10:00")
    assert ThanksSchema().load(reminding.thanks_shown("P1D@10:00")) == "P1D@10:00"


@pytest.mark.parametrize("wrong", [{}, {"after": "PT2H"}, {"after": "PT0S", "at": "10:00"}, {"after": "soon"}])
def test_thanks_at_an_hour_that_nobody_can_foresee_are_refused(wrong):
    with pytest.raises(ValidationError):
        ThanksSchema().load(wrong)


@pytest.mark.parametrize(
    ("moment", "instead"),
    [
        ("2027-06-09 20:59", ["2027-06-09 20:59"]),
        ("2027-06-09 21:00", ["2027-06-09 20:00", "2027-06-10 08:00"]),
        ("2027-06-10 03:00", ["2027-06-09 20:00", "2027-06-10 08:00"]),
        ("2027-06-10 08:00", ["2027-06-10 08:00"]),
    ],
)
def test_what_is_due_at_night_comes_the_evening_before_or_else_in_the_morning(moment, instead):
    found = daytime.moments(at(moment), at("2027-06-10 09:00"), daytime.USUAL)
    assert found == [at(one) for one in instead]


def test_the_morning_is_no_help_where_it_comes_too_late():
    found = daytime.moments(at("2027-06-10 05:00"), at("2027-06-10 07:00"), daytime.USUAL)
    assert found == [at("2027-06-09 20:00")]


def test_without_quiet_hours_everything_comes_when_it_is_due():
    assert daytime.moments(at("2027-06-10 03:00"), at("2027-06-10 09:00"), None) == [at("2027-06-10 03:00")]
