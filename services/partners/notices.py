"""The notices to units' contacts: whether one still applies at the moment it is sent, and what is true then."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services.partners import audiences, letters, record, wanted
from services.partners.audiences import CONCERNED
from services.partners.letters import Before, Occasion
from services.partners.models import LIVE, Contact, Event, Invitation, InvitationState, Pledge, PledgeStatus
from services.partners.operations.invitations import new_link
from services.partners.operations.reminding import BROUGHT
from services.partners.scope import Scope
from shared import catalogues
from shared.config import Config
from shared.errors import NotFound
from shared.notices.queue import Composer, Letter
from shared.notices.tables import Mailing, Notice, NoticeState

APPLIES: Final[Mapping[str, tuple[str, Sequence[PledgeStatus]]]] = {
    "reminder": ("published", LIVE),
    "supplies_due": ("published", LIVE),
    "changed": ("published", CONCERNED),
    "cancelled": ("cancelled", CONCERNED),
}
"""Kind -> the state of the event and those of the pledges to which it applies."""
TOLD: Final = (NoticeState.SENDING, NoticeState.SENT, NoticeState.DELIVERED, NoticeState.UNKNOWN)
"""States of a notice that may have reached its reader."""


def composer(config: Config) -> Composer:
    """Return the function that writes a notice, or None where it no longer applies: withdrawn, moved on, cancelled."""

    def compose(session: Session, notice: Notice, now: datetime) -> Letter | None:
        contact = session.get(Contact, notice.person_id, options=[joinedload(Contact.work_unit)])
        event = session.get(Event, notice.event_id)
        if contact is None or event is None or not (contact.active and contact.work_unit.active):
            return None
        to = Occasion(contact, event, config, now)
        match notice.kind:
            case "invited":
                letter = _invitation(session, to, notice)
            case "names_missing":
                letter = _names_missing(session, to, notice)
            case "thanks":
                letter = _thanks(session, to)
            case "broadcast":
                letter = _broadcast(session, to, notice)
            case _:
                letter = _about_pledges(session, to, notice)
        return letter

    return compose


def _about_pledges(session: Session, to: Occasion, notice: Notice) -> Letter | None:
    (status, states), event = APPLIES[notice.kind], to.event
    if event.status != status or event.occurrence != notice.occurrence:
        return None
    pledges = _pledges(session, to, states)
    if notice.kind == "supplies_due":
        pledges = [pledge for pledge in pledges if pledge.kind in BROUGHT]
    if not pledges:
        return None
    if notice.kind == "changed":
        params = _told_before(session, notice)
        before = Before.read(params) if params is not None else None
        if before is None or before.still_holds(event, pledges):
            return None
        return letters.about_pledges(to, notice.kind, pledges, before=before)
    gaps = wanted.missing(session, scope=Scope(event.community), now=to.now) if notice.kind == "reminder" else {}
    return letters.about_pledges(to, notice.kind, pledges, gaps=gaps.get(event.id, []))


def _invitation(session: Session, to: Occasion, notice: Notice) -> Letter | None:
    """Write an invitation with a link made for this very letter, so that nothing of the link needs to be kept."""
    asked = session.get(Invitation, UUID(notice.params["invitation_id"]), options=[joinedload(Invitation.need)])
    if asked is None or to.event.status != "published" or asked.work_unit_id != to.contact.work_unit_id:
        return None
    if asked.state(to.now) not in {InvitationState.SENT, InvitationState.OPENED}:
        return None
    link = f"{to.config.origin}/partners/enter/{new_link(session, asked, to.contact, to.now)}"
    return letters.invitation(to, asked, link)


def _names_missing(session: Session, to: Occasion, notice: Notice) -> Letter | None:
    """Write which names are missing; nothing once all are there, or the places have gone to others."""
    pledge = session.get(Pledge, UUID(notice.params["pledge_id"]), options=[joinedload(Pledge.shift)])
    if pledge is None or pledge.work_unit_id != to.contact.work_unit_id or pledge.status not in LIVE:
        return None
    if pledge.held <= pledge.claimed or pledge.release_at is None or pledge.is_over(to.now):
        return None
    return letters.names_missing(to, pledge, pledge.release_at) if to.event.status == "published" else None


def _thanks(session: Session, to: Occasion) -> Letter | None:
    """Thank a unit that gave something."""
    try:
        gifts = record.for_event(session, to.contact.work_unit, to.event.id, now=to.now)
    except NotFound:
        return None
    return letters.thanks(to, gifts)


def _broadcast(session: Session, to: Occasion, notice: Notice) -> Letter | None:
    """Write what an organizer wrote, in the contact's language; nothing to whom it does not concern any more."""
    mailing = session.get_one(Mailing, notice.mailing_id)
    meant = audiences.find(mailing.audience).where(Contact.id == to.contact.id).limit(1)
    if to.event.status not in ("published", "completed") or session.scalar(meant) is None:
        return None
    said = mailing.params.get(to.language.tag) or mailing.params[catalogues.FIRST]
    return letters.broadcast(to, said["subject"], said["body"])


def _told_before(session: Session, notice: Notice) -> Mapping[str, Any] | None:
    """Return what the contact knows of the event: what it was before the first change they have not been told of.

    None where a newer notice will tell of this change as well.
    """
    same = Notice.person_id == notice.person_id, Notice.event_id == notice.event_id, Notice.kind == notice.kind
    others = [one for one in session.scalars(select(Notice).where(*same)) if one.id != notice.id]
    if any(_version(one) > _version(notice) and one.state is not NoticeState.CANCELLED for one in others):
        return None
    known = notice.params
    for one in sorted(others, key=_version, reverse=True):
        if one.state in TOLD:
            break
        known = {**known, **one.params, "old_shifts": known["old_shifts"] | one.params["old_shifts"]}
    return known


def _version(notice: Notice) -> int:
    """Return which version of the event the notice tells of."""
    return int(notice.rule.removeprefix("v"))


def _pledges(session: Session, to: Occasion, states: Sequence[PledgeStatus]) -> Sequence[Pledge]:
    return session.scalars(
        select(Pledge)
        .where(
            Pledge.work_unit_id == to.contact.work_unit_id,
            Pledge.event_id == to.event.id,
            Pledge.status.in_(states),
        )
        .options(joinedload(Pledge.shift), joinedload(Pledge.need))
        .order_by(Pledge.created_at, Pledge.id)
    ).all()
