"""Dates and times as people write them, in their language and in the zone where something takes place."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names, get_month_names

from shared.catalogues import Language
from shared.texts import text as _


def day(value: date, language: Language, today: date) -> str:
    """Return 6月19日（周五） or Fri 19 June, with the year where it is not the present one."""
    # Translators: date patterns in Unicode's notation (EEE weekday, d day, MMMM or M month, y year)
    pattern = _("EEE d MMMM") if value.year == today.year else _("EEE d MMMM y")
    return format_date(value, language.translate(pattern), locale=language.rules)


def whole_day(value: date, language: Language) -> str:
    """Return 2026年6月19日 or 19 June 2026: what stands on papers is compared with them in other years."""
    # Translators: a date pattern in Unicode's notation (d day, MMMM or M month, y year)
    return format_date(value, language.translate(_("d MMMM y")), locale=language.rules)


def weekdays(language: Language) -> list[str]:
    """Return the names of the days of the week, from Monday on."""
    names = get_day_names("wide", locale=language.rules)
    return [names[number] for number in range(7)]


def months(language: Language) -> list[str]:
    """Return the short names of the months, from January on."""
    names = get_month_names("abbreviated", locale=language.rules)
    return [names[number] for number in range(1, 13)]


def time(value: datetime, zone: str) -> str:
    """Return the time of day in the zone, 24 hours: 14:00."""
    return value.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def moment(value: datetime, zone: str, language: Language, now: datetime) -> str:
    """Return 6月19日（周五）14:00 or Fri 19 June, 14:00."""
    place = ZoneInfo(zone)
    on = day(value.astimezone(place).date(), language, now.astimezone(place).date())
    return str(language.translate(_("%(date)s, %(time)s", date=on, time=time(value, zone))))


def span(starts: datetime, ends: datetime, zone: str, language: Language, now: datetime) -> str:
    """Return 6月19日（周五）14:00–17:00 or Fri 19 June, 14:00–17:00; over midnight both ends with their dates."""
    place = ZoneInfo(zone)
    if starts.astimezone(place).date() == ends.astimezone(place).date():
        return f"{moment(starts, zone, language, now)}–{time(ends, zone)}"
    first, last = (moment(value, zone, language, now) for value in (starts, ends))
    return str(language.translate(_("%(start)s – %(end)s", start=first, end=last)))
