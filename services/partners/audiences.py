"""Which contacts a mailing of an event is for, in words that are kept with it, and whom they mean at the moment."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from services.partners.models import Contact, Event, Invitation, Need, Pledge, PledgeStatus, WorkUnit


class Units(StrEnum):
    """Which units of an event's community."""

    PLEDGED = "pledged"
    INVITED = "invited"
    ALL = "all"


def of_event(event_id: UUID, units: Units) -> dict[str, Any]:
    """Return the words for the contacts of such units."""
    return {"event": str(event_id), "units": units.value}


def find(audience: Mapping[str, Any]) -> Select[UUID]:
    """Select the ids of the contacts whom the words mean; units with which nobody works any more have none."""
    event_id = UUID(audience["event"])
    people = select(Contact.id).join(Contact.work_unit).where(Contact.active, WorkUnit.active)
    match Units(audience["units"]):
        case Units.PLEDGED:
            dropped = PledgeStatus.WITHDRAWN, PledgeStatus.REFUSED
            pledged = select(Pledge.work_unit_id).where(Pledge.event_id == event_id, Pledge.status.not_in(dropped))
            return people.where(WorkUnit.id.in_(pledged))
        case Units.INVITED:
            invited = select(Invitation.work_unit_id).join(Invitation.need).where(Need.event_id == event_id)
            return people.where(WorkUnit.id.in_(invited.where(Invitation.revoked_at.is_(None))))
        case Units.ALL:
            return people.join(Event, Event.community == WorkUnit.community).where(Event.id == event_id)
