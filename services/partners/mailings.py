"""What the desk's pages of notices to many need to know of units."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from services.partners import audiences, queries, schemas, words
from services.partners.audiences import Units
from services.partners.letters import samples
from services.partners.models import Contact, Event, WorkUnit
from services.partners.scope import Scope
from shared.notices.tables import Notice
from shared.texts import Text
from shared.texts import text as _
from shared.web.i18n import translate
from shared.web.mailings import Room

WHOM: Final[Mapping[str, Text]] = {
    Units.PLEDGED: _("Units that have pledged something"),
    Units.INVITED: _("Units that were asked"),
    Units.ALL: _("All units of the directory"),
}


def _event(session: Session, event_id: UUID, community: str) -> Event:
    return queries.event(session, event_id, scope=Scope(community))


def _audience(_session: Session, event_id: UUID, entered: Mapping[str, Any]) -> dict[str, Any]:
    return audiences.of_event(event_id, entered["whom"])


def _said(_session: Session, audience: Mapping[str, Any]) -> Sequence[str]:
    return [translate(WHOM[audience["units"]])]


def _reach(people: Select[UUID], _event_id: UUID) -> Select[UUID, bool, bool]:
    """Select the contacts, with whether they have an e-mail address; all have a number."""
    person = people.distinct().subquery().c[0]
    email = Contact.email.is_not(None).label("email")
    return select(person, email, literal(value=True).label("sms")).join(Contact, Contact.id == person)


def _log(community: str) -> Select[Notice, str]:
    """Select the notices to the community's units, each with the name of its reader and the unit's."""
    return (
        select(Notice, Contact.name + " · " + WorkUnit.name)
        .join(Contact, Contact.id == Notice.person_id)
        .join(Contact.work_unit)
        .where(WorkUnit.community == community)
    )


ROOM: Final = Room(
    service="partners",
    event=_event,
    events=lambda community: select(Event.id).where(Event.community == community),
    audience=_audience,
    find=audiences.find,
    said=_said,
    reach=_reach,
    whom=WHOM,
    shifts=lambda _session, _event_id: [],
    query=schemas.AudienceQuery,
    entry=schemas.BroadcastSchema,
    form=schemas.BroadcastForm,
    kinds=words.LETTER_KINDS,
    log=_log,
    letter=samples.written,
)
