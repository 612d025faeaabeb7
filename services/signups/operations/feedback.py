"""Saying how an event was, and changing one's mind about it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from services.signups import announcements
from services.signups.announcements import FEEDBACK_OPEN
from services.signups.models import Feedback, Signup, SignupStatus
from services.signups.operations.signing import locked
from shared.errors import Conflict
from shared.texts import Text
from shared.texts import text as _

NOT_THERE: Final = _("Only those who were checked in can say how it was. If you were there, please call the office.")
TOO_LATE: Final = _("The time for answers is over. If there is something to say, please call the office.")


def give_feedback(
    session: Session, signup_id: UUID, *, overall: int, organised: int, again: bool, words: str, now: datetime
) -> Feedback:
    """Keep what the person says, and tell the scores; saying the same again changes nothing.

    Raises NotFound, Conflict where they were not there or it is over for more than thirty days.
    """
    signup = locked(session, signup_id)
    refusal = feedback_refusal(signup, now)
    if refusal is not None:
        raise Conflict(refusal)
    said = {"overall": overall, "organised": organised, "again": again, "words": words}
    feedback = session.get(Feedback, signup_id)
    if feedback is not None and all(getattr(feedback, name) == value for name, value in said.items()):
        return feedback
    if feedback is None:
        feedback = Feedback(signup_id=signup_id, version=0, **said)
        session.add(feedback)
    for name, value in said.items():
        setattr(feedback, name, value)
    feedback.version += 1
    feedback.given_at = now
    session.flush()
    announcements.feedback_given(session, feedback, signup.event_id, now)
    return feedback


def feedback_refusal(signup: Signup, now: datetime) -> Text | None:
    """Return why the person may not say how it was, or None where they may."""
    if signup.status is not SignupStatus.ATTENDED:
        return NOT_THERE
    return TOO_LATE if now > signup.shift.event.ends_at + FEEDBACK_OPEN else None
