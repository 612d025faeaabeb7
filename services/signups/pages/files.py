"""The roster on paper and as a file: sign-in sheets, CSV and XLSX."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from services.signups import contacts, queries, rosters
from services.signups.models import Signup, SignupStatus
from services.signups.pages.desk import desk
from services.signups.pages.views import View
from services.signups.words import STATES
from shared.principal import Ability
from shared.sheets import writing
from shared.sheets.writing import Cell
from shared.texts import Text
from shared.texts import text as _
from shared.web.auth import needs, organizer
from shared.web.contact_views import shown
from shared.web.current import config, database, now
from shared.web.i18n import translate

CHUNK: Final = 5000
"""Rows of a file that are in memory at a time."""
BLANK_LINES: Final = 5
"""On each sheet, for people who walk in."""
COLUMNS: Final[tuple[Text, ...]] = (
    _("Event"),
    _("Shift"),
    _("Begins"),
    _("Ends"),
    _("Name"),
    _("Phone"),
    _("State"),
    _("Turn"),
    _("Walked in"),
    _("Skills and training"),
    _("In"),
    _("Out"),
    _("Minutes"),
    _("Says they can"),
    _("Answers"),
)


@desk.get("/events/<uuid:event_id>/sheet")
def sheet(event_id: UUID) -> ResponseReturnValue:
    """Show the sign-in sheets of an event for printing, one shift after the other; ``?shift=`` asks for one."""
    view = View.of(request.args, event_id)
    event = database.read(queries.event, event_id, community=organizer().community)
    people = database.read(rosters.seated, event_id, view.wanted.shift_id)
    shifts = [one.shift for one in database.read(queries.shifts, event_id)]
    return render_template(
        "signups/sheet.html",
        event=event,
        shifts=shifts,
        chosen=[shift for shift in shifts if view.wanted.shift_id in {None, shift.id}],
        one=view.wanted.shift_id,
        people=people,
        absent=SignupStatus.ABSENT,
        blank_lines=BLANK_LINES,
    )


@desk.get("/events/<uuid:event_id>/roster.<any('csv', 'xlsx'):kind>")
@needs(Ability.SEE_CONTACTS)
def event_file(event_id: UUID, kind: str) -> ResponseReturnValue:
    """Download the roster of an event, narrowed as the page is."""
    event = database.read(queries.event, event_id, community=organizer().community)
    day = event.starts_at.astimezone(ZoneInfo(event.timezone)).date()
    return _file(View.of(request.args, event_id), f"{event.title} {day.isoformat()}", kind)


@desk.get("/roster.<any('csv', 'xlsx'):kind>")
@needs(Ability.SEE_CONTACTS)
def file_of_all(kind: str) -> ResponseReturnValue:
    """Download the roster across events, narrowed as the page is."""
    today = now().astimezone(ZoneInfo(config.timezone)).date()
    return _file(View.of(request.args), f"{translate(_('Roster'))} {today.isoformat()}", kind)


def _file(view: View, title: str, kind: str) -> Response:
    """Answer with the file. CSV goes out as it is read; a workbook is packed first, row by row."""
    header = [translate(column) for column in COLUMNS]
    states = {status: translate(words[0]) for status, words in STATES.items()}
    # Before the first row: CSV goes out after the view has been noted.
    shown(database.read(rosters.people, view.wanted))
    people = rosters.in_chunks(database.read, view.wanted, size=CHUNK)
    rows = (_row(signup, states) for signup in people)
    if kind == "csv":
        answer = Response(stream_with_context(writing.csv_lines(header, rows)), content_type=writing.CSV_TYPE)
    else:
        answer = Response(writing.xlsx(title, header, rows), content_type=writing.XLSX_TYPE)
    # A header is Latin-1, so the name is sent encoded (RFC 6266), with a plain one beside it.
    encoded = f"UTF-8''{quote(_name(title), safe='')}.{kind}"
    answer.headers.set("Content-Disposition", "attachment", filename=f"roster.{kind}", **{"filename*": encoded})
    wanted = view.wanted
    structlog.get_logger().info(
        "roster.exported",
        organizer_id=str(organizer().id),
        event_id=str(wanted.event_id) if wanted.event_id else None,
        kind=kind,
    )
    return answer


def _row(signup: Signup, states: Mapping[SignupStatus, str]) -> list[Cell]:
    shift, event = signup.shift, signup.shift.event
    zone = ZoneInfo(event.timezone)

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment is not None else None

    return [
        event.title,
        shift.role,
        local(shift.starts_at),
        local(shift.ends_at),
        contacts.name(signup),
        contacts.phone(signup),
        states[signup.status],
        signup.waitlist_position,
        translate(_("Yes")) if signup.walk_in else None,
        _skills(signup),
        local(signup.checked_in_at),
        local(signup.checked_out_at),
        signup.minutes,
        translate(_("Yes")) if signup.skilled else None,
        "; ".join(f"{label}: {translate(value)}" for label, value in signup.answered) or None,
    ]


def _skills(signup: Signup) -> str | None:
    if not signup.shift.asks_for:
        return None
    return str(translate(_("To be confirmed") if signup.is_to_clear else _("Confirmed")))


def _name(title: str) -> str:
    """Return the title as a file may be called everywhere."""
    return "".join(sign for sign in title if sign.isprintable() and sign not in '\\/:*?"<>|')
