"""Changes to an organizer's account; each that touches what they may do is told to the other services at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.events import announcements
from services.events.accounts.passwords import matches
from services.events.accounts.signing_in import end_sign_ins, open_session
from services.events.models import Organizer
from services.events.operations import Desk
from shared.errors import Conflict, Invalid, NotFound, field_error
from shared.principal import Role
from shared.texts import Text
from shared.texts import text as _

LAST_OFFICE: Final[Text] = _(
    "This is the last account of the community office. Please give another account this role first."
)

WRONG_PASSWORD: Final[Text] = _("This is not your present password. Please type it again.")


def change_organizer(
    session: Session,
    organizer_id: UUID,
    *,
    role: Role | None = None,
    active: bool | None = None,
    desk: Desk,
    now: datetime,
) -> Organizer:
    """Give the organizer another role, or close or reopen their account; what is None stays as it is.

    Closing ends all sign-ins. Raises NotFound where the desk has no such organizer, and Conflict where it is the
    desk's own account, or nobody of the office would be left.
    """
    office = _office(session, desk.community)
    organizer = take_organizer(session, organizer_id, community=desk.community)
    after = (role or Role(organizer.role), organizer.active if active is None else active)
    if after == (Role(organizer.role), organizer.active):
        return organizer
    if after != (Role.OFFICE, True):
        if office == [organizer.id]:
            raise Conflict(LAST_OFFICE)
        if organizer.id == desk.organizer_id:
            raise Conflict(
                _("This is your own account. Please ask another colleague of the office to make this change.")
            )
    organizer.role, organizer.active = after[0].value, after[1]
    if organizer.active:
        announce(session, organizer, now=now)
    else:
        void_sign_ins(session, organizer, now=now)
    return organizer


def end_all_sign_ins(session: Session, organizer_id: UUID, *, desk: Desk, now: datetime) -> Organizer:
    """End the organizer's sign-ins on every device. Raises NotFound where the desk has no such organizer."""
    organizer = take_organizer(session, organizer_id, community=desk.community)
    void_sign_ins(session, organizer, now=now)
    return organizer


def reset_codes(session: Session, organizer_id: UUID, *, desk: Desk, now: datetime) -> Organizer:
    """Let the codes of the organizer's phone open nothing any more; ends their sign-ins.

    For somebody who has lost it. Raises NotFound where the desk has no such organizer.
    """
    organizer = take_organizer(session, organizer_id, community=desk.community)
    organizer.forget_codes()
    void_sign_ins(session, organizer, now=now)
    return organizer


def rename(session: Session, organizer_id: UUID, display_name: str) -> None:
    """Change what the organizer is called in the history of events."""
    session.get_one(Organizer, organizer_id).display_name = display_name


def choose_letters(
    session: Session,
    organizer_id: UUID,
    *,
    email: str | None,
    phone: str | None,
    robot: str | None,
    told_of: Sequence[str],
    language: str,
) -> None:
    """Write down where the organizer is written to, of which milestones, and in which language."""
    organizer = session.get_one(Organizer, organizer_id)
    organizer.email, organizer.phone, organizer.robot = email, phone, robot
    organizer.told_of, organizer.language = list(told_of), language


def change_password(
    session: Session,
    organizer_id: UUID,
    *,
    old: str,
    new_hash: str,
    expires_at: datetime,
    now: datetime,
) -> tuple[Organizer, UUID]:
    """Replace the password and end all sign-ins; returns the organizer and a new sign-in for whoever did it.

    ``new_hash`` comes from ``hash_password``. Raises Invalid where the old password is wrong.
    """
    organizer = session.get_one(Organizer, organizer_id, with_for_update=True)
    if not matches(organizer.password_hash, old):
        raise Invalid(field_error("old", WRONG_PASSWORD))
    organizer.password_hash = new_hash
    return organizer, sign_in_anew(session, organizer, expires_at=expires_at, now=now)


def take_organizer(session: Session, organizer_id: UUID, *, community: str) -> Organizer:
    """Return the community's organizer, locked until the transaction ends; raises NotFound where there is none."""
    organizer = session.scalars(
        select(Organizer)
        .where(Organizer.id == organizer_id, Organizer.community == community)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if organizer is None:
        raise NotFound(_("There is no such account."))
    return organizer


def void_sign_ins(session: Session, organizer: Organizer, *, now: datetime) -> None:
    """End all sign-ins of the organizer, in every service."""
    end_sign_ins(session, organizer.id, now=now)
    organizer.valid_from = now
    announce(session, organizer, now=now)


def sign_in_anew(session: Session, organizer: Organizer, *, expires_at: datetime, now: datetime) -> UUID:
    """End all sign-ins of the organizer; returns a new one, for the device on which they changed how they sign in."""
    void_sign_ins(session, organizer, now=now)
    return open_session(session, organizer.id, expires_at=expires_at, now=now)


def announce(session: Session, organizer: Organizer, *, now: datetime) -> None:
    """Count the account's version and tell the other services how it stands."""
    organizer.version += 1
    announcements.organizer_changed(session, organizer, now)


def _office(session: Session, community: str) -> list[UUID]:
    """Return who can look after accounts, locked: of two who close each other's account the second must see it."""
    return list(
        session.scalars(
            select(Organizer.id)
            .where(Organizer.community == community, Organizer.active, Organizer.role == Role.OFFICE.value)
            .order_by(Organizer.id)
            .with_for_update()
        )
    )
