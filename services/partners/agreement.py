"""What the partners service tells of its own, and keeps of the others, so that all three can be compared."""

from typing import Final

from sqlalchemy import select

from services.partners.models import Event, Kind, Need, Pledge, Shift
from services.partners.operations import retelling
from shared import sign_ins
from shared.agreement import copies
from shared.agreement.facts import Kept, Told

_PLEDGES: Final = select(Pledge.id, Pledge.event_id.label("part"), Pledge.version, Pledge.kind, Pledge.quantity)

TOLD: Final = {
    "need": Told(
        select(Need.id, Need.event_id.label("part"), Need.version, Need.kind, Need.quantity), retelling.retell_needs
    ),
    "pledge": Told(_PLEDGES, retelling.retell_pledges),
    # Those for which the sign-up service keeps places.
    "people": Told(
        _PLEDGES.where(Pledge.kind == Kind.PEOPLE, Pledge.shift_id.is_not(None)),
        retelling.retell_pledges,
    ),
}

KEPT: Final = {
    **sign_ins.KEPT,
    **copies.of_events(Event, Shift),
    "hold": Kept(
        select(
            Pledge.id,
            Pledge.event_id.label("part"),
            Pledge.places_version.label("version"),
            Pledge.held,
            Pledge.claimed,
        ).where(Pledge.places_version > 0),
        retelling.forget_places,
    ),
}
