"""Changing what somebody has entered about themselves."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.signups.models import Signup, SignupStatus, Volunteer
from services.signups.operations.signing import locked
from shared.errors import Invalid, field_error
from shared.names import name_key
from shared.texts import text as _


def change_details(
    session: Session,
    signup_id: UUID,
    *,
    email: str | None,
    language: str,
    guardian_phone: str | None = None,
    name: str | None = None,
) -> Signup:
    """Note where and in which language to write about the sign-up, and correct the person's name where one is given.

    A guardian's phone is taken where there is a guardian. Raises NotFound, and Invalid for a name that cannot be taken.
    """
    signup = locked(session, signup_id)
    signup.email, signup.language = email, language
    if signup.guardian_name is not None and guardian_phone is not None:
        signup.guardian_phone = guardian_phone
    if name is not None and name != signup.volunteer.name:
        _correct_name(session, signup.volunteer, name)
    return signup


def _correct_name(session: Session, volunteer: Volunteer, name: str) -> None:
    """Write the person's name anew; phone and name together still name one person (ADR 7).

    What was served under a name cannot be handed to another one by renaming.
    """
    was_there = exists().where(Signup.volunteer_id == volunteer.id, Signup.status == SignupStatus.ATTENDED)
    if name_key(name) != volunteer.name_key and session.scalar(select(was_there)):
        raise Invalid(
            field_error("name", _("Service is on record under this name. Please call the community office instead."))
        )
    try:
        with session.begin_nested():
            volunteer.name, volunteer.name_key = name, name_key(name)
    except IntegrityError:
        raise Invalid(
            field_error(
                "name",
                _("Somebody of this name has signed up with this number before. Please call the community office."),
            )
        ) from None
