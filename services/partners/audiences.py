"""Whom a mailing means: contacts of units, by what their units have to do with an event."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select

from services.partners.models import LIVE, Contact, Event, Invitation, Kind, Need, Pledge, PledgeStatus, WorkUnit

CONCERNED: Final = (*LIVE, PledgeStatus.DELIVERED)
"""States of a pledge in which its unit has to know what becomes of the event."""


class Units(StrEnum):
    """Which units of an event's community."""

    PLEDGED = "pledged"
    INVITED = "invited"
    ALL = "all"


def of_event(event_id: UUID, units: Units, **narrowed: Any) -> dict[str, Any]:
    """Return the audience of such units, in words that can be kept; see ``find``."""
    return {"event": str(event_id), "units": units.value, **narrowed}


def find(audience: Mapping[str, Any]) -> Select[UUID]:
    """Select the ids of the contacts whom the audience means.

    ``event`` is the event's id; ``units`` says which: those that ``pledged`` something for it, were ``invited``, or
    ``all`` of its community. Those that pledged can be narrowed by ``states`` and ``kinds`` of the pledges, their
    ``shifts``, and ``until``, the moment by which they had pledged.
    """
    event_id = UUID(audience["event"])
    match Units(audience["units"]):
        case Units.PLEDGED:
            return _pledged(event_id, audience)
        case Units.INVITED:
            return _invited(event_id)
        case Units.ALL:
            return _contacts().join(Event, Event.community == WorkUnit.community).where(Event.id == event_id)


def _pledged(event_id: UUID, audience: Mapping[str, Any]) -> Select[UUID]:
    states = [PledgeStatus(state) for state in audience.get("states", CONCERNED)]
    query = _contacts().join(Pledge, Pledge.work_unit_id == WorkUnit.id)
    query = query.where(Pledge.event_id == event_id, Pledge.status.in_(states))
    if "kinds" in audience:
        query = query.where(Pledge.kind.in_([Kind(kind) for kind in audience["kinds"]]))
    if "shifts" in audience:
        query = query.where(Pledge.shift_id.in_([UUID(shift) for shift in audience["shifts"]]))
    if "until" in audience:
        query = query.where(Pledge.created_at <= datetime.fromisoformat(audience["until"]))
    return query


def _invited(event_id: UUID) -> Select[UUID]:
    return (
        _contacts()
        .join(Invitation, Invitation.work_unit_id == WorkUnit.id)
        .join(Need, Need.id == Invitation.need_id)
        .where(Need.event_id == event_id, Invitation.revoked_at.is_(None))
    )


def _contacts() -> Select[UUID]:
    unit = WorkUnit.id == Contact.work_unit_id
    return select(Contact.id).join(WorkUnit, unit).where(Contact.active, WorkUnit.active)
