"""Working days in China: weekends and public holidays are none, the weekend days worked in exchange for them are."""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from holidays import HolidayBase

TO_ENTER: Final = 10
"""Working days after the end within which a service is to be entered (民政部令第67号)."""


def due(ended: date) -> date:
    """Return the last day on which the record of what ended that day is still entered in time.

    Holidays of years for which the State Council has announced none yet are computed.
    """
    return _holidays(ended.year).get_nth_working_day(ended, TO_ENTER)


@cache
def _holidays(year: int) -> "HolidayBase":
    """Return the holidays of the year and the next, since ten working days may reach over the new year."""
    from holidays import country_holidays  # noqa: PLC0415  (all the world's holidays take their time)

    return country_holidays("CN", years=(year, year + 1))
