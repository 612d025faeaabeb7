"""The tables of the partners service: copies of events, work units, contacts, needs and pledges."""

from services.partners.models.base import Base
from services.partners.models.events import Event, Shift, Supply
from services.partners.models.feeds import Feed
from services.partners.models.invitations import Invitation, InvitationLink, InvitationState
from services.partners.models.ledger import Entry, Movement
from services.partners.models.needs import Kind, Need
from services.partners.models.pledges import COVERED, LACKING, LIVE, MOVES, NO_WAY, Pledge, PledgeStatus, PledgeStep
from services.partners.models.units import Contact, UnitStep, WorkUnit

__all__ = [
    "COVERED",
    "LACKING",
    "LIVE",
    "MOVES",
    "NO_WAY",
    "Base",
    "Contact",
    "Entry",
    "Event",
    "Feed",
    "Invitation",
    "InvitationLink",
    "InvitationState",
    "Kind",
    "Movement",
    "Need",
    "Pledge",
    "PledgeStatus",
    "PledgeStep",
    "Shift",
    "Supply",
    "UnitStep",
    "WorkUnit",
]
