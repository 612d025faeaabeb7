"""What cannot go together in a programme is told at the items that it concerns, and nothing else is."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.events.clashes import clashes, performers
from services.events.models import Event, Kind, ProgrammeItem, Shift
from tests.events.world import STARTS_AT


def an_event(*items, shifts=()):
    ends_at = STARTS_AT + timedelta(hours=3)
    return Event(starts_at=STARTS_AT, ends_at=ends_at, programme=list(items), shifts=list(shifts))


def an_item(title="合唱", at=0, minutes=20, *, by="", place="", roles=()):
    starts_at = None if at is None else STARTS_AT + timedelta(minutes=at)
    return ProgrammeItem(
        id=uuid4(),
        title=title,
        kind=Kind.OTHER,
        starts_at=starts_at,
        minutes=minutes,
        performers=by,
        place=place,
        roles=list(roles),
    )


def a_shift(role, begin, end):
    return Shift(role=role, starts_at=STARTS_AT + timedelta(minutes=begin), ends_at=STARTS_AT + timedelta(minutes=end))


def told(event):
    found = clashes(event)
    return [[str(text) for text in found.get(item.id, ())] for item in event.programme]


@pytest.mark.parametrize("typed", ["合唱队、舞蹈队", "合唱队，舞蹈队", "合唱队, 舞蹈队", "合唱队; 舞蹈队；"])
def test_performers_are_parted_by_any_comma(typed):
    assert performers(an_item(by=typed)) == {"合唱队", "舞蹈队"}


def test_a_performer_twice_at_a_time_is_told_at_both_items():
    choir, dance = an_item("合唱", by="合唱队"), an_item("舞蹈", at=10, by="舞蹈队、合唱队")
    assert told(an_event(choir, dance)) == [
        ["合唱队 is also in “舞蹈” at this time."],
        ["合唱队 is also in “合唱” at this time."],
    ]


def test_a_place_twice_at_a_time_is_told_at_both_items():
    items = an_item("合唱", place="舞台"), an_item("舞蹈", at=10, place="舞台"), an_item("套圈", place="广场")
    assert told(an_event(*items)) == [
        ["“舞蹈” is at 舞台 at this time, too."],
        ["“合唱” is at 舞台 at this time, too."],
        [],
    ]


def test_one_after_the_other_is_no_clash():
    assert told(an_event(an_item(place="舞台", by="合唱队"), an_item(at=20, place="舞台", by="合唱队"))) == [[], []]


def test_no_place_and_no_performer_are_not_the_same_one():
    assert told(an_event(an_item(), an_item())) == [[], []]


def test_an_item_without_a_length_clashes_at_the_moment_it_starts():
    items = an_item("合唱", place="舞台"), an_item("致辞", at=10, minutes=None, place="舞台")
    assert all(told(an_event(*items)))


def test_an_item_without_a_time_clashes_with_nothing():
    assert told(an_event(an_item(at=None, place="舞台", roles=["主持"]), an_item(place="舞台"))) == [[], []]


def test_an_item_outside_of_the_event_is_told():
    items = an_item(at=-10), an_item(at=170, minutes=20), an_item(at=160, minutes=20)
    assert told(an_event(*items)) == [
        ["It starts before the event does."],
        ["It goes on after the event is over."],
        [],
    ]


def test_a_role_needs_a_shift_that_is_on_at_the_time():
    items = an_item(roles=["主持", "音响"]), an_item(at=60, roles=["主持"])
    event = an_event(*items, shifts=[a_shift("主持", 0, 60), a_shift("音响", 0, 180)])
    assert told(event) == [[], ["No shift of “主持” is on at this time."]]
