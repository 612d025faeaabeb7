"""What the sign-up service answers to a pledge of people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.partners.models import MOVES, Pledge, PledgeStatus, PledgeStep
from shared.errors import Unready


def record_places(session: Session, places: Mapping[str, Any], *, now: datetime) -> None:
    """Keep how many places are kept for a pledge, unless it is known better; ``places`` is that of ``places.*``.

    Raises Unready where the pledge is not known yet, as after a restored backup.
    """
    pledge = session.scalars(
        select(Pledge).where(Pledge.id == places["pledge_id"]).with_for_update(of=Pledge)
    ).one_or_none()
    if pledge is None:
        raise Unready("the pledge that places are kept for is not known yet")
    if places["version"] <= pledge.places_version:
        return
    lost = min(pledge.held, pledge.quantity) - places["held"] if pledge.is_over(now) else 0
    pledge.places_version = places["version"]
    pledge.held = places["held"]
    pledge.claimed = places["claimed"]
    # An answer that was on its way when another link was asked for names the one that has ended.
    pledge.claim_url = places["claim_url"] if places["claim_link"] >= pledge.claim_link else None
    status = answered(pledge)
    if status not in MOVES[pledge.status]:
        return
    if lost > 0:
        pledge.move_to(status)
        pledge.released += lost
        pledge.steps.append(PledgeStep(at=now, by="signups", action="released", quantity=lost))
    elif status is not pledge.status:
        pledge.move_to(status)
        pledge.steps.append(PledgeStep(at=now, by="signups", action=status.value, quantity=pledge.held))


def answered(pledge: Pledge) -> PledgeStatus:
    """Return the state that the sign-up service's last answer gives to a live pledge."""
    if pledge.held >= pledge.quantity:
        return PledgeStatus.HELD
    return PledgeStatus.PARTLY_HELD if pledge.held else PledgeStatus.REFUSED
