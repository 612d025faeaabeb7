"""Fields for the cells of a sheet, which people write in more ways than a form lets them."""

import re
import unicodedata
from datetime import date, datetime, time
from typing import Any, Final

from marshmallow import ValidationError, fields

from shared.fields import YEARS
from shared.texts import text as _

DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
TIME: Final = re.compile(r"(\d{1,2})\s*[:点时h]\s*(\d{2})?\s*分?(?::\d{2})?")
YES: Final = frozenset({"是", "有", "对", "同意", "已同意", "yes", "y", "true", "1", "√", "✓", "✔"})
NO: Final = frozenset({"否", "无", "不", "不是", "没有", "no", "n", "false", "0", "×"})


class SheetDay(fields.Field[date]):
    """A date: 2027-06-19, 2027/6/19, 2027.6.19 or 2027年6月19日."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        del attr, data, kwargs
        day = _day(_plain(value))
        if day is None:
            raise ValidationError(_("Please enter a date, like 2027-06-19."))
        return day


class SheetTime(fields.Field[time]):
    """A time of day: 14:00, 14：00 or 14点."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time:
        del attr, data, kwargs
        moment = _time(_plain(value))
        if moment is None:
            raise ValidationError(_("Please enter a time, like 14:00."))
        return moment


class SheetStart(fields.Field["time | datetime"]):
    """A time of day, or one with its date in front: 14:00 or 2027-06-19 14:00."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time | datetime:
        del attr, data, kwargs
        first, _blank, second = _plain(value).replace("t", " ").rpartition(" ")
        day, moment = _day(first.strip()), _time(second)
        if moment is None or (first and day is None):
            raise ValidationError(_("Please enter a time like 14:00, or with its date like 2027-06-19 14:00."))
        return moment if day is None else datetime.combine(day, moment)


class YesNo(fields.Field[bool]):
    """是 or 否, yes or no."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        del attr, data, kwargs
        word = _plain(value)
        if word not in YES | NO:
            raise ValidationError(_("Please write yes or no."))
        return word in YES


def _day(text: str) -> date | None:
    match = DAY.fullmatch(text)
    try:
        day = date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
    return day if day and day.year in YEARS else None


def _time(text: str) -> time | None:
    match = TIME.fullmatch(text)
    try:
        return time(int(match[1]), int(match[2] or 0)) if match else None
    except ValueError:
        return None


def _plain(value: Any) -> str:
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()
