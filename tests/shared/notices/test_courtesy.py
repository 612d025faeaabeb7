"""What people are spared: letters at night, too many in a day, and what they do not want to hear of."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from shared.notices import preferences
from shared.notices.channels import ChannelError
from shared.notices.kinds import Kind, Topic, Urgency
from shared.notices.policy import Policy
from shared.notices.queue import LEASE, Letter
from shared.notices.quiet import QuietHours
from shared.notices.tables import NoticeState
from tests.shared.notices.conftest import NOW, Killed, Office, Provider

KINDS = {
    "code": Kind(urgency=Urgency.AT_ONCE),
    "changed": Kind(Topic.CHANGES, Urgency.NEWS),
    "thanks": Kind(Topic.THANKS),
}
BERLIN = ZoneInfo("Europe/Berlin")
BOTH = Letter("x", "x", "+8613800138000", "wang@example.org", "zh-CN")


def at(words: str) -> datetime:
    """The moment when the clock on the office's wall shows that."""
    return datetime.fromisoformat(words).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.fixture
def office(office: Office) -> Office:
    office.policy = Policy(KINDS, BERLIN, QuietHours(time(21), time(8)), daily=3)
    return office


@pytest.fixture
def two_ways(office: Office) -> Office:
    """An office that writes text messages, and e-mails where these do not arrive."""
    office.provider.name = "sms"
    office.channels = [office.provider, Provider("email", address="email")]
    return office


def kinds(office: Office, state: str) -> list[str]:
    return sorted(notice.kind for notice in office.notices() if notice.state == state)


@pytest.mark.parametrize("day", ["2027-03-27", "2027-06-08", "2027-10-30"])
def test_at_night_only_what_somebody_waits_for_goes_out_and_the_rest_in_the_morning(office: Office, day: str) -> None:
    office.clock.now = at(f"{day}T23:00")
    for kind in KINDS:
        office.plan(kind=kind)
    office.work()
    assert kinds(office, "sent") == ["code"]
    office.clock.now = at(f"{date.fromisoformat(day) + timedelta(days=1)}T07:59:59")
    office.work()
    assert kinds(office, "sent") == ["code"]
    office.work(seconds=1)
    assert kinds(office, "sent") == ["changed", "code", "thanks"]
    assert {notice.attempts for notice in office.notices()} == {1}


def test_news_that_is_needed_early_comes_two_hours_before(office: Office) -> None:
    office.clock.now = at("2027-06-08T23:00")
    early, later = office.plan(kind="changed"), office.plan(kind="changed")
    office.letters[early] = Letter("x", "x", "1", None, "zh-CN", needed_by=at("2027-06-09T07:00"))
    office.letters[later] = Letter("x", "x", "1", None, "zh-CN", needed_by=at("2027-06-09T10:00"))
    office.work()
    assert office.states() == ["queued", "queued"]
    office.clock.now = at("2027-06-09T05:00")
    office.work()
    assert [notice.person_id for notice in office.notices() if notice.state == "sent"] == [early]


def test_what_would_come_too_late_in_the_morning_is_given_up_when_its_time_is_over(office: Office) -> None:
    office.clock.now = at("2027-06-09T02:00")
    office.plan(kind="thanks", expires_at=at("2027-06-09T06:00"))
    office.work()
    assert office.states() == ["queued"]
    office.clock.now = at("2027-06-09T06:00")
    office.work()
    assert office.states() == ["skipped_late"]


def test_a_worker_that_comes_back_at_night_sends_nothing_a_second_time_before_the_morning(office: Office) -> None:
    office.provider.repeats = True
    office.provider.outcomes = [Killed()]
    office.clock.now = at("2027-06-08T20:50")
    office.plan(kind="thanks")
    with pytest.raises(Killed):
        office.work()
    office.clock.now = at("2027-06-09T03:00")
    office.work()
    assert len(office.provider.taken) == 1
    office.clock.now = at("2027-06-09T08:00")
    office.work()
    assert len(office.provider.taken) == 2
    assert office.states() == ["sent"]


def test_a_day_has_so_many_letters_for_one_person_and_what_is_calm_waits_for_the_next(office: Office) -> None:
    office.clock.now = at("2027-06-08T20:00")
    person, other = office.plan(kind="thanks", rule="1"), uuid4()
    office.plan(person, kind="changed", rule="2")
    office.plan(person, kind="code", rule="3")
    office.work()
    office.plan(person, kind="thanks", rule="4")
    office.plan(person, kind="thanks", rule="5", expires_at=at("2027-06-09T07:00"))
    office.plan(person, kind="changed", rule="6")
    office.plan(person, kind="code", rule="7")
    office.plan(other, kind="thanks", rule="8")
    office.work()
    assert {notice.rule for notice in office.notices() if notice.state == "sent"} == {"1", "2", "3", "6", "7", "8"}
    office.clock.now = at("2027-06-09T07:00")
    office.work()
    assert kinds(office, "skipped_late") == ["thanks"]
    office.clock.now = at("2027-06-09T08:00")
    office.work()
    assert office.states().count("sent") == 7


def stop(office: Office, person: UUID, topic: Topic, channel: str = "") -> None:
    office.database.write(preferences.choose, person, stopped={(topic.value, channel)}, first=None, now=NOW)


def test_who_does_not_want_to_hear_of_something_is_not_written_to_and_the_log_says_why(office: Office) -> None:
    person = office.plan(kind="thanks")
    office.plan(person, kind="changed")
    office.plan(kind="thanks")
    stop(office, person, Topic.THANKS)
    office.work()
    [skipped] = [notice for notice in office.notices() if notice.state is NoticeState.SKIPPED]
    assert (skipped.person_id, skipped.kind, skipped.last_error) == (person, "thanks", "opted out")
    assert len(office.provider.taken) == 2


def test_what_is_stopped_by_one_way_comes_by_the_next(two_ways: Office) -> None:
    person = two_ways.plan(kind="thanks")
    two_ways.letters[person] = BOTH
    stop(two_ways, person, Topic.THANKS, "sms")
    two_ways.work()
    assert [notice.channel for notice in two_ways.notices()] == ["email"]


def test_and_not_at_all_where_there_is_no_other(two_ways: Office) -> None:
    stop(two_ways, two_ways.plan(kind="thanks"), Topic.THANKS, "sms")
    two_ways.work()
    [notice] = two_ways.notices()
    assert (notice.state, notice.last_error) == (NoticeState.SKIPPED, "opted out")


def test_the_way_that_somebody_likes_best_is_tried_first(two_ways: Office) -> None:
    person = two_ways.plan(kind="thanks")
    two_ways.letters[person] = BOTH
    two_ways.database.write(preferences.choose, person, stopped=[], first="email", now=NOW)
    two_ways.plan(person, kind="changed")
    nobody_asked = two_ways.plan(kind="changed")
    two_ways.letters[nobody_asked] = BOTH
    two_ways.work()
    assert {(notice.person_id, notice.channel) for notice in two_ways.notices()} == {
        (person, "email"),
        (nobody_asked, "sms"),
    }


def test_a_notice_that_is_refused_for_good_goes_by_the_next_channel_at_once(two_ways: Office) -> None:
    two_ways.provider.outcomes = [ChannelError("no such number", permanent=True)]
    two_ways.letters[two_ways.plan(kind="changed")] = BOTH
    two_ways.work()
    [notice] = two_ways.notices()
    assert (notice.state, notice.channel, notice.refused_by) == (NoticeState.SENT, "email", ["sms"])
    assert (notice.attempts, notice.last_error) == (2, None)


def test_so_does_one_that_the_first_channel_never_took(two_ways: Office) -> None:
    two_ways.policy = Policy(KINDS)
    two_ways.provider.outcomes = [ChannelError("busy", permanent=False) for _ in range(50)]
    two_ways.letters[two_ways.plan(kind="changed")] = BOTH
    for _ in range(15):
        two_ways.work(seconds=600)
    [notice] = two_ways.notices()
    assert (notice.state, notice.channel, notice.attempts) == (NoticeState.SENT, "email", 13)


def test_it_fails_where_no_channel_took_it_for_the_last_reason(two_ways: Office) -> None:
    for channel, reason in zip(two_ways.channels, ("no such number", "no such box"), strict=True):
        channel.outcomes = [ChannelError(reason, permanent=True)]
    two_ways.letters[two_ways.plan(kind="changed")] = BOTH
    two_ways.work()
    [notice] = two_ways.notices()
    assert (notice.state, notice.last_error) == (NoticeState.FAILED, "no such box")
    assert notice.refused_by == ["sms", "email"]


def test_a_channel_that_is_busy_hands_its_turn_to_nobody_for_longer_than_a_moment(office: Office) -> None:
    office.rates = {"provider": 0.01}
    office.plan(kind="code")
    office.plan(kind="code")
    office.work()
    assert sorted(office.states()) == ["queued", "sent"]
    [waits] = [notice for notice in office.notices() if notice.state is NoticeState.QUEUED]
    assert waits.lease_until is None
    assert LEASE.total_seconds() > (waits.next_at - office.clock()).total_seconds() > 90
