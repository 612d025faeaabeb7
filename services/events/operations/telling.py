"""Telling organizers of what is missing for their events: who has asked for it, and when it comes due."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.events.models import Event, Organizer, Reminder
from services.events.rules import Milestone
from shared.notices import queue


def tell_organizers(session: Session, reminder: Reminder, milestone: Milestone, now: datetime) -> None:
    """Queue a notice for each organizer of the event's community who wants to hear of the milestone.

    Whether anything is missing is looked up when it is sent.
    """
    organizers = session.scalars(
        select(Organizer)
        .join(Event, Event.community == Organizer.community)
        .where(Event.id == reminder.event_id)
        .order_by(Organizer.id)
    )
    for organizer in organizers:
        if organizer.hears_of(milestone):
            queue.plan(
                session,
                kind=milestone,
                person_id=organizer.id,
                event_id=reminder.event_id,
                now=now,
                rule=reminder.rule,
                occurrence=reminder.occurrence,
                expires_at=reminder.expires_at,
            )
