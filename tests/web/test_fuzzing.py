"""Whatever is sent to whichever operation of the API, the answer is one that its OpenAPI document describes.

Requests are made from the documents: a body that would be taken, in which some fields hold what their schema allows or
anything else, and parameters alike. ``HYPOTHESIS_PROFILE=long`` sends many more. ``Visitor.ask`` sees to it that no
answer is a fault, tells of our insides, or takes long.
"""

import os
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.web.routes import NOBODY, braced, document, operations, routes, writing
from tests.web.site import PROBLEM

SEARCH = settings(
    deadline=None,
    database=None,
    derandomize="HYPOTHESIS_PROFILE" not in os.environ,
    max_examples=5000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 100,
    suppress_health_check=list(HealthCheck),
)
ENDING = {"/events/api/v1/sessions/current"}
"""Would leave the organizer's token worth nothing to all requests after it."""
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "null",
        "2027-06-19T14:00:00+08:00",
        "24:60",
        NOBODY,
        "13900139000",
        "=1+1",
        "<script>",
        "\0",
        "\r\n",
    ]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def allowed(spec):
    """Values that the schema of a field allows, as far as its type, its choices and its bounds say."""
    if "enum" in spec:
        return st.sampled_from(spec["enum"])
    kinds = spec.get("type", "string")
    kind = next((one for one in kinds if one != "null"), "null") if isinstance(kinds, list) else kinds
    known = {
        "integer": st.integers(spec.get("minimum", -(2**40)), spec.get("maximum", 2**40)),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "array": st.lists(anything, max_size=3),
        "uuid": st.uuids().map(str),
        "date": st.dates().map(str),
        "date-time": st.datetimes().map(lambda moment: moment.isoformat()),
    }
    return known.get(spec.get("format", kind) if kind == "string" else kind, texts)


@pytest.fixture(scope="module")
def offered(site, world):
    """Each operation: method, path, description, route, and what it takes, if it takes a body."""
    known = {(route.method, braced(route.rule.rule)): route for route in routes(site)}
    bodies = {(one.route.method, braced(one.route.rule.rule)): one for one in writing(site, world)}
    return [
        (service, method, path, described, known[method, path], bodies.get((method, path)))
        for service, method, path, described in operations(site)
        if path not in ENDING
    ]


def body_of(data, operation):
    """Draw a body: one that would be taken, with some fields as their schema or nobody allows, or anything at all."""
    if operation is None or data.draw(st.integers(0, 9)) == 0:
        return data.draw(anything)
    body = operation.body
    for field in data.draw(st.lists(st.sampled_from(operation.fields), max_size=3, unique_by=lambda one: one.path)):
        value = data.draw(allowed(field.spec) | anything)
        try:
            body = field.put(body, value)
        except (TypeError, IndexError, KeyError, AttributeError):
            continue  # what it stands in was replaced before
    return body


@pytest.mark.parametrize("who", ["organizer", "nobody", "somebody with a link"])
def test_every_answer_is_one_that_the_document_describes(site, world, offered, who):
    token = {"organizer": world.organizer, "nobody": None, "somebody with a link": world.manage_token}[who]
    answered = set()

    @SEARCH
    @given(st.data())
    def ask(data):
        service, method, path, described, route, operation = data.draw(st.sampled_from(offered))
        asked = {one["name"]: one for one in described.get("parameters", ()) if one["in"] == "query"}
        chosen = data.draw(st.lists(st.sampled_from(sorted(asked)), unique=True)) if asked else []
        query = {name: str(data.draw(allowed(asked[name].get("schema", {})) | texts)) for name in chosen}
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"{data.draw(st.integers(0, 3))}"'}
        sent = {"json": body_of(data, operation)} if "requestBody" in described else {}
        answer = site.call(
            method,
            route.path(world, event_id=(world.draft if service == "events" else world.event)["id"]),
            token=token,
            headers=headers,
            query_string=query,
            **sent,
        )
        about = (method, path, query, sent, answer.status_code, answer.text[:500])
        answered.add(answer.status_code)
        if answer.status_code >= 400:
            assert str(answer.status_code) in described["responses"] or "default" in described["responses"], about
            assert answer.content_type == PROBLEM, about
            return
        told = described["responses"].get(str(answer.status_code))
        assert told is not None, about
        schema = told.get("content", {}).get("application/json", {}).get("schema")
        if schema is not None:
            components = document(site, service)["components"]
            found = list(Draft202012Validator({**schema, "components": components}).iter_errors(answer.json))
            assert not found, (about, [one.message for one in found])

    ask()
    assert answered >= ({200, 422} if who == "organizer" else {401})
