"""Rules by which an event repeats, and the days that they name; a computed day is a proposal (推算)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Final

from dateutil import rrule
from tyme4py.lunar import LunarDay, LunarMonth
from tyme4py.solar import SolarDay

from services.events.festivals import LAST_YEAR

if TYPE_CHECKING:
    from holidays import HolidayBase

MOST: Final = 60
"""Events that one rule may make."""
YEARS: Final = 3
LUNAR_YEARS: Final = 10
"""How far ahead a rule may reach; one by the Chinese calendar names a single day each year."""
CHINESE: Final = "zh_CN"
ENGLISH: Final = "en_US"
LAST: Final = -1
"""Stands for the last such weekday of a month."""


class Every(StrEnum):
    """How an event repeats."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    NTH = "nth"
    LUNAR = "lunar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A rule, and where it ends: with ``number`` days or ``until`` a day, whichever comes first.

    ``interval`` is in weeks or months; Monday is weekday 0. ``day`` is of the month: months without it are passed
    over. ``nth`` is 1 to 4, or LAST. A rule by the Chinese calendar names the lunar day of the event itself.
    """

    every: Every
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    day: int = 1
    nth: int = 1
    weekday: int = 0
    until: date | None = None
    number: int | None = None
    skip_holidays: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A day that a rule names.

    ``announced`` says whether the State Council's notice for the year is known; without it, holidays are computed.
    """

    day: date
    holiday: bool
    works: bool
    """Whether it is a weekend day that is worked in exchange for a holiday (调休)."""
    announced: bool
    skipped: bool


def proposals(rule: Recurrence, first: date, today: date) -> list[Proposal]:
    """Return the days that the rule names after ``first``, the event's own, and after today.

    Holidays that the rule skips are among them, and do not count as one of its number.
    """
    found: list[Proposal] = []
    wanted = min(rule.number or MOST, MOST)
    for day in _days(rule, first):
        if rule.until is not None and day > rule.until:
            break
        if day <= today:
            continue
        known = _holidays(day.year, CHINESE)
        holiday = day in known
        found.append(
            Proposal(
                day,
                holiday,
                day in known.weekend_workdays,
                day.year in known.special_public_holidays,
                rule.skip_holidays and holiday,
            )
        )
        wanted -= not found[-1].skipped
        if wanted == 0 or len(found) == 2 * MOST:
            break
    return found


def holiday_name(day: date, language: str) -> str:
    """Return the name of the public holiday in China on the day, in Chinese or English by the language's tag."""
    return str(_holidays(day.year, CHINESE if language.startswith("zh") else ENGLISH)[day])


def _days(rule: Recurrence, first: date) -> Iterator[date]:
    """Yield the days after ``first``, as far ahead as a rule may reach."""
    if rule.every is Every.LUNAR:
        yield from _lunar_days(first)
        return
    start = datetime.combine(first, time())
    if rule.every is Every.WEEKLY:
        days = rrule.rrule(rrule.WEEKLY, start, rule.interval, byweekday=rule.weekdays or (first.weekday(),))
    elif rule.every is Every.MONTHLY:
        days = rrule.rrule(rrule.MONTHLY, start, rule.interval, bymonthday=rule.day)
    else:
        days = rrule.rrule(rrule.MONTHLY, start, rule.interval, byweekday=rrule.weekday(rule.weekday)(rule.nth))
    end = first + timedelta(days=366 * YEARS)
    for moment in days:
        if moment.date() > end or moment.year > LAST_YEAR:
            return
        if moment.date() > first:
            yield moment.date()


def _lunar_days(first: date) -> Iterator[date]:
    """Yield the same lunar day of the following years; the thirtieth of a short month is its last day.

    In a leap month's stead stands the regular one of the same number.
    """
    lunar = SolarDay.from_ymd(first.year, first.month, first.day).get_lunar_day()
    month = abs(lunar.get_month())
    for year in count(lunar.get_year() + 1):
        length = LunarMonth.from_ym(year, month).get_day_count()
        solar = LunarDay.from_ymd(year, month, min(lunar.get_day(), length)).get_solar_day()
        if solar.get_year() > min(first.year + LUNAR_YEARS, LAST_YEAR):
            return
        yield date(solar.get_year(), solar.get_month(), solar.get_day())


@cache
def _holidays(year: int, language: str) -> "HolidayBase":
    from holidays import country_holidays  # noqa: PLC0415  (all the world's holidays take their time)

    return country_holidays("CN", years=year, language=language)
