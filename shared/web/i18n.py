"""The reader's language: which one it is, and everything a page says in it."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from flask import Flask, flash, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from shared import catalogues, dates
from shared.catalogues import Language
from shared.texts import Text
from shared.web import cookies
from shared.web.current import config, now

COOKIE: Final = "steward-lang"


def init_app(app: Flask) -> None:
    """Give templates ``_``, and filters for dates; a ``Text`` that a template prints is translated by itself."""
    app.jinja_options = {**app.jinja_options, "finalize": _printed}
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        gettext=_gettext,
        ngettext=_ngettext,
        newstyle=True,
    )
    environment.filters |= {"date": day, "whole_date": whole_day, "time": time, "moment": moment}
    environment.filters |= {"date_range": date_range, "lunar": lunar}


def current_language() -> Language:
    """Return the language of the answer: by the reader's choice, else by what their browser asks for, else Chinese."""
    if "language" not in g:
        known = catalogues.languages(config.service)
        chosen = cookies.read(COOKIE)
        tag = chosen if chosen in known else _asked_for(request.headers.get("Accept-Language", ""), tuple(known))
        g.language = catalogues.language(config.service, tag)
    return cast("Language", g.language)


@lru_cache(200)
def _asked_for(header: str, known: tuple[str, ...]) -> str | None:
    """Return which of the languages a browser asks for; it takes long to read, and most send one of a few."""
    return parse_accept_header(header, LanguageAccept).best_match(known)


def translate(part: Any) -> Any:
    """Return a text, or all texts of a nested structure, in the reader's language; anything else stays."""
    return current_language().translate(part)


def tell(text: str, tone: str = "success") -> None:
    """Show a text on the next page; ``tone`` is success, info, warning or error."""
    flash(translate(text), tone)


def day(value: date, tz: str | None = None) -> str:
    """Return a date, or the date of a moment in the zone, as ``shared.dates`` writes it."""
    today = now().astimezone(ZoneInfo(tz or config.timezone)).date()
    return dates.day(_date(value, tz), current_language(), today)


def whole_day(value: date, tz: str | None = None) -> str:
    """Return a date, or that of a moment in the zone, with its year and without the day of the week."""
    return dates.whole_day(_date(value, tz), current_language())


def time(value: datetime, tz: str | None = None) -> str:
    """Return the time of day in the zone."""
    return dates.time(value, tz or config.timezone)


def moment(value: datetime, tz: str | None = None) -> str:
    """Return date and time in the zone."""
    return dates.moment(value, tz or config.timezone, current_language(), now())


def date_range(starts: datetime, ends: datetime, tz: str | None = None) -> str:
    """Return from when to when, in the zone."""
    return dates.span(starts, ends, tz or config.timezone, current_language(), now())


def lunar(value: datetime, tz: str | None = None) -> str:
    """Return the date on the Chinese calendar, in the zone."""
    from shared.lunar import lunar_words  # noqa: PLC0415  # the calendar's tables are for festivals that go by it

    return lunar_words(value.astimezone(ZoneInfo(tz or config.timezone)).date(), current_language())


def _date(value: date, tz: str | None) -> date:
    return value.astimezone(ZoneInfo(tz or config.timezone)).date() if isinstance(value, datetime) else value


def _gettext(text: str) -> str:
    return current_language().texts.gettext(text)


def _ngettext(one: str, many: str, n: int) -> str:
    return current_language().texts.ngettext(one, many, n)


def _printed(value: Any) -> Any:
    return translate(value) if isinstance(value, Text) else value
