"""Festival dates come out as the almanac has them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from lunar_python import Lunar as Almanac

from services.events.festivals import Lunar, Monthly, Solar, Weekly, date_in, next_date
from shared.lunar import lunar_date

DRAGON_BOAT = ["2024-06-10", "2025-05-31", "2026-06-19", "2027-06-09", "2028-05-28"]
MID_AUTUMN = ["2024-09-17", "2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03"]


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        *((Lunar(5, 5), day) for day in DRAGON_BOAT),
        *((Lunar(8, 15), day) for day in MID_AUTUMN),
        (Lunar(1, 1), "2027-02-06"),
        (Solar(10, 1), "2027-10-01"),
    ],
)
def test_a_festival_falls_on_the_day_that_the_almanac_names(rule, day):
    expected = date.fromisoformat(day)
    assert date_in(rule, expected.year, date(2024, 1, 1)) == expected


@pytest.mark.parametrize(("month", "day"), [(1, 1), (1, 15), (5, 5), (8, 15), (9, 9)])
def test_a_second_calendar_agrees_for_half_a_century(month, day):
    for year in range(2000, 2051):
        solar = Almanac.fromYmd(year, month, day).getSolar()
        expected = date(solar.getYear(), solar.getMonth(), solar.getDay())
        assert list(Lunar(month, day).dates(year)) == [expected]


def test_a_leap_month_is_never_meant():
    # 2025 has a sixth month twice: 25 June and 25 July begin one each.
    assert list(Lunar(6, 1).dates(2025)) == [date(2025, 6, 25)]


def test_the_next_date_may_be_today_and_else_is_next_year():
    assert next_date(Lunar(5, 5), date(2026, 6, 19)) == date(2026, 6, 19)
    assert next_date(Lunar(5, 5), date(2026, 6, 20)) == date(2027, 6, 9)


def test_weekly_and_monthly_rules_name_the_coming_day():
    wednesday = date(2026, 11, 25)
    assert next_date(Weekly(5), wednesday) == date(2026, 11, 28)
    assert next_date(Weekly(2), wednesday) == wednesday
    assert next_date(Monthly(2, 2), wednesday) == date(2026, 12, 9)
    assert date_in(Weekly(5), 2028, wednesday) == date(2028, 1, 1)


def test_a_weekly_rule_names_every_week_of_a_year():
    days = list(Weekly(5).dates(2028))
    assert len(days) == 53
    assert {after - before for before, after in pairwise(days)} == {timedelta(days=7)}


def test_a_day_has_a_chinese_name():
    assert lunar_date(date(2026, 6, 19)).words == "五月初五"
    leap = lunar_date(date(2025, 8, 1))
    assert (leap.words, leap.month, leap.day, leap.leap) == ("闰六月初八", 6, 8, True)
