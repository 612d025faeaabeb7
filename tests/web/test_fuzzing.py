"""Whatever is sent to whichever operation of the API, the answer is one that its OpenAPI document describes.

Schemathesis makes requests from the documents: such as they allow, and such as they do not, which are refused.
``HYPOTHESIS_PROFILE=long`` sends many more. ``Visitor.ask`` sees to it that no answer is a fault, tells of our insides,
or takes long; ``test_bodies.py`` changes one field after the other of bodies that are taken.
"""

import os
from itertools import product

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from services.__main__ import NAMES
from tests.web.routes import NAMED, braced, document, routes
from tests.web.site import fresh_key

ENDING = {"/events/api/v1/sessions/current"}
"""Would leave the organizer's token worth nothing to all requests after it."""
IDS = {"event_id", "shift_id", "need_id", "work_unit_id"}
"""Fields in which an id that the document allows is still nobody's; half of them get one of something that is there."""
EXCLUDED = [checks.positive_data_acceptance, checks.ignored_auth]
"""Rules that no schema can say refuse much that it allows; who may ask what is told by ``test_access.py``."""
HEADERS = {"Authorization", "Content-Type", "If-Match"}
EXAMPLES = {"organizer": 6, "nobody": 1, "somebody with a link": 3}
"""Of each kind for each operation; most of what the others ask is 401."""


@pytest.mark.parametrize(
    ("service", "who"), [*product(NAMES, ["organizer", "nobody"]), ("signups", "somebody with a link")]
)
def test_every_answer_is_one_that_the_document_describes(site, world, service, who):
    token = {"organizer": world.organizer, "nobody": None, "somebody with a link": world.manage_token}[who]
    known = {"Authorization": f"Bearer {token}"} if token else {}
    schema = schemathesis.openapi.from_dict(document(site, service))
    schema.app = site.apps[service]
    operations = [found.ok() for found in schema.get_all_operations()]
    visitor, answered = site.visitor(), set()
    for operation in sorted(operations, key=lambda one: one.method == "delete"):
        if operation.path in ENDING:
            continue
        method, path, values = address_of(site, world, service, operation)
        for mode in GenerationMode if operation.body or operation.query else [GenerationMode.POSITIVE]:

            def ask(case, method=method, path=path, mode=mode):
                if mode is GenerationMode.POSITIVE:
                    name_what_is_there(case.body, world)
                sent = case.as_transport_kwargs()
                headers = {name: text for name, text in sent["headers"].items() if name in HEADERS}
                parts = {name: part for name, part in sent.items() if name in {"json", "data", "query_string"}}
                answer = visitor.ask(method, path, headers=headers | fresh_key(), **parts)
                answered.add(answer.status_code)
                case.validate_response(answer, excluded_checks=EXCLUDED)

            headers = {"If-Match": '"1"', **fresh_key(), **known}
            search(operation.as_strategy(mode, path_parameters=values, headers=headers), EXAMPLES[who], ask)
    assert answered >= ({200, 422} if who == "organizer" else {401})


def address_of(site, world, service, operation):
    """The method and the address of something that is there, and what the address names."""
    known = {(route.method, braced(route.rule.rule)): route for route in routes(site)}
    route = known[operation.method.upper(), operation.path]
    path = route.path(world, event_id=(world.draft if service == "events" else world.event)["id"])
    _endpoint, values = route.rule.map.bind("localhost").match(path, route.method)
    return route.method, path, {name: str(value) for name, value in values.items()}


def name_what_is_there(body, world):
    """Put ids of what is there into half of the bodies."""
    if isinstance(body, dict) and len(body) % 2:
        body.update({name: NAMED[name](world) for name in IDS & body.keys()})


def search(cases, examples, ask):
    """Ask so many of the cases; the same ones each time, unless the search is to be long."""
    is_long = os.environ.get("HYPOTHESIS_PROFILE") == "long"

    @settings(
        deadline=None,
        database=None,
        derandomize=not is_long,
        max_examples=examples * (50 if is_long else 1),
        phases=[Phase.generate, Phase.shrink] if is_long else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def run(case):
        ask(case)

    run()
