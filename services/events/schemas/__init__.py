"""What organizers may enter, as JSON and in forms, and what is shown of events."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from marshmallow import ValidationError, fields, validates_schema

from services.events import preparing, saved
from services.events.accounts import MAX_USERNAME
from services.events.asking import EventAsks, ShiftAsks
from services.events.checks import MAX_ITEMS, MAX_SHIFTS
from services.events.festivals import FIRST_YEAR, LAST_YEAR
from services.events.models import EventStatus, Kind, Theme
from services.events.playbook import PLAYBOOK
from services.events.reminding import ReminderSchema, ThanksSchema, ThanksText, only_rules
from services.events.rules import AT_ONCE
from services.events.series import Scope
from services.events.shift_words import ShiftWords
from shared.fields import (
    REQUIRED,
    Choice,
    Day,
    Line,
    LocalMoment,
    Moment,
    Paragraph,
    Schema,
    Timezone,
    Whole,
    size,
)
from shared.texts import text as _
from shared.web.paging import PageQuery

MAX_REMINDERS: Final = 10
MAX_ROLES: Final = 20
MAX_PASSWORD: Final = 200
"""Hashing takes longer the longer a password is."""


class TemplateKey(fields.String):
    """The key of a template in the playbook, or of one that may be the community's own."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        key = super()._deserialize(value, attr, data, **kwargs)
        if key not in PLAYBOOK and not saved.KEY.fullmatch(key):
            raise ValidationError(
                _("There is no such template. Please choose one of: %(keys)s.", keys=", ".join(PLAYBOOK))
            )
        return key


class DayOrMoment(Moment):
    """A moment with its offset, or only a day; a plus sign that an address turned into a space is forgiven."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime | date:  # type: ignore[override]  # a day as well
        if isinstance(value, str) and len(value) == len("2027-06-09"):
            return Day().deserialize(value, attr, data, **kwargs)
        written = value.replace(" ", "+") if isinstance(value, str) else value
        return super()._deserialize(written, attr, data, **kwargs)


class Password(fields.String):
    """A password, with every blank in it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        password = super()._deserialize(value, attr, data, **kwargs)
        if not password:
            raise ValidationError(REQUIRED)
        if len(password) > MAX_PASSWORD:
            raise ValidationError(_("Please use at most %(n)s characters.", n=MAX_PASSWORD))
        return password


class CredentialsSchema(Schema):
    """What an organizer signs in with."""

    username = Line(max=MAX_USERNAME, required=True)
    password = Password(required=True)


class VenueSchema(Schema):
    """Where people meet; may be empty in a draft."""

    name = Line(max=80, load_default="")
    address = Line(max=200, load_default="")


class ShiftSchema(ShiftWords, ShiftAsks):
    """A new shift."""

    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class ItemWords(Schema):
    """What a programme item says besides its time."""

    title = Line(max=100, required=True)
    kind = Choice(Kind)
    performers = Line(max=200)
    minutes = Whole(min=1, max=1440, allow_none=True)
    place = Line(max=100)
    roles = fields.List(Line(max=50, required=True), validate=size(MAX_ROLES))


class ItemSchema(ItemWords):
    """A new programme item."""

    starts_at = Moment(allow_none=True)


class EventWords(Schema):
    """What an event says besides its times and its parts."""

    title = Line(max=100, required=True)
    summary = Paragraph(max=2000)
    theme = Choice(Theme)
    conditions = Paragraph(max=1000)
    how_to_sign_up = Paragraph(max=1000)
    risks = Paragraph(max=1000)
    contact = Line(max=100)
    expected_attendance = Whole(max=1_000_000, allow_none=True)
    waitlist = fields.Boolean()


class EventFields(EventWords, EventAsks):
    """What new events and changes have in common."""

    venue = fields.Nested(VenueSchema)
    timezone = Timezone()
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    reminders = fields.List(fields.Nested(ReminderSchema), validate=size(MAX_REMINDERS))
    thanks = fields.Nested(ThanksSchema, allow_none=True)


class EventSchema(EventFields):
    """A new event. With a template, whatever is left out is filled in from it."""

    template = TemplateKey()
    year = Whole(min=FIRST_YEAR, max=LAST_YEAR)
    shifts = fields.List(fields.Nested(ShiftSchema), validate=size(MAX_SHIFTS))
    programme = fields.List(fields.Nested(ItemSchema), validate=size(MAX_ITEMS))
    tasks = preparing.tasks_field()
    supplies = preparing.supplies_field()

    def __init__(self, **options: Any) -> None:
        super().__init__(partial=("title", "starts_at", "ends_at"), **options)

    @validates_schema
    def check_whole(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Ask for everything that no template fills in; a year only means something to a template."""
        needed = () if "template" in data else ("title", "summary", "venue", "starts_at", "ends_at")
        missing: dict[str, list[str]] = {name: [REQUIRED] for name in needed if name not in data}
        if "year" in data and "template" not in data:
            missing["year"] = [_("Only a template turns a year into a date. Please choose one, or leave the year out.")]
        if missing:
            raise ValidationError(missing)


class ShiftChangeSchema(ShiftSchema):
    """A shift that is there already, with what is to change; or without an id a new one."""

    id = fields.UUID()

    @validates_schema
    def check_new(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Ask of a new shift for all that it needs."""
        _ask_of_new(data, ("role", "starts_at", "ends_at", "capacity"))


class ItemChangeSchema(ItemSchema):
    """A programme item that is there already, with what is to change; or without an id a new one."""

    id = fields.UUID()

    @validates_schema
    def check_new(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Ask of a new item for its title."""
        _ask_of_new(data, ("title",))


class EventChangeSchema(EventFields):
    """What is to change of an event; lists replace what is there, their entries matched by id.

    ``scope`` says which events of its series are meant; without it, only this one.
    """

    scope = Choice(Scope)

    shifts = fields.List(fields.Nested(ShiftChangeSchema), validate=size(MAX_SHIFTS))
    programme = fields.List(fields.Nested(ItemChangeSchema), validate=size(MAX_ITEMS))

    def __init__(self, **options: Any) -> None:
        times = ("starts_at", "ends_at")
        shifts = (f"shifts.{name}" for name in ("role", "capacity", *times))
        super().__init__(
            partial=("title", *times, "venue.name", "venue.address", *shifts, "programme.title"), **options
        )


class ShiftFormSchema(ShiftWords):
    """A row of the form: times are those of the event's zone."""

    id = fields.UUID()
    starts_at = LocalMoment(required=True)
    ends_at = LocalMoment(required=True)
    skills = Line(max=300)  # type: ignore[assignment]  # one box, parted by commas


class ItemFormSchema(ItemWords):
    """A row of the form."""

    id = fields.UUID()
    starts_at = LocalMoment()


class EventFormSchema(EventWords):
    """The whole event as the form sends it; an empty box means empty."""

    version = Whole(min=1, required=True)
    scope = Choice(Scope)
    venue = fields.Nested(VenueSchema, required=True)
    starts_at = LocalMoment(required=True)
    ends_at = LocalMoment(required=True)
    shifts = fields.List(fields.Nested(ShiftFormSchema), validate=size(MAX_SHIFTS))
    programme = fields.List(fields.Nested(ItemFormSchema), validate=size(MAX_ITEMS))
    reminders = fields.List(fields.String(), load_default=list, validate=only_rules)
    milestones = fields.List(fields.String(), load_default=list, validate=only_rules)
    thanks = ThanksText(load_default=AT_ONCE)

    @validates_schema
    def check_reminders(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Bound the reminders of both groups together."""
        try:
            size(MAX_REMINDERS)([*data["reminders"], *data["milestones"]])
        except ValidationError as error:
            raise ValidationError({"reminders": error.messages}) from None


class NewEventFormSchema(Schema):
    """The choice that a new event begins with."""

    template = TemplateKey(required=True)
    starts_at = LocalMoment(required=True)


class CancelSchema(Schema):
    """Why an event will not take place; everybody who signed up is told."""

    reason = Line(max=200, required=True)
    scope = Choice(Scope, load_default=Scope.ONE)


class CompleteSchema(Schema):
    """How many residents came, where they were counted."""

    visitors = Whole(max=1_000_000, allow_none=True)


class DuplicateSchema(Schema):
    """When the new event starts."""

    starts_at = Moment(required=True)


class DuplicateFormSchema(Schema):
    """When the new event starts, in the zone of the old one."""

    starts_at = LocalMoment(required=True)


class EventQuery(PageQuery):
    """Which events to list: those that begin from ``from`` on and before ``to``; a day is meant as a whole."""

    status = Choice(EventStatus)
    begin = DayOrMoment(data_key="from")
    end = DayOrMoment(data_key="to")


def _ask_of_new(data: Mapping[str, Any], needed: tuple[str, ...]) -> None:
    missing: dict[str, list[str]] = {name: [REQUIRED] for name in needed if name not in data}
    if missing and "id" not in data:
        raise ValidationError(missing)
