"""What the partners service tells the others: needs and pledges, with their units' names and never a contact's."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from services.partners.models import Need, Pledge
from shared.messaging import outbox


def need_posted(session: Session, need: Need, now: datetime) -> None:
    """Send the need's state."""
    outbox.add(
        session,
        "need.posted",
        {
            "need_id": need.id,
            "version": need.version,
            "event_id": need.event_id,
            "shift_id": need.shift_id,
            "kind": need.kind.value,
            "quantity": need.quantity,
            "unit": need.unit,
            "description": need.description,
            "due_at": need.due_at,
            "returnable": need.returnable,
        },
        now=now,
    )


def pledge_changed(session: Session, pledge: Pledge, message_type: str, now: datetime) -> None:
    """Send the pledge's state; ``message_type`` says what has just happened to it."""
    outbox.add(
        session,
        message_type,
        {
            "pledge_id": pledge.id,
            "version": pledge.version,
            "event_id": pledge.event_id,
            "shift_id": pledge.shift_id,
            "need_id": pledge.need_id,
            "work_unit_id": pledge.work_unit_id,
            "work_unit": pledge.work_unit.name,
            "kind": pledge.kind.value,
            "quantity": pledge.quantity,
            "waits": pledge.waits,
            "release_at": pledge.release_at,
            "claim_link": pledge.claim_link,
        },
        now=now,
    )


def retell(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    """Send what is still promised anew, since something has changed that the others keep beside it.

    The pledges are locked, and read once more, so that each version counts on from what somebody else has just written.
    """
    pledges = select(Pledge).where(which).order_by(Pledge.id).with_for_update(of=Pledge)
    for pledge in session.scalars(pledges, execution_options={"populate_existing": True}):
        if pledge.quantity:
            pledge.version += 1
            pledge_changed(session, pledge, "pledge.made", now)
