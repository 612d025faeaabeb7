"""The partners service's JSON: the door for everybody, the units' own counter, and the desk for organizers."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.partners import isolation, operations, queries, schemas
from services.partners.asking import present_scope
from services.partners.mailings import ROOM
from services.partners.models import Need, Pledge, WorkUnit
from services.partners.scope import Scope
from shared.paging import Page, Part, fetch
from shared.web import contact_views, mailings, notice_log, paging
from shared.web.auth import current_principal, organizer
from shared.web.current import database, now
from shared.web.openapi import ApiBlueprint

door = ApiBlueprint("api_door", __name__, url_prefix="/partners/api/v1", description="For everybody")
unit = ApiBlueprint("api_unit", __name__, url_prefix="/partners/api/v1", description="For work units and organizers")
isolation.watch(unit)
desk = ApiBlueprint("api_desk", __name__, url_prefix="/partners/api/v1", description="For organizers")
contact_views.watch(desk)
mailings.add_api(desk, ROOM)


@door.route("/needs")
@door.arguments(schemas.NeedQuery, location="query")
@door.response(200, schemas.NeedPageSchema)
def needs(entered: dict[str, Any]) -> Any:
    """List what published events ask of partners.

    With a contact's token, what those of the community ask that have been published; with an organizer's, all of them.
    """
    page, principal = paging.asked(entered, "needs"), current_principal()
    scope = Scope.of(principal) if principal is not None else None
    return paging.answer(database.read(_needs, page, scope, entered), "needs")


@unit.route("/pledges", methods=["POST"])
@unit.arguments(schemas.PledgeSchema)
@unit.response(201, schemas.PledgeViewSchema)
def make_pledge(entered: dict[str, Any]) -> Any:
    """Pledge something; people for a shift are held as soon as the sign-up service has answered."""
    return database.write(operations.make_pledge, operations.Promise(**entered), scope=present_scope(), now=now())


@unit.route("/pledges")
@unit.arguments(schemas.PledgeQuery, location="query")
@unit.response(200, schemas.PledgePageSchema)
def pledges(entered: dict[str, Any]) -> Any:
    """List the unit's pledges, or with an organizer's token those of the community, the newest first."""
    page = paging.asked(entered, "pledges")
    return paging.answer(database.read(_pledges, page, present_scope(), entered), "pledges")


@unit.route("/pledges/<uuid:pledge_id>")
@unit.response(200, schemas.PledgeViewSchema)
def pledge(pledge_id: UUID) -> Any:
    """Show where a pledge stands."""
    return database.read(queries.pledge, pledge_id, scope=present_scope())


@unit.route("/pledges/<uuid:pledge_id>/reduce", methods=["POST"])
@unit.arguments(schemas.ReduceSchema)
@unit.response(200, schemas.PledgeViewSchema)
def reduce_pledge(entered: dict[str, Any], pledge_id: UUID) -> Any:
    """Promise less; no less than has a name."""
    return database.write(operations.reduce_pledge, pledge_id, **entered, scope=present_scope(), now=now())


@unit.route("/pledges/<uuid:pledge_id>/withdraw", methods=["POST"])
@unit.arguments(schemas.WithdrawSchema)
@unit.response(200, schemas.PledgeViewSchema)
def withdraw_pledge(entered: dict[str, Any], pledge_id: UUID) -> Any:
    """Take the pledge back; doing so again changes nothing."""
    return database.write(operations.withdraw_pledge, pledge_id, **entered, scope=present_scope(), now=now())


@unit.route("/pledges/<uuid:pledge_id>/deliver", methods=["POST"])
@unit.arguments(schemas.DeliverSchema)
@unit.response(200, schemas.PledgeViewSchema)
def deliver_pledge(entered: dict[str, Any], pledge_id: UUID) -> Any:
    """Write down how much of the pledge came; doing so again corrects it."""
    return database.write(operations.deliver_pledge, pledge_id, **entered, scope=present_scope(), now=now())


@unit.route("/pledges/<uuid:pledge_id>/return", methods=["POST"])
@unit.arguments(schemas.ReturnSchema)
@unit.response(200, schemas.PledgeViewSchema)
def return_pledge(entered: dict[str, Any], pledge_id: UUID) -> Any:
    """Write down how much of what was lent has gone back in all; doing so again corrects it."""
    return database.write(operations.return_pledge, pledge_id, **entered, scope=present_scope(), now=now())


@unit.route("/pledges/<uuid:pledge_id>/wait", methods=["POST"])
@unit.arguments(schemas.WaitSchema)
@unit.response(200, schemas.PledgeViewSchema)
def wait_for_rest(entered: dict[str, Any], pledge_id: UUID) -> Any:
    """Say whether the unit wants the places that it did not get, should they become free."""
    return database.write(operations.wait_for_rest, pledge_id, **entered, scope=present_scope(), now=now())


@unit.route("/pledges/<uuid:pledge_id>/claim-link", methods=["POST"])
@unit.response(200, schemas.PledgeViewSchema)
def renew_claim_link(pledge_id: UUID) -> Any:
    """End the claim link and have another one made; until it has come, ``claim_url`` is null."""
    return database.write(operations.renew_claim_link, pledge_id, scope=present_scope(), now=now())


@desk.route("/work-units", methods=["POST"])
@desk.arguments(schemas.WorkUnitSchema)
@desk.response(201, schemas.AccessSchema)
def add_work_unit(entered: dict[str, Any]) -> Any:
    """Add a work unit. The answer holds its contact's access link, which is not shown again."""
    return database.write(operations.add_work_unit, **entered, scope=present_scope(), now=now())


@desk.route("/work-units")
@desk.arguments(paging.PageQuery, location="query")
@desk.response(200, schemas.WorkUnitPageSchema)
def work_units(entered: dict[str, Any]) -> Any:
    """List the community's work units, the newest first."""
    page = paging.asked(entered, "work units")
    return paging.answer(database.read(_work_units, page, present_scope()), "work units")


@desk.route("/work-units/<uuid:work_unit_id>/contact", methods=["PUT"])
@desk.arguments(schemas.ContactSchema)
@desk.response(200, schemas.AccessSchema)
def replace_contact(contact: operations.Person, work_unit_id: UUID) -> Any:
    """Let somebody else speak for the unit; the access link of the one before stops working."""
    return database.write(operations.replace_contact, work_unit_id, contact, scope=present_scope(), now=now())


@desk.route("/work-units/<uuid:work_unit_id>/access-link", methods=["POST"])
@desk.response(200, schemas.AccessSchema)
def renew_access(work_unit_id: UUID) -> Any:
    """Give the unit's contact a new access link; the old one stops working."""
    return database.write(operations.renew_access, work_unit_id, scope=present_scope(), now=now())


@desk.route("/work-units/<uuid:work_unit_id>/close", methods=["POST"])
@desk.response(200, schemas.WorkUnitViewSchema)
def close_work_unit(work_unit_id: UUID) -> Any:
    """Stop working with a unit; its pledges stay."""
    return database.write(operations.close_work_unit, work_unit_id, scope=present_scope(), now=now())


@desk.route("/work-units/<uuid:work_unit_id>/reopen", methods=["POST"])
@desk.response(200, schemas.WorkUnitViewSchema)
def reopen_work_unit(work_unit_id: UUID) -> Any:
    """Work with a unit again; its contact's access link works as before."""
    return database.write(operations.reopen_work_unit, work_unit_id, scope=present_scope(), now=now())


@desk.route("/needs", methods=["POST"])
@desk.arguments(schemas.NeedSchema)
@desk.response(201, schemas.NeedViewSchema)
def post_need(entered: dict[str, Any]) -> Any:
    """Ask the community's partners for something."""
    request = operations.Request(**entered)
    return queries.NeedProgress(database.write(operations.post_need, request, scope=present_scope(), now=now()), 0)


@desk.route("/notices")
@desk.arguments(notice_log.NoticeQuery, location="query")
@desk.response(200, notice_log.NoticePageSchema)
def notices(entered: dict[str, Any]) -> Any:
    """List what was or will be sent to units' contacts, the newest first."""
    return notice_log.answer(queries.notices(community=organizer().community), entered)


def _needs(session: Session, page: Page, scope: Scope | None, wanted: dict[str, Any]) -> Part:
    query = queries.needs(scope=scope, **wanted)
    part = fetch(session, query, [Need.created_at, Need.id], page, descending=True)
    return replace(part, items=[queries.NeedProgress(need, pledged) for need, pledged in part.items])


def _pledges(session: Session, page: Page, scope: Scope, wanted: dict[str, Any]) -> Part:
    query = queries.pledges(scope=scope, **wanted)
    return fetch(session, query, [Pledge.created_at, Pledge.id], page, descending=True)


def _work_units(session: Session, page: Page, scope: Scope) -> Part:
    query = queries.work_units(scope=scope)
    return fetch(session, query, [WorkUnit.created_at, WorkUnit.id], page, descending=True)
