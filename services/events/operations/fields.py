"""Writing what was entered into an event: its own fields, its shifts and its programme.

What was entered is a mapping as the schemas load it; what it does not mention stays as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from services.events.asking import OF_SHIFT, SETTINGS
from services.events.models import Event, Kind, ProgrammeItem, Shift
from services.events.times import Move
from shared.errors import Invalid
from shared.texts import text as _

PLAIN: Final = (
    "title",
    "summary",
    "theme",
    "timezone",
    "starts_at",
    "ends_at",
    "conditions",
    "how_to_sign_up",
    "risks",
    "contact",
    "expected_attendance",
    "waitlist",
    "thanks",
    *SETTINGS,
)
SHIFT: Final[Mapping[str, Any]] = {
    "description": "",
    "minimum": 0,
    "min_age": None,
    "skills": [],
    "counts_as_service": True,
    "training": "",
    "insured": False,
}
ITEM: Final[Mapping[str, Any]] = {
    "kind": Kind.OTHER,
    "performers": "",
    "starts_at": None,
    "minutes": None,
    "place": "",
    "roles": [],
}
"""What a new shift or programme item is where it does not say otherwise."""

Part = TypeVar("Part", Shift, ProgrammeItem)


def write(event: Event, entered: Mapping[str, Any]) -> None:
    """Write the entered values into the event; raises Invalid where a shift or item names an id that is not there."""
    roles = {shift.id: shift.role for shift in event.shifts}
    for name in PLAIN:
        if name in entered:
            setattr(event, name, entered[name])
    for name, value in entered.get("venue", {}).items():
        setattr(event, f"venue_{name}", value)
    if "reminders" in entered:
        event.reminders = list(dict.fromkeys(entered["reminders"]))
    if "shifts" in entered:
        event.shifts = _arranged(
            "shifts", event.shifts, entered["shifts"], lambda: Shift(id=uuid4(), **SHIFT, **OF_SHIFT)
        )
    if "programme" in entered:
        event.programme = _arranged(
            "programme", event.programme, entered["programme"], lambda: ProgrammeItem(id=uuid4(), **ITEM)
        )
    _serve(event, roles)


def move(event: Event, entered: Mapping[str, Any]) -> None:
    """Move everything in the event by as much as its start is moved, before ``entered`` is written over it."""
    if "starts_at" not in entered or entered["starts_at"] == event.starts_at:
        return
    moved = Move.between(event.starts_at, entered["starts_at"], entered.get("timezone", event.timezone))
    event.ends_at = moved(event.ends_at)
    for shift in event.shifts:
        shift.starts_at, shift.ends_at = moved(shift.starts_at), moved(shift.ends_at)
    for item in event.programme:
        if item.starts_at is not None:
            item.starts_at = moved(item.starts_at)


def _serve(event: Event, before: Mapping[UUID, str]) -> None:
    """Let items name roles as the shifts do now: a renamed role is renamed, one that is gone is taken out.

    ``before`` is what each shift's role was. Raises Invalid where an item names a role that no shift ever had.
    """
    present = {shift.role for shift in event.shifts}
    renamed = {before[shift.id]: shift.role for shift in event.shifts if shift.id in before}
    unknown = {}
    for position, item in enumerate(event.programme):
        wrong = [role for role in item.roles if role not in present and role not in before.values()]
        if wrong:
            advice = _(
                "No shift has the role “%(role)s”. Please add such a shift first, or choose another.", role=wrong[0]
            )
            unknown[position] = {"roles": [advice]}
        roles = [role if role in present else renamed.get(role) for role in item.roles]
        item.roles = list(dict.fromkeys(role for role in roles if role))
    if unknown:
        raise Invalid({"programme": unknown})


def _arranged(
    field: str,
    present: Sequence[Part],
    listed: Sequence[Mapping[str, Any]],
    make: Callable[[], Part],
) -> list[Part]:
    """Return the parts in the order of the list: those with an id changed, those without one new, the rest left out."""
    known = {part.id: part for part in present}
    arranged = []
    for position, values in enumerate(listed):
        if "id" not in values:
            part = make()
        elif values["id"] in known:
            part = known.pop(values["id"])
        else:
            text = _("There is no entry with this id, or it stands here twice. Leave the id out for a new one.")
            raise Invalid({field: {position: {"id": [text]}}})
        for name, value in values.items():
            setattr(part, name, value)
        part.position = position
        arranged.append(part)
    return arranged
