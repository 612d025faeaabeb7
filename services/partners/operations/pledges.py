"""The life of a pledge, as far as the unit and the organizers decide it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from services.partners import announcements, deadlines, ledger
from services.partners.models import (
    MOVES,
    NO_WAY,
    Entry,
    Kind,
    Need,
    Pledge,
    PledgeStatus,
    PledgeStep,
    Shift,
    WorkUnit,
)
from services.partners.operations.events import event_at_hand, refuse_closed, shift_of
from services.partners.operations.needs import need_at_hand, pledged_for
from services.partners.operations.places import answered
from services.partners.operations.units import locked_unit
from services.partners.scope import Scope
from shared.errors import Conflict, Invalid, NotFound, field_error
from shared.texts import text as _

MAX_PEOPLE: Final = 500
MAX_QUANTITY: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a unit wants to pledge: in answer to a need, or of its own accord for an event.

    ``arrives_at`` is when things are brought; ``returnable`` ones are lent, and a need says so itself.
    ``pledge_id`` is made up by the form, so that pressing its button twice makes one pledge.
    """

    work_unit_id: UUID
    quantity: int
    need_id: UUID | None = None
    event_id: UUID | None = None
    kind: Kind | None = None
    shift_id: UUID | None = None
    note: str = ""
    arrives_at: datetime | None = None
    returnable: bool = False
    pledge_id: UUID = field(default_factory=uuid4)


def make_pledge(session: Session, promise: Promise, *, scope: Scope, now: datetime) -> Pledge:
    """Write down what the unit promises; for people, the sign-up service is asked for places.

    Making the same pledge again returns the first. Raises NotFound for a unit out of reach, Invalid for what does not
    fit the event or the need, and Conflict where the event or the shift takes nobody any more.
    """
    unit = locked_unit(session, promise.work_unit_id, scope)  # also lets a double submit wait for the first
    earlier = session.get(Pledge, promise.pledge_id)
    if earlier is not None:
        return _same_unit(earlier, unit)
    if not unit.active:
        raise Conflict(_("This work unit is closed at present. Please reopen it first."))
    need = _need(session, promise.need_id, scope)
    event_id, kind, shift_id = _purpose(promise, need)
    event = event_at_hand(session, event_id, community=unit.community)
    refuse_closed(event, now)
    shift = shift_of(session, event, shift_id)
    if kind is Kind.PEOPLE:
        _check_people(promise, shift, now)
    if need is not None:
        _check_need(session, need, promise.quantity, scope, now)
    pledge = Pledge(
        id=promise.pledge_id,
        version=1,
        work_unit=unit,
        event=event,
        shift=shift,
        need=need,
        kind=kind,
        quantity=promise.quantity,
        note=promise.note,
        arrives_at=checked_arrival(event.ends_at, promise.arrives_at),
        returnable=kind is Kind.SUPPLIES and (promise.returnable if need is None else need.returnable),
        waits=False,
        release_at=deadlines.release_at(need, shift, now) if kind is Kind.PEOPLE and shift is not None else None,
        released=0,
        returned=0,
        status=PledgeStatus.PENDING,
        places_version=0,
        held=0,
        claimed=0,
        created_at=now,
        steps=[PledgeStep(at=now, by=scope.by, action="made", quantity=promise.quantity)],
    )
    session.add(pledge)
    session.flush()
    ledger.write(session, pledge, Entry.PLEDGED, pledge.quantity, by=scope.by, now=now)
    announcements.pledge_changed(session, pledge, "pledge.made", now)
    return pledge


def reduce_pledge(
    session: Session, pledge_id: UUID, quantity: int, *, reason: str | None = None, scope: Scope, now: datetime
) -> Pledge:
    """Let the unit promise less; the same quantity again changes nothing.

    Raises NotFound, Invalid for more than was promised or less than has a name, and Conflict once it is too late.
    """
    pledge = locked_pledge(session, pledge_id, scope)
    if quantity == pledge.quantity:
        return pledge
    _refuse_settled(pledge, now)
    if quantity > pledge.quantity:
        raise Invalid(
            field_error(
                "quantity",
                _("A pledge can only be reduced: %(n)s at most. For more, please make another one.", n=pledge.quantity),
            )
        )
    if quantity < pledge.claimed:
        raise Invalid(
            field_error(
                "quantity", _("Names already entered: %(n)s. Please keep at least that many.", n=pledge.claimed)
            )
        )
    ledger.write(session, pledge, Entry.PLEDGED, quantity - pledge.quantity, by=scope.by, now=now)
    pledge.quantity = quantity
    if pledge.places_version:
        pledge.move_to(answered(pledge))
    take_step(session, pledge, "reduced", quantity, reason, scope, now)
    announcements.pledge_changed(session, pledge, "pledge.reduced", now)
    return pledge


def withdraw_pledge(
    session: Session, pledge_id: UUID, *, reason: str | None = None, scope: Scope, now: datetime
) -> Pledge:
    """Take the whole pledge back; whoever has entered a name keeps the place. Again changes nothing.

    Raises NotFound, and Conflict once it is too late.
    """
    pledge = locked_pledge(session, pledge_id, scope)
    if pledge.status is PledgeStatus.WITHDRAWN:
        return pledge
    _refuse_settled(pledge, now)
    pledge.move_to(PledgeStatus.WITHDRAWN)
    ledger.write(session, pledge, Entry.PLEDGED, -pledge.quantity, by=scope.by, now=now)
    pledge.quantity = 0
    take_step(session, pledge, "withdrawn", 0, reason, scope, now)
    announcements.pledge_changed(session, pledge, "pledge.withdrawn", now)
    return pledge


def locked_pledge(session: Session, pledge_id: UUID, scope: Scope) -> Pledge:
    """Return the pledge with its unit, locked until the transaction ends; raises NotFound outside of the scope.

    The unit is read by a statement of its own, after the lock: whoever held that may have given it another name.
    """
    pledge = session.scalars(
        select(Pledge)
        .join(Pledge.work_unit)
        .options(selectinload(Pledge.work_unit))
        .where(Pledge.id == pledge_id, scope.units())
        .with_for_update(of=Pledge)
    ).one_or_none()
    if pledge is None:
        raise NotFound(_("There is no such pledge."))
    return pledge


def checked_arrival(ends_at: datetime, arrives_at: datetime | None) -> datetime | None:
    """Return the moment in UTC; raises Invalid where the event is over by then."""
    if arrives_at is None:
        return None
    if arrives_at > ends_at:
        raise Invalid(field_error("arrives_at", _("The event is over by then. Please choose an earlier time.")))
    return arrives_at.astimezone(UTC)


def _same_unit(earlier: Pledge, unit: WorkUnit) -> Pledge:
    if earlier.work_unit_id != unit.id:
        raise Conflict(_("This form has been used already. Please open a new one."))
    return earlier


def _need(session: Session, need_id: UUID | None, scope: Scope) -> Need | None:
    """Return the need, locked, so that two units that take the last of it at once take it one after the other."""
    if need_id is None:
        return None
    try:
        return need_at_hand(session, need_id, scope=scope)
    except NotFound:
        unknown = field_error("need_id", _("There is no such need. Please choose one from the list."))
        raise Invalid(unknown) from None


def _check_need(session: Session, need: Need, quantity: int, scope: Scope, now: datetime) -> None:
    """Refuse more than is still wanted, and a contact who comes too late."""
    if scope.contact_id is not None and need.due_at is not None and now >= need.due_at:
        raise Conflict(_("The time for this has passed. Please call the community office if you can still help."))
    wanted = need.quantity - pledged_for(session, need)
    if wanted <= 0:
        raise Conflict(_("Others have just taken the last of this. Thank you all the same!"))
    if quantity > wanted:
        raise Invalid(
            field_error("quantity", _("Still wanted: %(n)s. Please pledge no more than that here.", n=wanted))
        )


def _purpose(promise: Promise, need: Need | None) -> tuple[UUID, Kind, UUID | None]:
    """Return event, kind and shift of the pledge: as the need says, else as the unit does; both must agree."""
    if need is None:
        if promise.event_id is None or promise.kind is None:
            fields = {"event_id": promise.event_id, "kind": promise.kind}
            raise Invalid({name: [_("Please fill this in.")] for name, value in fields.items() if value is None})
        return promise.event_id, promise.kind, promise.shift_id
    asked = {"event_id": need.event_id, "kind": need.kind, "shift_id": need.shift_id}
    wrong = [name for name, value in asked.items() if value is not None and getattr(promise, name) not in {None, value}]
    if wrong:
        raise Invalid({name: [_("The need asks for something else. Please leave this out.")] for name in wrong})
    return need.event_id, need.kind, need.shift_id or promise.shift_id


def _check_people(promise: Promise, shift: Shift | None, now: datetime) -> None:
    if shift is None:
        raise Invalid(field_error("shift_id", _("Please choose the shift that your people are for.")))
    if promise.quantity > MAX_PEOPLE:
        raise Invalid(field_error("quantity", _("Please pledge %(n)s people at most.", n=MAX_PEOPLE)))
    if now >= shift.starts_at:
        raise Conflict(_("This shift has already begun. Please choose another one."))


def _refuse_settled(pledge: Pledge, now: datetime) -> None:
    """Raise Conflict where neither the pledge nor its event can be changed any more."""
    if PledgeStatus.WITHDRAWN not in MOVES[pledge.status]:
        raise Conflict(NO_WAY[pledge.status])
    refuse_closed(pledge.event, now)


def take_step(
    session: Session, pledge: Pledge, action: str, quantity: int, reason: str | None, scope: Scope, now: datetime
) -> None:
    """Write into the pledge's history what was done, and count its version."""
    pledge.version += 1
    pledge.steps.append(PledgeStep(at=now, by=scope.by, action=action, quantity=quantity, reason=reason))
    session.flush()
