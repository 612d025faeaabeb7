"""What is known of somebody, for themselves: what their link opens of it, and how it is shown and taken along."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.signups import looks
from services.signups.feedback import FeedbackShownSchema
from services.signups.looks import Looks
from services.signups.models import Feedback, Signup, SignupStatus, Volunteer
from shared.errors import Conflict
from shared.fields import Choice, Schema
from shared.notices import preferences
from shared.notices.preferences import Preferences
from shared.notices.tables import Notice, NoticeState
from shared.texts import text as _


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as far as a link opens what is known of them.

    ``whole``: it opens all of it. Who merely knows a name and a phone can sign that person up and is given the link of
    that sign-up, so one link of several neither shows nor erases the rest.
    """

    volunteer: Volunteer
    signups: Sequence[Signup]
    whole: bool

    @property
    def has_consented(self) -> bool:
        """Whether there is a consent that could be taken back."""
        return any(signup.consent_ended_at is None for signup in self.signups)


@dataclass(frozen=True, slots=True)
class Known(Person):
    """Somebody with all that is shown of them; ``feedback`` is by the sign-up's id."""

    feedback: Mapping[UUID, Feedback]
    notices: Sequence[Notice]
    looks: Sequence[Looks]
    chosen: Preferences


def opened(session: Session, signups: Collection[Signup], people: Collection[UUID] = ()) -> list[Person]:
    """Return the people of whom a link opens the sign-ups; of those in ``people`` it opens all there is."""
    theirs: dict[Volunteer, list[Signup]] = {}
    for signup in signups:
        theirs.setdefault(signup.volunteer, []).append(signup)
    ids = [one.id for one in theirs]
    rows = session.execute(
        select(Signup.volunteer_id, func.count()).where(Signup.volunteer_id.in_(ids)).group_by(Signup.volunteer_id)
    )
    numbers = {volunteer_id: number for volunteer_id, number in rows}  # noqa: C416  (a Row is no pair to mypy)
    return [Person(one, its, one.id in people or numbers[one.id] == len(its)) for one, its in theirs.items()]


def known(session: Session, people: Sequence[Person]) -> list[Known]:
    """Return the people with what they said, what was sent to them, and who looked at their number."""
    signups = [one for person in people for one in person.signups]
    said = session.scalars(select(Feedback).where(Feedback.signup_id.in_([one.id for one in signups]))).all()
    notices = session.scalars(
        select(Notice)
        .where(
            Notice.person_id.in_([one.volunteer.id for one in people]),
            Notice.event_id.in_({one.event_id for one in signups}),
            Notice.state.in_(_TOLD),
        )
        .order_by(Notice.sent_at)
    ).all()
    return [_known(session, person, said, notices) for person in people]


def must_be_whole(person: Person) -> None:
    """Raise Conflict where the link does not open all that is known of the person."""
    if not person.whole:
        raise Conflict(
            _(
                "This link opens one of several sign-ups only, so it cannot erase the others. Please ask the community"
                " office."
            )
        )


def _known(session: Session, person: Person, said: Sequence[Feedback], notices: Sequence[Notice]) -> Known:
    """Pick what is theirs, as far as the link opens it."""
    volunteer, signups = person.volunteer, person.signups
    ids, events = {one.id for one in signups}, {one.event_id for one in signups}
    return Known(
        volunteer,
        signups,
        person.whole,
        feedback={one.signup_id: one for one in said if one.signup_id in ids},
        notices=[one for one in notices if one.person_id == volunteer.id and one.event_id in events],
        looks=looks.of_person(session, volunteer.id),
        chosen=preferences.of(session, volunteer.id),
    )


_TOLD = (NoticeState.SENT, NoticeState.DELIVERED)


class _GuardianSchema(Schema):
    """Who answers for a child."""

    name = fields.String(attribute="guardian_name")
    phone = fields.String(attribute="guardian_phone")


class _OwnSignupSchema(Schema):
    """One of a person's sign-ups, with all that is kept of it."""

    id = fields.UUID()
    event = fields.String(attribute="shift.event.title")
    role = fields.String(attribute="shift.role")
    starts_at = fields.AwareDateTime(attribute="shift.starts_at")
    ends_at = fields.AwareDateTime(attribute="shift.ends_at")
    status = Choice(SignupStatus)
    email = fields.String(allow_none=True)
    birth_date = fields.Date(allow_none=True)
    guardian = fields.Function(
        lambda signup: _GuardianSchema().dump(signup) if signup.guardian_name else None,
        metadata={"type": ["object", "null"]},
    )
    answers = fields.Function(
        lambda signup: dict(signup.answered), metadata={"type": "object", "additionalProperties": {"type": "string"}}
    )
    shows_name = fields.Boolean()
    language = fields.String()
    created_at = fields.AwareDateTime()
    consented_at = fields.AwareDateTime()
    consent_ended_at = fields.AwareDateTime(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String(allow_none=True)
    checked_in_at = fields.AwareDateTime(allow_none=True)
    checked_out_at = fields.AwareDateTime(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    walk_in = fields.Boolean()


class _OwnNoticeSchema(Schema):
    """Something that was sent to the person."""

    kind = fields.String()
    channel = fields.String()
    sent_at = fields.AwareDateTime(allow_none=True)


class _LooksSchema(Schema):
    """How often a community's organizers were shown the person's contact data."""

    community = fields.String()
    times = fields.Integer()
    last = fields.AwareDateTime()


def _stopped(person: Known) -> list[Any]:
    """Return what they do not want to be told of: by one channel, or by any where it is empty."""
    return [{"topic": topic, "channel": channel} for topic, channel in sorted(person.chosen.stopped)]


def _signups(person: Known) -> list[Any]:
    answers = {signup_id: FeedbackShownSchema().dump(said) for signup_id, said in person.feedback.items()}
    return [_OwnSignupSchema().dump(one) | {"feedback": answers.get(one.id)} for one in person.signups]


class PersonSchema(Schema):
    """All that is known of somebody, as far as the link opens it (``whole``: all of it)."""

    name = fields.String(attribute="volunteer.name")
    phone = fields.String(attribute="volunteer.phone")
    known_since = fields.AwareDateTime(attribute="volunteer.created_at")
    whole = fields.Boolean()
    signups = fields.Function(_signups, metadata={"type": "array", "items": {"type": "object"}})
    notices = fields.List(fields.Nested(_OwnNoticeSchema))
    looks = fields.List(fields.Nested(_LooksSchema))
    stopped = fields.Function(_stopped, metadata={"type": "array", "items": {"type": "object"}})
    first_channel = fields.String(attribute="chosen.first", allow_none=True)
