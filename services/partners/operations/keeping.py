"""The life of a pledge once it stands: waiting for the rest, bringing it, and giving back what was lent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.partners import announcements, ledger
from services.partners.models import LACKING, Entry, Kind, Pledge, PledgeStatus
from services.partners.operations.claim_links import renew_link
from services.partners.operations.events import refuse_closed
from services.partners.operations.pledges import checked_arrival, locked_pledge, take_step
from services.partners.scope import Scope
from shared.errors import Conflict, Invalid, field_error
from shared.texts import text as _


def wait_for_rest(session: Session, pledge_id: UUID, *, waits: bool, scope: Scope, now: datetime) -> Pledge:
    """Say whether the unit wants the places that it did not get, should they become free. Again changes nothing.

    The sign-up service is told, since it gives places away. Raises NotFound, and Conflict where no place is missing.
    """
    pledge = locked_pledge(session, pledge_id, scope)
    if pledge.waits is waits:
        return pledge
    if pledge.status not in LACKING:
        raise Conflict(_("No places are missing for this pledge, so there is nothing to wait for."))
    refuse_closed(pledge.event, now)
    if waits and pledge.is_over(now):
        raise Conflict(_("The time for entering names is over, so no more places are kept for this pledge."))
    pledge.waits = waits
    take_step(session, pledge, "waits" if waits else "waits_not", pledge.quantity - pledge.held, None, scope, now)
    announcements.pledge_changed(session, pledge, "pledge.made", now)
    return pledge


def renew_claim_link(session: Session, pledge_id: UUID, *, scope: Scope, now: datetime) -> Pledge:
    """Have the claim link replaced, as when it got into wrong hands; the old one ends. Raises NotFound.

    A pledge that has no link, or waits for another one, stays as it is.
    """
    pledge = locked_pledge(session, pledge_id, scope)
    renew_link(session, pledge, scope=scope, now=now)
    return pledge


def schedule_arrival(
    session: Session, pledge_id: UUID, arrives_at: datetime | None, *, scope: Scope, now: datetime
) -> Pledge:
    """Write down when the unit brings what it promises; None where that is open again.

    Raises NotFound, Invalid for a time after the event, and Conflict for what is settled already.
    """
    pledge = locked_pledge(session, pledge_id, scope)
    if pledge.status is not PledgeStatus.PENDING or pledge.kind is Kind.PEOPLE:
        raise Conflict(_("This pledge has been settled; there is nothing more to bring."))
    refuse_closed(pledge.event, now)
    arrives_at = checked_arrival(pledge.event.ends_at, arrives_at)
    if arrives_at != pledge.arrives_at:
        pledge.arrives_at = arrives_at
        take_step(session, pledge, "arrival", pledge.quantity, None, scope, now)
    return pledge


def deliver_pledge(session: Session, pledge_id: UUID, quantity: int, *, scope: Scope, now: datetime) -> Pledge:
    """Write down how much of the pledge came; again corrects it. What nobody had promised is noted as surplus.

    Raises NotFound, Conflict where nothing could come, and Invalid for less than has gone back already.
    """
    pledge = locked_pledge(session, pledge_id, scope)
    pledge.move_to(PledgeStatus.DELIVERED)
    if quantity == pledge.delivered:
        return pledge
    if quantity < pledge.returned:
        gone = _("So many have gone back already: %(n)s. Please enter at least that.", n=pledge.returned)
        raise Invalid(field_error("quantity", gone))
    before = pledge.delivered
    for entry, was, becomes in (
        (Entry.RECEIVED, before or 0, quantity),
        (Entry.SHORT, _short(pledge, before), _short(pledge, quantity)),
        (Entry.SURPLUS, _surplus(pledge, before), _surplus(pledge, quantity)),
    ):
        ledger.write(session, pledge, entry, becomes - was, by=scope.by, now=now)
    pledge.delivered = quantity
    take_step(session, pledge, "delivered", quantity, None, scope, now)
    if pledge.surplus:
        take_step(session, pledge, "surplus", pledge.surplus, None, scope, now)
    return pledge


def return_pledge(session: Session, pledge_id: UUID, quantity: int, *, scope: Scope, now: datetime) -> Pledge:
    """Write down how much of what was lent has gone back in all; the same quantity again changes nothing.

    Raises NotFound, Conflict where nothing was lent or nothing has come yet, and Invalid for more than came.
    """
    pledge = locked_pledge(session, pledge_id, scope)
    if not pledge.returnable:
        raise Conflict(_("This was given, not lent: nothing has to go back."))
    if pledge.delivered is None:
        raise Conflict(_("Nothing has come yet, so nothing can go back."))
    if quantity > pledge.delivered:
        raise Invalid(
            field_error("quantity", _("Only %(n)s came. Please enter no more than that.", n=pledge.delivered))
        )
    if quantity != pledge.returned:
        ledger.write(session, pledge, Entry.RETURNED, quantity - pledge.returned, by=scope.by, now=now)
        pledge.returned = quantity
        take_step(session, pledge, "returned", quantity, None, scope, now)
    return pledge


def _short(pledge: Pledge, delivered: int | None) -> int:
    return 0 if delivered is None else max(pledge.quantity - delivered, 0)


def _surplus(pledge: Pledge, delivered: int | None) -> int:
    return 0 if delivered is None else max(delivered - pledge.quantity, 0)
