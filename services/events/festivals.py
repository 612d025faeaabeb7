"""Festival dates: rules that turn a year into a date, on the Gregorian and on the Chinese calendar.

A computed date is a proposal (推算): the almanac and the State Council's notice outrank it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Final, Protocol

from tyme4py.lunar import LunarDay

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
"""Years for which dates are computed and events may be planned."""


class Rule(Protocol):
    """Says on which days of a Gregorian year something falls."""

    def dates(self, year: int) -> Iterator[date]:
        """Yield the days in order; there is at least one."""


@dataclass(frozen=True, slots=True)
class Solar:
    """The same Gregorian day each year: National Day is the first of October."""

    month: int
    day: int

    def dates(self, year: int) -> Iterator[date]:
        """Yield the one day."""
        yield date(year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Lunar:
    """A day of a regular month of the Chinese calendar: a leap month of the same number is never meant.

    Only for months 1 to 10: the eleventh holds the winter solstice and may run over into the next Gregorian year.
    """

    month: int
    day: int

    def dates(self, year: int) -> Iterator[date]:
        """Yield the one day."""
        solar = LunarDay.from_ymd(year, self.month, self.day).get_solar_day()
        yield date(solar.get_year(), solar.get_month(), solar.get_day())


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every week on the same weekday; Monday is 0."""

    weekday: int

    def dates(self, year: int) -> Iterator[date]:
        """Yield the year's 52 or 53 days."""
        first = date(year, 1, 1)
        day = first + timedelta(days=(self.weekday - first.weekday()) % 7)
        while day.year == year:
            yield day
            day += timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Monthly:
    """Every month on its nth such weekday: the second Wednesday is ``Monthly(2, 2)``; Monday is 0, n from 1 to 4."""

    nth: int
    weekday: int

    def dates(self, year: int) -> Iterator[date]:
        """Yield the year's twelve days."""
        for month in range(1, 13):
            first = date(year, month, 1)
            yield first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1))


def next_date(rule: Rule, today: date) -> date:
    """Return the first day that the rule names from ``today`` on."""
    return next(day for year in count(today.year) for day in rule.dates(year) if day >= today)


def date_in(rule: Rule, year: int, today: date) -> date:
    """Return the rule's first day of the year that is not over, else its first day of the year."""
    days = list(rule.dates(year))
    return next((day for day in days if day >= today), days[0])
