"""What each role of the community may do: every route of the map, asked by somebody of each role."""

import re
from datetime import UTC, datetime

import pytest

from services.events import accounts
from shared.principal import Role
from shared.web.current import Access
from tests.web.routes import routes
from tests.web.site import GIVEN, PASSWORD, fresh_key
from tests.web.world import sign_in

FOR_THE_OFFICE = re.compile(
    r"^/events/(desk/people|api/v1/(organizers|invitations)|.*/(cancel|unpublish)$)|/desk/(messages|views)(/|$)"
)
"""Whom there is, who looked at whose number, messages that could not be applied, and calling an event off."""
FOR_ALL = re.compile(r"^/events/(desk/me(/password|/codes.*)?|api/v1/sessions(/current)?)$|/api/v1/receipts$")
"""What whoever may only read changes of themselves; and what is signed by somebody else."""
ENDING = {"/events/api/v1/sessions/current"}
"""Would leave the token worth nothing."""


@pytest.fixture(scope="module")
def tokens(site):
    """Somebody of each role, signed in."""
    events = next(part.database for part in site.parts if part.service.name == "events")
    hashed = accounts.hash_password(PASSWORD)
    for role in Role:
        account = {"username": role.value, "display_name": role.value, "community": GIVEN["STEWARD_COMMUNITY"]}
        made = account | {"role": role, "password_hash": hashed, "now": datetime.now(UTC)}
        events.write(accounts.add_organizer, **made)
    return {role: sign_in(site, role.value) for role in Role}


def answers(site, world, token):
    """Ask every route that an organizer's token opens, as whoever holds it; yields each with the status."""
    browser = site.visitor(organizer=token)
    for route in routes(site):
        if route.rule.rule in ENDING or (route.access is not Access.ORGANIZER and not route.is_api):
            continue
        if route.is_api:
            yield route, site.call(route.method, route.path(world), {}, token=token, headers=fresh_key()).status_code
        elif route.method == "GET":
            yield route, browser.get(route.path(world)).status_code
        else:
            yield route, browser.send(route.path(world), {}).status_code


@pytest.mark.parametrize("role", [Role.GRID, Role.PROPERTY])
def test_who_works_in_the_grid_or_for_the_houses_does_all_but_what_is_the_offices(site, world, tokens, role):
    refused = {str(route) for route, status in answers(site, world, tokens[role]) if status == 403}
    theirs = {str(route) for route in routes(site) if FOR_THE_OFFICE.search(route.rule.rule)}
    assert refused == theirs


def test_who_only_reads_changes_nothing(site, world, tokens):
    for route, status in answers(site, world, tokens[Role.VIEWER]):
        if FOR_THE_OFFICE.search(route.rule.rule):
            assert status == 403, route
        elif route.method != "GET" and route.access is not Access.CONTACT:
            assert (status != 403) == bool(FOR_ALL.search(route.rule.rule)), (route, status)


def test_the_office_is_refused_nothing(site, world, tokens):
    assert not [str(route) for route, status in answers(site, world, tokens[Role.OFFICE]) if status == 403]
