"""Issuing certificates of service, and taking them back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from services.signups import certificates
from services.signups.models import Certificate, RecordKind, Volunteer
from shared.errors import Conflict, Invalid, field_error
from shared.texts import text as _

ERASED: Final = _("The data of this person were erased, so a certificate would have no name.")


def issue(
    session: Session,
    volunteer_id: UUID,
    *,
    community: str,
    since: date,
    until: date,
    today: date,
    id_number: str | None,
    organizer_id: UUID | None,
    now: datetime,
) -> Certificate:
    """Certify what the ledger says of the days; asking for the same again gives the same certificate.

    ``id_number`` is kept without its middle. ``organizer_id`` is None where the person asks. Raises Invalid beside a
    day where there is nothing to certify, and Conflict for somebody who was erased.
    """
    # Locked, so that two presses take turns.
    person = session.get_one(Volunteer, volunteer_id, with_for_update=True, populate_existing=True)
    if person.erased_at is not None:
        raise Conflict(ERASED)
    if until < since:
        raise Invalid(field_error("until", _("The last day is before the first.")))
    if until > today:
        raise Invalid(field_error("until", _("The last day lies in the future. Service is certified up to today.")))
    lines = certificates.within(certificates.services(session, volunteer_id, community=community), since, until)
    if not lines:
        raise Invalid(field_error("since", _("No service hours are in the record for these days.")))
    content = {
        "services": lines,
        "trainings": _records(session, volunteer_id, RecordKind.TRAINING, community, since, until),
        "awards": _records(session, volunteer_id, RecordKind.AWARD, community, since, until),
    }
    said: Mapping[str, Any] = {
        "since": since,
        "until": until,
        "minutes": sum(line["minutes"] for line in lines),
        "content": content,
        "id_masked": certificates.masked(id_number) if id_number else None,
    }
    for known in certificates.of_person(session, volunteer_id, community=community):
        if known.revoked_at is None and all(getattr(known, name) == value for name, value in said.items()):
            return known
    certificate = Certificate(
        number=certificates.new_number(now.year),
        volunteer_id=volunteer_id,
        community=community,
        issued_at=now,
        issued_by=organizer_id,
        **said,
    )
    session.add(certificate)
    session.flush()
    return certificate


def revoke(
    session: Session, number: str, *, community: str, reason: str, organizer_id: UUID, now: datetime
) -> Certificate:
    """Let the certificate hold no more; whoever verifies it is told so. A second time changes nothing.

    Raises NotFound, also for another community's.
    """
    certificate = certificates.of_community(session, number, community=community)
    if certificate.revoked_at is None:
        certificate.revoked_at, certificate.revoked_by, certificate.revoked_reason = now, organizer_id, reason
    return certificate


def _records(
    session: Session, volunteer_id: UUID, kind: RecordKind, community: str, since: date, until: date
) -> list[Mapping[str, Any]]:
    found = certificates.records(session, volunteer_id, kind, community=community)
    return certificates.within(found, since, until)
