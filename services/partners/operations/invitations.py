"""Asking chosen units for a need, each contact by a link of their own that expires and can be revoked."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from services.partners.links import new_token, token_hash
from services.partners.models import Contact, Event, Invitation, InvitationLink, Need, WorkUnit
from services.partners.operations.events import refuse_closed
from services.partners.operations.needs import need_at_hand
from services.partners.operations.units import Access
from services.partners.scope import Scope
from shared.database import change
from shared.errors import Conflict, Invalid, NotFound, field_error
from shared.notices import queue
from shared.texts import text as _

NOTICE: Final = "invited"
"""The kind of the letters that carry an invitation."""


def invite_units(
    session: Session,
    need_id: UUID,
    work_unit_ids: Collection[UUID],
    *,
    expires_at: datetime | None = None,
    scope: Scope,
    now: datetime,
) -> int:
    """Ask the units for what is needed, by a letter to each of their contacts; return how many were asked anew.

    Units that have a live invitation are passed over, so that asking twice asks once. The links work until
    ``expires_at``, else until the event ends. Raises NotFound, Invalid beside ``units`` or ``expires_at``, and
    Conflict where the event takes nothing more.
    """
    need = need_at_hand(session, need_id, scope=scope)
    refuse_closed(need.event, now)
    ends = _checked_end(expires_at, need.event, now)
    units = session.scalars(
        select(WorkUnit)
        .where(WorkUnit.id.in_(work_unit_ids), WorkUnit.active, scope.units())
        .order_by(WorkUnit.id)
        .with_for_update(of=WorkUnit)
    ).all()
    if not units or len(units) != len(set(work_unit_ids)):
        raise Invalid(field_error("units", _("Please choose units from the list.")))
    earlier = {
        one.work_unit_id: one for one in session.scalars(select(Invitation).where(Invitation.need_id == need_id))
    }
    asked = 0
    for unit in units:
        invitation = earlier.get(unit.id)
        if invitation is None:
            invitation = Invitation(id=uuid4(), need=need, work_unit=unit, sent=0, expires_at=ends)
            session.add(invitation)
        elif invitation.revoked_at is None and now < invitation.expires_at:
            continue
        _send(session, invitation, ends, now)
        asked += 1
    return asked


def resend_invitation(session: Session, invitation_id: UUID, seen: int, *, scope: Scope, now: datetime) -> Invitation:
    """Send the invitation once more, with fresh links; one that has expired or was revoked holds again.

    ``seen`` is how often it had been sent when the button was shown: pressed twice, it sends once. Raises NotFound,
    and Conflict where the event takes nothing more or the unit is closed.
    """
    invitation = _locked(session, invitation_id, scope)
    if invitation.sent != seen:
        return invitation
    event = invitation.need.event
    refuse_closed(event, now)
    if not invitation.work_unit.active:
        raise Conflict(_("This work unit is closed at present. Please reopen it first."))
    is_over = invitation.revoked_at is not None or now >= invitation.expires_at
    _send(session, invitation, event.ends_at if is_over else invitation.expires_at, now)
    return invitation


def revoke_invitation(session: Session, invitation_id: UUID, *, scope: Scope, now: datetime) -> Invitation:
    """Take the invitation back: its links let nobody in from now on. Again changes nothing. Raises NotFound."""
    invitation = _locked(session, invitation_id, scope)
    if invitation.revoked_at is None:
        invitation.revoked_at = now
        change(session, delete(InvitationLink).where(InvitationLink.invitation_id == invitation.id))
        queue.cancel(session, event_id=invitation.need.event_id, kind=NOTICE, rule=_rule(invitation))
    return invitation


def decline_invitation(
    session: Session, invitation_id: UUID, *, reason: str | None = None, scope: Scope, now: datetime
) -> Invitation:
    """Note that the unit cannot help; it may still pledge later. Again changes nothing.

    Raises NotFound, and Conflict for an invitation that was revoked.
    """
    invitation = _locked(session, invitation_id, scope)
    if invitation.revoked_at is not None:
        raise Conflict(_("This invitation has been taken back."))
    if invitation.declined_at is None:
        invitation.declined_at, invitation.reason = now, reason
    return invitation


def open_invitation(session: Session, token: str, *, now: datetime) -> Invitation | None:
    """Note that a contact has come in by the link, and return its invitation; None for a link of another sort."""
    link = session.get(
        InvitationLink, token_hash(token), options=[joinedload(InvitationLink.invitation).joinedload(Invitation.need)]
    )
    if link is None:
        return None
    link.invitation.opened_at = link.invitation.opened_at or now
    return link.invitation


def hand_out_link(session: Session, invitation_id: UUID, *, scope: Scope, now: datetime) -> Access:
    """Return a link for the unit's main contact, to be passed on by whoever asks; raises NotFound and Conflict."""
    invitation = _locked(session, invitation_id, scope)
    if invitation.revoked_at is not None or now >= invitation.expires_at or not invitation.work_unit.active:
        raise Conflict(_("This invitation no longer holds. Please send it again first."))
    unit = invitation.work_unit
    return Access(unit, unit.contact, new_link(session, invitation, unit.contact))


def forget_links(session: Session, now: datetime) -> int:
    """Forget the links of invitations that have expired; return how many."""
    over = select(Invitation.id).where(Invitation.expires_at <= now)
    return change(session, delete(InvitationLink).where(InvitationLink.invitation_id.in_(over)))


def new_link(session: Session, invitation: Invitation, contact: Contact) -> str:
    """Return the token of a new link for the contact; nobody can read it again later."""
    token = new_token()
    session.add(InvitationLink(token_hash=token_hash(token), invitation=invitation, contact_id=contact.id))
    session.flush()
    return token


def _checked_end(expires_at: datetime | None, event: Event, now: datetime) -> datetime:
    if expires_at is None:
        return event.ends_at
    if not now < expires_at <= event.ends_at:
        raise Invalid(field_error("expires_at", _("Please choose a time between now and the end of the event.")))
    return expires_at.astimezone(UTC)


def _send(session: Session, invitation: Invitation, ends: datetime, now: datetime) -> None:
    """Count the invitation as sent once more and queue a letter for each of the unit's contacts."""
    invitation.sent += 1
    invitation.expires_at = ends
    invitation.revoked_at = invitation.declined_at = invitation.reason = None
    session.flush()
    queue.plan_for_all(
        session,
        select(Contact.id).where(Contact.work_unit_id == invitation.work_unit_id, Contact.active),
        kind=NOTICE,
        event_id=invitation.need.event_id,
        rule=_rule(invitation),
        due_at=now,
        expires_at=ends,
        params={"invitation_id": str(invitation.id)},
        now=now,
    )


def _rule(invitation: Invitation) -> str:
    """Return what makes each sending of the invitation a notice of its own."""
    return f"{invitation.id.hex}.{invitation.sent}"


def _locked(session: Session, invitation_id: UUID, scope: Scope) -> Invitation:
    invitation = session.scalars(
        select(Invitation)
        .join(Invitation.work_unit)
        .options(joinedload(Invitation.need).joinedload(Need.event), joinedload(Invitation.work_unit))
        .where(Invitation.id == invitation_id, scope.units())
        .with_for_update(of=Invitation)
    ).one_or_none()
    if invitation is None:
        raise NotFound(_("There is no such invitation."))
    return invitation
