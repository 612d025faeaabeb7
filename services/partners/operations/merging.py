"""Making one unit of two entries that are the same: looked at first, then done as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.partners import announcements
from services.partners.models import Contact, Invitation, Pledge, WorkUnit
from services.partners.operations.units import locked_unit, note
from services.partners.scope import Scope
from shared.errors import Invalid, field_error
from shared.texts import text as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Merger:
    """What becomes of a double: all that it has moves to the unit that is kept.

    ``known`` are its contacts who speak for the kept unit already, by their number: their second link ends. An
    invitation ends where the kept unit has one for the same need.
    ``filled`` are the fields that the kept unit has nothing in and takes over.
    """

    kept: WorkUnit
    double: WorkUnit
    moving: Sequence[Contact]
    known: Sequence[Contact]
    pledges: Sequence[Pledge]
    invitations: Sequence[Invitation]
    filled: Sequence[str]


def preview_merger(session: Session, kept_id: UUID, double_id: UUID, *, scope: Scope) -> Merger:
    """Return what merging the double into the unit would do; raises NotFound, and Invalid for one and the same."""
    if kept_id == double_id:
        raise Invalid(field_error("double_id", _("Please choose another unit than this one.")))
    # In the order of their ids, so that two organizers who merge the same pair wait for each other.
    units = {unit_id: locked_unit(session, unit_id, scope) for unit_id in sorted((kept_id, double_id))}
    kept, double = units[kept_id], units[double_id]
    numbers = {contact.phone for contact in kept.contacts}
    return Merger(
        kept=kept,
        double=double,
        moving=[one for one in double.contacts if one.phone not in numbers],
        known=[one for one in double.contacts if one.phone in numbers],
        pledges=session.scalars(
            select(Pledge).where(Pledge.work_unit_id == double_id).order_by(Pledge.created_at)
        ).all(),
        invitations=session.scalars(
            select(Invitation).where(
                Invitation.work_unit_id == double_id,
                Invitation.need_id.not_in(select(Invitation.need_id).where(Invitation.work_unit_id == kept_id)),
            )
        ).all(),
        filled=[name for name in ("address", "offers") if getattr(double, name) and not getattr(kept, name)],
    )


def merge_units(session: Session, kept_id: UUID, double_id: UUID, *, scope: Scope, now: datetime) -> WorkUnit:
    """Give the unit all that its double has, and take the double out of the directory; see ``preview_merger``.

    Raises NotFound, also the second time: then the double is no more.
    """
    merger = preview_merger(session, kept_id, double_id, scope=scope)
    kept, double = merger.kept, merger.double
    for name in merger.filled:
        setattr(kept, name, getattr(double, name))
    for contact in merger.known:
        contact.active = False
    for contact in merger.moving:
        contact.work_unit, contact.main = kept, False
    for pledge in merger.pledges:
        pledge.work_unit = kept
    for invitation in merger.invitations:
        invitation.work_unit = kept
    double.active, double.merged_into_id = False, kept.id
    session.flush()
    for left_behind in session.scalars(select(Invitation).where(Invitation.work_unit_id == double.id)):
        left_behind.revoked_at = left_behind.revoked_at or now
    announcements.retell(session, Pledge.id.in_([one.id for one in merger.pledges]), now)
    moved = {"contacts": len(merger.moving), "pledges": len(merger.pledges)}
    note(session, kept, "merged", scope, now, double=double.name, **moved)
    return kept
