"""A year's plan from a workbook: its events with their shifts, as drafts, all of them or none."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from services.events import rows, saved
from services.events.operations.desk import Desk
from services.events.operations.drafting import create_event
from services.events.playbook import PLAYBOOK
from services.events.rows import EVENTS, SHIFTS
from shared.errors import DomainError
from shared.imports import Finding, Importer, RowRefused, Upload, by_column, records_of
from shared.sheets.layout import Record
from shared.texts import text as _

KIND: Final = "events"
COLUMNS: Final = {"starts_at": "starts", "ends_at": "ends"}
"""What the operation calls a field -> the column that says it."""

Row = tuple[int, Mapping[str, Any]]
"""The position of a row in the upload, and what it says."""


class Refused(Exception):
    """An event could not be made; ``errors`` are by position and column."""

    def __init__(self, errors: Mapping[int, dict[str, list[str]]]) -> None:
        super().__init__()
        self.errors = errors


class Trial(Exception):
    """An event could be made, with so many shifts; what was written for it is undone on the way up."""

    def __init__(self, shifts: int) -> None:
        super().__init__()
        self.shifts = shifts


def plan(zone: str) -> Importer:
    """Return how a workbook of events is imported; its times are those of the zone."""

    def compare(session: Session, upload: Upload, right: Mapping[int, Record], now: datetime) -> Mapping[int, Finding]:
        return _compare(session, upload, right, zone, now)

    def write(session: Session, upload: Upload, records: Sequence[Record], now: datetime) -> Mapping[str, int]:
        return _write(session, upload, records, zone, now)

    return Importer(kind=KIND, layouts=rows.LAYOUTS, check=rows.errors_of, compare=compare, write=write)


def _compare(
    session: Session, upload: Upload, right: Mapping[int, Record], zone: str, now: datetime
) -> Mapping[int, Finding]:
    """Make each event for a trial and undo it: what the operation refuses is said of the rows it comes from."""
    events, shifts = _loaded(right)
    found = {position: Finding() for position in right}
    by_event = _by_event(events, shifts, found, _names(upload))
    templates = _templates(session, upload.community)
    for position, row in events:
        if _is_known_wrong(by_event[position], found):
            continue
        try:
            with session.begin_nested():
                made = _create(session, upload, (position, row), by_event[position], zone, templates, now)
                raise Trial(made)  # noqa: TRY301  # raising is what undoes it
        except Trial as trial:
            found[position].note = _("Becomes a draft, with shifts: %(n)s", n=trial.shifts)
        except Refused as refused:
            for at, errors in refused.errors.items():
                found[at].errors |= errors
    return found


def _write(session: Session, upload: Upload, records: Sequence[Record], zone: str, now: datetime) -> Mapping[str, int]:
    events, shifts = _loaded(dict(enumerate(records)))
    by_event = _by_event(events, shifts, defaultdict(Finding), _names(upload))
    templates = _templates(session, upload.community)
    made = 0
    for position, row in events:
        try:
            made += _create(session, upload, (position, row), by_event[position], zone, templates, now)
        except Refused as refused:
            at, errors = min(refused.errors.items())
            raise RowRefused(at, errors) from refused
    return {"events": len(events), "shifts": made}


def _create(
    session: Session,
    upload: Upload,
    event: Row,
    shifts: Sequence[Row],
    zone: str,
    templates: Mapping[str, str],
    now: datetime,
) -> int:
    """Make the draft and return how many shifts it has; raises Refused with the errors of its rows."""
    position, row = event
    entered = rows.event_of(row, zone, templates)
    if entered.get("template", "") not in {"", *templates.values()}:
        titles = ", ".join(one.title if upload.language.startswith("zh") else one.title_en for one in PLAYBOOK.values())
        text = _(
            "There is no template of this name. Please write one of these, or leave it empty: %(titles)s.",
            titles=titles,
        )
        raise Refused({position: {"template": [text]}})
    if shifts:
        entered["shifts"] = [rows.shift_of(shift, row, zone) for _at, shift in shifts]
    desk = Desk(upload.community, upload.organizer_id)
    try:
        return len(create_event(session, entered, desk=desk, timezone=zone, now=now).shifts)
    except DomainError as error:
        raise Refused(_by_row(error, position, shifts)) from error


def _by_row(error: DomainError, position: int, shifts: Sequence[Row]) -> dict[int, dict[str, list[str]]]:
    """Return what the operation found wrong, by position and column; what no column says concerns the row."""
    found: dict[int, dict[str, list[str]]] = {}
    own = dict(error.errors)
    inner = own.get("shifts")
    if isinstance(inner, Mapping) and shifts:
        del own["shifts"]
        for number, errors in inner.items():
            at, _row = shifts[number]
            found[at] = by_column(errors, error.detail, rows.LAYOUTS[SHIFTS], COLUMNS)
    if own or not found:
        found[position] = by_column(own, error.detail, rows.LAYOUTS[EVENTS], COLUMNS)
    return found


def _templates(session: Session, community: str) -> dict[str, str]:
    """Return name without case -> key, of the playbook's templates in both languages and of the community's own."""
    names = {template.title.casefold(): template.key for template in saved.own(session, community)}
    for template in PLAYBOOK.values():
        names |= {name.casefold(): template.key for name in (template.key, template.title, template.title_en)}
    return names


def _loaded(records: Mapping[int, Record]) -> tuple[list[Row], list[Row]]:
    loaded = [(position, record.sheet, rows.load(record)) for position, record in records.items()]
    events: list[Row] = [(position, row) for position, sheet, row in loaded if sheet == EVENTS]
    return events, [(position, row) for position, sheet, row in loaded if sheet == SHIFTS]


def _by_event(
    events: Sequence[Row], shifts: Sequence[Row], found: dict[int, Finding], names: set[str]
) -> defaultdict[int, list[Row]]:
    """Return the shifts by the position of the event that they name by its number or its name.

    ``names`` are those of all events, also of those that are wrong: a shift of such a one is not to blame.
    """
    called: defaultdict[str, list[int]] = defaultdict(list)
    for position, row in events:
        for name in {row.get("ref", ""), row["title"]} - {""}:
            called[_plain(name)].append(position)
    by_event: defaultdict[int, list[Row]] = defaultdict(list)
    for position, row in shifts:
        meant = called[_plain(row["event"])]
        if len(meant) == 1:
            by_event[meant[0]].append((position, row))
        elif meant:
            text = _("Several events are called this. Please give each a number, and write the number here.")
            found[position].errors["event"] = [text]
        elif _plain(row["event"]) not in names:
            found[position].errors["event"] = [_("No event of the first sheet has this number or name.")]
    return by_event


def _is_known_wrong(shifts: Sequence[Row], found: Mapping[int, Finding]) -> bool:
    return any(found[position].errors for position, _row in shifts)


def _names(upload: Upload) -> set[str]:
    """Return what the events of the first sheet are called, by number and by name."""
    events = [record.cells for record in records_of(upload) if record.sheet == EVENTS]
    return {_plain(cells[column]) for cells in events for column in ("ref", "title") if column in cells}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
