"""The Chinese calendar: which of its days a date is, and how people call that day."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tyme4py.solar import SolarDay

from shared.catalogues import Language
from shared.texts import text as _


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A day on the Chinese calendar. ``words`` are its name in Chinese: 五月初五, 闰六月初八."""

    month: int
    day: int
    leap: bool
    words: str


@lru_cache(maxsize=1000)
def lunar_date(day: date) -> LunarDate:
    """Return the day's date on the Chinese calendar."""
    lunar = SolarDay.from_ymd(day.year, day.month, day.day).get_lunar_day()
    month = lunar.get_lunar_month()
    return LunarDate(
        month=abs(lunar.get_month()),
        day=lunar.get_day(),
        leap=month.is_leap(),
        words=f"{month.get_name()}{lunar.get_name()}",
    )


def lunar_words(day: date, language: Language) -> str:
    """Return 农历五月初五, or lunar month 5, day 5 for those who read no Chinese."""
    lunar = lunar_date(day)
    if language.tag.startswith("zh"):
        return f"农历{lunar.words}"
    return str(language.translate(_("lunar month %(month)s, day %(day)s", month=lunar.month, day=lunar.day)))
