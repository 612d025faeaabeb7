"""What may be entered to sign up, and how a sign-up is shown: the same classes for forms and JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from marshmallow import ValidationError, fields, validates_schema

from services.signups import contacts
from services.signups.links import Links
from services.signups.models import Signup, SignupStatus
from services.signups.operations import Application, Guardian
from shared.fields import Choice, Day, Email, Line, Phone, Schema, size, true
from shared.texts import Text
from shared.texts import text as _
from shared.web.current import config
from shared.web.paging import PageQuery, page_of

PEOPLE: Final = 5
"""How many may sign up in one go, the one whose phone it is among them."""
SHIFTS: Final = 20
"""For how many shifts they may."""
CHOOSE: Final = _("Please choose a shift.")


class CodeBy(StrEnum):
    """How a one-time code is sent."""

    SMS = "sms"
    EMAIL = "email"


def chosen(shifts: Sequence[UUID]) -> None:
    """Refuse a form without a shift, or with too many."""
    if not shifts:
        raise ValidationError(CHOOSE)
    size(SHIFTS)(shifts)


def says(words: Text) -> dict[str, Any]:
    """Return what to say where a field was left empty."""
    return {"required": words}


class GuardianSchema(Schema):
    """Who answers for a child."""

    name = Line(min=2, max=50, required=True, error_messages=says(_("Please enter the guardian's name.")))
    phone = Phone(required=True, error_messages=says(_("Please enter the guardian's mobile number.")))
    consent = fields.Boolean(required=True, validate=true)


class CompanionSchema(Schema):
    """Somebody of the family, or a friend, who signs up in the same go and is reached by the same phone."""

    name = Line(min=2, max=50, required=True, error_messages=says(_("Please enter the name.")))
    birth_date = Day(allow_none=True)


class _Entered(Schema):
    """What form and JSON have in common.

    ``claim`` is the last part of a unit's claim link; ``shows_name`` lets that unit see the whole name.
    """

    shift_id: fields.Field[Any] = fields.UUID()
    name = Line(min=2, max=50, required=True, error_messages=says(_("Please enter the name.")))
    phone = Phone(required=True, error_messages=says(_("Please enter the mobile number, 11 digits.")))
    email = Email(allow_none=True)
    birth_date = Day(allow_none=True)
    companions = fields.List(fields.Nested(CompanionSchema), validate=size(PEOPLE - 1))
    may_wait = fields.Boolean()
    guardian = fields.Nested(GuardianSchema, allow_none=True)
    claim = Line(max=100, allow_none=True)
    shows_name = fields.Boolean()
    consent = fields.Boolean(required=True, validate=true)
    code = Line(max=6, min=6, allow_none=True)
    code_by = Choice(CodeBy)


class ApplicationSchema(_Entered):
    """A sign-up for one shift, or for several in one go: of ``shift_id`` and ``shift_ids`` exactly one.

    ``answers`` are those to the questions of the shifts, by their keys. ``companions`` come along; ``may_wait`` lets
    those wait for whom there is no place. ``code`` is what was sent, where the event asks for one.
    """

    shift_ids = fields.List(fields.UUID(), validate=size(SHIFTS, least=1))
    answers = fields.Dict(keys=fields.String(), values=fields.Raw())
    skilled = fields.Boolean()

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_shifts(self, _data: Any, original: Any, **_kwargs: Any) -> None:
        """Refuse both ways of naming shifts, and neither."""
        named = [name for name in ("shift_id", "shift_ids") if isinstance(original, Mapping) and name in original]
        if not named:
            raise ValidationError({"shift_id": [CHOOSE]})
        if len(named) > 1:
            raise ValidationError({"shift_ids": [_("Please send either shift_id or shift_ids.")]})


def calendar_url(signup_id: UUID) -> str:
    """Return the address of the sign-up's calendar file, good for an hour."""
    signature = Links(config.secret_key).download(signup_id)
    return f"{config.origin}/signups/api/v1/signups/{signup_id}/calendar.ics?signature={signature}"


class FormSchema(_Entered):
    """The form of the same, which may choose several shifts; its answers are read by ``entering``.

    ``key`` was made with the page, so that sending it twice signs up once. ``skilled`` are the shifts whose skills the
    person has. ``opened`` says when the page was opened, and in ``website`` only programs write.
    """

    shift_id = fields.List(fields.UUID(), validate=chosen)
    skilled = fields.List(fields.UUID())
    key = fields.UUID(required=True)
    opened = Line(max=100)
    website = Line(max=2000)


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


def applications(entered: dict[str, Any], language: str) -> list[Application]:
    """Return what was entered by one or more people for one or more shifts: person after person, one for each shift.

    Of a form, ``answers`` and ``skilled`` say it for each shift.
    """
    of_form = isinstance(entered.get("shift_id"), list)
    shifts = dict.fromkeys(entered["shift_id"] if of_form else entered.get("shift_ids") or [entered["shift_id"]])
    answers, skilled = entered.get("answers", {}), entered.get("skilled", False)
    return [
        replace(
            application(entered | someone | {"shift_id": shift_id}, language),
            birth_date=someone.get("birth_date"),
            answers=answers.get(str(shift_id), {}) if of_form else answers,
            skilled=shift_id in skilled if of_form else skilled,
            shows_name=someone is entered and entered.get("shows_name", False),
        )
        for someone in (entered, *entered.get("companions", ()))
        for shift_id in shifts
    ]


class WithdrawalSchema(Schema):
    """Why somebody withdraws, if they care to say."""

    reason = Line(max=200, allow_none=True)


class MoveSchema(Schema):
    """Where to move somebody; the birth date only where the shift has a minimum age and none is known yet."""

    shift_id = fields.UUID(required=True, error_messages=says(_("Please choose a shift.")))
    birth_date = Day(allow_none=True)


class WalkInSchema(Schema):
    """Somebody who came without having signed up.

    ``consent``: they were told what their data are used for, and agree.
    """

    shift_id = fields.UUID(required=True, error_messages=says(_("Please choose a shift.")))
    name = Line(min=2, max=50, required=True, error_messages=says(_("Please enter the name.")))
    phone = Phone(required=True, error_messages=says(_("Please enter the mobile number, 11 digits.")))
    birth_date = Day(allow_none=True)
    guardian = fields.Nested(GuardianSchema, allow_none=True)
    consent = fields.Boolean(required=True, validate=true)


class WalkInForm(WalkInSchema):
    """The form of the same. ``key`` was made with the page, so that sending it twice writes one person down once."""

    key = fields.UUID(required=True)
    back = Line(max=2000)


class MoveForm(MoveSchema):
    """The form of the same, with the list to return to."""

    back = Line(max=2000)


class OneAnswerSchema(Schema):
    """What became of one sign-up. Somebody who is already on the shift is told ``received`` and no more."""

    id = fields.UUID(attribute="signup_id")
    status = fields.String(required=True)
    waitlist_position = fields.Integer(allow_none=True)
    manage_url = fields.String()
    manage_token = fields.String()


class AnswerSchema(OneAnswerSchema):
    """What became of a request: of its first sign-up, and of all, person after person with their shifts."""

    signups = fields.List(fields.Nested(OneAnswerSchema))


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
    offered = fields.Integer()
    free = fields.Integer()
    waitlisted = fields.Integer()


class ShiftsSchema(Schema):
    """The shifts of an event, in order."""

    items = fields.List(fields.Nested(ShiftSchema), required=True)


def _birth_date(signup: Signup) -> str | None:
    born = contacts.known(signup, "birth_date")
    return born.isoformat() if born else None


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
    name = fields.Function(contacts.name, metadata={"type": "string"})
    phone = fields.Function(contacts.number, metadata={"type": "string"})
    email = fields.Function(lambda signup: contacts.known(signup, "email"), metadata={"type": ["string", "null"]})
    birth_date = fields.Function(_birth_date, metadata={"type": ["string", "null"], "format": "date"})
    pledge_id = fields.UUID(allow_none=True)
    waitlist_position = fields.Integer(allow_none=True)
    offered_until = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()
    checked_in_at = fields.AwareDateTime(allow_none=True)
    checked_out_at = fields.AwareDateTime(allow_none=True)
    walk_in = fields.Boolean()
    to_clear = fields.Boolean(attribute="is_to_clear")
    cleared_at = fields.AwareDateTime(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    answers = fields.Function(
        lambda signup: contacts.known(signup, "answers"), metadata={"type": ["array", "null"], "items": {}}
    )
    skilled = fields.Boolean()
    calendar_url = fields.Function(lambda signup: calendar_url(signup.id), metadata={"type": "string"})


class DownloadQuery(Schema):
    """What opens a download link."""

    signature = Line(max=300, required=True)


class RosterQuery(PageQuery):
    """Which sign-ups to list."""

    event_id = fields.UUID()
    shift_id = fields.UUID()
    status = Choice(SignupStatus)
    to_clear = fields.Boolean()
    q = Line(max=50)


SignupPageSchema = page_of(SignupSchema)
