"""Whom a mailing of an event is for, in words that are kept with it, and the people whom they mean at the moment."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from services.signups.models import Signup, SignupStatus

CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""By how much at most: whoever signed up just before a change must hear of it, whichever machine wrote them down."""


def of_event(
    event_id: UUID,
    statuses: Collection[SignupStatus],
    *,
    shift_ids: Collection[UUID] = (),
    until: datetime | None = None,
) -> dict[str, Any]:
    """Return the words for those with a sign-up for the event in one of the states.

    Only for some shifts, and only those who signed up until then, where these are given.
    """
    return {
        "event": str(event_id),
        "statuses": sorted(statuses),
        "shifts": sorted(str(one) for one in shift_ids),
        "until": until.isoformat() if until is not None else None,
    }


def find(audience: Mapping[str, Any]) -> Select[UUID]:
    """Select the ids of the volunteers whom the words mean."""
    return select(Signup.volunteer_id).where(*meant(audience))


def meant(audience: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return what is true of the sign-ups for which the words mean somebody; nobody without consent is written to."""
    conditions = [
        Signup.event_id == UUID(audience["event"]),
        Signup.status.in_([SignupStatus(one) for one in audience["statuses"]]),
        Signup.consent_ended_at.is_(None),
    ]
    if audience.get("shifts"):
        conditions.append(Signup.shift_id.in_([UUID(one) for one in audience["shifts"]]))
    if audience.get("until"):
        conditions.append(Signup.created_at <= datetime.fromisoformat(audience["until"]))
    return conditions
