"""Units are strangers to each other: what is another's is not there, and asking for it leaves a trace without names."""

import re
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from structlog.testing import capture_logs

from services.partners import operations
from services.partners.models import Kind
from tests.conftest import ON_SQLITE
from tests.partners.conftest import DESK, NOW, Unit, World, person
from tests.partners.web import Api, Browser, a_contact

pytestmark = ON_SQLITE


def browser_of(app: Flask, unit: Unit) -> Browser:
    browser = Browser(app.test_client())
    browser.client.set_cookie("steward-contact", unit.token)
    return browser


def counted(app: Flask, reason: str) -> float:
    """How often somebody was refused so far, as Prometheus reads it."""
    page = app.test_client().get("/partners/metrics").text
    found = re.search(rf'steward_access_refused_total{{reason="{reason}",service="partners"}} (\S+)', page)
    return float(found[1]) if found else 0.0


def everything_of(world: World) -> dict[str, UUID]:
    """One of each thing that belongs to the unit."""
    need = world.need(returnable=True)
    invitation = world.invite(need)
    pledge = world.pledge(need_id=need, event_id=None, kind=None, shift_id=None)
    return {"pledge": pledge, "invitation": invitation.id}


def test_whatever_is_another_units_is_not_found_and_noted(app: Flask, world: World) -> None:
    mine, other = everything_of(world), browser_of(app, world.add_unit("卫生站"))
    pledge = f"/partners/unit/pledges/{mine['pledge']}"
    invitation = f"/partners/unit/invitations/{mine['invitation']}"
    with capture_logs() as logs:
        for path in (pledge, f"{pledge}/withdraw", invitation):
            other.get(path, 404)
        for path, fields in (
            (f"{pledge}/reduce", {"quantity": "1"}),
            (f"{pledge}/withdraw", {}),
            (f"{pledge}/deliver", {"delivered": "1"}),
            (f"{pledge}/return", {"returned": "1"}),
            (f"{pledge}/wait", {"waits": "true"}),
            (f"{pledge}/arrival", {}),
            (f"{invitation}/decline", {}),
        ):
            assert other.send("/partners/unit", path, fields).status_code == 404, path
    refusals = [line for line in logs if line["event"] == "access.refused"]
    assert len(refusals) == counted(app, "foreign") == 10
    assert {line["reason"] for line in refusals} == {"foreign"}
    for line in logs:
        told = str(line)
        assert str(mine["pledge"]) not in told, line
        assert not re.search("李老师|卫生站|1390000", told), line
    assert a_contact(app, world).get(pledge)


def test_ids_of_nothing_are_answered_like_those_of_others(app: Flask, world: World) -> None:
    mine, other = everything_of(world), browser_of(app, world.add_unit("卫生站"))
    for kind in ("pledge", "invitation"):
        foreign, unknown = (other.get(f"/partners/unit/{kind}s/{one}", 404) for one in (mine[kind], uuid4()))
        words = [re.sub(r"<[^>]*>|[0-9a-f-]{36}", "", page[page.index("<main") :]) for page in (foreign, unknown)]
        assert words[0] == words[1]


def test_the_same_holds_for_programs(app: Flask, world: World) -> None:
    mine = everything_of(world)
    other = Api(app.test_client(), world.add_unit("卫生站").token)
    path = f"/pledges/{mine['pledge']}"
    other.get(path, 404)
    bodies: dict[str, Any] = {"reduce": {"quantity": 1}, "withdraw": {}, "deliver": {"quantity": 1}}
    bodies |= {"return": {"quantity": 1}, "wait": {"waits": True}}
    for action, body in bodies.items():
        other.post(f"{path}/{action}", body, 404)
    assert counted(app, "foreign") == 6


def test_a_link_that_opens_nothing_is_noted_without_the_link(app: Flask, world: World) -> None:
    stranger = Browser(app.test_client())
    with capture_logs() as logs:
        stranger.get("/partners/enter/made-up-token", 404)
        world.database.write(operations.renew_access, world.unit.id, scope=DESK, now=NOW)
        stranger.get(f"/partners/enter/{world.unit.token}", 404)
    assert [line["reason"] for line in logs if line["event"] == "access.refused"] == ["dead link"] * 2
    assert counted(app, "dead link") == 2
    assert not any("made-up" in str(line) or world.unit.token in str(line) for line in logs)


def test_a_contact_who_left_is_out_at_the_next_request(app: Flask, world: World) -> None:
    contact = person(name="王老师", phone="+8613900002222")
    second = world.database.write(operations.add_contact, world.unit.id, contact, scope=DESK, now=NOW)
    pledge = world.pledge(kind=Kind.SUPPLIES, shift_id=None)
    browser = browser_of(app, Unit(world.unit.id, second.contact.id, second.token))
    page = f"/partners/unit/pledges/{pledge}"
    shown = browser.get(page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown)
    assert token is not None
    world.database.write(operations.end_contact, world.unit.id, second.contact.id, scope=DESK, now=NOW)
    answer = browser.client.post(f"{page}/withdraw", data={"csrf_token": token[1]})
    assert answer.status_code == 401
    browser.get(page, 401)
    assert world.find(pledge).quantity == 5
