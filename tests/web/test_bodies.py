"""Bodies that are no JSON, or not the JSON that was asked for, at every operation that takes one."""

import json

import pytest

from shared.web.current import Access
from tests.web.catalogue import HAN
from tests.web.routes import routes, writing

JSON = "application/json"
DEEP = b"[" * 50 + b"]" * 50
MALFORMED = {
    "cut off": b'{"name": "a',
    "a word": b"nonsense",
    "single quotes": b"{'name': 'a'}",
    "a comma too many": b'{"name": "a",}',
    "twice the same field": b'{"name": "a", "name": "b"}',
    "too deep": b'{"name": ' + DEEP + b"}",
    "far too deep": b"[" * 100_000,
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "half a character": b'{"name": "\\ud800"}',
    "half a character as a field": b'{"\\udfff": "a"}',
    "NaN": b'{"quantity": NaN}',
    "infinite": b'{"quantity": -Infinity}',
    "a number of 5000 digits": b'{"quantity": ' + b"9" * 5000 + b"}",
    "two objects": b"{}{}",
    "a form": b"name=a&phone=b",
    "NUL": b"\0",
    "blanks": b"   ",
}
NO_OBJECT = (b"[]", b'["a"]', b'[{"name": "a"}]', b'"text"', b"7", b"true", b"null", b"1e999")
FORBIDDEN = ("status", "role", "version", "id", "community", "created_by", "organizer_id", "__class__", "", "名字")
TYPES = (
    "text/plain",
    "text/html",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "nonsense",
    "",
)


def test_the_bodies_that_are_spoilt_below_are_good_ones(fresh_site, world):
    statuses = {
        str(operation.route): operation.send(fresh_site, world, operation.body).status_code
        for operation in writing(fresh_site, world)
    }
    refused = {route for route, status in statuses.items() if status not in {200, 201, 202}}
    assert refused <= {
        "POST /events/api/v1/sessions",  # the password is not right
        "POST /events/api/v1/events/<uuid:event_id>/cancel",  # a draft
        "POST /events/api/v1/events/<uuid:event_id>/complete",  # a draft
        "POST /events/api/v1/events/<uuid:event_id>/repeat",  # days that are not the rule's
        "POST /signups/api/v1/signups/<uuid:signup_id>/feedback",  # was not there
        "POST /signups/api/v1/walk-ins",  # on the shift already
        "POST /partners/api/v1/pledges/<uuid:pledge_id>/deliver",  # withdrawn a moment before
        "POST /partners/api/v1/pledges/<uuid:pledge_id>/return",  # given, and not lent
        "POST /partners/api/v1/pledges/<uuid:pledge_id>/wait",  # no people, so there is nothing to wait for
    }, {route: statuses[route] for route in refused}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_json_is_400(site, world, body):
    for operation in writing(site, world):
        answer = operation.send(site, world, json=None, data=body, content_type=JSON)
        assert answer.status_code == 400, (operation.route, answer.text)
        assert HAN.search(answer.json["detail"])


def test_json_that_is_no_object_is_422(site, world):
    for operation in writing(site, world):
        for body in NO_OBJECT:
            answer = operation.send(site, world, json=None, data=body, content_type=JSON)
            assert answer.status_code == 422, (operation.route, body, answer.text)
            assert answer.json["errors"]


def test_an_empty_body_names_what_is_missing(site, world):
    for operation in writing(site, world):
        empty = operation.send(site, world, json=None, data=b"", content_type=JSON)
        nothing = operation.send(site, world, {})
        assert empty.status_code == nothing.status_code, (operation.route, empty.text)
        assert empty.status_code in {200, 409, 422}
        assert empty.status_code != 422 or empty.json["errors"]


@pytest.mark.parametrize("kind", TYPES)
def test_another_content_type_is_415(site, world, kind):
    for operation in writing(site, world):
        body = json.dumps(operation.body).encode()
        answer = operation.send(site, world, json=None, data=body, content_type=kind)
        assert answer.status_code == 415, (operation.route, answer.text)


def test_a_body_of_2_mb_is_413_at_every_address(site, world):
    large = b'{"name": "' + b"a" * 2 * 1024 * 1024 + b'"}'
    for operation in writing(site, world):
        answer = operation.send(site, world, json=None, data=large, content_type=JSON)
        assert answer.status_code == 413, (operation.route, answer.text)
    for route in routes(site):
        if route.method != "GET" and not route.is_api:
            fields = {"name": "a" * 2 * 1024 * 1024}
            who = "contact" if route.access is Access.CONTACT else "organizer"
            answer = site.visitor(**world.cookies(who)).ask("POST", route.path(world), data=fields)
            assert answer.status_code in {400, 413}, (route, answer.status_code)


def test_more_values_than_anybody_needs_are_refused_at_once(site, world):
    for operation in writing(site, world):
        names = {f"x{number}": 1 for number in range(20_000)}
        assert operation.send(site, world, names).status_code == 400, operation.route
        for field in operation.fields:
            if field.kind == "array":
                answer = operation.send(site, world, field.put(operation.body, [{}] * 50_000))
                assert answer.status_code == 400, (operation.route, field.path)


def test_more_boxes_than_any_form_has_are_refused_at_once(site, world):
    for route in routes(site):
        if route.method != "GET" and not route.is_api:
            visitor = site.visitor(**world.cookies("contact" if route.access is Access.CONTACT else "organizer"))
            assert visitor.send(route.path(world), {"reminders": ["a"] * 4_001}).status_code == 413, route


def test_fields_that_nobody_may_send_are_refused_by_name(site, world):
    for operation in writing(site, world):
        known = {field.path[0] for field in operation.fields}
        for name in FORBIDDEN:
            if name not in known:
                answer = operation.send(site, world, operation.body | {name: "admin"})
                assert answer.status_code == 422, (operation.route, name, answer.text)
                assert name in answer.json["errors"], (operation.route, name)


def test_a_field_that_nobody_may_send_is_refused_in_the_parts_as_well(site, world):
    for operation in writing(site, world):
        for field in operation.fields:
            if field.kind == "object":
                value = {"status": "confirmed"}
                answer = operation.send(site, world, field.put(operation.body, value))
                assert answer.status_code == 422, (operation.route, field.path, answer.text)


def test_what_was_refused_left_nothing_behind(site, world):
    before = states(site, world)
    test_fields_that_nobody_may_send_are_refused_by_name(site, world)
    assert states(site, world) == before


def states(site, world):
    """What there is, and how it stands."""
    lists = ("/events/api/v1/events", "/signups/api/v1/signups", "/partners/api/v1/pledges", "/partners/api/v1/needs")
    found = [site.done("GET", f"{path}?limit=200", token=world.organizer)["items"] for path in lists]
    return [[(one["id"], one.get("status"), one.get("version")) for one in items] for items in found]
