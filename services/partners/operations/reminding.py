"""What the events service says is due: units are reminded of the event, and of what they still have to bring."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from services.partners import audiences
from services.partners.audiences import Units
from services.partners.models import LIVE, Event, Kind
from shared.errors import Unready
from shared.notices import mailings

BROUGHT: Final = (Kind.SUPPLIES, Kind.VENUE)
"""Kinds of pledges that have to be there before the event begins; equipment is supplies that are lent."""


def remind_units(session: Session, reminder: Mapping[str, Any], *, now: datetime) -> None:
    """Queue a reminder for each unit that had pledged something when it came due; see ``reminder.due``.

    Raises Unready where the event has not come so far yet. A reminder of an earlier occurrence is void, and one about
    some shifts is the volunteers'.
    """
    if not reminder.get("shift_ids"):
        _remind(session, "reminder", reminder, {}, now)


def remind_of_supplies(session: Session, milestone: Mapping[str, Any], *, now: datetime) -> None:
    """Queue a letter for each unit whose things or rooms are still expected; see ``milestone.reached``.

    Raises Unready where the event has not come so far yet. One of an earlier occurrence is void, and milestones that
    ask nothing of units are none of ours.
    """
    if milestone["milestone"] == "supplies":
        _remind(session, "supplies_due", milestone, {"kinds": BROUGHT}, now)


def _remind(session: Session, kind: str, due: Mapping[str, Any], whom: Mapping[str, Any], now: datetime) -> None:
    event = session.get(Event, due["event_id"])
    if event is None or event.version < due["version"]:
        raise Unready("the event of the reminder is not known so far yet")
    if event.status != "published" or event.occurrence != due["occurrence"]:
        return
    until = due["due_at"].isoformat()
    mailings.start(
        session,
        audiences.find,
        audiences.of_event(event.id, Units.PLEDGED, states=LIVE, until=until, **whom),
        kind=kind,
        event_id=event.id,
        rule=due["rule"],
        occurrence=due["occurrence"],
        due_at=due["due_at"],
        expires_at=due["expires_at"],
        now=now,
    )
