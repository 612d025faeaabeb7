"""What people who were there say of an event: what may be entered, until when, and what is read of it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups.models import Feedback, Signup
from services.signups.schemas import says
from shared.fields import Paragraph, Schema, Whole
from shared.texts import text as _

LONGEST: Final = 500
SCORES: Final = {
    5: _("Very good"),
    4: _("Good"),
    3: _("All right"),
    2: _("Not so good"),
    1: _("Bad"),
}


class FeedbackSchema(Schema):
    """Three questions, and words for whoever wants to say more. Scores are from 1 (bad) to 5 (very good)."""

    overall = Whole(min=1, max=5, required=True, error_messages=says(_("Please say how it was on the whole.")))
    organised = Whole(min=1, max=5, required=True, error_messages=says(_("Please say how well it was organised.")))
    again = fields.Boolean(
        required=True,
        error_messages=says(_("Please say whether you would come again.")),
        metadata={"question": True},
    )
    words = Paragraph(max=LONGEST, load_default="")


class FeedbackShownSchema(FeedbackSchema):
    """What somebody said, and when they last changed it."""

    given_at = fields.AwareDateTime()


def given(session: Session, signup_id: UUID) -> Feedback | None:
    """Return what the person has said so far."""
    return session.get(Feedback, signup_id)


def of_event(session: Session, event_id: UUID) -> Sequence[Feedback]:
    """Return what was said of the event, in an order that tells nothing of who said it or when."""
    return session.scalars(
        select(Feedback)
        .join(Signup, Signup.id == Feedback.signup_id)
        .where(Signup.event_id == event_id)
        .order_by(Feedback.signup_id)
    ).all()
