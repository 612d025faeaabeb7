"""Getting ready as JSON: tasks, supplies and the community's own templates, for organizers."""

from typing import Any
from uuid import UUID

from services.events import operations, preparing, representation, saved
from services.events.api.events import at_desk, desk, today
from shared.web.auth import organizer
from shared.web.current import database, now


@desk.route("/events/<uuid:event_id>/tasks", methods=["POST"])
@desk.arguments(preparing.TaskSchema)
@desk.response(201, preparing.TaskShownSchema)
def add_task(entered: dict[str, Any], event_id: UUID) -> Any:
    """Add a task; the event's version stays as it is."""
    return database.write(operations.add_task, event_id, entered, desk=at_desk(organizer()), now=now())


@desk.route("/events/<uuid:event_id>/tasks/<uuid:task_id>", methods=["PATCH"])
@desk.arguments(preparing.TickSchema)
@desk.response(200, preparing.TaskShownSchema)
def tick(entered: dict[str, Any], event_id: UUID, task_id: UUID) -> Any:
    """Mark a task as done, or as open again; once more changes nothing."""
    return database.write(operations.tick_task, event_id, task_id, **entered, desk=at_desk(organizer()), now=now())


@desk.route("/events/<uuid:event_id>/supplies", methods=["POST"])
@desk.arguments(preparing.SupplyNeededSchema)
@desk.response(201, preparing.SupplyShownSchema)
def add_supply(entered: dict[str, Any], event_id: UUID) -> Any:
    """Add something that is needed; the event's version stays as it is."""
    return database.write(operations.add_supply, event_id, entered, desk=at_desk(organizer()), now=now())


@desk.route("/events/<uuid:event_id>/supplies/<uuid:supply_id>", methods=["PUT"])
@desk.arguments(preparing.SupplyNeededSchema)
@desk.response(200, preparing.SupplyShownSchema)
def change_supply(entered: dict[str, Any], event_id: UUID, supply_id: UUID) -> Any:
    """Write how much of something is needed and how much is there."""
    return database.write(operations.change_supply, event_id, supply_id, entered, desk=at_desk(organizer()), now=now())


@desk.route("/events/<uuid:event_id>/template", methods=["POST"])
@desk.arguments(preparing.OwnTemplateSchema)
@desk.response(201, representation.TemplateSchema)
def save_template(entered: dict[str, Any], event_id: UUID) -> Any:
    """Keep the event as one of the community's own templates."""
    kept = database.write(operations.save_template, event_id, entered, desk=at_desk(organizer()), now=now())
    return representation.template(saved.as_template(kept), today())


@desk.route("/templates/<key>", methods=["DELETE"])
@desk.response(204)
def delete_template(key: str) -> None:
    """Delete one of the community's own templates; events that began with it stay as they are."""
    database.write(operations.delete_template, key, desk=at_desk(organizer()))
