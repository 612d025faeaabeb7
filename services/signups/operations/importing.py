"""A whole list of people for the shifts of an event: compared first with what is known, then signed up all or none."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups import identity, queries, rows, timing
from services.signups.idempotency import Request
from services.signups.links import Links
from services.signups.models import KEEPS_TIME, SEATED, Event, Shift, Signup, SignupStatus, Volunteer
from services.signups.operations.signing import Application, sign_up
from services.signups.queries import ShiftCounts
from services.signups.wanted import check_age, refuse_closed
from shared.errors import DomainError, Invalid, field_error
from shared.imports import Finding, Importer, RowRefused, Upload, by_column, records_of
from shared.names import name_key
from shared.sheets.layout import Record
from shared.texts import text as _

KIND: Final = "people"
ASKED_AT_ONCE: Final = 500
"""Phone numbers in one statement."""
COLUMNS: Final = {"shift_id": "role", "guardian": "birth_date"}
"""What an operation calls a field -> the column that says it."""
ALREADY: Final = _("Already there; nothing changes")
PLACE: Final = _("Gets a place")
WAITS: Final = _("Goes on the waitlist")

Person = tuple[str, str]
"""Phone and name as they are compared: what makes two rows one person."""


def people(secret_key: str) -> Importer:
    """Return how a list of people is imported; each sign-up's manage link is made with the key."""
    links = Links(secret_key)

    def write(session: Session, upload: Upload, records: Sequence[Record], now: datetime) -> Mapping[str, int]:
        return _write(session, upload, records, links, now)

    return Importer(kind=KIND, layouts=(rows.PEOPLE,), check=rows.errors_of, compare=_compare, write=write)


@dataclass(frozen=True, slots=True)
class Taken:
    """A time that a person has given away: by a sign-up that is there, or in an earlier ``row`` of the list."""

    shift: Shift
    keeps_time: bool = True
    row: int | None = None


def _compare(session: Session, upload: Upload, right: Mapping[int, Record], now: datetime) -> Mapping[int, Finding]:
    """Say of each row what would become of it, as if it were signed up after those above it."""
    loaded = {position: rows.load(record) for position, record in right.items()}
    counts = _shifts(session, upload)
    taken = _taken(session, {entered["phone"] for entered in loaded.values()})
    # Whoever waits already is served first, so that a free place beside them is none for the list.
    free = {one.shift.id: 0 if one.waitlisted > one.offered else max(one.free, 0) for one in counts}
    found = _unknown_shifts(counts, upload, right)
    for position, entered in loaded.items():
        try:
            shift = _shift(counts, entered)
            refuse_closed(shift, now)
            check_age(shift, entered["birth_date"], guarded=False)
            finding = _place(shift, taken[_person(entered)], free, right[position].row)
        except DomainError as error:
            finding = Finding(_by_column(error))
        found[position] = finding
    return found


def _unknown_shifts(counts: Sequence[ShiftCounts], upload: Upload, right: Mapping[int, Record]) -> dict[int, Finding]:
    """Say of rows that have other faults whether their shift is one, too, so that all is told at once."""
    found: dict[int, Finding] = {}
    for position, record in enumerate(records_of(upload)):
        if position not in right and "role" in record.cells:
            try:
                _shift(counts, {"role": record.cells["role"], "starts_at": None})
            except Invalid as error:
                errors = _by_column(error)
                found[position] = Finding({"role": errors["role"]} if "role" in errors else {})
    return found


def _place(shift: Shift, times: list[Taken], free: dict[UUID, int], row: int) -> Finding:
    """Give the person of a row a place or a turn on paper; raises Invalid where there is neither."""
    here = next((one for one in times if one.shift.id == shift.id), None)
    if here is not None and here.row is not None:
        raise Invalid({"name": [_("This person stands in row %(row)s for the same shift already.", row=here.row)]})
    if here is not None:
        return Finding(note=ALREADY)
    refusal = timing.conflict(shift, [one.shift for one in times if one.keeps_time])
    if refusal is not None:
        earlier = [str(one.row) for one in times if one.row is not None]
        also = [_("The same person stands in these rows, too: %(rows)s.", rows=", ".join(earlier))] if earlier else []
        raise Invalid({"role": [refusal, *also]})
    has_place = free[shift.id] > 0
    if not has_place and not shift.event.waitlist:
        raise Invalid(field_error("role", _("This shift is full, and it keeps no waitlist.")))
    free[shift.id] -= has_place
    times.append(Taken(shift, has_place, row))
    return Finding(note=PLACE if has_place else WAITS)


def _write(
    session: Session, upload: Upload, records: Sequence[Record], links: Links, now: datetime
) -> Mapping[str, int]:
    counts = _shifts(session, upload)
    outcome: Counter[str] = Counter()
    for position, record in enumerate(records):
        entered = rows.load(record)
        try:
            shift = _shift(counts, entered)
            application = Application(
                shift_id=shift.id,
                name=entered["name"],
                phone=entered["phone"],
                language=upload.language,
                email=entered["email"],
                birth_date=entered["birth_date"],
            )
            request = Request.of(f"{KIND} {upload.id} {position}", {"shift_id": shift.id})
            outcome[sign_up(session, application, request=request, links=links, now=now).status] += 1
        except DomainError as error:
            raise RowRefused(position, _by_column(error)) from error
    return outcome


def _shifts(session: Session, upload: Upload) -> Sequence[ShiftCounts]:
    if upload.subject_id is None:
        raise ValueError("a list of people is for an event")
    return queries.shifts(session, upload.subject_id)


def _shift(counts: Sequence[ShiftCounts], entered: Mapping[str, Any]) -> Shift:
    """Return the shift that a row means; raises Invalid where there is none, or more than one."""
    named = [one.shift for one in counts if name_key(one.shift.role) == name_key(entered["role"])]
    if not named:
        roles = ", ".join(dict.fromkeys(one.shift.role for one in counts))
        raise Invalid(
            field_error("role", _("There is no such shift. Please write one of these: %(roles)s.", roles=roles))
        )
    start = entered["starts_at"]
    meant = [shift for shift in named if start is None or _begins(shift, start)]
    if len(meant) == 1:
        return meant[0]
    starts = ", ".join(f"{_local(shift.starts_at, shift.event):%Y-%m-%d %H:%M}" for shift in named)
    if not meant:
        raise Invalid(
            field_error("starts_at", _("No shift of this name begins then, but at: %(starts)s.", starts=starts))
        )
    text = _("There are several shifts of this name. Please write in “Start” which: %(starts)s.", starts=starts)
    raise Invalid(field_error("starts_at", text))


def _begins(shift: Shift, start: Any) -> bool:
    local = _local(shift.starts_at, shift.event)
    return local == start if isinstance(start, datetime) else local.time() == start


def _local(moment: datetime, event: Event) -> datetime:
    return moment.astimezone(ZoneInfo(event.timezone)).replace(tzinfo=None)


def _taken(session: Session, numbers: set[str]) -> defaultdict[Person, list[Taken]]:
    """Return when the people of these numbers are busy, by person."""
    found: defaultdict[Person, list[Taken]] = defaultdict(list)
    ordered = sorted(numbers)
    for start in range(0, len(ordered), ASKED_AT_ONCE):
        statement = (
            select(Volunteer.phone, Volunteer.name_key, Signup.status, Signup.offered_until, Shift)
            .join(Signup, Signup.volunteer_id == Volunteer.id)
            .join(Shift, Shift.id == Signup.shift_id)
            .join(Event, Event.id == Shift.event_id)
            .where(
                Volunteer.phone_key.in_(identity.phone_keys(session, ordered[start : start + ASKED_AT_ONCE])),
                Signup.status.in_((*SEATED, SignupStatus.WAITLISTED)),
                Event.status.in_(timing.COUNTED),
            )
        )
        for phone, name, status, offered_until, shift in session.execute(statement):
            found[phone, name].append(Taken(shift, status in KEEPS_TIME or offered_until is not None))
    return found


def _person(entered: Mapping[str, Any]) -> Person:
    return entered["phone"], name_key(entered["name"])


def _by_column(error: DomainError) -> dict[str, list[str]]:
    return by_column(error.errors, error.detail, rows.PEOPLE, COLUMNS)
