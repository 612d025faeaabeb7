"""A whole directory of work units: compared first with the one that is there, then taken over all or none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from services.partners import rows
from services.partners.models import WorkUnit
from services.partners.operations.units import Entry, Person, add_contact, add_work_unit, change_work_unit
from services.partners.scope import Scope
from shared.errors import DomainError
from shared.imports import Finding, Importer, RowRefused, Upload, by_column
from shared.names import name_key
from shared.sheets.layout import Record
from shared.texts import Text
from shared.texts import text as _

KIND: Final = "units"
NEW: Final = _("Becomes a new unit")
CONTACT: Final = _("Is there already; gets one more contact")
FILLED: Final = _("Is there already; gaps are filled in")
ALREADY: Final = _("Already there; nothing changes")
WORDS: Final[Mapping[Text, str]] = {NEW: "added", CONTACT: "contact", FILLED: "filled", ALREADY: "already"}
"""What would become of a row -> under which word the outcome counts it."""

Known = tuple[WorkUnit | None, set[str]]
"""A unit that is there already, or stands in an earlier row, with the numbers of those who speak for it."""


def _compare(session: Session, upload: Upload, right: Mapping[int, Record], now: datetime) -> Mapping[int, Finding]:
    """Say of each row what would become of it; a second row of one unit brings another contact of it."""
    del now
    known = _known(session, upload.community)
    seen: dict[tuple[str, str], int] = {}
    found: dict[int, Finding] = {}
    for position, record in right.items():
        entered = rows.load(record)
        key = name_key(entered["name"])
        row = seen.setdefault((key, entered["phone"]), record.row)
        if row != record.row:
            found[position] = Finding({"phone": [_("This unit and this contact stand in row %(row)s.", row=row)]})
            continue
        found[position] = Finding(note=_fate(known.get(key), entered))
        known.setdefault(key, (None, set()))[1].add(entered["phone"])
    return found


def _write(session: Session, upload: Upload, records: Sequence[Record], now: datetime) -> Mapping[str, int]:
    scope = Scope(upload.community, organizer_id=upload.organizer_id)
    outcome: Counter[str] = Counter()
    known = _known(session, upload.community)
    for position, record in enumerate(records):
        entered = rows.load(record)
        key = name_key(entered["name"])
        fate = _fate(known.get(key), entered)
        try:
            unit = _take_over(session, known.get(key, (None, set()))[0], entered, fate, scope, upload.language, now)
        except DomainError as error:
            raise RowRefused(position, by_column(error.errors, error.detail, rows.UNITS, {})) from error
        known[key] = unit, known.get(key, (None, set()))[1] | {entered["phone"]}
        outcome[WORDS[fate]] += 1
    return outcome


UNITS: Final = Importer(kind=KIND, layouts=(rows.UNITS,), check=rows.errors_of, compare=_compare, write=_write)
"""How a directory is imported. Nobody gets a link by it: those are handed out one by one, or with an invitation."""


def _known(session: Session, community: str) -> dict[str, Known]:
    """Return the community's units by the key of their name; of two of one name the older."""
    units = session.scalars(
        select(WorkUnit)
        .where(WorkUnit.community == community, WorkUnit.merged_into_id.is_(None))
        .options(selectinload(WorkUnit.contacts))
        .order_by(WorkUnit.created_at.desc(), WorkUnit.id)
    )
    return {name_key(unit.name): (unit, {one.phone for one in unit.contacts}) for unit in units}


def _fate(known: Known | None, entered: Mapping[str, Any]) -> Text:
    """Return what becomes of a row."""
    if known is None:
        return NEW
    unit, numbers = known
    if entered["phone"] not in numbers:
        return CONTACT
    return FILLED if unit is not None and _gaps(unit, entered) else ALREADY


def _gaps(unit: WorkUnit, entered: Mapping[str, Any]) -> list[str]:
    """Return which fields the unit has nothing in, and the row something; what it has is never overwritten."""
    return [name for name in ("address", "offers") if entered[name] and not getattr(unit, name)]


def _take_over(
    session: Session,
    unit: WorkUnit | None,
    entered: Mapping[str, Any],
    fate: Text,
    scope: Scope,
    language: str,
    now: datetime,
) -> WorkUnit:
    contact = Person(name=entered["contact"], phone=entered["phone"], email=entered["email"], language=language)
    if unit is None:
        entry = {name: entered[name] for name in ("name", "kind", "address", "offers")}
        return add_work_unit(session, **entry, contact=contact, scope=scope, now=now).unit
    if gaps := _gaps(unit, entered):
        said = {name: getattr(unit, name) for name in ("name", "kind", "address", "offers")}
        filled = Entry(**said | {name: entered[name] for name in gaps})
        change_work_unit(session, unit.id, filled, scope=scope, now=now)
    if fate is CONTACT:
        add_contact(session, unit.id, contact, scope=scope, now=now)
    return unit
