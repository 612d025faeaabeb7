"""What may be entered to sign up, and how a sign-up is shown: the same classes for forms and JSON."""

from typing import Any
from uuid import UUID

from marshmallow import fields

from services.signups.links import Links
from services.signups.models import SignupStatus
from services.signups.operations import Application, Guardian
from shared.fields import Choice, Day, Email, Line, Phone, Schema, true
from shared.texts import Text
from shared.texts import text as _
from shared.web.current import config
from shared.web.paging import PageQuery, page_of


def says(words: Text) -> dict[str, Any]:
    """Return what to say where a field was left empty."""
    return {"required": words}


class GuardianSchema(Schema):
    """Who answers for a child."""

    name = Line(min=2, max=50, required=True, error_messages=says(_("Please enter the guardian's name.")))
    phone = Phone(required=True, error_messages=says(_("Please enter the guardian's mobile number.")))
    consent = fields.Boolean(required=True, validate=true)


class ApplicationSchema(Schema):
    """A sign-up. ``claim`` is the last part of a unit's claim link."""

    shift_id = fields.UUID(required=True, error_messages=says(_("Please choose a shift.")))
    name = Line(min=2, max=50, required=True, error_messages=says(_("Please enter the name.")))
    phone = Phone(required=True, error_messages=says(_("Please enter the mobile number, 11 digits.")))
    email = Email(allow_none=True)
    birth_date = Day(allow_none=True)
    guardian = fields.Nested(GuardianSchema, allow_none=True)
    claim = Line(max=100, allow_none=True)
    consent = fields.Boolean(required=True, validate=true)


def calendar_url(signup_id: UUID) -> str:
    """Return the address of the sign-up's calendar file, good for an hour."""
    signature = Links(config.secret_key).download(signup_id)
    return f"{config.origin}/signups/api/v1/signups/{signup_id}/calendar.ics?signature={signature}"


class FormSchema(ApplicationSchema):
    """The form of the same. ``key`` was made with the page, so that sending it twice signs up once."""

    key = fields.UUID(required=True)


def application(entered: dict[str, Any], language: str) -> Application:
    """Return what was entered, as the operation takes it; ``language`` is the one to write to the person in."""
    guardian = entered.get("guardian")
    return Application(
        shift_id=entered["shift_id"],
        name=entered["name"],
        phone=entered["phone"],
        language=language,
        email=entered.get("email") or None,
        birth_date=entered.get("birth_date"),
        guardian=Guardian(guardian["name"], guardian["phone"]) if guardian else None,
        claim=entered.get("claim") or None,
    )


class WithdrawalSchema(Schema):
    """Why somebody withdraws, if they care to say."""

    reason = Line(max=200, allow_none=True)


class AnswerSchema(Schema):
    """What became of a sign-up. Somebody who is already on the shift is told ``received`` and no more."""

    id = fields.UUID(attribute="signup_id")
    status = fields.String(required=True)
    waitlist_position = fields.Integer(allow_none=True)
    manage_url = fields.String()
    manage_token = fields.String()


class ShiftSchema(Schema):
    """A shift and how full it is, in places."""

    shift_id = fields.UUID(attribute="shift.id")
    role = fields.String(attribute="shift.role")
    description = fields.String(attribute="shift.description")
    starts_at = fields.AwareDateTime(attribute="shift.starts_at")
    ends_at = fields.AwareDateTime(attribute="shift.ends_at")
    min_age = fields.Integer(attribute="shift.min_age", allow_none=True)
    capacity = fields.Integer()
    confirmed = fields.Integer()
    held = fields.Integer()
    free = fields.Integer()
    waitlisted = fields.Integer()


class ShiftsSchema(Schema):
    """The shifts of an event, in order."""

    items = fields.List(fields.Nested(ShiftSchema), required=True)


class SignupSchema(Schema):
    """A sign-up, as its own person and the organizers see it."""

    id = fields.UUID()
    event_id = fields.UUID()
    shift_id = fields.UUID()
    role = fields.String(attribute="shift.role")
    starts_at = fields.AwareDateTime(attribute="shift.starts_at")
    ends_at = fields.AwareDateTime(attribute="shift.ends_at")
    status = Choice(SignupStatus)
    version = fields.Integer()
    name = fields.String(attribute="volunteer.name")
    phone = fields.String(attribute="volunteer.phone")
    email = fields.String(allow_none=True)
    birth_date = fields.Date(allow_none=True)
    pledge_id = fields.UUID(allow_none=True)
    waitlist_position = fields.Integer(allow_none=True)
    created_at = fields.AwareDateTime()
    checked_in_at = fields.AwareDateTime(allow_none=True)
    checked_out_at = fields.AwareDateTime(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    calendar_url = fields.Function(lambda signup: calendar_url(signup.id), metadata={"type": "string"})


class DownloadQuery(Schema):
    """What opens a download link."""

    signature = Line(max=300, required=True)


class RosterQuery(PageQuery):
    """Which sign-ups to list."""

    event_id = fields.UUID()
    shift_id = fields.UUID()
    status = Choice(SignupStatus)


SignupPageSchema = page_of(SignupSchema)
