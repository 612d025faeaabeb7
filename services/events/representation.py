"""How events and templates are written in JSON, with times in the event's zone."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import fields

from services.events import asking, preparing, reminding, saved
from services.events.festivals import next_date
from services.events.models import Event, EventStatus
from services.events.playbook import PLAYBOOK, Template
from services.events.queries import NOBODY, Counts
from shared.fields import Choice, Schema


class TokenSchema(Schema):
    """A sign-in: send the token as ``Authorization: Bearer``."""

    token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class WordsSchema(Schema):
    """A title in both languages."""

    zh = fields.String()
    en = fields.String()


class QuestionShownSchema(Schema):
    """What a shift asks of those who sign up; only a choice has options."""

    key = fields.String()
    kind = fields.String()
    label = fields.String()
    options = fields.List(fields.String())
    required = fields.Boolean()


class UsualShiftSchema(Schema):
    """A shift of a template; times are those of the event's day."""

    role = fields.String()
    role_en = fields.String()
    description = fields.String()
    starts = fields.Time(format="%H:%M")
    ends = fields.Time(format="%H:%M")
    capacity = fields.Integer()
    minimum = fields.Integer()
    min_age = fields.Integer(allow_none=True)
    skills = fields.List(fields.String())
    counts_as_service = fields.Boolean()
    training = fields.String()
    insured = fields.Boolean()
    questions = fields.List(fields.Nested(QuestionShownSchema))
    swap_approval = fields.Boolean()


class UsualItemSchema(Schema):
    """A programme item of a template."""

    title = fields.String()
    title_en = fields.String()
    kind = fields.String()
    starts = fields.Time(format="%H:%M")
    minutes = fields.Integer(allow_none=True)
    performers = fields.String()
    place = fields.String()
    roles = fields.List(fields.String())


class SupplySchema(Schema):
    """A thing that such an event usually needs."""

    name = fields.String()
    name_en = fields.String()
    quantity = fields.Integer()
    unit = fields.String()


class UsualTaskSchema(Schema):
    """A task of a template, so many days from the event's: -7 is a week before."""

    days = fields.Integer()
    title = fields.String()
    title_en = fields.String()
    owner = fields.String()


class TemplateSchema(Schema):
    """A template; ``next_date`` is computed, and none where the organizer chooses. ``own`` ones are the community's."""

    key = fields.String()
    own = fields.Boolean()
    title = fields.Nested(WordsSchema)
    theme = fields.String()
    next_date = fields.Date(allow_none=True)
    starts = fields.Time(format="%H:%M")
    ends = fields.Time(format="%H:%M")
    summary = fields.String()
    conditions = fields.String()
    risks = fields.String()
    programme = fields.List(fields.Nested(UsualItemSchema))
    shifts = fields.List(fields.Nested(UsualShiftSchema))
    supplies = fields.List(fields.Nested(SupplySchema))
    tasks = fields.List(fields.Nested(UsualTaskSchema))
    reminders = fields.List(fields.Dict())


class MadeSchema(Schema):
    """An event that a rule made."""

    id = fields.UUID()
    starts_at = fields.AwareDateTime()
    status = Choice(EventStatus)


class RepeatedSchema(Schema):
    """The events that a rule made, by time."""

    items = fields.List(fields.Nested(MadeSchema))


class TemplatesSchema(Schema):
    """All templates, in the order in which they are offered."""

    items = fields.List(fields.Nested(TemplateSchema))


class VenueShownSchema(Schema):
    """Where people meet."""

    name = fields.String()
    address = fields.String()


class ShiftShownSchema(Schema):
    """A shift. ``free`` is a hint, for only the sign-up service gives places away; the counts are for organizers."""

    id = fields.UUID()
    role = fields.String()
    description = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    capacity = fields.Integer()
    minimum = fields.Integer()
    min_age = fields.Integer(allow_none=True)
    skills = fields.List(fields.String())
    counts_as_service = fields.Boolean()
    training = fields.String()
    insured = fields.Boolean()
    questions = fields.List(fields.Nested(QuestionShownSchema))
    swap_approval = fields.Boolean()
    free = fields.Integer()
    confirmed = fields.Integer()
    waitlisted = fields.Integer()
    held = fields.Integer()
    offered = fields.Integer()
    attended = fields.Integer()


class ItemShownSchema(Schema):
    """A programme item."""

    id = fields.UUID()
    title = fields.String()
    kind = fields.String()
    performers = fields.String()
    starts_at = fields.AwareDateTime(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    place = fields.String()
    roles = fields.List(fields.String())


class EventShownSchema(Schema):
    """An event's whole state; tasks and supplies are for its organizers."""

    id = fields.UUID()
    slug = fields.String()
    url = fields.String()
    community = fields.String()
    template = fields.String(allow_none=True)
    theme = fields.String()
    status = fields.String()
    version = fields.Integer()
    title = fields.String()
    summary = fields.String()
    venue = fields.Nested(VenueShownSchema)
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    timezone = fields.String()
    conditions = fields.String()
    how_to_sign_up = fields.String()
    risks = fields.String()
    contact = fields.String()
    expected_attendance = fields.Integer(allow_none=True)
    waitlist = fields.Boolean()
    offer_minutes = fields.Integer()
    asks_code = fields.Boolean()
    travel_minutes = fields.Integer()
    daily_hours = fields.Integer(allow_none=True)
    rest_hours = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    shifts = fields.List(fields.Nested(ShiftShownSchema))
    programme = fields.List(fields.Nested(ItemShownSchema))
    tasks = fields.List(fields.Nested(preparing.TaskShownSchema))
    supplies = fields.List(fields.Nested(preparing.SupplyShownSchema))
    reminders = fields.List(fields.Dict())
    thanks = fields.Dict(allow_none=True)


def event(shown: Event, counts: Mapping[UUID, Counts], *, origin: str, to_organizer: bool) -> dict[str, Any]:
    """Return the event for ``EventShownSchema``; how many stand where is told to its organizers only."""
    local = shown.local
    shifts = []
    for shift in shown.shifts:
        count = counts.get(shift.id, NOBODY)
        shifts.append(
            {
                "id": shift.id,
                "role": shift.role,
                "description": shift.description,
                "starts_at": local(shift.starts_at),
                "ends_at": local(shift.ends_at),
                "capacity": shift.capacity,
                "minimum": shift.minimum,
                "min_age": shift.min_age,
                "skills": shift.skills,
                "counts_as_service": shift.counts_as_service,
                "training": shift.training,
                "insured": shift.insured,
                "questions": shift.questions,
                "swap_approval": shift.swap_approval,
                "free": max(shift.capacity - count.taken, 0),
            }
            | (
                {
                    "confirmed": count.confirmed,
                    "waitlisted": count.waitlisted,
                    "held": count.held,
                    "offered": count.offered,
                    "attended": count.attended,
                }
                if to_organizer
                else {}
            )
        )
    return {
        "id": shown.id,
        "slug": shown.slug,
        "url": f"{origin}/events/{shown.slug}",
        "community": shown.community,
        "template": shown.template,
        "theme": shown.theme,
        "status": shown.status,
        "version": shown.version,
        "title": shown.title,
        "summary": shown.summary,
        "venue": {"name": shown.venue_name, "address": shown.venue_address},
        "starts_at": local(shown.starts_at),
        "ends_at": local(shown.ends_at),
        "timezone": shown.timezone,
        "conditions": shown.conditions,
        "how_to_sign_up": shown.how_to_sign_up,
        "risks": shown.risks,
        "contact": shown.contact,
        "expected_attendance": shown.expected_attendance,
        "waitlist": shown.waitlist,
        **saved.picked(shown, tuple(asking.SETTINGS)),
        "reason": shown.reason,
        "shifts": shifts,
        "programme": [
            {
                "id": item.id,
                "title": item.title,
                "kind": item.kind,
                "performers": item.performers,
                "starts_at": local(item.starts_at) if item.starts_at else None,
                "minutes": item.minutes,
                "place": item.place,
                "roles": item.roles,
            }
            for item in shown.programme
        ],
        "reminders": [reminding.shown(rule) for rule in shown.reminders],
        "thanks": reminding.thanks_shown(shown.thanks),
    } | (preparing.shown(shown) if to_organizer else {})


def template(shown: Template, today: date) -> dict[str, Any]:
    """Return the template for ``TemplateSchema``, with its next date from today on."""
    return {
        "key": shown.key,
        "own": shown.key not in PLAYBOOK,
        "title": {"zh": shown.title, "en": shown.title_en},
        "theme": shown.theme,
        "next_date": next_date(shown.rule, today) if shown.rule else None,
        "starts": shown.starts,
        "ends": shown.ends,
        "summary": shown.summary,
        "conditions": shown.conditions,
        "risks": shown.risks,
        "programme": shown.programme,
        "shifts": shown.shifts,
        "supplies": shown.supplies,
        "tasks": shown.tasks,
        "reminders": [reminding.shown(rule) for rule in shown.reminders],
    }
