"""What the desk's pages of notices to many need to know of volunteers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from services.signups import audiences, queries
from services.signups.letters import samples
from services.signups.models import Event, Shift, Signup, SignupStatus, Volunteer
from services.signups.schemas.mailings import AudienceQuery, BroadcastForm, BroadcastSchema, Whom
from services.signups.words import STATES
from shared.errors import Invalid, field_error
from shared.texts import Text
from shared.texts import text as _
from shared.web.i18n import date_range, translate
from shared.web.mailings import Room

WHOM: Final[Mapping[str, Text]] = {
    Whom.PLACED: _("Everybody who has a place"),
    Whom.WAITLIST: _("The waitlist"),
    Whom.EVERYBODY: _("Everybody, the waitlist included"),
}
STATUSES: Final[Mapping[str, Sequence[SignupStatus]]] = {
    Whom.PLACED: (SignupStatus.ATTENDED, SignupStatus.CONFIRMED),
    Whom.WAITLIST: (SignupStatus.WAITLISTED,),
    Whom.EVERYBODY: (SignupStatus.ATTENDED, SignupStatus.CONFIRMED, SignupStatus.WAITLISTED),
}


def _event(session: Session, event_id: UUID, community: str) -> Event:
    return queries.event(session, event_id, community=community)


def _audience(session: Session, event_id: UUID, entered: Mapping[str, Any]) -> dict[str, Any]:
    chosen = entered.get("shift_ids", [])
    if not set(chosen) <= {shift.id for shift in queries.listed(session, event_id)}:
        raise Invalid(field_error("shift_ids", _("There is no such shift. Please choose one from the list.")))
    return audiences.of_event(event_id, STATUSES[entered["whom"]], shift_ids=chosen)


def _said(session: Session, audience: Mapping[str, Any]) -> Sequence[str]:
    statuses = sorted(audience["statuses"])
    known = next((WHOM[whom] for whom, those in STATUSES.items() if sorted(those) == statuses), None)
    said = [translate(known)] if known else [translate(STATES[SignupStatus(one)][0]) for one in statuses]
    chosen = [UUID(one) for one in audience["shifts"]]
    roles = session.scalars(select(Shift).where(Shift.id.in_(chosen)).order_by(Shift.starts_at, Shift.position))
    return [*said, *(shift.role for shift in roles)]


def _reach(people: Select[UUID], event_id: UUID) -> Select[UUID, bool, bool]:
    """Select the people, with whether one of their sign-ups for the event has an e-mail address; all left a number."""
    person = people.distinct().subquery().c[0]
    email = exists().where(Signup.volunteer_id == person, Signup.event_id == event_id, Signup.email.is_not(None))
    return select(person, email.label("email"), Volunteer.erased_at.is_(None).label("sms")).join(
        Volunteer, Volunteer.id == person
    )


def _shifts(session: Session, event_id: UUID) -> Sequence[tuple[UUID, str]]:
    listed = sorted(queries.listed(session, event_id), key=lambda shift: (shift.starts_at, shift.position))
    return [(one.id, f"{one.role} · {date_range(one.starts_at, one.ends_at, one.event.timezone)}") for one in listed]


ROOM: Final = Room(
    service="signups",
    event=_event,
    events=lambda community: select(Event.id).where(Event.community == community),
    audience=_audience,
    find=audiences.find,
    said=_said,
    reach=_reach,
    whom=WHOM,
    shifts=_shifts,
    query=AudienceQuery,
    entry=BroadcastSchema,
    form=BroadcastForm,
    kinds=samples.TITLES,
    log=lambda community: queries.notices(community=community),
    letter=samples.written,
)
