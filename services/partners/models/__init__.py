"""The tables of the partners service: copies of events, work units, contacts, needs and pledges."""

from services.partners.models.base import Base
from services.partners.models.events import Event, Shift
from services.partners.models.needs import Kind, Need
from services.partners.models.pledges import LIVE, MOVES, NO_WAY, Pledge, PledgeStatus, PledgeStep
from services.partners.models.units import Contact, UnitStep, WorkUnit

__all__ = [
    "LIVE",
    "MOVES",
    "NO_WAY",
    "Base",
    "Contact",
    "Event",
    "Kind",
    "Need",
    "Pledge",
    "PledgeStatus",
    "PledgeStep",
    "Shift",
    "UnitStep",
    "WorkUnit",
]
