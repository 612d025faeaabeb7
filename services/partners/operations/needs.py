"""What an event asks its partners for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from services.partners import announcements, ledger
from services.partners.models import COVERED, Entry, Event, Kind, Need, Pledge, Supply
from services.partners.operations.deadlines import follow_need
from services.partners.operations.events import event_at_hand, refuse_closed, shift_of
from services.partners.scope import Scope
from shared.errors import Invalid, NotFound, field_error
from shared.texts import text as _

MONEY: Final = frozenset({"元", "块", "块钱", "万元", "人民币", "现金", "rmb", "cny", "yuan", "¥", "￥", "$"})
"""What cannot be counted in: units give people, rooms and things, and never money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an organizer asks partners for. ``unit`` is what ``quantity`` counts.

    ``returnable`` supplies are lent (equipment) and go back after the event; nothing else is. ``supply_id`` is the row
    of the event's own list that the need was taken over from.
    """

    event_id: UUID
    kind: Kind
    quantity: int
    shift_id: UUID | None = None
    unit: str = ""
    description: str = ""
    due_at: datetime | None = None
    returnable: bool = False
    supply_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What may be said differently of a need later on."""

    quantity: int
    unit: str
    description: str
    due_at: datetime | None


def post_need(session: Session, request: Request, *, scope: Scope, now: datetime) -> Need:
    """Ask the community's partners for something; raises Invalid where it does not fit the event, or Conflict."""
    event = event_at_hand(session, request.event_id, community=scope.community)
    refuse_closed(event, now)
    _refuse_money(request.unit)
    shift = shift_of(session, event, request.shift_id)
    need = Need(
        id=uuid4(),
        version=1,
        event=event,
        shift=shift,
        kind=request.kind,
        quantity=request.quantity,
        unit=request.unit,
        description=request.description,
        due_at=_checked_due(request.due_at, event, now),
        returnable=request.returnable and request.kind is Kind.SUPPLIES,
        supply_id=request.supply_id,
        created_at=now,
    )
    session.add(need)
    session.flush()
    ledger.write(session, need, Entry.NEEDED, need.quantity, by=scope.by, now=now)
    announcements.need_posted(session, need, now)
    return need


def take_over_supplies(
    session: Session, event_id: UUID, supply_ids: Collection[UUID], *, scope: Scope, now: datetime
) -> tuple[list[Need], list[Supply]]:
    """Ask for supplies of the event's own list, as many as it says; what has been asked for already is passed over.

    Return the new needs, and the rows that are left out since they count money. Raises Invalid where nothing of the
    list was chosen, and Conflict.
    """
    event = event_at_hand(session, event_id, community=scope.community)
    chosen = session.scalars(
        select(Supply)
        .where(Supply.event_id == event.id, Supply.id.in_(supply_ids))
        .order_by(Supply.position)
        .with_for_update()  # whoever presses at the same time waits, and then finds them asked for
    ).all()
    if not chosen:
        raise Invalid(field_error("supplies", _("Please choose at least one thing from the list.")))
    asked = set(session.scalars(select(Need.supply_id).where(Need.event_id == event.id)))
    left_out = [supply for supply in chosen if _is_money(supply.unit)]
    made = [
        post_need(
            session,
            Request(
                event_id=event.id,
                kind=Kind.SUPPLIES,
                quantity=supply.quantity,
                unit=supply.unit,
                description=supply.name,
                supply_id=supply.id,
            ),
            scope=scope,
            now=now,
        )
        for supply in chosen
        if supply.id not in asked and supply.quantity and supply not in left_out
    ]
    return made, left_out


def change_need(session: Session, need_id: UUID, wanted: Change, *, scope: Scope, now: datetime) -> Need:
    """Ask for more or less, in other words or by another time; asking for what is pledged already ends the search.

    Raises NotFound, Invalid for less than has been pledged, and Conflict where the event takes nothing more.
    """
    need = need_at_hand(session, need_id, scope=scope)
    refuse_closed(need.event, now)
    _refuse_money(wanted.unit)
    covered = pledged_for(session, need)
    if wanted.quantity < covered:
        raise Invalid(
            field_error("quantity", _("Units have pledged %(n)s already. Please ask for no less.", n=covered))
        )
    said = {
        "quantity": wanted.quantity,
        "unit": wanted.unit,
        "description": wanted.description,
        "due_at": need.due_at if wanted.due_at == need.due_at else _checked_due(wanted.due_at, need.event, now),
    }
    if all(getattr(need, name) == value for name, value in said.items()):
        return need
    ledger.write(session, need, Entry.NEEDED, wanted.quantity - need.quantity, by=scope.by, now=now)
    is_due_otherwise = said["due_at"] != need.due_at
    for name, value in said.items():
        setattr(need, name, value)
    need.version += 1
    session.flush()
    announcements.need_posted(session, need, now)
    if is_due_otherwise:
        follow_need(session, need, now)
    return need


def need_at_hand(session: Session, need_id: UUID, *, scope: Scope) -> Need:
    """Return the need with its event, locked until the transaction ends; raises NotFound outside of the scope."""
    need = session.scalars(
        select(Need)
        .join(Need.event)
        .where(Need.id == need_id, scope.events())
        .options(contains_eager(Need.event))
        .with_for_update(of=Need)
    ).one_or_none()
    if need is None:
        raise NotFound(_("There is no such need."))
    return need


def pledged_for(session: Session, need: Need) -> int:
    """Return how much of the need its pledges cover."""
    return session.scalar(select(func.coalesce(func.sum(COVERED), 0)).where(Pledge.need_id == need.id)) or 0


def _is_money(unit: str) -> bool:
    return unit.casefold() in MONEY


def _refuse_money(unit: str) -> None:
    if _is_money(unit):
        text = _("Money is not collected here. Please ask for the things or the help themselves.")
        raise Invalid(field_error("unit", text))


def _checked_due(due_at: datetime | None, event: Event, now: datetime) -> datetime | None:
    if due_at is None:
        return None
    if due_at > event.ends_at:
        raise Invalid(field_error("due_at", _("This is after the end of the event. Please choose an earlier time.")))
    if due_at <= now:
        raise Invalid(field_error("due_at", _("This moment has passed. Please choose a later time.")))
    return due_at.astimezone(UTC)
