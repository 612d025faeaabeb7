"""The letters to units' contacts, written from what is true at the moment they are sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services.partners import broadcasts, record, wanted, words
from services.partners.models import (
    LIVE,
    Contact,
    Event,
    Invitation,
    InvitationState,
    Kind,
    Pledge,
    PledgeStatus,
)
from services.partners.operations.invitations import new_link
from services.partners.scope import Scope
from shared import catalogues, dates
from shared.catalogues import Language
from shared.config import Config
from shared.errors import NotFound
from shared.notices.queue import Composer, Letter
from shared.notices.tables import Notice
from shared.texts import Text
from shared.texts import text as _

CONCERNED: Final[Mapping[str, tuple[str, Sequence[PledgeStatus]]]] = {
    "reminder": ("published", LIVE),
    "changed": ("published", (*LIVE, PledgeStatus.DELIVERED)),
    "cancelled": ("cancelled", (*LIVE, PledgeStatus.DELIVERED)),
}
"""Kind -> the state of the event and those of the pledges to which it applies."""

OPENINGS: Final[Mapping[str, Text]] = {
    "reminder": _("the event that %(unit)s helps with begins soon. Thank you for being part of it."),
    "changed": _("the time or the place of an event that %(unit)s helps with has changed. It is now as follows."),
    "cancelled": _("the event that %(unit)s wanted to help with will not take place. Thank you all the same."),
}


def composer(config: Config) -> Composer:
    """Return the function that writes a notice, or None where it no longer applies: withdrawn, moved on, cancelled."""
    page = f"{config.origin}/partners/unit"

    def compose(session: Session, notice: Notice, now: datetime) -> Letter | None:
        contact = session.get(Contact, notice.person_id, options=[joinedload(Contact.work_unit)])
        event = session.get(Event, notice.event_id)
        if contact is None or event is None or not (contact.active and contact.work_unit.active):
            return None
        match notice.kind:
            case "invited":
                letter = _invitation(session, contact, event, notice, config.origin, now)
            case "names_missing":
                letter = _names_missing(session, contact, event, notice, config.origin, now)
            case "broadcast":
                letter = broadcasts.compose(session, contact, event, notice, page)
            case "thanks":
                letter = _thanks(session, contact, event, notice, page, now)
            case _:
                letter = _about_pledges(session, contact, event, notice, page, now)
        return letter

    return compose


def _about_pledges(
    session: Session, contact: Contact, event: Event, notice: Notice, page: str, now: datetime
) -> Letter | None:
    status, pledged = CONCERNED[notice.kind]
    if event.status != status or event.occurrence != notice.occurrence:
        return None
    pledges = _pledges(session, contact, event, pledged)
    if not pledges:
        return None
    language = catalogues.language("partners", contact.language)
    lines = [
        _("Dear %(name)s,", name=contact.name),
        _(OPENINGS[notice.kind].msgid, unit=contact.work_unit.name),
        "",
        *_event_lines(event, notice, language, now),
        "",
        _("You have pledged:"),
        *(_pledge_line(pledge, event, language, now) for pledge in pledges),
        "",
        *(_missing_lines(session, event, now) if notice.kind == "reminder" else ()),
        _("Your unit's page: %(link)s", link=page),
    ]
    if event.contact:
        lines.append(_("Questions? Please call: %(contact)s", contact=event.contact))
    return _written(contact, event, notice, language, lines)


def _invitation(
    session: Session, contact: Contact, event: Event, notice: Notice, origin: str, now: datetime
) -> Letter | None:
    """Write an invitation with a link made for this very letter, so that nothing of the link needs to be kept."""
    invitation = session.get(Invitation, UUID(notice.params["invitation_id"]), options=[joinedload(Invitation.need)])
    if invitation is None or event.status != "published" or invitation.work_unit_id != contact.work_unit_id:
        return None
    if invitation.state(now) not in {InvitationState.SENT, InvitationState.OPENED}:
        return None
    need, language = invitation.need, catalogues.language("partners", contact.language)
    link = f"{origin}/partners/enter/{new_link(session, invitation, contact, now)}"
    lines = [
        _("Dear %(name)s,", name=contact.name),
        _("the community office asks whether %(unit)s can help with an event.", unit=contact.work_unit.name),
        "",
        _("Needed: %(what)s. %(amount)s", what=need.description, amount=words.asked(need)),
        *_event_lines(event, notice, language, now),
    ]
    if need.due_at is not None:
        lines.append(_("Needed by: %(when)s", when=dates.moment(need.due_at, event.timezone, language, now)))
    lines += [
        "",
        _("Say yes or no here, no password is needed: %(link)s", link=link),
        _("This link is yours alone. It works until %(when)s.", when=_until(invitation, event, language, now)),
    ]
    if event.contact:
        lines.append(_("Questions? Please call: %(contact)s", contact=event.contact))
    return _written(contact, event, notice, language, lines)


def _thanks(
    session: Session, contact: Contact, event: Event, notice: Notice, page: str, now: datetime
) -> Letter | None:
    """Write where the letter of thanks is, to a unit that gave something."""
    try:
        pledges = record.for_event(session, contact.work_unit, event.id, now=now)
    except NotFound:
        return None
    language = catalogues.language("partners", contact.language)
    lines = [
        _("Dear %(name)s,", name=contact.name),
        _("“%(event)s” is over. Thank you for what %(unit)s gave:", event=event.title, unit=contact.work_unit.name),
        *(
            _("- %(what)s. %(amount)s", what=words.matter(one), amount=words.amount(one, record.given(one)))
            for one in pledges
        ),
        "",
        _("The letter of thanks, to print: %(link)s", link=f"{page}/events/{event.id}/letter"),
    ]
    return _written(contact, event, notice, language, lines)


def _names_missing(
    session: Session, contact: Contact, event: Event, notice: Notice, origin: str, now: datetime
) -> Letter | None:
    """Write how many names are missing, until when, and where they are entered; nothing once all are there."""
    pledge = session.get(Pledge, UUID(notice.params["pledge_id"]), options=[joinedload(Pledge.shift)])
    if pledge is None or pledge.work_unit_id != contact.work_unit_id or pledge.status not in LIVE:
        return None
    missing = pledge.held - pledge.claimed
    if missing <= 0 or pledge.release_at is None or pledge.is_over(now) or event.status != "published":
        return None
    language = catalogues.language("partners", contact.language)
    until = dates.moment(pledge.release_at, event.timezone, language, now)
    lines = [
        _("Dear %(name)s,", name=contact.name),
        _("names are missing for places that are kept for %(unit)s.", unit=contact.work_unit.name),
        "",
        *_event_lines(event, notice, language, now),
        _pledge_line(pledge, event, language, now),
        _("Names still missing: %(n)s. After %(until)s these places go to others.", n=missing, until=until),
        "",
        _("Please pass this link on, or enter the names yourself: %(link)s", link=f"{origin}{pledge.claim_url}"),
        _("Your unit's page: %(link)s", link=f"{origin}/partners/unit"),
    ]
    return _written(contact, event, notice, language, lines)


def _written(contact: Contact, event: Event, notice: Notice, language: Language, lines: Sequence[str]) -> Letter:
    """Return the lines as a letter to the contact, in their language."""
    return Letter(
        subject=str(language.translate(words.letter(notice.kind, event.title))),
        body="\n".join(language.translate(lines)),
        phone=contact.phone,
        email=contact.email,
        language=language.tag,
    )


def _until(invitation: Invitation, event: Event, language: Language, now: datetime) -> str:
    return dates.moment(invitation.expires_at, event.timezone, language, now)


def _missing_lines(session: Session, event: Event, now: datetime) -> list[str]:
    """Return what the event still lacks, for whoever can help out."""
    gaps = wanted.missing(session, scope=Scope(event.community), now=now).get(event.id, [])
    told = [
        _("- %(what)s: %(n)s %(unit)s", what=one.need.description.partition("\n")[0], n=one.open, unit=one.need.unit)
        for one in gaps
    ]
    return [_("Still missing, if your unit can help out:"), *told, ""] if told else []


def _pledges(session: Session, contact: Contact, event: Event, statuses: Sequence[PledgeStatus]) -> Sequence[Pledge]:
    return session.scalars(
        select(Pledge)
        .where(
            Pledge.work_unit_id == contact.work_unit_id,
            Pledge.event_id == event.id,
            Pledge.status.in_(statuses),
        )
        .options(joinedload(Pledge.shift), joinedload(Pledge.need))
        .order_by(Pledge.created_at, Pledge.id)
    ).all()


def _event_lines(event: Event, notice: Notice, language: Language, now: datetime) -> list[str]:
    lines: list[str] = [
        _("Event: %(event)s", event=event.title),
        _("Time: %(when)s", when=dates.span(event.starts_at, event.ends_at, event.timezone, language, now)),
        _("Place: %(name)s, %(address)s", name=event.venue_name, address=event.venue_address),
    ]
    if notice.kind == "cancelled" and event.reason:
        lines.append(_("Reason: %(reason)s", reason=event.reason))
    if notice.kind == "changed":
        starts_at, ends_at = (datetime.fromisoformat(notice.params[name]) for name in ("old_starts_at", "old_ends_at"))
        if (starts_at, ends_at) != (event.starts_at, event.ends_at):
            before = dates.span(starts_at, ends_at, event.timezone, language, now)
            lines.append(_("Planned before: %(when)s", when=before))
    return lines


def _pledge_line(pledge: Pledge, event: Event, language: Language, now: datetime) -> Text:
    what, shift = words.matter(pledge), pledge.shift
    promised = words.amount(pledge, pledge.quantity)
    if pledge.arrives_at is not None:
        when = dates.moment(pledge.arrives_at, event.timezone, language, now)
        return _("- %(what)s. %(amount)s; to be brought %(when)s", what=what, amount=promised, when=when)
    if pledge.kind is not Kind.PEOPLE or shift is None:
        return _("- %(what)s. %(amount)s", what=what, amount=promised)
    if not shift.listed:
        return _("- %(what)s: this shift is no longer part of the event", what=what)
    when = dates.span(shift.starts_at, shift.ends_at, event.timezone, language, now)
    if pledge.status is PledgeStatus.PENDING:
        return _("- %(what)s, %(when)s. %(amount)s", what=what, when=when, amount=promised)
    return _(
        "- %(what)s, %(when)s. %(amount)s; places kept: %(held)s; names entered: %(claimed)s",
        what=what,
        when=when,
        amount=promised,
        held=pledge.held,
        claimed=pledge.claimed,
    )
