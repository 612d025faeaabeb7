"""Events as JSON: the door for everybody, the desk for organizers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.events import operations, preparing, queries, representation, saved, schemas
from services.events.models import Event
from services.events.operations import Desk
from services.events.playbook import PLAYBOOK
from services.events.series import RepeatSchema, Scope
from shared.paging import Page, Part, fetch
from shared.principal import Ability, Principal
from shared.web import paging
from shared.web.auth import current_principal, needs, organizer
from shared.web.current import config, database, now
from shared.web.openapi import ApiBlueprint
from shared.web.preconditions import etag, if_match

LIST: Final = "events"
IF_MATCH: Final = {"in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"}}

door = ApiBlueprint("api_door", __name__, url_prefix="/events/api/v1", description="For everybody")
desk = ApiBlueprint("api_desk", __name__, url_prefix="/events/api/v1", description="For organizers")


@door.route("/templates")
@door.response(200, representation.TemplatesSchema)
def templates() -> Any:
    """List the templates that a new event may begin with, each with its next date; for organizers their own as well."""
    community = _community(current_principal())
    own = [saved.as_template(one) for one in database.read(saved.own, community)] if community else []
    return {"items": [representation.template(one, today()) for one in (*PLAYBOOK.values(), *own)]}


@door.route("/events")
@door.arguments(schemas.EventQuery, location="query")
@door.response(200, paging.page_of(representation.EventShownSchema))
def events(wanted: dict[str, Any]) -> Any:
    """List events by their start: the published ones, or with an organizer's token all of the community's."""
    page = paging.asked(wanted, LIST)
    principal = current_principal()
    for bound, days_on in (("begin", 0), ("end", 1)):
        if bound in wanted and not isinstance(wanted[bound], datetime):
            day = wanted[bound] + timedelta(days=days_on)
            wanted[bound] = datetime.combine(day, time(), ZoneInfo(config.timezone))
    return paging.answer(database.read(_listed, page, principal, wanted), LIST)


@door.route("/events/<uuid:event_id>")
@door.response(200, representation.EventShownSchema)
def event(event_id: UUID) -> Any:
    """Show an event: anybody a published one, its community's organizers a draft as well."""
    shown = database.read(_shown, event_id, current_principal())
    return shown, 200, etag(shown["version"])


@desk.route("/events", methods=["POST"])
@desk.arguments(schemas.EventSchema)
@desk.response(201, representation.EventShownSchema)
def create(entered: dict[str, Any]) -> Any:
    """Write a draft; with a template and a year alone, the rest is filled in."""
    made = database.write(
        operations.create_event, entered, desk=at_desk(organizer()), timezone=config.timezone, now=now()
    )
    return _answer(made.id), 201, etag(made.version)


@desk.route("/events/<uuid:event_id>", methods=["PATCH"])
@desk.arguments(schemas.EventChangeSchema)
@desk.response(200, representation.EventShownSchema)
@desk.doc(parameters=[IF_MATCH])
def change(entered: dict[str, Any], event_id: UUID) -> Any:
    """Change what is sent and leave the rest; If-Match names the version that was read."""
    outcome = database.write(
        operations.change_series,
        event_id,
        entered,
        version=if_match(),
        scope=entered.pop("scope", Scope.ONE),
        desk=at_desk(organizer()),
        now=now(),
    )
    return _answer(event_id), 200, etag(outcome.event.version)


@desk.route("/events/<uuid:event_id>/publish", methods=["POST"])
@desk.response(200, representation.EventShownSchema)
def publish(event_id: UUID) -> Any:
    """Let the event be seen and signed up for; what is still missing is listed."""
    done = database.write(operations.publish_event, event_id, desk=at_desk(organizer()), now=now())
    return _answer(event_id), 200, etag(done.version)


@desk.route("/events/<uuid:event_id>/unpublish", methods=["POST"])
@desk.response(200, representation.EventShownSchema)
@needs(Ability.CALL_OFF)
def unpublish(event_id: UUID) -> Any:
    """Make the event a draft again, while nobody has signed up and no places are kept."""
    done = database.write(operations.unpublish_event, event_id, desk=at_desk(organizer()), now=now())
    return _answer(event_id), 200, etag(done.version)


@desk.route("/events/<uuid:event_id>/cancel", methods=["POST"])
@desk.arguments(schemas.CancelSchema)
@desk.response(200, representation.EventShownSchema)
@needs(Ability.CALL_OFF)
def cancel(entered: dict[str, Any], event_id: UUID) -> Any:
    """Call the event off; everybody who signed up is told the reason."""
    outcome = database.write(operations.cancel_series, event_id, **entered, desk=at_desk(organizer()), now=now())
    return _answer(event_id), 200, etag(outcome.event.version)


@desk.route("/events/<uuid:event_id>/complete", methods=["POST"])
@desk.arguments(schemas.CompleteSchema, required=False)
@desk.response(200, representation.EventShownSchema)
def complete(entered: dict[str, Any] | None, event_id: UUID) -> Any:
    """Close an event that has taken place, and say how many residents came, where they were counted."""
    visitors = (entered or {}).get("visitors")
    done = database.write(operations.complete_event, event_id, visitors=visitors, desk=at_desk(organizer()), now=now())
    return _answer(event_id), 200, etag(done.version)


@desk.route("/events/<uuid:event_id>/duplicate", methods=["POST"])
@desk.arguments(schemas.DuplicateSchema)
@desk.response(201, representation.EventShownSchema)
def duplicate(entered: dict[str, Any], event_id: UUID) -> Any:
    """Write a new draft like the event, with all times moved to the new start and none of its people."""
    made = database.write(
        operations.duplicate_event, event_id, entered["starts_at"], desk=at_desk(organizer()), now=now()
    )
    return _answer(made.id), 201, etag(made.version)


@desk.route("/events/<uuid:event_id>/repeat", methods=["POST"])
@desk.arguments(RepeatSchema)
@desk.response(201, representation.RepeatedSchema)
def repeat(entered: dict[str, Any], event_id: UUID) -> Any:
    """Make the event anew on the days that a rule names; a day that its series has already gets no second event."""
    made = database.write(
        operations.repeat_event,
        event_id,
        entered["rule"],
        entered.get("days"),
        publish=entered["publish"],
        desk=at_desk(organizer()),
        now=now(),
    )
    return {"items": [{"id": one.id, "starts_at": one.starts_at, "status": one.status} for one in made]}


def at_desk(principal: Principal) -> Desk:
    """Return the desk at which the organizer works."""
    return Desk(principal.community, principal.id, config.quiet_hours)


def today() -> date:
    """Return the day that it is at the community's place."""
    return now().astimezone(ZoneInfo(config.timezone)).date()


def _answer(event_id: UUID) -> dict[str, Any]:
    return database.read(_shown, event_id, organizer())


def _shown(session: Session, event_id: UUID, principal: Principal | None) -> dict[str, Any]:
    found = queries.event(session, event_id, community=_community(principal))
    return _represented(session, [found], principal)[0]


def _listed(session: Session, page: Page, principal: Principal | None, wanted: dict[str, Any]) -> Part:
    query = queries.events(community=_community(principal), **wanted)
    part = fetch(session, query, (Event.starts_at, Event.id), page)
    return replace(part, items=_represented(session, part.items, principal))


def _represented(session: Session, found: Sequence[Event], principal: Principal | None) -> list[dict[str, Any]]:
    community = _community(principal)
    counts = queries.shift_counts(session, [one.id for one in found])
    preparing.load(session, [one.id for one in found if one.community == community])
    return [
        representation.event(one, counts, origin=config.origin, to_organizer=one.community == community)
        for one in found
    ]


def _community(principal: Principal | None) -> str | None:
    """Return whose drafts and counts may be seen: a unit's contact sees what everybody sees."""
    return principal.community if principal is not None and principal.kind == "organizer" else None
