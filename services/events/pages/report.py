"""The page of a community's year: what took place and what it came to, to be read and printed."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.events import statistics
from services.events.festivals import FIRST_YEAR, LAST_YEAR
from services.events.pages.board import desk
from services.events.pages.results import compared, said, said_change
from services.events.playbook import PLAYBOOK
from services.events.saved import own
from services.events.statistics import Year
from shared import dates
from shared.errors import Invalid, field_error
from shared.texts import text as _
from shared.web.auth import organizer
from shared.web.current import config, database, now
from shared.web.i18n import current_language, translate


@desk.get("/report")
def report() -> ResponseReturnValue:
    """Show the year in figures; a year that is none is answered with the years that there are."""
    number = _year(request.args.get("year", ""))
    year, before, names = database.read(_read, organizer().community, number)
    months = list(zip(dates.months(current_language()), year.months.values(), strict=True))
    return render_template(
        "events/report.html",
        number=number,
        year=year,
        comparison=[
            (_("Events held"), said(year.held), said(before.held), said_change(year.held, before.held)),
            *compared(year.total, before.total if before.held else None),
        ],
        before=before,
        months=months,
        templates=[
            (names.get(key, translate(_("Without a template"))), group) for key, group in year.templates.items()
        ],
        earlier=url_for("desk.report", year=number - 1) if number > FIRST_YEAR else None,
        later=url_for("desk.report", year=number + 1) if number < LAST_YEAR else None,
        made_at=now(),
        timezone=config.timezone,
    )


def _year(written: str) -> int:
    if not written:
        return now().astimezone(ZoneInfo(config.timezone)).year
    number = int(written) if written.isascii() and written.isdigit() and len(written) == len("2027") else 0
    if not FIRST_YEAR <= number <= LAST_YEAR:
        said = _("Please choose a year from %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
        raise Invalid(field_error("year", said), said)
    return number


def _read(session: Session, community: str, number: int) -> tuple[Year, Year, dict[str, str]]:
    settings: dict[str, Any] = {"timezone": config.timezone, "now": now()}
    in_chinese = current_language().tag.startswith("zh")
    names = {key: one.title if in_chinese else one.title_en for key, one in PLAYBOOK.items()}
    names |= {one.key: one.title for one in own(session, community)}
    year, before = (statistics.year(session, community, one, **settings) for one in (number, number - 1))
    return year, before, names
