"""What waits for the morning, by the clock on the wall, in zones that change their clocks as well."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.notices import quiet
from shared.notices.kinds import Kind, Urgency
from shared.notices.policy import Policy
from shared.notices.quiet import QuietHours

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(21), time(8))


def at(words: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2027-06-08T20:59:59", None),
        ("2027-06-08T21:00", "2027-06-09T08:00"),
        ("2027-06-08T23:59", "2027-06-09T08:00"),
        ("2027-06-09T00:00", "2027-06-09T08:00"),
        ("2027-06-09T07:59:59", "2027-06-09T08:00"),
        ("2027-06-09T08:00", None),
        ("2027-06-09T12:00", None),
    ],
)
def test_a_night_ends_in_the_morning(now: str, morning: str | None) -> None:
    assert NIGHT.morning(at(now), SHANGHAI) == (at(morning) if morning else None)


def test_a_rest_at_noon_ends_on_the_same_day() -> None:
    noon = QuietHours(time(12), time(14))
    assert noon.morning(at("2027-06-09T13:00"), SHANGHAI) == at("2027-06-09T14:00")
    assert noon.morning(at("2027-06-09T14:00"), SHANGHAI) is None


@pytest.mark.parametrize(
    ("evening", "hours"), [("2027-03-27T21:00", 10), ("2027-10-30T21:00", 12), ("2027-06-08T21:00", 11)]
)
def test_a_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer(evening: str, hours: int) -> None:
    begins = at(evening, BERLIN)
    morning = NIGHT.morning(begins, BERLIN)
    assert morning is not None
    assert morning - begins == timedelta(hours=hours)
    assert f"{morning.astimezone(BERLIN):%H:%M}" == "08:00"


def test_an_end_that_a_night_leaves_out_is_an_hour_later_on_the_clock() -> None:
    short = QuietHours(time(22), time(2, 30))
    morning = short.morning(at("2027-03-28T01:59", BERLIN), BERLIN)
    assert morning is not None
    assert f"{morning.astimezone(BERLIN):%H:%M}" == "03:30"


def test_an_end_that_a_night_has_twice_is_the_first() -> None:
    short = QuietHours(time(22), time(2, 30))
    assert short.morning(at("2027-10-31T02:15", BERLIN), BERLIN) == at("2027-10-31T02:30", BERLIN)
    assert short.morning(at("2027-10-31T02:15", BERLIN, fold=1), BERLIN) is None


def test_quiet_hours_are_written_as_two_times() -> None:
    assert quiet.parse("21:00-08:00") == NIGHT
    assert str(NIGHT) == "21:00-08:00"
    assert quiet.parse("off") is None


@pytest.mark.parametrize("value", ["21-8", "21:00", "24:00-08:00", "21:00-08:60", "08:00-08:00", "２１:00-08:00"])
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="two times of the day"):
        quiet.parse(value)


POLICY = Policy(zone=SHANGHAI, quiet=NIGHT)
EVENING, MORNING = at("2027-06-08T23:00"), at("2027-06-09T08:00")


@pytest.mark.parametrize(
    ("urgency", "needed_by", "goes_at"),
    [
        (Urgency.AT_ONCE, None, None),
        (Urgency.CALM, None, MORNING),
        (Urgency.CALM, "2027-06-09T06:00", MORNING),
        (Urgency.NEWS, None, MORNING),
        (Urgency.NEWS, "2027-06-09T14:00", MORNING),
        (Urgency.NEWS, "2027-06-09T09:00", MORNING),
        (Urgency.NEWS, "2027-06-09T08:59", at("2027-06-09T06:59")),
        (Urgency.NEWS, "2027-06-09T06:00", at("2027-06-09T04:00")),
        (Urgency.NEWS, "2027-06-09T00:30", None),
        (Urgency.NEWS, "2027-06-08T22:00", MORNING),
    ],
)
def test_news_comes_at_night_only_to_somebody_who_needs_it_before_the_morning(
    urgency: Urgency, needed_by: str | None, goes_at: datetime | None
) -> None:
    assert POLICY.waits_until(urgency, EVENING, at(needed_by) if needed_by else None) == goes_at


def test_at_the_moment_for_which_it_waited_it_goes() -> None:
    assert POLICY.waits_until(Urgency.NEWS, at("2027-06-09T04:00"), at("2027-06-09T06:00")) is None
    assert POLICY.waits_until(Urgency.CALM, MORNING) is None


def test_without_quiet_hours_nothing_waits() -> None:
    assert Policy(zone=SHANGHAI).waits_until(Urgency.CALM, EVENING) is None


def test_a_day_is_the_office_s_and_its_letters_go_out_after_the_quiet_hours() -> None:
    now = at("2027-06-09T00:30")
    assert POLICY.today(now) == at("2027-06-09T00:00")
    assert POLICY.tomorrow(now) == at("2027-06-10T08:00")
    assert Policy(zone=SHANGHAI).tomorrow(now) == at("2027-06-10T00:00")


def test_only_kinds_that_are_alike_travel_together() -> None:
    reminder = Kind(joins=True)
    policy = Policy({"reminder": reminder, "supplies_due": reminder, "code": Kind(urgency=Urgency.AT_ONCE)})
    assert set(policy.alike(reminder)) == {"reminder", "supplies_due"}
    assert policy.alike(policy.kind("code")) == []
    assert policy.kind("never heard of") == Kind()
