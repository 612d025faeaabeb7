"""Who comes in where: the declared lists, and everybody who is not on them, at every route of the map."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.web.auth import issue_token
from shared.web.current import KEY, Access
from tests.web.routes import routes, writing
from tests.web.site import fresh_key

OWN = {
    "assets": Access.PUBLIC,
    "health": Access.PUBLIC,
    "preferences": Access.PUBLIC,
    "reference": Access.PUBLIC,
}
EVERYWHERE = OWN | {
    "messages": Access.ORGANIZER,
    "door": Access.PUBLIC,
    "api_door": Access.PUBLIC,
    "desk": Access.ORGANIZER,
    "api_desk": Access.ORGANIZER,
}
SENDING = EVERYWHERE | {"receipts": Access.PUBLIC}
"""Providers report with a signature, which the view checks."""
DECLARED = {
    "events": SENDING,
    "signups": SENDING | {"stopping": Access.PUBLIC},
    "partners": SENDING | {"unit": Access.CONTACT, "api_unit": Access.CONTACT, "stopping": Access.PUBLIC},
}
"""Every blueprint and who may come in by it; a new one is entered here by somebody who has thought about it."""


def config_of(site, service="events"):
    return next(part.config for part in site.parts if part.service.name == service)


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def part(content):
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def forged(token, **changes):
    header, _claims, signature = token.split(".")
    return f"{header}.{part(claims_of(token) | changes)}.{signature}"


def bad_tokens(site, world):
    """Tokens that nobody issued, or that are over; and those of people who are no organizers."""
    settings, claims = config_of(site), claims_of(world.organizer)
    stale, _ends = issue_token(
        settings,
        organizer_id=claims["sub"],
        username="admin",
        community=claims["community"],
        role="organizer",
        session_id=claims["sid"],
        issued_at=site.now() - timedelta(hours=13),
    )
    unsigned = f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}"
    confused = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    mac = hmac.digest(settings.token_public_key.encode(), confused.encode(), "sha256")
    return {
        "none": None,
        "empty": "",
        "garbage": "garbage",
        "three garbage parts": "a.b.c",
        "not ASCII": "密钥".encode().decode("latin-1"),
        "huge": "x" * 50_000,
        "expired": stale,
        "unsigned": f"{unsigned}.",
        "alg none with a signature": f"{unsigned}.{world.organizer.split('.')[2]}",
        "the public key as a secret": f"{confused}.{urlsafe_b64encode(mac).decode().rstrip('=')}",
        "another key": jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        "another community": forged(world.organizer, community="远方社区"),
        "another id": forged(world.organizer, sub=str(uuid4())),
        "half of it": world.organizer[: len(world.organizer) // 2],
        "a manage token": world.manage_token,
        "a claim token": world.claim,
    }


def test_every_route_stands_in_a_declared_list(site):
    for service, app in site.apps.items():
        assert dict(app.extensions[KEY].access) == DECLARED[service]
        for rule in app.url_map.iter_rules():
            assert rule.endpoint.rpartition(".")[0] in DECLARED[service], rule
            assert rule.rule.startswith(f"/{service}/"), rule


def test_every_address_of_the_desk_is_for_organizers_and_no_other_is(site):
    for route in routes(site):
        if not route.is_api:
            assert ("/desk" in route.rule.rule) == (route.access is Access.ORGANIZER), route
            assert ("/unit" in route.rule.rule.replace("/units", "")) == (route.access is Access.CONTACT), route


def test_json_for_organizers_refuses_everybody_else(site, world):
    wrong = bad_tokens(site, world)
    for route in routes(site):
        if route.is_api and route.access is not Access.PUBLIC:
            for name, token in wrong.items():
                answer = site.call(route.method, route.path(world), {}, token=token, headers=fresh_key())
                assert answer.status_code == 401, (route, name, answer.text)
                assert answer.headers["WWW-Authenticate"] == "Bearer"
            for token in (world.contact, world.other_contact):
                answer = site.call(route.method, route.path(world), {}, token=token, headers=fresh_key())
                if route.access is Access.ORGANIZER:
                    assert answer.status_code == (403 if route.service == "partners" else 401), (route, answer.text)


def test_pages_for_organizers_send_everybody_else_away(site, world):
    wrong = bad_tokens(site, world)
    del wrong["not ASCII"], wrong["huge"]  # no cookie can hold them
    for route in routes(site):
        if not route.is_api and route.access is Access.ORGANIZER and route.method == "GET":
            for name, token in wrong.items():
                visitor = site.visitor() if token is None else site.visitor(organizer=token)
                answer = visitor.get(route.path(world))
                assert answer.status_code == 303, (route, name)
                assert answer.headers["Location"].startswith("/events/login?next=%2F"), (route, name)
            answer = site.visitor(contact=world.contact).get(route.path(world))
            assert answer.status_code == (403 if route.service == "partners" else 303), route


def test_forms_for_organizers_change_nothing_for_anybody_else(site, world):
    for route in routes(site):
        if not route.is_api and route.method == "POST" and route.access is not Access.PUBLIC:
            for who in ("nobody", "volunteer", "contact"):
                if who != "contact" or route.access is Access.ORGANIZER:
                    answer = site.visitor(**world.cookies(who)).send(route.path(world), {"reason": "x"})
                    assert answer.status_code in {303, 401, 403}, (route, who)
                    assert answer.status_code != 303 or answer.headers["Location"].startswith("/events/login")


@pytest.mark.parametrize("kind", ["organizer", "contact"])
def test_a_cookie_is_nothing_to_json_and_a_header_nothing_to_pages(site, world, kind):
    token = world.organizer if kind == "organizer" else world.contact
    browser = site.visitor(organizer=world.organizer, contact=world.contact)
    for route in routes(site):
        if route.access is not Access.PUBLIC and route.is_api:
            answer = browser.ask(route.method, route.path(world), json={}, headers=fresh_key())
            assert answer.status_code == 401, route
        elif route.access is not Access.PUBLIC and route.method == "GET":
            answer = site.call("GET", route.path(world), token=token)
            assert answer.status_code == (401 if route.access is Access.CONTACT else 303), route


def test_another_communitys_organizer_finds_nothing_of_ours(site, world):
    """Whatever names one of our things is 404, and lists do not have it."""
    ours = {world.draft["id"], world.signup, world.unit, world.pledge, world.need}
    bodies = {str(one.route): one.body for one in writing(site, world)}
    for route in routes(site):
        if route.rule.endpoint in {
            "door.open_link",
            "door.open_short_link",
            "door.feed",
        }:  # whoever holds such a link was given it
            continue
        stranger = site.visitor(organizer=world.stranger)
        path = route.path(world, event_id=world.draft["id"] if route.service == "events" else world.event["id"])
        if route.has_id and route.access is not Access.PUBLIC:
            if route.is_api:
                headers = {"If-Match": '"1"'}
                answer = site.call(route.method, path, bodies.get(str(route)), token=world.stranger, headers=headers)
            elif route.method == "GET":
                answer = stranger.get(path)
            else:
                answer = stranger.send(path, {"reason": "x", "quantity": "1", "delivered": "1"})
            leads_to_desk = route.access is Access.CONTACT and answer.status_code == 303
            if route.rule.endpoint.startswith("messages."):  # those of a service belong to no community
                assert answer.status_code == 303, route
            elif not (leads_to_desk and answer.headers["Location"] == "/partners/desk"):
                assert answer.status_code in {404, 422}, (route, answer.status_code)
        elif route.method == "GET" and not route.has_id:
            answer = site.call("GET", path, token=world.stranger) if route.is_api else stranger.get(path)
        else:
            continue
        assert not [one for one in ours if one in answer.text.replace(path, "")], route


def test_another_units_contact_finds_nothing_of_ours(site, world):
    other = site.visitor(contact=world.other_contact)
    bodies = {str(one.route): one.body for one in writing(site, world)}
    for route in routes(site):
        if route.access is Access.CONTACT and "pledge_id" in route.rule.arguments:
            path = route.path(world)
            if route.is_api:
                answer = site.call(route.method, path, bodies.get(str(route)), token=world.other_contact)
            elif route.method == "GET":
                answer = other.get(path)
            else:
                answer = other.send(path, {"quantity": "1", "delivered": "1", "reason": ""})
            assert answer.status_code == 404, (route, answer.status_code)
    body = {"work_unit_id": world.unit, "event_id": world.event["id"], "kind": "venue", "quantity": 1}
    assert site.call("POST", "/partners/api/v1/pledges", body, token=world.other_contact).status_code == 404
    assert world.pledge not in site.call("GET", "/partners/api/v1/pledges", token=world.other_contact).text


def test_a_draft_is_not_there_for_strangers(site, world):
    slug = world.draft["url"].rpartition("/")[2]
    for token in (None, "garbage", world.stranger, world.contact, world.manage_token):
        assert site.call("GET", f"/events/api/v1/events/{world.draft['id']}", token=token).status_code == 404
        assert world.draft["id"] not in site.call("GET", "/events/api/v1/events?limit=200", token=token).text
        assert site.call("GET", "/events/api/v1/events?status=draft", token=token).json["items"] == [] or (
            token == world.stranger
        )
    for who in ("nobody", "stranger", "contact"):
        assert site.visitor(**world.cookies(who)).get(f"/events/{slug}").status_code == 404


@pytest.mark.parametrize("step", ["", "/withdraw"])
def test_a_sign_up_is_opened_by_its_own_token_only(site, world, step):
    path, method = f"/signups/api/v1/signups/{world.signup}{step}", "POST" if step else "GET"
    for token, status in (
        (None, 401),
        ("", 401),
        ("garbage", 404),
        (world.other_manage_token, 404),
        (world.contact, 404),
        (world.claim, 404),
        (world.stranger, 404),
        (bad_tokens(site, world)["expired"], 404),
    ):
        assert site.call(method, path, token=token).status_code == status, token
    assert site.visitor(signup=world.manage_token).ask(method, path).status_code == 401
    assert site.call("GET", f"{path.removesuffix('/withdraw')}?token={world.manage_token}").status_code == 401
    assert site.call("GET", path.removesuffix("/withdraw"), token=world.manage_token).json["status"] == "confirmed"


def test_a_calendar_link_opens_its_own_sign_up_for_an_hour(site, world):
    path, other = (f"/signups/api/v1/signups/{one}" for one in (world.signup, world.other_signup))
    link = site.done("GET", path, token=world.manage_token)["calendar_url"]
    signature = link.rpartition("=")[2]
    assert site.call("GET", f"{path}/calendar.ics?signature={signature}").status_code == 200
    for wrong in (signature[:-2], signature[1:], signature.swapcase(), "x", "a.b.c", "%00", world.manage_token):
        assert site.call("GET", f"{path}/calendar.ics?signature={wrong}").status_code in {404, 422}, wrong
    assert site.call("GET", f"{other}/calendar.ics?signature={signature}").status_code == 404
    assert site.call("GET", f"{path}/calendar.ics?token={world.manage_token}").status_code == 422
    assert site.call("GET", f"{path}/calendar.ics", token=world.organizer).status_code == 422


def test_a_manage_link_that_is_none_opens_nothing(site, world):
    for token in ("x", "x" * 3000, world.manage_token[:-1], world.manage_token.swapcase(), world.contact, world.claim):
        assert site.visitor().get(f"/signups/manage/{token}").status_code == 404
        visitor, own = site.visitor(signup=token), f"/signups/mine/{world.signup}"
        assert world.signup not in visitor.get("/signups/mine").text
        for page in (own, f"{own}/calendar.ics"):
            assert visitor.get(page).status_code == 404
        assert visitor.send(f"{own}/withdraw", {}).status_code == 404


def test_a_user_that_is_unknown_is_told_what_a_wrong_password_is_told(site):
    said = []
    for username in ("admin", "nobody", "ADMIN ", "x' OR '1'='1"):
        answer = site.call("POST", "/events/api/v1/sessions", {"username": username, "password": "wrong"})
        said.append((answer.status_code, {**answer.json, "correlation_id": None}))
    assert [status for status, _body in said] == [401] * 4
    assert all(body == said[0][1] for _status, body in said)


def test_a_token_is_worth_nothing_after_signing_out(fresh_site, world):
    path = "/events/api/v1/sessions/current"
    assert fresh_site.call("DELETE", path, token=world.organizer).status_code == 204
    assert fresh_site.call("DELETE", path, token=world.organizer).status_code == 401
    assert fresh_site.call("POST", "/events/api/v1/events", {}, token=world.organizer).status_code == 401


def test_the_claims_of_a_token_are_readable_and_hold_no_secret(world):
    claims = json.loads(urlsafe_b64decode(world.organizer.split(".")[1] + "=="))
    assert claims.keys() == {"iss", "sub", "name", "community", "role", "sid", "iat", "exp"}
