"""The ledger of an event's supplies: how it is written, and what it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.partners import queries
from services.partners.models import Entry, Kind, Movement, Need, Pledge, PledgeStatus
from services.partners.scope import Scope


@dataclass(slots=True)
class Line:
    """What the ledger says of a need, or of what a unit brings of its own accord (``need`` is None)."""

    need: Need | None
    pledges: list[Pledge] = field(default_factory=list)
    sums: dict[Entry, int] = field(default_factory=lambda: dict.fromkeys(Entry, 0))

    @property
    def missing(self) -> int:
        """How much of what is needed nobody brings: not promised, or promised and not come."""
        covered = self.sums[Entry.PLEDGED] - self.sums[Entry.SHORT] + self.sums[Entry.SURPLUS]
        return max(self.sums[Entry.NEEDED] - covered, 0)

    @property
    def on_loan(self) -> int:
        """How much is still to be given back."""
        return sum((one.delivered or 0) - one.returned for one in self.pledges if one.returnable)


def write(session: Session, about: Need | Pledge, entry: Entry, quantity: int, *, by: str, now: datetime) -> None:
    """Add a movement; nothing is written where nothing moved, nor for what are no supplies."""
    if about.kind is not Kind.SUPPLIES or not quantity:
        return
    is_pledge = isinstance(about, Pledge)
    session.add(
        Movement(
            event_id=about.event_id,
            need_id=about.need_id if isinstance(about, Pledge) else about.id,
            pledge_id=about.id if is_pledge else None,
            entry=entry,
            quantity=quantity,
            at=now,
            by=by,
        )
    )


def lines(session: Session, event_id: UUID, *, scope: Scope) -> Sequence[Line]:
    """Return what the ledger of an event comes to: its needs, the oldest first, then what comes beside them."""
    needs = session.scalars(
        select(Need).where(Need.event_id == event_id, Need.kind == Kind.SUPPLIES).order_by(Need.created_at, Need.id)
    )
    found: dict[UUID, Line] = {need.id: Line(need) for need in needs}
    for pledge in bringing(session, event_id, scope=scope):
        found.setdefault(pledge.need_id or pledge.id, Line(None)).pledges.append(pledge)
    about = func.coalesce(Movement.need_id, Movement.pledge_id)
    sums = session.execute(
        select(about, Movement.entry, func.sum(Movement.quantity))
        .where(Movement.event_id == event_id)
        .group_by(about, Movement.entry)
    )
    for of, entry, quantity in sums:
        line = found.get(of)
        if line is not None:  # else a pledge of nobody's need, which was withdrawn
            line.sums[entry] += quantity
    return list(found.values())


def bringing(session: Session, event_id: UUID, *, scope: Scope) -> Sequence[Pledge]:
    """Return who brings what: the supplies that units have promised or brought, the first to arrive first."""
    return session.scalars(
        queries.pledges(scope=scope, event_id=event_id)
        .where(Pledge.kind == Kind.SUPPLIES, Pledge.status.not_in((PledgeStatus.WITHDRAWN, PledgeStatus.REFUSED)))
        .order_by(Pledge.arrives_at.is_(None), Pledge.arrives_at, Pledge.created_at, Pledge.id)
    ).all()
