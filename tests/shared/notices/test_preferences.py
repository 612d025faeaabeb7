"""What people choose about notices, and the links that stop them."""

from uuid import uuid4

import pytest

from shared.notices import preferences, stops
from shared.notices.kinds import Topic
from shared.notices.stops import Stop
from tests.shared.notices.conftest import NOW, Office


def test_whoever_chose_nothing_hears_of_everything(office: Office) -> None:
    chosen = office.database.read(preferences.of, uuid4())
    assert all(chosen.wants(topic, channel) for topic in Topic for channel in ("", "email", "sms"))
    assert chosen.first is None


def test_a_topic_is_stopped_by_every_way_and_taken_up_again(office: Office) -> None:
    person = uuid4()
    for _ in range(2):
        office.database.write(preferences.stop, person, Topic.THANKS, NOW)
    chosen = office.database.read(preferences.of, person)
    assert not chosen.wants(Topic.THANKS)
    assert not chosen.wants(Topic.THANKS, "email")
    assert chosen.wants(Topic.CHANGES)
    for _ in range(2):
        office.database.write(preferences.resume, person, Topic.THANKS)
    assert office.database.read(preferences.of, person).wants(Topic.THANKS, "email")


def test_what_is_chosen_replaces_what_was_chosen_before_and_can_be_forgotten(office: Office) -> None:
    person, other = uuid4(), uuid4()
    office.database.write(preferences.stop, other, Topic.CHANGES, NOW)
    for stopped, first in (({("reminders", "sms"), ("thanks", "")}, "email"), ({("reminders", "sms")}, "sms")):
        office.database.write(preferences.choose, person, stopped=stopped, first=first, now=NOW)
        chosen = office.database.read(preferences.of, person)
        assert (chosen.stopped, chosen.first) == (stopped, first)
    assert chosen.wants(Topic.REMINDERS, "email")
    assert not chosen.wants(Topic.REMINDERS, "sms")
    office.database.write(preferences.forget, person)
    assert office.database.read(preferences.of, person) == preferences.Preferences(frozenset(), None)
    assert not office.database.read(preferences.of, other).wants(Topic.CHANGES)


def test_a_link_stops_what_it_was_made_for_and_nobody_else_makes_one() -> None:
    stop = Stop(uuid4(), Topic.REMINDERS)
    token = stops.token("k" * 40, stop)
    assert stops.read("k" * 40, token) == stop
    assert stops.read("another key, of forty characters at least", token) is None
    assert stop.person_id.hex not in token


@pytest.mark.parametrize("token", ["", "x", "a.b", "密钥", "." * 3000])
def test_a_link_that_is_none_stops_nothing(token: str) -> None:
    assert stops.read("k" * 40, token) is None
