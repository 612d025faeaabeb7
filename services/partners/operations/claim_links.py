"""The links by which a unit's people claim its places: another one ends the link before."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.partners import announcements
from services.partners.models import Pledge, PledgeStep, WorkUnit
from services.partners.scope import Scope


def renew_link(session: Session, pledge: Pledge, *, scope: Scope, now: datetime) -> None:
    """Ask the sign-up service for another claim link of the locked pledge; again changes nothing until it has come."""
    if pledge.claim_url is None:
        return
    pledge.claim_link += 1
    pledge.claim_url = None
    pledge.version += 1
    pledge.steps.append(PledgeStep(at=now, by=scope.by, action="claim_link", quantity=pledge.quantity))
    session.flush()
    announcements.pledge_changed(session, pledge, "pledge.made" if pledge.quantity else "pledge.withdrawn", now)


def renew_links(session: Session, unit: WorkUnit, *, scope: Scope, now: datetime) -> None:
    """Ask for other links for all pledges of the unit, those of past events too: their pages show names."""
    pledges = select(Pledge).where(Pledge.work_unit_id == unit.id).order_by(Pledge.id).with_for_update(of=Pledge)
    for pledge in session.scalars(pledges, execution_options={"populate_existing": True}).all():
        renew_link(session, pledge, scope=scope, now=now)
